//! What another registry kept, taken over.
//!
//! Where both keep their bytes in one place, nothing is copied: the store [adopts](registry_storage::BlobStore::adopt)
//! them. Every digest is verified, manifests are taken byte for byte, and what is damaged is told by name and left out;
//! nothing is made up, and nothing ends the whole but a store that fails.
//!
//! ```
//! use std::sync::Arc;
//!
//! use registry_engine::Registry;
//! use registry_engine::import::{Distribution, Import, Told};
//! use registry_storage::blob::MemoryBlobStore;
//! use registry_storage::foreign::ForeignFolder;
//! use registry_storage::metadata::MemoryMetadataStore;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> registry_engine::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # std::fs::create_dir_all(folder.path().join("docker/registry/v2/repositories")).unwrap();
//! # let folder = folder.path();
//! let registry = Registry::new(Arc::new(MemoryBlobStore::new()), Arc::new(MemoryMetadataStore::new()));
//! let source = Distribution::open(ForeignFolder::new(folder)).await?.expect("a registry in the folder");
//! let tell = |told: Told<'_>| {
//!     if let Told::Finding(finding) = told {
//!         eprintln!("{finding}");
//!     }
//! };
//! let imported = Import::new(Arc::new(source), &registry).run(&tell).await?;
//! assert_eq!(imported.left_out, 0);
//! # Ok(())
//! # }
//! ```

mod blobs;
mod bring;
mod distribution;
mod finding;
mod manifests;
mod run;
mod source;
mod tags;

use std::sync::Arc;

pub use distribution::Distribution;
pub use finding::{Finding, Trouble};
pub use source::{Linked, Listed, Source};

use crate::{Registry, Result};

/// Takes over what another registry kept.
///
/// It can be stopped at any point and run again: what is here already is passed over. A tag that was moved or deleted
/// here by anybody since is left as it is, and so is a manifest that was deleted here.
///
/// The source may be in use meanwhile. What is written there behind the place where a run just is, is for the next one.
#[derive(Debug)]
pub struct Import {
    source: Arc<dyn Source>,
    target: Registry,
    copying: bool,
    trusting: bool,
    dry: bool,
    at_once: usize,
}

/// How much was taken over so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Imported {
    /// How many repositories were looked at.
    pub repositories: u64,
    /// How many blobs became readable in a repository.
    pub links: u64,
    /// How many blobs are used where they lie.
    pub adopted: u64,
    /// How many bytes these have.
    pub adopted_bytes: u64,
    /// How many blobs were copied.
    pub copied: u64,
    /// How many bytes these have.
    pub copied_bytes: u64,
    /// How many manifests are new here.
    pub manifests: u64,
    /// How many tags were set.
    pub tags: u64,
    /// How many findings say that something was left out.
    pub left_out: u64,
    /// How many findings say something else.
    pub notes: u64,
}

/// What is told while it runs.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums)]
pub enum Told<'a> {
    /// Something was found.
    Finding(&'a Finding),
    /// How far it is.
    Progress(&'a Imported),
}

impl Import {
    /// From a source to a registry, whose settings decide what a manifest may lack.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, target: &Registry) -> Self {
        let target = target.clone();
        Self { source, target, copying: false, trusting: false, dry: false, at_once: 8 }
    }

    /// Whether bytes are copied also where they could be used where they lie.
    #[must_use]
    pub fn copying(self, copying: bool) -> Self {
        Self { copying, ..self }
    }

    /// Whether blobs that are not copied are taken for what the source says they are. Their sizes are looked at all the
    /// same, and manifests are always verified.
    #[must_use]
    pub fn trusting(self, trusting: bool) -> Self {
        Self { trusting, ..self }
    }

    /// Whether bytes stay where they are while all else is done: what the registry says of them afterwards is not true.
    /// It is for a registry that is thrown away, to find out what a run would find and do.
    #[must_use]
    pub fn dry(self, dry: bool) -> Self {
        Self { dry, ..self }
    }

    /// How many blobs and files are dealt with at a time; 8 by default, and 1 at least.
    #[must_use]
    pub fn at_once(self, at_once: usize) -> Self {
        Self { at_once: at_once.max(1), ..self }
    }

    /// Takes over everything that is not here yet.
    ///
    /// # Errors
    /// When a store fails, or the source cannot be reached. What was taken over before stays, and the next run goes on
    /// behind it.
    ///
    /// # Cancel safety
    /// As after an error. Bytes of blobs that were being taken over may be left for later cleaning.
    pub async fn run(&self, tell: &(dyn Fn(Told<'_>) + Send + Sync)) -> Result<Imported> {
        run::Run::new(self, tell).all().await
    }
}
