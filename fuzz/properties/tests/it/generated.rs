//! Inputs that are made at random, near what each property is about.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use registry_properties::run;

const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Texts of these pieces and of anything else.
fn pieced(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![8 => select(pieces).prop_map(str::to_owned), 1 => "\\PC{0,2}"];
    vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

const DOCUMENT: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "2",
    "0",
    "-1",
    "\"a/b\"",
    "\"sha256:00\"",
    "\"a:b\"",
    "\"schemaVersion\":2",
    "\"mediaType\":",
    "\"config\":",
    "\"layers\":[]",
    "\"manifests\":[]",
    "\"application/vnd.oci.image.index.v1+json\"",
    "\"size\":0",
    "\"digest\":\"a:b\"",
    "\"subject\":null",
    "\"annotations\":{}",
    "{\"mediaType\":\"a/b\",\"digest\":\"a:b\",\"size\":0}",
];

const REQUEST: &[&str] = &[
    "GET ",
    "PUT ",
    "POST ",
    "PATCH ",
    "DELETE ",
    "HEAD ",
    "/v2/",
    "a/b/",
    "c/",
    "manifests/",
    "latest",
    "{manifest}",
    "blobs/",
    "{blob}",
    "uploads/",
    "{upload}",
    "tags/list",
    "?n=1",
    "?digest={body}",
    "&last=a",
    "?mount={blob}&from=a/b",
    "referrers/",
    "\n",
    "\n\n",
    "\n---\n",
    "Content-Type: {oci}",
    "Range: bytes=0-0",
    "Range: bytes=0-0,1-1",
    "Content-Range: 0-1",
    "If-Match: *",
    "If-None-Match: *",
    "Accept: text/plain",
    "Chunked: yes",
    "{}",
    "{break}",
];

const WIRE: &[&str] = &[
    "GET ",
    "PUT ",
    "POST ",
    "HEAD ",
    "/v2/",
    "/v2/a/b/manifests/latest",
    "/v2/a/b/blobs/uploads/",
    " HTTP/1.1",
    " HTTP/1.0",
    " HTTP/3.0",
    "\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "Host: x",
    "Host: a b",
    "Content-Length: 2",
    "Content-Length: -1",
    "{}",
    "Transfer-Encoding: chunked",
    "2\r\n{}\r\n0\r\n\r\n",
    "Connection: close",
    "Expect: 100-continue",
    "Range: bytes=0-0",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn t30_digests(text in pieced(&["sha256", "sha512", "blake3", "md5", ":", "0", "a", "F", "+", SHA], 9)) {
        run("digest", text.as_bytes());
    }

    #[test]
    fn hashers(bytes in vec(any::<u8>(), 0..4000)) {
        run("digest", &bytes);
    }

    #[test]
    fn c_2_c_4_references(
        text in pieced(&["a", "b0", "A", "/", ":", ".", "_", "-", "@", "[::1]", "5000", "localhost", SHA], 9)
    ) {
        run("reference", text.as_bytes());
    }

    #[test]
    fn c_38_c_70_manifests(text in pieced(DOCUMENT, 24)) {
        for target in ["manifest", "index", "docker_schema2"] {
            run(target, text.as_bytes());
            run(target, format!("{{\"schemaVersion\":2,\"manifests\":[],{text}}}").as_bytes());
        }
    }

    #[test]
    fn c_38_c_70_made_manifests(bytes in vec(any::<u8>(), 0..120)) {
        run("document", &bytes);
    }

    #[test]
    fn c_13_ranges(size in any::<u8>(), big in any::<u64>(), text in pieced(&["bytes", "=", "-", ",", "0", "7", " "], 12)) {
        let mut bytes = vec![size];
        if size > 127 {
            bytes.extend(big.to_le_bytes());
        }
        bytes.extend(text.bytes());
        run("range", &bytes);
        run("content_range", text.as_bytes());
    }

    #[test]
    fn c_49_links(text in pieced(&["<", ">", ";", ",", "=", "\"", "\\", "rel", "next", "/a?b", " "], 14)) {
        run("link", text.as_bytes());
    }

    #[test]
    fn queries(
        text in pieced(
            &["n", "last", "=", "&", "1", "%3", "%6e", "%", "mount", "from", "digest", "artifactType", "a/b", "+", SHA],
            12,
        )
    ) {
        run("query", text.as_bytes());
    }

    #[test]
    fn routes(
        text in pieced(
            &["GET ", "PUT ", "POST ", "/v2/", "a", "/", "blobs", "uploads", "manifests", "tags/list", "referrers",
              "_catalog", "%2F", "%61", "?", "n=1", "&", "tag=x", "_oci/ext/discover", SHA],
            12,
        )
    ) {
        run("route", text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn requests(text in pieced(REQUEST, 40)) {
        run("handler", text.as_bytes());
    }

    #[test]
    fn connections(text in pieced(WIRE, 30)) {
        run("wire", text.as_bytes());
    }

    #[test]
    fn repositories(bytes in vec(any::<u8>(), 0..120)) {
        run("repository", &bytes);
    }

    #[test]
    fn uploads(bytes in vec(any::<u8>(), 0..160)) {
        run("upload", &bytes);
    }
}
