//! Every bullet of the contract, directly and through a pooler.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use registry_storage::conformance::Fixture;
use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};

use crate::cluster::{Cluster, as_postgres};

async fn direct() -> Fixture<PostgresMetadataStore> {
    let cluster = Cluster::shared();
    let options = cluster.options(&cluster.database().await);
    fixture(options).await
}

async fn pooled() -> Fixture<PostgresMetadataStore> {
    let database = Cluster::shared().database().await;
    let mut options = PostgresOptions::new(pooler().address(&database));
    options.pooler = true;
    options.connections = 8;
    fixture(options).await
}

async fn fixture(options: PostgresOptions) -> Fixture<PostgresMetadataStore> {
    let store = PostgresMetadataStore::connect(&options).await.unwrap();
    let another = move || {
        let options = options.clone();
        async move { PostgresMetadataStore::connect(&options).await.unwrap() }
    };
    Fixture::new(store, another)
}

/// The pooler before the cluster that tests share.
pub(crate) fn pooler() -> &'static Pooler {
    static POOLER: OnceLock<Pooler> = OnceLock::new();
    POOLER.get_or_init(|| Pooler::start(Cluster::shared()))
}

/// PgBouncer, which gives each transaction another connection. Two for each database, so that clients do change them.
pub(crate) struct Pooler {
    folder: tempfile::TempDir,
    _keeper: Child,
}

impl Pooler {
    /// The address of a database through it.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("host={} port=6432 user=postgres dbname={database}", self.folder.path().display())
    }

    fn start(cluster: &Cluster) -> Self {
        let folder = tempfile::Builder::new().prefix("pgb").tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let mut file = std::fs::File::create(folder.path().join("ini")).unwrap();
        write!(
            file,
            "[databases]\n* = host={} port={} user=postgres\n[pgbouncer]\npool_mode = transaction\nunix_socket_dir = {path}\n\
             listen_addr =\nlisten_port = 6432\nauth_type = any\ndefault_pool_size = 2\nmax_client_conn = 1000\n\
             max_db_connections = 2\n",
            cluster.folder().display(),
            cluster.port()
        )
        .unwrap();
        // Debian's package lies where only root looks.
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
        let program = program.iter().find(|program| std::path::Path::new(program).exists());
        let program = program.expect("pgbouncer is not installed");
        let _ = std::process::Command::new("chown").args(["-R", "postgres", path]).output();
        let line =
            format!("{program} -q {path}/ini & pooler=$!; cat; kill -INT $pooler; wait; rm -rf {path}");
        let keeper = as_postgres(&line).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while !folder.path().join(".s.PGSQL.6432").exists() {
            assert!(Instant::now() < end, "the pooler does not start");
            std::thread::yield_now();
        }
        Self { folder, _keeper: keeper }
    }
}

registry_storage::metadata_store_conformance!(on_postgres, direct);
registry_storage::metadata_store_conformance!(on_postgres_through_a_pooler, pooled);
