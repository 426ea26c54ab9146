//! What another registry kept.

mod again;
mod damage;
mod folder;

use std::sync::{Arc, Mutex};

use registry_core::{Algorithm, Digest, PageRequest, Reference, TagCause};
use registry_engine::import::{Import, Imported, Told};
use registry_engine::{Condition, Error, Result};

use crate::support::body::collect;
use crate::support::fault::Faults;
use crate::support::{Image, World, actor, index_of, tag};
use folder::Folder;

/// Imports with these choices, and answers what was found beside.
async fn imported_by(
    folder: &Folder,
    world: &World,
    choose: impl FnOnce(Import) -> Import,
) -> (Result<Imported>, Vec<String>) {
    let found = Mutex::new(Vec::new());
    let import = choose(Import::new(Arc::new(folder.source().await), &world.registry));
    let tell = |told: Told<'_>| {
        if let Told::Finding(finding) = told {
            found.lock().unwrap().push(finding.to_string());
        }
    };
    let imported = import.run(&tell).await;
    let mut found = found.into_inner().unwrap();
    found.sort();
    (imported, found)
}

async fn imported(folder: &Folder, world: &World) -> (Imported, Vec<String>) {
    let before = folder.everything();
    let (imported, found) = imported_by(folder, world, |import| import).await;
    assert_eq!(folder.everything(), before, "the source is never changed");
    (imported.unwrap(), found)
}

/// What the tag points to, read in whole with everything below it.
async fn pulled(world: &World, repository: &str, reference: &str) -> Digest {
    let repository = world.repository(repository);
    let record = repository.manifest(&reference.parse::<Reference>().unwrap()).await.unwrap();
    assert_eq!(Digest::of(record.digest.algorithm(), &record.bytes), record.digest);
    let manifest = registry_core::Manifest::parse(
        record.bytes.clone(),
        Some(&record.media_type),
        record.digest.algorithm(),
    )
    .unwrap();
    for descriptor in manifest.config().into_iter().chain(manifest.layers()) {
        let digest = descriptor.known_digest().unwrap();
        let blob = repository.read_blob(digest).await.unwrap();
        let bytes = collect(blob.read(0..blob.size()).await.unwrap()).await;
        assert_eq!(Digest::of(digest.algorithm(), &bytes), *digest);
    }
    for child in manifest.children() {
        Box::pin(pulled(world, repository.name().as_str(), &child.digest.to_string())).await;
    }
    record.digest
}

async fn everything_is_taken_over(world: World) {
    let folder = Folder::new();
    let (one, two) = (folder.image("a", &[b"1", b"2"]), folder.image("a", &[b"2", b"3"]));
    // The index comes before its children in some order of names, and after them in another.
    let index = folder.manifest("a", &index_of(&[&one, &two]));
    let signature = Image::new(b"{}").subject(&one.digest());
    folder.manifest("a", &signature.bytes());
    // A name that is the beginning of another, and of what lies in it.
    for name in ["a/b", "a-b", "a/b/c", "library/app"] {
        let image = folder.image(name, &[b"1", name.as_bytes()]);
        folder.tag(name, "v1", &image.digest());
    }
    for (tag, digest) in [("one", one.digest()), ("two", two.digest()), ("latest", index), ("One", index)] {
        folder.tag("a", tag, &digest);
    }
    let (done, found) = imported(&folder, &world).await;
    assert_eq!(found, Vec::<String>::new());
    // `{}`, 1, 2, 3, and a layer of each of the others.
    assert_eq!((done.repositories, done.adopted + done.copied, done.links), (5, 8, 4 + 4 * 3));
    assert_eq!((done.manifests, done.tags, done.left_out, done.notes), (8, 8, 0, 0));
    let names = world.registry.catalog(&PageRequest::first(10)).await.unwrap().items;
    assert_eq!(
        names.iter().map(registry_core::RepositoryName::as_str).collect::<Vec<_>>(),
        ["a", "a-b", "a/b", "a/b/c", "library/app"]
    );
    let a = world.repository("a");
    let tags = a.tags(&PageRequest::first(10)).await.unwrap().items;
    assert_eq!(tags, ["One", "latest", "one", "two"].map(tag));
    assert_eq!(pulled(&world, "a", "latest").await, index);
    assert_eq!(pulled(&world, "a", "one").await, one.digest());
    for name in ["a/b", "a-b", "a/b/c", "library/app"] {
        pulled(&world, name, "v1").await;
    }
    let referrers = a.referrers(&one.digest(), None, &PageRequest::first(10)).await.unwrap();
    assert_eq!(referrers.items.len(), 1);
    let history = a.tag_history(&tag("one"), None, 10).await.unwrap().items;
    assert_eq!(
        (history.len(), history[0].cause, history[0].actor.as_str()),
        (1, TagCause::Import, "registry")
    );
    // What is in use is held.
    let error = a.delete_manifest(actor(), &one.digest(), Condition::Any).await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error:?}");
}

/// What cannot be used where it lies, for whatever reason, is copied.
async fn what_the_store_refuses_to_adopt_is_copied(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[b"1", b"2"]);
    folder.tag("a", "v1", &image.digest());
    let faults = Faults::default();
    let world = faults.around(world);
    faults.refuse_adoption();
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.adopted, done.copied, done.tags, found), (0, 3, 1, Vec::<String>::new()));
    assert_eq!(pulled(&world, "a", "v1").await, image.digest());
}

