//! Manifests.

mod base64;
mod made;
mod said;
mod tree;

use bytes::Bytes;
use registry_core::{Algorithm, Digest, Error, Manifest, ManifestKind, MediaType};
use serde_json::Value;

use self::said::Said;
use crate::mold::Mold;

/// Bytes are a manifest exactly when a slow reader takes them for one, and both say the same; what is accepted is read
/// again as the same, keeps its bytes, and is JSON that any other reader takes.
///
/// Without a declared type, the bytes are read under the type that they name, and under each of the four.
pub fn check(bytes: &[u8], declared: Option<&MediaType>) {
    check_under(bytes, declared);
    if declared.is_none() {
        for declared in &TYPES {
            check_under(bytes, Some(declared));
        }
    }
}

/// The same under the types of indexes.
pub fn check_index(bytes: &[u8]) {
    check_under(bytes, Some(&MediaType::OCI_INDEX));
    check_under(bytes, Some(&MediaType::DOCKER_LIST));
}

/// The same under Docker's types, which the bytes must name.
pub fn check_docker(bytes: &[u8]) {
    for declared in [MediaType::DOCKER_MANIFEST, MediaType::DOCKER_LIST] {
        check_under(bytes, Some(&declared));
        if let Ok(manifest) = parse(bytes, Some(&declared)) {
            assert!(manifest.subject().is_none(), "Docker's types know no subject");
            assert_eq!(parse(bytes, None), Ok(manifest), "a Docker manifest names its type");
        }
    }
}

/// The same of documents that these choices make, which are nearer to manifests than changed bytes are.
pub fn check_made(bytes: &[u8]) {
    check(made(bytes).as_bytes(), None);
}

/// The document that these choices make.
#[must_use]
pub fn made(bytes: &[u8]) -> String {
    made::document(&mut Mold::new(bytes))
}

const TYPES: [MediaType; 4] =
    [MediaType::OCI_MANIFEST, MediaType::OCI_INDEX, MediaType::DOCKER_MANIFEST, MediaType::DOCKER_LIST];

fn parse(bytes: &[u8], declared: Option<&MediaType>) -> Result<Manifest, Error> {
    Manifest::parse(Bytes::copy_from_slice(bytes), declared, Algorithm::Sha256)
}

fn check_under(bytes: &[u8], declared: Option<&MediaType>) {
    let parsed = parse(bytes, declared);
    let said = Said::read(bytes, declared);
    match (parsed, said) {
        (Ok(manifest), Some(said)) => {
            said.check(&manifest);
            check_accepted(&manifest, bytes);
        }
        (Err(Error::InvalidManifest { reason }), None) => {
            assert!(reason.chars().count() <= 512, "a reason of {} characters", reason.chars().count());
        }
        (Ok(_), None) => panic!("accepted under {declared:?}: {}", bytes.escape_ascii()),
        (Err(error), said) => {
            let taken = said.is_some();
            panic!("{error:?} ({taken} by the slow reader) under {declared:?}: {}", bytes.escape_ascii())
        }
    }
}

fn check_accepted(manifest: &Manifest, bytes: &[u8]) {
    assert_eq!(manifest.bytes(), bytes);
    assert_eq!(manifest.digest(), Digest::sha256_of(bytes));
    assert_eq!(manifest.kind() == ManifestKind::Image, manifest.config().is_some());
    assert!(TYPES.contains(manifest.media_type()));
    let document: Value = serde_json::from_slice(bytes).expect("another reader takes it as well");
    assert_eq!(document["schemaVersion"], 2);
    let again = parse(bytes, Some(manifest.media_type())).expect("it was accepted before");
    assert_eq!(&again, manifest);
    assert_eq!((again.config(), again.layers()), (manifest.config(), manifest.layers()));
    assert_eq!((again.children(), again.subject()), (manifest.children(), manifest.subject()));
    assert_eq!(again.descriptor(), manifest.descriptor());
    for algorithm in Algorithm::ALL {
        let by = Manifest::parse(manifest.bytes().clone(), Some(manifest.media_type()), algorithm);
        assert_eq!(by.map(|by| by.digest()), Ok(Digest::of(algorithm, bytes)));
    }
}
