//! Setting an upload back to the middle of a part, which cannot be read before it is an object.

use std::time::Duration;

use registry_doubles::s3::Double;
use registry_storage::blob::{Durability, ObjectBlobStore};
use registry_storage::{BlobStore, UploadToken};

use super::options;
use crate::blob::{assert_holds, body, bytes};

const PART: usize = 5 << 20;

/// The token of an upload of two parts and a bit, set back to the middle of its second part.
async fn set_back(store: &ObjectBlobStore) -> UploadToken {
    let token = store.begin(None).await.unwrap();
    let token =
        store.append(&token, 0, body(&bytes(1, 2 * PART + 10)), Durability::OnReturn).await.unwrap().token;
    let offset = (PART + 1000) as u64;
    let appended = store.append(&token, offset, body(&bytes(2, PART)), Durability::OnReturn).await.unwrap();
    assert_eq!(appended.token.name(), token.name());
    UploadToken::from(appended.token.as_str())
}

/// What it holds then.
fn expected() -> Vec<u8> {
    [&bytes(1, PART + 1000)[..], &bytes(2, PART)[..]].concat()
}

#[tokio::test]
async fn late_requests_for_the_former_object_do_not_meet_the_blob() {
    let double = Double::start().await;
    let options = options(&double.endpoint());
    let store = ObjectBlobStore::open_s3(options.clone()).await.unwrap();
    let token = set_back(&store).await;
    let former = double.kept(|keep| {
        let (key, _) = keep.uploads.keys().next().unwrap().clone();
        let (folder, _) = key.rsplit_once("/blobs/").unwrap();
        let (first, rest) = token.name().split_at(2);
        format!("{folder}/blobs/{first}/{rest}")
    });
    let location = store.commit(&token, expected().len() as u64).await.unwrap();
    assert_holds(&store, &location, &expected()).await;
    // A request that was given up for lost arrives after all: once to write, and once to remove.
    double.kept(|keep| keep.put(&former, "late".into(), false).unwrap());
    assert_holds(&store, &location, &expected()).await;
    double.kept(|keep| keep.objects.remove(&former).unwrap());
    assert_holds(&store, &location, &expected()).await;
    assert!(double.kept(|keep| keep.uploads.is_empty()));
    assert!(
        store.stale_uploads(Duration::ZERO, 10).await.unwrap().is_empty(),
        "something was left beside it"
    );
}

#[tokio::test]
async fn b_17_it_is_found_by_its_name_when_it_is_stale() {
    for hides_uploads in [false, true] {
        let double = Double::start().await;
        double.kept(|keep| keep.hides_uploads = hides_uploads);
        let options = options(&double.endpoint());
        let store = ObjectBlobStore::open_s3(options.clone()).await.unwrap();
        let token = set_back(&store).await;
        let other = ObjectBlobStore::open_s3(options).await.unwrap();
        let stale = other.stale_uploads(Duration::ZERO, 10).await.unwrap();
        let names: Vec<_> = stale.iter().map(UploadToken::name).collect();
        assert_eq!(names, [token.name()], "uploads are hidden: {hides_uploads}");
        assert!(other.stale_uploads(Duration::from_secs(60), 10).await.unwrap().is_empty());
        other.abort(&stale[0]).await.unwrap();
        assert!(other.stale_uploads(Duration::ZERO, 10).await.unwrap().is_empty());
        assert!(double.kept(|keep| keep.uploads.is_empty() && keep.objects.is_empty()));
    }
}

#[tokio::test]
async fn it_is_set_back_again_and_again() {
    let double = Double::start().await;
    let store = ObjectBlobStore::open_s3(options(&double.endpoint())).await.unwrap();
    let mut token = set_back(&store).await;
    let mut whole = expected();
    for (turn, offset) in [PART + 500, PART - 1, PART / 2, PART + 7].into_iter().enumerate() {
        let more = bytes(turn + 3, PART + 20);
        let appended = store.append(&token, offset as u64, body(&more), Durability::OnReturn).await.unwrap();
        token = UploadToken::from(appended.token.as_str());
        whole.truncate(offset);
        whole.extend_from_slice(&more);
    }
    let location = store.commit(&token, whole.len() as u64).await.unwrap();
    assert_holds(&store, &location, &whole).await;
    assert!(double.kept(|keep| keep.uploads.is_empty()));
    assert!(
        store.stale_uploads(Duration::ZERO, 10).await.unwrap().is_empty(),
        "something was left beside it"
    );
    let kept = double.kept(|keep| keep.objects.len());
    assert_eq!(kept, 1, "objects that nobody needs");
}
