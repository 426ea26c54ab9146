//! What the tags of a repository point to.

use futures_util::StreamExt;
use registry_core::{Actor, Digest, Tag, TagCause};
use registry_storage::{Commit, Error as Storage, Require};

use super::run::{Run, place};
use super::{Finding, Trouble};
use crate::{Error, Repository, Result};

/// How many tags are set in one commit.
const TOGETHER: usize = 256;

/// A tag that is to be set.
struct Move {
    tag: Tag,
    to: Digest,
    from: Option<Digest>,
}

impl Run<'_> {
    /// Sets the tags, many in one commit.
    pub(super) async fn tags(&self, repository: &Repository) -> Result<()> {
        let found = self.import.source.tags(repository.name());
        let judged = found.map(|found| async move {
            match found {
                Ok(tag) => self.judge(repository, tag).await,
                Err(trouble) => Err(trouble),
            }
        });
        let mut together = judged.buffer_unordered(self.import.at_once).chunks(TOGETHER);
        while let Some(outcomes) = together.next().await {
            let mut moves = Vec::new();
            for outcome in outcomes {
                moves.extend(self.keep(outcome)?.flatten());
            }
            self.set(repository, moves).await?;
        }
        Ok(())
    }

    /// Whether the tag is to be set.
    async fn judge(&self, repository: &Repository, tag: Tag) -> Result<Option<Move>, Trouble> {
        let to = self.import.source.target(repository.name(), &tag).await?;
        let history = repository.tag_history(&tag, None, 1).await?;
        let newest = history.items.into_iter().next();
        let from = newest.as_ref().and_then(|entry| entry.digest);
        if from == Some(to) {
            return Ok(None);
        }
        let at = || place(repository, "tag", &tag);
        if newest.is_some_and(|entry| entry.cause != TagCause::Import) {
            return Err(Finding::note(at(), "it was moved or deleted here, and stays so").into());
        }
        let metadata = &repository.inner.metadata;
        let stat = metadata.manifest_stat(repository.name(), &to.into()).await.map_err(Error::from)?;
        if stat.is_none() {
            return Err(Finding::loss(at(), format!("it points to {to}, which is not there")).into());
        }
        Ok(Some(Move { tag, to, from }))
    }

    async fn set(&self, repository: &Repository, moves: Vec<Move>) -> Result<()> {
        if moves.is_empty() {
            return Ok(());
        }
        let begun = repository.commit(&Actor::system());
        let commit = moves.iter().fold(begun, |commit, one| one.setting(commit, repository));
        match repository.inner.commit(commit).await {
            Ok(_) => self.progress(|counts| counts.tags += moves.len() as u64),
            // Somebody else moved one of them meanwhile.
            Err(Storage::Conflict { .. }) => {
                for one in moves {
                    self.set_one(repository, one).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn set_one(&self, repository: &Repository, one: Move) -> Result<()> {
        match repository.inner.commit(one.setting(repository.commit(&Actor::system()), repository)).await {
            Ok(_) => self.progress(|counts| counts.tags += 1),
            Err(Storage::Conflict { .. }) => {
                let at = place(repository, "tag", &one.tag);
                self.found(&Finding::note(at, "it was changed here meanwhile, and stays so"));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

impl Move {
    fn setting(&self, commit: Commit, repository: &Repository) -> Commit {
        let (name, tag) = (repository.name().clone(), self.tag.clone());
        let (digest, present) = (self.to, true);
        let commit = commit
            .require(Require::Tag { repository: name.clone(), tag, is: self.from })
            .require(Require::Manifest { repository: name, digest, present });
        commit.change(repository.tagging(&self.tag, digest, TagCause::Import))
    }
}
