//! The configuration of the real binary: what it reads, refuses and shows.

mod check;
mod distribution;
mod effective;
mod reference;
mod refused;
mod reload;

use std::path::PathBuf;
use std::process::Output;

use super::registry::command;

/// A folder with configuration files, and the binary that reads them.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs the binary in the folder with no other variables of ours than these.
    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = command();
        command.current_dir(self.0.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REGISTRY_")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(variables.iter().copied()).output().unwrap()
    }

    /// The configuration that holds.
    fn effective(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = self.run(&[&["config", "--show-effective"], arguments].concat(), variables);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
