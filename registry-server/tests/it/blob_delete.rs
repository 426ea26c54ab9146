//! end-10: `DELETE …/blobs/<digest>`.

use crate::support::{Ask, House, digest, image};

#[test]
fn c61_a_deleted_blob_is_absent_at_once() {
    let house = House::new();
    let own = house.push_blob("a/b", b"x");
    house.push_blob("other", b"x");
    house.delete(format!("/v2/a/b/blobs/{own}")).expect(202);
    house.parity(&Ask::new("GET", format!("/v2/a/b/blobs/{own}"))).refused(404, "BLOB_UNKNOWN");
    house.delete(format!("/v2/a/b/blobs/{own}")).refused(404, "BLOB_UNKNOWN");
    house.get(format!("/v2/other/blobs/{own}")).expect(200);
    // And comes back when it is pushed again.
    house.push_blob("a/b", b"x");
    house.get(format!("/v2/a/b/blobs/{own}")).expect(200);
}

#[test]
fn c61_what_is_not_there() {
    let house = House::new();
    house.delete(format!("/v2/nobody/blobs/{}", digest(b"x"))).refused(404, "BLOB_UNKNOWN");
    house.delete("/v2/nobody/blobs/md5:abc").refused(404, "BLOB_UNKNOWN");
    house.delete("/v2/nobody/blobs/sha256:abc").refused(400, "DIGEST_INVALID");
}

#[test]
fn c72_what_a_manifest_needs_is_in_use() {
    let house = House::new();
    let image = image("one");
    let manifest = house.push_image("a/b", "one", &image);
    for bytes in [&image.config, &image.layers[0]] {
        let target = format!("/v2/a/b/blobs/{}", digest(bytes));
        let reply = house.delete(&*target).refused(405, "UNSUPPORTED");
        assert_eq!(reply.header("allow"), "GET, HEAD");
        house.get(&*target).expect(200);
    }
    house.delete(format!("/v2/a/b/manifests/{manifest}")).expect(202);
    house.delete(format!("/v2/a/b/blobs/{}", digest(&image.config))).expect(202);
}
