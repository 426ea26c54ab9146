//! end-8: `GET …/tags/list`.

use registry_core::Link;

use crate::support::{Ask, House, image};

/// A repository with these tags, pushed in this order.
fn tagged(tags: &[&str]) -> House {
    let house = House::new();
    let image = image("one");
    house.push_image("a/b", tags[0], &image);
    for tag in tags {
        house.push_manifest("a/b", tag, image.media_type, &image.manifest).expect(201);
    }
    house
}

/// The tags of a page and the target of its link.
fn page(house: &House, query: &str) -> (Vec<String>, Option<String>) {
    let target = if query.starts_with('/') { query.to_owned() } else { format!("/v2/a/b/tags/list{query}") };
    let reply = house.parity(&Ask::new("GET", &*target)).expect(200);
    assert_eq!(reply.header("content-type"), "application/json");
    let body = reply.json();
    assert_eq!(body["name"], "a/b");
    let tags = body["tags"].as_array().unwrap_or_else(|| panic!("no list: {reply}"));
    let link = reply.get("link").map(|link| Link::parse(link).unwrap().to_owned());
    (tags.iter().map(|tag| tag.as_str().unwrap().to_owned()).collect(), link)
}

#[test]
fn c46_in_byte_order_however_they_came() {
    let house = tagged(&["b", "a", "Z", "_", "10", "9", "a.b", "a-b", "aB", "a_b", "latest"]);
    let expected = ["10", "9", "Z", "_", "a", "a-b", "a.b", "aB", "a_b", "b", "latest"];
    assert_eq!(page(&house, "").0, expected);
    assert_eq!(page(&house, ""), page(&house, "?n=11"));
}

#[test]
fn c45_an_empty_list_is_a_list() {
    let house = tagged(&["only"]);
    house.delete("/v2/a/b/manifests/only").expect(202);
    assert_eq!(page(&house, ""), (Vec::new(), None));
}

#[test]
fn c11_an_unknown_repository() {
    let house = House::new();
    house.parity(&Ask::new("GET", "/v2/nobody/tags/list")).refused(404, "NAME_UNKNOWN");
    house.parity(&Ask::new("GET", "/v2/NOBODY/tags/list")).refused(404, "NAME_INVALID");
}

#[test]
fn c47_c49_pages_and_their_links() {
    let house = tagged(&["a", "b", "c", "d", "e"]);
    assert_eq!(page(&house, "?n=5"), (["a", "b", "c", "d", "e"].map(str::to_owned).to_vec(), None));
    let (first, next) = page(&house, "?n=2");
    assert_eq!(first, ["a", "b"]);
    assert_eq!(
        next.as_deref(),
        Some("/v2/a/b/tags/list?n=2&last=b"),
        "relative, so that it keeps scheme and host"
    );
    let (second, next) = page(&house, &next.unwrap());
    assert_eq!(second, ["c", "d"]);
    let (third, next) = page(&house, &next.unwrap());
    assert_eq!((third, next), (vec!["e".to_owned()], None));
}

#[test]
fn c47_none_at_all() {
    let house = tagged(&["a", "b"]);
    assert_eq!(page(&house, "?n=0"), (Vec::new(), None));
    assert_eq!(page(&house, "?n=0&last=a"), (Vec::new(), None));
}

#[test]
fn c47_sizes_that_are_none() {
    let house = tagged(&["a"]);
    for query in ["?n=-1", "?n=x", "?n=", "?n=1.0", "?n=0x10", "?n=1&n=2", "?n=%31%00"] {
        let ask = Ask::new("GET", format!("/v2/a/b/tags/list{query}"));
        house.parity(&ask).refused(400, "UNSUPPORTED");
    }
}

#[test]
fn c47_t26_sizes_beyond_all_bounds() {
    let house = tagged(&["a", "b"]);
    for n in ["10000", "2147483648", "9223372036854775808", "99999999999999999999999999"] {
        assert_eq!(page(&house, &format!("?n={n}")).0, ["a", "b"], "{n}");
    }
}

#[test]
fn c47_r22_a_page_is_never_larger_than_the_largest() {
    let registry = crate::support::registry(registry_engine::Settings::default());
    let server = registry_server::Server::builder(registry)
        .authorizer(std::sync::Arc::new(registry_auth::EveryoneMay))
        .max_page(3)
        .build();
    let house = House::of(server);
    let image = image("one");
    house.push_image("a/b", "t0", &image);
    for n in 1..8 {
        house.push_manifest("a/b", &format!("t{n}"), image.media_type, &image.manifest).expect(201);
    }
    for query in ["", "?n=100"] {
        let mut all = Vec::new();
        let mut next = Some(query.to_owned());
        while let Some(query) = next {
            let (tags, link) = page(&house, &query);
            assert!(tags.len() <= 3);
            all.extend(tags);
            next = link;
        }
        assert_eq!(all, (0..8).map(|n| format!("t{n}")).collect::<Vec<_>>(), "{query}");
    }
}

#[test]
fn c48_t26_the_position_need_not_exist() {
    let house = tagged(&["a", "c", "e"]);
    assert_eq!(page(&house, "?last=b").0, ["c", "e"]);
    assert_eq!(page(&house, "?last=c").0, ["e"]);
    assert_eq!(page(&house, "?last=zzz").0, [""; 0]);
    assert_eq!(page(&house, "?last=").0, ["a", "c", "e"]);
    assert_eq!(page(&house, "?n=1&last=%21%20no%2Ftag").0, ["a"]);
    assert_eq!(
        page(&house, "?n=1&last=a"),
        (vec!["c".to_owned()], Some("/v2/a/b/tags/list?n=1&last=c".to_owned()))
    );
    let long = "x".repeat(5000);
    assert_eq!(page(&house, &format!("?last={long}")).0, [""; 0]);
}

#[test]
fn r22_without_a_size_all_of_them_come_at_once() {
    let house = House::new();
    let image = image("one");
    let digest = house.push_image("a/b", "t00000", &image);
    let tags: Vec<String> = (0..12_000).map(|n| format!("t{n:05}")).collect();
    for tags in tags.chunks(60) {
        let query = tags.iter().map(|tag| format!("tag={tag}")).collect::<Vec<_>>().join("&");
        house
            .push_manifest("a/b", &format!("{digest}?{query}"), image.media_type, &image.manifest)
            .expect(201);
    }
    assert_eq!(page(&house, ""), (tags.clone(), None));
    assert_eq!(page(&house, "?n=10000").0, tags[..10_000]);
}
