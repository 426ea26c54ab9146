//! end-1: `GET /v2/`.

use crate::support::{Ask, House};

#[test]
fn c65_is_a_registry() {
    let house = House::new();
    for path in ["/v2/", "/v2", "/v2/?x=y"] {
        let reply = house.parity(&Ask::new("GET", path)).expect(200);
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.body, b"{}");
    }
}

#[test]
fn c66_the_router_answers_errors_like_everybody_else() {
    let house = House::new();
    for path in ["/", "/v2/x", "/v2/a/tags", "/favicon.ico", "/v2/a/b/c/d/e", "/v2/a%2Ftags%2Flist"] {
        house.parity(&Ask::new("GET", path)).refused(404, "UNSUPPORTED");
    }
    let table = [
        ("POST", "/v2/", "GET, HEAD"),
        ("PUT", "/v2/_catalog", "GET, HEAD"),
        ("DELETE", "/v2/a/tags/list", "GET, HEAD"),
        ("GET", "/v2/a/blobs/uploads/", "POST"),
        ("PATCH", "/v2/a/manifests/x", "GET, HEAD, PUT, DELETE"),
        ("POST", "/v2/a/manifests/x", "GET, HEAD, PUT, DELETE"),
        ("OPTIONS", "/v2/", "GET, HEAD"),
    ];
    for (method, path, allow) in table {
        let reply = house.send(&Ask::new(method, path)).refused(405, "UNSUPPORTED");
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
}
