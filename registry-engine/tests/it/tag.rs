//! Tags: listing, deleting, history, and going back in it.

use std::time::Duration;

use registry_core::{Digest, ErrorCode, EventKind, PageRequest, Tag, TagCause};
use registry_engine::{Clock, Condition, Error};

use crate::support::image::push;
use crate::support::{Image, World, actor, index, index_of, tag};

async fn images<const N: usize>(world: &World) -> [Image; N] {
    world.blob("a/b", b"{}").await;
    for i in 0..N {
        world.blob("a/b", &[b'a' + u8::try_from(i).unwrap()]).await;
    }
    std::array::from_fn(|i| Image::new(b"{}").layer(&[b'a' + u8::try_from(i).unwrap()]))
}

async fn c45_c48_tags_come_in_byte_order_and_in_pages(world: World) {
    let [image] = images(&world).await;
    let names = ["Z", "_", "a", "a-b", "a.b", "a0", "aa", "b", "v1", "v10", "v2"];
    for name in names {
        image.push(&world, "a/b", name).await.unwrap();
    }
    let repository = world.repository("a/b");
    let all = repository.tags(&PageRequest::first(100)).await.unwrap();
    assert_eq!((all.items.iter().map(Tag::as_str).collect::<Vec<_>>(), all.more), (names.to_vec(), false));
    for limit in 1..=names.len() + 1 {
        let mut seen = Vec::new();
        let mut request = PageRequest::first(limit);
        loop {
            let page = repository.tags(&request).await.unwrap();
            seen.extend(page.items.iter().map(ToString::to_string));
            assert!(page.items.len() <= limit);
            if !page.more {
                break;
            }
            assert_eq!(page.items.len(), limit);
            request = PageRequest::after(seen.last().unwrap().clone(), limit);
        }
        assert_eq!(seen, names, "{limit}");
    }
    // C-47, C-48: nothing is nothing; a position need not be a tag.
    let none = repository.tags(&PageRequest::first(0)).await.unwrap();
    assert_eq!((none.items.len(), none.more), (0, false));
    let rest = repository.tags(&PageRequest::after("a/!", 2)).await.unwrap();
    assert_eq!((rest.items, rest.more), (vec![tag("a0"), tag("aa")], true));
    let rest = repository.tags(&PageRequest::after("zzz", 2)).await.unwrap();
    assert_eq!((rest.items.len(), rest.more), (0, false));
}

async fn c45_a_repository_without_tags_and_none_at_all(world: World) {
    images::<1>(&world).await;
    for page in [PageRequest::first(0), PageRequest::first(10)] {
        assert_eq!(world.repository("a/b").tags(&page).await.unwrap().items, []);
        let error = world.repository("a").tags(&page).await.unwrap_err();
        assert!(matches!(error, Error::RepositoryUnknown), "{error:?}");
    }
}

async fn c58_r23_deleting_a_tag_leaves_the_rest(world: World) {
    let [image] = images(&world).await;
    for name in ["v1", "v2"] {
        image.push(&world, "a/b", name).await.unwrap();
    }
    let repository = world.repository("a/b");
    repository.delete_tag(actor(), &tag("v1"), Condition::Any).await.unwrap();
    let gone = repository.manifest(&tag("v1").into()).await.unwrap_err();
    assert!(matches!(gone, Error::ManifestUnknown { .. }), "{gone:?}");
    for reference in [tag("v2").into(), image.digest().into()] {
        assert_eq!(repository.manifest(&reference).await.unwrap().digest, image.digest());
    }
    let again = repository.delete_tag(actor(), &tag("v1"), Condition::Any).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::ManifestUnknown);
    let nowhere = world.repository("no/where").delete_tag(actor(), &tag("v1"), Condition::Any).await;
    assert!(matches!(nowhere, Err(Error::RepositoryUnknown)), "{nowhere:?}");
}

