//! How PostgreSQL finds what is listed: always a range of an index, in its order, and no more of it than a page.

use registry_core::{MediaType, PageRequest};
use registry_storage::metadata::{
    BlobIndex, EventLog, ManifestIndex, PostgresMetadataStore, RepositoryIndex, TagIndex, UploadIndex,
};

use crate::cluster::Cluster;
use crate::support::{digest, name, tag};

/// Many of everything that is listed. Digests are some text, which sorts as they do.
const FILL: &str = "INSERT INTO registry.repositories (name, present)
    SELECT 'team-' || i % 100 || '/app-' || to_char(i, 'FM000000'), true FROM generate_series(1, 20000) i;
INSERT INTO registry.commits (id, txid, events, at, actor, first)
    SELECT nextval('registry.commit_ids'), pg_current_xact_id(), 1, 1, 'fill', i FROM generate_series(1, 20000) i;
INSERT INTO registry.manifest_contents (digest, bytes) VALUES ('\\x40', '{}');
INSERT INTO registry.manifests (repository_id, digest, content_id, media_type, size, leased_until)
    SELECT r.id, '\\x40', c.id, 'a/b', 2, 0 FROM registry.repositories r, registry.manifest_contents c;
INSERT INTO registry.tags (repository_id, name, manifest_id, commit_id, position)
    SELECT m.repository_id, 'v' || to_char(i, 'FM0000000'), m.id, 1, 0
    FROM generate_series(1, 50000) i, registry.manifests m WHERE m.repository_id = (
        SELECT id FROM registry.repositories WHERE name = 'team-1/app-000001');
INSERT INTO registry.events (commit_id, position, kind, repository_id, digest, tag, cause)
    SELECT c.id, 0, 5, r.id, decode('40' || repeat('40', 32), 'hex'), 'v' || to_char(c.first % 200, 'FM0000000'), 'push'
    FROM registry.commits c, registry.repositories r WHERE r.name = 'team-1/app-000001';
INSERT INTO registry.referrers (repository_id, subject, digest, artifact_type, descriptor)
    SELECT r.id, decode(to_char(i % 10, 'FM00'), 'hex'), decode(to_char(i, 'FM000000'), 'hex'), 'a/' || i % 3, '{}'
    FROM generate_series(1, 20000) i, registry.repositories r WHERE r.name = 'team-1/app-000001';
ANALYZE;";

/// What the server notes of a statement: its text, and how it was carried out.
struct Plan(String);

impl Plan {
    /// What is listed: the first table that the statement names.
    fn table(&self) -> Option<&str> {
        let (_, behind) = self.0.split_once("FROM registry.")?;
        behind.split_whitespace().next()
    }

    /// What is wrong with the way.
    fn fault(&self) -> Option<&'static str> {
        let steps: Vec<&str> = self.0.lines().filter(|line| line.contains("(cost=")).collect();
        assert!(steps.len() > 1, "{}", self.0);
        let slow = ["Seq Scan", "Sort", "Bitmap", "Materialize", "Hash", "Gather"];
        slow.into_iter().find(|way| steps.iter().any(|step| step.contains(way)))
    }
}

#[tokio::test]
async fn m_34_pages_are_ranges_of_an_index() {
    let cluster = Cluster::shared();
    let database = cluster.database().await;
    cluster.sql(&database, FILL);
    let mut options = cluster.options(&database);
    // Every statement is written to the log of the server with its plan; the name tells whose it is.
    options.url.push_str(
        " application_name=plans options='-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0'",
    );
    options.connections = 1;
    cluster.sql("postgres", "ALTER SYSTEM SET log_line_prefix = '<%a> '");
    cluster.sql("postgres", "SELECT pg_reload_conf()");
    let (here, one) = (name("team-1/app-000001"), digest(64));
    for pooler in [false, true] {
        let mut options = options.clone();
        // Without names every statement is planned for its values; with them, after some times, for any.
        options.pooler = pooler;
        let store = PostgresMetadataStore::connect(&options).await.unwrap();
        for round in 0..8 {
            let page = |last: String| PageRequest::after(last, 100);
            let tags = store.tags(&here, &page(format!("v{:07}", round * 5_000))).await.unwrap();
            let names = store.repositories(&page(format!("team-{round}/app"))).await.unwrap();
            assert_eq!((tags.items.len(), names.items.len()), (100, 100));
            let typed = MediaType::OCI_MANIFEST;
            store.referrers(&here, &one, None, &PageRequest::first(100)).await.unwrap();
            store.referrers(&here, &one, Some(&typed), &PageRequest::first(100)).await.unwrap();
            store.blob_repositories(&one, &PageRequest::first(100)).await.unwrap();
            store.events(round * 2_000, 100).await.unwrap();
            store.tag_history(&here, &tag("v0000001"), None, 100).await.unwrap();
            store.uploads(&PageRequest::first(100)).await.unwrap();
        }
    }
    let log = std::fs::read_to_string(cluster.folder().join("log")).unwrap();
    let plans: Vec<Plan> = log
        .split("<plans> LOG:")
        .filter(|entry| entry.contains("plan:\n"))
        .map(|entry| Plan(entry.split("\n<").next().unwrap_or_default().to_owned()))
        .collect();
    for table in ["tags", "repositories", "referrers", "events"] {
        let of_table = |plan: &&Plan| plan.table() == Some(table) && plan.0.contains("LIMIT");
        let found: Vec<&Plan> = plans.iter().filter(of_table).collect();
        assert!(found.len() >= 16, "{} plans for {table}", found.len());
        for plan in found {
            assert_eq!(plan.fault(), None, "{}", plan.0);
            assert!(plan.0.contains("Index"), "{}", plan.0);
        }
    }
}
