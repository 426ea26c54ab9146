//! Uploads in progress.

use registry_core::PageRequest;

use super::support::{done, name, time, walk};
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, UploadId, UploadRecord};
use crate::{Change, Error};

fn id(text: &str) -> UploadId {
    format!("{text:0>32}").parse().expect("an id")
}

/// M-50: a record is answered as it was put, with its version, which the store counts.
pub async fn m_50_a_record_is_answered_as_it_was_put<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let one = id("1");
    assert_eq!(store.upload(&one).await.expect("an answer"), None);
    let mut record = UploadRecord::new(one, name("here"), "tok\u{e9}n\n".into(), Default::default(), time(3));
    for version in 1..=4_u64 {
        record.version = 77;
        record.offset += 1_000;
        record.hash_state = vec![0, 0xff, u8::try_from(version).expect("a small number")].into();
        record.token = format!("token {version}").into();
        record.updated = time(3 + version);
        done(store, [Change::PutUpload(Box::new(record.clone()))]).await;
        record.version = version;
        assert_eq!(store.upload(&one).await.expect("an answer").as_ref(), Some(&record));
    }
    done(store, [Change::PutUpload(Box::new(record.clone())), Change::PutUpload(Box::new(record.clone()))])
        .await;
    assert_eq!(store.upload(&one).await.expect("an answer").map(|upload| upload.version), Some(6));
    done(store, [Change::DeleteUpload { id: one }, Change::DeleteUpload { id: id("2") }]).await;
    assert_eq!(store.upload(&one).await.expect("an answer"), None);
    done(store, [Change::PutUpload(Box::new(record))]).await;
    assert_eq!(store.upload(&one).await.expect("an answer").map(|upload| upload.version), Some(1));
}

/// M-51: in the order of their ids, page by page.
pub async fn m_51_uploads_are_listed_by_id<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let high = "f".repeat(32);
    let ids = ["a0", "9", &high, "80000000000000000000000000000000", "b", "0"].map(id);
    let records = ids.map(|id| {
        let record = UploadRecord::new(id, name("here"), "t".into(), Default::default(), time(1));
        Change::PutUpload(Box::new(record))
    });
    done(store, records).await;
    done(store, [Change::DeleteUpload { id: id("b") }]).await;
    let expected = ["0", "9", "a0", "80000000000000000000000000000000", &high].map(id);
    let page = async |request: PageRequest| store.uploads(&request).await.expect("a page");
    for limit in [1, 2, 5, 100] {
        let found = walk(limit, |upload: &UploadRecord| upload.id.to_string(), page).await;
        let found: Vec<_> = found.into_iter().map(|upload| upload.id).collect();
        assert_eq!(found, expected, "{limit}");
    }
    let behind = page(PageRequest::after(id("b").to_string(), 1)).await;
    assert_eq!(behind.items[0].id, id("a0"), "positions need not exist");
    let nowhere = store.uploads(&PageRequest::after("b", 1)).await;
    assert!(matches!(nowhere, Err(Error::Invalid { .. })), "the position must be an id: {nowhere:?}");
}

/// M-52: how many there are, however they came and went.
pub async fn m_52_uploads_are_counted<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let put = |number: u32, repository: &str| {
        let id = id(&number.to_string());
        let record = UploadRecord::new(id, name(repository), "t".into(), Default::default(), time(1));
        Change::PutUpload(Box::new(record))
    };
    let end = |number: u32| Change::DeleteUpload { id: id(&number.to_string()) };
    let counts = async |expected: [u64; 3], when: &str| {
        let (here, there) = (name("here"), name("there"));
        let count = async |repository| store.upload_count(repository).await.expect("a number");
        let found = [count(Some(&here)).await, count(Some(&there)).await, count(None).await];
        assert_eq!(found, expected, "here, there and in all, {when}");
    };
    counts([0, 0, 0], "before the first").await;
    done(store, [put(1, "here"), put(2, "here"), put(3, "there")]).await;
    counts([2, 1, 3], "after three").await;
    done(store, [put(1, "here"), put(1, "here"), put(3, "there")]).await;
    counts([2, 1, 3], "after they went on").await;
    done(store, [put(2, "there")]).await;
    counts([1, 2, 3], "after one moved").await;
    let refused = super::support::commit([put(4, "here"), end(1)])
        .require(crate::Require::Upload { id: id("1"), version: None });
    assert!(store.commit(refused).await.is_err(), "it is there");
    counts([1, 2, 3], "after a commit that was refused").await;
    done(store, [end(1), end(1), end(9), put(4, "there"), end(4)]).await;
    counts([0, 2, 2], "after some ended").await;
    done(store, [end(2), end(3)]).await;
    counts([0, 0, 0], "after the last").await;
}
