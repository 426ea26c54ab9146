//! What is asked of the service, one method for each kind of request.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, PutPayload};

use super::dialect::Dialect;
use super::failure::failed;
use crate::blob::{UNKNOWN_LOCATION, UNKNOWN_UPLOAD};
use crate::{Error, Result};

/// How often the body of a small object is asked for anew when it breaks off.
const BODIES: usize = 4;

/// How long that body may take.
pub(super) const BODY: Duration = Duration::from_secs(60);

/// What is said of one that takes longer.
pub(super) fn stuck() -> Error {
    let source = "the body of a small object did not come to its end in time".into();
    Error::Unavailable { retry_after: None, source }
}

/// The bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) store: Arc<dyn Objects>,
    /// The same bucket as clients reach it. Nothing is asked of it.
    pub(super) signer: Arc<dyn Signer>,
    pub(super) dialect: Arc<dyn Dialect>,
}

/// What the library beneath does for every service.
pub(super) trait Objects: ObjectStore + MultipartStore + PaginatedListStore + Signer {}

impl<T: ObjectStore + MultipartStore + PaginatedListStore + Signer> Objects for T {}

impl Service {
    /// Makes an object of these bytes, in place of any that was there.
    pub(super) async fn put(&self, key: &str, pieces: Vec<Bytes>) -> Result<()> {
        let payload = PutPayload::from_iter(pieces);
        let put = self.store.put_opts(&path(key), payload, object_store::PutOptions::default()).await;
        put.map(drop).map_err(|error| failed("put an object", "bucket", error))
    }

    /// Opens an object for reading; `etag` is the one that it must have.
    pub(super) async fn get(
        &self,
        key: &str,
        range: Option<Range<u64>>,
        etag: Option<String>,
    ) -> object_store::Result<GetResult> {
        let range = range.map(GetRange::Bounded);
        let options = GetOptions { range, if_match: etag, ..GetOptions::default() };
        self.store.get_opts(&path(key), options).await
    }

    /// The first `len` bytes of a small object, or all of it.
    pub(super) async fn get_small(&self, key: &str, len: Option<u64>) -> Result<Vec<Bytes>> {
        use futures_util::TryStreamExt;

        let failed = |error| failed("get an object", "upload", error);
        let mut left = BODIES;
        let (mut pieces, len): (Vec<Bytes>, u64) = loop {
            let got = self.get(key, None, None).await.map_err(failed)?;
            let len = len.unwrap_or(got.meta.size);
            if got.meta.size < len {
                return Err(crate::blob::too_short(got.meta.size, len));
            }
            match tokio::time::timeout(BODY, got.into_stream().try_collect()).await {
                Ok(Ok(pieces)) => break (pieces, len),
                Ok(Err(error)) if left == 0 => return Err(failed(error)),
                Err(_) if left == 0 => return Err(stuck()),
                Ok(Err(_)) | Err(_) => left -= 1,
            }
        };
        let mut room = usize::try_from(len).unwrap_or(usize::MAX);
        for piece in &mut pieces {
            piece.truncate(room);
            room -= piece.len();
        }
        Ok(pieces)
    }

