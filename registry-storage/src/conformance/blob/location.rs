//! Committed blobs.

use futures_util::StreamExt;
use registry_core::PageRequest;

use super::support::{
    append, assert_corrupt, assert_holds, assert_invalid, assert_not_found, assert_same, begin, bytes, put,
    read,
};
use crate::conformance::Fixture;
use crate::{BlobStore, Error, Location};

/// B-9: every size but the right one, and a location that was deleted.
pub async fn b_09_a_wrong_size_is_corrupt_and_nothing_is_not_found<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    for actual in [1, 5000, 100_000] {
        let all = bytes(1, actual);
        let actual = actual as u64;
        let location = put(store, &all).await;
        for size in
            [0, actual - 1, actual + 1, actual * 2, u64::MAX].into_iter().filter(|size| *size != actual)
        {
            let what = format!("{size} bytes of {actual}");
            for range in [0..size.min(1), 0..size.min(actual), 0..0] {
                let found = read(store, &location, size, range).await.map(|found| found.len());
                assert_corrupt(found, &what);
            }
            let probed = store.probe(&location, size).await;
            assert!(matches!(probed, Ok(()) | Err(Error::Corrupt { .. })), "{what}: a probe says {probed:?}");
        }
        assert_holds(store, &location, &all, "the right size").await;
        store.delete(&location).await.expect("delete");
        assert_unknown(store, &location, actual).await;
    }
}

/// B-10: within, at the borders, outside, and backwards.
pub async fn b_10_a_range_outside_the_blob_is_invalid<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    for size in [0, 1, 1000, 100_000] {
        let all = bytes(1, size);
        let (location, size) = (put(store, &all).await, size as u64);
        #[allow(clippy::reversed_empty_ranges, reason = "such a range is what must be refused")]
        let outside = [0..size + 1, size..size + 1, size + 1..size + 1, size + 1..size, 1..0, 0..u64::MAX];
        for range in outside {
            let found = read_len(store, &location, size, range.clone()).await;
            assert_invalid(found, &format!("{range:?} of {size}"));
        }
        for at in [0, size / 2, size] {
            let found = read(store, &location, size, at..at).await.expect("an empty range is allowed");
            assert!(found.is_empty(), "an empty range yields {} bytes", found.len());
        }
    }
}

async fn read_len(
    store: &impl BlobStore,
    at: &Location,
    size: u64,
    range: std::ops::Range<u64>,
) -> crate::Result<u64> {
    store.read(at, size, range).await.map(|read| read.len())
}

/// B-11: twice, beside other blobs, and under a read.
pub async fn b_11_delete_makes_a_location_unknown<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let all = bytes(1, 4_000_000);
    let (gone, kept) = (put(store, &all).await, put(store, &all).await);
    let mut reading = store.read(&gone, 4_000_000, 0..4_000_000).await.expect("read");
    let mut found = reading.next().await.expect("a first piece").expect("a first piece").to_vec();
    for _ in 0..2 {
        store.delete(&gone).await.expect("delete, there or not");
        assert_unknown(store, &gone, 4_000_000).await;
    }
    let mut failed = false;
    while let Some(piece) = reading.next().await {
        match piece {
            Ok(piece) => found.extend_from_slice(&piece),
            Err(_) => failed = true,
        }
    }
    assert!(found.len() <= all.len(), "a read under a delete yields too much");
    assert_same(&found, &all[..found.len()], "a read under a delete");
    assert!(failed || found.len() == all.len(), "a read under a delete ended early without an error");
    assert_holds(store, &kept, &all, "a blob beside the deleted one").await;
}

async fn assert_unknown(store: &impl BlobStore, location: &Location, size: u64) {
    let found = read(store, location, size, 0..size).await.map(|found| found.len());
    assert_not_found(found, "a read of a deleted location");
    let probed = store.probe(location, size).await;
    assert!(
        matches!(probed, Ok(()) | Err(Error::NotFound { .. })),
        "a probe of a deleted location: {probed:?}"
    );
}

/// B-12: pages of every size give the same list, and positions between entries work.
pub async fn b_12_list_yields_every_location_once_in_order<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let nothing = store.list(&PageRequest::first(10)).await.expect("list an empty store");
    assert!(nothing.items.is_empty() && !nothing.more, "an empty store lists {nothing:?}");
    let all = bytes(1, 100);
    let mut expected = Vec::new();
    for turn in 0..40 {
        let location = put(store, &all).await;
        let _in_progress = append(store, &begin(store).await, 0, &all).await;
        if turn % 4 == 0 {
            store.delete(&location).await.expect("delete");
        } else {
            expected.push(location);
        }
    }
    expected.sort();
    for limit in [1, 7, 29, 30, 31, 1000, usize::MAX] {
        assert_eq!(listed(store, limit).await, expected, "in pages of {limit}");
    }
    let none = store.list(&PageRequest::first(0)).await.expect("list nothing");
    assert!(none.items.is_empty() && !none.more, "a page of nothing is {none:?}");
    for (index, location) in expected.iter().enumerate() {
        let behind = PageRequest::after(format!("{location}\u{1}"), 5);
        let page = store.list(&behind).await.expect("list from a position between");
        let rest = &expected[index + 1..];
        assert_eq!(page.items, rest[..rest.len().min(5)], "what orders behind a position");
        assert_eq!(page.more, rest.len() > 5, "whether more follow");
    }
}

/// Everything, page by page.
async fn listed(store: &impl BlobStore, limit: usize) -> Vec<Location> {
    let mut found: Vec<Location> = Vec::new();
    let mut request = PageRequest::first(limit);
    loop {
        let page = store.list(&request).await.expect("list");
        assert!(page.items.len() <= limit, "a page of {limit} has {} entries", page.items.len());
        found.extend(page.items);
        assert!(found.len() <= 10_000, "the pages have no end");
        match found.last() {
            Some(last) if page.more => request = PageRequest::after(last.as_str(), limit),
            _ => return found,
        }
    }
}
