//! Runs that are stopped, and run again.

use std::sync::Arc;

use registry_core::{Digest, Event, PageRequest};
use registry_engine::Condition;
use registry_engine::import::Import;

use super::folder::Folder;
use super::{imported, pulled};
use crate::support::fault::{Fault, Faults};
use crate::support::{Image, World, actor, index_of, tag};

fn filled() -> Folder {
    let folder = Folder::new();
    let (one, two) = (folder.image("a", &[b"1", b"2"]), folder.image("a", &[b"3"]));
    let index = folder.manifest("a", &index_of(&[&one, &two]));
    folder.tag("a", "latest", &index);
    folder.tag("a", "one", &one.digest());
    let image = folder.image("b", &[b"1"]);
    folder.tag("b", "v1", &image.digest());
    folder
}

async fn log(world: &World) -> Vec<Event> {
    world.registry.events(0, 1_000).await.unwrap()
}

async fn a_second_run_changes_nothing(world: World) {
    let folder = filled();
    imported(&folder, &world).await;
    let (before, stored) = (log(&world).await, world.stored().await);
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.links, done.adopted, done.copied, done.manifests, done.tags), (0, 0, 0, 0, 0));
    assert_eq!((log(&world).await, world.stored().await, found), (before, stored, Vec::new()));
}

async fn what_is_new_there_is_taken_over_and_what_was_done_here_stays(world: World) {
    let folder = filled();
    imported(&folder, &world).await;
    let repository = world.repository("b");
    let (theirs, ours) =
        (folder.image("b", &[b"new"]), Image::new(b"{}").layer(b"1").member(r#""annotations":{}"#));
    // A tag that only the source moved follows it.
    folder.tag("b", "v1", &theirs.digest());
    folder.tag("b", "v2", &theirs.digest());
    let (done, found) = imported(&folder, &world).await;
    assert_eq!((done.tags, found), (2, Vec::new()));
    assert_eq!(pulled(&world, "b", "v1").await, theirs.digest());
    // What was moved or deleted here stays so.
    ours.push(&world, "b", "v1").await.unwrap();
    repository.delete_tag(actor(), &tag("v2"), Condition::Any).await.unwrap();
    world.repository("a").delete_tag(actor(), &tag("latest"), Condition::Any).await.unwrap();
    let index = index_of(&[&Image::new(b"{}").layer(b"1").layer(b"2"), &Image::new(b"{}").layer(b"3")]);
    let index = Digest::sha256_of(&index);
    world.repository("a").delete_manifest(actor(), &index, Condition::Any).await.unwrap();
    let before = log(&world).await;
    let (done, found) = imported(&folder, &world).await;
    let kept = "it was moved or deleted here, and stays so";
    let expected = [
        format!("note: a, manifest {index}: it was deleted here"),
        format!("note: a, tag latest: {kept}"),
        format!("note: b, tag v1: {kept}"),
        format!("note: b, tag v2: {kept}"),
    ];
    assert_eq!((found, done.left_out, log(&world).await), (expected.into(), 0, before));
}

async fn a_list_of_referrers_that_was_changed_here_stays(world: World) {
    let folder = filled();
    let subject = Digest::sha256_of(b"subject");
    let fallback = subject.to_string().replace(':', "-");
    let (one, two) = (folder.image("c", &[b"1"]), folder.image("c", &[b"3"]));
    folder.tag("c", &fallback, &folder.manifest("c", &index_of(&[&one])));
    imported(&folder, &world).await;
    let repository = world.repository("c");
    repository.delete_tag(actor(), &tag(&fallback), Condition::Any).await.unwrap();
    folder.tag("c", &fallback, &folder.manifest("c", &index_of(&[&one, &two])));
    let (_, found) = imported(&folder, &world).await;
    let kept = format!("note: c, tag {fallback}: it was moved or deleted here, and stays so");
    assert_eq!(found, [kept]);
    assert_eq!(repository.tags(&PageRequest::first(10)).await.unwrap().items, []);
}

async fn it_goes_on_after_any_failure(_: World) {
    let whole = World::in_memory();
    let folder = filled();
    imported(&folder, &whole).await;
    for fault in [Fault::Unavailable, Fault::AnswerLost, Fault::Full] {
        for call in 0.. {
            let faults = Faults::default();
            let world = faults.around(World::in_memory());
            let import = Import::new(Arc::new(folder.source().await), &world.registry).at_once(1);
            faults.arm(call, fault);
            let failed = import.run(&|_| {}).await.is_err();
            let reached = faults.calls() > call;
            faults.disarm();
            assert!(!failed || reached);
            // What is readable meanwhile is whole.
            for (repository, tag_name) in [("a", "latest"), ("a", "one"), ("b", "v1")] {
                if world.repository(repository).manifest(&tag(tag_name).into()).await.is_ok() {
                    pulled(&world, repository, tag_name).await;
                }
            }
            imported(&folder, &world).await;
            same(&world, &whole).await;
            if !reached {
                assert!(call > 30, "only {call} calls");
                break;
            }
        }
    }
}

/// That both have the same repositories, tags and manifests.
async fn same(one: &World, other: &World) {
    let all = PageRequest::first(100);
    let names = one.registry.catalog(&all).await.unwrap().items;
    assert_eq!(names, other.registry.catalog(&all).await.unwrap().items);
    for name in names {
        let (one, other) = (one.repository(name.as_str()), other.repository(name.as_str()));
        let tags = one.tags(&all).await.unwrap().items;
        assert_eq!(tags, other.tags(&all).await.unwrap().items);
        for tag in tags {
            let reference = tag.into();
            assert_eq!(one.manifest(&reference).await.unwrap(), other.manifest(&reference).await.unwrap());
        }
    }
}

on_each_store!(
    a_list_of_referrers_that_was_changed_here_stays,
    a_second_run_changes_nothing,
    what_is_new_there_is_taken_over_and_what_was_done_here_stays,
);

mod once {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_goes_on_after_any_failure() {
        super::it_goes_on_after_any_failure(crate::support::World::in_memory()).await;
    }
}
