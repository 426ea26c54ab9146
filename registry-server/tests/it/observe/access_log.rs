//! The access log, as a subscriber writes it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::Server;
use registry_server::observe::{AccessLog, LineFormat, LineSink};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::registry;

/// Keeps the fields of the access log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == AccessLog::TARGET {
            let mut fields = Fields::default();
            event.record(&mut fields);
            self.0.lock().unwrap().push(fields.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Keeps what it is given.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<u8>>);

impl LineSink for Kept {
    fn line(&self, line: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(line);
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What is logged of one request: the event, and the line in both forms.
fn logged(request: http::Request<String>, subscriber: impl Subscriber + Send + Sync) -> [String; 2] {
    let (text, json) = (Arc::new(Kept::default()), Arc::new(Kept::default()));
    let guard = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::builder(registry(Settings::default()))
        .authorizer(Arc::new(EveryoneMay))
        .observer(Arc::new(AccessLog::new()))
        .observer(Arc::new(AccessLog::lines(LineFormat::Text, Arc::<Kept>::clone(&text))))
        .observer(Arc::new(AccessLog::lines(LineFormat::Json, Arc::<Kept>::clone(&json))))
        .build();
    drop(runtime.block_on(server.handle(request)));
    drop(guard);
    [text.text(), json.text()]
}

/// The entry of the access log for one request, which is the same in every form.
fn line(request: http::Request<String>) -> BTreeMap<&'static str, String> {
    let lines = Lines::default();
    let [text, json] = logged(request, lines.clone());
    let mut lines = lines.0.lock().unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let fields = lines.pop().unwrap();
    is_the_line(&fields, &text);
    is_the_object(&fields, &json);
    fields
}

/// The fields in their order, and whether they stand in quotes.
const FIELDS: [(&str, bool); 14] = [
    ("request_id", true),
    ("trace_id", false),
    ("remote", false),
    ("actor", false),
    ("method", false),
    ("handler", true),
    ("path", false),
    ("status", false),
    ("code", false),
    ("bytes_in", false),
    ("bytes_out", false),
    ("complete", false),
    ("milliseconds", false),
    ("user_agent", false),
];

fn is_the_line(fields: &BTreeMap<&'static str, String>, text: &str) {
    let (time, rest) = text.split_once(' ').unwrap();
    assert!(registry_core::Timestamp::from_str(time).is_ok() && time.len() == 27, "{time}");
    let mut expected = " INFO registry::access:".to_owned();
    for (name, quoted) in FIELDS {
        let quote = if quoted { "\"" } else { "" };
        expected.push_str(&format!(" {name}={quote}{}{quote}", fields[name]));
    }
    assert_eq!(rest, expected + "\n");
}

fn is_the_object(fields: &BTreeMap<&'static str, String>, json: &str) {
    assert!(json.ends_with("}\n") && json.lines().count() == 1, "{json}");
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
    assert_eq!((&object["level"], &object["target"]), (&"INFO".into(), &AccessLog::TARGET.into()));
    assert_eq!(object["timestamp"].as_str().unwrap().len(), 27);
    assert_eq!(object.len(), fields.len() + 3);
    for (name, value) in fields {
        let told = match &object[*name] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(&told, value, "{name}");
    }
}

#[test]
fn no_line_is_made_when_nobody_listens() {
    let request = http::Request::get("/v2/").body(String::new()).unwrap();
    assert_eq!(logged(request, tracing::subscriber::NoSubscriber::default()), [String::new(), String::new()]);
}

#[test]
fn a_line_tells_who_did_what_and_what_became_of_it() {
    let request = http::Request::put("/v2/a/b/manifests/x?secret=canary")
        .header("X-Request-Id", "mine")
        .header("User-Agent", "docker/27.0")
        .header("Authorization", "Bearer canary")
        .header("Cookie", "canary")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .extension(std::net::SocketAddr::from(([192, 0, 2, 1], 50_000)))
        .body("{}".to_owned())
        .unwrap();
    let mut line = line(request);
    let milliseconds: f64 = line.remove("milliseconds").unwrap().parse().unwrap();
    assert!((0.0..60_000.0).contains(&milliseconds));
    assert!(line.remove("bytes_out").is_some());
    let expected = [
        ("actor", "anonymous"),
        ("bytes_in", "2"),
        ("code", "MANIFEST_INVALID"),
        ("complete", "false"),
        ("handler", "manifest"),
        ("method", "PUT"),
        ("path", "/v2/a/b/manifests/x"),
        ("remote", "192.0.2.1:50000"),
        ("request_id", "mine"),
        ("status", "400"),
        ("trace_id", "0af7651916cd43dd8448eb211c80319c"),
        ("user_agent", "docker/27.0"),
    ];
    assert_eq!(line, expected.into_iter().map(|(name, value)| (name, value.to_owned())).collect());
}

#[test]
fn what_is_not_known_is_a_dash_and_addresses_are_of_either_kind() {
    let remotes: [Option<std::net::SocketAddr>; 3] =
        [None, Some("[2001:db8::1]:443".parse().unwrap()), Some("255.0.10.1:1".parse().unwrap())];
    for remote in remotes {
        let mut request = http::Request::get("/nowhere").body(String::new()).unwrap();
        if let Some(remote) = remote {
            request.extensions_mut().insert(remote);
        }
        let line = line(request);
        assert_eq!(line["remote"], remote.map_or("-".to_owned(), |remote| remote.to_string()));
        assert_eq!((&*line["user_agent"], &*line["actor"]), ("-", "-"));
    }
}

#[test]
fn no_value_can_forge_a_line_or_speak_to_a_terminal() {
    let long = "x".repeat(2000);
    for hostile in ["a\tb", "\u{9b}31m", "\" status=200 \"", "\\", "\u{202e}", &long] {
        let path = if hostile == long { "/v2/x" } else { "/v2/%0astatus=200%1b[31m\"\u{9b}" };
        let mut request =
            http::Request::get(path).header("User-Agent", hostile.as_bytes()).body(String::new()).unwrap();
        *request.method_mut() = http::Method::from_bytes(b"GET").unwrap();
        let line = line(request);
        for name in ["user_agent", "path"] {
            let value = &line[name];
            assert!(value.len() < 1100, "{name}: {} bytes", value.len());
            let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"';
            assert!(value.bytes().all(plain), "{name}: {value:?}");
        }
        assert_ne!(line["user_agent"], hostile);
    }
}
