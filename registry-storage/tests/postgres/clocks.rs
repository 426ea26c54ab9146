//! Two replicas whose clocks are five minutes apart.

use registry_core::{Actor, Digest, RepositoryName, Timestamp};
use registry_storage::metadata::{
    BlobIndex, EventLog, PostgresMetadataStore, TagIndex, UploadId, UploadIndex, UploadRecord,
};
use registry_storage::{Change, Commit, MetadataStore};

use crate::cluster::Cluster;
use crate::support::{digest, manifest, name, put, set, store_blob, tag, whole_log};

const MINUTE: u64 = 60_000_000;
const APART: u64 = 5 * MINUTE;
/// When the earlier clock begins.
const BEGIN: u64 = 1_800_000_000_000_000;

/// A replica, and how far its clock is ahead.
struct Replica {
    store: PostgresMetadataStore,
    ahead: u64,
}

impl Replica {
    /// What its clock says so many minutes after the beginning.
    fn now(&self, minute: u64) -> Timestamp {
        Timestamp::from_micros(BEGIN + minute * MINUTE + self.ahead)
    }

    async fn carry_out(&self, minute: u64, changes: impl IntoIterator<Item = Change>) -> u64 {
        let mut commit = Commit::new(Actor::anonymous(), self.now(minute));
        commit.changes.extend(changes);
        self.store.commit(commit).await.unwrap().events.last().map_or(0, |event| event.seq)
    }
}

/// One that is ahead, and one that is right.
async fn replicas() -> [Replica; 2] {
    let cluster = Cluster::shared();
    let options = cluster.options(&cluster.database().await);
    let open = |ahead| {
        let options = options.clone();
        async move { Replica { store: PostgresMetadataStore::connect(&options).await.unwrap(), ahead } }
    };
    [open(APART).await, open(0).await]
}

/// What happened later has the larger number and is what holds, whatever the clocks say.
#[tokio::test]
async fn the_log_and_tags_are_in_the_order_of_what_happened() {
    let (replicas, here) = (replicas().await, name("here"));
    replicas[0].carry_out(0, (0..2).map(|number| put(&here, manifest(digest(number))))).await;
    let mut last = 2;
    for minute in 1..9 {
        let (replica, one) =
            (&replicas[usize::try_from(minute % 2).unwrap()], digest(u8::try_from(minute % 2).unwrap()));
        assert_eq!(replica.carry_out(minute, [set(&here, "v1", one)]).await, last + 1);
        last += 1;
        for reader in &replicas {
            assert_eq!(reader.store.tag(&here, &tag("v1")).await.unwrap().unwrap().digest, one);
        }
    }
    let history = replicas[1].store.tag_history(&here, &tag("v1"), None, 100).await.unwrap().items;
    let numbers: Vec<u64> = history.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (3..=last).rev().collect::<Vec<_>>(), "the newest first");
    assert!(history.windows(2).any(|pair| pair[0].at < pair[1].at), "the clocks do differ");
    let events = replicas[0].store.events(0, 100).await.unwrap();
    assert!(events.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
    assert_eq!(whole_log(&replicas[1].store).await, last);
}

/// The slow replica never takes away what the fast one has promised.
#[tokio::test]
async fn m_12_a_lease_never_moves_earlier() {
    let (replicas, here, blob) = (replicas().await, name("here"), digest(9));
    let lease =
        |replica: &Replica, minute| Timestamp::from_micros(replica.now(minute).as_micros() + 60 * MINUTE);
    let renew = |until| Change::RenewLease { repository: here.clone(), digest: blob, leased_until: until };
    let until = lease(&replicas[0], 0);
    let link = Change::LinkBlob { repository: here.clone(), digest: blob, leased_until: until };
    replicas[0].carry_out(0, [store_blob(blob), link]).await;
    // A minute later, by a clock that is four minutes behind that.
    for change in [
        renew(lease(&replicas[1], 1)),
        Change::LinkBlob { repository: here.clone(), digest: blob, leased_until: lease(&replicas[1], 1) },
    ] {
        replicas[1].carry_out(1, [change]).await;
        assert_eq!(leased(&replicas[1], &here, &blob).await, until);
    }
    replicas[1].carry_out(6, [renew(lease(&replicas[1], 6))]).await;
    assert_eq!(leased(&replicas[0], &here, &blob).await, lease(&replicas[1], 6), "that is later");
}

async fn leased(replica: &Replica, here: &RepositoryName, blob: &Digest) -> Timestamp {
    replica.store.blob(here, blob).await.unwrap().unwrap().leased_until
}

/// Who looks for uploads that nobody goes on with finds the time of whoever wrote last; an expiry of an hour is then an hour,
/// give or take what the clocks differ.
#[tokio::test]
async fn an_upload_keeps_the_time_of_whoever_wrote_last() {
    let replicas = replicas().await;
    let id: UploadId = format!("{:032x}", 7).parse().unwrap();
    for (minute, replica) in [(0, 0), (1, 1), (2, 0), (3, 1)] {
        let replica = &replicas[replica];
        let now = replica.now(minute);
        let record = UploadRecord::new(id, name("here"), "t".into(), Default::default(), now);
        replica.carry_out(minute, [Change::PutUpload(Box::new(record))]).await;
        for reader in &replicas {
            let found = reader.store.upload(&id).await.unwrap().unwrap();
            assert_eq!((found.version, found.updated), (minute + 1, now));
        }
    }
}
