//! CloudEvents 1.0 in JSON ("JSON Event Format", section 4: batches).

use registry_core::{Event, EventKind};
use registry_engine::delivery::EventBatch;
use serde_json::{Value, json};

use super::format::{Noted, Source};

pub(super) fn batch(batch: &EventBatch<'_>, events: &[Noted<'_>], source: &Source) -> Value {
    let from = if source.base.is_empty() { urn(batch.instance) } else { source.base.clone() };
    events.iter().map(|noted| entry(batch, noted.event, &from)).collect()
}

/// The data are the event as the log tells it. `sequence` and `partitionkey` are the extensions of these names: order
/// is kept over all, and so within each repository.
fn entry(batch: &EventBatch<'_>, event: &Event, source: &str) -> Value {
    let mut entry = json!({
        "specversion": "1.0",
        "id": batch.id_of(event),
        "source": source,
        "type": format!("registry.{}", event.kind.name()),
        "time": event.at.to_string(),
        "datacontenttype": "application/json",
        "sequence": format!("{:020}", event.seq),
        "data": event,
    });
    if let Some(name) = &event.repository {
        entry["subject"] = json!(subject(name.as_str(), &event.kind));
        entry["partitionkey"] = json!(name);
    }
    entry
}

/// What an event is about, as clients write it.
fn subject(name: &str, kind: &EventKind) -> String {
    match kind {
        EventKind::TagSet { tag, .. } | EventKind::TagDeleted { tag, .. } => format!("{name}:{tag}"),
        EventKind::BlobLinked { digest, .. }
        | EventKind::BlobUnlinked { digest }
        | EventKind::ManifestPut { digest, .. }
        | EventKind::ManifestDeleted { digest } => format!("{name}@{digest}"),
        _ => name.to_owned(),
    }
}

/// The 32 hex digits of an instance as a URN (RFC 9562, section 4).
fn urn(instance: &str) -> String {
    let part = |from: usize, to: usize| instance.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
