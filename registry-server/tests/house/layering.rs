//! Dependencies point one way, and the vocabulary does no I/O (invariants 1 and 2).

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::workspace;

/// Which of our crates each of our crates may use.
const MAY_USE: [(&str, &[&str]); 6] = [
    ("registry-core", &[]),
    ("registry-storage", &["registry-core"]),
    ("registry-auth", &["registry-core"]),
    ("registry-engine", &["registry-core", "registry-storage"]),
    ("registry-conformance", &["registry-core"]),
    (
        "registry-server",
        &["registry-core", "registry-storage", "registry-auth", "registry-engine", "registry-conformance"],
    ),
];

/// Foreign crates that only these of our crates may name, however they are reached from there.
const WRAPPED: [(&str, &[&str]); 23] = [
    ("hyper", &["registry-server"]),
    ("hyper-rustls", &["registry-storage"]),
    ("hyper-util", &["registry-server", "registry-storage"]),
    ("http", &["registry-server", "registry-storage"]),
    ("http-body", &["registry-server"]),
    ("rusqlite", &["registry-storage"]),
    ("tokio-postgres", &["registry-storage"]),
    ("deadpool", &["registry-storage"]),
    ("deadpool-postgres", &["registry-storage"]),
    ("tokio-rustls", &["registry-storage", "registry-conformance"]),
    ("clap", &["registry-server"]),
    ("clap_complete", &["registry-server"]),
    ("clap_mangen", &["registry-server"]),
    ("toml", &["registry-server"]),
    ("serde-saphyr", &["registry-server"]),
    ("prometheus-client", &["registry-server"]),
    ("moka", &["registry-storage"]),
    ("object_store", &["registry-storage"]),
    ("quick-xml", &["registry-storage"]),
    ("reqwest", &["registry-server"]),
    ("rustls", &["registry-server", "registry-storage", "registry-conformance"]),
    ("rustls-platform-verifier", &["registry-storage", "registry-conformance"]),
    ("hmac", &["registry-server", "registry-storage"]),
];

/// What must not be anywhere below the vocabulary.
const NOT_IN_CORE: [&str; 10] = [
    "async-std",
    "futures-core",
    "futures-util",
    "http",
    "hyper",
    "mio",
    "reqwest",
    "rustix",
    "socket2",
    "tokio",
];

#[test]
fn our_crates_use_each_other_in_one_direction() {
    let graph = Graph::load();
    for (package, allowed) in MAY_USE {
        for used in graph.direct(package).iter().filter(|name| name.starts_with("registry-")) {
            assert!(allowed.contains(&used.as_str()), "{package} must not use {used}");
        }
    }
}

#[test]
fn every_crate_of_the_workspace_is_in_the_plan() {
    let planned: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    for package in Graph::load().members {
        let unpublished =
            ["registry-examples", "registry-benches", "registry-doubles", "registry-properties"]
                .contains(&package.as_str());
        assert!(unpublished || planned.contains(&package.as_str()), "{package} has no place in the layers");
    }
}

#[test]
fn foreign_crates_stay_behind_their_wrapper() {
    let graph = Graph::load();
    for (foreign, wrappers) in WRAPPED {
        for (package, _) in MAY_USE {
            let names_it = graph.direct(package).contains(foreign);
            assert!(!names_it || wrappers.contains(&package), "{package} must not name {foreign}");
        }
    }
}

#[test]
fn the_vocabulary_has_no_runtime_and_no_http_in_its_tree() {
    let tree = Graph::load().tree("registry-core");
    assert!(tree.contains("sha2"), "the tree was not read: {tree:?}");
    for name in NOT_IN_CORE {
        assert!(!tree.contains(name), "registry-core must not depend on {name}");
    }
}

#[test]
fn the_rules_know_no_http() {
    let mut graph = Graph::load();
    // A store may speak HTTP to where it keeps its bytes, which the rules cannot see.
    graph.uses.insert("registry-storage".to_owned(), BTreeSet::new());
    let tree = graph.tree("registry-engine");
    assert!(tree.contains("registry-storage"), "the tree was not read: {tree:?}");
    for name in ["http", "hyper", "axum", "reqwest"] {
        assert!(!tree.contains(name), "registry-engine must not depend on {name}");
    }
}

#[test]
fn the_vocabulary_touches_no_file_socket_clock_or_thread() {
    for path in
        super::files(".rs").iter().filter(|path| super::relative(path).starts_with("registry-core/src/"))
    {
        let text = std::fs::read_to_string(path).unwrap();
        for module in [
            "std::fs",
            "std::net::Tcp",
            "std::net::Udp",
            "ToSocketAddrs",
            "std::thread",
            "std::process",
            "std::env",
            "SystemTime::now",
            "Instant::now",
        ] {
            assert!(!text.contains(module), "{} uses {module}", super::relative(path));
        }
    }
}

/// What depends on what in an ordinary build: neither for tests nor for build scripts.
struct Graph {
    members: Vec<String>,
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn load() -> Self {
        let metadata = metadata();
        let name_of: BTreeMap<&str, &str> = list(&metadata["packages"])
            .iter()
            .map(|package| (text(&package["id"]), text(&package["name"])))
            .collect();
        let uses = list(&metadata["resolve"]["nodes"])
            .iter()
            .map(|node| (name_of[text(&node["id"])].to_owned(), normal_dependencies(node, &name_of)))
            .collect();
        let members =
            list(&metadata["workspace_members"]).iter().map(|id| name_of[text(id)].to_owned()).collect();
        Self { members, uses }
    }

    fn direct(&self, package: &str) -> &BTreeSet<String> {
        self.uses.get(package).unwrap_or_else(|| panic!("{package} is not in the workspace"))
    }

    fn tree(&self, package: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![package.to_owned()];
        while let Some(name) = open.pop() {
            for used in self.direct(&name) {
                if seen.insert(used.clone()) {
                    open.push(used.clone());
                }
            }
        }
        seen
    }
}

fn normal_dependencies(node: &Value, name_of: &BTreeMap<&str, &str>) -> BTreeSet<String> {
    list(&node["deps"])
        .iter()
        .filter(|dependency| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()))
        .map(|dependency| name_of[text(&dependency["pkg"])].to_owned())
        .collect()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--filter-platform", &host()])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
