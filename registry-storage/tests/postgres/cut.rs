//! Connections that are cut at any byte.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use registry_core::EventKind;
use registry_storage::metadata::{DocumentIndex, EventLog, PostgresMetadataStore, TagIndex};
use registry_storage::{Error, MetadataStore, Require};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::{Client, NoTls};

use crate::cluster::Cluster;
use crate::support::{commit, digest, manifest, name, put, set, tag, whole_log, write};

/// Passes bytes on until so many have gone one way; then it closes that connection, and others go on.
struct Between {
    port: u16,
    left: Arc<[AtomicI64; 2]>,
    open: Arc<AtomicI64>,
}

const NEVER: i64 = i64::MAX;

impl Between {
    async fn start(cluster: &Cluster) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let socket: PathBuf = cluster.folder().join(format!(".s.PGSQL.{}", cluster.port()));
        let left = Arc::new([AtomicI64::new(NEVER), AtomicI64::new(NEVER)]);
        let open = Arc::new(AtomicI64::new(0));
        let (shared, counted) = (Arc::clone(&left), Arc::clone(&open));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                let (shared, counted) = (Arc::clone(&shared), Arc::clone(&counted));
                tokio::spawn(async move {
                    pass_on(client, server, shared).await;
                    counted.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, left, open }
    }

    /// Cuts after so many more bytes to the server (0) or from it (1).
    fn cut_after(&self, bytes: i64, way: usize) {
        self.left[way].store(bytes, Ordering::SeqCst);
    }

    /// Whether it has cut. It does not any more.
    fn has_cut(&self, way: usize) -> bool {
        self.left[way].swap(NEVER, Ordering::SeqCst) == NEVER
    }

    /// Waits until the server has done what it was sent on connections that are cut.
    async fn settled(&self, session: &Client) {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'between'";
        while session.query_one(count, &[]).await.unwrap().get::<_, i64>(0) > self.open.load(Ordering::SeqCst)
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn pass_on(client: TcpStream, server: UnixStream, left: Arc<[AtomicI64; 2]>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever way ends, both do.
    tokio::select! {
        () = one_way(from_client, to_server, &left[0]) => {}
        () = one_way(from_server, to_client, &left[1]) => {}
    }
}

async fn one_way(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, left: &AtomicI64) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let (count, mut cut) = (i64::try_from(count).unwrap(), None);
        let _ = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |before| {
            cut = (before < count).then_some(before);
            (before != NEVER).then(|| if before < count { NEVER } else { before - count })
        });
        let passed = usize::try_from(cut.unwrap_or(count)).unwrap();
        if to.write_all(&bytes[..passed]).await.is_err() || cut.is_some() {
            return;
        }
    }
}

/// Wherever a connection is cut, a commit is carried out whole or not at all; what was answered is there; and to try again
/// under a condition carries it out once.
#[tokio::test(flavor = "multi_thread")]
async fn m_01_a_commit_that_is_cut_off_is_carried_out_whole_or_not_at_all() {
    // A step that meets all bytes of a short message, and some of each long one.
    const STEP: usize = 13;
    let (cluster, here) = (Cluster::shared(), name("here"));
    let database = cluster.database().await;
    let between = Between::start(cluster).await;
    let mut options = cluster.options(&database);
    let direct = PostgresMetadataStore::connect(&options).await.unwrap();
    options.url = format!(
        "host=127.0.0.1 port={} user=postgres dbname={database} application_name=between sslmode=disable",
        between.port
    );
    // Only what commits is cut, and not what listens.
    options.listen_url = Some(cluster.address(&database));
    options.connections = 1;
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    let (session, connection) = tokio_postgres::connect(&cluster.address(&database), NoTls).await.unwrap();
    tokio::spawn(connection);
    let (mut cuts, mut carried_out, mut refused) = (0, 0, 0);
    for way in [0, 1] {
        for place in (0_i64..).step_by(STEP) {
            let (key, text) = (format!("{way}.{place}"), format!("v{way}-{place}"));
            let absent = Require::Document { kind: "kind".into(), key: key.clone(), version: None };
            let all = || {
                let changes =
                    [put(&here, manifest(digest(1))), set(&here, &text, digest(1)), write(&key, "")];
                commit(changes).require(absent.clone())
            };
            between.cut_after(place, way);
            let answer = store.commit(all()).await;
            let was_cut = between.has_cut(way);
            between.settled(&session).await;
            let document = direct.document("kind", &key).await.unwrap();
            let tagged = direct.tag(&here, &tag(&text)).await.unwrap();
            assert_eq!(document.is_some(), tagged.is_some(), "{key} was carried out by half");
            match &answer {
                Ok(answer) => {
                    let last = answer.events.last().unwrap().seq;
                    assert_eq!(document.unwrap().version, last, "{key} was answered otherwise");
                }
                Err(Error::Unavailable { .. }) if document.is_some() => carried_out += 1,
                Err(Error::Unavailable { .. }) => refused += 1,
                Err(error) => panic!("{key}: {error:?}"),
            }
            match store.commit(all()).await {
                Ok(_) => assert!(tagged.is_none(), "{key} was carried out twice"),
                Err(Error::Conflict { index: 0 }) => assert!(tagged.is_some(), "{key} was never there"),
                Err(error) => panic!("{key} again: {error:?}"),
            }
            cuts += usize::from(was_cut);
            // It was the last byte, and the message is longer than what a new connection says.
            if !was_cut {
                break;
            }
        }
    }
    let mut keys: Vec<_> = direct
        .events(0, usize::MAX)
        .await
        .unwrap()
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::DocumentPut { key, .. } => Some(key),
            _ => None,
        })
        .collect();
    let written = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), keys.len()), (written, cuts + 2), "each was carried out once");
    whole_log(&direct).await;
    assert!(
        cuts > 40 && carried_out > 5 && refused > 5,
        "{cuts} cuts, {carried_out} carried out, {refused} not"
    );
}