    /// How many bytes an object has.
    pub(super) async fn size(&self, key: &str) -> Result<u64> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let head = self.store.get_opts(&path(key), options).await;
        let head = head.map_err(|error| failed("look at an object", "location", error))?;
        Ok(head.meta.size)
    }

    /// Removes an object, there or not.
    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        self.dialect.delete(key).await
    }

    /// Objects whose key begins with `prefix` and orders behind `after`, in order, and whether there may be more.
    pub(super) async fn list(
        &self,
        prefix: &str,
        after: Option<String>,
        page_token: Option<String>,
        limit: usize,
    ) -> Result<(Vec<ObjectMeta>, Option<String>)> {
        let options = PaginatedListOptions {
            offset: after,
            page_token,
            max_keys: Some(limit.clamp(1, 1000)),
            ..PaginatedListOptions::default()
        };
        let listed = self.store.list_paginated(Some(prefix), options).await;
        let listed = listed.map_err(|error| failed("list objects", "bucket", error))?;
        Ok((listed.result.objects, listed.page_token))
    }

    /// Sends a part, and answers what it is called when the object is made.
    pub(super) async fn part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        pieces: Vec<Bytes>,
    ) -> Result<String> {
        let index = number as usize - 1;
        let (key, upload) = (path(key), upload.to_owned());
        let sent = self.store.put_part(&key, &upload, index, PutPayload::from_iter(pieces)).await;
        sent.map(|part| part.content_id).map_err(|error| match failed("send a part", "upload", error) {
            // What some services say of an upload that is over.
            Error::Internal { source, .. } if is_over(source.as_ref()) => UNKNOWN_UPLOAD,
            error => error,
        })
    }

    /// That the object has `size` bytes.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it has not.
    pub(super) async fn check_size(&self, key: &str, size: u64) -> Result<()> {
        let found = self.size(key).await.map_err(|error| match error {
            Error::NotFound { .. } => UNKNOWN_LOCATION,
            error => error,
        })?;
        if found == size { Ok(()) } else { Err(crate::blob::wrong_size(found, size)) }
    }
}

/// Keys are made of characters that need no escaping.
pub(super) fn path(key: &str) -> Path {
    Path::from(key)
}

/// Whether it is said that there is no such multipart upload.
pub(super) fn is_over(source: &(dyn std::error::Error + 'static)) -> bool {
    use super::transport::Fault;

    matches!(Fault::behind(source), Some(Fault::Status { code, .. }) if code == "NoSuchUpload")
}

#[cfg(test)]
#[cfg(feature = "s3")]
mod tests {
    use async_trait::async_trait;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use object_store::ClientOptions;
    use object_store::aws::AmazonS3Builder;
    use object_store::client::{
        HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
    };

    use super::super::dialect::{Completed, Listed};
    use super::*;

    /// A service that begins to answer, and never brings a body.
    #[derive(Debug, Clone)]
    struct Silent;

    #[async_trait]
    impl HttpService for Silent {
        async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
            let answer = http::Response::builder()
                .header("content-length", 10)
                .header("etag", "\"x\"")
                .header("last-modified", "Thu, 01 Jan 1970 00:00:00 GMT");
            Ok(answer.body(HttpResponseBody::new(StreamBody::new(stream::pending()))).unwrap())
        }
    }

    impl HttpConnector for Silent {
        fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
            Ok(HttpClient::new(self.clone()))
        }
    }

    #[async_trait]
    impl Dialect for Silent {
        async fn create(&self, _: &str) -> Result<String> {
            Err(UNKNOWN_UPLOAD)
        }

        async fn complete(&self, _: &str, _: &str, _: &[(u32, String)]) -> Result<Completed> {
            Err(UNKNOWN_UPLOAD)
        }

        async fn abort(&self, _: &str, _: &str, _: bool) -> Result<()> {
            Err(UNKNOWN_UPLOAD)
        }

        async fn uploads(&self, _: &str, _: usize) -> Result<Vec<Listed>> {
            Err(UNKNOWN_UPLOAD)
        }

        async fn delete(&self, _: &str) -> Result<()> {
            Err(UNKNOWN_UPLOAD)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_body_of_a_small_object_is_waited_for_a_minute_and_asked_for_anew() {
        let store = AmazonS3Builder::new().with_bucket_name("test").with_skip_signature(true);
        let store = Arc::new(store.with_http_connector(Silent).build().unwrap());
        let signer = Arc::clone(&store);
        let service = Service { store, signer, dialect: Arc::new(Silent) };
        let started = tokio::time::Instant::now();
        let day = Duration::from_secs(86_400);
        let got = tokio::time::timeout(day, service.get_small("key", Some(10))).await.unwrap();
        assert!(matches!(got, Err(Error::Unavailable { .. })), "{got:?}");
        let minutes = started.elapsed().as_secs() / 60;
        assert_eq!(minutes, BODIES as u64 + 1);
    }
}
