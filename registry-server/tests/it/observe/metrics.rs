//! Measurements for Prometheus.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use registry_auth::{Deny, EveryoneMay, Resource};
use registry_engine::{Registry, Settings};
use registry_server::observe::{
    Compat, Exposition, Facts, LeaseFacts, Metrics, MetricsOptions, Observer, WebhookFacts,
};
use registry_server::{Server, ServerBuilder};
use registry_storage::blob::MemoryBlobStore;
use registry_storage::metadata::MemoryMetadataStore;
use registry_storage::{BlobStore, MetadataStore, Observed, StoreObserver};

use crate::support::{Allow, Ask, Health, House, Sick, image, registry};

/// A server in memory that measures everything.
fn measured(options: &MetricsOptions) -> (ServerBuilder, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new(options));
    let watch = || Arc::clone(&metrics) as Arc<dyn StoreObserver>;
    let blobs = Observed::new(Arc::new(MemoryBlobStore::new()), watch());
    let metadata = Observed::new(Arc::new(MemoryMetadataStore::new()), watch());
    let registry =
        Registry::new(Arc::new(blobs) as Arc<dyn BlobStore>, Arc::new(metadata) as Arc<dyn MetadataStore>);
    let builder = Server::builder(registry)
        .authorizer(Arc::new(EveryoneMay))
        .observer(Arc::clone(&metrics) as Arc<dyn Observer>)
        .exposition(Arc::clone(&metrics) as Arc<dyn Exposition>);
    (builder, metrics)
}

fn everything() -> MetricsOptions {
    let mut options = MetricsOptions::default();
    options.repositories = true;
    options.compat = Compat::ALL.to_vec();
    options
}

/// All samples by name and labels.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(sample).collect()
}

/// The names of all metrics.
fn names(text: &str) -> BTreeSet<String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.map(|rest| rest.split(' ').next().unwrap().to_owned()).collect()
}

/// Requests of many kinds, so that each family has a member.
fn work(house: &House) {
    let image = image("one");
    house.push_image("team/app", "latest", &image);
    house.get("/v2/team/app/manifests/latest").expect(200);
    house.get("/v2/team/app/manifests/none").expect(404);
    house.get("/v2/other/manifests/none").expect(404);
    house.get("/nowhere").expect(404);
    house.send(&Ask::new("BREW", "/v2/")).expect(405);
}

