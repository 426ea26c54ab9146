//! Locations and tokens as texts.

use std::collections::HashSet;

use super::support::{append, assert_holds, assert_not_found, begin, bytes, framed, put, read};
use crate::blob::Durability;
use crate::conformance::Fixture;
use crate::{BlobStore, Error, Location, UploadToken};

/// B-6: for the same bytes again, after a delete, and in other instances.
pub async fn b_06_no_location_is_answered_twice<S: BlobStore>(fixture: Fixture<S>) {
    let mut fixture = fixture;
    let mut answered = HashSet::new();
    for _ in 0..3 {
        let there = fixture.another().await;
        for turn in 0..20 {
            for all in [bytes(1, 1000), bytes(0, 0)] {
                let here = put(fixture.store().as_ref(), &all).await;
                let elsewhere = put(there.as_ref(), &all).await;
                if turn % 2 == 0 {
                    fixture.store().delete(&here).await.expect("delete");
                    there.delete(&elsewhere).await.expect("delete");
                }
                for location in [here, elsewhere] {
                    let text = location.as_str().to_owned();
                    assert!(answered.insert(location), "{text} was answered twice");
                }
            }
        }
        drop(there);
        fixture = fixture.reopen().await;
    }
}

/// B-15: texts that climb, that are absolute, that are nearly right, and names of the other kind.
pub async fn b_15_foreign_names_reach_nothing<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    let all = bytes(1, 1000);
    let kept = put(store, &all).await;
    let token = append(store, &begin(store).await, 0, &all).await;
    let mut foreign: Vec<String> = [
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        "../..",
        "../../../../etc/passwd",
        "/etc/passwd",
        "a",
        "a/b",
        "..\\..\\a",
        "\0",
        "%2e%2e%2f",
        "*",
        "é",
    ]
    .map(str::to_owned)
    .to_vec();
    foreign.extend(["0".repeat(32), "f".repeat(5000), format!("00/{}", "0".repeat(30))]);
    for own in [kept.as_str(), token.as_str()] {
        foreign.extend([
            format!("{own}/"),
            format!("{own}\0"),
            format!("{own}/../{own}"),
            format!("../{own}"),
        ]);
        foreign.extend([format!("/{own}"), format!("{own} "), format!("./{own}"), format!("{own}x")]);
        foreign.extend(own.char_indices().last().map(|(end, _)| own[..end].to_owned()));
    }
    for name in &foreign {
        assert_unknown_upload(store, &UploadToken::from(name.as_str())).await;
        assert_unknown_location(store, &Location::from(name.as_str())).await;
    }
    assert_unknown_upload(store, &UploadToken::from(kept.as_str())).await;
    assert_holds(store, &kept, &all, "a blob after all of this").await;
    let location = store.commit(&token, 1000).await.expect("commit after all of this");
    assert_holds(store, &location, &all, "an upload after all of this").await;
}

async fn assert_unknown_upload(store: &impl BlobStore, token: &UploadToken) {
    let what = format!("the upload {:?}", token.as_str());
    let frames = framed(&bytes(2, 10), 10);
    assert_not_found(store.append(token, 0, frames, Durability::OnReturn).await, &what);
    assert_not_found(store.commit(token, 0).await, &what);
    assert!(store.abort(token).await.is_ok(), "{what}: an abort does nothing and succeeds");
}

async fn assert_unknown_location(store: &impl BlobStore, location: &Location) {
    let what = format!("the location {:?}", location.as_str());
    assert_not_found(read(store, location, 1000, 0..1000).await.map(|found| found.len()), &what);
    let probed = store.probe(location, 1000).await;
    assert!(matches!(probed, Ok(()) | Err(Error::NotFound { .. })), "{what}: a probe says {probed:?}");
    assert!(store.delete(location).await.is_ok(), "{what}: a delete does nothing and succeeds");
}
