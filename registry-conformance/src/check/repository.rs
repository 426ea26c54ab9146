//! A repository of a check, and the steps that most checks begin with.

use super::content::{self, Image};
use super::{Context, Stop};
use crate::client::{Request, Response};

/// A repository with a name that nobody else uses.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    context: Context,
    name: String,
}

impl Repository {
    pub(super) const fn new(context: Context, name: String) -> Self {
        Self { context, name }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The path of something in it: `path("tags/list")`.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v2/{}/{rest}", self.name)
    }

    /// The path of a manifest.
    pub(crate) fn manifest(&self, reference: &str) -> String {
        self.path(&format!("manifests/{reference}"))
    }

    /// The path of a blob.
    pub(crate) fn blob(&self, digest: &str) -> String {
        self.path(&format!("blobs/{digest}"))
    }

    /// Begins an upload and answers where it goes on.
    ///
    /// # Errors
    /// A failure when it does not begin.
    pub(crate) async fn start(&self) -> Result<String, Stop> {
        let response = self.context.send(Request::post(self.path("blobs/uploads/"))).await?.expect(202)?;
        self.context.location(&response)
    }

    /// Pushes a blob by `POST` and `PUT`, and answers its digest.
    ///
    /// # Errors
    /// A failure when it is not taken.
    pub(crate) async fn push_blob(&self, bytes: &[u8]) -> Result<String, Stop> {
        let digest = content::digest(bytes);
        let location = self.start().await?;
        let put = Request::put(with(&location, "digest", &digest));
        let put = put.header("Content-Type", "application/octet-stream").body(bytes);
        self.context.send(put).await?.expect(201)?;
        self.context.leaves(self.blob(&digest));
        Ok(digest)
    }

    /// Pushes a manifest and answers whatever is answered.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn put_manifest(
        &self,
        reference: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Response, Stop> {
        let put = Request::put(self.manifest(reference)).header("Content-Type", media_type).body(bytes);
        let response = self.context.send(put).await?;
        if response.status == 201 {
            self.context.leaves(self.manifest(&content::digest(bytes)));
        }
        Ok(response)
    }

    /// Pushes an image with its blobs, and answers its digest.
    ///
    /// # Errors
    /// A failure when it is not taken.
    pub(crate) async fn push(&self, reference: &str, image: &Image) -> Result<String, Stop> {
        for blob in &image.blobs {
            self.push_blob(blob).await?;
        }
        self.put_manifest(reference, &image.media_type, &image.manifest).await?.expect(201)?;
        Ok(image.digest())
    }

    /// Reads a manifest of any type.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn get_manifest(&self, reference: &str) -> Result<Response, Stop> {
        let get = Request::get(self.manifest(reference)).header("Accept", content::ALL_TYPES);
        self.context.send(get).await
    }

    /// The head of a manifest of any type.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn head_manifest(&self, reference: &str) -> Result<Response, Stop> {
        let head = Request::head(self.manifest(reference)).header("Accept", content::ALL_TYPES);
        self.context.send(head).await
    }

    /// Reads a blob.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn get_blob(&self, digest: &str) -> Result<Response, Stop> {
        self.context.get(self.blob(digest)).await
    }

    /// The tags; none when the repository is unknown.
    ///
    /// # Errors
    /// A failure when there is no list.
    pub(crate) async fn tags(&self) -> Result<Vec<String>, Stop> {
        let response = self.context.get(self.path("tags/list")).await?.expect_any(&[200, 404])?;
        if response.status == 404 { Ok(Vec::new()) } else { response.texts("tags") }
    }
}

/// A location with one more parameter, whatever query it has already (distribution-spec, "Pushing a blob").
pub(crate) fn with(location: &str, name: &str, value: &str) -> String {
    let sign = if location.contains('?') { '&' } else { '?' };
    format!("{location}{sign}{name}={value}")
}
