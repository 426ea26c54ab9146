//! How many files and connections the process may have open at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::config::Config;

/// What is open beside connections and the files of their requests: the database, listeners, the admin address, those
/// who are turned away, deliveries.
const BESIDE: u64 = 512;

/// Raises the limit to the highest that the system allows this process. It is low by default for the sake of programs
/// that cannot deal with high numbers (`select`), which this one can.
pub(super) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return tracing::debug!(limit = limit.maximum, "open files are limited as high as the system allows");
    }
    match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        Ok(()) => tracing::info!(
            from = limit.current,
            to = limit.maximum,
            "raised the limit of open files to what the system allows"
        ),
        Err(error) => tracing::warn!(%error, limit = limit.current, "cannot raise the limit of open files"),
    }
}

/// What to say when the system allows fewer open files than the limits of the configuration may need.
pub(super) fn shortage(config: &Config) -> Option<String> {
    let allowed = getrlimit(Resource::Nofile).maximum?;
    let limits = &config.limits;
    let files = limits.concurrent_uploads.get().saturating_add(limits.concurrent_downloads.get());
    let needed = limits.connections.get().saturating_add(files).saturating_add(BESIDE);
    (needed > allowed).then(|| {
        format!(
            "limits.connections = {} does not fit: with their files the registry may need {needed} open files, and the \
             system allows {allowed}; raise that (LimitNOFILE= of systemd, `ulimit -Hn`) or lower the limits, or new \
             connections are refused by the system",
            limits.connections
        )
    })
}
