//! What malformed, hostile and careless requests are answered: always the client's fault, never a 5xx.

use crate::support::{Ask, House, image};

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A house where the blob `{}` is in `a/b`, and the digest of that.
fn prepared() -> (House, String) {
    let house = House::new();
    let empty = house.push_blob("a/b", b"{}");
    (house, empty)
}

/// A manifest with one layer, whose descriptor and other members are written by the test.
fn manifest(empty: &str, layer: &str, more: &str) -> String {
    format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{OCI}\",\"config\":{{\"mediaType\":\"application/x\",\
         \"digest\":\"{empty}\",\"size\":2}},\"layers\":[{layer}]{more}}}"
    )
}

fn layer(digest: &str, size: &str) -> String {
    format!("{{\"mediaType\":\"application/x\",\"digest\":\"{digest}\",\"size\":{size}}}")
}

fn refused(house: &House, media_type: &str, body: impl Into<Vec<u8>>, codes: &[&str]) {
    let body = body.into();
    let reply = house.push_manifest("a/b", "latest", media_type, &body).expect(400);
    assert!(codes.contains(&&*reply.codes()[0]), "{}: {reply}", String::from_utf8_lossy(&body));
    house.get("/v2/a/b/manifests/latest").expect(404);
}

#[test]
fn s13_bodies_that_are_no_manifests() {
    let (house, empty) = prepared();
    let depth = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let good = manifest(&empty, &layer(&empty, "2"), "");
    for body in [
        "",
        "null",
        "{}",
        "[]",
        "1",
        "\"x\"",
        "{",
        "nonsense",
        &depth,
        &format!("{good}x"),
        &format!("{good}{good}"),
        &format!("{{\"x\":{depth}}}"),
    ] {
        refused(&house, OCI, body, &["MANIFEST_INVALID"]);
    }
    let mut invalid = good.into_bytes();
    invalid.extend_from_slice(b"\xff\xfe");
    refused(&house, OCI, invalid, &["MANIFEST_INVALID"]);
    let mut inside = manifest(&empty, "", ",\"annotations\":{\"x\":\"*\"}").into_bytes();
    let star = inside.iter().position(|byte| *byte == b'*').unwrap();
    inside[star] = 0xff;
    refused(&house, OCI, inside, &["MANIFEST_INVALID"]);
}

#[test]
fn s13_descriptors_that_lie() {
    let (house, empty) = prepared();
    for digest in
        ["md5", "sha256:abc", "sha256:../../../../etc/passwd", "", "sha256:", ":x", &empty.to_uppercase()]
    {
        refused(&house, OCI, manifest(&empty, &layer(digest, "2"), ""), &["MANIFEST_INVALID"]);
    }
    for size in ["-1", "2.0", "2e0", "\"2\"", "null", "99999999999999999999999", "true"] {
        refused(&house, OCI, manifest(&empty, &layer(&empty, size), ""), &["MANIFEST_INVALID"]);
    }
    refused(&house, OCI, manifest(&empty, &layer(&empty, "3"), ""), &["MANIFEST_INVALID", "SIZE_INVALID"]);
    refused(&house, OCI, manifest(&empty, "null", ""), &["MANIFEST_INVALID"]);
    refused(&house, OCI, manifest(&empty, "{}", ""), &["MANIFEST_INVALID"]);
    let subject = ",\"subject\":{\"mediaType\":\"application/x\",\"digest\":\"foo\",\"size\":1}";
    refused(&house, OCI, manifest(&empty, "", subject), &["MANIFEST_INVALID"]);
}

#[test]
fn s13_cve_2021_41190_one_body_of_two_kinds() {
    let (house, empty) = prepared();
    refused(&house, OCI, manifest(&empty, "", ",\"manifests\":[]"), &["MANIFEST_INVALID"]);
    refused(&house, INDEX, manifest(&empty, "", ""), &["MANIFEST_INVALID"]);
    let untyped = manifest(&empty, "", "").replace(&format!("\"mediaType\":\"{OCI}\","), "");
    refused(&house, INDEX, untyped, &["MANIFEST_INVALID"]);
    let index = format!("{{\"schemaVersion\":2,\"mediaType\":\"{INDEX}\",\"manifests\":[]}}");
    refused(&house, OCI, index, &["MANIFEST_INVALID"]);
}

#[test]
fn c70_names_that_come_twice() {
    let (house, empty) = prepared();
    let config = format!(",\"config\":{}", layer(&empty, "2"));
    refused(&house, OCI, manifest(&empty, "", &config), &["MANIFEST_INVALID"]);
    let escaped = config.replace("config", "conf\\u0069g");
    refused(&house, OCI, manifest(&empty, "", &escaped), &["MANIFEST_INVALID"]);
    let deep = ",\"annotations\":{\"a\":\"1\",\"a\":\"2\"}";
    refused(&house, OCI, manifest(&empty, "", deep), &["MANIFEST_INVALID"]);
}

#[test]
fn schema_1_whatever_it_calls_itself() {
    let (house, _) = prepared();
    let old = "{\"schemaVersion\":1,\"name\":\"a/b\",\"tag\":\"latest\",\"fsLayers\":[],\"history\":[]}";
    for media_type in [
        OCI,
        "application/vnd.docker.distribution.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/vnd.docker.distribution.manifest.v2+json",
    ] {
        refused(&house, media_type, old, &["MANIFEST_INVALID", "UNSUPPORTED"]);
    }
}

