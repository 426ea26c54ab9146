//! Bytes of somebody else.

use super::support::{assert_corrupt, assert_holds, assert_not_found, bytes, read};
use crate::BlobStore;
use crate::conformance::Fixture;
use crate::foreign::Foreign;

/// B-18: adopted, given back, adopted again, by several instances, of wrong sizes, and where there is nothing to adopt.
pub async fn b_18_adopted_bytes_are_those_of_somebody_else<S: BlobStore>(fixture: Fixture<S>) {
    let store = fixture.store().as_ref();
    for size in [1, 100_000, 0] {
        let (all, len) = (bytes(7, size), size as u64);
        let Some(foreign) = fixture.foreign(all.clone()).await else { continue };
        let first =
            store.adopt(&foreign, len).await.expect("adopt").expect("foreign bytes that can be adopted");
        assert_holds(store, &first, &all, "adopted").await;
        assert_holds(fixture.another().await.as_ref(), &first, &all, "adopted by another instance").await;
        let found = read(store, &first, len + 1, 0..len).await.map(|found| found.len());
        assert_corrupt(found, "adopted bytes of another size");
        store.delete(&first).await.expect("delete what was adopted");
        // Nothing was lost by that.
        let again =
            store.adopt(&foreign, len).await.expect("adopt again").expect("foreign bytes, still there");
        assert_holds(store, &again, &all, "adopted again").await;
        store.delete(&first).await.expect("delete what was deleted");
        assert_holds(store, &again, &all, "adopted again, after the first was deleted twice").await;
        assert_corrupt(store.adopt(&foreign, len + 1).await, "adopting too many bytes");
    }
    for nothing in
        [Foreign::file("there-is/no-such-file"), Foreign::object("https://s3.invalid/no", "such/object")]
    {
        match store.adopt(&nothing, 1).await {
            Ok(None) => {}
            other => assert_not_found(other, "adopting nothing"),
        }
    }
}
