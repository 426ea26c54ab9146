//! Clients that are sent to where the bytes are (T15).

use std::net::TcpStream;
use std::sync::Arc;

use registry_auth::EveryoneMay;
use registry_server::{Redirects, Server};

use super::super::support::registry;
use super::{Ask, Bucket, Connection, House, NAME, blob, content, digest, house, options, quick};

fn everybody() -> Redirects {
    Redirects::default()
}

/// The answer of the bucket to whoever follows an address.
fn followed(bucket: &Bucket, url: &str, range: Option<&str>) -> (String, Vec<u8>) {
    use std::io::{Read, Write};

    let target = url.strip_prefix(&bucket.double.endpoint()).unwrap();
    let mut stream = TcpStream::connect(bucket.double.address()).unwrap();
    let range = range.map(|range| format!("Range: {range}\r\n")).unwrap_or_default();
    let head = format!("GET {target} HTTP/1.1\r\nHost: bucket\r\n{range}Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let status = String::from_utf8(answer[9..12].to_vec()).unwrap();
    (status, answer[end + 4..].to_vec())
}

#[test]
fn t15_a_download_is_sent_to_a_signed_address_with_its_digest() {
    let bucket = Bucket::new();
    let house = house(bucket.registry(), |builder| builder.redirects(Some(everybody())));
    let bytes = content(1, 200_000);
    let digest = house.push_blob(NAME, &bytes);
    bucket.counted();
    let table = [
        (None, 0..200_000),
        (Some("bytes=100000-100009"), 100_000..100_010),
        (Some("bytes=199000-300000"), 199_000..200_000),
    ];
    for (range, part) in table {
        let ask = Ask::new("GET", blob(&digest));
        let ask = range.into_iter().fold(ask, |ask, range| ask.header("Range", range));
        let reply = house.send(&ask).expect(307);
        assert_eq!(reply.header("docker-content-digest"), digest);
        assert_eq!(reply.header("etag"), format!("\"{digest}\""));
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!((reply.header("content-length"), &*reply.body), ("0", &b""[..]));
        let url = reply.header("location");
        assert!(url.contains("X-Amz-Expires=300&") && url.contains("X-Amz-Signature="), "{url}");
        assert_eq!(bucket.counted(), "", "nothing is asked to send somebody there");
        let (status, body) = followed(&bucket, url, range);
        assert!(status == if range.is_none() { "200" } else { "206" } && body == bytes[part]);
        bucket.counted();
    }
}

#[test]
fn t15_what_the_bucket_would_answer_otherwise_is_answered_here() {
    let bucket = Bucket::new();
    let house = house(bucket.registry(), |builder| builder.redirects(Some(everybody())));
    let bytes = content(1, 200_000);
    let digest = house.push_blob(NAME, &bytes);
    let small = house.push_blob(NAME, &bytes[..65_535]);
    let own = format!("\"{digest}\"");
    let head = house.head(blob(&digest)).expect(200);
    assert_eq!((head.header("content-length"), head.get("location")), ("200000", None));
    let table = [
        (&digest, "If-None-Match", &*own, 304),
        (&digest, "If-None-Match", "\"another\"", 200),
        (&digest, "If-Match", &own, 200),
        (&digest, "If-Match", "\"another\"", 412),
        (&digest, "If-Range", &own, 200),
        (&digest, "If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
        (&digest, "If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
        (&digest, "Range", "bytes=0-1,5-6", 206),
        (&digest, "Range", "bytes=200000-", 416),
        (&digest, "Range", "lines=1-2", 200),
        (&small, "Accept", "*/*", 200),
        (&super::digest(b"unknown"), "Accept", "*/*", 404),
        (&digest, "Accept", "*/*", 307),
    ];
    for (digest, name, value, status) in table {
        let reply = house.send(&Ask::new("GET", blob(digest)).header(name, value));
        assert_eq!(reply.status, status, "{name}: {value}: {reply}");
        assert_eq!(reply.get("location").is_some(), status == 307, "{name}: {value}");
    }
}

#[test]
fn t15_it_is_off_by_default_and_chosen_by_network() {
    let bucket = Bucket::new();
    let bytes = content(1, 100_000);
    let server = Server::builder(bucket.registry()).authorizer(Arc::new(EveryoneMay)).build();
    let house = House::of(server.clone());
    let digest = house.push_blob(NAME, &bytes);
    let networks = |chosen: &[&str], except: &[&str]| {
        let mut redirects = everybody();
        redirects.networks = chosen.iter().map(|network| network.parse().unwrap()).collect();
        redirects.except = except.iter().map(|network| network.parse().unwrap()).collect();
        Some(redirects)
    };
    house.get(blob(&digest)).expect(200);
    for (redirects, status) in [
        (networks(&[], &[]), 307),
        (networks(&["127.0.0.0/8"], &[]), 307),
        (networks(&["10.0.0.0/8"], &[]), 200),
        (networks(&[], &["10.0.0.0/8"]), 307),
        (networks(&[], &["127.0.0.1"]), 200),
        (None, 200),
    ] {
        server.set_redirects(redirects.clone());
        let reply = house.get(blob(&digest));
        assert_eq!(reply.status, status, "{redirects:?}: {reply}");
    }
}

#[test]
fn t15_an_address_is_that_of_the_public_endpoint_and_short_lived() {
    let bucket = Bucket::new();
    let public = options(&bucket.double.endpoint(), quick()).public_endpoint("https://blobs.example.com");
    let mut redirects = everybody();
    redirects.expiry = std::time::Duration::from_secs(3600);
    let house = house(bucket.registry_by(public), |builder| builder.redirects(Some(redirects)));
    let digest = house.push_blob(NAME, &content(1, 100_000));
    let reply = house.get(blob(&digest)).expect(307);
    let url = reply.header("location");
    assert!(url.starts_with("https://blobs.example.com/test/blobs/"), "{url}");
    assert!(url.contains("X-Amz-Expires=300&"), "never longer than five minutes: {url}");
}

#[test]
fn t15_nobody_is_sent_to_what_they_may_not_read() {
    let bucket = Bucket::new();
    let (all, registry) = (bucket.house(), bucket.registry());
    let digest = all.push_blob(NAME, &content(1, 100_000));
    let house = House::of(Server::builder(registry).redirects(Some(everybody())).build());
    let reply = house.get(blob(&digest));
    assert!(matches!(reply.status, 401 | 403) && reply.get("location").is_none(), "{reply}");
    // Nor is what another repository has.
    let everyone = super::house(bucket.registry(), |builder| builder.redirects(Some(everybody())));
    everyone.get(format!("/v2/another/one/blobs/{digest}")).expect(404);
}

#[test]
fn t15_a_store_without_addresses_sends_the_bytes() {
    let server = Server::builder(registry(registry_engine::Settings::default()));
    let server = server.authorizer(Arc::new(EveryoneMay)).redirects(Some(everybody())).build();
    let house = House::of(server);
    let bytes = content(1, 100_000);
    let pushed = house.push_blob(NAME, &bytes);
    assert_eq!(pushed, digest(&bytes));
    let mut connection = Connection::to(house.address());
    assert!(connection.send(&Ask::new("GET", blob(&pushed))).expect(200).body == bytes);
}
