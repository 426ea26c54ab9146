//! Who may do what, on every route.

use registry_auth::{Access, Action, Resource};

use crate::support::{Allow, Ask, Challenge, House, Reply, Switch, digest, image};

/// Every route with what it needs: `p`ull, pu`s`h and `d`elete on `a/b`, the `c`atalog, or the `r`egistry as such.
fn routes(house: &House) -> Vec<(&'static str, String, &'static str)> {
    let _ = house;
    let blob = digest(b"blob");
    let upload = format!("/v2/a/b/blobs/uploads/{}", "0".repeat(32));
    vec![
        ("GET", "/v2/".to_owned(), "r"),
        ("HEAD", "/v2/".to_owned(), "r"),
        ("GET", "/v2/_oci/ext/discover".to_owned(), "r"),
        ("GET", "/v1/_ping".to_owned(), "r"),
        ("GET", "/v2/_catalog".to_owned(), "c"),
        ("GET", "/v1/search?q=a".to_owned(), "c"),
        ("GET", "/v2/a/b/_oci/ext/discover".to_owned(), "p"),
        ("GET", "/v2/_registry/events/log".to_owned(), "e"),
        ("HEAD", "/v2/_registry/events/log".to_owned(), "e"),
        ("GET", "/v2/_registry/webhooks/status".to_owned(), "e"),
        ("GET", "/v2/a/b/_registry/events/log".to_owned(), "p"),
        ("GET", "/v2/a/b/_registry/tags/history?tag=latest".to_owned(), "p"),
        ("POST", "/v2/a/b/_registry/tags/restore".to_owned(), "ps"),
        ("GET", format!("/v2/a/b/blobs/{blob}"), "p"),
        ("HEAD", format!("/v2/a/b/blobs/{blob}"), "p"),
        ("GET", "/v2/a/b/manifests/latest".to_owned(), "p"),
        ("HEAD", "/v2/a/b/manifests/latest".to_owned(), "p"),
        ("GET", "/v2/a/b/tags/list".to_owned(), "p"),
        ("GET", format!("/v2/a/b/referrers/{blob}"), "p"),
        ("GET", upload.clone(), "p"),
        ("POST", "/v2/a/b/blobs/uploads/".to_owned(), "ps"),
        ("POST", format!("/v2/a/b/blobs/uploads/?digest={blob}"), "ps"),
        ("POST", format!("/v2/a/b/blobs/uploads/?mount={blob}&from=c"), "ps"),
        ("POST", format!("/v2/a/b/blobs/uploads/?mount={blob}"), "ps"),
        ("PATCH", upload.clone(), "ps"),
        ("PUT", format!("{upload}?digest={blob}"), "ps"),
        ("PUT", "/v2/a/b/manifests/latest".to_owned(), "ps"),
        ("PUT", format!("/v2/a/b/manifests/{blob}?tag=x"), "ps"),
        ("DELETE", upload, "s"),
        ("DELETE", "/v2/a/b/manifests/latest".to_owned(), "d"),
        ("DELETE", format!("/v2/a/b/manifests/{blob}"), "d"),
        ("DELETE", format!("/v2/a/b/blobs/{blob}"), "d"),
    ]
}

fn letter(access: &Access) -> char {
    match (&access.resource, access.action) {
        (Resource::Registry, _) => 'r',
        (Resource::Catalog, _) => 'c',
        (Resource::Events, _) => 'e',
        (Resource::Metrics, _) => 'm',
        (_, Action::Pull) => 'p',
        (_, Action::Push) => 's',
        _ => 'd',
    }
}

fn ask(method: &str, target: &str) -> Ask {
    let ask = Ask::new(method, target);
    if matches!(method, "GET" | "HEAD" | "DELETE") { ask } else { ask.body("body") }
}

fn refused(reply: Reply, method: &str, status: u16, code: &str) {
    if method == "HEAD" {
        reply.expect(status)
    } else {
        reply.refused(status, code)
    };
}

#[test]
fn nobody_may_do_anything_unless_somebody_allows_it() {
    let house = House::built(|builder| builder);
    for (method, target, _) in routes(&house) {
        refused(house.send(&ask(method, &target)), method, 403, "DENIED");
    }
}

#[test]
fn every_route_needs_all_of_what_it_needs_and_nothing_else() {
    for granted in ["", "r", "c", "p", "s", "d", "ps", "pd", "sd", "e", "rcpsd"] {
        let house = House::built(|builder| {
            builder.authorizer(Allow::by(move |_, access| granted.contains(letter(access))))
        });
        for (method, target, needed) in routes(&house) {
            let reply = house.send(&ask(method, &target));
            let enough = needed.chars().all(|letter| granted.contains(letter));
            if enough {
                assert!(![401, 403].contains(&reply.status), "with {granted:?}: {reply}");
            } else {
                refused(reply, method, 403, "DENIED");
            }
        }
    }
}

