//! What may happen.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use registry_core::{Algorithm, Digest};

use super::template::{CONTENTS, REPOSITORIES, TAGS, TEMPLATES};

/// One step. Numbers are places in the lists of [`template`](super::template); sessions are counted from the newest.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    /// All small blobs are pushed to a repository.
    Fill {
        repository: usize,
    },
    Start {
        repository: usize,
        algorithm: Option<Algorithm>,
    },
    Append {
        repository: usize,
        session: usize,
        sent: Sent,
    },
    Finish {
        repository: usize,
        session: usize,
        sent: Sent,
        announced: Announced,
    },
    Cancel {
        repository: usize,
        session: usize,
    },
    PutBlob {
        repository: usize,
        sent: Sent,
        announced: Announced,
    },
    Mount {
        repository: usize,
        content: usize,
        algorithm: Algorithm,
        from: MountFrom,
    },
    DeleteBlob {
        repository: usize,
        content: usize,
        algorithm: Algorithm,
    },
    /// The store loses the bytes.
    Lose {
        content: usize,
    },
    PutManifest {
        repository: usize,
        template: usize,
        target: Target,
        tags: Vec<usize>,
        condition: Expected,
    },
    DeleteManifest {
        repository: usize,
        template: usize,
        condition: Expected,
    },
    DeleteTag {
        repository: usize,
        tag: usize,
        condition: Expected,
    },
    RestoreTag {
        repository: usize,
        tag: usize,
        template: usize,
        condition: Expected,
    },
    /// Another process takes over.
    Restart,
}

/// A body and what is said of it.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) content: Vec<u8>,
    /// Where it is said to begin, from the end of the upload, and how much longer it is said to be in that.
    pub(super) range: Option<(i8, i8)>,
    /// How much longer than it is it is said to be.
    pub(super) length: Option<i8>,
    /// Whether it breaks behind its content.
    pub(super) broken: bool,
}

impl Sent {
    /// What is said of it, sent to an upload that has so many bytes: the first byte and the length of its range, and
    /// its length.
    pub(super) fn said(&self, offset: u64) -> (Option<(u64, u64)>, Option<u64>) {
        let longer = |by: i8| (self.content.len() as u64).saturating_add_signed(by.into());
        let range =
            self.range.map(|(from, by)| (offset.saturating_add_signed(from.into()), longer(by).max(1)));
        (range, self.length.map(longer))
    }
}

/// The digest that is announced.
#[derive(Debug, Clone)]
pub(super) enum Announced {
    Right(Algorithm),
    Of(usize, Algorithm),
}

impl Announced {
    /// The digest that is announced for this content.
    pub(super) fn digest(&self, content: &[u8]) -> Digest {
        match self {
            Self::Right(algorithm) => Digest::of(*algorithm, content),
            Self::Of(other, algorithm) => Digest::of(*algorithm, CONTENTS[*other]),
        }
    }
}

/// From where a blob is mounted.
#[derive(Debug, Clone)]
pub(super) enum MountFrom {
    Repository(usize),
    /// Any of those that are marked.
    AnyOf([bool; REPOSITORIES.len()]),
}

#[derive(Debug, Clone)]
pub(super) enum Target {
    Tag(usize),
    Digest,
    /// The digest of another one.
    Wrong(usize),
}

/// What is expected of the current value; numbers are templates.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    Any,
    Is(Vec<usize>),
    Exists,
    Absent,
    IsNot(Vec<usize>),
}

/// Operations, most of which are to be turned to what is there.
pub(super) fn operations() -> impl Strategy<Value = Vec<(Operation, Option<usize>)>> {
    vec((operation(), option::weighted(0.85, any::<usize>())), 1..80)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => uploads(),
        2 => blobs(),
        4 => manifests(),
    ]
}

fn uploads() -> impl Strategy<Value = Operation> {
    use Operation::{Append, Cancel, Finish, Restart, Start};
    let (repository, session) = (0..REPOSITORIES.len(), 0..3_usize);
    let place = (repository.clone(), session);
    prop_oneof![
        3 => (repository, option::weighted(0.3, algorithm()))
            .prop_map(|(repository, algorithm)| Start { repository, algorithm }),
        6 => (place.clone(), sent()).prop_map(|((repository, session), sent)| Append { repository, session, sent }),
        5 => (place.clone(), sent(), announced()).prop_map(|((repository, session), sent, announced)| {
            Finish { repository, session, sent, announced }
        }),
        1 => place.prop_map(|(repository, session)| Cancel { repository, session }),
        1 => Just(Restart),
    ]
}

