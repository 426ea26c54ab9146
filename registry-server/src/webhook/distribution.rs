//! The envelope of CNCF distribution (its "Work with notifications").
//!
//! A push by tag is two events of the log and so two entries: one for the manifest, and one that names the tag as well.
//! What a registry learns of a request beyond who made it is not in the log, so `request` is empty.

use registry_core::{Digest, Event, EventKind};
use registry_engine::delivery::EventBatch;
use serde_json::{Map, Value, json};

use super::format::{Noted, Source};

pub(super) fn envelope(batch: &EventBatch<'_>, events: &[Noted<'_>], source: &Source) -> Value {
    let events: Vec<Value> = events.iter().map(|noted| entry(batch, noted, source)).collect();
    json!({ "events": events })
}

fn entry(batch: &EventBatch<'_>, noted: &Noted<'_>, source: &Source) -> Value {
    let event = noted.event;
    let mut from = Map::new();
    from.extend(source.address.iter().map(|address| ("addr".to_owned(), json!(address))));
    from.insert("instanceID".to_owned(), json!(batch.instance));
    json!({
        "id": batch.id_of(event),
        "timestamp": event.at.to_string(),
        "action": action(event),
        "target": target(noted, source),
        "request": {},
        "actor": { "name": event.actor },
        "source": from,
    })
}

const fn action(event: &Event) -> &'static str {
    match event.kind {
        EventKind::BlobUnlinked { .. } | EventKind::ManifestDeleted { .. } | EventKind::TagDeleted { .. } => {
            "delete"
        }
        _ => "push",
    }
}

fn target(noted: &Noted<'_>, source: &Source) -> Value {
    let name = noted.event.repository.as_ref();
    let mut target = Map::new();
    let mut put = |key: &str, value: Value| target.insert(key.to_owned(), value);
    let link = |kind: &str, digest: &Digest| {
        json!(name.map(|name| format!("{}/v2/{name}/{kind}/{digest}", source.base)))
    };
    match &noted.event.kind {
        EventKind::BlobLinked { digest, size } => {
            put("mediaType", json!("application/octet-stream"));
            put("digest", json!(digest));
            put("size", json!(size));
            put("length", json!(size));
            put("url", link("blobs", digest));
        }
        EventKind::ManifestPut { digest, media_type, size, .. } => {
            put("mediaType", json!(media_type));
            put("digest", json!(digest));
            put("size", json!(size));
            put("length", json!(size));
            put("url", link("manifests", digest));
        }
        EventKind::TagSet { tag, digest, .. } => {
            if let Some(manifest) = &noted.manifest {
                put("mediaType", json!(manifest.media_type));
                put("size", json!(manifest.size));
                put("length", json!(manifest.size));
            }
            put("digest", json!(digest));
            put("url", link("manifests", digest));
            put("tag", json!(tag));
        }
        EventKind::TagDeleted { tag, .. } => {
            put("tag", json!(tag));
        }
        EventKind::BlobUnlinked { digest } | EventKind::ManifestDeleted { digest } => {
            put("digest", json!(digest));
        }
        _ => {}
    }
    put("repository", json!(name));
    Value::Object(target)
}
