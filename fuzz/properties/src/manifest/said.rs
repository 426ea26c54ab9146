//! What a manifest says, read slowly: first the whole tree, then each rule by itself.

use std::collections::BTreeMap;

use registry_core::{AnyDigest, Descriptor, Digest, Manifest, MediaType, Platform};

use super::TYPES;
use super::base64::decode;
use super::tree::Tree;

/// What a document says that is a manifest.
#[derive(Debug)]
pub(super) struct Said {
    media_type: MediaType,
    artifact_type: Option<MediaType>,
    config: Option<Descriptor>,
    layers: Vec<Descriptor>,
    children: Vec<Descriptor>,
    subject: Option<Descriptor>,
    annotations: BTreeMap<String, String>,
}

const DOCUMENT: [&str; 8] =
    ["schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations"];
const DESCRIPTOR: [&str; 8] =
    ["mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType"];
const PLATFORM: [&str; 6] = ["architecture", "os", "os.version", "os.features", "variant", "features"];

impl Said {
    /// What the bytes say under the declared type; `None` when they are no manifest.
    pub(super) fn read(bytes: &[u8], declared: Option<&MediaType>) -> Option<Self> {
        let tree = Tree::read(bytes)?;
        if tree.depth() > 64 || tree.repeats() {
            return None;
        }
        object(&tree, &DOCUMENT)?;
        // Schema 1 is known by these.
        if tree.member("fsLayers").is_some() || !matches!(tree.member("schemaVersion"), Some(Tree::Number(2)))
        {
            return None;
        }
        let own = optional(tree.member("mediaType"), media_type)?;
        let media_type_of = own.as_ref().or(declared)?.clone();
        let is_docker = media_type_of.as_str().contains("docker");
        let is_index = [MediaType::OCI_INDEX, MediaType::DOCKER_LIST].contains(&media_type_of);
        let agrees = declared.is_none_or(|declared| *declared == media_type_of);
        if !agrees || !TYPES.contains(&media_type_of) || (is_docker && own.is_none()) {
            return None;
        }
        let has = |name| tree.member(name).is_some();
        let shape = if is_index { [false, false, true] } else { [true, true, false] };
        if [has("config"), has("layers"), has("manifests")] != shape {
            return None;
        }
        let config = optional(tree.member("config"), descriptor)?;
        if config.is_none() && !is_index {
            return None;
        }
        let subject = optional(tree.member("subject"), descriptor)?;
        Some(Self {
            media_type: media_type_of,
            artifact_type: optional(tree.member("artifactType"), media_type)?,
            config,
            layers: list(tree.member("layers"), descriptor)?,
            children: list(tree.member("manifests"), descriptor)?,
            subject: subject.filter(|_| !is_docker),
            annotations: strings(tree.member("annotations"))?,
        })
    }

    /// Whether the manifest says the same.
    pub(super) fn check(&self, manifest: &Manifest) {
        assert_eq!(*manifest.media_type(), self.media_type);
        assert_eq!(manifest.config(), self.config.as_ref());
        assert_eq!(manifest.layers(), self.layers);
        assert_eq!(manifest.children(), self.children);
        assert_eq!(manifest.subject(), self.subject.as_ref());
        assert_eq!(*manifest.annotations(), self.annotations);
        let config_type = self.config.as_ref().map(|config| &config.media_type);
        assert_eq!(manifest.artifact_type(), self.artifact_type.as_ref().or(config_type));
    }
}

/// An object whose names no reader takes for one of `known` but where they are.
fn object(tree: &Tree, known: &[&str]) -> Option<()> {
    let Tree::Object(members) = tree else { return None };
    let folded = |name: &str| name.replace('\u{17f}', "s").replace('\u{212a}', "k").to_ascii_lowercase();
    let misleads = |name: &str| known.iter().any(|known| *known != name && folded(known) == folded(name));
    let misled = members.iter().any(|(name, _)| !known.contains(&name.as_str()) && misleads(name));
    (!misled).then_some(())
}

/// The outer `None` for what is malformed, the inner one for what is absent or `null`.
fn optional<T>(member: Option<&Tree>, read: impl Fn(&Tree) -> Option<T>) -> Option<Option<T>> {
    match member {
        None | Some(Tree::Null) => Some(None),
        Some(value) => read(value).map(Some),
    }
}

fn list<T>(member: Option<&Tree>, read: impl Fn(&Tree) -> Option<T>) -> Option<Vec<T>> {
    match member {
        None | Some(Tree::Null) => Some(Vec::new()),
        Some(Tree::List(list)) if list.len() <= 10_000 => list.iter().map(read).collect(),
        Some(_) => None,
    }
}

fn strings(member: Option<&Tree>) -> Option<BTreeMap<String, String>> {
    match member {
        None | Some(Tree::Null) => Some(BTreeMap::new()),
        Some(Tree::Object(members)) if members.len() <= 10_000 => {
            members.iter().map(|(name, value)| Some((name.clone(), text(value)?))).collect()
        }
        Some(_) => None,
    }
}

fn text(tree: &Tree) -> Option<String> {
    let Tree::Text(text) = tree else { return None };
    Some(text.clone())
}

fn media_type(tree: &Tree) -> Option<MediaType> {
    text(tree)?.parse().ok()
}

fn descriptor(tree: &Tree) -> Option<Descriptor> {
    object(tree, &DESCRIPTOR)?;
    let Some(Tree::Number(size)) = tree.member("size") else { return None };
    let digest: AnyDigest = text(tree.member("digest")?)?.parse().ok()?;
    let mut descriptor = Descriptor::new(media_type(tree.member("mediaType")?)?, digest.clone(), *size);
    descriptor.urls = list(tree.member("urls"), text)?;
    descriptor.annotations = strings(tree.member("annotations"))?;
    descriptor.data = optional(tree.member("data"), text)?;
    descriptor.platform = optional(tree.member("platform"), platform)?;
    descriptor.artifact_type = optional(tree.member("artifactType"), media_type)?;
    if let Some(data) = &descriptor.data {
        let content = decode(data)?;
        let known = digest.known().is_none_or(|digest| Digest::of(digest.algorithm(), &content) == *digest);
        if content.len() as u64 != *size || !known {
            return None;
        }
    }
    i64::try_from(*size).is_ok().then_some(descriptor)
}

fn platform(tree: &Tree) -> Option<Platform> {
    object(tree, &PLATFORM)?;
    let word = |name| optional(tree.member(name), text);
    let mut platform =
        Platform::new(word("os")?.unwrap_or_default(), word("architecture")?.unwrap_or_default());
    platform.os_version = word("os.version")?;
    platform.os_features = list(tree.member("os.features"), text)?;
    platform.variant = word("variant")?;
    platform.features = list(tree.member("features"), text)?;
    Some(platform)
}
