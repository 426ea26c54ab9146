//! What a method does at a place: the last step from text to a route.

use http::Method;
use registry_core::{AnyDigest, Digest, Error, MediaType, Reference, RepositoryName, Tag};

use super::path::Place;
use super::query::Query;
use super::{Intent, MountFrom, Route, RouteError};

/// Longer names break clients that allow 255 characters for host and name together (distribution-spec, "Pulling
/// manifests"): nothing new is written under them.
const LONGEST_NEW_NAME: usize = 229;

pub(super) fn apply(method: &Method, place: &Place<'_>, query: Query<'_>) -> Result<Route, RouteError> {
    let read = method == Method::GET || method == Method::HEAD;
    match *place {
        Place::Base if read => Ok(Route::Base),
        Place::Catalog if read => Ok(Route::Catalog { page: query.page()? }),
        Place::Discover { name } if read => Ok(Route::Discover { name: name.map(find).transpose()? }),
        Place::EventLog { name } if read => {
            Ok(Route::EventLog { name: name.map(find).transpose()?, query: query.events()? })
        }
        Place::WebhookStatus if read => Ok(Route::WebhookStatus),
        Place::TagHistory { name } if read => history(name, query),
        Place::TagRestore { name } if method == Method::POST => Ok(Route::TagRestore { name: write(name)? }),
        Place::Metrics if read => Ok(Route::Metrics),
        Place::SearchPing if read => Ok(Route::SearchPing),
        Place::Search if read => search(query),
        Place::Tags { name } if read => Ok(Route::TagList { name: find(name)?, page: query.page()? }),
        Place::Referrers { name, subject } if read => referrers(name, subject, query),
        Place::Base
        | Place::Catalog
        | Place::Discover { .. }
        | Place::EventLog { .. }
        | Place::WebhookStatus
        | Place::TagHistory { .. }
        | Place::Metrics
        | Place::SearchPing
        | Place::Search
        | Place::Tags { .. }
        | Place::Referrers { .. } => Err(RouteError::MethodNotAllowed { allow: "GET, HEAD" }),
        Place::Blob { name, digest } => blob(method, name, digest),
        Place::Manifest { name, reference } => manifest(method, name, reference, query),
        Place::Uploads { name } if method == Method::POST => start(name, query),
        Place::Uploads { .. } | Place::TagRestore { .. } => {
            Err(RouteError::MethodNotAllowed { allow: "POST" })
        }
        Place::Upload { name, id } => upload(method, name, id, query),
    }
}

fn blob(method: &Method, name: &str, digest: &str) -> Result<Route, RouteError> {
    let known = || match digest.parse() {
        Err(Error::UnsupportedAlgorithm { .. }) => Err(RouteError::BlobUnknown),
        other => other.map_err(|source| RouteError::Digest { source }),
    };
    match *method {
        Method::GET | Method::HEAD => Ok(Route::BlobRead { name: find(name)?, digest: known()? }),
        Method::DELETE => Ok(Route::BlobDelete { name: find(name)?, digest: known()? }),
        _ => Err(RouteError::MethodNotAllowed { allow: "GET, HEAD, DELETE" }),
    }
}

fn manifest(method: &Method, name: &str, text: &str, query: Query<'_>) -> Result<Route, RouteError> {
    match *method {
        Method::GET | Method::HEAD => {
            Ok(Route::ManifestRead { name: find(name)?, reference: reference(text, Intent::Find)? })
        }
        Method::DELETE => {
            Ok(Route::ManifestDelete { name: find(name)?, reference: reference(text, Intent::Find)? })
        }
        Method::PUT => {
            let (name, reference) = (write(name)?, reference(text, Intent::Write)?);
            let tags = query.all("tag").map(|text| tag(&text?)).collect::<Result<Vec<_>, _>>()?;
            if matches!(reference, Reference::Tag(_)) && !tags.is_empty() {
                return Err(RouteError::TagsBesideTag);
            }
            Ok(Route::ManifestPut { name, reference, tags })
        }
        _ => Err(RouteError::MethodNotAllowed { allow: "GET, HEAD, PUT, DELETE" }),
    }
}

