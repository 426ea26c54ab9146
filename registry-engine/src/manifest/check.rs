//! Whether everything that a manifest names is there.

use std::collections::{BTreeMap, BTreeSet};

use registry_core::{AnyDigest, Descriptor, Digest, Manifest, RepositoryName};
use registry_storage::metadata::{NewManifest, ReferrerEdge};
use registry_storage::{Change, Commit, Require};

use crate::{Error, Repository, Result, SparseContent};

/// What was found of the content that a manifest names.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// That what was found is still there.
    requires: Vec<Require>,
    blobs: BTreeSet<Digest>,
    children: BTreeSet<Digest>,
    missing: Vec<AnyDigest>,
}

impl Checked {
    /// The same, but what it names as children is not in use by it.
    pub(crate) fn without_hold(mut self) -> Self {
        self.children.clear();
        self
    }
}

/// Sizes of content.
pub(crate) type Sizes = BTreeMap<Digest, u64>;

impl Repository {
    /// Looks up everything that the manifest names. `beside` are the manifests, with their sizes, that are put together
    /// with it.
    ///
    /// # Errors
    /// [`Error::MissingContent`] for what is absent and must not be; [`Error::InvalidManifest`] when something has
    /// another size than the manifest says.
    pub(crate) async fn check(&self, manifest: &Manifest, beside: &Sizes) -> Result<Checked> {
        let sparse = self.inner.settings().sparse.of(&self.name);
        let mut checked = Checked::default();
        self.check_blobs(manifest, sparse, &mut checked).await?;
        self.check_children(manifest, sparse, beside, &mut checked).await?;
        if checked.missing.is_empty() {
            return Ok(checked);
        }
        let mut seen = BTreeSet::new();
        checked.missing.retain(|digest| seen.insert(digest.clone()));
        Err(Error::MissingContent { digests: checked.missing })
    }

    async fn check_blobs(
        &self,
        manifest: &Manifest,
        sparse: SparseContent,
        checked: &mut Checked,
    ) -> Result<()> {
        let config = manifest.config().into_iter().map(|config| ("config".to_owned(), config));
        let layers = manifest.layers().iter().enumerate();
        let named: Vec<_> = config.chain(layers.map(|(i, layer)| (format!("layers[{i}]"), layer))).collect();
        let sizes = self.blob_sizes(named.iter().map(|(_, descriptor)| *descriptor)).await?;
        for (place, descriptor) in named {
            let expected = descriptor.is_distributable();
            match descriptor.known_digest() {
                Some(digest) if sizes.contains_key(digest) => {
                    same_size(&place, descriptor, sizes[digest])?;
                    if checked.blobs.insert(*digest) {
                        checked.requires.push(blob_there(&self.name, *digest));
                    }
                }
                // Named although absent: when it comes later, it is in use from then on.
                Some(digest) if expected && sparse == SparseContent::Content => {
                    checked.blobs.insert(*digest);
                }
                _ if !expected || sparse == SparseContent::Content => {}
                _ => checked.missing.push(descriptor.digest.clone()),
            }
        }
        Ok(())
    }

    async fn check_children(
        &self,
        manifest: &Manifest,
        sparse: SparseContent,
        beside: &Sizes,
        checked: &mut Checked,
    ) -> Result<()> {
        let named = manifest.children();
        let manifests = self.manifest_sizes(named).await?;
        let absent = |descriptor: &&Descriptor| {
            descriptor.known_digest().is_some_and(|digest| !manifests.contains_key(digest))
        };
        let blobs = self.blob_sizes(named.iter().filter(absent)).await?;
        for (i, descriptor) in named.iter().enumerate() {
            let place = || format!("manifests[{i}]");
            let expected = descriptor.is_distributable() && sparse == SparseContent::Refuse;
            let Some(&digest) = descriptor.known_digest() else {
                if expected {
                    checked.missing.push(descriptor.digest.clone());
                }
                continue;
            };
            let require = if let Some(size) = beside.get(&digest) {
                same_size(&place(), descriptor, *size)?;
                checked.children.insert(digest);
                continue;
            } else if let Some(size) = manifests.get(&digest) {
                same_size(&place(), descriptor, *size)?;
                Require::Manifest { repository: self.name.clone(), digest, present: true }
            } else if let Some(size) = blobs.get(&digest) {
                same_size(&place(), descriptor, *size)?;
                blob_there(&self.name, digest)
            } else {
                if expected {
                    checked.missing.push(descriptor.digest.clone());
                } else if descriptor.is_distributable() {
                    checked.children.insert(digest);
                }
                continue;
            };
            if checked.children.insert(digest) {
                checked.requires.push(require);
            }
        }
        Ok(())
    }

    async fn blob_sizes(&self, named: impl Iterator<Item = &Descriptor>) -> Result<Sizes> {
        let digests = known(named);
        if digests.is_empty() {
            return Ok(Sizes::new());
        }
        let sizes = self.inner.metadata.blob_sizes(&self.name, &digests).await?;
        Ok(found(&digests, sizes))
    }

    async fn manifest_sizes(&self, named: &[Descriptor]) -> Result<Sizes> {
        let digests = known(named.iter());
        if digests.is_empty() {
            return Ok(Sizes::new());
        }
        let sizes = self.inner.metadata.manifest_sizes(&self.name, &digests).await?;
        Ok(found(&digests, sizes))
    }
}

impl Repository {
    /// The commit with one more manifest, which was checked.
    pub(crate) fn putting(&self, mut commit: Commit, manifest: &Manifest, checked: Checked) -> Commit {
        let media_type = manifest.media_type().clone();
        let (digest, bytes) = (manifest.digest(), manifest.bytes().clone());
        let mut new = NewManifest::new(digest, media_type, bytes, self.inner.leased_until());
        new.blobs = checked.blobs.into_iter().collect();
        new.children = checked.children.into_iter().collect();
        let subject = manifest.subject().and_then(Descriptor::known_digest);
        new.referrer = subject.map(|subject| ReferrerEdge::new(*subject, manifest.descriptor()));
        commit.requires.extend(checked.requires);
        commit.change(Change::PutManifest { repository: self.name.clone(), manifest: Box::new(new) })
    }
}

/// The digests that can be stored here, each once.
fn known<'d>(named: impl Iterator<Item = &'d Descriptor>) -> Vec<Digest> {
    let digests: BTreeSet<_> = named.filter_map(|descriptor| descriptor.known_digest().copied()).collect();
    digests.into_iter().collect()
}

fn found(digests: &[Digest], sizes: Vec<Option<u64>>) -> Sizes {
    digests.iter().zip(sizes).filter_map(|(digest, size)| Some((*digest, size?))).collect()
}

fn blob_there(repository: &RepositoryName, digest: Digest) -> Require {
    Require::Blob { repository: repository.clone(), digest, present: true }
}

fn same_size(place: &str, descriptor: &Descriptor, stored: u64) -> Result<()> {
    if descriptor.size == stored {
        return Ok(());
    }
    let reason = format!("{place}.size is {} and not the {stored} of the stored content", descriptor.size);
    Err(Error::InvalidManifest(registry_core::Error::InvalidManifest { reason: reason.into() }))
}
