//! A replica that is stopped in the middle of whatever it does.

use std::process::{Command, Stdio};
use std::time::Duration;

use registry_storage::MetadataStore;
use registry_storage::metadata::PostgresMetadataStore;

use crate::cluster::Cluster;
use crate::support::{commit, digest, manifest, name, put, set, whole_log, write};

const ADDRESS: &str = "REGISTRY_TEST_STOPPED_ADDRESS";

fn everything(round: u64) -> registry_storage::Commit {
    let (here, one) = (name("here"), digest(u8::try_from(round % 2).unwrap()));
    commit([put(&here, manifest(one)), set(&here, "v1", one), write("key", &round.to_string())])
}

/// The other replica: this test again in another process, which changes the same things until it is killed. In this process
/// there is nothing to do.
#[tokio::test]
async fn other_replica() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let mut options = registry_storage::metadata::PostgresOptions::new(address);
    options.connections = 2;
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    for round in 0.. {
        store.commit(everything(round)).await.unwrap();
    }
}

/// Wherever it was stopped, those that change the same tag, manifest and document go on.
#[tokio::test]
async fn a_stopped_replica_holds_up_nobody() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let store = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap();
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stopped::other_replica"])
        .env(ADDRESS, cluster.address(&database))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let signal = |name: &str| {
        let id = other.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    };
    let counted = "SELECT count(*) FROM registry.commits";
    for round in 0..40_u64 {
        let before: u64 = cluster.sql(&database, counted).parse().unwrap();
        let goes_on = async {
            while cluster.sql(&database, counted).parse::<u64>().unwrap() <= before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), goes_on).await.expect("the other replica works");
        // Some other place in its work each time.
        tokio::time::sleep(Duration::from_micros(round * 211)).await;
        signal("-STOP");
        let commits = async {
            for step in 0..5 {
                store.commit(everything(round * 5 + step)).await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(5), commits).await.expect("a stopped replica holds a lock");
        signal("-CONT");
    }
    other.kill().unwrap();
    other.wait().unwrap();
    // The server may still be at its last commit.
    let active =
        format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND state = 'active'");
    while cluster.sql("postgres", &active) != "0" {}
    assert!(whole_log(&store).await > 400);
}
