//! R21: `GET /v1/_ping` and `GET /v1/search`.

use registry_auth::Resource;
use serde_json::Value;

use crate::support::{Allow, Ask, House, image};

fn names(body: &Value) -> Vec<&str> {
    body["results"].as_array().unwrap().iter().map(|result| result["name"].as_str().unwrap()).collect()
}

fn search(house: &House, query: &str) -> Value {
    house.parity(&Ask::new("GET", format!("/v1/search{query}"))).expect(200).json()
}

#[test]
fn r21_there_is_a_search() {
    let house = House::new();
    house.parity(&Ask::new("GET", "/v1/_ping")).expect(200);
}

#[test]
fn r21_names_that_hold_the_term_page_by_page() {
    let house = House::new();
    for n in 0..5 {
        house.push_image(&format!("team/web{n}"), "latest", &image("one"));
    }
    house.push_image("other/db", "latest", &image("one"));
    let body = search(&house, "?q=web&n=25");
    assert_eq!(names(&body), ["team/web0", "team/web1", "team/web2", "team/web3", "team/web4"]);
    assert_eq!((&body["query"], &body["num_results"], &body["page"]), (&"web".into(), &5.into(), &1.into()));
    assert_eq!(names(&search(&house, "?q=WEB&n=2&page=2")), ["team/web2", "team/web3"]);
    assert_eq!(names(&search(&house, "?q=web&n=2&page=3")), ["team/web4"]);
    assert_eq!(names(&search(&house, "?q=web&page=99999999999999999999")), [""; 0]);
    assert_eq!(names(&search(&house, "?q=db")), ["other/db"]);
    assert_eq!(names(&search(&house, "?q=library/db")), ["other/db"], "docker puts this before a bare word");
    assert_eq!(names(&search(&house, "?q=nothing")), [""; 0]);
    assert_eq!(names(&search(&house, "")).len(), 6);
    house.parity(&Ask::new("GET", "/v1/search?q=x&n=-1")).refused(400, "UNSUPPORTED");
}

#[test]
fn only_what_the_caller_may_pull_is_found() {
    let house = House::built(|builder| {
        builder.authorizer(Allow::by(|_, access| match &access.resource {
            Resource::Repository(name) => {
                name.as_str() != "hidden" || access.action != registry_auth::Action::Pull
            }
            _ => true,
        }))
    });
    house.push_image("open", "latest", &image("one"));
    assert_eq!(names(&search(&house, "?q=e")), ["open"]);
}