fn start(name: &str, query: Query<'_>) -> Result<Route, RouteError> {
    let name = write(name)?;
    if let Some(text) = query.one("mount")? {
        let digest = new_digest(&text)?;
        let from = match query.filled("from")? {
            None => MountFrom::Anywhere,
            Some(text) => text.parse().map_or(MountFrom::Nowhere, MountFrom::Repository),
        };
        return Ok(Route::BlobMount { name, digest, from });
    }
    if let Some(text) = query.one("digest")? {
        return Ok(Route::BlobPut { name, digest: new_digest(&text)? });
    }
    let algorithm = query.filled("digest-algorithm")?.map(|text| text.parse()).transpose();
    Ok(Route::UploadStart { name, algorithm: algorithm.map_err(|source| RouteError::Algorithm { source })? })
}

fn upload(method: &Method, name: &str, id: &str, query: Query<'_>) -> Result<Route, RouteError> {
    let known = || id.parse().map_err(|_| RouteError::UploadUnknown);
    match *method {
        Method::GET | Method::HEAD => Ok(Route::UploadStatus { name: find(name)?, id: known()? }),
        Method::DELETE => Ok(Route::UploadCancel { name: find(name)?, id: known()? }),
        Method::PATCH => Ok(Route::UploadAppend { name: write(name)?, id: known()? }),
        Method::PUT => {
            let (name, id) = (write(name)?, known()?);
            let digest = query.one("digest")?.ok_or(RouteError::DigestMissing)?;
            Ok(Route::UploadFinish { name, id, digest: new_digest(&digest)? })
        }
        _ => Err(RouteError::MethodNotAllowed { allow: "GET, HEAD, PATCH, PUT, DELETE" }),
    }
}

fn referrers(name: &str, subject: &str, query: Query<'_>) -> Result<Route, RouteError> {
    let subject: AnyDigest = subject.parse().map_err(|source| RouteError::Digest { source })?;
    let artifact_type = query.filled("artifactType")?.map(|text| text.parse::<MediaType>()).transpose();
    let artifact_type = artifact_type
        .map_err(|_| RouteError::Parameter { name: "artifactType", reason: "it is no media type" })?;
    Ok(Route::Referrers { name: find(name)?, subject, artifact_type, page: query.page()? })
}

fn history(name: &str, query: Query<'_>) -> Result<Route, RouteError> {
    let invalid = |reason| RouteError::Parameter { name: "tag", reason };
    let name = find(name)?;
    let tag = query.one("tag")?.ok_or_else(|| invalid("it is missing"))?;
    let tag = tag.parse().map_err(|_| invalid("it is no tag"))?;
    Ok(Route::TagHistory { name, tag, query: query.history()? })
}

fn search(query: Query<'_>) -> Result<Route, RouteError> {
    let term = query.one("q")?.unwrap_or_default().into_owned();
    let page = query.number("page")?.unwrap_or(1).max(1);
    Ok(Route::Search { term, n: query.number("n")?, page })
}

/// The name of a repository that is read or tidied up.
fn find(name: &str) -> Result<RepositoryName, RouteError> {
    name.parse().map_err(|source| RouteError::Name { intent: Intent::Find, source })
}

/// The name of a repository that is written to.
fn write(name: &str) -> Result<RepositoryName, RouteError> {
    let invalid = |source| RouteError::Name { intent: Intent::Write, source };
    let parsed: RepositoryName = name.parse().map_err(invalid)?;
    if name.len() > LONGEST_NEW_NAME {
        let reason = "it is longer than 229 bytes";
        return Err(invalid(Error::InvalidName { input: name.chars().take(128).collect(), reason }));
    }
    Ok(parsed)
}

fn reference(text: &str, intent: Intent) -> Result<Reference, RouteError> {
    text.parse().map_err(|source| match source {
        Error::UnsupportedAlgorithm { .. } if intent == Intent::Find => RouteError::ManifestUnknown,
        Error::UnsupportedAlgorithm { .. } => RouteError::Algorithm { source },
        Error::InvalidDigest { .. } => RouteError::Digest { source },
        _ => RouteError::Tag { intent, source },
    })
}

fn tag(text: &str) -> Result<Tag, RouteError> {
    text.parse().map_err(|source| RouteError::Tag { intent: Intent::Write, source })
}

/// A digest under which something is to be written.
fn new_digest(text: &str) -> Result<Digest, RouteError> {
    text.parse().map_err(|source| match source {
        Error::UnsupportedAlgorithm { .. } => RouteError::Algorithm { source },
        _ => RouteError::Digest { source },
    })
}
