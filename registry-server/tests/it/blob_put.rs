//! end-4b: `POST …/blobs/uploads/?digest=<digest>`.

use crate::support::{Ask, House, digest, sha512};

fn target(digest: &str) -> String {
    format!("/v2/a/b/blobs/uploads/?digest={digest}")
}

#[test]
fn c23_one_request_makes_a_blob() {
    let house = House::new();
    let own = digest(b"hello");
    for ask in [
        Ask::new("POST", target(&own)).body("hello"),
        Ask::new("POST", target(&own)).chunked("hello"),
        Ask::new("POST", target(&own).replace("uploads/?", "uploads?")).body("hello"),
        Ask::new("POST", target(&own.replace(':', "%3A"))).body("hello"),
    ] {
        let reply = house.send(&ask).expect(201);
        assert_eq!(reply.header("location"), format!("/v2/a/b/blobs/{own}"));
        assert_eq!(reply.header("docker-content-digest"), own);
        assert_eq!(reply.header("content-length"), "0");
        assert_eq!(house.get(reply.header("location")).expect(200).body, b"hello");
    }
}

#[test]
fn the_empty_blob() {
    let house = House::new();
    let empty = digest(b"");
    house.send(&Ask::new("POST", target(&empty))).expect(201);
    house.send(&Ask::new("POST", target(&empty)).body("")).expect(201);
    assert_eq!(house.get(format!("/v2/a/b/blobs/{empty}")).expect(200).body, b"");
}

#[test]
fn c21_another_content_than_was_said_is_refused_and_leaves_nothing() {
    let house = House::new();
    for said in [digest(b"this"), sha512(b"this")] {
        house.send(&Ask::new("POST", target(&said)).body("that")).refused(400, "DIGEST_INVALID");
        house.get(format!("/v2/a/b/blobs/{said}")).refused(404, "BLOB_UNKNOWN");
        house.get(format!("/v2/a/b/blobs/{}", digest(b"that"))).refused(404, "BLOB_UNKNOWN");
    }
}

#[test]
fn c18_digests_that_nothing_can_be_stored_under() {
    let house = House::new();
    let table = [
        ("sha256:abc", "DIGEST_INVALID"),
        ("sha256:", "DIGEST_INVALID"),
        ("", "DIGEST_INVALID"),
        ("../../etc/passwd", "DIGEST_INVALID"),
        ("md5:d41d8cd98f00b204e9800998ecf8427e", "UNSUPPORTED"),
    ];
    for (said, code) in table {
        house.send(&Ask::new("POST", target(said)).body("x")).refused(400, code);
    }
    let upper = digest(b"x").to_uppercase().replace("SHA256", "sha256");
    house.send(&Ask::new("POST", target(&upper)).body("x")).refused(400, "DIGEST_INVALID");
    let twice = format!("{}&digest={}", target(&digest(b"x")), digest(b"y"));
    house.send(&Ask::new("POST", twice).body("x")).refused(400, "UNSUPPORTED");
}
