//! end-13: `GET` of an upload.

use crate::support::{Ask, House};

#[test]
fn c33_t11_how_far_an_upload_is() {
    let house = House::new();
    let location = house.start("a/b");
    for (bytes, range) in [("", "0-0"), ("a", "0-0"), ("bc", "0-2")] {
        house.send(&Ask::new("PATCH", &*location).body(bytes)).expect(202);
        let reply = house.parity(&Ask::new("GET", &*location)).expect(204);
        assert_eq!(reply.header("location"), location);
        assert_eq!(reply.header("range"), range);
        assert!(location.ends_with(reply.header("docker-upload-uuid")));
    }
}

#[test]
fn c33_d9_unknown_ones_and_those_of_other_repositories() {
    let house = House::new();
    let location = house.start("a/b");
    let unknown = format!("/v2/a/b/blobs/uploads/{}", "0".repeat(32));
    let strange = location.replace("/v2/a/b/", "/v2/a/");
    for target in [unknown, strange, "/v2/a/b/blobs/uploads/x".to_owned()] {
        house.parity(&Ask::new("GET", &*target)).refused(404, "BLOB_UPLOAD_UNKNOWN");
    }
}
