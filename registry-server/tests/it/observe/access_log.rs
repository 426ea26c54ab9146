//! The access log, as a subscriber writes it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::Server;
use registry_server::observe::AccessLog;
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

/// The line of the access log for one request.
fn line(request: http::Request<String>) -> BTreeMap<&'static str, String> {
    let lines = Lines::default();
    let guard = tracing::subscriber::set_default(lines.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::builder(registry(Settings::default()))
        .authorizer(Arc::new(EveryoneMay))
        .observer(Arc::new(AccessLog::new()))
        .build();
    drop(runtime.block_on(server.handle(request)));
    drop(guard);
    let mut lines = lines.0.lock().unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.pop().unwrap()
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
