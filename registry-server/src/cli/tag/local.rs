//! Tags of a data folder at rest.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use registry_core::{Actor, Digest, RepositoryName, Tag, Timestamp};
use registry_engine::{Condition, Error as Engine, Registry, TagEntry, TagPoint};
use serde_json::{Value, json};

use super::PointArguments;
use crate::cli::exit::{Exit, Failure};
use crate::cli::folder::{DataFolder, FolderError};

/// A registry that nobody serves meanwhile.
pub(super) struct Local {
    registry: Registry,
    /// Keeps servers out for as long as it is there.
    _lock: File,
}

impl Local {
    pub(super) async fn open(folder: &Path) -> Result<Self, Failure> {
        if !folder.join("metadata.sqlite").is_file() {
            let text = format!("there is no registry in the folder {}", folder.display());
            return Err(Exit::NotFound.because(text));
        }
        match DataFolder::open(folder).await {
            Ok(DataFolder { blobs, metadata, lock }) => {
                Ok(Self { registry: Registry::new(blobs, metadata), _lock: lock })
            }
            Err(FolderError::Taken { path }) => Err(Exit::Conflict.because(format!(
                "the data folder {} is being served: ask its server with --server, or stop it first",
                path.display()
            ))),
            Err(error) => Err(Exit::Failed.because(error)),
        }
    }

    /// The same as a server answers, with all pages in one.
    pub(super) async fn history(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        limit: usize,
    ) -> Result<Value, Failure> {
        let repository = self.registry.repository(name.clone());
        let page = repository.tag_history(tag, None, limit.max(1)).await.map_err(failure)?;
        if page.items.is_empty() {
            return Err(Exit::NotFound.because(format!("the tag {tag} never was in {name}")));
        }
        let entries: Vec<Value> = page.items.iter().take(limit).map(entry).collect();
        Ok(json!({ "name": name, "tag": tag, "history": entries }))
    }

    pub(super) async fn restore(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        point: &PointArguments,
        expect: Option<&Digest>,
    ) -> Result<Value, Box<dyn Error>> {
        let point = match (&point.to, &point.at, point.seq) {
            (Some(digest), ..) => TagPoint::Digest(*digest),
            (_, Some(at), _) => {
                let at = Timestamp::parse_near(at, self.registry.now());
                TagPoint::At(at.map_err(|error| Exit::Usage.because(error))?)
            }
            (.., seq) => TagPoint::Seq(seq.unwrap_or_default()),
        };
        let condition = expect.map_or(Condition::Any, |digest| Condition::Is(vec![*digest]));
        let actor: Actor = "operator".parse()?;
        let repository = self.registry.repository(name.clone());
        let digest = repository.tag_point(tag, &point).await.map_err(failure)?;
        let record = repository.restore_tag(&actor, tag, &digest, condition).await.map_err(failure)?;
        Ok(json!({
            "name": name,
            "tag": tag,
            "digest": record.digest,
            "seq": record.seq,
            "at": record.at,
            "time": record.at.to_string(),
        }))
    }
}

fn entry(entry: &TagEntry) -> Value {
    json!({
        "seq": entry.seq,
        "at": entry.at,
        "time": entry.at.to_string(),
        "actor": entry.actor,
        "cause": entry.cause,
        "digest": entry.digest,
        "previous": entry.previous,
    })
}

fn failure(error: Engine) -> Failure {
    let exit = match error {
        Engine::RepositoryUnknown
        | Engine::ManifestUnknown { .. }
        | Engine::HistoryUnknown { .. }
        | Engine::NothingThen { .. }
        | Engine::MissingContent { .. } => Exit::NotFound,
        Engine::ConditionFailed { .. } => Exit::Conflict,
        _ => Exit::Failed,
    };
    exit.because(error)
}
