//! What is sent: the envelopes, the headers, the signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use registry_server::webhook::Format;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Post, Receiver, hook};
use crate::support::{digest, image};

/// Everything that happens to one image, and answers what was sent of it.
fn one_life(format: Format, base: Option<&str>) -> (Vec<Value>, String) {
    let receiver = Receiver::new([]);
    let mut hook = hook("one", receiver.url()).format(format);
    if let Some(base) = base {
        hook = hook.public_url(base);
    }
    let post = Post::new([hook]);
    let image = image("one");
    let stray = post.house.push_blob("a/b", b"stray");
    let digest = post.house.push_image("a/b", "latest", &image);
    post.house.delete("/v2/a/b/manifests/latest").expect(202);
    post.house.delete(format!("/v2/a/b/manifests/{digest}")).expect(202);
    post.house.delete(format!("/v2/a/b/blobs/{stray}")).expect(202);
    post.until(|status| status.lag == 0);
    let mut entries = Vec::new();
    for sent in receiver.sent() {
        assert_eq!((sent.path.as_str(), sent.header("content-type")), ("/hook", Some(content_type(format))));
        let body = sent.json();
        let list = if format == Format::CloudEvents { &body } else { &body["events"] };
        entries.extend(list.as_array().unwrap().clone());
    }
    let instance = post.house.runtime().block_on(post.registry.instance()).unwrap();
    (entries, instance)
}

fn content_type(format: Format) -> &'static str {
    match format {
        Format::CloudEvents => "application/cloudevents-batch+json",
        _ => "application/vnd.docker.distribution.events.v2+json",
    }
}

#[test]
fn the_envelope_of_distribution() {
    let base = "https://registry.example.com:8443";
    let (entries, instance) = one_life(Format::Distribution, Some("https://registry.example.com:8443/"));
    let image = image("one");
    let (stray, own) = (digest(b"stray"), digest(&image.manifest));
    let size = image.manifest.len();
    let targets: Vec<(Value, Value)> =
        entries.iter().map(|entry| (entry["action"].clone(), entry["target"].clone())).collect();
    let blob = |digest: &str, size: usize| {
        json!({
            "mediaType": "application/octet-stream", "digest": digest, "size": size, "length": size,
            "repository": "a/b", "url": format!("{base}/v2/a/b/blobs/{digest}"),
        })
    };
    let mut manifest = json!({
        "mediaType": image.media_type, "digest": own, "size": size, "length": size,
        "repository": "a/b", "url": format!("{base}/v2/a/b/manifests/{own}"),
    });
    let mut expected =
        vec![("push", blob(&stray, 5)), ("push", blob(&digest(&image.config), image.config.len()))];
    expected.extend(image.layers.iter().map(|layer| ("push", blob(&digest(layer), layer.len()))));
    expected.push(("push", manifest.clone()));
    manifest["tag"] = json!("latest");
    expected.push(("push", manifest));
    expected.push(("delete", json!({"repository": "a/b", "tag": "latest"})));
    expected.push(("delete", json!({"repository": "a/b", "digest": own})));
    expected.push(("delete", json!({"repository": "a/b", "digest": stray})));
    let expected: Vec<(Value, Value)> =
        expected.into_iter().map(|(action, target)| (json!(action), target)).collect();
    assert_eq!(targets, expected);
    for entry in &entries {
        assert!(entry["id"].as_str().unwrap().starts_with(&format!("{instance}-")));
        assert!(entry["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(entry["request"], json!({}));
        assert_eq!(entry["actor"], json!({"name": "anonymous"}));
        assert_eq!(entry["source"], json!({"addr": "registry.example.com:8443", "instanceID": instance}));
    }
}

#[test]
fn cloudevents_in_batches() {
    let (entries, instance) = one_life(Format::CloudEvents, None);
    let image = image("one");
    let (stray, own) = (digest(b"stray"), digest(&image.manifest));
    let told: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry["type"].as_str().unwrap(), entry["subject"].as_str().unwrap()))
        .collect();
    let of = |digest: &str| format!("a/b@{digest}");
    let (stray, own, config) = (of(&stray), of(&own), of(&digest(&image.config)));
    let layers: Vec<String> = image.layers.iter().map(|layer| of(&digest(layer))).collect();
    let mut expected = vec![("registry.blob_linked", &*stray), ("registry.blob_linked", &*config)];
    expected.extend(layers.iter().map(|layer| ("registry.blob_linked", &**layer)));
    expected.extend([
        ("registry.manifest_put", &*own),
        ("registry.tag_set", "a/b:latest"),
        ("registry.tag_deleted", "a/b:latest"),
        ("registry.manifest_deleted", &*own),
        ("registry.blob_unlinked", &*stray),
    ]);
    assert_eq!(told, expected);
    let mut before = String::new();
    for entry in &entries {
        assert_eq!(
            (&entry["specversion"], &entry["datacontenttype"]),
            (&json!("1.0"), &json!("application/json"))
        );
        assert_eq!(entry["partitionkey"], "a/b");
        let source = entry["source"].as_str().unwrap().strip_prefix("urn:uuid:").unwrap();
        assert_eq!((source.len(), source.replace('-', "")), (36, instance.clone()));
        assert_eq!(entry["id"], format!("{instance}-{}", entry["data"]["seq"]));
        let event: registry_core::Event = serde_json::from_value(entry["data"].clone()).unwrap();
        assert_eq!(entry["time"], event.at.to_string());
        // A sequence orders as text does.
        let sequence = entry["sequence"].as_str().unwrap().to_owned();
        assert!(sequence > before && sequence.parse() == Ok(event.seq));
        before = sequence;
    }
}

#[test]
fn links_are_paths_when_nobody_said_how_the_registry_is_reached() {
    let (entries, _) = one_life(Format::Distribution, None);
    let stray = digest(b"stray");
    assert_eq!(entries[0]["target"]["url"], format!("/v2/a/b/blobs/{stray}"));
    assert_eq!(entries[0]["source"]["addr"], Value::Null);
}

#[test]
fn what_is_sent_is_signed_and_bears_what_was_asked_for() {
    let receiver = Receiver::new([]);
    let hook = hook("one", receiver.url())
        .secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .authorization("Bearer canary")
        .header("X-Team", "storage")
        .header("Content-Type", "application/vnd.docker.distribution.events.v1+json");
    let post = Post::new([hook]);
    post.house.push_blob("a", b"one");
    let sent = receiver.wait(1).remove(0);
    assert_eq!(sent.header("authorization"), Some("Bearer canary"));
    assert_eq!(sent.header("x-team"), Some("storage"));
    assert_eq!(sent.header("content-type"), Some("application/vnd.docker.distribution.events.v1+json"));
    assert!(sent.header("user-agent").unwrap().starts_with("registry/"));
    let (id, timestamp) = (sent.header("webhook-id").unwrap(), sent.header("webhook-timestamp").unwrap());
    assert!(timestamp.parse::<u64>().unwrap() > 1_700_000_000);
    let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&sent.body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(sent.header("webhook-signature"), Some(&*expected));
}