async fn b11_history_tells_who_when_and_what(world: World) {
    let [first, second] = images(&world).await;
    let repository = world.repository("a/b");
    let (start, by) = (world.clock.now(), "somebody".parse().unwrap());
    let step = Duration::from_secs(60);
    first.push(&world, "a/b", "v1").await.unwrap();
    first.push(&world, "a/b", "v1").await.unwrap();
    world.clock.advance(step);
    second.push(&world, "a/b", "v1").await.unwrap();
    world.clock.advance(step);
    repository.delete_tag(&by, &tag("v1"), Condition::Any).await.unwrap();
    world.clock.advance(step);
    let restored = repository.restore_tag(&by, &tag("v1"), &first.digest(), Condition::Any).await.unwrap();
    assert_eq!((restored.digest, restored.at), (first.digest(), start.saturating_add(step * 3)));
    repository.delete_manifest(&by, &first.digest(), Condition::Any).await.unwrap();
    let (one, two) = (Some(first.digest()), Some(second.digest()));
    let expected = [
        (None, one, 3, "somebody", TagCause::ManifestDelete),
        (one, None, 3, "somebody", TagCause::Restore),
        (None, two, 2, "somebody", TagCause::Delete),
        (two, one, 1, "tester", TagCause::Push),
        (one, None, 0, "tester", TagCause::Push),
    ];
    let history = repository.tag_history(&tag("v1"), None, 100).await.unwrap();
    assert!(!history.more);
    let told: Vec<_> = history
        .items
        .iter()
        .map(|e| (e.digest, e.previous, e.at.saturating_since(start), e.actor.as_str(), e.cause))
        .collect();
    let expected = expected.map(|(now, before, steps, by, cause)| (now, before, step * steps, by, cause));
    assert_eq!(told, expected);
    assert_eq!(restored.seq, history.items[1].seq);
    // In pages, and beyond its ends.
    let mut before = None;
    for (i, entry) in history.items.iter().enumerate() {
        let page = repository.tag_history(&tag("v1"), before, 1).await.unwrap();
        assert_eq!((&page.items[0], page.more), (entry, i < 4));
        before = Some(entry.seq);
    }
    assert_eq!(repository.tag_history(&tag("v1"), before, 1).await.unwrap().items, []);
    assert_eq!(repository.tag_history(&tag("never"), None, 9).await.unwrap().items, []);
    // Each entry is an event of that number.
    for entry in &history.items {
        let event = world.registry.events(entry.seq - 1, 1).await.unwrap().remove(0);
        assert!(matches!(event.kind, EventKind::TagSet { .. } | EventKind::TagDeleted { .. }));
        assert_eq!((event.seq, event.actor, event.at), (entry.seq, entry.actor.clone(), entry.at));
    }
}

async fn b11_a_tag_goes_back_to_any_earlier_digest(world: World) {
    let images: [Image; 4] = images(&world).await;
    let repository = world.repository("a/b");
    for image in &images {
        image.push(&world, "a/b", "v1").await.unwrap();
    }
    for image in images.iter().chain(images.iter().rev()) {
        let record =
            repository.restore_tag(actor(), &tag("v1"), &image.digest(), Condition::Any).await.unwrap();
        assert_eq!(record.digest, image.digest());
        assert_eq!(repository.manifest(&tag("v1").into()).await.unwrap().bytes, image.bytes());
        assert_eq!(world.metadata.tag(repository.name(), &tag("v1")).await.unwrap(), Some(record));
    }
    // One that was never there: neither under this tag nor this repository.
    images[0].push(&world, "a/b", "other").await.unwrap();
    for digest in [Digest::sha256_of(b"never"), images[1].digest()] {
        let error =
            repository.restore_tag(actor(), &tag("other"), &digest, Condition::Any).await.unwrap_err();
        assert!(matches!(error, Error::HistoryUnknown { .. }), "{error:?}");
        let elsewhere = world.repository("c/d");
        let error = elsewhere.restore_tag(actor(), &tag("v1"), &digest, Condition::Any).await.unwrap_err();
        assert!(matches!(error, Error::HistoryUnknown { .. }), "{error:?}");
    }
}

async fn b11_a_deleted_manifest_is_put_back(world: World) {
    let [image] = images(&world).await;
    let repository = world.repository("a/b");
    let image = image.subject(&Digest::sha256_of(b"subject"));
    image.push(&world, "a/b", "v1").await.unwrap();
    let digest = image.digest();
    repository.delete_manifest(actor(), &digest, Condition::Any).await.unwrap();
    let seen = world.metadata.last_event().await.unwrap();
    repository.restore_tag(actor(), &tag("v1"), &digest, Condition::Absent).await.unwrap();
    let record = repository.manifest(&tag("v1").into()).await.unwrap();
    assert_eq!((record.digest, record.bytes), (digest, image.bytes()));
    let referrers = repository.referrers(&Digest::sha256_of(b"subject"), None, &PageRequest::first(9)).await;
    assert_eq!(referrers.unwrap().items.len(), 1);
    let events = world.registry.events(seen, 10).await.unwrap();
    assert!(matches!(events[0].kind, EventKind::ManifestPut { .. }));
    assert!(matches!(events[1].kind, EventKind::TagSet { cause: TagCause::Restore, .. }));
    // What it names is in use again, and without it nothing is put back.
    let layer = Digest::sha256_of(b"a");
    assert!(matches!(repository.delete_blob(actor(), &layer).await, Err(Error::InUse { .. })));
    repository.delete_manifest(actor(), &digest, Condition::Any).await.unwrap();
    repository.delete_blob(actor(), &layer).await.unwrap();
    let error = repository.restore_tag(actor(), &tag("v1"), &digest, Condition::Any).await.unwrap_err();
    assert!(matches!(error, Error::MissingContent { .. }), "{error:?}");
    world.blob("a/b", b"a").await;
    repository.restore_tag(actor(), &tag("v1"), &digest, Condition::Any).await.unwrap();
}

