//! A database without space.

use std::path::Path;
use std::process::Command;

use registry_storage::metadata::{DocumentIndex, PostgresMetadataStore};
use registry_storage::{Error, MetadataStore};

use crate::cluster::{Cluster, own};
use crate::support::{commit, whole_log, write};

/// A file system of so many MiB, which needs root. It is gone when this is dropped.
struct Small(tempfile::TempDir);

impl Small {
    fn new(mebibytes: u32) -> Self {
        let folder = tempfile::Builder::new().prefix("pgsmall").tempdir().unwrap();
        let size = format!("size={mebibytes}m");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
        assert!(mounted.unwrap().success(), "only root can make a small file system");
        own(folder.path());
        Self(folder)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Something random enough that it takes its space in the database, as text.
fn incompressible(length: usize, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + u8::try_from(state % 90).unwrap())
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[tokio::test]
async fn a_full_disk_refuses_commits_and_nothing_else_and_passes_by_itself() {
    const PIECE: usize = 400_000;
    let small = Small::new(48);
    let cluster = Cluster::durable();
    let ballast = small.0.path().join("ballast");
    std::fs::write(&ballast, vec![1; 12 << 20]).unwrap();
    let space = small.0.path().join("space");
    std::fs::create_dir(&space).unwrap();
    own(Path::new(&space));
    let database = cluster.database().await;
    cluster.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", space.display()));
    cluster.sql("postgres", &format!("ALTER DATABASE {database} SET TABLESPACE small"));
    let store = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap();
    let mut written = 0_u64;
    let error = loop {
        match store.commit(commit([write(&written.to_string(), &incompressible(PIECE, written))])).await {
            Ok(answer) => {
                written += 1;
                assert_eq!(answer.events[0].seq, written);
            }
            Err(error) => break error,
        }
        assert!(written < 200, "it is never full");
    };
    assert!(matches!(error, Error::Full { .. }), "{error:?}: {:?}", std::error::Error::source(&error));
    assert!(written > 5, "{written}");
    // Reads go on, and what was refused has left nothing.
    for round in 0..3 {
        assert_eq!(store.document("kind", &written.to_string()).await.unwrap(), None);
        let last = store.document("kind", &(written - 1).to_string()).await.unwrap().unwrap();
        assert_eq!(last.value, incompressible(PIECE, written - 1).as_bytes());
        assert_eq!(whole_log(&store).await, written, "{round}");
        let refused = store.commit(commit([write("more", &incompressible(PIECE, 1000 + round))])).await;
        assert!(matches!(refused, Err(Error::Full { .. })), "{refused:?}");
    }
    std::fs::remove_file(&ballast).unwrap();
    store.commit(commit([write("more", &incompressible(PIECE, 7))])).await.unwrap();
    assert_eq!(whole_log(&store).await, written + 1);
    // And it is all there for the next one, after a crash.
    cluster.crash();
    let store = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap();
    assert_eq!(whole_log(&store).await, written + 1);
    cluster.stop();
}
