//! Turning random operations to what is there: left to chance alone they would seldom hit anything.

use registry_core::{Algorithm, Digest};

use super::operation::{Expected, MountFrom, Operation, Target};
use super::reference::Reference;
use super::template::{CONTENTS, REPOSITORIES, TAGS, TEMPLATES};

/// The same kind of operation on something that the registry has; `choice` says on which.
pub(super) fn aim(mut operation: Operation, choice: usize, reference: &Reference) -> Operation {
    match &mut operation {
        Operation::Append { repository, session, .. }
        | Operation::Finish { repository, session, .. }
        | Operation::Cancel { repository, session } => {
            if let Some(found) = choose(choice, sessions(reference)) {
                (*repository, *session) = found;
            }
        }
        Operation::Mount { content, algorithm, from, .. } => {
            if let Some((source, blob, kind)) = choose(choice, blobs(reference)) {
                (*content, *algorithm, *from) = (blob, kind, MountFrom::Repository(source));
            }
        }
        Operation::DeleteBlob { repository, content, algorithm } => {
            if let Some(found) = choose(choice, blobs(reference)) {
                (*repository, *content, *algorithm) = found;
            }
        }
        Operation::PutManifest { repository, target, tags, condition, .. } => {
            let existing = (0..REPOSITORIES.len()).filter(|i| reference.exists(REPOSITORIES[*i]));
            *repository = choose(choice, existing.collect()).unwrap_or(*repository);
            if let Target::Tag(tag) = target {
                tags.clear();
                let current = reference.held(REPOSITORIES[*repository]).tags.get(&TAGS[*tag]);
                name_current(condition, current);
            }
        }
        Operation::DeleteManifest { repository, template, condition } => {
            if let Some(found) = choose(choice, manifests(reference)) {
                (*repository, *template) = found;
                name_current(condition, Some(&TEMPLATES[*template].digest));
            }
        }
        Operation::DeleteTag { repository, tag, condition } => {
            if let Some((found, index, digest)) = choose(choice, tags(reference)) {
                (*repository, *tag) = (found, index);
                name_current(condition, Some(&digest));
            }
        }
        Operation::RestoreTag { repository, tag, template, condition } => {
            if let Some(found) = choose(choice, history(reference)) {
                (*repository, *tag, *template) = found;
                let current = reference.held(REPOSITORIES[*repository]).tags.get(&TAGS[*tag]);
                name_current(condition, current);
            }
        }
        Operation::Fill { .. }
        | Operation::Start { .. }
        | Operation::PutBlob { .. }
        | Operation::Lose { .. }
        | Operation::Restart => {}
    }
    operation
}

fn choose<T>(choice: usize, mut from: Vec<T>) -> Option<T> {
    (!from.is_empty()).then(|| from.swap_remove(choice % from.len()))
}

/// Lets a list of expected digests name the current one, if it names any.
fn name_current(condition: &mut Expected, current: Option<&Digest>) {
    if let Expected::Is(templates) | Expected::IsNot(templates) = condition
        && let Some(first) = templates.first_mut()
        && let Some(current) = current.and_then(template)
    {
        *first = current;
    }
}

fn template(digest: &Digest) -> Option<usize> {
    TEMPLATES.iter().position(|template| template.digest == *digest)
}

/// Repository and session.
fn sessions(reference: &Reference) -> Vec<(usize, usize)> {
    let all =
        (0..reference.sessions.len()).flat_map(|session| (0..REPOSITORIES.len()).map(move |i| (i, session)));
    all.filter(|(i, session)| reference.session(REPOSITORIES[*i], *session).is_some()).collect()
}

/// Repository, content, and algorithm.
fn blobs(reference: &Reference) -> Vec<(usize, usize, Algorithm)> {
    let mut found = Vec::new();
    for (repository, name) in REPOSITORIES.iter().enumerate() {
        for (content, bytes) in CONTENTS.iter().enumerate() {
            for algorithm in Algorithm::ALL {
                if reference.held(name).blobs.contains(&Digest::of(algorithm, bytes)) {
                    found.push((repository, content, algorithm));
                }
            }
        }
    }
    found
}

/// Repository and template.
fn manifests(reference: &Reference) -> Vec<(usize, usize)> {
    let held = REPOSITORIES.iter().enumerate().map(|(i, name)| (i, reference.held(name)));
    held.flat_map(|(i, held)| held.manifests.keys().filter_map(template).map(move |t| (i, t))).collect()
}

/// Repository, tag, and what it points to.
fn tags(reference: &Reference) -> Vec<(usize, usize, Digest)> {
    let held = REPOSITORIES.iter().enumerate().map(|(i, name)| (i, reference.held(name)));
    held.flat_map(|(i, held)| held.tags.iter().map(move |(tag, digest)| (i, place(tag), *digest))).collect()
}

/// Repository, tag, and what it once pointed to.
fn history(reference: &Reference) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    for (repository, name) in REPOSITORIES.iter().enumerate() {
        for entry in &reference.held(name).history {
            found.extend(entry.now.as_ref().and_then(template).map(|t| (repository, place(&entry.tag), t)));
        }
    }
    found
}

fn place(tag: &str) -> usize {
    TAGS.iter().position(|name| name == tag).unwrap()
}
