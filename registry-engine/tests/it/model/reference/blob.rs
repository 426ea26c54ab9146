//! Blobs.

use registry_core::{Algorithm, Digest};

use super::{Answer, Reference, Stored};
use crate::model::operation::MountFrom;
use crate::model::template::{CONTENTS, REPOSITORIES};

impl Reference {
    pub(super) fn fill(&mut self, repository: &'static str) -> Answer {
        for content in CONTENTS {
            self.store(repository, Digest::sha256_of(content), content.to_vec())?;
        }
        Ok("filled".to_owned())
    }

    /// Keeps verified bytes, unless good ones are kept already, and links them.
    pub(super) fn store(&mut self, repository: &'static str, digest: Digest, content: Vec<u8>) -> Answer {
        let size = content.len();
        let lost = self.stored.get(&digest).map(|stored| stored.lost);
        if lost != Some(false) {
            // Who knew where the lost bytes lay hears of it.
            if lost == Some(true) && self.held_mut(repository).blobs.remove(&digest) {
                self.happened(format!("{repository}: {digest} unlinked"));
            }
            self.stored.insert(digest, Stored { content, lost: false });
        }
        self.link(repository, digest);
        Ok(format!("{digest} of {size}"))
    }

    fn link(&mut self, repository: &'static str, digest: Digest) {
        if self.held_mut(repository).blobs.insert(digest) {
            let size = self.stored[&digest].content.len();
            self.happened(format!("{repository}: {digest} of {size} linked"));
        }
    }

    /// What asking for the blob is answered with.
    pub(in crate::model) fn stat(&self, repository: &str, digest: &Digest) -> Answer {
        match self.held(repository).blobs.get(digest).map(|digest| &self.stored[digest]) {
            None => Err("blob unknown".to_owned()),
            Some(Stored { lost: true, .. }) => Err("corrupt".to_owned()),
            Some(Stored { content, .. }) => Ok(format!("{digest} of {}", content.len())),
        }
    }

    pub(super) fn mount(
        &mut self,
        repository: &'static str,
        content: usize,
        algorithm: Algorithm,
        from: &MountFrom,
    ) -> Answer {
        let digest = Digest::of(algorithm, CONTENTS[content]);
        let allowed = |index: usize| match from {
            MountFrom::Repository(source) => *source == index,
            MountFrom::AnyOf(marked) => marked[index],
        };
        let mut sources = vec![repository];
        sources.extend((0..REPOSITORIES.len()).filter(|i| allowed(*i)).map(|i| REPOSITORIES[i]));
        if sources.iter().all(|source| self.stat(source, &digest).is_err()) {
            return Ok("not mounted".to_owned());
        }
        self.link(repository, digest);
        self.stat(repository, &digest)
    }

    pub(super) fn delete_blob(&mut self, repository: &str, content: usize, algorithm: Algorithm) -> Answer {
        let digest = Digest::of(algorithm, CONTENTS[content]);
        let held = self.held_mut(repository);
        if !held.blobs.contains(&digest) {
            return Err("blob unknown".to_owned());
        }
        if held.manifests.values().any(|uses| uses.iter().any(|(used, _)| *used == digest)) {
            return Err("in use".to_owned());
        }
        held.blobs.remove(&digest);
        self.happened(format!("{repository}: {digest} unlinked"));
        Ok("deleted".to_owned())
    }

    pub(super) fn lose(&mut self, content: usize) -> Answer {
        if let Some(stored) = self.stored.get_mut(&Digest::sha256_of(CONTENTS[content])) {
            stored.lost = true;
        }
        Ok("lost".to_owned())
    }
}
