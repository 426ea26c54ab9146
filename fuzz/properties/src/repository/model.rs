//! What a repository is, told as simply as can be: which manifests it has, and what its tags point to.

use std::collections::{BTreeMap, BTreeSet};

use registry_core::{Digest, MediaType};

/// Three images, and an index of the first two of them, which is the last.
pub(super) fn contents(blob: &Digest) -> Vec<String> {
    let (image, index, empty) = (MediaType::OCI_MANIFEST, MediaType::OCI_INDEX, MediaType::OCI_EMPTY);
    let config = format!(r#"{{"mediaType":"{empty}","digest":"{blob}","size":2}}"#);
    let mut contents: Vec<String> = (0..3)
        .map(|n| {
            format!(r#"{{"schemaVersion":2,"mediaType":"{image}","config":{config},"layers":[],"annotations":{{"n":"{n}"}}}}"#)
        })
        .collect();
    let child = |content: &String| {
        let digest = Digest::sha256_of(content.as_bytes());
        format!(r#"{{"mediaType":"{image}","digest":"{digest}","size":{}}}"#, content.len())
    };
    let children: Vec<String> = contents[..2].iter().map(child).collect();
    contents
        .push(format!(r#"{{"schemaVersion":2,"mediaType":"{index}","manifests":[{}]}}"#, children.join(",")));
    contents
}

/// The number of the index.
const INDEX: usize = 3;

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Tag(usize),
    Digest(usize),
}

/// What a request expects of the current value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition {
    None,
    Exists,
    Absent,
    Is(usize),
    IsNot(usize),
}

impl Condition {
    pub(super) const fn of(choice: u8, number: usize) -> Self {
        match choice {
            0..140 => Self::None,
            140..160 => Self::Exists,
            160..185 => Self::Absent,
            185..225 => Self::Is(number),
            _ => Self::IsNot(number),
        }
    }

    /// The header that says so.
    pub(super) fn header(self, digest: impl Fn(usize) -> Digest) -> Option<(&'static str, String)> {
        match self {
            Self::None => None,
            Self::Exists => Some(("if-match", "*".to_owned())),
            Self::Absent => Some(("if-none-match", "*".to_owned())),
            Self::Is(number) => Some(("if-match", format!("\"{}\"", digest(number)))),
            Self::IsNot(number) => Some(("if-none-match", format!("\"{}\"", digest(number)))),
        }
    }

    fn holds(self, current: Option<usize>) -> bool {
        match self {
            Self::None => true,
            Self::Exists => current.is_some(),
            Self::Absent => current.is_none(),
            Self::Is(number) => current == Some(number),
            Self::IsNot(number) => current != Some(number),
        }
    }
}

/// The repository.
#[derive(Debug, Default)]
pub(super) struct Model {
    manifests: BTreeSet<usize>,
    tags: BTreeMap<usize, usize>,
}

impl Model {
    pub(super) fn tag(&self, tag: usize) -> Option<usize> {
        self.tags.get(&tag).copied()
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.manifests.contains(&number)
    }

    fn current(&self, target: Target) -> Option<usize> {
        match target {
            Target::Tag(tag) => self.tag(tag),
            Target::Digest(number) => self.has(number).then_some(number),
        }
    }

    /// The statuses that a put may be answered: one when it succeeds, and one for each reason why it does not.
    pub(super) fn put(&mut self, target: Target, number: usize, condition: Condition) -> Vec<u16> {
        let mut reasons = Vec::new();
        if matches!(target, Target::Digest(named) if named != number) {
            reasons.push(400);
        }
        if number == INDEX && !(self.has(0) && self.has(1)) {
            reasons.extend([400, 404]);
        }
        if !condition.holds(self.current(target)) {
            reasons.push(412);
        }
        if !reasons.is_empty() {
            return reasons;
        }
        self.manifests.insert(number);
        if let Target::Tag(tag) = target {
            self.tags.insert(tag, number);
        }
        vec![201]
    }

    /// The same of a delete.
    pub(super) fn delete(&mut self, target: Target, condition: Condition) -> Vec<u16> {
        let current = self.current(target);
        let mut reasons = Vec::new();
        if current.is_none() {
            reasons.push(404);
        }
        if !condition.holds(current) {
            reasons.push(412);
        }
        let in_use = matches!(target, Target::Digest(number) if number < 2 && self.has(INDEX));
        if in_use && current.is_some() {
            reasons.push(405);
        }
        if !reasons.is_empty() {
            return reasons;
        }
        match target {
            Target::Tag(tag) => drop(self.tags.remove(&tag)),
            Target::Digest(number) => {
                self.manifests.remove(&number);
                self.tags.retain(|_, pointed| *pointed != number);
            }
        }
        vec![202]
    }
}
