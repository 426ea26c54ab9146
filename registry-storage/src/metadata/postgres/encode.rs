//! A commit as the function of the database takes it.

use std::collections::BTreeSet;

use registry_core::{Digest, MediaType, TagCause};
use serde_json::{Value, json};

use super::locks;
use super::value::{Key, number};
use crate::metadata::{Change, Commit, NewManifest, Require, UploadId};
use crate::{Error, Result};

/// What the function `registry.commit` takes, besides locks.
pub(super) struct Encoded<'a> {
    /// The conditions, as a JSON list.
    pub(super) requires: String,
    /// The changes, as a JSON list.
    pub(super) changes: String,
    /// The bytes of each change, where it has some.
    pub(super) payloads: Vec<Option<&'a [u8]>>,
    /// The repositories that something is put into.
    pub(super) repositories: Vec<&'a str>,
    /// The digests that are stored or named.
    pub(super) digests: Vec<Key>,
}

/// # Errors
/// [`Error::Invalid`] for a digest of an algorithm that the columns have no place for.
pub(super) fn encode(commit: &Commit) -> Result<Encoded<'_>> {
    let requires: Value = commit.requires.iter().map(require).collect();
    let changes: Value = commit.changes.iter().map(change).collect::<Result<_>>()?;
    let (repositories, digests) = names(commit);
    let digests: Vec<Key> = digests.iter().map(Key::from).collect();
    if !digests.iter().all(Key::is_known) {
        return Err(Error::Invalid { reason: "the metadata has no place for digests of this algorithm" });
    }
    Ok(Encoded {
        requires: requires.to_string(),
        changes: changes.to_string(),
        payloads: commit.changes.iter().map(payload).collect(),
        repositories: repositories.into_iter().collect(),
        digests,
    })
}

fn require(require: &Require) -> Value {
    match require {
        Require::Tag { repository, tag, is } => {
            let is = is.as_ref().map(hex);
            json!({"require": "tag", "repository": repository.as_str(), "tag": tag.as_str(), "digest": is})
        }
        Require::Manifest { repository, digest, present } => {
            json!({"require": "manifest", "repository": repository.as_str(), "digest": hex(digest),
                   "present": present})
        }
        Require::Blob { repository, digest, present } => {
            json!({"require": "blob", "repository": repository.as_str(), "digest": hex(digest), "present": present})
        }
        Require::StoredBlob { digest, location } => {
            let location = location.as_ref().map(crate::Location::as_str);
            json!({"require": "stored_blob", "digest": hex(digest), "location": location})
        }
        Require::BlobUnused { repository, digest } => {
            json!({"require": "blob_unused", "repository": repository.as_str(), "digest": hex(digest)})
        }
        Require::ManifestUnused { repository, digest } => {
            json!({"require": "manifest_unused", "repository": repository.as_str(), "digest": hex(digest)})
        }
        Require::Upload { id, version } => {
            json!({"require": "upload", "id": hex_id(*id), "version": version.map(number)})
        }
        Require::UploadRoom { repository, below } => {
            let lock = locks::room(repository.as_ref());
            let name = repository.as_ref().map(registry_core::RepositoryName::as_str);
            json!({"require": "upload_room", "repository": name, "below": number(*below), "lock": lock})
        }
        Require::Document { kind, key, version } => {
            json!({"require": "document", "kind": hex_of(kind.as_bytes()), "key": hex_of(key.as_bytes()), "version": version.map(number)})
        }
        Require::Job { name, term, beat } => {
            json!({"require": "job", "name": hex_of(name.as_bytes()), "term": number(*term), "beat": beat.map(number)})
        }
    }
}

