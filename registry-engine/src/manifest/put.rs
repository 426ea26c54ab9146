//! Pushing a manifest.

use registry_core::{Actor, Digest, Manifest, Reference, Tag, TagCause};
use registry_storage::{Error as Storage, Require};

use super::{ManifestPut, PutManifest, Sizes};
use crate::referrer::is_fallback_tag;
use crate::repository::ATTEMPTS;
use crate::upload::verify;
use crate::{Condition, Error, Repository, Result};

impl Repository {
    /// Pushes a manifest (distribution-spec, end-7a and end-7b): the exact bytes, what they name, the tags and the
    /// entry in the list of referrers become visible in one step, or nothing does.
    ///
    /// Pushing the same manifest again is fine. A subject need not exist (C-16).
    ///
    /// # Errors
    /// - [`Error::TooLarge`], [`Error::TooManyTags`], [`Error::InvalidManifest`], [`Error::DigestMismatch`] for what
    ///   is wrong by itself; [`Error::Unsupported`] for further tags beside a tag as target (C-40);
    /// - [`Error::MissingContent`] when something that it names is absent (C-17);
    /// - [`Error::ConditionFailed`] when the target is not what the caller expects;
    /// - when a store fails.
    ///
    /// # Cancel safety
    /// The change is made whole or not at all.
    pub async fn put_manifest(&self, actor: &Actor, put: PutManifest) -> Result<ManifestPut> {
        let tags = self.accepted_tags(&put)?;
        let manifest = self.parsed(&put)?;
        let digest = manifest.digest();
        for _ in 0..ATTEMPTS {
            let created = self.inner.metadata.manifest_stat(&self.name, &digest.into()).await?.is_none();
            let pin = self.judge_target(&put, (!created).then_some(digest)).await?;
            let mut checked = self.check(&manifest, &Sizes::new()).await?;
            if lists_referrers(&put) {
                checked = checked.without_hold();
            }
            let mut commit = self.putting(self.commit(actor), &manifest, checked);
            commit.requires.extend(pin);
            let target = match &put.target {
                Reference::Tag(tag) => Some(tag),
                Reference::Digest(_) => None,
            };
            let moved = target.into_iter().chain(&tags);
            commit.changes.extend(moved.map(|tag| self.tagging(tag, digest, TagCause::Push)));
            match self.inner.commit(commit).await {
                Ok(_) => {
                    let media_type = manifest.media_type().clone();
                    let subject = manifest.subject().and_then(|subject| subject.known_digest().copied());
                    return Ok(ManifestPut { digest, media_type, subject, tags, created });
                }
                Err(Storage::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::contended())
    }

    /// The further tags, each once.
    fn accepted_tags(&self, put: &PutManifest) -> Result<Vec<Tag>> {
        let mut tags: Vec<Tag> = Vec::new();
        for tag in &put.tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
            let limit = self.inner.settings().max_tags_per_put;
            if tags.len() > limit {
                return Err(Error::TooManyTags { limit });
            }
        }
        match put.target {
            Reference::Tag(_) if !tags.is_empty() => {
                Err(Error::Unsupported { what: "setting further tags in a push by tag" })
            }
            _ => Ok(tags),
        }
    }

    fn parsed(&self, put: &PutManifest) -> Result<Manifest> {
        let limit = self.inner.settings().max_manifest_bytes;
        if put.bytes.len() as u64 > limit {
            return Err(Error::TooLarge { limit });
        }
        let algorithm = match &put.target {
            Reference::Digest(digest) => digest.algorithm(),
            Reference::Tag(_) => registry_core::Algorithm::Sha256,
        };
        let manifest = Manifest::parse(put.bytes.clone(), put.media_type.as_ref(), algorithm);
        let manifest = manifest.map_err(Error::InvalidManifest)?;
        if let Reference::Digest(expected) = &put.target {
            verify(expected, manifest.digest())?;
        }
        Ok(manifest)
    }

    /// Judges the condition on the target, and what must still hold for that judgement in the commit.
    async fn judge_target(&self, put: &PutManifest, present: Option<Digest>) -> Result<Option<Require>> {
        match (&put.condition, &put.target) {
            (Condition::Any, _) => Ok(None),
            (condition, Reference::Tag(tag)) => self.judge_tag(condition, tag).await.map(Some),
            (condition, Reference::Digest(digest)) if condition.holds(present.as_ref()) => {
                let (repository, digest, present) = (self.name.clone(), *digest, present.is_some());
                Ok(Some(Require::Manifest { repository, digest, present }))
            }
            _ => Err(Error::ConditionFailed { current: present }),
        }
    }
}

/// Whether an index is pushed as the list of referrers that older clients keep under a tag. It must not keep what it
/// lists from being deleted: no client takes an entry out of such a list where the registry lists referrers itself
/// (C-60).
fn lists_referrers(put: &PutManifest) -> bool {
    let target = match &put.target {
        Reference::Tag(tag) => Some(tag),
        Reference::Digest(_) => None,
    };
    target.into_iter().chain(&put.tags).any(is_fallback_tag)
}
