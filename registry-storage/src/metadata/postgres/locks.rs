//! What a commit locks.
//!
//! A condition must still hold when the changes are made, and the log must tell of commits that depend on each other in
//! their order. So a commit takes locks on all that its conditions look at and its changes touch, before it looks, in one
//! order for all commits, and holds them to its end. They are advisory locks, because a row that does not exist cannot be
//! locked.
//!
//! - A repository is shared by those that add to it or move its tags, and taken alone by those that remove from it or ask
//!   whether something is unused: so nothing vanishes that an adder relies on, and nothing is named that a remover saw
//!   unnamed.
//! - Below a repository each tag, manifest and blob has a lock of its own; so have digests, uploads, documents and jobs, for all
//!   repositories.
//! - A commit that would need very many takes the repository, or all digests, uploads, documents or jobs, alone instead.

use std::collections::BTreeMap;

use registry_core::{Digest, RepositoryName};

use crate::metadata::{Change, Commit, Require};

/// From how many on one large lock is taken instead of many small ones. The database has room for some thousands in all.
const MANY: usize = 64;

/// What has a lock, with the things in it that have one too.
#[derive(Debug, Default)]
struct Area {
    alone: bool,
    things: BTreeMap<i64, bool>,
}

impl Area {
    fn take(&mut self, key: i64, alone: bool) {
        *self.things.entry(key).or_default() |= alone;
    }
}

/// The locks of a commit: each key with whether it is taken alone, in ascending order.
pub(super) fn of(commit: &Commit) -> (Vec<i64>, Vec<bool>) {
    let mut wanted = Wanted::default();
    for require in &commit.requires {
        wanted.require(require);
    }
    for change in &commit.changes {
        wanted.change(change);
    }
    wanted.into_locks().into_iter().unzip()
}

/// The lock on beginning uploads, in a repository or, under the empty name, in all.
pub(super) fn room(repository: Option<&RepositoryName>) -> i64 {
    key(b'q', &[repository.map_or("", RepositoryName::as_str).as_bytes()])
}

#[derive(Debug, Default)]
struct Wanted<'a> {
    repositories: BTreeMap<&'a str, Area>,
    digests: Area,
    uploads: Area,
    documents: Area,
    jobs: Area,
}

impl<'a> Wanted<'a> {
    fn repository(&mut self, name: &'a RepositoryName, alone: bool) -> &mut Area {
        let area = self.repositories.entry(name.as_str()).or_default();
        area.alone |= alone;
        area
    }

    fn thing(&mut self, name: &'a RepositoryName, kind: u8, thing: &[u8], alone: bool) {
        let key = key(kind, &[name.as_str().as_bytes(), thing]);
        self.repository(name, false).take(key, alone);
    }

    fn digest(&mut self, digest: &Digest, alone: bool) {
        self.digests.take(key(b'd', &[digest.to_string().as_bytes()]), alone);
    }

    fn require(&mut self, require: &'a Require) {
        match require {
            Require::Tag { repository, tag, .. } => {
                self.thing(repository, b't', tag.as_str().as_bytes(), false);
            }
            Require::Manifest { repository, digest, .. } => {
                self.thing(repository, b'm', digest.to_string().as_bytes(), false);
            }
            // Nobody removes the link of a blob while the repository is shared.
            Require::Blob { repository, present: true, .. } => {
                self.repository(repository, false);
            }
            Require::Blob { repository, digest, present: false } => {
                self.thing(repository, b'b', digest.to_string().as_bytes(), false);
            }
            Require::StoredBlob { digest, .. } => self.digest(digest, false),
            Require::BlobUnused { repository, .. } | Require::ManifestUnused { repository, .. } => {
                self.repository(repository, true);
            }
            Require::Upload { id, .. } => self.uploads.take(key(b'u', &[&id.to_bytes()]), false),
            // The database decides how it is locked, by how many there are.
            Require::UploadRoom { .. } => {}
            Require::Document { kind, key: name, .. } => {
                self.documents.take(key(b'k', &[kind.as_bytes(), name.as_bytes()]), false);
            }
            Require::Job { name, .. } => self.jobs.take(key(b'j', &[name.as_bytes()]), false),
        }
    }

