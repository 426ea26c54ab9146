//! Steps that only these checks take.

use crate::check::{Context, Image, Repository, Stop};
use crate::client::{Request, Response};

/// Deletes; where the registry does not offer that, the check is skipped (distribution-spec, "Content Management").
pub(super) async fn delete(c: &Context, target: impl Into<String>) -> Result<Response, Stop> {
    let response = c.send(Request::delete(target)).await?;
    if response.status == 405 || (response.status == 400 && response.codes() == ["UNSUPPORTED"]) {
        return Err(Stop::Skipped("the registry does not delete this".to_owned()));
    }
    Ok(response)
}

/// A fresh repository with an image under `latest`, and the digest of that.
pub(super) async fn stocked(c: &Context) -> Result<(Repository, Image, String), Stop> {
    let (repository, image) = (c.repository(), Image::new(&c.unique()));
    let digest = repository.push("latest", &image).await?;
    Ok((repository, image, digest))
}

/// A chunk that begins at `first`.
pub(super) fn chunk(method: &str, target: impl Into<String>, first: usize, bytes: &[u8]) -> Request {
    let range = format!("{first}-{}", (first + bytes.len()).saturating_sub(1));
    Request::new(method, target)
        .header("Content-Type", "application/octet-stream")
        .header("Content-Range", range)
        .body(bytes)
}

/// A chunk without a place: it goes to the end.
pub(super) fn append(target: impl Into<String>, bytes: &[u8]) -> Request {
    Request::patch(target).header("Content-Type", "application/octet-stream").body(bytes)
}

/// Begins an upload and answers where it goes on, and the least that a chunk may have (`OCI-Chunk-Min-Length`).
pub(super) async fn start(c: &Context, repository: &Repository) -> Result<(String, usize), Stop> {
    let response = c.send(Request::post(repository.path("blobs/uploads/"))).await?.expect(202)?;
    let least = response.get("oci-chunk-min-length").and_then(|text| text.parse().ok());
    Ok((c.location(&response)?, least.unwrap_or(1024)))
}

/// The same answer if it has the status and code of something unknown, or of a repository that is.
pub(super) fn unknown(response: Response, code: &'static str) -> Result<Response, Stop> {
    response.refused(404, &[code, "NAME_UNKNOWN"])
}
