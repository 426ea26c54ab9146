//! The seeds reach what they were written for; a property that looks at nothing would hold as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use registry_core::{Algorithm, Manifest, MediaType};
use registry_properties::{handler, manifest, repository, upload, wire};

fn seed(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(name)).unwrap()
}

#[test]
fn scripts_are_answered_as_they_were_written_for() {
    for (name, expected) in [
        ("handler/upload", &[202, 202, 416, 201][..]),
        ("handler/manifest", &[200, 304, 404, 412]),
        ("handler/index", &[201, 200, 200]),
        ("handler/blob", &[206, 416, 405, 201]),
        ("handler/one-request", &[400, 201, 400]),
        ("handler/events", &[200, 200, 200, 400]),
        ("handler/history", &[202, 200, 200, 404, 404]),
        ("handler/listings", &[200, 200, 200, 405, 404]),
    ] {
        assert_eq!(handler::statuses(&seed(name)), expected, "{name}");
    }
}

#[test]
fn uploads_come_to_every_end() {
    let mut seen = BTreeSet::new();
    for name in ["upload/in-order", "upload/broken-and-wrong", "upload/two"] {
        seen.extend(upload::statuses(&seed(name)));
    }
    assert_eq!(seen, BTreeSet::from([201, 202, 204, 400, 404, 416]));
}

#[test]
fn manifests_are_accepted_and_refused() {
    for (name, declared, accepted) in [
        ("manifest/image", MediaType::OCI_MANIFEST, true),
        ("manifest/subject", MediaType::OCI_MANIFEST, true),
        ("manifest/no-type", MediaType::OCI_MANIFEST, true),
        ("manifest/twice", MediaType::OCI_MANIFEST, false),
        ("manifest/case", MediaType::OCI_MANIFEST, false),
        ("manifest/deep", MediaType::OCI_INDEX, false),
        ("index/two", MediaType::OCI_INDEX, true),
        ("index/list", MediaType::DOCKER_LIST, true),
        ("index/subject", MediaType::OCI_INDEX, true),
        ("index/both-shapes", MediaType::OCI_INDEX, false),
        ("docker_schema2/image", MediaType::DOCKER_MANIFEST, true),
        ("docker_schema2/no-type", MediaType::DOCKER_MANIFEST, false),
        ("docker_schema2/subject", MediaType::DOCKER_MANIFEST, true),
        ("docker_schema2/schema1", MediaType::DOCKER_MANIFEST, false),
    ] {
        let parsed = Manifest::parse(Bytes::from(seed(name)), Some(&declared), Algorithm::Sha256);
        assert_eq!(parsed.is_ok(), accepted, "{name}: {parsed:?}");
    }
}

#[test]
fn documents_that_are_made_are_manifests_often_enough() {
    let accepted = |bytes: &[u8]| {
        let document = Bytes::from(manifest::made(bytes));
        let types = [
            MediaType::OCI_MANIFEST,
            MediaType::OCI_INDEX,
            MediaType::DOCKER_MANIFEST,
            MediaType::DOCKER_LIST,
        ];
        types
            .iter()
            .any(|declared| Manifest::parse(document.clone(), Some(declared), Algorithm::Sha256).is_ok())
    };
    for name in ["document/image", "document/index", "document/docker"] {
        assert!(accepted(&seed(name)), "{name}: {}", manifest::made(&seed(name)));
    }
    let scattered = |n: u64| registry_core::Digest::sha256_of(&n.to_le_bytes()).as_bytes().to_vec();
    let count = (0..1000).filter(|n| accepted(&scattered(*n))).count();
    assert!((50..900).contains(&count), "{count} of 1000 are accepted");
}

#[test]
fn repositories_come_to_every_answer() {
    let mut seen = BTreeSet::new();
    for name in ["repository/index", "repository/conditions", "repository/delete"] {
        seen.extend(repository::statuses(&seed(name)));
    }
    assert_eq!(seen, BTreeSet::from([201, 202, 400, 404, 405, 412]));
}

#[test]
fn connections_are_answered() {
    for (name, expected) in [("wire/two", &[200, 200][..]), ("wire/chunked", &[400])] {
        assert_eq!(wire::statuses(&seed(name)), expected, "{name}");
    }
}