    fn change(&mut self, change: &'a Change) {
        match change {
            Change::StoreBlob { digest, .. } => self.digest(digest, true),
            Change::LinkBlob { repository, digest, .. } => {
                self.digest(digest, false);
                self.thing(repository, b'b', digest.to_string().as_bytes(), true);
            }
            Change::RenewLease { repository, digest, .. } => {
                self.thing(repository, b'b', digest.to_string().as_bytes(), true);
            }
            Change::UnlinkBlob { repository, .. } | Change::DeleteManifest { repository, .. } => {
                self.repository(repository, true);
            }
            Change::PutManifest { repository, manifest } => {
                self.thing(repository, b'm', manifest.digest.to_string().as_bytes(), true);
            }
            Change::SetTag { repository, tag, .. } | Change::DeleteTag { repository, tag, .. } => {
                self.thing(repository, b't', tag.as_str().as_bytes(), true);
            }
            Change::PutUpload(upload) => self.uploads.take(key(b'u', &[&upload.id.to_bytes()]), true),
            Change::DeleteUpload { id } => self.uploads.take(key(b'u', &[&id.to_bytes()]), true),
            Change::PutDocument { kind, key: name, .. } | Change::DeleteDocument { kind, key: name } => {
                self.documents.take(key(b'k', &[kind.as_bytes(), name.as_bytes()]), true);
            }
            Change::PutJob { name, .. } => self.jobs.take(key(b'j', &[name.as_bytes()]), true),
        }
    }

    fn into_locks(self) -> BTreeMap<i64, bool> {
        let mut locks = BTreeMap::new();
        for (name, area) in self.repositories {
            add(&mut locks, key(b'r', &[name.as_bytes()]), area, true);
        }
        let areas = [(b'D', self.digests), (b'U', self.uploads), (b'K', self.documents), (b'J', self.jobs)];
        for (kind, area) in areas {
            let is_used = !area.things.is_empty();
            add(&mut locks, key(kind, &[]), area, is_used);
        }
        locks
    }
}

fn add(locks: &mut BTreeMap<i64, bool>, whole: i64, area: Area, is_used: bool) {
    if !is_used {
        return;
    }
    let alone = area.alone || area.things.len() > MANY;
    *locks.entry(whole).or_default() |= alone;
    if !alone {
        for (key, alone) in area.things {
            *locks.entry(key).or_default() |= alone;
        }
    }
}

/// The number that stands for a thing, the same in every version of this program. Two things with one number wait for each
/// other without need; nothing worse.
fn key(kind: u8, parts: &[&[u8]]) -> i64 {
    let mut text = vec![kind];
    for part in parts {
        text.extend((part.len() as u64).to_be_bytes());
        text.extend(*part);
    }
    let digest = Digest::sha256_of(&text);
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::{MANY, key, of};
    use crate::metadata::{Change, Commit, Require};
    use registry_core::{Actor, Digest, TagCause, Timestamp};

    fn set(number: usize) -> Change {
        Change::SetTag {
            repository: "here".parse().unwrap(),
            tag: format!("v{number}").parse().unwrap(),
            digest: Digest::from_sha256([1; 32]),
            cause: TagCause::Push,
        }
    }

    fn commit(changes: impl IntoIterator<Item = Change>) -> Commit {
        changes.into_iter().fold(Commit::new(Actor::anonymous(), Timestamp::from_micros(1)), Commit::change)
    }

    #[test]
    fn a_key_never_changes() {
        assert_eq!(key(b'r', &[b"library/busybox"]), KNOWN);
        assert_ne!(key(b'k', &[b"a", b"bc"]), key(b'k', &[b"ab", b"c"]));
    }

    /// Replicas of two versions lock the same.
    const KNOWN: i64 = -8_977_397_450_482_693_757;

    #[test]
    fn adders_share_a_repository_and_removers_have_it_alone() {
        let repository = key(b'r', &[b"here"]);
        let alone = |commit: &Commit| {
            let (keys, alone) = of(commit);
            assert!(keys.is_sorted());
            alone[keys.iter().position(|key| *key == repository).unwrap()]
        };
        let delete = Change::DeleteManifest {
            repository: "here".parse().unwrap(),
            digest: Digest::from_sha256([1; 32]),
        };
        let unused =
            Require::BlobUnused { repository: "here".parse().unwrap(), digest: Digest::from_sha256([1; 32]) };
        assert!(!alone(&commit([set(1)])));
        assert!(alone(&commit([set(1), delete])));
        assert!(alone(&commit([set(1)]).require(unused)));
    }

    #[test]
    fn many_locks_become_one() {
        assert_eq!(of(&commit((0..MANY).map(set))).0.len(), MANY + 1);
        assert_eq!(of(&commit((0..=MANY).map(set))), (vec![key(b'r', &[b"here"])], vec![true]));
        assert_eq!(of(&commit([])), (vec![], vec![]));
    }
}
