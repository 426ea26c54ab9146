//! HTTP/1.1 itself: kept connections, bodies that nobody wants, and senders that break off.

use std::io::Read;

use crate::support::{Ask, House, image};

#[test]
fn r31_one_connection_for_many_requests() {
    let house = House::new();
    let image = image("one");
    house.push_image("a/b", "latest", &image);
    let mut connection = house.connect();
    for _ in 0..20 {
        assert_eq!(
            connection.send(&Ask::new("GET", "/v2/a/b/manifests/latest")).expect(200).body,
            image.manifest
        );
        connection.send(&Ask::new("HEAD", "/v2/a/b/manifests/latest")).expect(200);
        connection.send(&Ask::new("GET", "/v2/a/b/manifests/none")).expect(404);
        connection.send(&Ask::new("HEAD", "/v2/a/b/manifests/none")).expect(404);
        connection.send(&Ask::new("PUT", "/v2/a/b/manifests/bad").body("{}")).expect(400);
        let ask = Ask::new("GET", "/v2/a/b/manifests/latest").header("If-None-Match", "*");
        connection.send(&ask).expect(304);
    }
}

#[test]
fn requests_sent_ahead_are_answered_in_order() {
    let house = House::new();
    let image = image("one");
    house.push_image("a/b", "latest", &image);
    let mut connection = house.connect();
    let asks =
        [Ask::new("GET", "/v2/a/b/manifests/latest"), Ask::new("GET", "/v2/x"), Ask::new("GET", "/v2/")];
    connection.write(&asks.iter().flat_map(Ask::bytes).collect::<Vec<_>>()).unwrap();
    let statuses = asks.each_ref().map(|ask| connection.read("GET").checked(ask).status);
    assert_eq!(statuses, [200, 404, 200]);
}

#[test]
fn a_small_body_that_nobody_wants_is_read_away() {
    let house = House::new();
    let mut connection = house.connect();
    let unknown = format!("/v2/a/b/blobs/uploads/{}", "0".repeat(32));
    for len in [1, 1000, 100_000] {
        let reply = connection
            .send(&Ask::new("PATCH", &*unknown).body(vec![1; len]))
            .refused(404, "BLOB_UPLOAD_UNKNOWN");
        assert_eq!(reply.get("connection"), None, "{len} bytes");
        let reply = connection.send(&Ask::new("PATCH", &*unknown).chunked(vec![1; len])).expect(404);
        assert_eq!(reply.get("connection"), None, "{len} bytes in chunks");
    }
    connection.send(&Ask::new("GET", "/v2/")).expect(200);
}

#[test]
fn a_large_body_that_nobody_wants_ends_the_connection_and_not_the_answer() {
    let house = House::new();
    let unknown = format!("/v2/a/b/blobs/uploads/{}", "0".repeat(32));
    let body = vec![1; 8 << 20];
    for ask in [
        Ask::new("PATCH", &*unknown).body(&*body),
        Ask::new("PATCH", &*unknown).chunked(&*body),
        Ask::new("PUT", "/v2/a/b/manifests/latest").body(&*body),
        Ask::new("POST", "/v2/a/b/blobs/uploads/?digest=sha256:x").body(&*body),
        Ask::new("GET", "/v2/").body(&*body),
    ] {
        for _ in 0..3 {
            let mut connection = house.connect();
            // The whole is sent before the answer is looked at, as simple clients do.
            connection.write(&ask.bytes()).expect("the server must not cut the sender off");
            let reply = connection.read(&ask.method).checked(&ask);
            assert_eq!(reply.header("connection"), "close", "{reply}");
            assert!(connection.is_closed());
        }
    }
}

#[test]
fn a_client_that_waits_to_be_asked_is_asked_only_for_what_is_wanted() {
    let house = House::new();
    let location = house.start("a/b");
    let head = |target: &str, len: usize| {
        format!("PATCH {target} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len}\r\n\r\n")
    };
    let mut connection = house.connect();
    connection.write(head(&location, 3).as_bytes()).unwrap();
    let mut line = [0; 25];
    connection.stream().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection.write(b"abc").unwrap();
    assert_eq!(connection.read("PATCH").expect(202).header("range"), "0-2");
    let mut connection = house.connect();
    let unknown = format!("/v2/a/b/blobs/uploads/{}", "0".repeat(32));
    connection.write(head(&unknown, 3).as_bytes()).unwrap();
    let mut first = [0; 12];
    connection.stream().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 404", "it is not asked for what is thrown away");
}

#[test]
fn s13_a_head_of_two_megabytes() {
    let house = House::new();
    let mut connection = house.connect();
    let head = format!("GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(2 << 20));
    let _ = connection.write(head.as_bytes());
    let mut line = [0; 12];
    connection.stream().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 431");
    house.get("/v2/").expect(200);
}

#[test]
fn bytes_that_are_no_http_harm_nobody() {
    let house = House::new();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET /v2/ HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01",
    ] {
        let mut connection = house.connect();
        connection.write(bytes).unwrap();
        drop(connection);
    }
    let mut smuggler = house.connect();
    let both = "POST /v2/a/b/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd";
    smuggler.write(both.as_bytes()).unwrap();
    let mut line = [0; 12];
    smuggler.stream().read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 400");
    house.get("/v2/").expect(200);
}

#[test]
fn head_and_small_body_arrive_together() {
    let house = House::new();
    let image = image("one");
    house.push_image("a/b", "latest", &image);
    let blob = house.push_blob("a/b", &[7; 1000]);
    let mut connection = house.connect();
    for target in ["/v2/a/b/manifests/latest".to_owned(), format!("/v2/a/b/blobs/{blob}")] {
        for _ in 0..20 {
            connection.write(&Ask::new("GET", &*target).bytes()).unwrap();
            let mut buffer = [0; 8192];
            let read = connection.stream().get_mut().read(&mut buffer).unwrap();
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            assert_eq!(body.len().to_string(), length, "in one write");
        }
    }
}

#[test]
fn old_http_and_close_are_taken_at_their_word() {
    let house = House::new();
    let mut connection = house.connect();
    connection.write(b"GET /v2/ HTTP/1.0\r\n\r\n").unwrap();
    connection.read("GET").expect(200);
    assert!(connection.is_closed());
    let mut connection = house.connect();
    connection.send(&Ask::new("GET", "/v2/").header("Connection", "close")).expect(200);
    assert!(connection.is_closed());
}

#[test]
fn every_request_names_one_host() {
    let house = House::new();
    let ask = Ask::new("GET", "/v2/");
    for hosts in
        ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/c\r\n", "Host: me@a\r\n", "Host: a:x:y\r\n"]
    {
        let mut connection = house.connect();
        connection.write(format!("GET /v2/ HTTP/1.1\r\n{hosts}\r\n").as_bytes()).unwrap();
        connection.read("GET").checked(&ask).refused(400, "UNSUPPORTED");
    }
    for host in [
        "localhost",
        "localhost:5000",
        "127.0.0.1:5000",
        "[::1]:5000",
        "[::1]",
        "registry.example",
        "",
        "a_b",
    ] {
        let mut connection = house.connect();
        connection.write(format!("GET /v2/ HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
        connection.read("GET").checked(&ask).expect(200);
    }
}
