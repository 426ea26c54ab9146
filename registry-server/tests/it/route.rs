//! The route parser: every endpoint, ambiguous names, escapes, and what is refused how.

use http::Method;
use registry_core::{Algorithm, Digest, Reference};
use registry_server::route::{self, Intent, MountFrom, Route, RouteError};

const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ID: &str = "0123456789abcdef0123456789abcdef";

fn parse(method: &str, target: &str) -> Result<Route, RouteError> {
    let target = target.replace("SHA", SHA).replace("ID", ID);
    let (path, query) = target.split_once('?').map_or((&*target, None), |(path, query)| (path, Some(query)));
    route::parse(&method.parse::<Method>().unwrap(), path, query)
}

/// The variant's name and the repository's.
fn shape(method: &str, target: &str) -> (String, String) {
    let route = parse(method, target).unwrap_or_else(|e| panic!("{method} {target}: {e:?}"));
    let text = format!("{route:?}");
    let variant = text.split([' ', '{']).next().unwrap().to_owned();
    let name =
        text.split("name: RepositoryName(\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap());
    (variant, name.to_owned())
}

#[test]
fn every_endpoint_has_its_route() {
    let table = [
        ("GET", "/v2/", "Base", ""),
        ("GET", "/v2", "Base", ""),
        ("HEAD", "/v2/", "Base", ""),
        ("GET", "/v2/a/b/blobs/SHA", "BlobRead", "a/b"),
        ("HEAD", "/v2/a/b/blobs/SHA", "BlobRead", "a/b"),
        ("GET", "/v2/a/b/manifests/latest", "ManifestRead", "a/b"),
        ("HEAD", "/v2/a/b/manifests/SHA", "ManifestRead", "a/b"),
        ("POST", "/v2/a/b/blobs/uploads/", "UploadStart", "a/b"),
        ("POST", "/v2/a/b/blobs/uploads", "UploadStart", "a/b"),
        ("POST", "/v2/a/b/blobs/uploads/?digest=SHA", "BlobPut", "a/b"),
        ("POST", "/v2/a/b/blobs/uploads?digest=SHA", "BlobPut", "a/b"),
        ("POST", "/v2/a/b/blobs/uploads/?digest-algorithm=sha512", "UploadStart", "a/b"),
        ("PATCH", "/v2/a/b/blobs/uploads/ID", "UploadAppend", "a/b"),
        ("PUT", "/v2/a/b/blobs/uploads/ID?digest=SHA", "UploadFinish", "a/b"),
        ("PUT", "/v2/a/b/manifests/latest", "ManifestPut", "a/b"),
        ("PUT", "/v2/a/b/manifests/SHA?tag=1&tag=2", "ManifestPut", "a/b"),
        ("GET", "/v2/a/b/tags/list", "TagList", "a/b"),
        ("GET", "/v2/a/b/tags/list?n=3&last=x", "TagList", "a/b"),
        ("DELETE", "/v2/a/b/manifests/latest", "ManifestDelete", "a/b"),
        ("DELETE", "/v2/a/b/manifests/SHA", "ManifestDelete", "a/b"),
        ("DELETE", "/v2/a/b/blobs/SHA", "BlobDelete", "a/b"),
        ("POST", "/v2/a/b/blobs/uploads/?mount=SHA&from=c", "BlobMount", "a/b"),
        ("GET", "/v2/a/b/referrers/SHA", "Referrers", "a/b"),
        ("GET", "/v2/a/b/referrers/SHA?artifactType=a/b", "Referrers", "a/b"),
        ("GET", "/v2/a/b/blobs/uploads/ID", "UploadStatus", "a/b"),
        ("DELETE", "/v2/a/b/blobs/uploads/ID", "UploadCancel", "a/b"),
        ("GET", "/v2/_catalog", "Catalog", ""),
        ("GET", "/v2/_oci/ext/discover", "Discover", ""),
        ("GET", "/v2/a/b/_oci/ext/discover", "Discover", ""),
        ("GET", "/v2/a/b/_registry/tags/history?tag=x&n=1&before=2", "TagHistory", "a/b"),
        ("POST", "/v2/a/b/_registry/tags/restore", "TagRestore", "a/b"),
        ("GET", "/v2/_registry/events/log?after=1&n=2&follow&internal=0", "EventLog", ""),
        ("GET", "/v2/a/b/_registry/events/log", "EventLog", ""),
        ("GET", "/v2/_registry/webhooks/status", "WebhookStatus", ""),
        ("GET", "/v1/_ping", "SearchPing", ""),
        ("GET", "/v1/search?q=x", "Search", ""),
    ];
    for (method, target, variant, name) in table {
        let expected = (variant.to_owned(), name.to_owned());
        assert_eq!(shape(method, target), expected, "{method} {target}");
    }
}

#[test]
fn r6_the_right_end_decides_whatever_words_a_name_is_made_of() {
    let table = [
        ("GET", "/v2/a/blobs/uploads/tags/list", "TagList", "a/blobs/uploads"),
        ("GET", "/v2/tags/list/tags/list", "TagList", "tags/list"),
        ("GET", "/v2/manifests/tags/list", "TagList", "manifests"),
        ("GET", "/v2/a/tags/list/manifests/x", "ManifestRead", "a/tags/list"),
        ("GET", "/v2/manifests/manifests/manifests", "ManifestRead", "manifests"),
        ("GET", "/v2/a/manifests/manifests/x", "ManifestRead", "a/manifests"),
        ("GET", "/v2/blobs/blobs/SHA", "BlobRead", "blobs"),
        ("GET", "/v2/a/blobs/uploads/blobs/SHA", "BlobRead", "a/blobs/uploads"),
        ("GET", "/v2/referrers/referrers/SHA", "Referrers", "referrers"),
        ("GET", "/v2/a/manifests/referrers/SHA", "Referrers", "a/manifests"),
        ("POST", "/v2/blobs/uploads/blobs/uploads/", "UploadStart", "blobs/uploads"),
        ("POST", "/v2/uploads/blobs/uploads", "UploadStart", "uploads"),
        ("PATCH", "/v2/a/blobs/uploads/blobs/uploads/ID", "UploadAppend", "a/blobs/uploads"),
        ("GET", "/v2/a/blobs/uploads/manifests/uploads", "ManifestRead", "a/blobs/uploads"),
        ("GET", "/v2/a/manifests/x", "ManifestRead", "a"),
        ("GET", "/v2/a/b/manifests/x", "ManifestRead", "a/b"),
        ("GET", "/v2/a/b/c/manifests/x", "ManifestRead", "a/b/c"),
    ];
    for (method, target, variant, name) in table {
        let expected = (variant.to_owned(), name.to_owned());
        assert_eq!(shape(method, target), expected, "{method} {target}");
    }
}

#[test]
fn r4_escapes_are_decoded_once_and_never_become_separators() {
    let digest: Digest = SHA.parse().unwrap();
    let encoded = SHA.replace(':', "%3A");
    let Ok(Route::BlobRead { digest: read, .. }) = parse("GET", &format!("/v2/a/blobs/{encoded}")) else {
        panic!("an encoded colon in the path");
    };
    let Ok(Route::UploadFinish { digest: put, .. }) =
        parse("PUT", &format!("/v2/a/blobs/uploads/ID?x=%20&digest={encoded}&y"))
    else {
        panic!("an encoded colon in the query");
    };
    assert_eq!((read, put), (digest, digest));
    assert_eq!(shape("GET", "/v2/%61/manifests/l%61test").1, "a");
    for target in ["/v2/a%2Fb/manifests/x", "/v2/a%2fmanifests%2fx/manifests/x", "/v2/%2561/manifests/x"] {
        assert!(matches!(parse("GET", target), Err(RouteError::Name { .. })), "{target}");
    }
    for target in
        ["/v2/a/manifests/%2e%2e%2fx", "/v2/a/manifests/%zz", "/v2/a/manifests/%ff", "/v2/a/manifests/%00"]
    {
        assert!(matches!(parse("GET", target), Err(RouteError::Tag { .. })), "{target}");
    }
    assert_eq!(parse("GET", "/v2/a%2Ftags%2Flist"), Err(RouteError::NotFound));
}

#[test]
fn c2_names_that_break_the_grammar_are_not_found_by_readers_and_invalid_for_writers() {
    let long = "a".repeat(300);
    let names =
        ["", "A", "a//b", "a/", "/a", "-a", "a..b", "a/..", "../a", ".", "a b", "a%00", "a___b", "ä", &long];
    for name in names {
        let find = |method: &str, rest: &str| match parse(method, &format!("/v2/{name}/{rest}")) {
            Err(RouteError::Name { intent, .. }) => intent,
            other => panic!("{method} {name:?} {rest}: {other:?}"),
        };
        assert_eq!(find("GET", "manifests/x"), Intent::Find);
        assert_eq!(find("HEAD", "blobs/SHA"), Intent::Find);
        assert_eq!(find("DELETE", "blobs/SHA"), Intent::Find);
        assert_eq!(find("GET", "tags/list"), Intent::Find);
        assert_eq!(find("GET", "referrers/SHA"), Intent::Find);
        assert_eq!(find("PUT", "manifests/x"), Intent::Write);
        assert_eq!(find("POST", "blobs/uploads/"), Intent::Write);
        assert_eq!(find("PATCH", "blobs/uploads/ID"), Intent::Write);
    }
}

#[test]
fn c3_new_names_have_at_most_229_bytes() {
    let name = |len: usize| "a".repeat(len);
    assert!(parse("POST", &format!("/v2/{}/blobs/uploads/", name(229))).is_ok());
    assert!(matches!(
        parse("POST", &format!("/v2/{}/blobs/uploads/", name(230))),
        Err(RouteError::Name { intent: Intent::Write, .. })
    ));
    assert!(parse("GET", &format!("/v2/{}/tags/list", name(255))).is_ok());
}

#[test]
fn c4_tags_that_break_the_grammar() {
    let long = "a".repeat(129);
    for tag in [".x", "-x", "a+b", "", &long] {
        let intent = |method: &str| match parse(method, &format!("/v2/a/manifests/{tag}")) {
            Err(RouteError::Tag { intent, .. }) => intent,
            other => panic!("{method} {tag:?}: {other:?}"),
        };
        assert_eq!((intent("GET"), intent("PUT")), (Intent::Find, Intent::Write));
    }
    let longest = "a".repeat(128);
    assert!(parse("PUT", &format!("/v2/a/manifests/{longest}")).is_ok());
    assert!(matches!(
        parse("PUT", "/v2/a/manifests/SHA?tag=ok&tag=.no"),
        Err(RouteError::Tag { intent: Intent::Write, .. })
    ));
}

#[test]
fn c5_a_colon_makes_it_a_digest() {
    let upper = SHA.to_uppercase().replace("SHA256", "sha256");
    for digest in ["sha256:abc", "sha256:", ":", "sha256:baddigeststring", &upper, "SHA256:ab"] {
        for (method, target) in [
            ("GET", format!("/v2/a/manifests/{digest}")),
            ("PUT", format!("/v2/a/manifests/{digest}")),
            ("GET", format!("/v2/a/blobs/{digest}")),
            ("DELETE", format!("/v2/a/blobs/{digest}")),
            ("GET", format!("/v2/a/referrers/{digest}")),
            ("POST", format!("/v2/a/blobs/uploads/?digest={digest}")),
            ("POST", format!("/v2/a/blobs/uploads/?mount={digest}")),
            ("PUT", format!("/v2/a/blobs/uploads/ID?digest={digest}")),
        ] {
            let error = parse(method, &target).unwrap_err();
            assert!(matches!(error, RouteError::Digest { .. }), "{method} {target}: {error:?}");
        }
    }
}

#[test]
fn c18_unknown_algorithms_are_absent_for_readers_and_unsupported_for_writers() {
    assert_eq!(parse("GET", "/v2/a/blobs/md5:abc"), Err(RouteError::BlobUnknown));
    assert_eq!(parse("GET", "/v2/a/manifests/md5:abc"), Err(RouteError::ManifestUnknown));
    assert!(matches!(parse("GET", "/v2/a/referrers/md5:abc"), Ok(Route::Referrers { .. })));
    for (method, target) in [
        ("POST", "/v2/a/blobs/uploads/?digest=md5:abc"),
        ("POST", "/v2/a/blobs/uploads/?digest-algorithm=md5"),
        ("PUT", "/v2/a/blobs/uploads/ID?digest=md5:abc"),
        ("PUT", "/v2/a/manifests/md5:abc"),
    ] {
        assert!(matches!(parse(method, target), Err(RouteError::Algorithm { .. })), "{method} {target}");
    }
    let Ok(Route::UploadStart { algorithm, .. }) =
        parse("POST", "/v2/a/blobs/uploads/?digest-algorithm=blake3")
    else {
        panic!("blake3");
    };
    assert_eq!(algorithm, Some(Algorithm::Blake3));
}

#[test]
fn c21_the_closing_put_needs_a_digest() {
    assert_eq!(parse("PUT", "/v2/a/blobs/uploads/ID"), Err(RouteError::DigestMissing));
    assert_eq!(parse("PUT", "/v2/a/blobs/uploads/ID?x=y"), Err(RouteError::DigestMissing));
}

#[test]
fn r8_where_a_mount_looks() {
    let from = |query: &str| match parse("POST", &format!("/v2/a/blobs/uploads/?mount=SHA{query}")) {
        Ok(Route::BlobMount { from, .. }) => from,
        other => panic!("{query}: {other:?}"),
    };
    assert_eq!(from("&from=b/c"), MountFrom::Repository("b/c".parse().unwrap()));
    assert_eq!(from("&from=b%2Fc&origin=x"), MountFrom::Repository("b/c".parse().unwrap()));
    assert_eq!(from(""), MountFrom::Anywhere);
    assert_eq!(from("&from="), MountFrom::Anywhere);
    assert_eq!(from("&from=NO"), MountFrom::Nowhere);
}

#[test]
fn c40_tags_only_beside_a_digest() {
    assert_eq!(parse("PUT", "/v2/a/manifests/latest?tag=x"), Err(RouteError::TagsBesideTag));
    let Ok(Route::ManifestPut { reference: Reference::Digest(_), tags, .. }) =
        parse("PUT", "/v2/a/manifests/SHA?tag=b&other&tag=a")
    else {
        panic!("tags beside a digest");
    };
    assert_eq!(tags.iter().map(registry_core::Tag::as_str).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn c47_page_sizes() {
    let n = |text: &str| match parse("GET", &format!("/v2/a/tags/list{text}")) {
        Ok(Route::TagList { page, .. }) => Ok(page.n),
        Err(RouteError::Parameter { name, .. }) => Err(name),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(n(""), Ok(None));
    assert_eq!(n("?n=0"), Ok(Some(0)));
    assert_eq!(n("?n=2147483648"), Ok(Some(2_147_483_648)));
    assert_eq!(n("?n=99999999999999999999999999"), Ok(Some(usize::MAX)));
    for bad in ["?n=-1", "?n=x", "?n=", "?n=1.5", "?n=+1", "?n=1&n=2", "?n=%ff"] {
        assert_eq!(n(bad), Err("n"), "{bad}");
    }
    assert_eq!(n("?n=1&n=1"), Ok(Some(1)));
}

#[test]
fn c54_a_plus_in_a_filter_is_a_plus() {
    for target in ["a/b+json", "a/b%2Bjson", "a%2Fb+json"] {
        let route = parse("GET", &format!("/v2/a/referrers/SHA?artifactType={target}"));
        let Ok(Route::Referrers { artifact_type: Some(found), .. }) = route else { panic!("{target}") };
        assert_eq!(found.as_str(), "a/b+json");
    }
    assert!(matches!(
        parse("GET", "/v2/a/referrers/SHA?artifactType=nonsense"),
        Err(RouteError::Parameter { name: "artifactType", .. })
    ));
}

#[test]
fn unknown_paths_are_not_found() {
    for path in [
        "",
        "/",
        "v2/",
        "/v1/",
        "/v3/",
        "/v2//",
        "/v2/a",
        "/v2/a/b",
        "/v2/a/tags",
        "/v2/a/tags/list/",
        "/v2/a/manifests",
        "/v2/a/blobs/uploads//",
        "/v2/a/uploads/ID",
        "/v2/_catalog/",
        "/V2/",
        "/v2/tags/list",
        "/v2/blobs/uploads/",
        "/v2/_oci/ext",
        "*",
        "/v2/manifests/x",
    ] {
        assert_eq!(parse("GET", path), Err(RouteError::NotFound), "{path}");
    }
}

#[test]
fn wrong_methods_are_told_the_right_ones() {
    let table = [
        ("POST", "/v2/", "GET, HEAD"),
        ("DELETE", "/v2/a/tags/list", "GET, HEAD"),
        ("PUT", "/v2/a/referrers/SHA", "GET, HEAD"),
        ("PUT", "/v2/a/blobs/SHA", "GET, HEAD, DELETE"),
        ("PATCH", "/v2/a/manifests/x", "GET, HEAD, PUT, DELETE"),
        ("GET", "/v2/a/blobs/uploads/", "POST"),
        ("POST", "/v2/a/blobs/uploads/ID", "GET, HEAD, PATCH, PUT, DELETE"),
        ("OPTIONS", "/v2/_catalog", "GET, HEAD"),
        ("POST", "/v2/_registry/events/log", "GET, HEAD"),
        ("POST", "/v2/a/_registry/tags/history", "GET, HEAD"),
        ("GET", "/v2/a/_registry/tags/restore", "POST"),
        ("BREW", "/v1/search", "GET, HEAD"),
    ];
    for (method, target, allow) in table {
        assert_eq!(parse(method, target), Err(RouteError::MethodNotAllowed { allow }), "{method} {target}");
    }
}

#[test]
fn an_id_that_is_none_is_an_unknown_upload() {
    for id in ["x", "0123", "../../etc/passwd", "0123456789ABCDEF0123456789ABCDEF"] {
        let target = format!("/v2/a/blobs/uploads/{}", id.replace('/', "%2F"));
        assert_eq!(parse("GET", &target), Err(RouteError::UploadUnknown), "{id}");
    }
}
