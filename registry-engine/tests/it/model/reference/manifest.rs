//! Manifests and tags.

use std::collections::BTreeSet;

use registry_core::Digest;

use super::{Answer, Entry, Reference};
use crate::model::operation::{Expected, Target};
use crate::model::template::{Named, TAGS, TEMPLATES, Template, of_digest};

impl Reference {
    pub(super) fn put_manifest(
        &mut self,
        repository: &'static str,
        template: &Template,
        target: &Target,
        tags: &[&str],
        condition: &Expected,
    ) -> Answer {
        let mut further: Vec<String> = Vec::new();
        for tag in tags {
            if !further.iter().any(|seen| seen == tag) {
                further.push((*tag).to_owned());
            }
        }
        let digest = template.digest;
        let mut moved = further.clone();
        let held = self.held(repository);
        let current = match target {
            Target::Tag(_) if !further.is_empty() => return Err("unsupported".to_owned()),
            Target::Tag(tag) => {
                moved.push(TAGS[*tag].clone());
                held.tags.get(&TAGS[*tag]).copied()
            }
            Target::Wrong(other) if TEMPLATES[*other].digest != digest => {
                return Err(format!("digest is {digest} and not {}", TEMPLATES[*other].digest));
            }
            Target::Wrong(_) | Target::Digest => {
                held.manifests.get_key_value(&digest).map(|(digest, _)| *digest)
            }
        };
        condition.judge(current)?;
        let created = !held.manifests.contains_key(&digest);
        let mut uses = self.uses(repository, template, &[])?;
        if moved.contains(&TAGS[2]) {
            // A list of referrers holds nothing.
            uses.retain(|(_, child)| !child);
        }
        self.keep(repository, template, uses);
        for tag in moved {
            self.set_tag(repository, &tag, digest, "push");
        }
        Ok(format!("{digest} {created} {:?} {further:?}", template.subject))
    }

    /// What the manifest uses, when all is there that must be, or comes with it.
    fn uses(
        &self,
        repository: &str,
        template: &Template,
        coming: &[&Template],
    ) -> Result<BTreeSet<(Digest, bool)>, String> {
        let sizes = |named: &Named, child: bool| {
            let digest = named.digest?;
            let held = self.held(repository);
            let there = held.manifests.contains_key(&digest) || coming.iter().any(|t| t.digest == digest);
            let manifest = there.then(|| of_digest(&digest).unwrap());
            let manifest = manifest.filter(|_| child).map(|template| template.bytes.len());
            let blob = held.blobs.contains(&digest).then(|| self.stored[&digest].content.len());
            manifest.or(blob)
        };
        // Which things may be absent: by the policy that the world of the model has.
        let sparse = |child| repository == "c/d" || (repository == "a/b" && child);
        let blobs = template.blobs.iter().map(|named| (named, false));
        let all: Vec<_> = blobs.chain(template.children.iter().map(|named| (named, true))).collect();
        if all.iter().any(|(named, child)| sizes(named, *child).is_some_and(|size| size as u64 != named.size))
        {
            return Err("invalid manifest".to_owned());
        }
        let mut missing: Vec<&str> = Vec::new();
        let mut uses = BTreeSet::new();
        for (named, child) in all {
            let there = sizes(named, child).is_some();
            if !there && named.expected && !sparse(child) && !missing.contains(&named.text.as_str()) {
                missing.push(&named.text);
            }
            if let Some(digest) = named.digest.filter(|_| there || named.expected) {
                uses.insert((digest, child));
            }
        }
        if missing.is_empty() { Ok(uses) } else { Err(format!("missing {}", missing.join(" "))) }
    }

