//! end-2: `GET` and `HEAD …/blobs/<digest>`.

use crate::support::{Ask, House, digest, sha512};

const NAME: &str = "a/b";

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect()
}

fn path(digest: &str) -> String {
    format!("/v2/{NAME}/blobs/{digest}")
}

#[test]
fn c12_c14_what_was_pushed_is_read_and_head_says_the_same() {
    let house = House::new();
    for len in [0, 1, 2048, 64 * 1024, 64 * 1024 + 1, 3_000_000] {
        let bytes = content(len);
        let digest = house.push_blob(NAME, &bytes);
        let reply = house.parity(&Ask::new("GET", path(&digest))).expect(200);
        assert_eq!(reply.body, bytes);
        assert_eq!(reply.header("docker-content-digest"), digest);
        assert_eq!(reply.header("content-type"), "application/octet-stream");
        assert_eq!(reply.header("content-length"), len.to_string());
        assert_eq!(reply.header("accept-ranges"), "bytes");
        assert_eq!(reply.header("etag"), format!("\"{digest}\""));
    }
}

#[test]
fn c12_unknown_blobs_and_blobs_of_other_repositories_are_absent() {
    let house = House::new();
    let elsewhere = house.push_blob("other", b"elsewhere");
    for digest in [digest(b"unknown"), elsewhere, "md5:abc".to_owned()] {
        house.parity(&Ask::new("GET", path(&digest))).refused(404, "BLOB_UNKNOWN");
    }
}

#[test]
fn c69_sha512_from_end_to_end() {
    let house = House::new();
    let digest = sha512(b"wide");
    let target = format!("/v2/{NAME}/blobs/uploads/?digest={digest}");
    let pushed = house.send(&Ask::new("POST", target).body("wide")).expect(201);
    assert_eq!(pushed.header("location"), path(&digest));
    assert_eq!(pushed.header("docker-content-digest"), digest);
    let read = house.parity(&Ask::new("GET", path(&digest))).expect(200);
    assert_eq!((read.header("docker-content-digest"), &*read.body), (&*digest, &b"wide"[..]));
}

#[test]
fn c13_one_range() {
    let house = House::new();
    let bytes = content(2048);
    let digest = house.push_blob(NAME, &bytes);
    let table = [
        ("bytes=500-1499", 500..1500),
        ("bytes=500-", 500..2048),
        ("bytes=-500", 1548..2048),
        ("bytes=-5000", 0..2048),
        ("bytes=2000-5000", 2000..2048),
        ("bytes=0-0", 0..1),
        ("bytes=2047-", 2047..2048),
        ("bytes= 5-6 , 9000-9001", 5..7),
    ];
    for (range, part) in table {
        let reply = house.send(&Ask::new("GET", path(&digest)).header("Range", range)).expect(206);
        assert_eq!(reply.body, bytes[part.clone()], "{range}");
        let expected = format!("bytes {}-{}/2048", part.start, part.end - 1);
        assert_eq!(reply.header("content-range"), expected, "{range}");
        assert_eq!(reply.header("content-type"), "application/octet-stream");
        assert_eq!(reply.header("docker-content-digest"), digest);
        assert_eq!(reply.header("etag"), format!("\"{digest}\""));
    }
}

#[test]
fn c13_ranges_that_lie_outside() {
    let house = House::new();
    let digest = house.push_blob(NAME, &content(2048));
    let empty = house.push_blob(NAME, b"");
    for range in ["bytes=500-0", "bytes=5000-10000", "bytes=2048-", "bytes=-0", "bytes=9000-,8000-8001"] {
        let reply = house.send(&Ask::new("GET", path(&digest)).header("Range", range));
        let reply = reply.refused(416, "SIZE_INVALID");
        assert_eq!(reply.header("content-range"), "bytes */2048", "{range}");
        assert_eq!(reply.header("docker-content-digest"), digest);
    }
    let reply = house.send(&Ask::new("GET", path(&empty)).header("Range", "bytes=0-"));
    assert_eq!(reply.expect(416).header("content-range"), "bytes */0");
}

#[test]
fn c13_ranges_that_mean_nothing_are_ignored() {
    let house = House::new();
    let bytes = content(2048);
    let digest = house.push_blob(NAME, &bytes);
    let many = format!("bytes={}", vec!["0-0"; 101].join(","));
    let greedy = "bytes=0-,0-,0-";
    for range in ["lines=1-2", "bytes", "bytes=", "bytes=a-b", "bytes=1-2-3", "0-5", &many, greedy] {
        let reply = house.send(&Ask::new("GET", path(&digest)).header("Range", range)).expect(200);
        assert_eq!(reply.body, bytes, "{range}");
    }
    let twice = Ask::new("GET", path(&digest)).header("Range", "bytes=0-1").header("Range", "bytes=2-3");
    house.send(&twice).expect(200);
    // A range is defined for GET alone (RFC 9110, section 14.2).
    let head = house.send(&Ask::new("HEAD", path(&digest)).header("Range", "bytes=0-1")).expect(200);
    assert_eq!(head.header("content-length"), "2048");
}