fn blobs() -> impl Strategy<Value = Operation> {
    use Operation::{DeleteBlob, Fill, Lose, Mount, PutBlob};
    let (repository, content) = (0..REPOSITORIES.len(), 0..CONTENTS.len());
    let from = prop_oneof![
        (0..REPOSITORIES.len()).prop_map(MountFrom::Repository),
        any::<[bool; REPOSITORIES.len()]>().prop_map(MountFrom::AnyOf),
    ];
    prop_oneof![
        3 => repository.clone().prop_map(|repository| Fill { repository }),
        2 => (repository.clone(), sent(), announced())
            .prop_map(|(repository, sent, announced)| PutBlob { repository, sent, announced }),
        3 => (repository.clone(), content.clone(), algorithm(), from).prop_map(
            |(repository, content, algorithm, from)| Mount { repository, content, algorithm, from }
        ),
        3 => (repository, content.clone(), algorithm())
            .prop_map(|(repository, content, algorithm)| DeleteBlob { repository, content, algorithm }),
        1 => content.prop_map(|content| Lose { content }),
    ]
}

fn manifests() -> impl Strategy<Value = Operation> {
    use Operation::{DeleteManifest, DeleteTag, PutManifest, RestoreTag};
    let (repository, template) = (0..REPOSITORIES.len(), 0..TEMPLATES.len());
    let tag = 0..TAGS.len();
    let target = prop_oneof![
        6 => tag.clone().prop_map(Target::Tag),
        4 => Just(Target::Digest),
        1 => template.clone().prop_map(Target::Wrong),
    ];
    let tags = prop_oneof![3 => Just(Vec::new()), 1 => vec(tag.clone(), 1..4)];
    prop_oneof![
        8 => (repository.clone(), template.clone(), target, tags, expected()).prop_map(
            |(repository, template, target, tags, condition)| PutManifest {
                repository, template, target, tags, condition
            }
        ),
        3 => (repository.clone(), template.clone(), expected()).prop_map(
            |(repository, template, condition)| DeleteManifest { repository, template, condition }
        ),
        2 => (repository.clone(), tag.clone(), expected())
            .prop_map(|(repository, tag, condition)| DeleteTag { repository, tag, condition }),
        3 => (repository, tag, template, expected()).prop_map(
            |(repository, tag, template, condition)| RestoreTag { repository, tag, template, condition }
        ),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    let content = prop_oneof![
        3 => (0..CONTENTS.len()).prop_map(|content| CONTENTS[content].to_vec()),
        2 => proptest::sample::select(vec![b"o".to_vec(), b"ne".to_vec(), b"t".to_vec(), b"wo".to_vec()]),
        1 => vec(any::<u8>(), 0..40),
    ];
    let range = prop_oneof![
        4 => Just(None),
        4 => Just(Some((0, 0))),
        1 => (-3_i8..4).prop_map(|from| Some((from, 0))),
        1 => (-3_i8..4).prop_map(|longer| Some((0, longer))),
    ];
    let length = prop_oneof![4 => Just(None), 4 => Just(Some(0)), 1 => (-3_i8..4).prop_map(Some)];
    (content, range, length, proptest::bool::weighted(0.1))
        .prop_map(|(content, range, length, broken)| Sent { content, range, length, broken })
}

fn announced() -> impl Strategy<Value = Announced> {
    prop_oneof![
        4 => algorithm().prop_map(Announced::Right),
        1 => (0..CONTENTS.len(), algorithm()).prop_map(|(content, algorithm)| Announced::Of(content, algorithm)),
    ]
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop_oneof![5 => Just(Algorithm::Sha256), 2 => Just(Algorithm::Sha512), 1 => Just(Algorithm::Blake3)]
}

fn expected() -> impl Strategy<Value = Expected> {
    let digests = vec(0..TEMPLATES.len(), 0..3);
    prop_oneof![
        8 => Just(Expected::Any),
        1 => digests.clone().prop_map(Expected::Is),
        1 => Just(Expected::Exists),
        1 => Just(Expected::Absent),
        1 => digests.prop_map(Expected::IsNot),
    ]
}
