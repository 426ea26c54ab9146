//! What webhooks want, what is told of them, and what is refused.

use registry_engine::Settings;
use registry_server::webhook::{Webhook, WebhookError};

use super::{Post, Receiver, hook};
use crate::support::{House, image, registry};

#[test]
fn only_what_is_wanted_is_sent() {
    let receiver = Receiver::new([]);
    let picky = hook("one", receiver.url()).kinds(["tag_set", "tag_deleted"]).repositories(["team/*", "x"]);
    let post = Post::new([picky]);
    for name in ["team/a", "team/a/b", "x", "y"] {
        post.house.push_image(name, "latest", &image("one"));
    }
    post.house.delete("/v2/x/manifests/latest").expect(202);
    post.until(|status| status.lag == 0);
    let told: Vec<(String, String)> = receiver
        .sent()
        .iter()
        .flat_map(|sent| sent.json()["events"].as_array().unwrap().clone())
        .map(|entry| {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            (text(&entry["action"]), text(&entry["target"]["repository"]))
        })
        .collect();
    let expected = [("push", "team/a"), ("push", "x"), ("delete", "x")];
    assert_eq!(told, expected.map(|(action, name)| (action.to_owned(), name.to_owned())));
}

#[test]
fn how_each_is_doing_without_its_secrets() {
    let receiver = Receiver::new([]);
    let url = format!("{}/canary?token=canary", receiver.url().replace("http://", "http://canary:canary@"));
    let post = Post::new([
        hook("one", url).secret("canary").authorization("canary").header("X-Key", "canary"),
        hook("two", "http://127.0.0.1:1/"),
    ]);
    post.house.push_blob("a", b"one");
    post.until(|status| status.lag == 0);
    let reply = post.house.get("/v2/_registry/webhooks/status").expect(200);
    assert!(!reply.to_string().contains("canary"), "{reply}");
    assert!(!format!("{:?}", post.deliveries).contains("canary"));
    let one = &reply.json()["webhooks"][0];
    assert_eq!((&one["name"], &one["state"], &one["lag"]), (&"one".into(), &"active".into(), &0.into()));
    assert_eq!((&one["delivered"], &one["last_error"]), (&1.into(), &serde_json::Value::Null));
    assert!(
        one["url"].as_str().unwrap().starts_with("http://127.0.0.1:") && one["cursor"].as_u64() > Some(0)
    );
    assert_eq!(reply.json()["webhooks"][1]["name"], "two");
    let plain = House::new().get("/v2/_registry/webhooks/status").expect(200).json();
    assert_eq!(plain, serde_json::json!({ "webhooks": [] }));
}

#[test]
fn what_makes_no_sense_is_refused_without_telling_secrets() {
    let registry = registry(Settings::default());
    let good = || hook("one", "http://127.0.0.1:1/");
    let bad: [(Webhook, &str); 6] = [
        (hook("one", "canary"), "the URL is none of http or https"),
        (hook("one", "ftp://canary/"), "the URL is none of http or https"),
        (good().kinds(["tag_moved"]), "there is no kind of event called \"tag_moved\""),
        (good().header("a b", "canary"), "\"a b\" is no name of a header"),
        (good().header("x-key", "canary\n"), "the value of the header x-key is none"),
        (good().secret("whsec_canary?"), "behind whsec_ stands no Base64"),
    ];
    for (hook, expected) in bad {
        assert!(!format!("{hook:?}").contains("canary\""), "{hook:?}");
        match hook.endpoint(&registry) {
            Err(WebhookError::Invalid { reason, .. }) => assert_eq!(reason, expected),
            other => panic!("{other:?}"),
        }
    }
}
