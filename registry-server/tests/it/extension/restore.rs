//! `POST …/_registry/tags/restore`.

use serde_json::{Value, json};

use crate::support::{Ask, House, Reply, image};

const RESTORE: &str = "/v2/a/b/_registry/tags/restore";

/// A registry in which a tag was set to one image and then to another; answers both digests.
fn moved() -> (House, [String; 2]) {
    let house = House::new();
    let digests = ["one", "two"].map(|label| house.push_image("a/b", "latest", &image(label)));
    (house, digests)
}

fn restore(house: &House, body: &Value) -> Reply {
    house.send(&Ask::new("POST", RESTORE).body(body.to_string()))
}

fn latest(house: &House) -> String {
    house.get("/v2/a/b/manifests/latest").expect(200).header("docker-content-digest").to_owned()
}

fn history(house: &House) -> Vec<Value> {
    let reply = house.get("/v2/a/b/_registry/tags/history?tag=latest").expect(200);
    reply.json()["history"].as_array().unwrap().clone()
}

#[test]
fn a_tag_is_set_back_by_digest_by_time_and_by_number() {
    let (house, [one, two]) = moved();
    let first = &history(&house)[1];
    for point in [
        json!({"tag": "latest", "digest": one}),
        json!({"tag": "latest", "at": first["time"]}),
        json!({"tag": "latest", "seq": first["seq"]}),
    ] {
        let reply = restore(&house, &point).expect(200);
        assert_eq!(reply.header("docker-content-digest"), one);
        assert_eq!(reply.header("etag"), format!("\"{one}\""));
        assert_eq!(reply.header("location"), "/v2/a/b/manifests/latest");
        let told = reply.json();
        assert_eq!(
            (&told["name"], &told["tag"], &told["digest"]),
            (&"a/b".into(), &"latest".into(), &json!(one))
        );
        let newest = &history(&house)[0];
        assert_eq!((&newest["cause"], &newest["seq"]), (&"restore".into(), &told["seq"]));
        assert_eq!(latest(&house), one);
        restore(&house, &json!({"tag": "latest", "digest": two})).expect(200);
    }
    restore(&house, &json!({"tag": "latest", "at": "@0s"})).expect(200);
    assert_eq!(latest(&house), two);
}

#[test]
fn a_deleted_manifest_comes_back_with_its_tag() {
    let (house, [one, _]) = moved();
    house.delete(format!("/v2/a/b/manifests/{one}")).expect(202);
    restore(&house, &json!({"tag": "latest", "digest": one})).expect(200);
    assert_eq!(house.get(format!("/v2/a/b/manifests/{one}")).expect(200).body, image("one").manifest);
}

#[test]
fn what_there_was_not_cannot_be_restored() {
    let (house, [one, _]) = moved();
    house.delete("/v2/a/b/manifests/latest").expect(202);
    let deleted = history(&house)[0]["seq"].clone();
    let never = crate::support::digest(b"never");
    for point in [
        json!({"tag": "latest", "digest": never}),
        json!({"tag": "other", "digest": one}),
        json!({"tag": "latest", "seq": 1}),
        json!({"tag": "latest", "seq": u64::MAX}),
        json!({"tag": "latest", "seq": deleted}),
        json!({"tag": "latest", "at": "@0s"}),
        json!({"tag": "latest", "at": "2001-01-01T00:00:00Z"}),
        json!({"tag": "latest", "at": "@1000w"}),
    ] {
        restore(&house, &point).refused(404, "MANIFEST_UNKNOWN");
    }
    assert_eq!(history(&house)[0]["seq"], deleted, "nothing has changed");
}

#[test]
fn whoever_expects_something_else_is_told_so() {
    let (house, [one, two]) = moved();
    let body = json!({"tag": "latest", "digest": one}).to_string();
    let ask = |name: &str, value: String| Ask::new("POST", RESTORE).header(name, value).body(&*body);
    for refused in [ask("If-None-Match", "*".to_owned()), ask("If-Match", format!("\"{one}\""))] {
        let reply = house.send(&refused).refused(412, "MANIFEST_INVALID");
        assert_eq!(reply.header("etag"), format!("\"{two}\""));
    }
    house.send(&ask("If-Match", "what".to_owned())).refused(400, "UNSUPPORTED");
    assert_eq!(latest(&house), two);
    house.send(&ask("If-Match", format!("\"{two}\""))).expect(200);
    assert_eq!(latest(&house), one);
    house.delete("/v2/a/b/manifests/latest").expect(202);
    house.send(&ask("If-Match", "*".to_owned())).refused(412, "MANIFEST_INVALID");
    house.send(&ask("If-None-Match", "*".to_owned())).expect(200);
    assert_eq!(latest(&house), one);
}

#[test]
fn what_is_no_such_request_is_the_clients_mistake() {
    let (house, [one, two]) = moved();
    let table = [
        (String::new(), "UNSUPPORTED"),
        ("{".to_owned(), "UNSUPPORTED"),
        ("[]".to_owned(), "UNSUPPORTED"),
        (json!({"tag": "latest"}).to_string(), "UNSUPPORTED"),
        (json!({"digest": one}).to_string(), "UNSUPPORTED"),
        (json!({"tag": "latest", "digest": one, "seq": 1}).to_string(), "UNSUPPORTED"),
        (json!({"tag": "latest", "digest": one, "force": true}).to_string(), "UNSUPPORTED"),
        (format!("{{\"tag\":\"latest\",\"tag\":\"x\",\"digest\":\"{one}\"}}"), "UNSUPPORTED"),
        (json!({"tag": "latest", "at": "yesterday"}).to_string(), "UNSUPPORTED"),
        (json!({"tag": "latest", "seq": -1}).to_string(), "UNSUPPORTED"),
        (json!({"tag": ".x", "seq": 1}).to_string(), "MANIFEST_INVALID"),
        (json!({"tag": "latest", "digest": "sha256:abc"}).to_string(), "DIGEST_INVALID"),
    ];
    for (body, code) in table {
        house.send(&Ask::new("POST", RESTORE).body(&*body)).refused(400, code);
    }
    let large = json!({"tag": "latest", "digest": one, "x": "x".repeat(20_000)}).to_string();
    for ask in [Ask::new("POST", RESTORE).body(&*large), Ask::new("POST", RESTORE).chunked(&*large)] {
        house.send(&ask).refused(413, "UNSUPPORTED");
    }
    house.send(&Ask::new("POST", "/v2/A/_registry/tags/restore").body("{}")).refused(400, "NAME_INVALID");
    assert_eq!(latest(&house), two);
}
