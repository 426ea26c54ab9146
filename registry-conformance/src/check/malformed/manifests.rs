//! Bodies that are no manifests, or two at once.

use super::case::{Case, ruled};
use crate::check::content::{OCI_INDEX, OCI_MANIFEST};

const TARGET: &str = "/v2/{repo}/manifests/refused";

pub(super) fn cases() -> Vec<Case> {
    let json = "image-spec, Image Manifest and Considerations: canonical JSON; RFC 7493";
    let twice = "CVE-2021-41190; distribution-spec, Pushing manifests: mediaType";
    let mut cases = ruled(shapes(), "what is no manifest is refused: 400 MANIFEST_INVALID", json);
    cases.extend(ruled(names(), "a member that comes twice is refused: 400 MANIFEST_INVALID", json));
    cases.extend(ruled(
        kinds(),
        "one body is of one kind, and of the one it says: 400 MANIFEST_INVALID",
        twice,
    ));
    cases.extend(super::descriptors::cases());
    cases
}

/// A manifest whose config is the blob that is there, with one layer and more members.
pub(super) fn manifest(layers: &str, more: &str) -> String {
    format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{OCI_MANIFEST}\",\"config\":{},\"layers\":[{layers}]{more}}}",
        descriptor("{blob}", "2")
    )
}

/// A descriptor of something, with the size as it is written.
pub(super) fn descriptor(digest: &str, size: &str) -> String {
    format!("{{\"mediaType\":\"application/vnd.example\",\"digest\":\"{digest}\",\"size\":{size}}}")
}

/// A push of these bytes that must be refused.
pub(super) fn refused(id: &str, bytes: impl Into<Vec<u8>>) -> Case {
    Case::new(id, "PUT", TARGET).manifest(bytes).refused(400, &["MANIFEST_INVALID"])
}

fn shapes() -> Vec<Case> {
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let good = manifest("", "");
    let mut behind = good.clone().into_bytes();
    behind.extend_from_slice(b"\xff\xfe");
    let mut inside = manifest("", ",\"annotations\":{\"x\":\"*\"}").into_bytes();
    for byte in &mut inside {
        if *byte == b'*' {
            *byte = 0xff;
        }
    }
    vec![
        refused("manifest.empty", ""),
        refused("manifest.null", "null"),
        refused("manifest.empty-object", "{}"),
        refused("manifest.array", "[]"),
        refused("manifest.number", "1"),
        refused("manifest.string", "\"x\""),
        refused("manifest.cut-off", &good.as_bytes()[..good.len() - 1]),
        refused("manifest.no-json", "nonsense"),
        refused("manifest.more-behind", format!("{good}x")),
        refused("manifest.two", format!("{good}{good}")),
        refused("manifest.200000-deep", deep.clone()),
        refused("manifest.200000-deep-member", format!("{{\"x\":{deep}}}")),
        refused("manifest.no-utf8-behind", behind),
        refused("manifest.no-utf8-inside", inside),
        refused(
            "manifest.no-config",
            format!("{{\"schemaVersion\":2,\"mediaType\":\"{OCI_MANIFEST}\",\"layers\":[]}}"),
        ),
        refused("manifest.config-null", manifest("", "").replace(&descriptor("{blob}", "2"), "null")),
        refused("manifest.layers-object", manifest("", "").replace("[]", "{}")),
        refused(
            "manifest.schema-version-1",
            manifest("", "").replace("\"schemaVersion\":2", "\"schemaVersion\":1"),
        ),
        refused("manifest.schema-version-text", manifest("", "").replace("n\":2", "n\":\"2\"")),
    ]
}

fn names() -> Vec<Case> {
    let config = format!(",\"config\":{}", descriptor("{blob}", "2"));
    vec![
        refused("manifest.config-twice", manifest("", &config)),
        refused("manifest.config-twice-escaped", manifest("", &config.replace("config", "conf\\u0069g"))),
        refused("manifest.annotation-twice", manifest("", ",\"annotations\":{\"a\":\"1\",\"a\":\"2\"}")),
        refused("manifest.media-type-twice", manifest("", &format!(",\"mediaType\":\"{OCI_INDEX}\""))),
    ]
}

fn kinds() -> Vec<Case> {
    let typed = format!("\"mediaType\":\"{OCI_MANIFEST}\",");
    let put = |id: &str, media_type: &str, body: String| {
        let case = Case::new(id, "PUT", TARGET).body(body);
        let case = if media_type.is_empty() { case } else { case.with("Content-Type", media_type) };
        case.refused(400, &["MANIFEST_INVALID"])
    };
    let index = format!("{{\"schemaVersion\":2,\"mediaType\":\"{OCI_INDEX}\",\"manifests\":[]}}");
    let schema1 = "{\"schemaVersion\":1,\"name\":\"a\",\"tag\":\"b\",\"fsLayers\":[],\"history\":[]}";
    vec![
        refused("kind.layers-and-manifests", manifest("", ",\"manifests\":[]")),
        put("kind.image-as-index", OCI_INDEX, manifest("", "")),
        put("kind.untyped-image-as-index", OCI_INDEX, manifest("", "").replace(&typed, "")),
        put("kind.index-as-image", OCI_MANIFEST, index),
        put("kind.no-type-anywhere", "", manifest("", "").replace(&typed, "")),
        put("kind.text", "text/plain", manifest("", "")),
        put("kind.malformed-type", "nonsense", manifest("", "")),
        put("kind.type-twice", OCI_MANIFEST, manifest("", "")).with("Content-Type", OCI_INDEX),
        put("kind.schema-1", "application/vnd.docker.distribution.manifest.v1+json", schema1.to_owned())
            .refused(400, &["MANIFEST_INVALID", "UNSUPPORTED"]),
        put(
            "kind.schema-1-signed",
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            schema1.to_owned(),
        )
        .refused(400, &["MANIFEST_INVALID", "UNSUPPORTED"]),
    ]
}
