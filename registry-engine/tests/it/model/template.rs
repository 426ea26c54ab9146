//! The contents that may be pushed, described by facts. The documents are written from the facts, so that the model
//! never reads one.

use std::sync::LazyLock;

use bytes::Bytes;
use registry_core::{Algorithm, Digest, MediaType};

/// Small blobs. The last is one that a foreign layer names.
pub(super) const CONTENTS: [&[u8]; 5] = [b"{}", b"one", b"two", b"", b"far"];

/// The repositories.
pub(super) const REPOSITORIES: [&str; 3] = ["a", "a/b", "c/d"];

pub(super) const TYPE_A: &str = "application/vnd.example.a";
const TYPE_B: &str = "application/vnd.example.b";
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const FOREIGN_LAYER: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
const UNKNOWN: &str = "whirlpool:abcdef0123456789";

/// A manifest, by facts.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) bytes: Bytes,
    pub(super) digest: Digest,
    pub(super) media_type: MediaType,
    /// The config and the layers.
    pub(super) blobs: Vec<Named>,
    pub(super) children: Vec<Named>,
    pub(super) subject: Option<Digest>,
    /// As it is listed with referrers.
    pub(super) artifact_type: Option<String>,
    pub(super) note: Option<String>,
}

/// Something that a manifest names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// The text of the digest.
    pub(super) text: String,
    /// The digest, unless its algorithm is not known.
    pub(super) digest: Option<Digest>,
    pub(super) size: u64,
    media_type: &'static str,
    /// Whether it must be there.
    pub(super) expected: bool,
}

pub(super) static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let mut all: Vec<Template> = Vec::new();
    all.push(Draft::image().layer(b"one").done()); // 0
    all.push(Draft::image().layer(b"one").layer(b"two").layer(b"one").done());
    let zero = all[0].digest;
    all.push(Draft::image().kind(TYPE_A).subject(zero).done());
    all.push(Draft::image().layer(b"two").kind(TYPE_B).subject(zero).note("three").done());
    all.push(Draft::image().names(blob(b"far", 3, FOREIGN_LAYER, false)).done());
    all.push(Draft::image().names(blob(b"one", 4, OCI_LAYER, true)).done()); // 5
    let sha512 = Digest::of(Algorithm::Sha512, b"two");
    all.push(
        Draft::image()
            .names(Named {
                digest: Some(sha512),
                text: sha512.to_string(),
                ..blob(b"two", 3, OCI_LAYER, true)
            })
            .done(),
    );
    all.push(Draft::index(&[child(&all[0]), child(&all[1])]).done());
    all.push(Draft::index(&[child(&all[7]), blob(b"two", 3, OCI_LAYER, true)]).note("eight").done());
    all.push(Draft::image().kind(TYPE_A).note("nine").done());
    let listed = [child(&all[2]), child(&all[9]), child(&all[0]), child(&all[9])];
    all.push(Draft::index(&listed).done()); // 10
    all.push(Draft::index(&[]).subject(all[7].digest).done());
    all.push(Draft::index(&[Named { size: 1, ..child(&all[0]) }]).done());
    all.push(
        Draft::image()
            .names(Named { digest: None, text: UNKNOWN.to_owned(), ..blob(b"", 9, OCI_LAYER, true) })
            .done(),
    );
    all.push(Draft::image().docker().layer(b"one").done());
    all.push(Draft::image().subject(absent()).note("fifteen").done()); // 15
    all
});

/// The digest of a manifest that is never pushed.
pub(super) fn absent() -> Digest {
    Digest::sha256_of(b"never pushed")
}

/// The tags: two plain ones, the fallback tag of the first manifest, and the tag of a signature of it.
pub(super) static TAGS: LazyLock<[String; 4]> = LazyLock::new(|| {
    let fallback = TEMPLATES[0].digest.to_string().replace(':', "-");
    ["v1".to_owned(), "V2".to_owned(), fallback.clone(), format!("{fallback}.sig")]
});

pub(super) fn of_digest(digest: &Digest) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.digest == *digest)
}

fn blob(content: &[u8], size: u64, media_type: &'static str, expected: bool) -> Named {
    let digest = Digest::sha256_of(content);
    Named { text: digest.to_string(), digest: Some(digest), size, media_type, expected }
}

fn child(template: &Template) -> Named {
    let digest = template.digest;
    let media_type = match template.media_type == MediaType::OCI_INDEX {
        true => "application/vnd.oci.image.index.v1+json",
        false => "application/vnd.oci.image.manifest.v1+json",
    };
    let size = template.bytes.len() as u64;
    Named { text: digest.to_string(), digest: Some(digest), size, media_type, expected: true }
}

/// A template in the making.
struct Draft {
    media_type: MediaType,
    layers: Vec<Named>,
    children: Option<Vec<Named>>,
    subject: Option<Digest>,
    kind: Option<String>,
    note: Option<String>,
}

impl Draft {
    fn image() -> Self {
        let (media_type, layers) = (MediaType::OCI_MANIFEST, Vec::new());
        Self { media_type, layers, children: None, subject: None, kind: None, note: None }
    }

    fn index(children: &[Named]) -> Self {
        Self { media_type: MediaType::OCI_INDEX, children: Some(children.to_vec()), ..Self::image() }
    }

    fn docker(self) -> Self {
        Self { media_type: MediaType::DOCKER_MANIFEST, ..self }
    }

    fn layer(self, content: &[u8]) -> Self {
        self.names(blob(content, content.len() as u64, OCI_LAYER, true))
    }

    fn names(mut self, layer: Named) -> Self {
        self.layers.push(layer);
        self
    }

    fn subject(self, subject: Digest) -> Self {
        Self { subject: Some(subject), ..self }
    }

    fn kind(self, kind: &str) -> Self {
        Self { kind: Some(kind.to_owned()), ..self }
    }

    fn note(self, note: &str) -> Self {
        Self { note: Some(note.to_owned()), ..self }
    }

    fn done(self) -> Template {
        let config = blob(b"{}", 2, "application/vnd.oci.image.config.v1+json", true);
        let list = |named: &[Named]| named.iter().map(Named::json).collect::<Vec<_>>().join(",");
        let content = match &self.children {
            Some(children) => format!(r#""manifests":[{}]"#, list(children)),
            None => format!(r#""config":{},"layers":[{}]"#, config.json(), list(&self.layers)),
        };
        let subject = self.subject.map(|digest| {
            format!(
                r#","subject":{{"mediaType":"{}","digest":"{digest}","size":5}}"#,
                MediaType::OCI_MANIFEST
            )
        });
        let kind = self.kind.as_ref().map(|kind| format!(r#","artifactType":"{kind}""#));
        let note = self.note.as_ref().map(|note| format!(r#","annotations":{{"note":"{note}"}}"#));
        let text = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}",{content}{}{}{}}}"#,
            self.media_type,
            subject.unwrap_or_default(),
            kind.unwrap_or_default(),
            note.unwrap_or_default(),
        );
        let image = self.children.is_none();
        let blobs = if image { [vec![config.clone()], self.layers].concat() } else { Vec::new() };
        Template {
            digest: Digest::sha256_of(text.as_bytes()),
            bytes: text.into(),
            media_type: self.media_type,
            blobs,
            children: self.children.unwrap_or_default(),
            subject: self.subject,
            artifact_type: self.kind.or(image.then(|| config.media_type.to_owned())),
            note: self.note,
        }
    }
}

impl Named {
    fn json(&self) -> String {
        format!(r#"{{"mediaType":"{}","digest":"{}","size":{}}}"#, self.media_type, self.text, self.size)
    }
}
