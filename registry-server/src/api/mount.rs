//! `POST …/blobs/uploads/?mount=<digest>` (end-11).

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use registry_core::{Digest, RepositoryName};
use registry_engine::MountSource;

use super::{Call, blob, upload};
use crate::error::{About, Refusal};
use crate::respond::Reply;
use crate::route::MountFrom;

/// Makes a blob of another repository readable in this one, or begins an upload.
///
/// Whoever may not read the source gets the same answer as for a blob that does not exist: an upload (R8, C-35).
pub(super) async fn mount(
    call: &Call<'_>,
    name: &RepositoryName,
    digest: &Digest,
    from: MountFrom,
) -> Result<Reply, Refusal> {
    let authorized = &call.authorized;
    let may_pull = |name| -> BoxFuture<'_, bool> { authorized.may_pull(name).boxed() };
    let source = match from {
        MountFrom::Repository(from) => {
            authorized.may_pull(from.clone()).await.then_some(MountSource::Repository(from))
        }
        MountFrom::Anywhere => Some(MountSource::AnyOf(&may_pull)),
        MountFrom::Nowhere => None,
    };
    if let Some(source) = source {
        let mounted = call.repository(name).mount_blob(call.actor(), digest, source).await;
        if mounted.map_err(|e| About::Blob.refuse(e))?.is_some() {
            return Ok(blob::created(name, digest));
        }
    }
    upload::start(call, name, Some(digest.algorithm())).await
}
