//! Endpoints as methods, paths and queries.

use http::Method;
use registry_core::MediaType;
use registry_server::route::{After, MountFrom, PageQuery, Route};

type Written = (Method, String, Option<String>);

/// How a client writes the endpoint; `None` for what is no endpoint of the distribution specification.
#[must_use]
pub fn written(route: &Route) -> Option<Written> {
    let (method, path, query) = match route {
        Route::Base => (Method::GET, "/v2/".to_owned(), Vec::new()),
        Route::Catalog { page } => (Method::GET, "/v2/_catalog".to_owned(), of_page(page)),
        Route::Discover { name } => {
            let name = name.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
            (Method::GET, format!("/v2/{name}_oci/ext/discover"), Vec::new())
        }
        Route::SearchPing => (Method::GET, "/v1/_ping".to_owned(), Vec::new()),
        Route::Search { term, n, page } => {
            let query = [("q", term.clone()), ("page", page.to_string())];
            let query = query.into_iter().chain(number("n", *n)).collect();
            (Method::GET, "/v1/search".to_owned(), query)
        }
        Route::TagList { name, page } => (Method::GET, format!("/v2/{name}/tags/list"), of_page(page)),
        Route::Referrers { name, subject, artifact_type, page } => {
            let kind = artifact_type.as_ref().map(MediaType::to_string).map(|kind| ("artifactType", kind));
            let query = of_page(page).into_iter().chain(kind).collect();
            (Method::GET, format!("/v2/{name}/referrers/{subject}"), query)
        }
        _ => of_content(route).or_else(|| of_extension(route))?,
    };
    let pairs: Vec<String> = query.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect();
    Some((method, path, (!pairs.is_empty()).then(|| pairs.join("&"))))
}

type Unescaped = (Method, String, Vec<(&'static str, String)>);

/// Blobs, uploads and manifests.
fn of_content(route: &Route) -> Option<Unescaped> {
    let plain = |method, path| Some((method, path, Vec::new()));
    match route {
        Route::BlobRead { name, digest } => plain(Method::GET, format!("/v2/{name}/blobs/{digest}")),
        Route::BlobDelete { name, digest } => plain(Method::DELETE, format!("/v2/{name}/blobs/{digest}")),
        Route::ManifestRead { name, reference } => {
            plain(Method::GET, format!("/v2/{name}/manifests/{reference}"))
        }
        Route::ManifestDelete { name, reference } => {
            plain(Method::DELETE, format!("/v2/{name}/manifests/{reference}"))
        }
        Route::ManifestPut { name, reference, tags } => {
            let query = tags.iter().map(|tag| ("tag", tag.to_string())).collect();
            Some((Method::PUT, format!("/v2/{name}/manifests/{reference}"), query))
        }
        Route::UploadStart { name, algorithm } => {
            let query = algorithm.iter().map(|it| ("digest-algorithm", it.to_string())).collect();
            Some((Method::POST, format!("/v2/{name}/blobs/uploads/"), query))
        }
        Route::BlobPut { name, digest } => {
            let query = vec![("digest", digest.to_string())];
            Some((Method::POST, format!("/v2/{name}/blobs/uploads/"), query))
        }
        Route::BlobMount { name, digest, from } => {
            let source = match from {
                MountFrom::Repository(name) => Some(name.to_string()),
                MountFrom::Anywhere => None,
                MountFrom::Nowhere => Some("/".to_owned()),
            };
            let from = source.map(|source| ("from", source));
            let query = [("mount", digest.to_string())].into_iter().chain(from).collect();
            Some((Method::POST, format!("/v2/{name}/blobs/uploads/"), query))
        }
        Route::UploadAppend { name, id } => plain(Method::PATCH, format!("/v2/{name}/blobs/uploads/{id}")),
        Route::UploadStatus { name, id } => plain(Method::GET, format!("/v2/{name}/blobs/uploads/{id}")),
        Route::UploadCancel { name, id } => plain(Method::DELETE, format!("/v2/{name}/blobs/uploads/{id}")),
        Route::UploadFinish { name, id, digest } => {
            let query = vec![("digest", digest.to_string())];
            Some((Method::PUT, format!("/v2/{name}/blobs/uploads/{id}"), query))
        }
        _ => None,
    }
}

/// What is served beyond the distribution specification.
fn of_extension(route: &Route) -> Option<Unescaped> {
    match route {
        Route::EventLog { name, query } => {
            let name = name.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
            let after = query.after.map(|after| match after {
                After::Seq(seq) => ("after", seq.to_string()),
                After::Latest => ("after", "latest".to_owned()),
            });
            let follow = query.follow.map(|follow| ("follow", follow.to_string()));
            let internal = query.internal.then(|| ("internal", String::new()));
            let query = after.into_iter().chain(number("n", query.n)).chain(follow).chain(internal).collect();
            Some((Method::GET, format!("/v2/{name}_registry/events/log"), query))
        }
        Route::WebhookStatus => Some((Method::GET, "/v2/_registry/webhooks/status".to_owned(), Vec::new())),
        Route::TagHistory { name, tag, query } => {
            let tag = [("tag", tag.to_string())];
            let query =
                tag.into_iter().chain(number("n", query.n)).chain(number("before", query.before)).collect();
            Some((Method::GET, format!("/v2/{name}/_registry/tags/history"), query))
        }
        Route::TagRestore { name } => {
            Some((Method::POST, format!("/v2/{name}/_registry/tags/restore"), Vec::new()))
        }
        _ => None,
    }
}

fn number(key: &'static str, value: Option<impl ToString>) -> Option<(&'static str, String)> {
    value.map(|value| (key, value.to_string()))
}

fn of_page(page: &PageQuery) -> Vec<(&'static str, String)> {
    number("n", page.n).into_iter().chain(page.last.clone().map(|last| ("last", last))).collect()
}

/// Everything but letters and digits as an escape.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    text.bytes().map(escape).collect()
}
