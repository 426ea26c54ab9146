//! `[log]`.

use super::super::shape::{Filter, choice};
use super::section;

section! {
    /// What is written to standard error.
    Log {
        /// The least level that is logged, or a list of levels for parts of the program, such as
        /// `warn,registry_server=debug`.
        level: Filter = Filter::info() => reload,
        /// How an entry is written: a line for people, or a JSON object.
        format: Format = Format::Text,
        /// Whether every request is logged when it was answered.
        access: bool = true => reload,
    }
}

choice! {
    /// How an entry of the log is written.
    Format {
        Text = "text",
        Json = "json",
    }
}
