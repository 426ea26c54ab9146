//! The binary as a child process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::http::Http;

/// A running `registry serve` on a free port. It is killed when it is dropped.
pub(crate) struct Registry {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// The command `registry`.
pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_registry"))
}

impl Registry {
    /// Starts it on a data folder and waits until it says that it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(&["--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()])
    }

    /// Starts it with these arguments behind `serve`.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        Self::spawn(arguments, Stdio::null())
    }

    /// The same, with its log in a file.
    pub(crate) fn start_logging(arguments: &[&str], log: &Path) -> Self {
        Self::spawn(arguments, std::fs::File::create(log).unwrap().into())
    }

    fn spawn(arguments: &[&str], log: Stdio) -> Self {
        let mut command = command();
        command.arg("serve").args(arguments);
        Self::run(command, log)
    }

    /// Starts it by a command.
    pub(crate) fn run(mut command: Command, log: Stdio) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("a line that tells the address").unwrap();
        let address = first.rsplit("http://").next().unwrap().parse().unwrap();
        Self { child, address }
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> Http {
        Http::connect(self.address).unwrap()
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self, at_most: Duration) -> ExitStatus {
        let until = Instant::now() + at_most;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the process does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
