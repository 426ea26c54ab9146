//! end-7: `PUT …/manifests/<reference>`.

use registry_engine::{Settings, SparseContent, SparsePolicy};

use crate::support::{Ask, House, Image, image, index, referrer, sha512};

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A house where the blobs of an image are, and the image.
fn prepared() -> (House, Image) {
    let house = House::new();
    let image = image("one");
    house.push_blob("a/b", &image.config);
    house.push_blob("a/b", &image.layers[0]);
    (house, image)
}

#[test]
fn c37_by_tag_and_by_digest() {
    let (house, image) = prepared();
    for reference in ["latest", &image.digest()] {
        let reply = house.push_manifest("a/b", reference, image.media_type, &image.manifest).expect(201);
        assert_eq!(reply.header("docker-content-digest"), image.digest());
        assert_eq!(reply.header("location"), format!("/v2/a/b/manifests/{}", image.digest()));
        assert_eq!(reply.header("content-length"), "0");
        assert_eq!(reply.get("oci-subject"), None);
        assert_eq!(house.get(reply.header("location")).expect(200).body, image.manifest);
    }
}

#[test]
fn c69_by_sha512() {
    let (house, image) = prepared();
    let digest = sha512(&image.manifest);
    let reply = house.push_manifest("a/b", &digest, image.media_type, &image.manifest).expect(201);
    assert_eq!(reply.header("docker-content-digest"), digest);
    let read = house.parity(&Ask::new("GET", format!("/v2/a/b/manifests/{digest}"))).expect(200);
    assert_eq!((read.header("docker-content-digest"), &read.body), (&*digest, &image.manifest));
}

#[test]
fn c37_a_digest_of_something_else() {
    let (house, image) = prepared();
    let padded = [&image.manifest[..], b"  "].concat();
    let reply = house.push_manifest("a/b", &image.digest(), image.media_type, &padded);
    reply.refused(400, "DIGEST_INVALID");
    house.get(format!("/v2/a/b/manifests/{}", image.digest())).expect(404);
}

#[test]
fn r5_without_a_length() {
    let (house, image) = prepared();
    let ask = Ask::new("PUT", "/v2/a/b/manifests/latest").header("Content-Type", image.media_type);
    house.send(&ask.chunked(&*image.manifest)).expect(201);
}

#[test]
fn c38_the_content_type_and_what_it_may_lack() {
    let (house, image) = prepared();
    let put = |media_type: Option<&str>| {
        let ask = Ask::new("PUT", "/v2/a/b/manifests/latest").body(&*image.manifest);
        house.send(&match media_type {
            Some(media_type) => ask.header("Content-Type", media_type),
            None => ask,
        })
    };
    for good in [
        None,
        Some(""),
        Some(image.media_type),
        Some("application/vnd.oci.image.manifest.v1+json; charset=utf-8"),
        Some("application/vnd.oci.image.manifest.v1+json ;x=y"),
    ] {
        put(good).expect(201);
        let read = house.get("/v2/a/b/manifests/latest").expect(200);
        assert_eq!(read.header("content-type"), image.media_type);
    }
    for bad in [OCI_INDEX, "text/plain", "nonsense", "application/json", ";"] {
        put(Some(bad)).refused(400, "MANIFEST_INVALID");
    }
    let twice = Ask::new("PUT", "/v2/a/b/manifests/latest").header("Content-Type", image.media_type);
    house
        .send(&twice.header("Content-Type", OCI_INDEX).body(&*image.manifest))
        .refused(400, "MANIFEST_INVALID");
}

