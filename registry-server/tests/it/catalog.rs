//! `GET /v2/_catalog`.

use registry_auth::Resource;
use registry_core::Link;

use crate::support::{Allow, Ask, House, Switch, image};

fn page(house: &House, target: &str) -> (Vec<String>, Option<String>) {
    let reply = house.parity(&Ask::new("GET", target)).expect(200);
    assert_eq!(reply.header("content-type"), "application/json");
    let names = reply.json()["repositories"].as_array().unwrap().clone();
    let link = reply.get("link").map(|link| Link::parse(link).unwrap().to_owned());
    (names.iter().map(|name| name.as_str().unwrap().to_owned()).collect(), link)
}

fn pages(house: &House, first: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(first.to_owned()));
    while let Some(target) = next {
        let (names, link) = page(house, &target);
        pages.push(names);
        next = link;
    }
    pages
}

fn push_all(house: &House, names: &[&str]) {
    for name in names {
        house.push_image(name, "latest", &image("one"));
    }
}

#[test]
fn in_byte_order_whatever_prefixes_they_share() {
    let house = House::new();
    assert_eq!(page(&house, "/v2/_catalog"), (Vec::new(), None));
    push_all(&house, &["b", "a/b/c", "a", "a/b", "a-b", "a.b", "a/0", "ab"]);
    let sorted = ["a", "a-b", "a.b", "a/0", "a/b", "a/b/c", "ab", "b"];
    assert_eq!(page(&house, "/v2/_catalog"), (sorted.map(str::to_owned).to_vec(), None));
    assert_eq!(pages(&house, "/v2/_catalog?n=3").concat(), sorted);
}

#[test]
fn c47_sizes_and_positions() {
    let house = House::new();
    push_all(&house, &["a", "b/x", "c"]);
    assert_eq!(page(&house, "/v2/_catalog?n=0"), (Vec::new(), None));
    assert_eq!(page(&house, "/v2/_catalog?n=3"), (["a", "b/x", "c"].map(str::to_owned).to_vec(), None));
    let (_, next) = page(&house, "/v2/_catalog?n=2");
    assert_eq!(next.as_deref(), Some("/v2/_catalog?n=2&last=b%2Fx"));
    assert_eq!(page(&house, "/v2/_catalog?last=b").0, ["b/x", "c"]);
    assert_eq!(page(&house, "/v2/_catalog?n=99999999999999999999").0.len(), 3);
    house.parity(&Ask::new("GET", "/v2/_catalog?n=-1")).refused(400, "UNSUPPORTED");
}

/// Everybody may do everything; once the switch is on, nothing where a name holds the word `secret`.
fn with_secrets() -> (House, Switch) {
    let closed = Switch::default();
    let switch = closed.clone();
    let house = House::built(|builder| {
        builder.authorizer(Allow::by(move |_, access| match &access.resource {
            Resource::Repository(name) => !closed.is_on() || !name.as_str().contains("secret"),
            _ => true,
        }))
    });
    (house, switch)
}

#[test]
fn only_what_the_caller_may_pull_is_listed_and_counted() {
    let (house, closed) = with_secrets();
    let names: Vec<String> =
        (0..230).map(|n| if n % 3 == 0 { format!("r{n:03}") } else { format!("r{n:03}/secret") }).collect();
    push_all(&house, &names.iter().map(String::as_str).collect::<Vec<_>>());
    closed.turn(true);
    let open: Vec<&String> = names.iter().filter(|name| !name.contains("secret")).collect();
    let listed = pages(&house, "/v2/_catalog?n=10");
    assert_eq!(listed.concat().iter().collect::<Vec<_>>(), open);
    assert!(listed.iter().rev().skip(1).all(|page| page.len() == 10), "{listed:?}");
}

#[test]
fn what_may_not_be_pulled_is_neither_listed_nor_named_by_a_link() {
    let (house, closed) = with_secrets();
    let names = ["a", "a/secret", "b", "secret/1", "secret/2", "secret/3", "z"];
    push_all(&house, &names);
    assert_eq!(pages(&house, "/v2/_catalog?n=1").concat(), names);
    closed.turn(true);
    for n in 1..5 {
        let listed = pages(&house, &format!("/v2/_catalog?n={n}"));
        assert_eq!(listed.concat(), ["a", "b", "z"], "n={n}: {listed:?}");
        assert!(listed.iter().all(|page| !page.is_empty()), "n={n}: {listed:?}");
    }
    let (_, link) = page(&house, "/v2/_catalog?n=2");
    assert_eq!(link.as_deref(), Some("/v2/_catalog?n=2&last=b"));
}
