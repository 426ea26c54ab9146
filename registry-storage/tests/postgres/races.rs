//! Two replicas, one database: of commits whose conditions exclude each other exactly one is carried out.

use std::sync::Arc;

use registry_core::{PageRequest, Reference, RepositoryName, Timestamp};
use registry_storage::metadata::{
    BlobIndex, ManifestIndex, PostgresMetadataStore, TagIndex, UploadId, UploadIndex, UploadRecord,
};
use registry_storage::{Change, Commit, Error, MetadataStore, Require};

use crate::cluster::Cluster;
use crate::support::{commit, digest, link, manifest, name, put, set, store_blob, tag, whole_log, write};

const ROUNDS: u8 = 25;

async fn two() -> [Arc<PostgresMetadataStore>; 2] {
    let cluster = Cluster::shared();
    let options = cluster.options(&cluster.database().await);
    let store = || async { Arc::new(PostgresMetadataStore::connect(&options).await.unwrap()) };
    [store().await, store().await]
}

/// Carries out all commits at once, on one replica and the other by turns; how many were carried out. The others must have
/// met a conflict, or have made no sense any more.
async fn race(stores: &[Arc<PostgresMetadataStore>; 2], commits: impl IntoIterator<Item = Commit>) -> usize {
    let tasks: Vec<_> = commits
        .into_iter()
        .enumerate()
        .map(|(number, commit)| {
            let store = Arc::clone(&stores[number % 2]);
            tokio::spawn(async move { store.commit(commit).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(Error::Conflict { .. } | Error::Invalid { .. }) => {}
            Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
        }
    }
    done
}

fn upload(number: u32, repository: &str) -> Change {
    let id: UploadId = format!("{number:032x}").parse().unwrap();
    let now = Timestamp::from_micros(1);
    Change::PutUpload(Box::new(UploadRecord::new(id, name(repository), "t".into(), Default::default(), now)))
}

#[tokio::test(flavor = "multi_thread")]
async fn m_04_one_of_many_moves_a_tag() {
    let (stores, here) = (two().await, name("here"));
    race(&stores, [commit((0..8).map(|number| put(&here, manifest(digest(number)))))]).await;
    let mut before = None;
    for _ in 0..ROUNDS {
        let require = Require::Tag { repository: here.clone(), tag: tag("v1"), is: before };
        let next = (0..8).map(digest).filter(|next| Some(*next) != before);
        let moves = next.map(|next| commit([set(&here, "v1", next)]).require(require.clone()));
        assert_eq!(race(&stores, moves).await, 1);
        before = stores[0].tag(&here, &tag("v1")).await.unwrap().map(|record| record.digest);
    }
    assert_eq!(
        stores[1].tag_history(&here, &tag("v1"), None, 100).await.unwrap().items.len(),
        usize::from(ROUNDS)
    );
    whole_log(&*stores[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m_04_what_must_be_absent_is_made_once() {
    let (stores, here) = (two().await, name("here"));
    for round in 0..ROUNDS {
        let one = digest(round);
        let key = round.to_string();
        let document = Require::Document { kind: "kind".into(), key: key.clone(), version: None };
        let stored = Require::StoredBlob { digest: one, location: None };
        let absent = Require::Manifest { repository: here.clone(), digest: one, present: false };
        let unlinked = Require::Blob { repository: here.clone(), digest: one, present: false };
        let id = format!("{:032x}", u32::from(round)).parse().unwrap();
        let unbegun = Require::Upload { id, version: None };
        let each = [
            (document, vec![write(&key, "")]),
            (stored, vec![store_blob(one)]),
            (unlinked, vec![store_blob(one), link(&here, one)]),
            (absent, vec![put(&here, manifest(one))]),
            (unbegun, vec![upload(round.into(), "here")]),
        ];
        for (require, changes) in each {
            let commits = (0..6).map(|_| commit(changes.clone()).require(require.clone()));
            assert_eq!(race(&stores, commits).await, 1, "{require:?}");
        }
    }
    assert_eq!(stores[0].upload_count(None).await.unwrap(), u64::from(ROUNDS));
    whole_log(&*stores[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m_04_one_of_many_goes_on_with_an_upload() {
    let stores = two().await;
    let id: UploadId = format!("{:032x}", 1).parse().unwrap();
    race(&stores, [commit([upload(1, "here")])]).await;
    for version in 1..=u64::from(ROUNDS) {
        let require = Require::Upload { id, version: Some(version) };
        let commits = (0..6).map(|_| commit([upload(1, "here")]).require(require.clone()));
        assert_eq!(race(&stores, commits).await, 1);
    }
}

/// Whoever tags a manifest and whoever deletes it: no tag is left that points to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn m_36_a_tag_never_points_to_what_another_deletes() {
    let (stores, here, one) = (two().await, name("here"), digest(1));
    for round in 0..ROUNDS {
        race(&stores, [commit([put(&here, manifest(one))])]).await;
        let delete = Change::DeleteManifest { repository: here.clone(), digest: one };
        let tags = (0..4).map(|number| commit([set(&here, &format!("v{number}"), one)]));
        let mut commits: Vec<_> = tags.collect();
        commits.insert((round % 4).into(), commit([delete]));
        race(&stores, commits).await;
        let tags = stores[0].tags(&here, &PageRequest::first(10)).await.unwrap().items;
        assert_eq!(tags, [], "the manifest is gone, and so are its tags");
        assert_eq!(stores[1].manifest_stat(&here, &Reference::Digest(one)).await.unwrap(), None);
    }
    whole_log(&*stores[0]).await;
}

/// Whoever names a blob and whoever unlinks it because nobody names it: one of them is refused.
#[tokio::test(flavor = "multi_thread")]
async fn m_04_what_one_unlinks_no_other_names() {
    let (stores, here, blob) = (two().await, name("here"), digest(100));
    for round in 0..ROUNDS {
        let one = digest(round);
        race(&stores, [commit([store_blob(blob), link(&here, blob)])]).await;
        let linked = Require::Blob { repository: here.clone(), digest: blob, present: true };
        let unused = Require::BlobUnused { repository: here.clone(), digest: blob };
        let mut image = manifest(one);
        image.blobs = vec![blob];
        let push = commit([put(&here, image), set(&here, "v1", one)]).require(linked);
        let unlink = commit([Change::UnlinkBlob { repository: here.clone(), digest: blob }]).require(unused);
        let commits = if round % 2 == 0 { [push, unlink] } else { [unlink, push] };
        assert_eq!(race(&stores, commits).await, 1, "exactly one");
        let is_there = stores[0].manifest_stat(&here, &Reference::Digest(one)).await.unwrap().is_some();
        assert_eq!(stores[1].blob(&here, &blob).await.unwrap().is_some(), is_there);
        race(&stores, [commit([Change::DeleteManifest { repository: here.clone(), digest: one }])]).await;
    }
}

/// Whoever mounts a blob and whoever deletes it where it is mounted from: the mount is whole, or it is refused.
#[tokio::test(flavor = "multi_thread")]
async fn m_04_what_one_deletes_another_mounts_whole_or_not_at_all() {
    let (stores, here, there, blob) = (two().await, name("here"), name("there"), digest(100));
    let unlink =
        |from: &RepositoryName| commit([Change::UnlinkBlob { repository: from.clone(), digest: blob }]);
    for round in 0..ROUNDS {
        race(&stores, [commit([store_blob(blob), link(&here, blob)])]).await;
        let linked = Require::Blob { repository: here.clone(), digest: blob, present: true };
        let mount = commit([link(&there, blob)]).require(linked);
        let commits = if round % 2 == 0 { [mount, unlink(&here)] } else { [unlink(&here), mount] };
        let mounted = race(&stores, commits).await == 2;
        assert_eq!(stores[0].blob(&here, &blob).await.unwrap(), None);
        let found = stores[1].blob(&there, &blob).await.unwrap();
        assert_eq!(found.map(|found| found.size), mounted.then_some(3));
        race(&stores, [unlink(&there)]).await;
    }
    whole_log(&*stores[0]).await;
}

/// The same for a child of an index.
#[tokio::test(flavor = "multi_thread")]
async fn m_04_what_one_deletes_no_other_index_names() {
    let (stores, here, child, parent) = (two().await, name("here"), digest(1), digest(2));
    for round in 0..ROUNDS {
        race(&stores, [commit([put(&here, manifest(child))])]).await;
        let present = Require::Manifest { repository: here.clone(), digest: child, present: true };
        let unused = Require::ManifestUnused { repository: here.clone(), digest: child };
        let mut index = manifest(parent);
        index.children = vec![child];
        let push = commit([put(&here, index)]).require(present);
        let delete =
            commit([Change::DeleteManifest { repository: here.clone(), digest: child }]).require(unused);
        let commits = if round % 2 == 0 { [push, delete] } else { [delete, push] };
        assert_eq!(race(&stores, commits).await, 1, "exactly one");
        race(&stores, [commit([Change::DeleteManifest { repository: here.clone(), digest: parent }])]).await;
    }
}

/// A limit on uploads holds however many begin at once, near to it and far from it, in a repository and in all.
#[tokio::test(flavor = "multi_thread")]
async fn m_52_a_limit_on_uploads_is_never_exceeded() {
    let stores = two().await;
    for (limit, many, repository) in [(3, 12, true), (1, 8, true), (7, 16, false), (700, 24, false)] {
        let below = stores[0].upload_count(None).await.unwrap() + limit;
        let own = format!("own/{limit}");
        let room = if repository {
            Require::UploadRoom { repository: Some(name(&own)), below: limit }
        } else {
            Require::UploadRoom { repository: None, below }
        };
        let first = u32::try_from(limit).unwrap() * 1000;
        let begun = (0..many).map(|number| commit([upload(first + number, &own)]).require(room.clone()));
        let expected = usize::try_from(limit.min(u64::from(many))).unwrap();
        assert_eq!(race(&stores, begun).await, expected, "{room:?}");
        assert_eq!(stores[1].upload_count(Some(&name(&own))).await.unwrap(), expected as u64);
    }
}

/// Commits that take the same things in all orders do not wait in a circle.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_circle() {
    let (stores, names) = (two().await, ["a", "b", "c"].map(name));
    for round in 0..ROUNDS {
        let commits = (0..12_usize).map(|number| {
            let mut changes = Vec::new();
            for step in 0..3 {
                let turn = if number % 2 == 0 { step } else { 2 - step };
                let (here, one) =
                    (&names[(turn + number) % 3], digest(round * 3 + u8::try_from(turn).unwrap()));
                let mut image = manifest(one);
                image.blobs = vec![digest(200), one];
                changes.extend([store_blob(one), link(here, one), put(here, image), set(here, "v1", one)]);
                changes.push(write(here.as_str(), ""));
            }
            commit(changes)
        });
        assert_eq!(race(&stores, commits).await, 12, "{round}");
    }
    whole_log(&*stores[0]).await;
}
