//! The route parser against generated requests: whatever the parts, what is put together is taken apart again, and
//! whatever the text, there is an answer.

use http::Method;
use proptest::prelude::*;
use registry_server::route::{self, Route, RouteError};

const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ID: &str = "0123456789abcdef0123456789abcdef";

/// Names that are made of what endpoints are made of, and of anything else.
fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => prop::sample::select(vec!["blobs", "uploads", "manifests", "tags", "list", "referrers", "v2", "ext"]),
    ];
    let component =
        prop_oneof![word.prop_map(str::to_owned), "[a-z0-9]{1,6}((\\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}"];
    prop::collection::vec(component, 1..7).prop_map(|components| components.join("/"))
}

/// An endpoint of a repository: its method, what follows the name, and how the route begins in its debug form.
fn endpoint() -> impl Strategy<Value = (&'static str, String, &'static str)> {
    prop::sample::select(vec![
        ("GET", "tags/list".to_owned(), "TagList"),
        ("POST", "blobs/uploads/".to_owned(), "UploadStart"),
        ("POST", "blobs/uploads".to_owned(), "UploadStart"),
        ("PATCH", format!("blobs/uploads/{ID}"), "UploadAppend"),
        ("GET", format!("blobs/uploads/{ID}"), "UploadStatus"),
        ("DELETE", format!("blobs/uploads/{ID}"), "UploadCancel"),
        ("GET", format!("blobs/{SHA}"), "BlobRead"),
        ("DELETE", format!("blobs/{SHA}"), "BlobDelete"),
        ("GET", format!("manifests/{SHA}"), "ManifestRead"),
        ("GET", "manifests/list".to_owned(), "ManifestRead"),
        ("PUT", "manifests/uploads".to_owned(), "ManifestPut"),
        ("DELETE", "manifests/blobs".to_owned(), "ManifestDelete"),
        ("GET", format!("referrers/{SHA}"), "Referrers"),
        ("GET", "_oci/ext/discover".to_owned(), "Discover"),
        ("GET", "_registry/events/log".to_owned(), "EventLog"),
        ("POST", "_registry/tags/restore".to_owned(), "TagRestore"),
    ])
}

/// The text with some of its characters escaped, but for slashes.
fn escaped(text: &str, which: &[bool]) -> String {
    let escape = |(character, escape): (char, &bool)| match character {
        '/' => "/".to_owned(),
        character if *escape => format!("%{:02X}", u32::from(character)),
        character => character.to_string(),
    };
    text.chars().zip(which.iter().cycle()).map(escape).collect()
}

fn name_of(route: &Route) -> String {
    let text = format!("{route:?}");
    text.split("RepositoryName(\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

proptest! {
    #[test]
    fn what_is_put_together_is_taken_apart(
        name in name(),
        (method, end, variant) in endpoint(),
        which in prop::collection::vec(prop::bool::weighted(0.1), 1..50),
    ) {
        prop_assume!(name.len() <= 229);
        let path = format!("/v2/{name}/{end}");
        for path in [path.clone(), format!("/v2/{}", escaped(&path[4..], &which))] {
            let route = route::parse(&method.parse().unwrap(), &path, None);
            let route = route.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
            prop_assert!(format!("{route:?}").starts_with(variant), "{method} {path}: {route:?}");
            prop_assert_eq!(name_of(&route), &*name);
            registry_properties::route::check(&method.parse().unwrap(), &path, None);
        }
    }

    #[test]
    fn an_escaped_slash_never_separates(name in name(), (method, end, _) in endpoint(), at in any::<usize>()) {
        let path = format!("{name}/{end}");
        let slashes: Vec<usize> = path.match_indices('/').map(|(index, _)| index).collect();
        let at = slashes[at % slashes.len()];
        let path = format!("/v2/{}%2F{}", &path[..at], &path[at + 1..]);
        // No name, tag, digest or id has a slash or a percent sign in it.
        prop_assert!(route::parse(&method.parse().unwrap(), &path, None).is_err(), "{method} {path}");
    }

    #[test]
    fn there_is_always_an_answer(method in "[A-Z]{1,8}", path in "\\PC*", query in prop::option::of("\\PC*")) {
        use registry_properties::route::check;
        check(&method.parse::<Method>().unwrap(), &path, query.as_deref());
        check(&Method::GET, &format!("/v2/{path}"), query.as_deref());
        check(&Method::POST, &format!("/v2/a/blobs/uploads/{path}"), query.as_deref());
    }

    #[test]
    fn the_same_path_is_known_or_unknown_whatever_the_method(name in name(), (_, end, _) in endpoint()) {
        let path = format!("/v2/{name}/{end}");
        for method in [Method::GET, Method::PUT, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            let parsed = route::parse(&method, &path, None);
            prop_assert!(parsed != Err(RouteError::NotFound), "{method} {path}");
        }
    }
}