async fn bytes_in_one_file_system_are_not_copied(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[&[7; 100_000]]);
    folder.tag("a", "v1", &image.digest());
    let (done, _) = imported(&folder, &world).await;
    let adopts = (done.adopted, done.copied) == (2, 0);
    assert!(adopts || (done.adopted, done.copied) == (0, 2), "{done:?}");
    assert_eq!(done.adopted_bytes + done.copied_bytes, 100_002);
    // What distribution collects later is kept here.
    std::fs::remove_dir_all(folder.path("blobs")).unwrap();
    pulled(&world, "a", "v1").await;
    let other = World::on_disk().await;
    let folder = Folder::new();
    folder.image("a", &[b"1"]);
    let (copied, _) = imported_by(&folder, &other, |import| import.copying(true)).await;
    assert_eq!((copied.unwrap().copied, other.stored().await), (2, 2));
}

async fn content_that_is_here_is_used(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[b"1"]);
    folder.tag("a", "v1", &image.digest());
    world.blob("elsewhere", b"1").await;
    let (done, _) = imported(&folder, &world).await;
    assert_eq!((done.adopted + done.copied, done.links, world.stored().await), (1, 2, 2));
    pulled(&world, "a", "v1").await;
}

async fn c60_a_list_of_referrers_holds_nothing(world: World) {
    let folder = Folder::new();
    let subject = folder.image("a", &[b"1"]);
    let signature = Image::new(b"{}").member(r#""annotations":{"a":"b"}"#);
    folder.manifest("a", &signature.bytes());
    let list = folder.manifest("a", &index_of(&[&signature]));
    let name = subject.digest().to_string().replace(':', "-");
    folder.tag("a", &name, &list);
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.manifests, done.tags, found.len()), (3, 1, 0));
    let a = world.repository("a");
    let referrers = a.referrers(&subject.digest(), None, &PageRequest::first(10)).await.unwrap();
    assert_eq!(referrers.items.len(), 1);
    a.delete_manifest(actor(), &signature.digest(), Condition::Any).await.unwrap();
}

async fn c28_content_of_other_algorithms_is_taken_over(world: World) {
    let folder = Folder::new();
    folder.blob("a", b"{}");
    // Kept under the digest of another algorithm, as distribution does, and under its own.
    let (asked, kept) = (Digest::of(Algorithm::Sha512, b"1"), Digest::sha256_of(b"1"));
    folder.write(&Folder::data(&kept), b"1");
    folder.write(&Folder::layer_link("a", &asked), kept.to_string());
    let image = Image::new(b"{}").descriptor("application/vnd.oci.image.layer.v1.tar", &asked.to_string(), 1);
    let digest = Digest::of(Algorithm::Sha512, &image.bytes());
    folder.write(&Folder::data(&digest), image.bytes());
    folder.write(&Folder::revision_link("a", &digest), digest.to_string());
    folder.tag("a", "v1", &digest);
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.manifests, done.tags, found), (1, 1, Vec::new()));
    assert_eq!(pulled(&world, "a", "v1").await, digest);
}

async fn a_manifest_without_a_type_is_what_it_must_be(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[b"1"]);
    let untyped = |bytes: bytes::Bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let start = text.find(r#""mediaType""#).unwrap();
        let end = start + text[start..].find(',').unwrap();
        format!("{}{}", &text[..start], &text[end + 1..])
    };
    let plain = folder.manifest("a", untyped(image.bytes()).as_bytes());
    let index = folder.manifest("a", untyped(index_of(&[&image])).as_bytes());
    folder.tag("a", "image", &plain);
    folder.tag("a", "index", &index);
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.manifests, found), (3, Vec::new()));
    for (name, media_type) in [("image", "manifest"), ("index", "index")] {
        let record = world.repository("a").manifest(&tag(name).into()).await.unwrap();
        assert_eq!(record.media_type.as_str(), format!("application/vnd.oci.image.{media_type}.v1+json"));
        pulled(&world, "a", name).await;
    }
}

async fn a_rehearsal_finds_the_same_and_stores_no_bytes(world: World) {
    let folder = Folder::new();
    let image = folder.image("a", &[b"1", b"2"]);
    folder.tag("a", "v1", &image.digest());
    folder.write(&Folder::data(&Digest::sha256_of(b"2")), b"3");
    let before = folder.everything();
    let (done, found) = imported_by(&folder, &world, |import| import.dry(true)).await;
    assert_eq!((folder.everything(), world.stored().await), (before, 0));
    let (done, real) = (done.unwrap(), World::on_disk().await);
    let (really, there) = imported(&folder, &real).await;
    assert_eq!((done.adopted, done.manifests, done.tags, done.left_out, found), (2, 0, 0, 3, there));
    assert_eq!((really.manifests, really.tags, really.left_out), (0, 0, 3));
}

on_each_store!(
    everything_is_taken_over,
    what_the_store_refuses_to_adopt_is_copied,
    bytes_in_one_file_system_are_not_copied,
    content_that_is_here_is_used,
    c60_a_list_of_referrers_holds_nothing,
    c28_content_of_other_algorithms_is_taken_over,
    a_manifest_without_a_type_is_what_it_must_be,
    a_rehearsal_finds_the_same_and_stores_no_bytes,
);
