//! `_oci/ext/discover`.

use serde_json::Value;

use crate::support::{Ask, House, image};

/// The endpoints that are listed, as paths.
fn endpoints(list: &Value, scope: &str) -> Vec<String> {
    let extensions = list["extensions"].as_array().unwrap();
    extensions
        .iter()
        .flat_map(|extension| {
            assert!(extension["name"].as_str().unwrap().starts_with('_'));
            assert!(extension["url"].is_string() && extension["description"].is_string());
            extension["endpoints"].as_array().unwrap()
        })
        .map(|endpoint| format!("/v2/{scope}{}", endpoint.as_str().unwrap()))
        .collect()
}

#[test]
fn c74_the_extensions_that_are_served() {
    let house = House::new();
    house.push_image("a/b", "latest", &image("one"));
    for (scope, expected) in [("", 3), ("a/b/", 4)] {
        let reply = house.parity(&Ask::new("GET", format!("/v2/{scope}_oci/ext/discover"))).expect(200);
        assert_eq!(reply.header("content-type"), "application/json");
        let endpoints = endpoints(&reply.json(), scope);
        assert_eq!(endpoints.len(), expected, "{endpoints:?}");
        for endpoint in endpoints {
            if endpoint.ends_with("/restore") {
                house.get(&*endpoint).refused(405, "UNSUPPORTED");
            } else {
                house.parity(&Ask::new("GET", format!("{endpoint}?tag=latest"))).expect(200);
            }
        }
    }
    house.get("/v2/A/_oci/ext/discover").refused(404, "NAME_INVALID");
}

#[test]
fn what_no_list_names_is_not_there() {
    let house = House::new();
    for path in [
        "/v2/_oci/ext/other",
        "/v2/_registry/",
        "/v2/_registry/events",
        "/v2/_registry/events/log/",
        "/v2/_registry/events/logs",
        "/v2/_registry/tags/history?tag=x",
        "/v2/_registry/tags/restore",
        "/v2/a/_registry/webhooks/status",
        "/v2/a/_registry/x/y",
        "/v2/a/_other/events/log",
    ] {
        house.get(path).refused(404, "UNSUPPORTED");
    }
}
