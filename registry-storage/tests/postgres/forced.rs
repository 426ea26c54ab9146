//! Lost races that the database reports: serialization failures and deadlocks.

use std::time::Duration;

use registry_storage::metadata::{DocumentIndex, PostgresMetadataStore};
use registry_storage::{Error, MetadataStore};

use crate::cluster::Cluster;
use crate::support::{commit, whole_log, write};

/// Makes the next statements of this kind on the table of commits fail in this way, so many of them. A sequence goes on
/// where its transaction was taken back.
fn force(cluster: &Cluster, database: &str, code: &str, verb: &str, times: u32) {
    cluster.sql(
        database,
        &format!(
            "DROP SEQUENCE IF EXISTS public.forced CASCADE; CREATE SEQUENCE public.forced;
             CREATE OR REPLACE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('public.forced') <= {times} THEN
                     RAISE EXCEPTION 'forced' USING ERRCODE = '{code}';
                 END IF;
                 RETURN NEW;
             END $$;
             DROP TRIGGER IF EXISTS forced ON registry.commits;
             CREATE TRIGGER forced BEFORE {verb} ON registry.commits FOR EACH ROW EXECUTE FUNCTION public.fail()"
        ),
    );
}

#[tokio::test]
async fn what_passes_is_tried_again_and_carried_out_once() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let store = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap();
    let mut expected = 0;
    for code in ["40001", "40P01"] {
        for times in [1, 4] {
            force(cluster, &database, code, "INSERT", times);
            let key = format!("{code} {times}");
            let answer = store.commit(commit([write(&key, ""), write("other", "")])).await.unwrap();
            expected += 2;
            assert_eq!(answer.events.last().unwrap().seq, expected, "{key}");
            assert_eq!(whole_log(&store).await, expected);
            // The attempts that failed, and the one that did not.
            let drawn = cluster.sql(&database, "SELECT last_value FROM public.forced");
            assert_eq!(drawn, (times + 1).to_string());
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_is_unavailable_and_changes_nothing() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let mut options = cluster.options(&database);
    options.patience = Duration::from_millis(150);
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    for code in ["40001", "40P01", "53300", "57014", "55P03"] {
        force(cluster, &database, code, "INSERT", 1_000_000);
        let error = store.commit(commit([write("key", "")])).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{code}: {error:?}");
        assert_eq!(store.document("kind", "key").await.unwrap(), None);
        assert_eq!(whole_log(&store).await, 0);
    }
    force(cluster, &database, "40001", "INSERT", 0);
    store.commit(commit([write("key", "")])).await.unwrap();
    assert_eq!(whole_log(&store).await, 1);
}

/// The statement that gives numbers may fail on its own. The commit stays, and gets its number from whoever comes next.
#[tokio::test]
async fn numbers_are_given_again() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    let store = PostgresMetadataStore::connect(&cluster.options(&database)).await.unwrap();
    for (round, code) in (1..).zip(["40001", "40P01"]) {
        // While another one gives numbers, a commit gets none, and asks for them by a statement of its own.
        let (numberer, connection) =
            tokio_postgres::connect(&cluster.address(&database), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        numberer.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(1329809773, 1)").await.unwrap();
        force(cluster, &database, code, "UPDATE", 3);
        let waiting = store.commit(commit([write(code, "")]));
        let goes_on = async {
            let unnumbered = "SELECT count(*) FROM registry.commits WHERE first IS NULL";
            while numberer.query_one(unnumbered, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
            numberer.batch_execute("COMMIT").await.unwrap();
        };
        let (answer, ()) = tokio::join!(waiting, goes_on);
        assert_eq!(answer.unwrap().events[0].seq, round);
        assert_eq!(cluster.sql(&database, "SELECT last_value FROM public.forced"), "4");
        assert_eq!(whole_log(&store).await, round);
    }
}
