//! `[tracing]`.

use super::super::shape::Url;
use super::section;

section! {
    /// Where spans go. Only a binary that was built with the feature `otel` sends any.
    Tracing {
        /// The collector that takes them, by OTLP over HTTP, such as `http://127.0.0.1:4318`.
        otlp_endpoint: Option<Url>,
    }
}
