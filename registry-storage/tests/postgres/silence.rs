//! An address that takes connections and says nothing, and connections that are all in use.

use std::time::Duration;

use registry_storage::Error;
use registry_storage::metadata::{DocumentIndex, PostgresMetadataStore};
use tokio::net::{TcpListener, TcpStream};

use crate::cluster::Cluster;

async fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn reason(error: &Error) -> String {
    let Error::Unavailable { source, .. } = error else { panic!("{error:?}") };
    source.to_string()
}

/// One that says nothing takes no time from the next.
#[tokio::test]
async fn behind_an_address_that_says_nothing_the_next_is_tried() {
    let cluster = Cluster::shared();
    let (_listener, port) = silent().await;
    let mut options = cluster.options(&cluster.database().await);
    options.connect_timeout = Duration::from_millis(300);
    options.patience = Duration::ZERO;
    let folder = cluster.folder().display();
    options.url = options.url.replace(&format!("host={folder}"), &format!("host=127.0.0.1,{folder}"));
    options.url = options.url.replace("port=", &format!("port={port},"));
    assert!(options.url.contains("host=127.0.0.1,") && options.url.contains(&format!("port={port},")));
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    assert!(store.document("kind", "key").await.unwrap().is_none());
}

#[tokio::test]
async fn silence_is_told_apart_from_connections_that_are_all_in_use() {
    let cluster = Cluster::shared();
    let (_listener, port) = silent().await;
    let database = cluster.database().await;
    let mut options = cluster.options(&database);
    options.connections = 1;
    options.statement_timeout = Duration::from_millis(300);
    options.patience = Duration::ZERO;
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    let (lock, connection) =
        tokio_postgres::connect(&cluster.address(&database), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    lock.batch_execute("BEGIN; LOCK TABLE registry.documents IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let reads = (0..4).map(|_| async { reason(&store.document("kind", "key").await.unwrap_err()) });
    let told = futures_util::future::join_all(reads).await;
    assert!(told.iter().any(|text| text.contains("all connections to the database are in use")), "{told:?}");
    assert!(told.iter().all(|text| !text.contains("does not answer")), "{told:?}");

    options.connect_timeout = Duration::from_millis(300);
    options.url = format!("host=127.0.0.1 port={port} user=me sslmode=disable");
    let told = reason(&PostgresMetadataStore::connect(&options).await.unwrap_err());
    assert_eq!(told, "the database does not answer: no connection within 300ms");
}

/// The connection that listens is given up and made anew.
#[tokio::test]
async fn whoever_says_nothing_is_not_listened_to_for_ever() {
    let cluster = Cluster::shared();
    let (listener, port) = silent().await;
    let mut options = cluster.options(&cluster.database().await);
    options.connect_timeout = Duration::from_millis(300);
    options.listen_url = Some(format!("host=127.0.0.1 port={port} user=me sslmode=disable"));
    let _store = PostgresMetadataStore::connect(&options).await.unwrap();
    let mut open: Vec<TcpStream> = Vec::new();
    for _ in 0..3 {
        let next = tokio::time::timeout(Duration::from_secs(20), listener.accept()).await;
        open.push(next.expect("it holds on to the first").unwrap().0);
    }
}

/// What is wrong with the address to listen at is not looked for in the other one.
#[tokio::test]
async fn where_nobody_can_be_listened_to_is_found_apart() {
    let cluster = Cluster::shared();
    let (_listener, port) = silent().await;
    let mut options = cluster.options(&cluster.database().await);
    options.connect_timeout = Duration::from_millis(300);
    assert!(options.check_listen_url().is_ok());
    options.listen_url = Some(format!("host=127.0.0.1 port={port} user=me sslmode=disable"));
    assert!(options.check_listen_url().is_ok());
    let state = PostgresMetadataStore::examine(&options).await.unwrap();
    assert_eq!(state.listens, Some(false));
    assert!(state.unheard.is_some_and(|text| text.contains("does not answer")));
    options.listen_url = Some("db.internal".to_owned());
    assert!(matches!(options.check_listen_url(), Err(Error::Invalid { .. })));
    options.url = "nothing".to_owned();
    assert!(options.check_listen_url().is_ok(), "the other one comes first");
}
