//! end-6: the closing `PUT` of an upload.

use crate::support::{Ask, House, digest, sha512};

#[test]
fn c21_c32_with_the_whole_the_rest_or_nothing_in_its_body() {
    let house = House::new();
    let own = digest(b"hello world");
    for (patch, put) in [("", "hello world"), ("hello", " world"), ("hello world", "")] {
        for chunked in [false, true] {
            let location = house.start("a/b");
            if !patch.is_empty() {
                house.send(&Ask::new("PATCH", &*location).body(patch)).expect(202);
            }
            let ask = Ask::new("PUT", format!("{location}?digest={own}"));
            let ask = if chunked { ask.chunked(put) } else { ask.body(put) };
            let reply = house.send(&ask).expect(201);
            assert_eq!(reply.header("location"), format!("/v2/a/b/blobs/{own}"));
            assert_eq!(reply.header("docker-content-digest"), own);
            assert_eq!(house.get(reply.header("location")).expect(200).body, b"hello world");
            house.get(&*location).refused(404, "BLOB_UPLOAD_UNKNOWN");
        }
    }
}

#[test]
fn r3_without_body_length_or_type() {
    let house = House::new();
    let location = house.start("a/b");
    house.send(&Ask::new("PATCH", &*location).body("x")).expect(202);
    house.send(&Ask::new("PUT", format!("{location}?digest={}", digest(b"x")))).expect(201);
}

#[test]
fn r4_the_digest_is_found_wherever_it_stands() {
    let house = House::new();
    let own = digest(b"x");
    let encoded = own.replace(':', "%3A");
    for query in [
        format!("digest={own}"),
        format!("digest={encoded}"),
        format!("digest={encoded}&_state=abc%2Fdef"),
        format!("_state=abc&digest={own}&other"),
    ] {
        let location = house.start("a/b");
        house.put(format!("{location}?{query}"), "x").expect(201);
    }
}

#[test]
fn c28_a_last_chunk_in_the_wrong_place() {
    let house = House::new();
    let location = house.start("a/b");
    house.send(&Ask::new("PATCH", &*location).body("abc")).expect(202);
    let target = format!("{location}?digest={}", digest(b"abcdef"));
    for range in ["0-2", "4-6", "nonsense"] {
        let ask = Ask::new("PUT", &*target).header("Content-Range", range).body("def");
        let reply = house.send(&ask).refused(416, "BLOB_UPLOAD_INVALID");
        assert_eq!((reply.header("location"), reply.header("range")), (&*location, "0-2"), "{range}");
    }
    let ask = Ask::new("PUT", &*target).header("Content-Range", "3-9").body("def");
    house.send(&ask).refused(400, "SIZE_INVALID");
    assert_eq!(house.get(&*location).expect(204).header("range"), "0-2");
    house.send(&Ask::new("PUT", &*target).header("Content-Range", "3-5").body("def")).expect(201);
}

#[test]
fn c21_digests_that_are_missing_malformed_or_of_something_else() {
    let house = House::new();
    let location = house.start("a/b");
    house.send(&Ask::new("PATCH", &*location).body("abc")).expect(202);
    house.put(&*location, "").refused(400, "DIGEST_INVALID");
    house.put(format!("{location}?digest="), "").refused(400, "DIGEST_INVALID");
    house.put(format!("{location}?digest=sha256:abc"), "").refused(400, "DIGEST_INVALID");
    house.put(format!("{location}?digest=md5:abc"), "").refused(400, "UNSUPPORTED");
    house.put(format!("{location}?digest={}", digest(b"other")), "").refused(400, "DIGEST_INVALID");
    // Nothing of this has ended the upload.
    house.put(format!("{location}?digest={}", digest(b"abc")), "").expect(201);
}

#[test]
fn c69_by_another_algorithm_than_it_began_with() {
    let house = House::new();
    let location = house.start("a/b");
    house.send(&Ask::new("PATCH", &*location).body("abc")).expect(202);
    let own = sha512(b"abc");
    let reply = house.put(format!("{location}?digest={own}"), "").expect(201);
    assert_eq!(house.get(reply.header("location")).expect(200).body, b"abc");
}

#[test]
fn d9_only_in_its_own_repository() {
    let house = House::new();
    let location = house.start("a/b").replace("/v2/a/b/", "/v2/c/");
    house.put(format!("{location}?digest={}", digest(b"")), "").refused(404, "BLOB_UPLOAD_UNKNOWN");
}

#[test]
fn r10_t17_many_finish_the_same_blob_at_once() {
    let house = House::new();
    let bytes = vec![7; 200_000];
    let own = digest(&bytes);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let location = house.start("a/b");
                house.send(&Ask::new("PATCH", &*location).chunked(&*bytes)).expect(202);
                house.put(format!("{location}?digest={own}"), "").expect(201);
                house.head(format!("/v2/a/b/blobs/{own}")).expect(200);
            });
        }
    });
    assert_eq!(house.get(format!("/v2/a/b/blobs/{own}")).expect(200).body, bytes);
}

#[test]
fn r7_a_blob_is_there_as_soon_as_it_is_answered() {
    let house = House::new();
    for n in 0..50 {
        let bytes = format!("blob {n}");
        let location = house.start("a/b");
        let reply = house.put(format!("{location}?digest={}", digest(bytes.as_bytes())), &*bytes).expect(201);
        house.head(reply.header("location")).expect(200);
    }
}