async fn b11_an_index_is_put_back_with_its_children(world: World) {
    let [first, second] = images(&world).await;
    let repository = world.repository("a/b");
    for image in [&first, &second] {
        image.push_untagged(&world, "a/b").await;
    }
    let inner = index_of(&[&first, &second]);
    let inner_digest = push(&world, "a/b", "inner", inner.clone()).await.unwrap().digest;
    let outer = index(&[(inner_digest, inner.len() as u64), (first.digest(), first.bytes().len() as u64)]);
    let outer_digest = push(&world, "a/b", "outer", outer.clone()).await.unwrap().digest;
    let all = [outer_digest, inner_digest, first.digest(), second.digest()];
    for digest in all {
        repository.delete_manifest(actor(), &digest, Condition::Any).await.unwrap();
    }
    // A layer that one of them needs is gone: then none is put back.
    let layer = Digest::sha256_of(b"b");
    repository.delete_blob(actor(), &layer).await.unwrap();
    let error =
        repository.restore_tag(actor(), &tag("outer"), &outer_digest, Condition::Any).await.unwrap_err();
    assert!(matches!(error, Error::MissingContent { digests } if digests == [layer.into()]));
    for digest in all {
        assert!(repository.manifest(&digest.into()).await.is_err());
    }
    world.blob("a/b", b"b").await;
    repository.restore_tag(actor(), &tag("outer"), &outer_digest, Condition::Any).await.unwrap();
    assert_eq!(repository.manifest(&tag("outer").into()).await.unwrap().bytes, outer);
    for digest in all {
        repository.manifest(&digest.into()).await.unwrap();
    }
    let used = repository.delete_manifest(actor(), &second.digest(), Condition::Any).await;
    assert!(matches!(used, Err(Error::InUse { .. })), "{used:?}");
    assert!(repository.manifest(&tag("inner").into()).await.is_err());
}

async fn numbers_beyond_all_there_are_do_no_harm(world: World) {
    let [image] = images(&world).await;
    image.push(&world, "a/b", "v1").await.unwrap();
    let repository = world.repository("a/b");
    for number in [u64::MAX, 1 << 63, (1 << 63) - 1] {
        assert_eq!(world.registry.events(number, usize::MAX).await.unwrap(), []);
        let history = repository.tag_history(&tag("v1"), Some(number), usize::MAX).await.unwrap();
        assert_eq!((history.items.len(), history.more), (1, false));
    }
    let all = PageRequest::first(usize::MAX);
    assert_eq!(repository.tags(&all).await.unwrap().items.len(), 1);
    assert_eq!(world.registry.catalog(&all).await.unwrap().items.len(), 1);
    assert_eq!(repository.referrers(&image.digest(), None, &all).await.unwrap().items, []);
    assert_eq!(world.registry.events(0, usize::MAX).await.unwrap().len(), 4);
}

async fn b11_history_longer_than_a_page_is_searched_to_its_end(world: World) {
    let [first, second, third] = images(&world).await;
    first.push(&world, "a/b", "v1").await.unwrap();
    for _ in 0..60 {
        second.push(&world, "a/b", "v1").await.unwrap();
        third.push(&world, "a/b", "v1").await.unwrap();
    }
    let repository = world.repository("a/b");
    repository.restore_tag(actor(), &tag("v1"), &first.digest(), Condition::Any).await.unwrap();
}

on_each_store![
    c45_c48_tags_come_in_byte_order_and_in_pages,
    c45_a_repository_without_tags_and_none_at_all,
    c58_r23_deleting_a_tag_leaves_the_rest,
    b11_history_tells_who_when_and_what,
    b11_a_tag_goes_back_to_any_earlier_digest,
    b11_a_deleted_manifest_is_put_back,
    b11_an_index_is_put_back_with_its_children,
    b11_history_longer_than_a_page_is_searched_to_its_end,
    numbers_beyond_all_there_are_do_no_harm,
];