fn change(change: &Change) -> Result<Value> {
    Ok(match change {
        Change::StoreBlob { digest, size, location } => {
            json!({"change": "store_blob", "digest": hex(digest), "size": number(*size),
                   "location": location.as_str()})
        }
        Change::LinkBlob { repository, digest, leased_until } => {
            json!({"change": "link_blob", "repository": repository.as_str(), "digest": hex(digest),
                   "leased_until": number(leased_until.as_micros())})
        }
        Change::UnlinkBlob { repository, digest } => {
            json!({"change": "unlink_blob", "repository": repository.as_str(), "digest": hex(digest)})
        }
        Change::RenewLease { repository, digest, leased_until } => {
            json!({"change": "renew_lease", "repository": repository.as_str(), "digest": hex(digest),
                   "leased_until": number(leased_until.as_micros())})
        }
        Change::PutManifest { repository, manifest } => put_manifest(repository.as_str(), manifest)?,
        Change::DeleteManifest { repository, digest } => {
            json!({"change": "delete_manifest", "repository": repository.as_str(), "digest": hex(digest),
                   "cause": TagCause::ManifestDelete.as_str()})
        }
        Change::SetTag { repository, tag, digest, cause } => {
            json!({"change": "set_tag", "repository": repository.as_str(), "tag": tag.as_str(),
                   "digest": hex(digest), "cause": cause.as_str()})
        }
        Change::DeleteTag { repository, tag, cause } => {
            json!({"change": "delete_tag", "repository": repository.as_str(), "tag": tag.as_str(),
                   "cause": cause.as_str()})
        }
        Change::PutUpload(upload) => {
            json!({"change": "put_upload", "id": hex_id(upload.id), "repository": upload.repository.as_str(),
                   "token": upload.token.as_str(), "offset": number(upload.offset),
                   "started": number(upload.started.as_micros()), "updated": number(upload.updated.as_micros())})
        }
        Change::DeleteUpload { id } => json!({"change": "delete_upload", "id": hex_id(*id)}),
        Change::PutDocument { kind, key, .. } => {
            json!({"change": "put_document", "kind": hex_of(kind.as_bytes()), "key": hex_of(key.as_bytes())})
        }
        Change::DeleteDocument { kind, key } => {
            json!({"change": "delete_document", "kind": hex_of(kind.as_bytes()), "key": hex_of(key.as_bytes())})
        }
        Change::PutJob { name, holder } => {
            let holder = holder.as_ref().map(|holder| hex_of(holder.as_bytes()));
            json!({"change": "put_job", "name": hex_of(name.as_bytes()), "holder": holder})
        }
    })
}

fn put_manifest(repository: &str, manifest: &NewManifest) -> Result<Value> {
    let edge = manifest.referrer.as_ref();
    let text =
        |edge| serde_json::to_string(edge).map_err(|error| Error::internal("write a value as JSON", error));
    let descriptor = edge.map(|edge| text(&edge.descriptor)).transpose()?;
    Ok(json!({
        "change": "put_manifest",
        "repository": repository,
        "digest": hex(&manifest.digest),
        "media_type": manifest.media_type.as_str(),
        "blobs": manifest.blobs.iter().map(hex).collect::<Vec<_>>(),
        "children": manifest.children.iter().map(hex).collect::<Vec<_>>(),
        "subject": edge.map(|edge| hex(&edge.subject)),
        "artifact_type": edge.and_then(|edge| edge.descriptor.artifact_type.as_ref()).map(MediaType::as_str),
        "descriptor": descriptor,
        "leased_until": number(manifest.leased_until.as_micros()),
    }))
}

fn payload(change: &Change) -> Option<&[u8]> {
    match change {
        Change::PutManifest { manifest, .. } => Some(&manifest.bytes),
        Change::PutUpload(upload) => Some(&upload.hash_state),
        Change::PutDocument { value, .. } => Some(value),
        _ => None,
    }
}

/// The names that get numbers if they have none yet.
fn names(commit: &Commit) -> (BTreeSet<&str>, BTreeSet<Digest>) {
    let (mut repositories, mut digests) = (BTreeSet::new(), BTreeSet::new());
    for change in &commit.changes {
        match change {
            Change::StoreBlob { digest, .. } => {
                digests.insert(*digest);
            }
            Change::LinkBlob { repository, .. } => {
                repositories.insert(repository.as_str());
            }
            Change::PutManifest { repository, manifest } => {
                repositories.insert(repository.as_str());
                digests.extend(manifest.blobs.iter().chain(&manifest.children));
            }
            _ => {}
        }
    }
    (repositories, digests)
}

fn hex(digest: &Digest) -> String {
    hex_of(Key::from(digest).as_slice())
}

fn hex_id(id: UploadId) -> String {
    id.to_string()
}

fn hex_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
