//! The naive registry: sets and maps, searched from end to end, with every rule written down once more.

mod blob;
mod manifest;
mod referrer;
mod upload;

use std::collections::{BTreeMap, BTreeSet};

use registry_core::Digest;

use super::operation::{Expected, Operation};
use super::template::{REPOSITORIES, TAGS, TEMPLATES};

/// What was answered, in words that both registries share.
pub(super) type Answer = Result<String, String>;

/// A registry.
#[derive(Debug, Default)]
pub(super) struct Reference {
    pub(super) repositories: BTreeMap<&'static str, Held>,
    pub(super) stored: BTreeMap<Digest, Stored>,
    /// From the oldest to the newest, those that ended included.
    pub(super) sessions: Vec<Option<Session>>,
    /// Everything that happened, in words.
    pub(super) log: Vec<String>,
}

/// What a repository has.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) blobs: BTreeSet<Digest>,
    /// Each with what it uses, and whether as child.
    pub(super) manifests: BTreeMap<Digest, BTreeSet<(Digest, bool)>>,
    /// The manifests that were ever there.
    pub(super) once: BTreeSet<Digest>,
    pub(super) tags: BTreeMap<String, Digest>,
    /// Tag, then what it points to from then on, what it pointed to before, and why; from the oldest.
    pub(super) history: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seq: usize,
    pub(super) tag: String,
    pub(super) now: Option<Digest>,
    pub(super) before: Option<Digest>,
    pub(super) cause: &'static str,
}

#[derive(Debug)]
pub(super) struct Stored {
    pub(super) content: Vec<u8>,
    pub(super) lost: bool,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) repository: &'static str,
    pub(super) algorithm: registry_core::Algorithm,
    pub(super) content: Vec<u8>,
}

impl Reference {
    /// A registry with empty repositories.
    pub(super) fn new() -> Self {
        let repositories = REPOSITORIES.iter().map(|name| (*name, Held::default())).collect();
        Self { repositories, ..Self::default() }
    }

    pub(super) fn held(&self, repository: &str) -> &Held {
        &self.repositories[repository]
    }

    fn held_mut(&mut self, repository: &str) -> &mut Held {
        self.repositories.get_mut(repository).unwrap()
    }

    /// Whether the repository exists.
    pub(super) fn exists(&self, repository: &str) -> bool {
        let held = self.held(repository);
        !held.blobs.is_empty() || !held.manifests.is_empty()
    }

    /// Carries the operation out, if it can be, and answers.
    pub(super) fn carry_out(&mut self, operation: &Operation) -> Answer {
        let name = |repository: &usize| REPOSITORIES[*repository];
        match operation {
            Operation::Fill { repository } => self.fill(name(repository)),
            Operation::Start { repository, algorithm } => self.start(name(repository), *algorithm),
            Operation::Append { repository, session, sent } => self.append(name(repository), *session, sent),
            Operation::Finish { repository, session, sent, announced } => {
                self.finish(name(repository), *session, sent, announced)
            }
            Operation::Cancel { repository, session } => self.cancel(name(repository), *session),
            Operation::PutBlob { repository, sent, announced } => {
                self.put_blob(name(repository), sent, announced)
            }
            Operation::Mount { repository, content, algorithm, from } => {
                self.mount(name(repository), *content, *algorithm, from)
            }
            Operation::DeleteBlob { repository, content, algorithm } => {
                self.delete_blob(name(repository), *content, *algorithm)
            }
            Operation::Lose { content } => self.lose(*content),
            Operation::PutManifest { repository, template, target, tags, condition } => {
                let tags: Vec<_> = tags.iter().map(|tag| TAGS[*tag].as_str()).collect();
                self.put_manifest(name(repository), &TEMPLATES[*template], target, &tags, condition)
            }
            Operation::DeleteManifest { repository, template, condition } => {
                self.delete_manifest(name(repository), TEMPLATES[*template].digest, condition)
            }
            Operation::DeleteTag { repository, tag, condition } => {
                self.delete_tag(name(repository), &TAGS[*tag], condition)
            }
            Operation::RestoreTag { repository, tag, template, condition } => {
                self.restore_tag(name(repository), &TAGS[*tag], &TEMPLATES[*template], condition)
            }
            Operation::Restart => Ok("restarted".to_owned()),
        }
    }

    /// Writes down what happened.
    fn happened(&mut self, what: String) -> usize {
        self.log.push(what);
        self.log.len()
    }

    /// What it means that a manifest or tag is not there.
    fn no_manifest(&self, repository: &str) -> String {
        if self.exists(repository) { "manifest unknown" } else { "repository unknown" }.to_owned()
    }
}

impl Expected {
    /// The failure, if it does not hold.
    fn judge(&self, current: Option<Digest>) -> Result<(), String> {
        let among = |templates: &[usize]| {
            templates.iter().any(|template| Some(TEMPLATES[*template].digest) == current)
        };
        let holds = match self {
            Self::Any => true,
            Self::Is(templates) => among(templates),
            Self::Exists => current.is_some(),
            Self::Absent => current.is_none(),
            Self::IsNot(templates) => !among(templates),
        };
        if holds { Ok(()) } else { Err(format!("current is {current:?}")) }
    }
}
