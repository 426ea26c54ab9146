//! Referrers.

use std::collections::BTreeMap;

use registry_core::Digest;

use super::Reference;
use crate::model::template::{TAGS, TEMPLATES, Template, of_digest};

impl Reference {
    /// The manifests that refer to the subject, in the order of their digests' texts.
    pub(in crate::model) fn referrers(
        &self,
        repository: &str,
        subject: &Digest,
        kind: Option<&str>,
    ) -> Vec<&'static Template> {
        let held = self.held(repository);
        let readable = |digest: &Digest| held.manifests.contains_key(digest);
        let mut found: BTreeMap<String, &'static Template> = BTreeMap::new();
        for template in TEMPLATES.iter() {
            if template.subject == Some(*subject) && readable(&template.digest) {
                found.insert(template.digest.to_string(), template);
            }
        }
        // The model has these tags for the first manifest only.
        if *subject == TEMPLATES[0].digest {
            let under = |tag: usize| held.tags.get(&TAGS[tag]).and_then(of_digest);
            let listed = under(2).into_iter().flat_map(|list| &list.children);
            let listed = listed.filter_map(|child| child.digest.as_ref().and_then(of_digest));
            for template in listed.chain(under(3)) {
                if template.subject.is_none() && readable(&template.digest) {
                    found.insert(template.digest.to_string(), template);
                }
            }
        }
        let wanted = |template: &&Template| kind.is_none() || template.artifact_type.as_deref() == kind;
        found.into_values().filter(wanted).collect()
    }
}