#[test]
fn s13_a_manifest_without_type_and_without_header() {
    let (house, empty) = prepared();
    let untyped = manifest(&empty, "", "").replace(&format!("\"mediaType\":\"{OCI}\","), "");
    let reply = house.put("/v2/a/b/manifests/latest", &*untyped);
    reply.refused(400, "MANIFEST_INVALID");
    house.push_manifest("a/b", "latest", OCI, untyped.as_bytes()).expect(201);
}

#[test]
fn s13_names_tags_and_digests() {
    let (house, _) = prepared();
    let long = "a".repeat(300);
    for name in
        [&*long, "A", "a//b", "a..b", "-a", "a%20b", "a%2Fb", "..%2f..%2fetc", "%2e%2e", "a%00b", "a%ff"]
    {
        house.get(format!("/v2/{name}/tags/list")).refused(404, "NAME_INVALID");
        house.post(format!("/v2/{name}/blobs/uploads/")).refused(400, "NAME_INVALID");
        house.put(format!("/v2/{name}/manifests/x"), "{}").refused(400, "NAME_INVALID");
    }
    let new = "a".repeat(230);
    house.post(format!("/v2/{new}/blobs/uploads/")).refused(400, "NAME_INVALID");
    house.get(format!("/v2/{new}/tags/list")).refused(404, "NAME_UNKNOWN");
    let long = "t".repeat(129);
    for tag in [&*long, ".x", "-x", "a%20b", "..%2f..%2fx", "%2e%2e", "a+b", "%00"] {
        house.get(format!("/v2/a/b/manifests/{tag}")).refused(404, "MANIFEST_UNKNOWN");
        house.put(format!("/v2/a/b/manifests/{tag}"), "{}").refused(400, "MANIFEST_INVALID");
    }
    for digest in ["sha256:abc", "sha256:baddigeststring", "sha256:..%2f..%2fx", "sha256:"] {
        house.get(format!("/v2/a/b/manifests/{digest}")).refused(400, "DIGEST_INVALID");
        house.put(format!("/v2/a/b/manifests/{digest}"), "{}").refused(400, "DIGEST_INVALID");
        house.get(format!("/v2/a/b/blobs/{digest}")).refused(400, "DIGEST_INVALID");
        house.delete(format!("/v2/a/b/manifests/{digest}")).refused(400, "DIGEST_INVALID");
    }
}

#[test]
fn paths_that_try_to_get_out() {
    let (house, empty) = prepared();
    for path in [
        format!("/v2/a/b/../b/blobs/{empty}"),
        format!("/v2/a/./b/blobs/{empty}"),
        format!("/v2/a/b/%2e%2e/b/blobs/{empty}"),
        format!("/v2/../v2/a/b/blobs/{empty}"),
        format!("/v2//a/b/blobs/{empty}"),
        format!("/v2/a/b//blobs/{empty}"),
        format!("/v2/a%2Fb/blobs/{empty}"),
        format!("/v2/a/b/blobs%2F{empty}"),
        format!("/v2/a/b%2Fblobs/{empty}"),
        format!("/v2/a%5Cb/blobs/{empty}"),
        format!("/v2/a%252Fb/blobs/{empty}"),
    ] {
        house.get(&*path).expect(404);
    }
    // Once decoded is the same.
    house.get(format!("/v2/%61/b/%62lobs/{empty}")).expect(200);
}

#[test]
fn no_probe_is_a_fault_of_the_registry_or_leaves_anything() {
    let house = House::new();
    let image = image("one");
    let (own, blob) = (image.digest(), crate::support::digest(b"x"));
    let names = ["a", "A", "", "a/b/c", "manifests", "blobs/uploads", "..", "a%2Fb"];
    let ends = [
        "manifests/latest",
        &format!("manifests/{own}"),
        "manifests/sha256:x",
        "manifests/",
        "blobs/",
        "blobs/x",
        &format!("blobs/{blob}"),
        "blobs/uploads",
        "blobs/uploads/",
        "blobs/uploads/x",
        "tags/list",
        "tags/",
        "referrers/",
        "referrers/x",
        &format!("referrers/{own}"),
        "_oci/ext/discover",
        "",
    ];
    let queries =
        ["", "?", "?n=-1", "?n=0&last=", "?digest=", "?digest=sha256:x", "?mount=&from=", "?tag=.", "?%"];
    let headers = [("Range", "bytes=9-0"), ("Content-Range", "x"), ("If-Match", "x"), ("Accept", ";;,")];
    let mut connection = house.connect();
    for name in names {
        for end in ends {
            for (index, query) in queries.iter().enumerate() {
                // POST without a digest begins an upload, which is what it is for.
                for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
                    let (header, value) = headers[index % headers.len()];
                    let ask = Ask::new(method, format!("/v2/{name}/{end}{query}")).header(header, value);
                    let ask = if matches!(method, "PUT" | "PATCH") { ask.body("{}") } else { ask };
                    let reply = connection.send(&ask);
                    assert!(reply.status < 500, "{reply}");
                }
            }
        }
    }
    assert_eq!(house.get("/v2/_catalog").expect(200).json()["repositories"], serde_json::json!([]));
}
