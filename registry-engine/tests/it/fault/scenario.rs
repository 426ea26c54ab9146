//! Operations, each with what has to be there before.

use futures_util::future::BoxFuture;
use registry_core::{Algorithm, Digest, PageRequest};
use registry_engine::{Chunk, Condition, Error, MountSource, PutManifest, StartUpload, UploadId};

use super::snapshot::BLOBS;
use crate::support::image::push;
use crate::support::{Image, World, actor, body, index_of, name, tag};

pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) prepare: for<'w> fn(&'w World) -> BoxFuture<'w, ()>,
    pub(super) act: for<'w> fn(&'w World) -> BoxFuture<'w, Result<(), Error>>,
    /// Whether it removes something: then there is nothing to do when it is tried again.
    pub(super) removes: bool,
}

macro_rules! scenarios {
    ($($name:ident: $prepare:ident, $act:ident $(, $removes:ident)?;)+) => {
        pub(super) const SCENARIOS: &[Scenario] = &[$(Scenario {
            name: stringify!($name),
            prepare: |world| Box::pin($prepare(world)),
            act: |world| Box::pin($act(world)),
            removes: !stringify!($($removes)?).is_empty(),
        }),+];
    };
}

scenarios! {
    upload_in_a_session: nothing, upload_in_a_session;
    upload_of_another_algorithm: nothing, upload_of_another_algorithm;
    upload_in_one_request: nothing, put_two;
    upload_of_what_is_stored: two_elsewhere, put_two;
    upload_of_what_was_lost: two_lost, put_two;
    finish: begun, finish;
    mount: two_elsewhere, mount;
    delete_blob: blobs, delete_two, removes;
    t6_push_over_a_tag: tagged, push_second;
    push_with_tags: tagged, push_with_tags;
    push_an_index: tagged, push_index;
    delete_manifest: tagged, delete_manifest, removes;
    delete_tag: tagged, delete_tag, removes;
    restore: moved, restore;
    restore_a_deleted_manifest: deleted, restore;
}

const TWO: &[u8] = b"two";

fn two() -> Digest {
    Digest::sha256_of(TWO)
}

fn first() -> Image {
    Image::new(b"{}").layer(b"one")
}

/// It refers to the first.
fn second() -> Image {
    Image::new(b"{}").layer(b"one").layer(TWO).subject(&first().digest())
}

fn nothing(_: &World) -> std::future::Ready<()> {
    std::future::ready(())
}

async fn two_elsewhere(world: &World) {
    world.blob("c/d", TWO).await;
}

async fn two_lost(world: &World) {
    world.blob("c/d", TWO).await;
    let stored = world.metadata.stored_blob(&two()).await.unwrap().unwrap();
    world.blobs.delete(&stored.location).await.unwrap();
}

async fn blobs(world: &World) {
    for content in BLOBS {
        world.blob("a/b", content).await;
    }
}

async fn tagged(world: &World) {
    blobs(world).await;
    first().push(world, "a/b", "v1").await.unwrap();
}

async fn moved(world: &World) {
    tagged(world).await;
    second().push(world, "a/b", "v1").await.unwrap();
}

async fn deleted(world: &World) {
    moved(world).await;
    world.repository("a/b").delete_manifest(actor(), &first().digest(), Condition::Any).await.unwrap();
}

async fn begun(world: &World) {
    begin(world, &TWO[..1]).await.unwrap();
}

async fn begin(world: &World, content: &[u8]) -> Result<UploadId, Error> {
    let repository = world.repository("a/b");
    let id = repository.start_upload(actor(), StartUpload::default()).await?.id;
    repository.append_upload(actor(), &id, Chunk::default(), body(content)).await?;
    Ok(id)
}

async fn upload_in_a_session(world: &World) -> Result<(), Error> {
    let id = begin(world, &TWO[..2]).await?;
    let finish = world.repository("a/b");
    finish.finish_upload(actor(), &id, &two(), Chunk::default(), body(&TWO[2..])).await?;
    Ok(())
}

async fn upload_of_another_algorithm(world: &World) -> Result<(), Error> {
    let id = begin(world, TWO).await?;
    let digest = Digest::of(Algorithm::Sha512, TWO);
    world.repository("a/b").finish_upload(actor(), &id, &digest, Chunk::default(), body(b"")).await?;
    Ok(())
}

async fn put_two(world: &World) -> Result<(), Error> {
    world.repository("a/b").put_blob(actor(), &two(), Some(3), body(TWO)).await?;
    Ok(())
}

/// Closes the session there is; where there is none any more, uploads again as a client does.
async fn finish(world: &World) -> Result<(), Error> {
    let sessions = world.metadata.uploads(&PageRequest::first(1)).await?;
    let Some(record) = sessions.items.first() else { return upload_in_a_session(world).await };
    let (repository, chunk) = (world.repository("a/b"), Chunk::default());
    match repository.finish_upload(actor(), &record.id, &two(), chunk, body(&TWO[1..])).await {
        Err(Error::UploadUnknown { .. }) => upload_in_a_session(world).await,
        answer => answer.map(drop),
    }
}

async fn mount(world: &World) -> Result<(), Error> {
    let from = MountSource::Repository(name("c/d"));
    let mounted = world.repository("a/b").mount_blob(actor(), &two(), from).await?;
    assert!(mounted.is_some());
    Ok(())
}

async fn delete_two(world: &World) -> Result<(), Error> {
    world.repository("a/b").delete_blob(actor(), &two()).await
}

async fn push_second(world: &World) -> Result<(), Error> {
    second().push(world, "a/b", "v1").await.map(drop)
}

async fn push_with_tags(world: &World) -> Result<(), Error> {
    let tags = vec![tag("v1"), tag("v2")];
    let put = PutManifest { tags, ..PutManifest::new(second().digest(), second().bytes()) };
    let put = PutManifest { condition: Condition::IsNot(vec![first().digest()]), ..put };
    world.repository("a/b").put_manifest(actor(), put).await.map(drop)
}

async fn push_index(world: &World) -> Result<(), Error> {
    push(world, "a/b", "index", index_of(&[&first()])).await.map(drop)
}

async fn delete_manifest(world: &World) -> Result<(), Error> {
    world.repository("a/b").delete_manifest(actor(), &first().digest(), Condition::Any).await
}

async fn delete_tag(world: &World) -> Result<(), Error> {
    world.repository("a/b").delete_tag(actor(), &tag("v1"), Condition::Any).await
}

async fn restore(world: &World) -> Result<(), Error> {
    let digest = first().digest();
    world.repository("a/b").restore_tag(actor(), &tag("v1"), &digest, Condition::Any).await.map(drop)
}