    /// The manifest, and what has to be put back with it: what is below it, is gone, and was there once.
    fn family(&self, repository: &str, template: &Template) -> Vec<&'static Template> {
        let held = self.held(repository);
        let gone = |digest: &Digest| {
            held.once.contains(digest) && !held.manifests.contains_key(digest) && !held.blobs.contains(digest)
        };
        let mut family = vec![of_digest(&template.digest).unwrap()];
        let mut next = 0;
        while next < family.len() && repository == "a" {
            for child in family[next].children.iter().filter_map(|child| child.digest) {
                if gone(&child) && !family.iter().any(|t| t.digest == child) {
                    family.push(of_digest(&child).unwrap());
                }
            }
            next += 1;
        }
        family
    }

    fn keep(&mut self, repository: &'static str, template: &Template, uses: BTreeSet<(Digest, bool)>) {
        self.held_mut(repository).manifests.insert(template.digest, uses);
        self.held_mut(repository).once.insert(template.digest);
        let (digest, size) = (template.digest, template.bytes.len());
        self.happened(format!("{repository}: {digest} of {size} put about {:?}", template.subject));
    }

    fn set_tag(&mut self, repository: &'static str, tag: &str, digest: Digest, cause: &'static str) {
        let before = self.held_mut(repository).tags.insert(tag.to_owned(), digest);
        if before != Some(digest) {
            self.tag_changed(repository, tag, Some(digest), before, cause);
        }
    }

    fn tag_changed(
        &mut self,
        repository: &'static str,
        tag: &str,
        now: Option<Digest>,
        before: Option<Digest>,
        cause: &'static str,
    ) {
        let seq = self.happened(format!("{repository}: {tag} from {before:?} to {now:?} by {cause}"));
        self.held_mut(repository).history.push(Entry { seq, tag: tag.to_owned(), now, before, cause });
    }

    pub(super) fn delete_manifest(
        &mut self,
        repository: &'static str,
        digest: Digest,
        condition: &Expected,
    ) -> Answer {
        let held = self.held_mut(repository);
        if !held.manifests.contains_key(&digest) {
            return Err(self.no_manifest(repository));
        }
        condition.judge(Some(digest))?;
        if held.manifests.values().any(|uses| uses.contains(&(digest, true))) {
            return Err("in use".to_owned());
        }
        held.manifests.remove(&digest);
        let tags: Vec<_> =
            held.tags.iter().filter(|(_, to)| **to == digest).map(|(tag, _)| tag.clone()).collect();
        held.tags.retain(|_, to| *to != digest);
        for tag in tags {
            self.tag_changed(repository, &tag, None, Some(digest), "manifest_delete");
        }
        self.happened(format!("{repository}: {digest} deleted"));
        Ok("deleted".to_owned())
    }

    pub(super) fn delete_tag(&mut self, repository: &'static str, tag: &str, condition: &Expected) -> Answer {
        let Some(current) = self.held(repository).tags.get(tag).copied() else {
            return Err(self.no_manifest(repository));
        };
        condition.judge(Some(current))?;
        self.held_mut(repository).tags.remove(tag);
        self.tag_changed(repository, tag, None, Some(current), "delete");
        Ok("deleted".to_owned())
    }

    pub(super) fn restore_tag(
        &mut self,
        repository: &'static str,
        tag: &str,
        template: &Template,
        condition: &Expected,
    ) -> Answer {
        let held = self.held(repository);
        let digest = template.digest;
        if !held.history.iter().any(|entry| entry.tag == tag && entry.now == Some(digest)) {
            return Err("history unknown".to_owned());
        }
        condition.judge(held.tags.get(tag).copied())?;
        if !held.manifests.contains_key(&digest) {
            let family = self.family(repository, template);
            let uses: Result<Vec<_>, String> =
                family.iter().rev().map(|t| self.uses(repository, t, &family)).collect();
            for (template, uses) in family.iter().rev().zip(uses?) {
                self.keep(repository, template, uses);
            }
        }
        self.set_tag(repository, tag, digest, "restore");
        let newest = self.held(repository).history.iter().rfind(|entry| entry.tag == tag).unwrap();
        Ok(format!("{digest} at {}", newest.seq))
    }
}
