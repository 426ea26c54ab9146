//! Whether two registries are the same.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use registry_core::{Digest, Event, EventKind, Hasher, Page, PageRequest, RepositoryName};

use super::{Migration, PAGE};
use crate::upload::verify;
use crate::{Error, Result};

impl Migration {
    /// Compares the logs, repositories, tags and manifests of both registries, which must not change meanwhile. With
    /// `read_back`, every blob of the target is read and its digest verified; without it, that was done once, when it
    /// was copied, and only that it can be read is looked at.
    ///
    /// # Errors
    /// [`Error::Diverged`] names the first difference, [`Error::Corrupt`] the blob that is missing or damaged; when a
    /// store fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn verify(&self, read_back: bool) -> Result<()> {
        self.verify_log(read_back).await?;
        let mut names = PageRequest::first(PAGE);
        loop {
            let (one, other) = (self.source.catalog(&names).await?, self.target.catalog(&names).await?);
            same(&one, &other, || "the list of repositories".to_owned())?;
            for name in &one.items {
                self.verify_tags(name).await?;
            }
            let Some(last) = one.items.last().filter(|_| one.more) else { return Ok(()) };
            names.last = Some(last.to_string());
        }
    }

    async fn verify_log(&self, read_back: bool) -> Result<()> {
        let (mut after, mut seen) = (0, BTreeSet::new());
        loop {
            let events = self.source.events(after, PAGE).await?;
            let copied = self.target.events(after, PAGE).await?;
            same(&events, &copied, || format!("the events behind number {after}"))?;
            let Some(last) = events.last() else { return Ok(()) };
            after = last.seq;
            for event in &events {
                self.verify_content(event, read_back, &mut seen).await?;
            }
        }
    }

    /// That what an event brought is at the target, as far as it is at the source.
    async fn verify_content(
        &self,
        event: &Event,
        read_back: bool,
        seen: &mut BTreeSet<Digest>,
    ) -> Result<()> {
        let (source, target) = (&self.source.inner.metadata, &self.target.inner.metadata);
        match (&event.repository, &event.kind) {
            (Some(name), EventKind::BlobLinked { digest, .. }) => {
                let sizes =
                    |found: Option<registry_storage::metadata::LinkedBlob>| found.map(|blob| blob.size);
                let (one, other) = (source.blob(name, digest).await?, target.blob(name, digest).await?);
                same(&sizes(one), &sizes(other), || format!("blob {digest} of {name}"))?;
                if seen.insert(*digest) { self.read(digest, read_back).await } else { Ok(()) }
            }
            (Some(name), EventKind::ManifestPut { digest, .. }) => {
                let reference = (*digest).into();
                let (one, other) =
                    (source.manifest(name, &reference).await?, target.manifest(name, &reference).await?);
                same(&one, &other, || format!("manifest {digest} of {name}"))
            }
            _ => Ok(()),
        }
    }

    async fn read(&self, digest: &Digest, whole: bool) -> Result<()> {
        let Some(stored) = self.target.inner.metadata.stored_blob(digest).await? else { return Ok(()) };
        let blobs = &self.target.inner.blobs;
        if !whole {
            let probed = blobs.probe(&stored.location, stored.size).await;
            return probed.map_err(|error| Error::reading(*digest, error));
        }
        let read = blobs.read(&stored.location, stored.size, 0..stored.size).await;
        let mut read = read.map_err(|error| Error::reading(*digest, error))?;
        let mut hasher = Hasher::new(digest.algorithm());
        while let Some(bytes) = read.try_next().await.map_err(|error| Error::reading(*digest, error))? {
            hasher.update(&bytes);
        }
        let Some(actual) = hasher.digest(digest.algorithm()) else { return Ok(()) };
        verify(digest, actual).map_err(|error| Error::Corrupt { digest: *digest, source: error.into() })
    }

    async fn verify_tags(&self, name: &RepositoryName) -> Result<()> {
        let (source, target) = (&self.source.inner.metadata, &self.target.inner.metadata);
        let mut page = PageRequest::first(PAGE);
        loop {
            let one: Page<_> = source.tags(name, &page).await?;
            same(&one, &target.tags(name, &page).await?, || format!("the tags of {name}"))?;
            for tag in &one.items {
                let (here, there) = (source.tag(name, tag).await?, target.tag(name, tag).await?);
                same(&here, &there, || format!("tag {tag} of {name}"))?;
            }
            let Some(last) = one.items.last().filter(|_| one.more) else { return Ok(()) };
            page.last = Some(last.to_string());
        }
    }
}

fn same<T: PartialEq>(one: &T, other: &T, what: impl FnOnce() -> String) -> Result<()> {
    if one == other { Ok(()) } else { Err(Error::Diverged { what: what() }) }
}
