//! What all listings have in common.

use registry_core::{Page, PageRequest};

use super::support::{digest, done, link, manifest, name, put, referring, set, store_blob, tag, time, write};
use crate::Change;
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, UploadId, UploadRecord};

/// M-81: no page holds more than its limit, and `more` tells exactly whether entries follow.
pub async fn m_81_pages_tell_whether_more_follows<S: MetadataStore>(fixture: Fixture<S>) {
    let store = &**fixture.store();
    let here = name("here");
    let subject = digest(9);
    for number in 1..=3_u8 {
        let id: UploadId = format!("{number:032}").parse().expect("an id");
        let upload = UploadRecord::new(id, here.clone(), "t".into(), Default::default(), time(1));
        let text = number.to_string();
        done(
            store,
            [put(&here, referring(digest(number), subject, Some("a/b"))), set(&here, &text, digest(number))],
        )
        .await;
        done(store, [store_blob(subject, 1), link(&name(&text), subject, 1), write("kind", &text, "")]).await;
        done(store, [Change::PutUpload(Box::new(upload)), put(&here, manifest(digest(8)))]).await;
        let target = if number % 2 == 0 { digest(8) } else { digest(1) };
        done(store, [set(&here, "moving", target)]).await;
    }
    done(store, [Change::DeleteManifest { repository: here.clone(), digest: digest(8) }]).await;
    let artifact = super::support::kind("a/b");
    for (limit, count, more) in
        [(0, 0, false), (1, 1, true), (2, 2, true), (3, 3, false), (4, 3, false), (usize::MAX, 3, false)]
    {
        let request = PageRequest::first(limit);
        let told = |what: &str, (items, follow): (usize, bool)| {
            assert_eq!((items, follow), (count, more), "{what} of limit {limit}");
        };
        told("referrers", sum(store.referrers(&here, &subject, None, &request).await));
        told("typed referrers", sum(store.referrers(&here, &subject, Some(&artifact), &request).await));
        told("repositories of a blob", sum(store.blob_repositories(&subject, &request).await));
        told("uploads", sum(store.uploads(&request).await));
        told("documents", sum(store.documents("kind", "", &request).await));
        told("history", sum(store.tag_history(&here, &tag("moving"), None, limit).await));
        let from = |last: &str| PageRequest::after(last, limit);
        // Four repositories and four tags, of which three lie behind the first.
        told("repositories", sum(store.repositories(&from("1")).await));
        told("tags", sum(store.tags(&here, &from("1")).await));
    }
}

fn sum<T>(page: crate::Result<Page<T>>) -> (usize, bool) {
    let page = page.expect("a page");
    (page.items.len(), page.more)
}
