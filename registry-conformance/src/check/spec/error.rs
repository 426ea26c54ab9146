//! Error bodies (C-66, C-67): for every kind of mistake the same shape, and the code that says what it is.

use serde_json::Value;

use super::support::stocked;
use crate::check::Profile::{Core, Full};
use crate::check::{Check, Context, Verdict, check, content};
use crate::client::{Request, Response};

const SHAPE: &str = "distribution-spec, Error Codes; RFC 7493";

/// What is asked in a repository with an image, and how it is refused.
struct Mistake {
    id: &'static str,
    ask: fn(&Place) -> Request,
    status: u16,
    code: &'static str,
}

/// Paths in the repository.
struct Place {
    /// The path of the repository, with the slash behind it.
    path: String,
    /// A digest that nothing has.
    absent: String,
}

impl Place {
    fn get(&self, rest: &str) -> Request {
        Request::get(format!("{}{rest}", self.path))
    }

    fn put(&self, rest: &str, media_type: &str, body: &str) -> Request {
        Request::put(format!("{}{rest}", self.path)).header("Content-Type", media_type).body(body)
    }
}

const MISTAKES: [Mistake; 12] = [
    Mistake {
        id: "blob-unknown",
        ask: |place| place.get(&format!("blobs/{}", place.absent)),
        status: 404,
        code: "BLOB_UNKNOWN",
    },
    Mistake {
        id: "tag-unknown",
        ask: |place| place.get("manifests/absent"),
        status: 404,
        code: "MANIFEST_UNKNOWN",
    },
    Mistake {
        id: "manifest-unknown",
        ask: |place| place.get(&format!("manifests/{}", place.absent)),
        status: 404,
        code: "MANIFEST_UNKNOWN",
    },
    Mistake {
        id: "name-unknown",
        ask: |place| place.get("none/tags/list"),
        status: 404,
        code: "NAME_UNKNOWN",
    },
    Mistake {
        id: "upload-unknown",
        ask: |place| place.get("blobs/uploads/3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        status: 404,
        code: "BLOB_UPLOAD_UNKNOWN",
    },
    Mistake {
        id: "manifest-invalid",
        ask: |place| place.put("manifests/x", content::OCI_MANIFEST, "nonsense"),
        status: 400,
        code: "MANIFEST_INVALID",
    },
    Mistake {
        id: "digest-invalid",
        ask: |place| place.get("referrers/sha256:abc"),
        status: 400,
        code: "DIGEST_INVALID",
    },
    Mistake {
        id: "mount-digest-invalid",
        ask: |place| Request::post(format!("{}blobs/uploads/?mount=sha256:abc&from=a", place.path)),
        status: 400,
        code: "DIGEST_INVALID",
    },
    Mistake {
        id: "post-digest-invalid",
        ask: |place| Request::post(format!("{}blobs/uploads/?digest=sha256:abc", place.path)).body("x"),
        status: 400,
        code: "DIGEST_INVALID",
    },
    Mistake {
        id: "name-invalid",
        ask: |place| Request::post(format!("{}UPPER/blobs/uploads/", place.path)),
        status: 400,
        code: "NAME_INVALID",
    },
    Mistake {
        id: "post-digest-mismatch",
        ask: |place| Request::post(format!("{}blobs/uploads/?digest={}", place.path, place.absent)).body("x"),
        status: 400,
        code: "DIGEST_INVALID",
    },
    Mistake { id: "no-endpoint", ask: |place| place.get("nonsense"), status: 404, code: "UNSUPPORTED" },
];

/// Methods that are not offered, and those that are.
const METHODS: [(&str, &str, &str, &str); 6] = [
    ("base", "POST", "", "GET, HEAD"),
    ("tags", "DELETE", "tags/list", "GET, HEAD"),
    ("uploads", "GET", "blobs/uploads/", "POST"),
    ("manifest", "POST", "manifests/x", "GET, HEAD, PUT, DELETE"),
    ("blob", "PUT", "blobs/{absent}", "GET, HEAD, DELETE"),
    ("referrers", "PUT", "referrers/{absent}", "GET, HEAD"),
];

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for mistake in &MISTAKES {
        let &Mistake { id, status, code, .. } = mistake;
        let profile =
            if matches!(id, "no-endpoint" | "post-digest-mismatch" | "upload-unknown") { Full } else { Core };
        let rule = format!("it is answered {status} {code}, in JSON with code, message and nothing twice");
        checks.push(check(format!("C-66.{id}"), profile, rule, SHAPE, move |c| refused(c, mistake)));
    }
    for (id, method, rest, allow) in METHODS {
        let rule = "a method that is not offered is 405 UNSUPPORTED, with those that are in Allow";
        let source = "RFC 9110, section 15.5.6";
        let id = format!("C-64.method-{id}");
        checks.push(check(id, Full, rule, source, move |c| not_offered(c, method, rest, allow)));
    }
    checks
}

async fn refused(c: Context, mistake: &'static Mistake) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let place = Place { path: repository.path(""), absent: content::digest(c.unique().as_bytes()) };
    let response = c.send((mistake.ask)(&place)).await?.refused(mistake.status, &[mistake.code])?;
    let media_type = response.header("content-type")?.split(';').next().unwrap_or_default().trim();
    let holds = media_type == "application/json";
    well_formed(response.holds(holds, "Content-Type: application/json")?)
}

/// Whether the body has the members that an error body may have, each once (I-JSON).
fn well_formed(response: Response) -> Verdict {
    let body = response.json()?;
    let known = |value: &Value, names: &[&str]| {
        value.as_object().is_some_and(|object| object.keys().all(|name| names.contains(&&**name)))
    };
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let shaped =
        known(&body, &["errors"]) && errors.iter().all(|error| known(error, &["code", "message", "detail"]));
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let once = text.matches("\"errors\"").count() == 1 && text.matches("\"code\"").count() == errors.len();
    response
        .holds(shaped && once, "{\"errors\":[{\"code\",\"message\",\"detail\"}]} and nothing else")
        .map(drop)
}

async fn not_offered(c: Context, method: &str, rest: &str, allow: &str) -> Verdict {
    let (repository, ..) = stocked(&c).await?;
    let rest = rest.replace("{absent}", &content::digest(c.unique().as_bytes()));
    let target = if rest.is_empty() { "/v2/".to_owned() } else { repository.path(&rest) };
    let response = c.send(Request::new(method, target).body("")).await?.refused(405, &["UNSUPPORTED"])?;
    let mut offered: Vec<_> = response.header("allow")?.split(',').map(str::trim).collect();
    let mut expected: Vec<_> = allow.split(", ").collect();
    offered.sort_unstable();
    expected.sort_unstable();
    let holds = offered == expected;
    response.holds(holds, format!("Allow: {allow}")).map(drop)
}
