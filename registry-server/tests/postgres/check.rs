//! `registry check` looks at the database, changes nothing there, and says what to do.

use std::net::SocketAddr;
use std::process::{Output, Stdio};

use crate::cluster::Cluster;
use crate::registry::{Registry, command};

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

/// What is wrong with the address to listen at is told of it, and not of the other one.
#[test]
fn a_mistake_in_the_address_to_listen_at_is_told_of_it() {
    let address = Cluster::shared().empty("listened_at");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nowhere = format!("postgres.listen_url=postgres://me:hunter2@127.0.0.1:{closed}/registry");
    let (code, told) = check(&address, &["--set", &nowhere]);
    assert!(code == Some(0) && told.contains("cannot listen where `postgres.listen_url` leads"), "{told}");
    for none in ["postgres://me:hunter2@127.0.0.1:x/y", "postgres://me:hunter2@db?%73slmode=disable"] {
        let (code, told) = check(&address, &["--set", &format!("postgres.listen_url={none}")]);
        assert!(code == Some(2) && told.contains("`postgres.listen_url` cannot be used"), "{told}");
        assert!(!told.contains("`postgres.url`"), "{told}");
    }
}

/// Without a data folder nothing tells that the registry of a configuration runs, but for what answers at its addresses.
#[test]
fn beside_a_running_registry_without_a_data_folder_it_is_in_order() {
    let address = Cluster::shared().empty("checked_beside");
    let memory = ["--set", "storage.blobs=memory", "--set", "storage.metadata=postgres"];
    let mut serve = command();
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--set", &format!("http.admin={admin}")]).args(memory);
    serve.env("REGISTRY_POSTGRES_URL", &address);
    let running = Registry::run(serve, Stdio::null());
    let check = |listen: SocketAddr, arguments: &[&str]| {
        let mut check = command();
        check.args(["check", "--listen", &listen.to_string()]).args(arguments);
        let Output { status, stdout, stderr } =
            check.env("REGISTRY_POSTGRES_URL", &address).output().unwrap();
        (
            status.code(),
            format!("{}{}", String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap()),
        )
    };
    let with_admin: Vec<&str> = memory.into_iter().chain(["--set"]).collect();
    let set_admin = format!("http.admin={admin}");
    let with_admin: Vec<&str> = with_admin.into_iter().chain([set_admin.as_str()]).collect();
    let (code, told) = check(running.address, &with_admin);
    assert_eq!(code, Some(0), "{told}");
    for listened in [running.address, admin] {
        assert!(told.contains(&format!("note: a registry answers at {listened} already")), "{told}");
    }
    assert!(told.contains("the configuration is in order\n"), "{told}");
    // Somebody who is no registry is in the way, and so is a registry whose data folder is not this one.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, told) = check(other.local_addr().unwrap(), &memory);
    assert!(code == Some(2) && told.contains("cannot listen on"), "{told}");
    let data = tempfile::tempdir().unwrap();
    let (code, told) = check(running.address, &["--data", data.path().to_str().unwrap()]);
    assert!(code == Some(2) && told.contains("cannot listen on"), "{told}");
}