#[test]
fn c17_everything_that_is_missing_is_named() {
    let house = House::new();
    let image = image("one");
    let reply = house.push_manifest("a/b", "latest", image.media_type, &image.manifest);
    let reply = reply.refused(400, "MANIFEST_BLOB_UNKNOWN");
    let errors = reply.json()["errors"].as_array().unwrap().clone();
    let mut named: Vec<_> =
        errors.iter().map(|e| e["detail"]["digest"].as_str().unwrap().to_owned()).collect();
    let mut missing = [&image.config, &image.layers[0]].map(|bytes| crate::support::digest(bytes));
    named.sort();
    missing.sort();
    assert_eq!(named, missing);
    // An index of what is not there.
    let index = index(&[&image.manifest]);
    let reply = house.push_manifest("a/b", "index", OCI_INDEX, &index);
    assert_eq!(reply.refused(400, "MANIFEST_BLOB_UNKNOWN").codes().len(), 1);
    // Nothing of it has come to be.
    house.get("/v2/a/b/tags/list").refused(404, "NAME_UNKNOWN");
}

#[test]
fn c17_an_operator_may_allow_what_is_missing() {
    let mut settings = Settings::default();
    settings.sparse =
        SparsePolicy::new(SparseContent::Refuse).with("mirror/x".parse().unwrap(), SparseContent::Children);
    let house = House::with_settings(settings);
    let index = index(&[&image("one").manifest]);
    house.push_manifest("mirror/x", "latest", OCI_INDEX, &index).expect(201);
    house.push_manifest("mirror/y", "latest", OCI_INDEX, &index).refused(400, "MANIFEST_BLOB_UNKNOWN");
}

#[test]
fn c42_t27_what_is_too_large_is_refused_before_and_while_it_is_read() {
    let (house, image) = prepared();
    let limit = 4 << 20;
    let ask = || Ask::new("PUT", "/v2/a/b/manifests/latest").header("Content-Type", image.media_type);
    let mut large = image.manifest.clone();
    large.resize(limit, b' ');
    house.send(&ask().body(&*large)).expect(201);
    house.send(&ask().chunked(&*large)).expect(201);
    large.push(b' ');
    house.send(&ask().body(&*large)).refused(413, "MANIFEST_INVALID");
    house.send(&ask().chunked(&*large)).refused(413, "MANIFEST_INVALID");
    // Nothing has to be sent to learn it.
    let mut connection = house.connect();
    let head = "PUT /v2/a/b/manifests/latest HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n";
    connection.write(head.as_bytes()).unwrap();
    assert_eq!(
        connection.read("PUT").checked(&ask()).refused(413, "MANIFEST_INVALID").header("connection"),
        "close"
    );
}

#[test]
fn c16_c43_a_subject_is_noted_whether_it_exists_or_not() {
    let house = House::new();
    let subject = image("never pushed");
    let artifact = referrer(&subject.manifest, "application/vnd.example.sbom", "x");
    house.push_blob("a/b", &artifact.config);
    for reference in ["sbom", &artifact.digest()] {
        let reply =
            house.push_manifest("a/b", reference, artifact.media_type, &artifact.manifest).expect(201);
        assert_eq!(reply.header("oci-subject"), subject.digest());
    }
}

#[test]
fn c39_tags_beside_a_digest() {
    let (house, image) = prepared();
    let digest = image.digest();
    let tags: Vec<String> = (0..12).map(|n| format!("t{n}")).collect();
    let query = tags.iter().map(|tag| format!("tag={tag}")).collect::<Vec<_>>().join("&");
    let reply = house
        .push_manifest("a/b", &format!("{digest}?{query}"), image.media_type, &image.manifest)
        .expect(201);
    let mut named: Vec<_> = reply.header("oci-tag").split(", ").collect();
    named.sort_unstable();
    let mut sorted: Vec<_> = tags.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    assert_eq!(named, sorted);
    for tag in tags {
        assert_eq!(
            house.head(format!("/v2/a/b/manifests/{tag}")).expect(200).header("docker-content-digest"),
            digest
        );
    }
}

