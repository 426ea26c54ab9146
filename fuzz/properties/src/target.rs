//! The fuzz targets by name.

use std::borrow::Cow;

use crate::{digest, link, manifest, range, reference};
#[cfg(feature = "server")]
use crate::{handler, query, repository, route, upload, wire};

/// A fuzz target: what is done with the bytes that a fuzzer, a seed or a regression gives.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Target {
    /// What it is called, here and in `fuzz_targets`, `seeds` and `regressions`.
    pub name: &'static str,
    /// Runs it once.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    target("digest", |bytes| {
        digest::check(&text(bytes));
        digest::check_hashing(bytes);
    }),
    target("reference", |bytes| reference::check(&text(bytes))),
    target("manifest", |bytes| manifest::check(bytes, None)),
    target("index", manifest::check_index),
    target("docker_schema2", manifest::check_docker),
    target("document", manifest::check_made),
    target("range", range::check_request),
    target("content_range", |bytes| range::check_upload(&text(bytes))),
    target("link", |bytes| link::check(&text(bytes))),
    #[cfg(feature = "server")]
    target("query", |bytes| query::check(&text(bytes))),
    #[cfg(feature = "server")]
    target("route", |bytes| route::check_line(&text(bytes))),
    #[cfg(feature = "server")]
    target("handler", handler::check),
    #[cfg(feature = "server")]
    target("upload", upload::check),
    #[cfg(feature = "server")]
    target("repository", repository::check),
    #[cfg(feature = "server")]
    target("wire", wire::check),
];

/// Runs a target once, by its name.
///
/// # Panics
/// When a property does not hold, and when no target has the name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("no target is called {name}")).run)(bytes);
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
