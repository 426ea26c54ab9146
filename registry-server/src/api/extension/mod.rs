//! What this registry offers beyond the specification, in the way that the specification has for it (distribution-spec,
//! "Extensions"): `/v2/_registry/…`, `/v2/<name>/_registry/…`, and `_oci/ext/discover`, which lists them.

mod discover;
mod events;
mod history;
mod restore;
mod webhooks;

pub(super) use discover::discover;
pub(super) use events::event_log;
pub(super) use history::history;
pub(super) use restore::restore;
pub(super) use webhooks::webhook_status;
