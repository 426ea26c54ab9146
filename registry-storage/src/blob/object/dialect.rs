//! What the library beneath has no words for, or not the right ones.

use std::fmt;

use async_trait::async_trait;
use serde::Deserialize;

use super::transport::Fault;
use crate::Result;

/// How a service is told to make one object of parts.
#[async_trait]
pub(super) trait Dialect: fmt::Debug + Send + Sync {
    /// Begins a multipart upload, and answers what it is called.
    async fn create(&self, key: &str) -> Result<String>;

    /// One attempt to make an object of parts. It must not be there yet, as far as the service looks at that.
    async fn complete(&self, key: &str, upload: &str, parts: &[(u32, String)]) -> Result<Completed>;

    /// Gives the parts of a multipart upload back, there or not. `careful` says that an object that is there is not
    /// overwritten when the request says so.
    async fn abort(&self, key: &str, upload: &str, careful: bool) -> Result<()>;

    /// Multipart uploads whose key begins with `prefix`, as far as the service tells; never more than `limit`.
    async fn uploads(&self, prefix: &str, limit: usize) -> Result<Vec<Listed>>;

    /// Removes an object, there or not.
    async fn delete(&self, key: &str) -> Result<()>;
}

/// How one attempt to complete a multipart upload ended.
#[derive(Debug)]
pub(super) enum Completed {
    /// It is done, and this attempt did it.
    Done,
    /// There is no such upload, or the object is there already: somebody was faster, perhaps an earlier attempt.
    Over,
    /// Nobody knows whether it is done.
    Unknown(Fault),
    /// It is not done.
    Refused(Fault),
}

/// A multipart upload that is in progress.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) upload_id: String,
    #[serde(default)]
    pub(super) initiated: String,
}
