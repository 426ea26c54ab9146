//! Manifests: pushing with all that must be there, reading, deleting.

use registry_core::{Algorithm, AnyDigest, Digest, ErrorCode, EventKind, MediaType, Reference};
use registry_engine::{Condition, Error, PutManifest, SparseContent, SparsePolicy};

use crate::support::image::{descriptor, push};
use crate::support::{Image, World, actor, index, index_of, name, tag};

async fn images(world: &World, repository: &str) -> [Image; 2] {
    for content in [&b"{}"[..], b"one", b"two"] {
        world.blob(repository, content).await;
    }
    [Image::new(b"{}").layer(b"one"), Image::new(b"{}").layer(b"one").layer(b"two")]
}

fn by_tag(text: &str) -> Reference {
    Reference::Tag(tag(text))
}

async fn c37_the_exact_bytes_come_back(world: World) {
    let [image, _] = images(&world, "a/b").await;
    let bytes = image.clone().member(r#""x-unknown" :   {"kept": [1, 2.50]}"#).bytes();
    let repository = world.repository("a/b");
    let put = push(&world, "a/b", "v1", bytes.clone()).await.unwrap();
    assert_eq!(put.digest, Digest::sha256_of(&bytes));
    assert_eq!((put.media_type.clone(), put.subject, put.created), (MediaType::OCI_MANIFEST, None, true));
    for reference in [by_tag("v1"), put.digest.into()] {
        let record = repository.manifest(&reference).await.unwrap();
        assert_eq!((record.digest, &record.bytes, &record.media_type), (put.digest, &bytes, &put.media_type));
        let stat = repository.stat_manifest(&reference).await.unwrap();
        assert_eq!(
            (stat.digest, stat.size, &stat.media_type),
            (put.digest, bytes.len() as u64, &put.media_type)
        );
    }
    let again = push(&world, "a/b", "v1", bytes.clone()).await.unwrap();
    assert!(!again.created);
    for algorithm in Algorithm::ALL {
        let digest = Digest::of(algorithm, &bytes);
        let put = push(&world, "a/b", &digest.to_string(), bytes.clone()).await.unwrap();
        assert_eq!(put.digest, digest);
        assert_eq!(repository.manifest(&digest.into()).await.unwrap().bytes, bytes);
    }
}

async fn c11_what_is_unknown(world: World) {
    images(&world, "a/b").await;
    let digest = Digest::sha256_of(b"unknown");
    for reference in [by_tag("v1"), digest.into()] {
        let error = world.repository("a/b").manifest(&reference).await.unwrap_err();
        assert!(matches!(&error, Error::ManifestUnknown { reference: asked } if *asked == reference));
        assert_eq!(error.code(), ErrorCode::ManifestUnknown);
        let error = world.repository("a").stat_manifest(&reference).await.unwrap_err();
        assert!(matches!(error, Error::RepositoryUnknown), "{error:?}");
        assert_eq!(error.code(), ErrorCode::NameUnknown);
    }
    let error = world.repository("a/b").delete_manifest(actor(), &digest, Condition::Any).await.unwrap_err();
    assert!(matches!(error, Error::ManifestUnknown { .. }), "{error:?}");
    let error = world.repository("a").delete_manifest(actor(), &digest, Condition::Any).await.unwrap_err();
    assert!(matches!(error, Error::RepositoryUnknown), "{error:?}");
}

async fn c42_too_large(world: World) {
    let world = world.with(|settings| settings.max_manifest_bytes = 2_000);
    let [image, _] = images(&world, "a/b").await;
    let member = |length: usize| format!(r#""x":"{}""#, "y".repeat(length));
    let room = 2_000 - image.clone().member(&member(0)).bytes().len();
    image.clone().member(&member(room)).push(&world, "a/b", "fits").await.unwrap();
    let error = image.member(&member(room + 1)).push(&world, "a/b", "large").await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 2_000 }), "{error:?}");
}

async fn c38_what_is_wrong_by_itself(world: World) {
    let [image, _] = images(&world, "a/b").await;
    let repository = world.repository("a/b");
    let put = |target: Reference, media_type: Option<MediaType>, bytes: bytes::Bytes| {
        let put = PutManifest { media_type, ..PutManifest::new(target, bytes) };
        repository.put_manifest(actor(), put)
    };
    let other = Digest::sha256_of(b"other");
    let error = put(other.into(), None, image.bytes()).await.unwrap_err();
    assert!(matches!(error, Error::DigestMismatch { expected, .. } if expected == other), "{error:?}");
    let error = put(by_tag("v1"), Some(MediaType::OCI_INDEX), image.bytes()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidManifest(_)), "{error:?}");
    assert_eq!(error.code(), ErrorCode::ManifestInvalid);
    for bytes in ["", "null", "{}", "[]", r#"{"schemaVersion":1,"fsLayers":[]}"#] {
        let error = put(by_tag("v1"), Some(MediaType::OCI_MANIFEST), bytes.into()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidManifest(_)), "{bytes}: {error:?}");
    }
    assert!(matches!(repository.manifest(&by_tag("v1")).await, Err(Error::ManifestUnknown { .. })));
}

