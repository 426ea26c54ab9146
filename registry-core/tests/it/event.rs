use registry_core::{Actor, Digest, Event, EventKind, MediaType, TagCause, Timestamp};
use serde_json::{Value, json};

const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Every kind of event with its members as they are stored and sent.
fn kinds() -> Vec<(EventKind, Value)> {
    let digest = Digest::sha256_of(b"");
    let tag = || "v1".parse().unwrap();
    let document = |kind: &str, key: &str| (kind.to_owned(), key.to_owned());
    let (kind, key) = document("policy", "default");
    vec![
        (
            EventKind::BlobLinked { digest, size: 3 },
            json!({"type": "blob_linked", "digest": EMPTY, "size": 3}),
        ),
        (EventKind::BlobUnlinked { digest }, json!({"type": "blob_unlinked", "digest": EMPTY})),
        (
            EventKind::ManifestPut {
                digest,
                media_type: MediaType::OCI_INDEX,
                size: 9,
                subject: Some(digest),
            },
            json!({"type": "manifest_put", "digest": EMPTY, "size": 9, "subject": EMPTY,
                   "media_type": "application/vnd.oci.image.index.v1+json"}),
        ),
        (EventKind::ManifestDeleted { digest }, json!({"type": "manifest_deleted", "digest": EMPTY})),
        (
            EventKind::TagSet { tag: tag(), digest, previous: None, cause: TagCause::Push },
            json!({"type": "tag_set", "tag": "v1", "digest": EMPTY, "cause": "push"}),
        ),
        (
            EventKind::TagDeleted { tag: tag(), previous: digest, cause: TagCause::ManifestDelete },
            json!({"type": "tag_deleted", "tag": "v1", "previous": EMPTY, "cause": "manifest_delete"}),
        ),
        (
            EventKind::DocumentPut { kind: kind.clone(), key: key.clone(), version: 2 },
            json!({"type": "document_put", "kind": "policy", "key": "default", "version": 2}),
        ),
        (
            EventKind::DocumentDeleted { kind, key },
            json!({"type": "document_deleted", "kind": "policy", "key": "default"}),
        ),
    ]
}

/// The log outlives versions, so its form is pinned.
#[test]
fn the_stored_form_of_every_kind_is_pinned() {
    for (kind, members) in kinds() {
        let repository = Some("a/b".parse().unwrap());
        let event = Event::new(7, Timestamp::from_micros(11), Actor::anonymous(), repository, kind);
        let mut expected = json!({"seq": 7, "at": 11, "actor": "anonymous", "repository": "a/b"});
        expected.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(serde_json::to_value(&event).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Event>(expected).unwrap(), event);
    }
}

#[test]
fn an_event_may_belong_to_no_repository() {
    let kind = EventKind::DocumentDeleted { kind: "k".to_owned(), key: "1".to_owned() };
    let event = Event::new(1, Timestamp::from_micros(0), Actor::anonymous(), None, kind);
    let json = serde_json::to_value(&event).unwrap();
    assert_eq!(json.get("repository"), None);
    assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
}

#[test]
fn causes_have_one_name_in_memory_and_in_json() {
    for cause in [TagCause::Push, TagCause::Restore, TagCause::Delete, TagCause::ManifestDelete] {
        assert_eq!(TagCause::from_name(cause.as_str()), Some(cause));
        assert_eq!(serde_json::to_value(cause).unwrap(), json!(cause.as_str()));
    }
    assert_eq!(TagCause::from_name("Push"), None);
}
