//! `[metrics]`.

use super::super::shape::choice;
use super::section;

section! {
    /// What `/metrics` tells.
    Metrics {
        /// Whether it is there.
        enabled: bool = true,
        /// Whether metrics of requests tell the repository. Every repository then adds its own time series.
        repository_label: bool = false,
        /// The names of other registries under which the same figures are told too.
        compat: Vec<Names> = vec![Names::Distribution],
    }
}

choice! {
    /// A registry whose names of metrics are known.
    Names {
        Distribution = "distribution",
        Openshift = "openshift",
    }
}