async fn c17_all_missing_content_is_named_once(world: World) {
    let image = Image::new(b"{}").layer(b"one").layer(b"two").layer(b"one");
    let unknown = format!("sha999:{}", "0".repeat(8));
    let image = image.descriptor("application/octet-stream", &unknown, 3);
    world.blob("a/b", b"two").await;
    // Content of another repository does not count.
    world.blob("c/d", b"one").await;
    let error = image.push(&world, "a/b", "v1").await.unwrap_err();
    let Error::MissingContent { digests } = &error else { panic!("{error:?}") };
    let expected: [AnyDigest; 3] =
        [Digest::sha256_of(b"{}").into(), Digest::sha256_of(b"one").into(), unknown.parse().unwrap()];
    assert_eq!(*digests, expected);
    assert_eq!(error.code(), ErrorCode::ManifestBlobUnknown);
    let error = push(&world, "a/b", "v1", index_of(&[&image])).await.unwrap_err();
    assert!(matches!(error, Error::MissingContent { digests } if digests == [image.digest().into()]));
    assert!(
        matches!(world.repository("a/b").tags(&registry_core::PageRequest::first(9)).await, Ok(page) if page.items.is_empty())
    );
}

async fn c17_foreign_layers_may_be_absent(world: World) {
    world.blob("a/b", b"{}").await;
    let absent = Digest::sha256_of(b"absent").to_string();
    let image = Image::new(b"{}")
        .descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", &absent, 6)
        .descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", &absent, 6);
    image.push(&world, "a/b", "v1").await.unwrap();
    // When one comes all the same, it is in use.
    let digest = world.blob("a/b", b"absent").await;
    world.repository("a/b").delete_blob(actor(), &digest).await.unwrap();
    world.blob("a/b", b"absent").await;
    image.push(&world, "a/b", "v1").await.unwrap();
    let error = world.repository("a/b").delete_blob(actor(), &digest).await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error:?}");
}

async fn c16_the_subject_may_be_absent(world: World) {
    let [image, _] = images(&world, "a/b").await;
    let subject = Digest::sha256_of(b"absent");
    let put = image.subject(&subject).push(&world, "a/b", "v1").await.unwrap();
    assert_eq!(put.subject, Some(subject));
}

async fn sizes_must_be_those_of_the_stored_content(world: World) {
    let [image, _] = images(&world, "a/b").await;
    let layer = Digest::sha256_of(b"one").to_string();
    for size in [0, 2, 4, i64::MAX.unsigned_abs()] {
        let liar = Image::new(b"{}").descriptor("application/octet-stream", &layer, size);
        let error = liar.push(&world, "a/b", "v1").await.unwrap_err();
        assert!(matches!(&error, Error::InvalidManifest(_)), "{size}: {error:?}");
    }
    let child = image.push_untagged(&world, "a/b").await;
    let size = image.bytes().len() as u64;
    for child in [(child, size + 1), (Digest::sha256_of(b"one"), 4)] {
        let error = push(&world, "a/b", "v1", index(&[child])).await.unwrap_err();
        assert!(matches!(&error, Error::InvalidManifest(_)), "{error:?}");
    }
    push(&world, "a/b", "v1", index(&[(child, size)])).await.unwrap();
}

async fn r25_children_may_be_blobs(world: World) {
    let [image, _] = images(&world, "a/b").await;
    let child = image.push_untagged(&world, "a/b").await;
    let blob = Digest::sha256_of(b"two");
    let bytes = index(&[(child, image.bytes().len() as u64), (blob, 3)]);
    let put = push(&world, "a/b", "cache", bytes).await.unwrap();
    let repository = world.repository("a/b");
    for used in [
        repository.delete_blob(actor(), &blob).await,
        repository.delete_manifest(actor(), &child, Condition::Any).await,
    ] {
        let error = used.unwrap_err();
        assert!(matches!(error, Error::InUse { .. }), "{error:?}");
    }
    repository.delete_manifest(actor(), &put.digest, Condition::Any).await.unwrap();
    repository.delete_manifest(actor(), &child, Condition::Any).await.unwrap();
    repository.delete_blob(actor(), &blob).await.unwrap();
}

