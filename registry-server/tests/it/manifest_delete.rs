//! end-9: `DELETE …/manifests/<reference>`.

use crate::support::{Ask, House, image, index};

#[test]
fn c58_r23_a_tag_goes_and_the_manifest_stays() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("a/b", "one", &image);
    house.push_manifest("a/b", "two", image.media_type, &image.manifest).expect(201);
    house.delete("/v2/a/b/manifests/one").expect(202);
    house.parity(&Ask::new("GET", "/v2/a/b/manifests/one")).refused(404, "MANIFEST_UNKNOWN");
    house.get("/v2/a/b/manifests/two").expect(200);
    house.get(format!("/v2/a/b/manifests/{digest}")).expect(200);
    house.delete("/v2/a/b/manifests/one").refused(404, "MANIFEST_UNKNOWN");
}

#[test]
fn c59_a_manifest_goes_with_all_its_tags() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("a/b", "one", &image);
    house.push_manifest("a/b", "two", image.media_type, &image.manifest).expect(201);
    house.push_image("a/b", "other", &crate::support::image("other"));
    house.delete(format!("/v2/a/b/manifests/{digest}")).expect(202);
    for reference in ["one", "two", &digest] {
        house
            .parity(&Ask::new("GET", format!("/v2/a/b/manifests/{reference}")))
            .refused(404, "MANIFEST_UNKNOWN");
    }
    assert_eq!(house.get("/v2/a/b/tags/list").expect(200).json()["tags"], serde_json::json!(["other"]));
    house.delete(format!("/v2/a/b/manifests/{digest}")).refused(404, "MANIFEST_UNKNOWN");
}

#[test]
fn c59_where_there_is_nothing() {
    let house = House::new();
    let digest = image("one").digest();
    house.delete(format!("/v2/nobody/manifests/{digest}")).refused(404, "NAME_UNKNOWN");
    house.delete("/v2/nobody/manifests/latest").refused(404, "NAME_UNKNOWN");
    house.delete("/v2/nobody/manifests/md5:abc").refused(404, "MANIFEST_UNKNOWN");
    house.delete("/v2/nobody/manifests/sha256:abc").refused(400, "DIGEST_INVALID");
    house.delete("/v2/nobody/manifests/.x").refused(404, "MANIFEST_UNKNOWN");
    house.delete("/v2/NOBODY/manifests/latest").refused(404, "NAME_INVALID");
}

#[test]
fn what_an_index_needs_is_in_use() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("a/b", "one", &image);
    let index = index(&[&image.manifest]);
    let media_type = "application/vnd.oci.image.index.v1+json";
    let parent = house.push_manifest("a/b", "index", media_type, &index).expect(201);
    let reply = house.delete(format!("/v2/a/b/manifests/{digest}")).refused(405, "UNSUPPORTED");
    assert_eq!(reply.header("allow"), "GET, HEAD, PUT");
    house.get("/v2/a/b/manifests/one").expect(200);
    house.delete(parent.header("location")).expect(202);
    house.delete(format!("/v2/a/b/manifests/{digest}")).expect(202);
}

#[test]
fn c73_conditions() {
    let house = House::new();
    let digest = house.push_image("a/b", "one", &image("one"));
    let own = format!("\"{digest}\"");
    let delete = |reference: &str, name: &str, value: &str| {
        house.send(&Ask::new("DELETE", format!("/v2/a/b/manifests/{reference}")).header(name, value))
    };
    for reference in ["one", &digest] {
        let failed = delete(reference, "If-Match", "\"x\"").refused(412, "MANIFEST_INVALID");
        assert_eq!(failed.header("etag"), own);
        delete(reference, "If-None-Match", &own).refused(412, "MANIFEST_INVALID");
        delete(reference, "If-Match", "nonsense").refused(400, "UNSUPPORTED");
    }
    delete("one", "If-Match", &own).expect(202);
    delete(&digest, "If-Match", &own).expect(202);
}
