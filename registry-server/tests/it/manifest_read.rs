//! end-3: `GET` and `HEAD …/manifests/<reference>`.

use crate::support::{Ask, House, image, index};

const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";

#[test]
fn c9_c14_r11_the_pushed_bytes_by_tag_and_by_digest() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("a/b", "latest", &image);
    for reference in ["latest", &digest, &digest.replace(':', "%3A")] {
        let reply = house.parity(&Ask::new("GET", format!("/v2/a/b/manifests/{reference}"))).expect(200);
        assert_eq!(reply.body, image.manifest);
        assert_eq!(reply.header("content-type"), image.media_type, "R13: exactly, without parameters");
        assert_eq!(reply.header("content-length"), image.manifest.len().to_string());
        assert_eq!(reply.header("docker-content-digest"), digest);
        assert_eq!(reply.header("etag"), format!("\"{digest}\""));
    }
}

#[test]
fn c11_unknown_manifests_and_unknown_repositories() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("other", "latest", &image);
    house.push_image("a/b", "latest", &crate::support::image("two"));
    for reference in ["nope", &digest, "md5:abc"] {
        let ask = Ask::new("GET", format!("/v2/a/b/manifests/{reference}"));
        house.parity(&ask).refused(404, "MANIFEST_UNKNOWN");
    }
    house.parity(&Ask::new("GET", "/v2/nobody/manifests/latest")).refused(404, "NAME_UNKNOWN");
    house.parity(&Ask::new("GET", format!("/v2/nobody/manifests/{digest}"))).refused(404, "NAME_UNKNOWN");
}

#[test]
fn r1_r25_r26_whatever_was_pushed_comes_back_as_it_was() {
    let house = House::new();
    let config = house.push_blob("a/b", b"{}");
    let docker = format!(
        "{{\n  \"schemaVersion\": 2, \"mediaType\":\"{DOCKER}\",\n  \"config\": {{\"mediaType\":\
         \"application/vnd.docker.container.image.v1+json\",\"size\":2,\"digest\":\"{config}\"}},\"layers\":[]}}"
    );
    let cache = format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[\
         {{\"mediaType\":\"application/vnd.buildkit.cacheconfig.v0\",\"size\":2,\"digest\":\"{config}\"}}]}}"
    );
    for (tag, media_type, bytes) in
        [("docker", DOCKER, docker), ("cache", "application/vnd.oci.image.index.v1+json", cache)]
    {
        house.push_manifest("a/b", tag, media_type, bytes.as_bytes()).expect(201);
        let reply = house.parity(&Ask::new("GET", format!("/v2/a/b/manifests/{tag}"))).expect(200);
        assert_eq!((reply.header("content-type"), &*reply.body), (media_type, bytes.as_bytes()));
    }
}

#[test]
fn c6_r12_t2_accept_in_every_dress() {
    let house = House::new();
    let image = image("one");
    house.push_image("a/b", "latest", &image);
    let oci = image.media_type;
    let index = "application/vnd.oci.image.index.v1+json";
    let one_line = format!("{DOCKER}, {index}, {oci}, application/json;q=0.5");
    for lines in [
        vec![],
        vec!["*/*"],
        vec!["application/*"],
        vec![oci],
        vec![&*one_line],
        vec![DOCKER, index, oci],
        vec![index, DOCKER, "*/*"],
        vec![&*format!("{oci};q=0.1, {DOCKER};q=1")],
    ] {
        let mut ask = Ask::new("GET", "/v2/a/b/manifests/latest");
        for line in &lines {
            ask = ask.header("Accept", *line);
        }
        let reply = house.parity(&ask).expect(200);
        assert_eq!((reply.header("content-type"), &reply.body), (oci, &image.manifest), "{lines:?}");
    }
    for line in [index, DOCKER, "text/html", &format!("{oci};q=0, {index}")] {
        let ask = Ask::new("GET", "/v2/a/b/manifests/latest").header("Accept", line);
        let reply = house.parity(&ask).refused(404, "MANIFEST_UNKNOWN");
        let message = reply.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(oci), "the stored type is to be named: {message}");
    }
}

#[test]
fn c73_conditions() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("a/b", "latest", &image);
    let own = format!("\"{digest}\"");
    let table = [
        ("If-None-Match", own.clone(), 304),
        ("If-None-Match", format!("\"x\", W/{own}"), 304),
        ("If-None-Match", "*".to_owned(), 304),
        ("If-None-Match", "\"x\"".to_owned(), 200),
        ("If-Match", format!("\"x\", {own}"), 200),
        ("If-Match", "*".to_owned(), 200),
        ("If-Match", "\"x\"".to_owned(), 412),
    ];
    for reference in ["latest", &digest] {
        for (name, value, status) in &table {
            let ask = Ask::new("GET", format!("/v2/a/b/manifests/{reference}")).header(name, &**value);
            let reply = house.parity(&ask).expect(*status);
            assert_eq!(reply.header("etag"), own, "{name}: {value}");
            assert_eq!(reply.body == image.manifest, *status == 200, "{name}: {value}");
        }
    }
    let lines = Ask::new("GET", "/v2/a/b/manifests/latest").header("If-None-Match", "\"x\"");
    house.parity(&lines.header("If-None-Match", &*own)).expect(304);
}

#[test]
fn r6_repositories_whose_names_begin_alike_are_strangers() {
    let house = House::new();
    let names = ["a", "a/b", "a/b/c", "a/b/manifests", "a/b/blobs/uploads", "a/b/tags/list"];
    for name in names {
        house.push_image(name, "latest", &image(name));
    }
    for name in names {
        let reply = house.get(format!("/v2/{name}/manifests/latest")).expect(200);
        assert_eq!(reply.body, image(name).manifest, "{name}");
    }
}

#[test]
fn indexes_within_indexes() {
    let house = House::new();
    let image = image("one");
    house.push_image("a/b", "one", &image);
    let inner = index(&[&image.manifest]);
    let outer = String::from_utf8(index(&[&inner])).unwrap().replace("image.manifest.v1", "image.index.v1");
    let index = "application/vnd.oci.image.index.v1+json";
    house.push_manifest("a/b", "inner", index, &inner).expect(201);
    house.push_manifest("a/b", "outer", index, outer.as_bytes()).expect(201);
    assert_eq!(house.get("/v2/a/b/manifests/outer").expect(200).body, outer.as_bytes());
}
