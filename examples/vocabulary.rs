//! The vocabulary alone: reading what people and clients write, and hashing what arrives in pieces.
//!
//! `cargo run -p registry-examples --example vocabulary`

use bytes::Bytes;
use registry_core::{Algorithm, Digest, Hasher, ImageReference, Manifest, MediaType, RepositoryName};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    names()?;
    let config = hashing()?;
    manifest(&config)
}

// ANCHOR: names
/// Whoever holds a name holds a valid one: it was parsed, and nobody checks it again.
fn names() -> Result<(), registry_core::Error> {
    let image: ImageReference = "registry.example:5000/team/app:v1".parse()?;
    assert_eq!(image.host(), Some("registry.example:5000"));
    assert_eq!(image.repository().as_str(), "team/app");

    assert!("team//app".parse::<RepositoryName>().is_err());
    assert!("Team/App".parse::<RepositoryName>().is_err());
    assert!("sha256:1234".parse::<Digest>().is_err());
    Ok(())
}
// ANCHOR_END: names

// ANCHOR: hashing
/// The state of a hash is kept between two pieces, for instance in a database, and taken up by another process.
fn hashing() -> Result<Digest, Box<dyn std::error::Error>> {
    let mut first = Hasher::new(Algorithm::Sha256);
    first.update(b"{");
    let kept: Vec<u8> = first.save();

    let mut second = Hasher::restore(&kept)?;
    second.update(b"}");
    let digest = second.digest(Algorithm::Sha256).ok_or("SHA-256 was asked for")?;
    assert_eq!(digest, Digest::sha256_of(b"{}"));
    Ok(digest)
}
// ANCHOR_END: hashing

// ANCHOR: manifest
/// A manifest is read strictly and kept byte for byte; its digest is that of the bytes.
fn manifest(config: &Digest) -> Result<(), Box<dyn std::error::Error>> {
    let text = format!(
        r#"{{"schemaVersion": 2, "mediaType": "{}", "layers": [],
            "config": {{"mediaType": "{}", "digest": "{config}", "size": 2}}, "x-unknown": true}}"#,
        MediaType::OCI_MANIFEST,
        MediaType::OCI_EMPTY,
    );
    let read = Manifest::parse(Bytes::from(text.clone()), None, Algorithm::Sha256)?;
    assert_eq!(read.bytes(), text.as_bytes());
    assert_eq!(read.digest(), Digest::sha256_of(text.as_bytes()));
    assert_eq!(read.config().and_then(|config| config.known_digest()), Some(config));
    eprintln!("{}", read.digest());
    Ok(())
}
// ANCHOR_END: manifest
