//! Which manifests are readable in a repository.

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use registry_core::{Actor, Descriptor, Digest, Manifest, ManifestKind, MediaType, Tag, TagCause};
use registry_storage::{Commit, Error as Storage, Require};

use super::finding::with_causes;
use super::run::{Run, place};
use super::{Finding, Linked, Trouble};
use crate::manifest::Sizes;
use crate::referrer::is_fallback_tag;
use crate::repository::ATTEMPTS;
use crate::upload::verify;
use crate::{Error, Repository, Result};

/// How many images become readable in one commit, and how many bytes of them.
const TOGETHER: usize = 64;
const BYTES: u64 = 8 << 20;

/// How deep indexes are followed at once. What lies deeper is found by the list of manifests, or by the next run.
const DEPTH: usize = 8;

/// The tag that makes an index a list of referrers, and what it points to until then.
#[derive(Clone, Copy)]
struct List<'t> {
    tag: &'t Tag,
    from: Option<Digest>,
}

impl Run<'_> {
    /// Makes the manifests readable: images many in one commit, and indexes after what they name.
    pub(super) async fn manifests(&self, repository: &Repository) -> Result<()> {
        let found = self.import.source.manifests(repository.name());
        let loaded = found.map(|found| async move {
            match found {
                Ok(linked) => self.load(repository, &linked).await,
                Err(trouble) => Err(trouble),
            }
        });
        let mut loaded = loaded.buffer_unordered(self.import.at_once);
        let (mut images, mut bytes) = (Vec::new(), 0);
        while let Some(outcome) = loaded.next().await {
            let Some(manifest) = self.keep(outcome)?.flatten() else { continue };
            if manifest.kind() == ManifestKind::Index {
                // Most indexes name what came just before.
                self.put_all(repository, std::mem::take(&mut images)).await?;
                bytes = 0;
                self.index(repository, manifest, None, DEPTH).await?;
                continue;
            }
            bytes += manifest.size();
            images.push(manifest);
            if images.len() >= TOGETHER || bytes >= BYTES {
                self.put_all(repository, std::mem::take(&mut images)).await?;
                bytes = 0;
            }
        }
        self.put_all(repository, images).await
    }

    /// Lists of referrers that older clients keep under a tag, with that tag: such a list does not hold what it lists,
    /// and only the tag tells that it is one.
    pub(super) async fn referrer_lists(&self, repository: &Repository) -> Result<()> {
        let mut tags = self.import.source.tags(repository.name());
        while let Some(tag) = tags.next().await {
            // What is wrong with a tag is told when all of them are dealt with.
            let Ok(tag) = tag else { continue };
            if !is_fallback_tag(&tag) {
                continue;
            }
            let Some(digest) = quiet(self.import.source.target(repository.name(), &tag).await)? else {
                continue;
            };
            // A tag that was moved or deleted here stays so, and its list is an index like any other.
            let newest = repository.tag_history(&tag, None, 1).await?.items.into_iter().next();
            if newest.as_ref().is_some_and(|entry| entry.cause != TagCause::Import) {
                continue;
            }
            let from = newest.and_then(|entry| entry.digest);
            if let Some(manifest) = self.of_source(repository, &digest).await?
                && manifest.kind() == ManifestKind::Index
            {
                self.index(repository, manifest, Some(List { tag: &tag, from }), DEPTH).await?;
            }
        }
        Ok(())
    }

    /// The manifest, if it is not here yet and the source has it. What is wrong with it is told elsewhere.
    async fn of_source(&self, repository: &Repository, digest: &Digest) -> Result<Option<Manifest>> {
        let linked = self.import.source.manifest(repository.name(), digest).await;
        let Some(linked) = quiet(linked)?.flatten() else { return Ok(None) };
        Ok(quiet(self.load(repository, &linked).await)?.flatten())
    }

    /// Reads and verifies a manifest that is not here yet.
    async fn load(&self, repository: &Repository, linked: &Linked) -> Result<Option<Manifest>, Trouble> {
        let digest = linked.digest;
        if is_here(repository, digest).await? {
            return Ok(None);
        }
        let place = place(repository, "manifest", digest);
        let retained = repository.inner.metadata.retained_manifest(repository.name(), &digest).await;
        if retained.map_err(Error::from)?.is_some() {
            // Unless it has been put in between, as what belongs to an index is.
            let put = is_here(repository, digest).await?;
            return if put { Ok(None) } else { Err(Finding::note(place, "it was deleted here").into()) };
        }
        let limit = repository.inner.settings().max_manifest_bytes;
        let bytes = match self.import.source.small(&linked.stored_as, limit).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(Finding::loss(place, "its bytes are gone").into()),
            Err(Storage::Invalid { .. }) => {
                return Err(Finding::loss(place, format!("it is larger than {limit} bytes")).into());
            }
            Err(error) => return Err(Trouble::reading(place, error)),
        };
        if bytes.is_empty() {
            return Err(Finding::loss(place, "its file is empty").into());
        }
        verify(&digest, Digest::of(digest.algorithm(), &bytes))
            .map_err(|error| Finding::loss(&place, error))?;
        let manifest = parsed(&bytes, &digest);
        manifest.map(Some).map_err(|error| Finding::loss(place, with_causes(&error)).into())
    }

    /// Puts an index, after whatever it names and the source has. `list` is the tag that says that it is a list of
    /// referrers.
    fn index<'f>(
        &'f self,
        repository: &'f Repository,
        manifest: Manifest,
        list: Option<List<'f>>,
        depth: usize,
    ) -> BoxFuture<'f, Result<()>> {
        async move {
            for child in manifest.children().iter().filter_map(Descriptor::known_digest) {
                let Some(child) = self.of_source(repository, child).await? else { continue };
                match child.kind() {
                    ManifestKind::Index if depth > 0 => {
                        self.index(repository, child, None, depth - 1).await?;
                    }
                    ManifestKind::Index => {}
                    // What is wrong with it is told when the list of manifests comes to it.
                    _ => drop(quiet(self.put(repository, &child, None).await)?),
                }
            }
            self.keep(self.put(repository, &manifest, list).await)?;
            Ok(())
        }
        .boxed()
    }

    /// Puts images in one commit, or one by one where others come in between.
    async fn put_all(&self, repository: &Repository, manifests: Vec<Manifest>) -> Result<()> {
        let mut commit = repository.commit(&Actor::system());
        let mut put = Vec::new();
        for manifest in manifests {
            match self.putting(repository, commit.clone(), &manifest, None).await {
                Ok(next) => {
                    commit = next;
                    put.push(manifest);
                }
                Err(trouble) => drop(self.keep::<()>(Err(trouble))?),
            }
        }
        if put.is_empty() {
            return Ok(());
        }
        match repository.inner.commit(commit).await {
            Ok(_) => self.progress(|counts| counts.manifests += put.len() as u64),
            Err(Storage::Conflict { .. }) => {
                for manifest in put {
                    self.keep(self.put(repository, &manifest, None).await)?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn put(
        &self,
        repository: &Repository,
        manifest: &Manifest,
        mut list: Option<List<'_>>,
    ) -> Result<(), Trouble> {
        for _ in 0..ATTEMPTS {
            let reference = manifest.digest().into();
            let stat = repository.inner.metadata.manifest_stat(repository.name(), &reference).await;
            if stat.map_err(Error::from)?.is_some() {
                return Ok(());
            }
            let commit = repository.commit(&Actor::system());
            let commit = self.putting(repository, commit, manifest, list).await?;
            match repository.inner.commit(commit).await {
                Ok(_) => {
                    self.progress(|counts| {
                        counts.manifests += 1;
                        counts.tags += u64::from(list.is_some());
                    });
                    return Ok(());
                }
                // The tag, if it is that which was changed here, is judged with all others.
                Err(Storage::Conflict { .. }) => list = None,
                Err(error) => return Err(Error::from(error).into()),
            }
        }
        Err(Error::contended().into())
    }

    /// The commit with one more manifest, if all that it must bring along is there.
    async fn putting(
        &self,
        repository: &Repository,
        commit: Commit,
        manifest: &Manifest,
        list: Option<List<'_>>,
    ) -> Result<Commit, Trouble> {
        let place = || place(repository, "manifest", manifest.digest());
        let mut checked = match repository.check(manifest, &Sizes::new()).await {
            Ok(checked) => checked,
            Err(Error::MissingContent { digests }) => {
                let digests: Vec<_> = digests.iter().map(ToString::to_string).collect();
                return Err(Finding::loss(
                    place(),
                    format!("it names what is not there: {}", digests.join(", ")),
                )
                .into());
            }
            Err(error @ Error::InvalidManifest(_)) => {
                return Err(Finding::loss(place(), with_causes(&error)).into());
            }
            Err(error) => return Err(error.into()),
        };
        if list.is_some() {
            checked = checked.without_hold();
        }
        // It may have come meanwhile, as part of an index or by somebody else, and is put once.
        let (name, digest, present) = (repository.name().clone(), manifest.digest(), false);
        let commit = commit.require(Require::Manifest { repository: name.clone(), digest, present });
        let commit = repository.putting(commit, manifest, checked);
        let Some(List { tag, from }) = list else { return Ok(commit) };
        let commit = commit.require(Require::Tag { repository: name, tag: tag.clone(), is: from });
        Ok(commit.change(repository.tagging(tag, digest, TagCause::Import)))
    }
}

/// Whether the manifest is readable in the repository.
async fn is_here(repository: &Repository, digest: Digest) -> Result<bool> {
    let found = repository.inner.metadata.manifest_stat(repository.name(), &digest.into()).await;
    Ok(found.map_err(Error::from)?.is_some())
}

/// What was found, if it was. Trouble in one place is told elsewhere.
fn quiet<T>(found: Result<T, Trouble>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Trouble::Here(_)) => Ok(None),
        Err(Trouble::Everywhere(error)) => Err(error),
    }
}

/// Other registries do not keep the type that a manifest was pushed with. One that does not say it itself is an index or
/// an image, and cannot be both.
fn parsed(bytes: &Bytes, digest: &Digest) -> registry_core::Result<Manifest> {
    let parse = |declared| Manifest::parse(bytes.clone(), declared, digest.algorithm());
    parse(None).or_else(|error| {
        [MediaType::OCI_INDEX, MediaType::OCI_MANIFEST]
            .iter()
            .find_map(|declared| parse(Some(declared)).ok())
            .ok_or(error)
    })
}
