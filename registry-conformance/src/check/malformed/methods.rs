//! Methods that are not for where they are sent.

use super::case::{Case, ruled};

const PLACES: [(&str, &str, &[&str]); 9] = [
    ("base", "/v2/", &["POST", "PUT", "PATCH", "DELETE"]),
    ("catalog", "/v2/_catalog", &["POST", "DELETE"]),
    ("tags", "/v2/{repo}/tags/list", &["POST", "PUT", "DELETE"]),
    ("manifest", "/v2/{repo}/manifests/latest", &["POST", "PATCH"]),
    ("blob", "/v2/{repo}/blobs/{blob}", &["POST", "PUT", "PATCH"]),
    ("uploads", "/v2/{repo}/blobs/uploads/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("session", "{session}", &["POST"]),
    ("referrers", "/v2/{repo}/referrers/{image}", &["POST", "PUT", "DELETE"]),
    ("odd", "/v2/{repo}/manifests/latest", &["TRACE", "MKCOL", "get", "PROPFIND"]),
];

const PATHS: [(&str, &str); 16] = [
    ("root", "/"),
    ("other-version", "/v3/"),
    ("no-version", "/{repo}/tags/list"),
    ("nothing-behind-name", "/v2/{repo}"),
    ("unknown-word", "/v2/{repo}/nonsense/x"),
    ("tags-without-list", "/v2/{repo}/tags/"),
    ("no-reference", "/v2/{repo}/manifests/"),
    ("no-digest", "/v2/{repo}/blobs/"),
    ("no-subject", "/v2/{repo}/referrers/"),
    ("parents", "/v2/{repo}/../{repo}/blobs/{blob}"),
    ("itself", "/v2/./{repo}/blobs/{blob}"),
    ("escaped-parents", "/v2/x/%2e%2e/{repo}/blobs/{blob}"),
    ("two-slashes-before", "/v2//{repo}/blobs/{blob}"),
    ("two-slashes-behind", "/v2/{repo}//blobs/{blob}"),
    ("escaped-slash", "/v2/{repo}%2Fblobs%2F{blob}"),
    ("out-of-the-registry", "/v2/../../../../etc/passwd"),
];

pub(super) fn cases() -> Vec<Case> {
    let mut wrong = Vec::new();
    for (what, target, methods) in PLACES {
        for method in methods {
            let case = Case::new(format!("method.{what}.{method}"), method, target);
            let case = if *method == "GET" { case } else { case.body("") };
            wrong.push(case.refused(405, &["UNSUPPORTED"]).having("allow", ""));
        }
    }
    let rule = "a method that is not for this is refused, with those that are: 405 and Allow";
    let mut cases = ruled(wrong, rule, "RFC 9110, section 15.5.6");
    let path =
        |(what, target): (&str, &str)| Case::new(format!("path.{what}"), "GET", target).answered(&[400, 404]);
    let paths = PATHS.into_iter().map(path).collect();
    let rule = "what no endpoint has as its path is not there, and no path leads out of the registry";
    cases.extend(ruled(paths, rule, "distribution-spec, Endpoints; CWE-22"));
    cases.extend(sessions());
    cases
}

/// Sessions that are none, and one that belongs to another repository.
fn sessions() -> Vec<Case> {
    let id = "00000000000000000000000000000000";
    let places = [
        ("unknown", format!("/v2/{{repo}}/blobs/uploads/{id}")),
        ("no-id", "/v2/{repo}/blobs/uploads/..%2f..%2fx".to_owned()),
        ("of-another", "{strange}".to_owned()),
    ];
    let mut cases = Vec::new();
    for (what, target) in places {
        for method in ["GET", "PATCH", "PUT", "DELETE"] {
            let query = if method == "PUT" { "?digest={absent}" } else { "" };
            let case = Case::new(format!("session.{what}.{method}"), method, format!("{target}{query}"));
            let case = if matches!(method, "PATCH" | "PUT") { case.body("x") } else { case };
            cases.push(case.refused(404, &["BLOB_UPLOAD_UNKNOWN"]));
        }
    }
    let rule = "an upload exists under its own id in its own repository alone: 404 BLOB_UPLOAD_UNKNOWN";
    ruled(cases, rule, "distribution-spec, Pushing blobs: <location>; CVE-2026-32589")
}
