//! `GET …/_registry/tags/history`.

use registry_core::Link;
use serde_json::Value;

use crate::support::{Ask, House, image};

/// A tag that was set, moved, set back and deleted; answers the two digests.
fn moved(house: &House, name: &str) -> [String; 2] {
    let (one, two) = (image("one"), image("two"));
    let first = house.push_image(name, "latest", &one);
    let second = house.push_image(name, "latest", &two);
    house.push_manifest(name, "latest", one.media_type, &one.manifest).expect(201);
    house.delete(format!("/v2/{name}/manifests/latest")).expect(202);
    [first, second]
}

fn page(house: &House, target: &str) -> (Vec<Value>, Option<String>) {
    let reply = house.parity(&Ask::new("GET", target)).expect(200);
    let link = reply.get("link").map(|link| Link::parse(link).unwrap().to_owned());
    (reply.json()["history"].as_array().unwrap().clone(), link)
}

#[test]
fn what_a_tag_pointed_to_newest_first() {
    let house = House::new();
    let [one, two] = moved(&house, "a/b");
    let reply = house.get("/v2/a/b/_registry/tags/history?tag=latest").expect(200).json();
    assert_eq!((&reply["name"], &reply["tag"]), (&"a/b".into(), &"latest".into()));
    let entries = reply["history"].as_array().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            assert_eq!(entry["actor"], "anonymous");
            assert!(entry["time"].as_str().unwrap().ends_with('Z') && entry["at"].is_u64());
            (entry["digest"].as_str(), entry["previous"].as_str(), entry["cause"].as_str().unwrap())
        })
        .collect();
    let (one, two) = (Some(&*one), Some(&*two));
    let expected = [(None, one, "delete"), (one, two, "push"), (two, one, "push"), (one, None, "push")];
    assert_eq!(told, expected);
    assert!(entries.windows(2).all(|pair| pair[0]["seq"].as_u64() > pair[1]["seq"].as_u64()));
}

#[test]
fn pages_and_their_links() {
    let house = House::new();
    moved(&house, "a/b");
    let all = page(&house, "/v2/a/b/_registry/tags/history?tag=latest").0;
    let mut seen = Vec::new();
    let mut next = Some("/v2/a/b/_registry/tags/history?tag=latest&n=3".to_owned());
    while let Some(target) = next {
        let (entries, link) = page(&house, &target);
        seen.extend(entries);
        next = link;
    }
    assert_eq!(seen, all);
    let before = all[1]["seq"].as_u64().unwrap();
    let target = format!("/v2/a/b/_registry/tags/history?tag=latest&before={before}");
    assert_eq!(page(&house, &target), (all[2..].to_vec(), None));
    assert_eq!(page(&house, "/v2/a/b/_registry/tags/history?tag=latest&before=0"), (Vec::new(), None));
    assert_eq!(page(&house, "/v2/a/b/_registry/tags/history?tag=latest&n=0"), (Vec::new(), None));
}

#[test]
fn a_history_outlives_its_repository() {
    let house = House::new();
    let digests = moved(&house, "a/b");
    for digest in digests {
        house.delete(format!("/v2/a/b/manifests/{digest}")).expect(202);
    }
    for bytes in
        [&image("one"), &image("two")].iter().flat_map(|image| image.layers.iter().chain([&image.config]))
    {
        house.delete(format!("/v2/a/b/blobs/{}", crate::support::digest(bytes)));
    }
    house.get("/v2/a/b/tags/list").refused(404, "NAME_UNKNOWN");
    assert_eq!(page(&house, "/v2/a/b/_registry/tags/history?tag=latest").0.len(), 4);
}

#[test]
fn what_is_asked_wrongly_and_what_never_was() {
    let house = House::new();
    moved(&house, "a/b");
    for query in ["", "?tag=", "?tag=.x", "?tag=a&tag=b", "?tag=latest&n=x", "?tag=latest&before=-1"] {
        house.get(format!("/v2/a/b/_registry/tags/history{query}")).refused(400, "UNSUPPORTED");
    }
    house.get("/v2/a/b/_registry/tags/history?tag=other").refused(404, "MANIFEST_UNKNOWN");
    house.get("/v2/nobody/_registry/tags/history?tag=latest").refused(404, "MANIFEST_UNKNOWN");
    house.get("/v2/NO/_registry/tags/history?tag=latest").refused(404, "NAME_INVALID");
    house.post("/v2/a/b/_registry/tags/history?tag=latest").refused(405, "UNSUPPORTED");
}
