//! end-4a and end-4c: `POST …/blobs/uploads/`.

use crate::support::{Ask, House, digest, sha512};

#[test]
fn c19_t10_both_slash_forms_begin_an_upload_at_a_relative_place() {
    let house = House::new();
    let mut locations = Vec::new();
    for path in ["/v2/a/b/blobs/uploads/", "/v2/a/b/blobs/uploads", "/v2/a/b/blobs/uploads/?"] {
        let reply = house.send(&Ask::new("POST", path).body("")).expect(202);
        let location = reply.header("location").to_owned();
        let id = location.strip_prefix("/v2/a/b/blobs/uploads/").unwrap().to_owned();
        assert_eq!(reply.header("docker-upload-uuid"), id);
        assert_eq!(reply.header("range"), "0-0");
        assert_eq!(reply.header("content-length"), "0");
        locations.push(location);
    }
    locations.dedup();
    assert_eq!(locations.len(), 3, "every upload has its own place");
}

#[test]
fn t10_hosts_that_a_client_or_proxy_names_are_not_believed() {
    let house = House::new();
    let ask = Ask::new("POST", "/v2/a/b/blobs/uploads/")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "https")
        .header("Forwarded", "host=evil.example;proto=https")
        .body("");
    let reply = house.send(&ask).expect(202);
    assert!(reply.headers.iter().all(|(_, value)| !value.contains("evil")), "{reply}");
}

#[test]
fn c25_an_algorithm_may_be_said_and_need_not_be_kept_to() {
    let house = House::new();
    for algorithm in ["sha256", "sha512", "blake3"] {
        for wanted in [digest(b"hello"), sha512(b"hello")] {
            let target = format!("/v2/a/b/blobs/uploads/?digest-algorithm={algorithm}");
            let location = house.post(target).expect(202).header("location").to_owned();
            house.send(&Ask::new("PATCH", &*location).body("hello")).expect(202);
            house.put(format!("{location}?digest={wanted}"), "").expect(201);
            assert_eq!(house.get(format!("/v2/a/b/blobs/{wanted}")).expect(200).body, b"hello");
        }
    }
    for algorithm in ["md5", "SHA256", "sha-256", "x%20y"] {
        let target = format!("/v2/a/b/blobs/uploads/?digest-algorithm={algorithm}");
        house.post(target).refused(400, "UNSUPPORTED");
    }
}

#[test]
fn c24_a_body_that_is_not_asked_for_does_no_harm() {
    let house = House::new();
    let mut connection = house.connect();
    let reply = connection.send(&Ask::new("POST", "/v2/a/b/blobs/uploads/").body("surplus")).expect(202);
    // The upload is empty, and the connection is in order.
    let status = connection.send(&Ask::new("GET", reply.header("location"))).expect(204);
    assert_eq!(status.header("range"), "0-0");
}

#[test]
fn one_session_too_many_is_told_so_and_when_to_come_again() {
    let mut settings = registry_engine::Settings::default();
    settings.max_uploads_per_repository = 2;
    let house = House::with_settings(settings);
    let first = house.start("a/b");
    house.start("a/b");
    let reply = house.post("/v2/a/b/blobs/uploads/").refused(429, "TOOMANYREQUESTS");
    assert!(reply.header("retry-after").parse::<u32>().unwrap() > 0, "{reply}");
    assert!(reply.to_string().contains("2 upload sessions"), "{reply}");
    let mount = format!("/v2/a/b/blobs/uploads/?mount={}&from=c", digest(b"absent"));
    house.post(mount).refused(429, "TOOMANYREQUESTS");
    house.start("c/d");
    house.push_blob("a/b", b"whole in one request");
    house.delete(first).expect(204);
    house.start("a/b");
}