#[test]
fn r16_several_ranges_are_parts_of_one_body() {
    let house = House::new();
    let bytes = content(300_000);
    let digest = house.push_blob(NAME, &bytes);
    let parts = [0..10, 200_000..290_000, 299_990..300_000, 5..6];
    let ask = Ask::new("GET", path(&digest)).header("Range", "bytes=0-9,200000-289999,-10,5-5");
    let reply = house.send(&ask).expect(206);
    assert_eq!(reply.get("content-range"), None);
    assert_eq!(reply.header("docker-content-digest"), digest);
    let boundary = reply.header("content-type").strip_prefix("multipart/byteranges; boundary=").unwrap();
    let mut expected = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        let line = if index == 0 { "" } else { "\r\n" };
        let last = part.end - 1;
        expected.extend_from_slice(
            format!(
                "{line}--{boundary}\r\nContent-Type: application/octet-stream\r\n\
                 Content-Range: bytes {}-{last}/300000\r\n\r\n",
                part.start
            )
            .as_bytes(),
        );
        expected.extend_from_slice(&bytes[part]);
    }
    expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert!(reply.body == expected, "the parts are not as they should be");
    let again = house.send(&ask).expect(206);
    assert_ne!(
        again.header("content-type"),
        reply.header("content-type"),
        "a boundary must not be guessable"
    );
}

#[test]
fn c13_r18_if_range_holds_only_for_this_very_blob() {
    let house = House::new();
    let digest = house.push_blob(NAME, &content(100));
    let own = format!("\"{digest}\"");
    let table = [
        (own.clone(), 206),
        (format!("W/{own}"), 200),
        ("\"other\"".to_owned(), 200),
        ("Sat, 21 Nov 2026 10:00:00 GMT".to_owned(), 200),
        (digest.clone(), 200),
        ("*".to_owned(), 200),
    ];
    for (tag, status) in table {
        let ask = Ask::new("GET", path(&digest)).header("Range", "bytes=0-9").header("If-Range", &*tag);
        let reply = house.send(&ask).expect(status);
        assert_eq!(reply.body.len(), if status == 206 { 10 } else { 100 }, "{tag}");
    }
    let outside =
        Ask::new("GET", path(&digest)).header("Range", "bytes=500-").header("If-Range", "\"other\"");
    house.send(&outside).expect(200);
}

#[test]
fn c73_conditions() {
    let house = House::new();
    let bytes = content(100);
    let digest = house.push_blob(NAME, &bytes);
    let own = format!("\"{digest}\"");
    let table = [
        ("If-None-Match", own.clone(), 304),
        ("If-None-Match", format!("W/{own}"), 304),
        ("If-None-Match", format!("\"x\", {own}"), 304),
        ("If-None-Match", "*".to_owned(), 304),
        ("If-None-Match", "\"x\"".to_owned(), 200),
        ("If-None-Match", "nonsense".to_owned(), 200),
        ("If-Match", own.clone(), 200),
        ("If-Match", "*".to_owned(), 200),
        ("If-Match", format!("W/{own}"), 412),
        ("If-Match", "\"x\"".to_owned(), 412),
    ];
    for (name, value, status) in table {
        let reply = house.parity(&Ask::new("GET", path(&digest)).header(name, &*value)).expect(status);
        assert_eq!(reply.header("etag"), own, "{name}: {value}");
        assert_eq!(reply.header("docker-content-digest"), digest, "{name}: {value}");
        assert_eq!(reply.body == bytes, status == 200, "{name}: {value}");
    }
    // What is known already is not read again, whatever part of it is asked for (RFC 9110, section 13.2.2).
    let both = Ask::new("GET", path(&digest)).header("Range", "bytes=0-9").header("If-None-Match", own);
    house.send(&both).expect(304);
    let absent = Ask::new("GET", path(&super::support::digest(b"no"))).header("If-None-Match", "*");
    house.send(&absent).refused(404, "BLOB_UNKNOWN");
}

#[test]
fn r17_bodies_are_never_encoded() {
    let house = House::new();
    let digest = house.push_blob(NAME, &vec![b'a'; 100_000]);
    let ask = Ask::new("GET", path(&digest)).header("Accept-Encoding", "zstd, gzip, deflate, br");
    let reply = house.parity(&ask).expect(200);
    assert_eq!(reply.body.len(), 100_000);
}
