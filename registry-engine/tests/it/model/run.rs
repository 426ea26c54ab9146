//! The same operations on the engine.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use registry_core::{ByteRange, Digest, Event, EventKind, RepositoryName};
use registry_engine::{
    Chunk, Condition, Error, MountSource, PutManifest, Registry, Repository, StartUpload, UploadId,
};

use super::operation::{Expected, MountFrom, Operation, Sent, Target};
use super::reference::{Answer, Reference};
use super::template::{CONTENTS, REPOSITORIES, TAGS, TEMPLATES};
use crate::support::{World, actor, body, broken, name, tag};

/// The engine, with what the test has to remember of it.
pub(super) struct Engine {
    pub(super) world: World,
    pub(super) registry: Registry,
    /// The sessions, from the oldest.
    pub(super) sessions: Vec<UploadId>,
    /// How many events were looked at.
    pub(super) seen: AtomicUsize,
}

impl Engine {
    pub(super) fn new(world: World) -> Self {
        let registry = world.registry.clone();
        Self { world, registry, sessions: Vec::new(), seen: AtomicUsize::new(0) }
    }

    pub(super) fn repository(&self, index: usize) -> Repository {
        self.registry.repository(name(REPOSITORIES[index]))
    }

    /// The id of the session, or one that is nobody's.
    pub(super) fn session(&self, place: Option<usize>) -> UploadId {
        place.map_or_else(|| UploadId::random().unwrap(), |place| self.sessions[place])
    }

    /// Carries the operation out. Of the reference it asks only how many bytes a session has, to say so.
    pub(super) async fn carry_out(&mut self, operation: &Operation, before: &Reference) -> Answer {
        let answer = match operation {
            Operation::Fill { .. }
            | Operation::Start { .. }
            | Operation::Append { .. }
            | Operation::Finish { .. }
            | Operation::Cancel { .. }
            | Operation::PutBlob { .. } => self.upload(operation, before).await,
            Operation::Mount { repository, content, algorithm, from } => {
                let digest = Digest::of(*algorithm, CONTENTS[*content]);
                self.mount(*repository, &digest, from).await
            }
            Operation::DeleteBlob { repository, content, algorithm } => {
                let digest = Digest::of(*algorithm, CONTENTS[*content]);
                let deleted = self.repository(*repository).delete_blob(actor(), &digest).await;
                deleted.map(|()| "deleted".to_owned())
            }
            Operation::Lose { content } => self.lose(&Digest::sha256_of(CONTENTS[*content])).await,
            Operation::Restart => {
                self.registry = self.world.second();
                Ok("restarted".to_owned())
            }
            _ => self.manifest(operation).await,
        };
        answer.map_err(|error| told(&error))
    }

    async fn upload(&mut self, operation: &Operation, before: &Reference) -> Result<String, Error> {
        let chunk = |repository: &usize, session: &usize, sent: &Sent| {
            let session = before.session(REPOSITORIES[*repository], *session);
            chunk(sent, session.map_or(0, |session| session.content.len() as u64))
        };
        let id = |session: &usize| self.session(before.place_of(*session));
        match operation {
            Operation::Fill { repository } => {
                for content in CONTENTS {
                    let digest = Digest::sha256_of(content);
                    self.repository(*repository).put_blob(actor(), &digest, None, body(content)).await?;
                }
                Ok("filled".to_owned())
            }
            Operation::Start { repository, algorithm } => {
                let start = StartUpload { algorithm: *algorithm, size_hint: None };
                let status = self.repository(*repository).start_upload(actor(), start).await?;
                self.sessions.push(status.id);
                Ok(format!("at {}", status.offset))
            }
            Operation::Append { repository, session, sent } => {
                let chunk = chunk(repository, session, sent);
                let repository = self.repository(*repository);
                let status = repository.append_upload(actor(), &id(session), chunk, stream(sent)).await?;
                Ok(format!("at {}", status.offset))
            }
            Operation::Finish { repository, session, sent, announced } => {
                let kept = before.session(REPOSITORIES[*repository], *session);
                let kept = kept.map_or(&[][..], |session| session.content.as_slice());
                let digest = announced.digest(&[kept, &sent.content].concat());
                let chunk = chunk(repository, session, sent);
                let repository = self.repository(*repository);
                let stat =
                    repository.finish_upload(actor(), &id(session), &digest, chunk, stream(sent)).await?;
                Ok(format!("{} of {}", stat.digest, stat.size))
            }
            Operation::Cancel { repository, session } => {
                self.repository(*repository).cancel_upload(actor(), &id(session)).await?;
                Ok("cancelled".to_owned())
            }
            Operation::PutBlob { repository, sent, announced } => {
                let (repository, digest) = (self.repository(*repository), announced.digest(&sent.content));
                let (_, length) = sent.said(0);
                let stat = repository.put_blob(actor(), &digest, length, stream(sent)).await?;
                Ok(format!("{} of {}", stat.digest, stat.size))
            }
            other => panic!("{other:?} is no upload"),
        }
    }

