//! Every key of distribution, and what becomes of it.

use super::super::tree::{Node, Value};
use super::convert::{access_log, address_to, copied_to, flag_to, formatter, network, prefix, validation};

/// What becomes of a key and all below it.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// It means something here.
    Take(fn(&Node) -> Result<Taken, String>),
    /// It means nothing here, for this reason.
    Ignore(&'static str),
    /// Whoever wrote it counts on it, and it is not there.
    Refuse(&'static str),
    /// It is the list of endpoints that are told of events.
    Webhooks,
}

/// What a key means here.
pub(super) enum Taken {
    /// Settings of ours with their values.
    Settings(Vec<(&'static str, Value)>),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

/// A key and what becomes of it.
pub(super) struct Row {
    pub(super) path: &'static str,
    pub(super) action: Action,
}

const NO_CACHE: &str = "metadata lies in SQLite, which needs no cache";
const ONE_STORE: &str = "content lies in the file system only: set `storage.filesystem`";
const OWN_HEALTH: &str = "`/readyz` has checks of its own";
const EVERYTHING: &str = "every event is sent";

/// All of them.
const ROWS: &[Row] = &[
    at("version", Action::Take(|_| Ok(Taken::Settings(Vec::new())))),
    at("log.level", Action::Take(|node| copied_to("log.level", node))),
    at("log.formatter", Action::Take(formatter)),
    at("log.accesslog.disabled", Action::Take(access_log)),
    at("log.fields", Action::Ignore("entries have no fields of their own")),
    at("log.hooks", Action::Ignore("no mail is sent")),
    at("log.reportcaller", Action::Ignore("entries name the part of the program")),
    at("loglevel", Action::Take(|node| copied_to("log.level", node))),
    at("storage.filesystem.rootdirectory", Action::Take(|node| copied_to("storage.data", node))),
    at("storage.filesystem.maxthreads", Action::Ignore("blocking calls have a limit of their own")),
    at("storage.inmemory", Action::Refuse(ONE_STORE)),
    at("storage.s3", Action::Refuse(ONE_STORE)),
    at("storage.s3aws", Action::Refuse(ONE_STORE)),
    at("storage.s3goamz", Action::Refuse(ONE_STORE)),
    at("storage.azure", Action::Refuse(ONE_STORE)),
    at("storage.gcs", Action::Refuse(ONE_STORE)),
    at("storage.swift", Action::Refuse(ONE_STORE)),
    at("storage.oss", Action::Refuse(ONE_STORE)),
    at("storage.delete.enabled", Action::Take(|node| flag_to("http.deletes", node))),
    at("storage.maintenance.readonly.enabled", Action::Take(|node| flag_to("http.read_only", node))),
    at("storage.maintenance.uploadpurging.age", Action::Take(|node| copied_to("uploads.expire", node))),
    at("storage.maintenance.uploadpurging.enabled", Action::Ignore("uploads that rest always end")),
    at("storage.maintenance.uploadpurging.interval", Action::Ignore("it is found by itself")),
    at("storage.maintenance.uploadpurging.dryrun", Action::Ignore("uploads that rest always end")),
    at("storage.cache", Action::Ignore(NO_CACHE)),
    at("storage.tag", Action::Ignore("tags are looked up in an index")),
    at(
        "storage.redirect",
        Action::Ignore("files have no addresses to redirect to; for buckets see `[redirects]`"),
    ),
    at("auth", Action::Refuse("there is no authentication, and everybody would be let in")),
    at("middleware", Action::Refuse("there are no middlewares")),
    at("http.addr", Action::Take(|node| address_to("http.listen", node))),
    at("http.net", Action::Take(network)),
    at("http.prefix", Action::Take(prefix)),
    at("http.host", Action::Take(|node| copied_to("http.public_url", node))),
    at(
        "http.secret",
        Action::Ignore("the state of an upload is kept in the metadata and not with the client"),
    ),
    at("http.relativeurls", Action::Ignore("locations are always relative")),
    at("http.draintimeout", Action::Take(|node| copied_to("http.drain", node))),
    at("http.tls", Action::Refuse("there is no TLS: put a proxy in front that does it")),
    at(
        "http.headers",
        Action::Ignore("no headers are added; `X-Content-Type-Options: nosniff` is always there"),
    ),
    at("http.debug.addr", Action::Take(|node| address_to("http.admin", node))),
    at("http.debug.prometheus.enabled", Action::Take(|node| flag_to("metrics.enabled", node))),
    at("http.debug.prometheus.path", Action::Ignore("metrics are at `/metrics`")),
    at("http.http2", Action::Ignore("HTTP/2 is always there")),
    at("http.h2c", Action::Ignore("HTTP/2 is always there")),
    at("notifications.endpoints", Action::Webhooks),
    at("notifications.events", Action::Ignore(EVERYTHING)),
    at("redis", Action::Ignore(NO_CACHE)),
    at("health", Action::Ignore(OWN_HEALTH)),
    at("catalog.maxentries", Action::Take(|node| copied_to("http.max_page", node))),
    at("tags.maxtags", Action::Ignore("`catalog.maxentries` is for tags as well")),
    at("proxy", Action::Refuse("this is no cache of another registry")),
    at("validation", Action::Take(validation)),
    at("policy", Action::Refuse("there are no classes of repositories")),
    at("compatibility", Action::Ignore("manifests of schema 1 are never taken")),
    at("reporting", Action::Ignore("nothing is reported to anybody")),
];

const fn at(path: &'static str, action: Action) -> Row {
    Row { path, action }
}

/// What becomes of this very key.
pub(super) fn row(path: &[&str]) -> Option<&'static Row> {
    let path = path.join(".");
    ROWS.iter().find(|row| row.path == path)
}

/// The keys that may stand below this one.
pub(super) fn rows_below(path: &[&str]) -> Vec<&'static str> {
    let begin = path.iter().map(|key| format!("{key}.")).collect::<String>();
    ROWS.iter().filter_map(|row| row.path.strip_prefix(begin.as_str())?.split('.').next()).collect()
}

/// The row that a variable of the environment means, by the longest name.
pub(super) fn row_of_variable(rest: &str) -> Option<&'static Row> {
    let names = |row: &&'static Row| {
        let name = row.path.replace('.', "_").to_uppercase();
        rest.strip_prefix(&name).is_some_and(|end| end.is_empty() || end.starts_with('_'))
    };
    ROWS.iter().filter(names).max_by_key(|row| row.path.len())
}
