//! Commits with a fault.

use std::time::Duration;

use async_trait::async_trait;
use registry_core::{Actor, PageRequest, Reference, TagCause, Timestamp};
use registry_storage::metadata::{
    BlobIndex, Committed, JobIndex, ManifestIndex, NewManifest, RepositoryIndex,
};
use registry_storage::{Change, Commit, Error, MetadataStore, Require, Result};

use super::{Fault, Faulty};

#[async_trait]
impl MetadataStore for Faulty {
    async fn commit(&self, mut commit: Commit) -> Result<Committed> {
        let Some(fault) = self.fault else { return self.inner.commit(commit).await };
        commit.requires.retain(|require| !is_blind(fault, require));
        self.change_before(fault, &mut commit).await;
        match fault {
            Fault::SplitsCommits => return self.split(commit).await,
            Fault::ChecksConditionsAfterwards => {
                let conditions = std::mem::take(&mut commit.requires);
                let done = self.inner.commit(commit.clone()).await?;
                commit.requires = conditions;
                commit.changes.clear();
                self.inner.commit(commit).await?;
                return Ok(done);
            }
            Fault::ChecksConditionsTooEarly => {
                let mut early = Commit::new(commit.actor.clone(), commit.at);
                early.requires = std::mem::take(&mut commit.requires);
                self.inner.commit(early).await?;
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            _ => {}
        }
        let asked = commit.clone();
        let answer = self.inner.commit(commit).await;
        self.change_after(fault, asked, answer).await
    }
}

/// Whether the store with this fault does not look at the condition.
fn is_blind(fault: Fault, require: &Require) -> bool {
    match require {
        Require::Tag { .. } => fault == Fault::IsBlindToTags,
        Require::Manifest { .. } => fault == Fault::IsBlindToManifests,
        Require::Blob { .. } => fault == Fault::IsBlindToBlobs,
        Require::StoredBlob { .. } => fault == Fault::IsBlindToLocations,
        Require::BlobUnused { .. } => fault == Fault::IsBlindToUsedBlobs,
        Require::ManifestUnused { .. } => fault == Fault::IsBlindToUsedManifests,
        Require::Upload { .. } => fault == Fault::IsBlindToUploads,
        Require::UploadRoom { .. } => fault == Fault::IsBlindToUploadRoom,
        Require::Document { .. } => fault == Fault::IsBlindToDocuments,
        Require::Job { .. } => fault == Fault::IsBlindToJobs,
        _ => false,
    }
}

impl Faulty {
    async fn split(&self, mut commit: Commit) -> Result<Committed> {
        let mut events = Vec::new();
        for change in std::mem::take(&mut commit.changes) {
            let mut part = Commit::new(commit.actor.clone(), commit.at).change(change);
            part.requires = std::mem::take(&mut commit.requires);
            events.extend(self.inner.commit(part).await?.events);
            // As long as a disk may take.
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        Ok(Committed::new(events))
    }

    async fn change_before(&self, fault: Fault, commit: &mut Commit) {
        match fault {
            Fault::IgnoresConditions => commit.requires.clear(),
            Fault::TakesChildrenForBlobs => {
                for require in &mut commit.requires {
                    if let Require::ManifestUnused { repository, digest } = require.clone() {
                        *require = Require::BlobUnused { repository, digest };
                    }
                }
            }
            Fault::ForgetsTheActor => commit.actor = Actor::anonymous(),
            Fault::CutsLargeNumbers => commit.at = cut(commit.at),
            _ => {}
        }
        let mut changes = Vec::new();
        for change in std::mem::take(&mut commit.changes) {
            self.change_change(fault, change, &mut changes).await;
        }
        commit.changes = changes;
    }

    /// What the store with this fault does instead of the change.
    async fn change_change(&self, fault: Fault, change: Change, instead: &mut Vec<Change>) {
        match (fault, change) {
            (Fault::KeepsTheFirstLocation, Change::StoreBlob { digest, .. })
                if self.inner.stored_blob(&digest).await.unwrap().is_some() => {}
            (Fault::ShortensLeases, Change::RenewLease { repository, digest, leased_until })
                if self.inner.blob(&repository, &digest).await.unwrap().is_some() =>
            {
                instead.push(Change::UnlinkBlob { repository: repository.clone(), digest });
                instead.push(Change::LinkBlob { repository, digest, leased_until });
            }
            (Fault::LinksByRenewing, Change::RenewLease { repository, digest, leased_until }) => {
                instead.push(Change::LinkBlob { repository, digest, leased_until });
            }
            (Fault::UnlinksEverywhere, Change::UnlinkBlob { digest, .. }) => {
                let all = PageRequest::first(1_000);
                for repository in self.inner.blob_repositories(&digest, &all).await.unwrap().items {
                    instead.push(Change::UnlinkBlob { repository, digest });
                }
            }
            (Fault::StoresWhatIsLinked, change @ Change::LinkBlob { digest, .. }) => {
                if self.inner.stored_blob(&digest).await.unwrap().is_none() {
                    instead.push(Change::StoreBlob { digest, size: 0, location: "".into() });
                }
                instead.push(change);
            }
            (Fault::KeepsDeletedManifests, Change::DeleteManifest { .. }) => {}
            (Fault::MakesWhatIsTagged, change @ Change::SetTag { .. }) => {
                self.make_target(&change, instead).await;
                instead.push(change);
            }
            (Fault::AppendsWhatIsTheSame, Change::SetTag { repository, tag, digest, cause }) => {
                instead.push(Change::DeleteTag { repository: repository.clone(), tag: tag.clone(), cause });
                instead.push(Change::SetTag { repository, tag, digest, cause });
            }
            (Fault::TakesAllCausesForPushes, Change::SetTag { repository, tag, digest, .. }) => {
                instead.push(Change::SetTag { repository, tag, digest, cause: TagCause::Push });
            }
            (Fault::CountsNoBeats, Change::PutJob { name, holder })
                if self.inner.job(&name).await.unwrap().holder == holder => {}
            (Fault::KeepsTheTerm, Change::PutJob { name, holder: Some(_) }) => {
                instead.push(Change::PutJob { name, holder: Some("the first".to_owned()) });
            }
            (Fault::TellsOfJobs, change @ Change::PutJob { .. }) => {
                instead.push(Change::PutDocument { kind: "job".into(), key: "".into(), value: "".into() });
                instead.push(change);
            }
            (fault, change @ Change::PutManifest { .. }) => self.change_put(fault, change, instead).await,
            (Fault::CutsLargeNumbers, change) => instead.push(cut_change(change)),
            (_, change) => instead.push(change),
        }
    }

    async fn make_target(&self, change: &Change, instead: &mut Vec<Change>) {
        if let Change::SetTag { repository, digest, .. } = change {
            let target = Reference::Digest(*digest);
            if self.inner.manifest_stat(repository, &target).await.unwrap().is_none() {
                let (kind, at) = (registry_core::MediaType::OCI_MANIFEST, Timestamp::from_micros(1));
                let manifest = Box::new(NewManifest::new(*digest, kind, "{}".into(), at));
                instead.push(Change::PutManifest { repository: repository.clone(), manifest });
            }
        }
    }

    async fn change_put(&self, fault: Fault, change: Change, instead: &mut Vec<Change>) {
        let Change::PutManifest { repository, mut manifest } = change else { return };
        let reference = Reference::Digest(manifest.digest);
        let before = self.inner.manifest_stat(&repository, &reference).await.unwrap();
        let key = (repository.clone(), manifest.digest);
        match (fault, before) {
            (Fault::TellsNothingOfASecondPut, Some(_)) => return,
            (Fault::KeepsTheFirstMediaType, Some(before)) => manifest.media_type = before.media_type,
            (Fault::AddsUpEdges, Some(_)) => {
                let memory = self.memory.lock().unwrap();
                manifest.blobs.extend(&memory.manifests[&key].blobs);
            }
            (Fault::TrimsManifests, _) => {
                manifest.bytes = manifest.bytes.trim_ascii_end().to_vec().into();
            }
            (Fault::CutsLargeNumbers, _) => manifest.leased_until = cut(manifest.leased_until),
            _ => {}
        }
        self.memory.lock().unwrap().manifests.insert(key, (*manifest).clone());
        instead.push(Change::PutManifest { repository, manifest });
    }

    async fn change_after(
        &self,
        fault: Fault,
        asked: Commit,
        answer: Result<Committed>,
    ) -> Result<Committed> {
        match (fault, answer) {
            (Fault::NamesTheLastCondition, Err(Error::Conflict { .. })) => {
                Err(Error::Conflict { index: asked.requires.len() - 1 })
            }
            (Fault::KeepsTheFirstChange, Err(error @ Error::Conflict { .. })) => {
                let first = asked.changes.first().cloned();
                let mut kept = Commit::new(asked.actor, asked.at);
                kept.changes.extend(first);
                self.inner.commit(kept).await.unwrap();
                Err(error)
            }
            (Fault::BurnsNumbers, Err(error)) => {
                let trace = Change::PutDocument { kind: "trace".into(), key: "".into(), value: "".into() };
                self.inner.commit(Commit::new(asked.actor, asked.at).change(trace)).await.unwrap();
                Err(error)
            }
            (Fault::AnswersNoEvents, Ok(_)) => Ok(Committed::default()),
            (Fault::AnswersEventsBackwards, Ok(mut done)) => {
                done.events.reverse();
                Ok(done)
            }
            (Fault::KeepsEmptyRepositories, Ok(done)) => {
                let all = PageRequest::first(1_000);
                let existing = self.inner.repositories(&all).await.unwrap().items;
                self.memory.lock().unwrap().seen.extend(existing);
                Ok(done)
            }
            (Fault::CountsDocumentsFromOne, Ok(done)) => {
                let mut memory = self.memory.lock().unwrap();
                for change in asked.changes {
                    if let Change::PutDocument { kind, key, .. } = change {
                        *memory.writes.entry((kind, key)).or_default() += 1;
                    }
                }
                Ok(done)
            }
            (_, answer) => answer,
        }
    }
}

fn cut(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.as_micros().min(i64::MAX.unsigned_abs()))
}

fn cut_change(change: Change) -> Change {
    match change {
        Change::StoreBlob { digest, size, location } => {
            Change::StoreBlob { digest, size: size.min(i64::MAX.unsigned_abs()), location }
        }
        Change::LinkBlob { repository, digest, leased_until } => {
            Change::LinkBlob { repository, digest, leased_until: cut(leased_until) }
        }
        Change::RenewLease { repository, digest, leased_until } => {
            Change::RenewLease { repository, digest, leased_until: cut(leased_until) }
        }
        Change::PutUpload(mut upload) => {
            upload.offset = upload.offset.min(i64::MAX.unsigned_abs());
            Change::PutUpload(upload)
        }
        other => other,
    }
}
