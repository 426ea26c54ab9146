//! One run, repository by repository.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt;
use registry_core::RepositoryName;

use super::{Finding, Import, Imported, Told, Trouble};
use crate::{Repository, Result};

/// One run of an import.
pub(super) struct Run<'a> {
    pub(super) import: &'a Import,
    tell: &'a (dyn Fn(Told<'_>) + Send + Sync),
    counts: Mutex<Imported>,
}

impl<'a> Run<'a> {
    pub(super) fn new(import: &'a Import, tell: &'a (dyn Fn(Told<'_>) + Send + Sync)) -> Self {
        Self { import, tell, counts: Mutex::default() }
    }

    pub(super) async fn all(&self) -> Result<Imported> {
        let mut names = self.import.source.repositories();
        while let Some(found) = names.next().await {
            if let Some(name) = self.keep(found)? {
                self.repository(name).await?;
            }
        }
        Ok(*self.counts())
    }

    /// Blobs before manifests, manifests before tags: nothing is readable before all that it names.
    async fn repository(&self, name: RepositoryName) -> Result<()> {
        let repository = self.import.target.repository(name);
        self.counts().repositories += 1;
        let remains = self.keep(self.import.source.remains(repository.name()).await)?;
        remains.iter().flatten().for_each(|finding| self.found(finding));
        self.blobs(&repository).await?;
        self.referrer_lists(&repository).await?;
        self.manifests(&repository).await?;
        self.tags(&repository).await?;
        self.progress(|_| {});
        Ok(())
    }

    /// What was found, if it was; trouble in one place is told.
    pub(super) fn keep<T>(&self, found: Result<T, Trouble>) -> Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(Trouble::Here(finding)) => {
                self.found(&finding);
                Ok(None)
            }
            Err(Trouble::Everywhere(error)) => Err(error),
        }
    }

    pub(super) fn found(&self, finding: &Finding) {
        let mut counts = self.counts();
        *(if finding.is_loss { &mut counts.left_out } else { &mut counts.notes }) += 1;
        drop(counts);
        (self.tell)(Told::Finding(finding));
    }

    /// Counts, and tells how far it is.
    pub(super) fn progress(&self, count: impl FnOnce(&mut Imported)) {
        let mut counts = self.counts();
        count(&mut counts);
        let now = *counts;
        drop(counts);
        (self.tell)(Told::Progress(&now));
    }

    fn counts(&self) -> MutexGuard<'_, Imported> {
        // Nothing under it can panic half-way.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a repository, as it is told.
pub(super) fn place(repository: &Repository, what: &str, which: impl std::fmt::Display) -> String {
    format!("{}, {what} {which}", repository.name())
}