    async fn mount(&self, repository: usize, digest: &Digest, from: &MountFrom) -> Result<String, Error> {
        let allowed = |source: RepositoryName| {
            let MountFrom::AnyOf(marked) = from else { panic!("nobody is asked") };
            let index = REPOSITORIES.iter().position(|name| *name == source.as_str()).unwrap();
            std::future::ready(marked[index]).boxed()
        };
        let source = match from {
            MountFrom::Repository(source) => MountSource::Repository(name(REPOSITORIES[*source])),
            MountFrom::AnyOf(_) => MountSource::AnyOf(&allowed),
        };
        let mounted = self.repository(repository).mount_blob(actor(), digest, source).await?;
        let told = mounted.map(|stat| format!("{} of {}", stat.digest, stat.size));
        Ok(told.unwrap_or_else(|| "not mounted".to_owned()))
    }

    async fn lose(&self, digest: &Digest) -> Result<String, Error> {
        if let Some(stored) = self.world.metadata.stored_blob(digest).await? {
            self.world.blobs.delete(&stored.location).await?;
        }
        Ok("lost".to_owned())
    }

    async fn manifest(&self, operation: &Operation) -> Result<String, Error> {
        match operation {
            Operation::PutManifest { repository, template, target, tags, condition } => {
                let template = &TEMPLATES[*template];
                let target = match target {
                    Target::Tag(index) => tag(&TAGS[*index]).into(),
                    Target::Digest => template.digest.into(),
                    Target::Wrong(other) => TEMPLATES[*other].digest.into(),
                };
                let put = PutManifest {
                    target,
                    tags: tags.iter().map(|index| tag(&TAGS[*index])).collect(),
                    media_type: Some(template.media_type.clone()),
                    bytes: template.bytes.clone(),
                    condition: condition.into(),
                };
                let put = self.repository(*repository).put_manifest(actor(), put).await?;
                let tags: Vec<_> = put.tags.iter().map(ToString::to_string).collect();
                Ok(format!("{} {} {:?} {tags:?}", put.digest, put.created, put.subject))
            }
            Operation::DeleteManifest { repository, template, condition } => {
                let digest = TEMPLATES[*template].digest;
                self.repository(*repository).delete_manifest(actor(), &digest, condition.into()).await?;
                Ok("deleted".to_owned())
            }
            Operation::DeleteTag { repository, tag: index, condition } => {
                let repository = self.repository(*repository);
                repository.delete_tag(actor(), &tag(&TAGS[*index]), condition.into()).await?;
                Ok("deleted".to_owned())
            }
            Operation::RestoreTag { repository, tag: index, template, condition } => {
                let (repository, digest) = (self.repository(*repository), TEMPLATES[*template].digest);
                let restored =
                    repository.restore_tag(actor(), &tag(&TAGS[*index]), &digest, condition.into()).await?;
                Ok(format!("{} at {}", restored.digest, restored.seq))
            }
            other => panic!("{other:?} is about no manifest"),
        }
    }