#[test]
fn whoever_may_become_somebody_is_asked_to() {
    let house = House::built(|builder| builder.authenticator(std::sync::Arc::new(Challenge)));
    for (method, target, needed) in routes(&house) {
        let reply = house.send(&ask(method, &target));
        let challenge = reply.header("www-authenticate").to_owned();
        assert!(challenge.starts_with("Test realm=\"test\",scope=\""), "{challenge}");
        for (letter, word) in [
            ('p', ":pull"),
            ('s', ":push"),
            ('d', ":delete"),
            ('c', "catalog"),
            ('r', "registry"),
            ('e', "events"),
        ] {
            assert_eq!(challenge.contains(word), needed.contains(letter), "{method} {target}: {challenge}");
        }
        refused(reply, method, 401, "UNAUTHORIZED");
        // Somebody who is known and may not is told so; a challenge would not help.
        let known = house.send(&ask(method, &target).header("Authorization", "Test alice"));
        assert_eq!(known.get("www-authenticate"), None);
        refused(known, method, 403, "DENIED");
        // Wrong, garbled or doubled credentials never pass for none.
        for wrong in ["Basic eDp5", "", "Test"] {
            let reply = house.send(&ask(method, &target).header("Authorization", wrong));
            refused(reply, method, 401, "UNAUTHORIZED");
        }
        let twice =
            ask(method, &target).header("Authorization", "Test alice").header("Authorization", "Test bob");
        refused(house.send(&twice), method, 401, "UNAUTHORIZED");
    }
}

#[test]
fn when_nobody_can_decide_the_reason_stays_inside() {
    let house = House::built(|builder| builder.authenticator(std::sync::Arc::new(Challenge)));
    let reply = house.send(&Ask::new("GET", "/v2/").header("Authorization", "Test away"));
    let reply = reply.refused(503, "UNAVAILABLE");
    assert_eq!(reply.header("retry-after"), "1");
    assert!(!reply.to_string().contains("10.0.0.1"), "{reply}");
}

#[test]
fn what_is_hidden_looks_like_what_is_absent() {
    let house = House::built(|builder| {
        builder.authenticator(std::sync::Arc::new(Challenge)).authorizer(Allow::by(|principal, access| {
            let alice = principal.actor.as_str() == "alice";
            alice || matches!(&access.resource, Resource::Repository(name) if name.as_str() == "public")
        }))
    });
    let image = image("one");
    let as_alice = |ask: Ask| house.send(&ask.header("Authorization", "Test alice"));
    for bytes in [&image.config, &image.layers[0]] {
        let target = format!("/v2/secret/blobs/uploads/?digest={}", digest(bytes));
        as_alice(Ask::new("POST", target).body(&**bytes)).expect(201);
    }
    let put = Ask::new("PUT", "/v2/secret/manifests/latest").header("Content-Type", image.media_type);
    as_alice(put.body(&*image.manifest)).expect(201);
    for who in [None, Some("Test bob")] {
        for rest in [
            "manifests/latest".to_owned(),
            format!("manifests/{}", image.digest()),
            format!("blobs/{}", digest(&image.config)),
            "tags/list".to_owned(),
            format!("referrers/{}", image.digest()),
        ] {
            for method in ["GET", "HEAD", "DELETE"] {
                let answers = ["secret", "absent"].map(|name| {
                    let ask = Ask::new(method, format!("/v2/{name}/{rest}"));
                    let mut ask = ask.header("X-Request-Id", "same");
                    ask.headers.extend(who.map(|who| ("Authorization".to_owned(), who.to_owned())));
                    let reply = house.send(&ask);
                    let headers: Vec<_> = reply
                        .lasting_headers()
                        .into_iter()
                        .map(|(header, value)| (header, value.replace(name, "NAME")))
                        .collect();
                    (reply.status, headers, reply.body)
                });
                assert_eq!(answers[0], answers[1], "{method} {rest} {who:?}");
            }
        }
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    let closed = Switch::default();
    let close = closed.clone();
    let house = House::built(|builder| {
        builder.authorizer(Allow::by(move |_, access| !closed.is_on() || access.action == Action::Pull))
    });
    let image = image("one");
    house.push_image("a/b", "latest", &image);
    let upload = house.start("a/b");
    let stray = house.push_blob("a/b", b"stray");
    let look = || {
        let mut seen = Vec::new();
        for target in ["/v2/_catalog", "/v2/a/b/tags/list", "/v2/a/b/manifests/latest", &*upload] {
            let reply = house.get(target);
            seen.push((reply.status, reply.get("range").map(str::to_owned), reply.body));
        }
        seen.push((house.get(format!("/v2/a/b/blobs/{stray}")).status, None, Vec::new()));
        seen
    };
    let before = look();
    close.turn(true);
    for (method, target) in [
        ("POST", format!("/v2/a/b/blobs/uploads/?digest={}", digest(b"body"))),
        ("POST", format!("/v2/c/blobs/uploads/?mount={stray}&from=a/b")),
        ("PATCH", upload.clone()),
        ("PUT", format!("{upload}?digest={}", digest(b"body"))),
        ("PUT", "/v2/a/b/manifests/latest".to_owned()),
        ("PUT", "/v2/new/manifests/latest".to_owned()),
        ("DELETE", upload.clone()),
        ("DELETE", "/v2/a/b/manifests/latest".to_owned()),
        ("DELETE", format!("/v2/a/b/manifests/{}", image.digest())),
        ("DELETE", format!("/v2/a/b/blobs/{stray}")),
    ] {
        house.send(&ask(method, &target)).refused(403, "DENIED");
    }
    assert_eq!(look(), before);
}
