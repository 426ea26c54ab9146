//! Clusters of PostgreSQL, each in a folder of its own, that end with the test process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use registry_storage::metadata::{PostgresMetadataStore, PostgresOptions};

/// For tests that do not crash the server.
const FAST: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";

/// A running cluster, reached by a socket in its folder.
pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
    /// Stops the server when its standard input closes, as it does when this process ends.
    _keeper: Child,
}

impl Cluster {
    /// The cluster that all tests share which make no trouble for others.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(FAST))
    }

    /// A cluster as an operator has it: what was committed survives a crash.
    pub(crate) fn durable() -> Self {
        Self::start("")
    }

    fn start(settings: &str) -> Self {
        Self::prepared("listen_addresses=", settings, &|_| ())
    }

    /// A cluster that is also reached by TCP, at [`port`](Self::port) of 127.0.0.1. What the function puts into its data
    /// folder is there when it starts.
    pub(crate) fn on_tcp(settings: &str, prepare: &dyn Fn(&Path)) -> Self {
        Self::prepared("listen_addresses=127.0.0.1", settings, prepare)
    }

    fn prepared(listen: &str, settings: &str, prepare: &dyn Fn(&Path)) -> Self {
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        own(folder.path());
        let (initdb, data) = (program("initdb"), format!("{path}/data"));
        run(as_postgres(&format!("{initdb} -D {data} -A trust -U postgres -N -E UTF8 --locale=C")));
        prepare(Path::new(&data));
        own(folder.path());
        // Free when it is asked for; nobody else asks for it in the moment until it is taken.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = format!(
            "-p {port} -k {path} -c {listen} -c max_connections=300 -c max_locks_per_transaction=128 {settings}"
        );
        std::fs::write(folder.path().join("options"), &options).unwrap();
        let pg_ctl = program("pg_ctl");
        run(as_postgres(&format!("{pg_ctl} -w -D {data} -l {path}/log -o '{options}' start")));
        let stop = format!("cat; {pg_ctl} -w -D {data} -m immediate stop; rm -rf {path}");
        let mut keeper = as_postgres(&stop);
        let keeper =
            keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { folder, port, _keeper: keeper }
    }

    /// Kills the server.
    pub(crate) fn stop(&self) {
        let (data, pg_ctl) = (self.folder.path().join("data"), program("pg_ctl"));
        run(as_postgres(&format!("{pg_ctl} -w -D {} -m immediate stop", data.display())));
    }

    /// Starts the server that was stopped, with the settings that it had.
    pub(crate) fn start_again(&self) {
        let (data, pg_ctl) = (self.folder.path().join("data"), program("pg_ctl"));
        let data = data.to_str().unwrap();
        let options = std::fs::read_to_string(format!("{data}/../options")).unwrap();
        run(as_postgres(&format!("{pg_ctl} -w -D {data} -l {data}/../log -o '{options}' start")));
    }

    /// Stops all processes of the server where they are, until what is answered is dropped.
    pub(crate) fn freeze(&self) -> Frozen {
        let file = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        let first = file.lines().next().unwrap().to_owned();
        // The first one, which makes the others, so that they are all there is.
        signal("-STOP", std::slice::from_ref(&first));
        let others = Command::new("ps").args(["-o", "pid=", "--ppid", &first]).output().unwrap().stdout;
        let others = String::from_utf8(others).unwrap();
        let mut all: Vec<String> = others.split_whitespace().map(str::to_owned).collect();
        signal("-STOP", &all);
        all.push(first);
        Frozen(all)
    }

    /// Where it listens, and part of the name of its socket.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server and starts it again. What was committed is recovered from its log.
    pub(crate) fn crash(&self) {
        let (data, pg_ctl) = (self.folder.path().join("data"), program("pg_ctl"));
        let data = data.to_str().unwrap();
        run(as_postgres(&format!("{pg_ctl} -w -D {data} -m immediate restart -l {data}/../log")));
    }

    /// The folder with the socket.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of a database.
    pub(crate) fn address(&self, database: &str) -> String {
        let (folder, port) = (self.folder.path().display(), self.port);
        format!("host={folder} port={port} user=postgres dbname={database}")
    }

    /// A new database. It is a copy of one whose schema was made once.
    pub(crate) async fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static MADE: tokio::sync::Mutex<Vec<PathBuf>> = tokio::sync::Mutex::const_new(Vec::new());
        let mut made = MADE.lock().await;
        if !made.iter().any(|folder| folder == self.folder()) {
            self.sql("postgres", "CREATE DATABASE model");
            drop(PostgresMetadataStore::connect(&self.options("model")).await.unwrap());
            self.without_sessions("model").await;
            made.push(self.folder().to_owned());
        }
        drop(made);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE model"));
        name
    }

    /// A database without anything in it.
    pub(crate) fn empty(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.address(name)
    }

    /// Options for a database of this cluster.
    pub(crate) fn options(&self, database: &str) -> PostgresOptions {
        let mut options = PostgresOptions::new(self.address(database));
        options.connections = 8;
        options
    }

    /// Carries out some SQL; answers what it prints.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let folder = self.folder.path().to_str().unwrap();
        let psql = program("psql");
        let output = Command::new(psql)
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres"])
            .args(["-p", &self.port.to_string()])
            .args(["-d", database, "-c", sql])
            .output()
            .unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Waits until nobody is connected any more; the server notices a closed connection a little later.
    async fn without_sessions(&self, database: &str) {
        let count = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'");
        let end = Instant::now() + Duration::from_secs(20);
        while self.sql("postgres", &count) != "0" {
            assert!(Instant::now() < end, "sessions of {database} do not end");
            // Lets the tasks of the connections end.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self._keeper.stdin.take());
        let _ = self._keeper.wait();
    }
}

/// Processes that stand still.
pub(crate) struct Frozen(Vec<String>);

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(name: &str, processes: &[String]) {
    // One that has ended meanwhile needs none.
    let _ = Command::new("kill").arg(name).args(processes).stderr(Stdio::null()).status();
}

/// A program of PostgreSQL: where `PGBIN` says, or where Debian puts them.
pub(crate) fn program(name: &str) -> String {
    let mut folders: Vec<PathBuf> = std::env::var_os("PGBIN").into_iter().map(PathBuf::from).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let found = folders.iter().map(|folder| folder.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} of PostgreSQL is not installed")).to_str().unwrap().to_owned()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// Gives a folder to the user whom PostgreSQL accepts.
pub(crate) fn own(folder: &Path) {
    if is_root() {
        run(Command::new("chown").args(["-R", "postgres"]).arg(folder));
    }
}

/// A line of shell, as a user whom PostgreSQL accepts.
pub(crate) fn as_postgres(line: &str) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh", "-c", line]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        command
    };
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn run(mut command: impl std::borrow::BorrowMut<Command>) {
    let command = command.borrow_mut();
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