async fn sparse_content_is_taken_where_it_is_allowed(world: World) {
    let world = world.with(|settings| {
        settings.sparse = SparsePolicy::new(SparseContent::Refuse)
            .with(name("s/children"), SparseContent::Children)
            .with(name("s/content"), SparseContent::Content);
    });
    for repository in ["s/refuse", "s/children", "s/content"] {
        world.blob(repository, b"{}").await;
    }
    let image = Image::new(b"{}").layer(b"absent");
    let bytes = index_of(&[&image]);
    let taken = |put: Result<_, Error>| match put {
        Ok(_) => true,
        Err(Error::MissingContent { .. }) => false,
        Err(error) => panic!("{error:?}"),
    };
    let expected = [("s/refuse", false, false), ("s/children", true, false), ("s/content", true, true)];
    for (repository, children, content) in expected {
        assert_eq!(taken(push(&world, repository, "index", bytes.clone()).await), children, "{repository}");
        assert_eq!(taken(image.push(&world, repository, "image").await), content, "{repository}");
    }
    // What comes later is in use.
    let layer = world.blob("s/content", b"absent").await;
    let repository = world.repository("s/content");
    assert!(matches!(repository.delete_blob(actor(), &layer).await, Err(Error::InUse { .. })));
    let deleted = repository.delete_manifest(actor(), &image.digest(), Condition::Any).await;
    assert!(matches!(deleted, Err(Error::InUse { .. })), "{deleted:?}");
}

async fn c39_c40_further_tags_are_set_all_or_none(world: World) {
    let world = world.with(|settings| settings.max_tags_per_put = 10);
    let [image, other] = images(&world, "a/b").await;
    let repository = world.repository("a/b");
    let tags = |n: usize| (0..n).map(|i| tag(&format!("t{i}"))).collect::<Vec<_>>();
    let put = |image: &Image, tags| PutManifest { tags, ..PutManifest::new(image.digest(), image.bytes()) };
    // Naming one twice is naming it once.
    let doubled = tags(10).into_iter().chain(tags(10)).collect();
    let done = repository.put_manifest(actor(), put(&image, doubled)).await.unwrap();
    assert_eq!(done.tags, tags(10));
    let error = repository.put_manifest(actor(), put(&other, tags(11))).await.unwrap_err();
    assert!(matches!(error, Error::TooManyTags { limit: 10 }), "{error:?}");
    let absent = Image::new(b"absent");
    let error = repository.put_manifest(actor(), put(&absent, tags(3))).await.unwrap_err();
    assert!(matches!(error, Error::MissingContent { .. }), "{error:?}");
    let beside = PutManifest { target: by_tag("x"), ..put(&other, tags(1)) };
    let error = repository.put_manifest(actor(), beside).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
    for tag in tags(10) {
        assert_eq!(repository.manifest(&tag.into()).await.unwrap().digest, image.digest());
    }
    // One event for the manifest and one for each tag, in one commit.
    let kinds: Vec<_> = world.registry.events(3, 100).await.unwrap().into_iter().map(|e| e.kind).collect();
    assert!(matches!(kinds[0], EventKind::ManifestPut { .. }));
    assert!(kinds[1..].iter().all(|kind| matches!(kind, EventKind::TagSet { .. })));
    assert_eq!(kinds.len(), 11);
}

async fn c59_i7_a_deleted_manifest_takes_its_tags_along(world: World) {
    let [image, other] = images(&world, "a/b").await;
    let repository = world.repository("a/b");
    for tag in ["v1", "v2"] {
        image.push(&world, "a/b", tag).await.unwrap();
    }
    other.push(&world, "a/b", "other").await.unwrap();
    repository.delete_manifest(actor(), &image.digest(), Condition::Any).await.unwrap();
    for reference in [by_tag("v1"), by_tag("v2"), image.digest().into()] {
        let gone = repository.manifest(&reference).await;
        assert!(matches!(gone, Err(Error::ManifestUnknown { .. })), "{gone:?}");
    }
    let tags = repository.tags(&registry_core::PageRequest::first(9)).await.unwrap();
    assert_eq!(tags.items, [tag("other")]);
    // The blobs stay, so it can be pushed again.
    image.push(&world, "a/b", "v1").await.unwrap();
}

async fn an_index_may_hold_indexes_and_docker_lists(world: World) {
    let [image, other] = images(&world, "a/b").await;
    image.push_untagged(&world, "a/b").await;
    other.push_untagged(&world, "a/b").await;
    let inner = index_of(&[&image, &other]);
    let put = push(&world, "a/b", "inner", inner.clone()).await.unwrap();
    let list = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}}"#,
        MediaType::DOCKER_LIST,
        descriptor(MediaType::OCI_INDEX.as_str(), &put.digest.to_string(), inner.len() as u64)
    );
    let put = push(&world, "a/b", "outer", list).await.unwrap();
    assert_eq!(put.media_type, MediaType::DOCKER_LIST);
    push(&world, "a/b", "empty", index(&[])).await.unwrap();
}

on_each_store![
    c37_the_exact_bytes_come_back,
    c11_what_is_unknown,
    c42_too_large,
    c38_what_is_wrong_by_itself,
    c17_all_missing_content_is_named_once,
    c17_foreign_layers_may_be_absent,
    c16_the_subject_may_be_absent,
    sizes_must_be_those_of_the_stored_content,
    r25_children_may_be_blobs,
    sparse_content_is_taken_where_it_is_allowed,
    c39_c40_further_tags_are_set_all_or_none,
    c59_i7_a_deleted_manifest_takes_its_tags_along,
    an_index_may_hold_indexes_and_docker_lists,
];