#[test]
fn c39_c40_all_tags_or_none() {
    let (house, image) = prepared();
    let put = |reference: &str| house.push_manifest("a/b", reference, image.media_type, &image.manifest);
    let digest = image.digest();
    put(&format!("{digest}?tag=good&tag=.bad")).refused(400, "MANIFEST_INVALID");
    put("latest?tag=other").refused(400, "UNSUPPORTED");
    let many = (0..65).map(|n| format!("tag=t{n}")).collect::<Vec<_>>().join("&");
    put(&format!("{digest}?{many}")).refused(414, "MANIFEST_INVALID");
    house.get("/v2/a/b/manifests/good").expect(404);
    house.get("/v2/a/b/manifests/t0").expect(404);
}

#[test]
fn c73_if_match_and_if_none_match_guard_a_tag() {
    let (house, one) = prepared();
    let two = image("two");
    house.push_blob("a/b", &two.config);
    house.push_blob("a/b", &two.layers[0]);
    let put = |image: &Image, name: &str, value: &str| {
        let ask = Ask::new("PUT", "/v2/a/b/manifests/latest").header("Content-Type", image.media_type);
        house.send(&ask.header(name, value).body(&*image.manifest))
    };
    let tag = |image: &Image| format!("\"{}\"", image.digest());
    put(&one, "If-Match", "*").refused(412, "MANIFEST_INVALID");
    put(&one, "If-Match", &tag(&two)).refused(412, "MANIFEST_INVALID");
    put(&one, "If-None-Match", "*").expect(201);
    let failed = put(&two, "If-None-Match", "*").refused(412, "MANIFEST_INVALID");
    assert_eq!(failed.header("etag"), tag(&one), "what is there now is told");
    put(&two, "If-Match", &tag(&two)).refused(412, "MANIFEST_INVALID");
    put(&two, "If-Match", &format!("W/{}", tag(&one))).refused(412, "MANIFEST_INVALID");
    put(&two, "If-None-Match", &tag(&one)).refused(412, "MANIFEST_INVALID");
    assert_eq!(house.get("/v2/a/b/manifests/latest").expect(200).body, one.manifest);
    put(&two, "If-Match", &format!("\"x\", {}", tag(&one))).expect(201);
    assert_eq!(house.get("/v2/a/b/manifests/latest").expect(200).body, two.manifest);
    // What cannot be understood must not let a write through.
    put(&one, "If-Match", "nonsense").refused(400, "UNSUPPORTED");
    put(&one, "If-None-Match", "\"x\" \"y\"").refused(400, "UNSUPPORTED");
    let both =
        Ask::new("PUT", "/v2/a/b/manifests/latest").header("If-Match", "*").header("If-None-Match", "*");
    house.send(&both.body(&*one.manifest)).refused(400, "UNSUPPORTED");
    assert_eq!(house.get("/v2/a/b/manifests/latest").expect(200).body, two.manifest);
}

#[test]
fn c73_of_many_writers_that_expect_the_same_one_wins() {
    let (house, base) = prepared();
    house.push_manifest("a/b", "latest", base.media_type, &base.manifest).expect(201);
    let images: Vec<Image> = (0..8).map(|n| image(&format!("writer {n}"))).collect();
    for image in &images {
        house.push_blob("a/b", &image.config);
        house.push_blob("a/b", &image.layers[0]);
    }
    let expected = format!("\"{}\"", base.digest());
    let put = |image: &Image| {
        let ask = Ask::new("PUT", "/v2/a/b/manifests/latest").header("If-Match", &*expected);
        house.send(&ask.body(&*image.manifest)).status
    };
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let writers: Vec<_> = images.iter().map(|image| scope.spawn(|| put(image))).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 7, "{statuses:?}");
}

#[test]
fn t6_a_put_that_fails_leaves_the_tag() {
    let (house, image) = prepared();
    house.push_manifest("a/b", "latest", image.media_type, &image.manifest).expect(201);
    let other = crate::support::image("two");
    house
        .push_manifest("a/b", "latest", other.media_type, &other.manifest)
        .refused(400, "MANIFEST_BLOB_UNKNOWN");
    house.push_manifest("a/b", "latest", image.media_type, b"{}").refused(400, "MANIFEST_INVALID");
    assert_eq!(house.get("/v2/a/b/manifests/latest").expect(200).body, image.manifest);
}
