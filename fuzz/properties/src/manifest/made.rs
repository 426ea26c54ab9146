//! Documents that are made member by member, so that most are near to a manifest and many are one.

use registry_core::{Algorithm, Digest};

use crate::mold::Mold;

/// The document that the choices make: mostly what a manifest has, with some of it wrong, twice, or of another kind.
pub(super) fn document(mold: &mut Mold<'_>) -> String {
    let kind = mold.below(6);
    let mut members =
        vec![member("schemaVersion", if mold.byte() < 240 { "2".to_owned() } else { any(mold, 0) })];
    if mold.byte() < 200 {
        members.push(member("mediaType", text(TYPES[kind.min(4)])));
    }
    let shape: &[&str] = if kind.is_multiple_of(2) { &["config", "layers"] } else { &["manifests"] };
    for name in shape {
        let value = if *name == "config" { descriptor(mold) } else { list(mold) };
        members.push(member(name, value));
    }
    let more = mold.below(4);
    members.extend((0..more).map(|_| {
        let name = DOCUMENT[mold.below(DOCUMENT.len())];
        let value = match name {
            "subject" | "config" => descriptor(mold),
            "layers" | "manifests" => list(mold),
            "annotations" => annotations(mold),
            "artifactType" | "mediaType" => text(TYPES[mold.below(TYPES.len())]),
            _ => any(mold, 0),
        };
        spelt(name, value, mold)
    }));
    object(members)
}

const TYPES: [&str; 7] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v1+json",
    "a/b;c=d",
    "no type",
];
const DOCUMENT: [&str; 9] =
    ["subject", "annotations", "artifactType", "mediaType", "config", "layers", "manifests", "fsLayers", "x"];
const DESCRIPTOR: [&str; 8] =
    ["urls", "annotations", "data", "platform", "artifactType", "size", "digest", "mediaType"];
const PLATFORM: [&str; 6] = ["architecture", "os", "os.version", "os.features", "variant", "features"];

fn descriptor(mold: &mut Mold<'_>) -> String {
    if mold.byte() > 245 {
        return any(mold, 0);
    }
    // Content that may be embedded, and how it is described.
    let content = &b"any content"[..mold.below(12)];
    let algorithm = Algorithm::ALL[mold.below(3)];
    let digest = match mold.byte() {
        0..200 => Digest::of(algorithm, content).to_string(),
        200..230 => "md5:00".to_owned(),
        _ => "sha256:00".to_owned(),
    };
    let size = if mold.byte() < 220 { content.len().to_string() } else { number(mold) };
    let mut members = vec![
        member("mediaType", text(TYPES[mold.below(6)])),
        member("digest", text(&digest)),
        member("size", size),
    ];
    let more = mold.below(4);
    members.extend((0..more).map(|_| {
        let name = DESCRIPTOR[mold.below(DESCRIPTOR.len())];
        let value = match name {
            "urls" => texts(mold),
            "annotations" => annotations(mold),
            "data" => text(&base64(content, mold)),
            "platform" => platform(mold),
            "artifactType" => text("a/b"),
            _ => any(mold, 0),
        };
        spelt(name, value, mold)
    }));
    members.rotate_left(mold.below(3));
    object(members)
}

fn platform(mold: &mut Mold<'_>) -> String {
    let count = mold.below(7);
    object((0..count).map(|_| {
        let name = PLATFORM[mold.below(PLATFORM.len())];
        let value = if name.ends_with("features") { texts(mold) } else { any(mold, 2) };
        spelt(name, value, mold)
    }))
}

fn list(mold: &mut Mold<'_>) -> String {
    match mold.below(8) {
        7 => any(mold, 0),
        6 => "null".to_owned(),
        count => array((0..count).map(|_| descriptor(mold))),
    }
}

fn annotations(mold: &mut Mold<'_>) -> String {
    let count = mold.below(16);
    object((0..count).map(|at| format!("\"{}\":{}", at * mold.below(3), any(mold, 2))))
}

fn texts(mold: &mut Mold<'_>) -> String {
    let count = mold.below(4);
    array((0..count).map(|_| any(mold, 2)))
}

/// A value of any kind; at level 2 mostly a text.
fn any(mold: &mut Mold<'_>, level: usize) -> String {
    match mold.below(if level < 2 { 8 } else { 16 }) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => number(mold),
        3 if level < 4 => {
            let count = mold.below(3);
            array((0..count).map(|_| any(mold, level + 1)))
        }
        4 if level < 4 => object([member("a", any(mold, level + 1))]),
        5 => "[".repeat(mold.below(70)) + &"]".repeat(mold.below(70)),
        6 => "\"\\u0041\\ud83e\\udd80\\n\"".to_owned(),
        _ => text(["", "x", "é", "a/b", "linux"][mold.below(5)]),
    }
}

fn number(mold: &mut Mold<'_>) -> String {
    let numbers =
        ["0", "2", "-1", "-0", "1.0", "1e2", "9223372036854775807", "9223372036854775808", "1e999", "01"];
    numbers[mold.below(numbers.len())].to_owned()
}

/// Base64 of the content, now and then with something wrong at its end.
fn base64(content: &[u8], mold: &mut Mold<'_>) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for piece in content.chunks(3) {
        let bits =
            piece.iter().chain([&0, &0]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let digit = |at: usize| char::from(ALPHABET[bits >> (18 - 6 * at) & 63]);
        encoded.extend((0..4).map(|at| if at > piece.len() { '=' } else { digit(at) }));
    }
    match mold.byte() {
        0..220 => encoded,
        220..235 => encoded.trim_end_matches('=').to_owned(),
        _ => encoded + "=",
    }
}

/// A member, now and then with a name that some readers take for another.
fn spelt(name: &str, value: String, mold: &mut Mold<'_>) -> String {
    match mold.byte() {
        0..230 => member(name, value),
        230..240 => member(&name.to_ascii_uppercase(), value),
        240..248 => member(&name.replacen('s', "\u{17f}", 1), value),
        _ => member(&name.replacen('a', "\\u0061", 1), value),
    }
}

fn member(name: &str, value: impl AsRef<str>) -> String {
    format!("\"{name}\":{}", value.as_ref())
}

fn text(text: &str) -> String {
    format!("\"{text}\"")
}

fn array(values: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", values.into_iter().collect::<Vec<_>>().join(","))
}

fn object(members: impl IntoIterator<Item = String>) -> String {
    format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(","))
}