#[test]
fn requests_and_calls_are_counted_by_what_they_are_and_not_by_what_they_name() {
    let (builder, _) = measured(&MetricsOptions::default());
    let house = House::of(builder.build());
    work(&house);
    let reply = house.get("/metrics").expect(200);
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = String::from_utf8(reply.body).unwrap();
    let samples = samples(&text);
    let at = |name: &str| *samples.get(name).unwrap_or_else(|| panic!("no {name} in {text}"));
    assert_eq!(at(r#"registry_http_requests_total{handler="manifest",method="PUT",code="201"}"#), 1.0);
    assert_eq!(at(r#"registry_http_requests_total{handler="manifest",method="GET",code="404"}"#), 2.0);
    assert_eq!(at(r#"registry_http_requests_total{handler="none",method="other",code="405"}"#), 1.0);
    assert_eq!(at(r#"registry_http_request_duration_seconds_count{handler="manifest",method="GET"}"#), 3.0);
    assert_eq!(at(r#"registry_http_errors_total{code="MANIFEST_UNKNOWN"}"#), 1.0);
    assert_eq!(at("registry_http_in_flight_requests"), 1.0, "the one that asks");
    assert!(at(r#"registry_http_received_bytes_total{handler="blob_upload"}"#) > 0.0);
    assert!(at(r#"registry_http_sent_bytes_total{handler="manifest"}"#) > 0.0);
    assert!(at("registry_http_connections") >= 1.0);
    assert!(at("registry_http_connections_accepted_total") >= 8.0);
    assert!(at(r#"registry_storage_action_duration_seconds_count{store="blob",action="commit"}"#) >= 2.0);
    assert!(at(r#"registry_storage_action_duration_seconds_count{store="metadata",action="commit"}"#) >= 3.0);
    assert!(at("registry_events_last_seq") >= 3.0);
    assert_eq!(at("registry_ready"), 1.0);
    assert_eq!(at(&format!("registry_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))), 1.0);
    for secret in ["team", "latest", "nowhere", "BREW"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert!(!text.contains("imageregistry_") && !text.contains("registry_storage_action_seconds"));
}

#[test]
fn what_raises_an_alert_is_there_before_it_happens() {
    let (builder, _) = measured(&MetricsOptions::default());
    let house = House::of(builder.build());
    let text = String::from_utf8(house.get("/metrics").expect(200).body).unwrap();
    let found = samples(&text);
    for (store, action, error) in [
        ("blob", "append", "full"),
        ("metadata", "commit", "full"),
        ("blob", "read", "corrupt"),
        ("metadata", "manifest", "corrupt"),
    ] {
        let labels = format!("store=\"{store}\",action=\"{action}\",error=\"{error}\"");
        assert_eq!(found.get(&format!("registry_storage_errors_total{{{labels}}}")), Some(&0.0), "{labels}");
    }
}

#[test]
fn repositories_are_told_apart_only_where_that_was_asked_for_and_only_if_they_are_there() {
    let (builder, _) = measured(&everything());
    let house = House::of(builder.build());
    work(&house);
    let text = String::from_utf8(house.get("/metrics").expect(200).body).unwrap();
    let samples = samples(&text);
    assert_eq!(
        samples[r#"registry_repository_requests_total{repository="team/app",handler="manifest"}"#],
        2.0
    );
    assert!(!text.contains("repository=\"other\""), "{text}");
}

#[test]
fn names_of_other_registries_are_used_where_that_was_asked_for() {
    let (builder, _) = measured(&everything());
    let house = House::of(builder.build());
    work(&house);
    let text = String::from_utf8(house.get("/metrics").expect(200).body).unwrap();
    for name in [
        r#"registry_storage_action_seconds_count{driver="blob",action="Writer"}"#,
        r#"registry_http_request_size_bytes_count{handler="manifest"}"#,
        r#"imageregistry_http_requests_total{code="404",method="GET"}"#,
        r#"imageregistry_http_request_duration_seconds_count{method="PUT"}"#,
        r#"imageregistry_request_duration_seconds_count{operation="manifest"}"#,
        r#"imageregistry_storage_duration_seconds_count{operation="StorageDriver.commit"}"#,
    ] {
        assert!(samples(&text).get(name).is_some_and(|value| *value > 0.0), "{name} is not in {text}");
    }
    for compat in Compat::ALL {
        assert_eq!(compat.as_str().parse::<Compat>().unwrap(), compat);
    }
    "quay".parse::<Compat>().unwrap_err();
}

#[test]
fn whoever_reads_measurements_must_be_allowed_to() {
    let (builder, _) = measured(&MetricsOptions::default());
    let house = House::of(builder.authorizer(Arc::new(Deny)).build());
    house.get("/metrics").refused(403, "DENIED");
    let (builder, _) = measured(&MetricsOptions::default());
    let only = Allow::by(|_, access| matches!(access.resource, Resource::Metrics));
    let house = House::of(builder.authorizer(only).build());
    house.get("/metrics").expect(200);
    house.get("/v2/").refused(403, "DENIED");
    house.post("/metrics").refused(405, "UNSUPPORTED");
    House::new().get("/metrics").refused(404, "UNSUPPORTED");
}

/// What every collector asks of the text: a name is declared once, before its samples, with help.
#[test]
fn the_text_is_well_formed() {
    let (builder, _) = measured(&everything());
    let house = House::of(builder.build());
    work(&house);
    let text = String::from_utf8(house.get("/metrics").expect(200).body).unwrap();
    let mut declared: BTreeMap<String, String> = BTreeMap::new();
    let mut helped = BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(rest.split(' ').next().unwrap().to_owned()), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(helped.contains(name), "no help: {line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(declared.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {line}");
        } else {
            let name = line.split(['{', ' ']).next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
                name.strip_suffix(end)
                    .filter(|base| declared.get(*base).is_some_and(|kind| kind == "histogram"))
            });
            assert!(declared.contains_key(family.unwrap_or(name)), "not declared: {line}");
        }
    }
    assert!(declared.len() > 20, "{declared:?}");
}

/// Every metric there is, each of which has been counted once: others are not written down.
fn exported(options: &MetricsOptions) -> BTreeSet<String> {
    let (builder, metrics) = measured(options);
    work(&House::of(builder.build()));
    metrics.limited("connections");
    let blobs = Arc::new(Sick::default());
    let sick = Observed::new(Arc::clone(&blobs), Arc::clone(&metrics) as Arc<dyn StoreObserver>);
    blobs.be(Health::Full);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(sick.begin(None)).unwrap_err();
    let server =
        Server::builder(registry(Settings::default())).observer(Arc::<Metrics>::clone(&metrics)).build();
    drop(runtime.block_on(server.handle(http::Request::get("/v2/").body(String::new()).unwrap())));
    let mut facts = Facts::default();
    facts.webhooks.push(WebhookFacts::default());
    facts.leases.push(LeaseFacts::default());
    names(&metrics.expose(&facts))
}

fn read(path: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// The words that look like names of metrics.
fn mentioned(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let metric = |word: &&str| word.starts_with("registry_") || word.starts_with("imageregistry_");
    words.filter(metric).map(ToOwned::to_owned).collect()
}

#[test]
fn the_docs_list_exactly_what_is_exported() {
    let exported = exported(&everything());
    let docs = read("docs/src/monitoring.md");
    let listed = docs.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed = listed.filter(|name| name.starts_with("registry_") || name.starts_with("imageregistry_"));
    assert_eq!(listed.map(ToOwned::to_owned).collect::<BTreeSet<_>>(), exported);
}

#[test]
fn dashboards_and_alerts_ask_only_for_what_is_exported() {
    let exported = exported(&MetricsOptions::default());
    for file in ["docs/monitoring/dashboard.json", "docs/monitoring/alerts.yml"] {
        let text = read(file);
        let asked = mentioned(&text);
        assert!(asked.len() > 5, "{file}: {asked:?}");
        for name in asked {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            assert!(exported.contains(base.unwrap_or(&name)), "{file} asks for {name}");
        }
    }
    let dashboard: serde_json::Value = serde_json::from_str(&read("docs/monitoring/dashboard.json")).unwrap();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "two panels have the same id: {panel}");
    }
}
