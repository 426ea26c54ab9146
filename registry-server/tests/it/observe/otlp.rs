//! Spans for a collector of OpenTelemetry, with a small collector of our own.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Empty;
use registry_auth::EveryoneMay;
use registry_engine::Settings;
use registry_server::Server;
use registry_server::observe::{OtlpSettings, OtlpSettingsError, Spans};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::registry;

/// Takes one request and answers it with a status; gives its head and its body.
async fn collect(listener: &TcpListener, status: u16) -> (String, Value) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    let (head, body) = loop {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "it ended early");
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length: usize =
            head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        if body.len() >= length {
            break (head, serde_json::from_str(body).unwrap());
        }
    };
    stream
        .write_all(format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes())
        .await
        .unwrap();
    (head, body)
}

async fn ask(server: &Server, path: &str, traceparent: Option<&str>) {
    let mut request = http::Request::get(path).header("User-Agent", "a\tb").header("X-Request-Id", "mine");
    if let Some(traceparent) = traceparent {
        request = request.header("traceparent", traceparent);
    }
    drop(server.handle(request.body(Empty::<bytes::Bytes>::new()).unwrap()).await);
}

fn attribute<'a>(attributes: &'a Value, key: &str) -> &'a Value {
    let found = attributes.as_array().unwrap().iter().find(|attribute| attribute["key"] == key);
    &found.unwrap_or_else(|| panic!("no {key} in {attributes}"))["value"]
}

fn server(spans: Spans) -> Server {
    Server::builder(registry(Settings::default()))
        .authorizer(Arc::new(EveryoneMay))
        .observer(Arc::new(spans))
        .build()
}

#[tokio::test]
async fn every_sampled_request_is_a_span_of_its_trace() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = OtlpSettings::new(&format!("http://{address}/base"))
        .unwrap()
        .attribute("service.name", "mine")
        .header("x-token", "hidden")
        .unwrap();
    assert!(!format!("{settings:?}").contains("hidden"));
    let (spans, exporter) = Spans::new(settings);
    let server = server(spans);
    ask(
        &server,
        "/v2/a/b/manifests/none?secret=canary",
        Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    )
    .await;
    ask(&server, "/v2/", Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")).await;
    ask(&server, "/readyz", None).await;
    ask(&server, "/v2/", None).await;
    let ((head, body), ()) = tokio::join!(collect(&listener, 200), exporter.run(std::future::ready(())));
    assert!(head.starts_with("post /base/v1/traces http/1.1"), "{head}");
    assert!(head.contains("content-type: application/json") && head.contains("x-token: hidden"), "{head}");
    assert!(!body.to_string().contains("canary"), "{body}");
    let resource = &body["resourceSpans"][0];
    assert_eq!(attribute(&resource["resource"]["attributes"], "service.name")["stringValue"], "mine");
    let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 2, "neither what is not sampled nor questions of health: {body}");
    let span = &spans[0];
    assert_eq!(span["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span["parentSpanId"], "b7ad6b7169203331");
    assert_eq!((&span["name"], &span["kind"]), (&"GET manifest".into(), &2.into()));
    let time = |key: &str| span[key].as_str().unwrap().parse::<u128>().unwrap();
    assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"));
    let attributes = &span["attributes"];
    assert_eq!(attribute(attributes, "http.response.status_code")["intValue"], "404");
    assert_eq!(attribute(attributes, "url.path")["stringValue"], "/v2/a/b/manifests/none");
    assert_eq!(attribute(attributes, "registry.error_code")["stringValue"], "NAME_UNKNOWN");
    assert_eq!(attribute(attributes, "registry.request_id")["stringValue"], "mine");
    assert_eq!(attribute(attributes, "registry.repository")["stringValue"], "a/b");
    assert_eq!(attribute(attributes, "user_agent.original")["stringValue"], "a\\x09b");
    assert_eq!(spans[1].get("parentSpanId"), None);
    assert_eq!(spans[1]["traceId"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a_collector_that_fails_costs_spans_and_nothing_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = OtlpSettings::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (spans, exporter) = Spans::new(settings);
    let server = server(spans);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(exporter.run(async { drop(stopped.await) }));
    ask(&server, "/v2/", None).await;
    collect(&listener, 500).await;
    // The next ones are sent all the same, at the latest when it ends.
    ask(&server, "/v2/", None).await;
    drop(stop);
    let (_, body) = collect(&listener, 200).await;
    assert_eq!(body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().len(), 1);
    tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap();
}

#[test]
fn addresses_of_collectors_are_plain_http() {
    for (address, expected) in [
        ("http://127.0.0.1:4318", None),
        ("http://[::1]:4318/otlp/", None),
        ("http://collector", None),
        ("https://collector:4318", Some(OtlpSettingsError::Scheme)),
        ("collector:4318", Some(OtlpSettingsError::Address)),
        ("/v1/traces", Some(OtlpSettingsError::Address)),
        ("http://user:secret@collector", Some(OtlpSettingsError::Address)),
        ("http://collector?a=b", Some(OtlpSettingsError::Address)),
        ("", Some(OtlpSettingsError::Address)),
    ] {
        assert_eq!(OtlpSettings::new(address).err(), expected, "{address}");
    }
    let settings = OtlpSettings::new("http://collector").unwrap();
    settings.header("a b", "c").unwrap_err();
}
