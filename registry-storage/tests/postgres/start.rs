//! Opening: empty databases, several replicas at once, and what is not ours.

use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};
use registry_storage::{Error, MetadataStore};

use crate::cluster::Cluster;
use crate::support::{commit, digest, manifest, name, put, set, tag, whole_log, write};

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_start_at_once_make_the_schema_once() {
    let cluster = Cluster::shared();
    let address = cluster.empty("at_once");
    let starts = (0..8).map(|number| {
        let options = PostgresOptions::new(address.clone());
        tokio::spawn(async move {
            let store = PostgresMetadataStore::connect(&options).await.unwrap();
            store.commit(commit([write(&number.to_string(), "")])).await.unwrap();
            store
        })
    });
    let starts: Vec<_> = starts.collect();
    let mut stores = Vec::new();
    for start in starts {
        stores.push(start.await.unwrap());
    }
    assert_eq!(whole_log(&stores[0]).await, 8);
    assert_eq!(
        cluster.sql(
            "at_once",
            "SELECT string_agg(version::text, ',' ORDER BY version) FROM registry.migrations"
        ),
        "1,2,3,4,5"
    );
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    cluster.sql(&database, "INSERT INTO registry.migrations VALUES (77)");
    let refused = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap_err();
    assert!(matches!(&refused, Error::Unsupported { reason } if reason.contains("77")), "{refused:?}");
}

#[tokio::test]
async fn a_schema_of_something_else_is_refused_and_left_as_it_is() {
    let cluster = Cluster::shared();
    let address = cluster.empty("other");
    cluster.sql("other", "CREATE SCHEMA registry; CREATE TABLE registry.events (a integer)");
    let refused = PostgresMetadataStore::connect(&PostgresOptions::new(address)).await.unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused:?}");
    let tables = "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'registry'";
    assert_eq!(cluster.sql("other", tables), "events");
}

#[tokio::test]
async fn a_database_with_another_encoding_is_refused() {
    let cluster = Cluster::shared();
    cluster.sql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    let refused = PostgresMetadataStore::connect(&cluster.options("latin")).await.unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused:?}");
}

#[tokio::test]
async fn what_cannot_be_reached_is_unavailable() {
    let cluster = Cluster::shared();
    for address in [cluster.address("nowhere"), "host=127.0.0.1 port=1 user=me password=secret".to_owned()] {
        let mut options = PostgresOptions::new(address);
        options.patience = std::time::Duration::from_millis(100);
        let error = PostgresMetadataStore::connect(&options).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("secret"));
    }
}

#[tokio::test]
async fn another_isolation_of_the_role_does_no_harm() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    cluster.sql(
        "postgres",
        &format!("ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'"),
    );
    let store = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap();
    store.commit(commit([write("key", "")])).await.unwrap();
    assert_eq!(whole_log(&store).await, 1);
}

#[tokio::test]
async fn a_database_that_only_reads_is_unavailable_for_commits() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let mut options = cluster.options(&database);
    options.patience = std::time::Duration::from_millis(100);
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    store.commit(commit([write("key", "")])).await.unwrap();
    cluster.sql("postgres", &format!("ALTER DATABASE {database} SET default_transaction_read_only = on"));
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    let error = store.commit(commit([write("key", "")])).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert_eq!(whole_log(&store).await, 1);
}

/// A zero byte is no part of any text of PostgreSQL, but clients may ask for what is behind one.
#[tokio::test]
async fn a_position_may_hold_a_zero_byte() {
    use registry_core::PageRequest;
    use registry_storage::metadata::{RepositoryIndex, TagIndex};
    let cluster = Cluster::shared();
    let store = PostgresMetadataStore::connect(&cluster.options(&cluster.database().await)).await.unwrap();
    let names = ["a", "ab"].map(name);
    let changes = names.iter().flat_map(|name| [put(name, manifest(digest(1))), set(name, "v1", digest(1))]);
    store.commit(commit(changes)).await.unwrap();
    let page = PageRequest::after("a\0b", 5);
    assert_eq!(store.repositories(&page).await.unwrap().items, [name("ab")]);
    assert_eq!(store.tags(&names[0], &page).await.unwrap().items, [tag("v1")]);
}

#[tokio::test]
async fn a_key_that_no_index_holds_is_refused() {
    let cluster = Cluster::shared();
    let store = PostgresMetadataStore::connect(&cluster.options(&cluster.database().await)).await.unwrap();
    let key: String =
        (0..9_000_u32).map(|number| char::from_u32(0x4e00 + number * 7919 % 20_000).unwrap()).collect();
    let error = store.commit(commit([write(&key, "")])).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert_eq!(whole_log(&store).await, 0);
}

/// Whoever waits for the log to go on is told by the database, also of what was there before and after the connection was
/// lost.
#[tokio::test]
async fn replicas_are_told_of_what_others_write() {
    use registry_storage::metadata::EventLog;
    use std::time::Duration;
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let connect = || async { PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap() };
    let (writer, reader) = (connect().await, connect().await);
    for round in 0..6_u64 {
        if round == 3 {
            let sessions = format!(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}'"
            );
            cluster.sql("postgres", &sessions);
        }
        let write = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            writer.commit(commit([write(&round.to_string(), "")])).await.unwrap();
        };
        let told = tokio::time::timeout(Duration::from_secs(20), reader.news(round));
        let (told, ()) = tokio::join!(told, write);
        told.expect("nobody tells");
        assert_eq!(reader.events(round, 9).await.unwrap().len(), 1);
    }
    assert!(
        tokio::time::timeout(Duration::from_millis(50), reader.news(6)).await.is_err(),
        "there is no more"
    );
}
