//! `registry import` into PostgreSQL.

use registry_core::Digest;

use crate::cluster::Cluster;
use crate::registry::command;

/// More at a time than there are connections would wait for each other.
#[test]
fn no_more_is_done_at_a_time_than_there_are_connections() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("docker/registry/v2");
    let write = |rest: &str, bytes: &str| {
        let path = root.join(rest);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    for number in 0..200 {
        let content = number.to_string();
        let digest = Digest::sha256_of(content.as_bytes());
        let hex = digest.encoded();
        write(&format!("blobs/sha256/{}/{hex}/data", &hex[..2]), &content);
        write(&format!("repositories/a/_layers/sha256/{hex}/link"), &digest.to_string());
    }
    let config = folder.path().join("registry.toml");
    let address = Cluster::shared().empty("imported");
    let text = format!(
        "[storage]\nblobs = \"memory\"\nmetadata = \"postgres\"\n[postgres]\nurl = \"{address}\"\nmax_connections = 2\n\
         statement_timeout = \"2s\"\n"
    );
    std::fs::write(&config, text).unwrap();
    for (at_once, is_told) in [("500", true), ("2", false)] {
        let output = command()
            .args(["import", "--from", "distribution", folder.path().to_str().unwrap(), "--at-once", at_once])
            .args(["--to", config.to_str().unwrap()])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.contains("note: 2 blobs are dealt with at a time"), is_told, "{said}");
    }
}
