//! What another instance sees, and what is there after the store was opened again.

use registry_core::{Reference, TagCause};

use super::support::{
    all, by_tag, delete, digest, done, link, manifest, name, put, put_job, referring, set, store_blob, tag,
    time, write,
};
use crate::Change;
use crate::conformance::Fixture;
use crate::metadata::{MetadataStore, UploadId, UploadRecord};

/// M-9: another instance on the same backend answers the same, and so does the store when it is opened again.
pub async fn m_09_what_was_answered_is_kept<S: MetadataStore>(fixture: Fixture<S>) {
    let (here, gone) = (name("here/and/there"), name("gone"));
    let id: UploadId = "0123456789abcdef0123456789abcdef".parse().expect("an id");
    let mut upload = UploadRecord::new(id, here.clone(), "t".into(), vec![0, 1, 0xff].into(), time(3));
    upload.offset = 77;
    let mut index = manifest(digest(4));
    index.children = vec![digest(2)];
    let store = &**fixture.store();
    done(store, [store_blob(digest(1), 5), link(&here, digest(1), 9), link(&gone, digest(1), 9)]).await;
    done(store, [put(&here, manifest(digest(2))), put(&here, referring(digest(3), digest(2), Some("a/b")))])
        .await;
    done(store, [put(&here, index), set(&here, "v1", digest(2)), set(&here, "v2", digest(3))]).await;
    let cause = TagCause::Restore;
    done(store, [Change::SetTag { repository: here.clone(), tag: tag("v1"), digest: digest(3), cause }])
        .await;
    done(store, [Change::UnlinkBlob { repository: gone, digest: digest(1) }, delete(&here, digest(4))]).await;
    done(store, [Change::PutUpload(Box::new(upload)), write("kind", "key", vec![0, 0xff])]).await;
    done(store, [put_job("job", Some("me"))]).await;
    let told = picture(store, id).await;
    assert_eq!(told.len(), 16);
    assert_eq!(picture(&*fixture.another().await, id).await, told, "another instance answers otherwise");
    let fixture = fixture.reopen().await;
    assert_eq!(picture(&**fixture.store(), id).await, told, "something was lost, or came up again");
    let next = done(&**fixture.store(), [write("kind", "key", "")]).await.events;
    let last = next.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!(last, [store_length(&told) + 1], "the log goes on where it ended");
}

/// All that the store answers, as text.
async fn picture<S: MetadataStore>(store: &S, id: UploadId) -> Vec<String> {
    let here = name("here/and/there");
    let mut told = Vec::new();
    macro_rules! tell {
        ($($query:expr),+ $(,)?) => { $( told.push(format!("{:?}", $query.await.expect("an answer"))); )+ };
    }
    tell!(
        store.events(0, 1_000),
        store.last_event(),
        store.blob(&here, &digest(1)),
        store.stored_blob(&digest(1)),
        store.blob_repositories(&digest(1), &all()),
        store.repositories(&all()),
        store.tags(&here, &all()),
        store.tag(&here, &tag("v1")),
        store.tag_history(&here, &tag("v1"), None, 100),
        store.manifest(&here, &by_tag("v1")),
        store.manifest_stat(&here, &Reference::Digest(digest(4))),
        store.retained_manifest(&here, &digest(4)),
        store.referrers(&here, &digest(2), None, &all()),
        store.upload(&id),
        store.documents("kind", "", &all()),
        store.job("job"),
    );
    told
}

fn store_length(told: &[String]) -> u64 {
    told[1].parse().expect("the number of the newest event")
}