    /// The events since the last look, in words.
    pub(super) async fn news(&self) -> Vec<String> {
        let seen = self.seen.load(Ordering::Relaxed);
        let events = self.registry.events(seen as u64, 1000).await.unwrap();
        for (i, event) in events.iter().enumerate() {
            assert_eq!(event.seq, (seen + i + 1) as u64);
            assert_eq!(&event.actor, actor());
        }
        self.seen.fetch_add(events.len(), Ordering::Relaxed);
        events.iter().map(happened).collect()
    }
}

fn stream(sent: &Sent) -> registry_engine::BodyStream<'static> {
    if sent.broken { broken(&sent.content) } else { body(&sent.content) }
}

fn chunk(sent: &Sent, offset: u64) -> Chunk {
    let (range, length) = sent.said(offset);
    let range = range.map(|(first, length)| ByteRange::new(first, first + length - 1).unwrap().into());
    Chunk { range, length }
}

impl From<&Expected> for Condition {
    fn from(expected: &Expected) -> Self {
        let digests = |templates: &[usize]| templates.iter().map(|i| TEMPLATES[*i].digest).collect();
        match expected {
            Expected::Any => Self::Any,
            Expected::Is(templates) => Self::Is(digests(templates)),
            Expected::Exists => Self::Exists,
            Expected::Absent => Self::Absent,
            Expected::IsNot(templates) => Self::IsNot(digests(templates)),
        }
    }
}

/// An error in words.
pub(super) fn told(error: &Error) -> String {
    match error {
        Error::RepositoryUnknown => "repository unknown".to_owned(),
        Error::BlobUnknown { .. } => "blob unknown".to_owned(),
        Error::ManifestUnknown { .. } => "manifest unknown".to_owned(),
        Error::UploadUnknown { .. } => "upload unknown".to_owned(),
        Error::HistoryUnknown { .. } => "history unknown".to_owned(),
        Error::MissingContent { digests } => {
            let digests: Vec<_> = digests.iter().map(ToString::to_string).collect();
            format!("missing {}", digests.join(" "))
        }
        Error::InvalidManifest(_) => "invalid manifest".to_owned(),
        Error::DigestMismatch { expected, actual } => format!("digest is {actual} and not {expected}"),
        Error::SizeMismatch { expected, .. } => format!("size is not {expected}"),
        Error::OutOfOrder { status } => format!("out of order at {}", status.offset),
        Error::ConditionFailed { current } => format!("current is {current:?}"),
        Error::InUse { .. } => "in use".to_owned(),
        Error::Unsupported { .. } => "unsupported".to_owned(),
        Error::Interrupted { .. } => "interrupted".to_owned(),
        Error::Corrupt { .. } => "corrupt".to_owned(),
        error => panic!("{error:?}"),
    }
}

fn happened(event: &Event) -> String {
    let what = match &event.kind {
        EventKind::BlobLinked { digest, size } => format!("{digest} of {size} linked"),
        EventKind::BlobUnlinked { digest } => format!("{digest} unlinked"),
        EventKind::ManifestPut { digest, size, subject, .. } => {
            format!("{digest} of {size} put about {subject:?}")
        }
        EventKind::ManifestDeleted { digest } => format!("{digest} deleted"),
        EventKind::TagSet { tag, digest, previous, cause } => {
            format!("{tag} from {previous:?} to {:?} by {}", Some(digest), cause.as_str())
        }
        EventKind::TagDeleted { tag, previous, cause } => {
            format!("{tag} from {:?} to None by {}", Some(previous), cause.as_str())
        }
        other => panic!("{other:?}"),
    };
    format!("{}: {what}", event.repository.as_ref().unwrap())
}
