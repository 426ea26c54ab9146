//! `GET /v2/_oci/ext/discover`.

use crate::support::{Ask, House};

#[test]
fn c74_the_extensions_that_are_served() {
    let house = House::new();
    for path in ["/v2/_oci/ext/discover", "/v2/a/b/_oci/ext/discover"] {
        let reply = house.parity(&Ask::new("GET", path)).expect(200);
        assert_eq!(reply.header("content-type"), "application/json");
        for extension in reply.json()["extensions"].as_array().unwrap() {
            assert!(extension["name"].as_str().unwrap().starts_with('_'));
            assert!(extension["url"].is_string());
            for endpoint in extension["endpoints"].as_array().unwrap() {
                house.get(format!("/v2/{}", endpoint.as_str().unwrap())).expect(200);
            }
        }
    }
    house.get("/v2/A/_oci/ext/discover").refused(404, "NAME_INVALID");
    house.get("/v2/_oci/ext/other").refused(404, "UNSUPPORTED");
}
