//! `registry check` looks at the database, changes nothing there, and says what to do.

use std::process::Output;

use crate::cluster::Cluster;
use crate::registry::command;

fn check(address: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let data = tempfile::tempdir().unwrap();
    let Output { status, stdout, stderr } = command()
        .args(["check", "--listen", "127.0.0.1:0", "--data", data.path().to_str().unwrap()])
        .args(["--set", "storage.metadata=postgres", "--set", "postgres.patience=100ms"])
        .args(arguments)
        .env("REGISTRY_POSTGRES_URL", address)
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(!told.contains("hunter2"), "{told}");
    (status.code(), told)
}

#[test]
fn a_database_that_can_be_used_is_told_and_left_alone() {
    let cluster = Cluster::shared();
    let address = cluster.empty("checked");
    for _ in 0..2 {
        let (code, told) = check(&address, &[]);
        assert_eq!(code, Some(0), "{told}");
        for expected in [
            "ok: PostgreSQL 1",
            "note: the schema of the database has version 0, and `serve` brings it to",
            "ok: LISTEN works",
            "note: `fsync` or `synchronous_commit` of the database is off",
            "the configuration is in order\n",
        ] {
            assert!(told.contains(expected), "{expected} is not in {told}");
        }
    }
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'registry'";
    assert_eq!(cluster.sql("checked", schemas), "0");
}

#[test]
fn what_would_keep_serve_from_starting_is_told_with_what_to_do() {
    let cluster = Cluster::shared();
    let address = cluster.empty("checked_in_vain");
    let socket = |database: &str| cluster.address(database);
    cluster.sql("postgres", "CREATE ROLE nobody LOGIN");
    let not_there = socket("not_there");
    let as_nobody = address.replace("user=postgres", "user=nobody");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nowhere = format!("postgres://me:hunter2@127.0.0.1:{closed}/registry");
    cluster.empty("older");
    cluster.sql("older", "CREATE SCHEMA registry; CREATE TABLE registry.migrations (version integer)");
    cluster.sql("older", "INSERT INTO registry.migrations VALUES (4000)");
    for (address, expected) in [
        (not_there.as_str(), "create it: CREATE DATABASE"),
        (as_nobody.as_str(), "the role may not bring it to"),
        (nowhere.as_str(), "is it running, and is this its address?"),
        ("postgres://me:hunter2@db?sslmode=verify", "sslmode is one of"),
        ("postgres://me:hunter2@127.0.0.1:x/y", "the address of the database is not understood"),
        (&socket("older"), "the database has version 4000"),
    ] {
        let (code, told) = check(address, &[]);
        assert_eq!(code, Some(6), "{told}");
        assert!(told.contains(expected), "{expected} is not in {told}");
        assert!(!told.contains("in order"), "{told}");
        let (code, told) = check(address, &["--offline"]);
        assert_eq!(code, Some(0), "{told}");
    }
    let (code, told) = check(&address, &["--set", "postgres.ca_file=absent.pem"]);
    assert!(code == Some(2) && told.contains("cannot read absent.pem"), "{told}");
}

/// A database that takes connections and says nothing is given up after a while.
#[test]
fn a_database_that_says_nothing_is_not_waited_for() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://me:hunter2@{}/registry", silent.local_addr().unwrap());
    let begun = std::time::Instant::now();
    let (code, told) = check(&address, &["--set", "postgres.connect_timeout=1s"]);
    assert_eq!(code, Some(6), "{told}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(25), "{:?}", begun.elapsed());
}
