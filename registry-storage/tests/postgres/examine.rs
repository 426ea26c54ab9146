//! Looking at a database before it is used.

use registry_storage::Error;
use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};

use crate::cluster::Cluster;
use crate::conformance::pooler;

#[tokio::test]
async fn an_empty_database_stays_empty() {
    let cluster = Cluster::shared();
    let options = PostgresOptions::new(cluster.empty("unexamined"));
    for _ in 0..2 {
        let state = PostgresMetadataStore::examine(&options).await.unwrap();
        assert_eq!((state.schema, state.may_migrate, state.read_only), (0, true, false));
        assert!(state.newest >= 4 && state.free_connections > 0 && state.has_timeout);
        assert_eq!((state.listens, state.encryption), (Some(true), None));
        assert!(!state.durable, "this cluster does not sync");
        assert!(state.server.starts_with(|digit: char| digit.is_ascii_digit()), "{}", state.server);
    }
    drop(PostgresMetadataStore::connect(&options).await.unwrap());
    let state = PostgresMetadataStore::examine(&options).await.unwrap();
    assert_eq!(state.schema, state.newest);
}

#[tokio::test]
async fn a_role_without_rights_and_a_database_that_only_reads_are_found() {
    let cluster = Cluster::shared();
    let address = cluster.empty("without_rights");
    cluster.sql("postgres", "CREATE ROLE stranger LOGIN");
    let options = PostgresOptions::new(address.replace("user=postgres", "user=stranger"));
    let state = PostgresMetadataStore::examine(&options).await.unwrap();
    assert_eq!((state.schema, state.may_migrate), (0, false));
    cluster.sql("postgres", "ALTER DATABASE without_rights SET default_transaction_read_only = on");
    let state = PostgresMetadataStore::examine(&options).await.unwrap();
    assert_eq!((state.read_only, state.listens), (true, None));
}

/// A pooler that gives each transaction another connection tells nobody anything; the address of the database itself does.
#[tokio::test]
async fn behind_a_pooler_listening_is_found_not_to_work() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let mut options = PostgresOptions::new(pooler().address(&database));
    options.pooler = true;
    assert_eq!(PostgresMetadataStore::examine(&options).await.unwrap().listens, None);
    options.listen_url = Some(cluster.address(&database));
    assert_eq!(PostgresMetadataStore::examine(&options).await.unwrap().listens, Some(true));
    // Whoever does not know that there is one is told by the pooler, or finds out.
    options.pooler = false;
    options.listen_url = None;
    let error = PostgresMetadataStore::examine(&options).await.unwrap_err();
    let Error::Unavailable { source, .. } = &error else { panic!("{error:?}") };
    assert!(source.to_string().contains("unsupported startup parameter"), "{source}");
}

/// And then its log is followed at once all the same.
#[tokio::test]
async fn behind_a_pooler_the_address_of_the_database_tells_of_news() {
    use registry_storage::MetadataStore;
    use registry_storage::metadata::EventLog;
    use std::time::Duration;

    use crate::support::{commit, write};
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let mut options = PostgresOptions::new(pooler().address(&database));
    options.pooler = true;
    options.listen_url = Some(cluster.address(&database));
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    let write = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        store.commit(commit([write("key", "")])).await.unwrap();
    };
    let (told, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(20), store.news(0)), write);
    told.expect("nobody tells");
}
