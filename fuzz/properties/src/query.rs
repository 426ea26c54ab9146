//! Query parameters, as seen through the endpoints that have them.

use std::borrow::Cow;

use http::Method;
use registry_server::route::{self, MountFrom, Route, RouteError};

/// What an endpoint takes from a query is what a slow decoder finds in it.
pub fn check(query: &str) {
    check_page(query);
    check_uploads(query);
    check_artifact_type(query);
}

/// A parameter: absent, one value, or an error.
type Parameter = Result<Option<String>, ()>;

/// `n` and `last` of a listing.
fn check_page(query: &str) {
    let parsed = route::parse(&Method::GET, "/v2/a/tags/list", Some(query));
    let (n, last) = (one(query, "n"), one(query, "last"));
    let number = match &n {
        Ok(Some(text)) if text.is_empty() || text.chars().any(|c| !c.is_ascii_digit()) => Err(()),
        Ok(Some(text)) => {
            let value =
                text.chars().fold(0_u128, |n, c| (n * 10 + u128::from(u32::from(c) - 48)).min(1 << 90));
            Ok(Some(usize::try_from(value).unwrap_or(usize::MAX)))
        }
        Ok(None) => Ok(None),
        Err(()) => Err(()),
    };
    match parsed {
        Ok(Route::TagList { page, .. }) => {
            assert_eq!(Ok(page.n), number, "{query:?}");
            assert_eq!(Ok(page.last), last.map(|last| last.filter(|last| !last.is_empty())), "{query:?}");
        }
        Err(RouteError::Parameter { name: "n", .. }) => assert_eq!(number, Err(()), "{query:?}"),
        Err(RouteError::Parameter { name: "last", .. }) => assert_eq!(last, Err(()), "{query:?}"),
        other => panic!("{query:?} gave {other:?}"),
    }
}

/// `mount`, `from`, `digest` and `digest-algorithm` of a new upload.
fn check_uploads(query: &str) {
    let parsed = route::parse(&Method::POST, "/v2/a/blobs/uploads/", Some(query));
    let (mount, digest) = (one(query, "mount"), one(query, "digest"));
    match parsed {
        Ok(Route::BlobMount { digest, from, .. }) => {
            assert_eq!(mount, Ok(Some(digest.to_string())), "{query:?}");
            let source = one(query, "from").expect("an error is told").filter(|text| !text.is_empty());
            let expected = source.map_or(MountFrom::Anywhere, |text| {
                text.parse().map_or(MountFrom::Nowhere, MountFrom::Repository)
            });
            assert_eq!(from, expected, "{query:?}");
        }
        Ok(Route::BlobPut { digest: found, .. }) => {
            assert_eq!((mount, digest), (Ok(None), Ok(Some(found.to_string()))), "{query:?}");
        }
        Ok(Route::UploadStart { algorithm, .. }) => {
            assert_eq!((mount, digest), (Ok(None), Ok(None)), "{query:?}");
            let said = one(query, "digest-algorithm").expect("an error is told");
            let found = algorithm.map(|algorithm| algorithm.to_string());
            assert_eq!(found, said.filter(|text| !text.is_empty()), "{query:?}");
        }
        Ok(other) => panic!("{query:?} gave {other:?}"),
        Err(_) => {
            let is_digest = |parameter: &Parameter| matches!(parameter, Ok(Some(text)) if crate::digest::is_known_digest(text));
            let from_is_fine = one(query, "from").is_ok();
            assert!(!is_digest(&mount) || !from_is_fine, "{query:?} is refused");
            assert!(mount != Ok(None) || !is_digest(&digest), "{query:?} is refused");
        }
    }
}

/// `artifactType`, whose plus sign is a plus sign.
fn check_artifact_type(query: &str) {
    let subject = format!("sha256:{}", "0".repeat(64));
    let parsed = route::parse(&Method::GET, &format!("/v2/a/referrers/{subject}"), Some(query));
    let said = one(query, "artifactType").map(|text| text.filter(|text| !text.is_empty()));
    if let Ok(Route::Referrers { artifact_type, .. }) = &parsed {
        let found = artifact_type.as_ref().map(|found| found.as_str().to_owned());
        assert_eq!(Ok(found), said, "{query:?}");
    } else {
        assert!(matches!(parsed, Err(RouteError::Parameter { .. })), "{query:?} gave {parsed:?}");
    }
}

/// The value of a parameter: given once, or more often with the same value.
fn one(query: &str, name: &str) -> Parameter {
    let mut found: Option<String> = None;
    for pair in query.split('&') {
        let (key, value) = pair.find('=').map_or((pair, ""), |at| (&pair[..at], &pair[at + 1..]));
        if decode(key) != name.as_bytes() {
            continue;
        }
        let value = String::from_utf8(decode(value).into_owned()).map_err(drop)?;
        if found.as_ref().is_some_and(|found| *found != value) {
            return Err(());
        }
        found = Some(value);
    }
    Ok(found)
}

/// The bytes that a text with escapes stands for. What is no escape stands for itself.
pub(crate) fn decode(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let value = escape.and_then(|hex| {
            let hex = str::from_utf8(hex).ok().filter(|hex| hex.chars().all(|c| c.is_ascii_hexdigit()))?;
            u8::from_str_radix(hex, 16).ok()
        });
        decoded.push(value.unwrap_or(bytes[at]));
        at += if value.is_some() { 3 } else { 1 };
    }
    Cow::Owned(decoded)
}
