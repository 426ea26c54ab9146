//! end-14: `DELETE` of an upload.

use crate::support::{Ask, House};

#[test]
fn c34_r9_a_cancelled_upload_is_gone() {
    let house = House::new();
    let location = house.start("a/b");
    house.send(&Ask::new("PATCH", &*location).body("abc")).expect(202);
    house.delete(&*location).expect(204);
    house.get(&*location).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.delete(&*location).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.send(&Ask::new("PATCH", &*location).body("abc")).refused(404, "BLOB_UPLOAD_UNKNOWN");
}

#[test]
fn d9_only_in_its_own_repository() {
    let house = House::new();
    let location = house.start("a/b");
    house.delete(location.replace("/v2/a/b/", "/v2/c/")).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.get(&*location).expect(204);
}
