//! The name of a request.

use std::collections::HashSet;

use crate::support::{Ask, House, digest};

const ID: &str = "x-request-id";

#[test]
fn a_sane_id_comes_back_on_every_answer_and_in_every_error() {
    let house = House::new();
    let long = "x".repeat(128);
    for id in ["1", "a-B_c.d~e:f/g+h=i@j", "0b6b6c4e-3f2a-4c1f-9a47-1de5d3d2b8a1", &long] {
        for (method, target, status) in [
            ("GET", "/v2/", 200),
            ("GET", "/v2/a/b/manifests/none", 404),
            ("POST", "/v2/a/b/blobs/uploads/", 202),
            ("POST", "/v2/a/b/blobs/uploads/?digest=none", 400),
            ("PATCH", "/v2/", 405),
            ("GET", "/elsewhere", 404),
        ] {
            let ask = Ask::new(method, target).header("X-Request-Id", id).body("");
            // That the details of an error name it too is checked for every answer.
            assert_eq!(house.send(&ask).expect(status).header(ID), id, "{method} {target}");
        }
    }
}

#[test]
fn any_other_id_is_replaced_by_one_that_is_made() {
    let house = House::new();
    let long = "x".repeat(129);
    let mut seen = HashSet::new();
    for given in ["", " ", "a b", "a\"b", "a,b", "a;b", "<x>", "a\tb", "\u{e9}", "a\\b", "%0a", "{}", &long] {
        let id = house.send(&Ask::new("GET", "/v2/").header("X-Request-Id", given)).header(ID).to_owned();
        assert_ne!(id, given);
        assert_eq!(id.len(), 32, "{given:?}");
        assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        assert!(seen.insert(id), "{given:?}: made twice");
    }
    let twice = Ask::new("GET", "/v2/").header("X-Request-Id", "one").header("X-Request-Id", "two");
    assert_eq!(house.send(&twice).header(ID).len(), 32);
}

#[test]
fn no_two_requests_get_the_same() {
    let house = House::new();
    let mut seen = HashSet::new();
    std::thread::scope(|scope| {
        let ask = || {
            let mut connection = house.connect();
            let ids = (0..200).map(|_| connection.send(&Ask::new("GET", "/v2/")).header(ID).to_owned());
            ids.collect::<Vec<_>>()
        };
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        seen.extend(clients.into_iter().flat_map(|client| client.join().unwrap()));
    });
    assert_eq!(seen.len(), 800);
}

#[test]
fn details_that_say_something_keep_it() {
    let house = House::new();
    let missing = digest(b"missing");
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{missing}","size":7}},"layers":[]}}"#
    );
    let reply = house
        .push_manifest("a/b", "x", "application/vnd.oci.image.manifest.v1+json", manifest.as_bytes())
        .expect(400);
    let detail = &reply.json()["errors"][0]["detail"];
    assert_eq!(detail["digest"], missing.as_str(), "{reply}");
    assert_eq!(detail["request_id"], reply.header(ID), "{reply}");
}
