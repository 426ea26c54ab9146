//! Trying a bucket before it is used.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use registry_core::Timestamp;

use super::dialect::Completed;
use super::inner::Conditions;
use super::layout::Layout;
use super::service::Service;
use crate::blob::object_id::ObjectId;
use crate::{Error, Result};

/// How far the clock of the service may be from ours.
const CLOCKS: Duration = Duration::from_secs(900);

/// What the objects of the trial hold.
const CONTENT: &[u8] = b"tried";

/// Writes, reads, lists and removes an object, makes one of a part, and finds out what the service can do besides.
///
/// # Errors
/// When the service does not do what the store needs; the source of the error tells what.
pub(super) async fn trial(service: &Service, layout: &Layout) -> Result<Conditions> {
    // Two objects, because some services do not like one to be changed more than once in a second.
    let (put, joined) = (layout.trial(ObjectId::random()?), layout.trial(ObjectId::random()?));
    let outcome = tried(service, &put, &joined).await;
    let removed = futures_util::future::try_join(service.delete(&put), service.delete(&joined)).await;
    let conditions = outcome?;
    removed?;
    match service.size(&joined).await {
        Err(Error::NotFound { .. }) => Ok(conditions),
        Ok(_) => Err(unfit("an object is still there after it was removed")),
        Err(error) => Err(error),
    }
}

async fn tried(service: &Service, put: &str, joined: &str) -> Result<Conditions> {
    service.put(put, vec![Bytes::from_static(CONTENT)]).await?;
    if service.get_small(put, None).await?.concat() != CONTENT {
        return Err(unfit("an object came back with other bytes"));
    }
    let failed = |error| super::failure::failed("read a range", "location", error);
    let range = service.get(put, Some(1..3), None).await.map_err(failed)?.bytes().await.map_err(failed)?;
    if range != CONTENT[1..3] {
        return Err(unfit("a range came back with other bytes"));
    }
    let (listed, _) = service.list(beginning(put), None, None, 10).await?;
    if !listed.iter().any(|object| object.location.as_ref() == put) {
        return Err(unfit("an object is not in the list after it was written"));
    }
    let creates_once = service.create_once(put).await?;
    let upload = service.dialect.create(joined).await?;
    let lists_uploads = lists(service, joined, &upload).await;
    let etag = service.part(joined, &upload, 1, vec![Bytes::from_static(CONTENT)]).await?;
    let parts = [(1, etag)];
    match service.dialect.complete(joined, &upload, &parts).await? {
        Completed::Done => {}
        Completed::Unknown(fault) | Completed::Refused(fault) => {
            return Err(Error::internal("complete the trial of a multipart upload", fault));
        }
        Completed::Over => return Err(unfit("a multipart upload was gone before it was completed")),
    }
    let again = service.dialect.complete(joined, &upload, &parts).await?;
    service.check_size(joined, CONTENT.len() as u64).await?;
    Ok(Conditions { lists_uploads, completes_once: !matches!(again, Completed::Done), creates_once })
}

/// Most of a key, but not whole path components, so that a service that knows only whole keys is found out.
fn beginning(key: &str) -> &str {
    &key[..key.len() - 4]
}

/// Whether an upload is found by the beginning of its key, with a time that can be true.
async fn lists(service: &Service, key: &str, upload: &str) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let Ok(listed) = service.dialect.uploads(beginning(key), 1000).await else { return false };
    let found = listed.iter().find(|listed| listed.key == key && listed.upload_id == upload);
    let begun = found.and_then(|listed| listed.initiated.parse().map(Timestamp::as_micros).ok());
    begun.is_some_and(|micros| Duration::from_micros(micros).abs_diff(now) < CLOCKS)
}

fn unfit(reason: &'static str) -> Error {
    Error::Unsupported { reason: format!("the service cannot hold blobs: {reason}") }
}

impl Service {
    /// Whether an object that is there is not overwritten when the request says so.
    async fn create_once(&self, key: &str) -> Result<bool> {
        use object_store::{ObjectStore, PutMode, PutOptions, PutPayload};

        let options = PutOptions::from(PutMode::Create);
        let payload = PutPayload::from_static(CONTENT);
        match self.store.put_opts(&object_store::path::Path::from(key), payload, options).await {
            Ok(_) => Ok(false),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(true)
            }
            Err(error) => match super::transport::Fault::behind(&error) {
                Some(super::transport::Fault::Status { status: StatusCode::NOT_IMPLEMENTED, .. }) => {
                    Ok(false)
                }
                _ => Err(super::failure::failed("try to create an object twice", "bucket", error)),
            },
        }
    }
}
