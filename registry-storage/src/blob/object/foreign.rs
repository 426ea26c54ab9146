//! A bucket, or a part of one, that somebody else keeps.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::list::PaginatedListOptions;
use object_store::path::Path;

use super::S3Options;
use super::budget::Budget;
use super::failure::failed;
use super::inner::{Conditions, Inner};
use super::layout::Layout;
use super::ledger::Ledger;
use super::read;
use super::service::{BODY, Service, stuck};
use crate::blob::NOTHING_FOREIGN;
use crate::foreign::{Foreign, ForeignEntries, ForeignEntry, ForeignTree};
use crate::{BlobRead, Error, Result};

/// A bucket that somebody else keeps, or what begins with a prefix in it. A slash in a key is taken for that of a folder.
#[derive(Debug, Clone)]
pub struct ForeignBucket {
    inner: Arc<Inner>,
    bucket: String,
    /// Empty, or something that ends with a slash.
    prefix: String,
}

impl ForeignBucket {
    /// The bucket of these options, and their prefix. Nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for options that make no sense.
    pub fn s3(options: &S3Options) -> Result<Self> {
        let objects = options.object_options().clone();
        let layout = Layout::new(&objects.prefix)?;
        let (bucket, prefix) = (options.bucket_address()?, layout.prefix().to_owned());
        let budget = Budget::new(objects.memory, objects.memory_wait);
        // Nothing is written, so nothing need be known of writing.
        let conditions = Conditions { lists_uploads: false, completes_once: false, creates_once: false };
        let (service, ledger) = (options.connect()?, Ledger::default());
        let inner = Inner { service, layout, options: objects, budget, ledger, conditions };
        Ok(Self { inner: Arc::new(inner), bucket, prefix })
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

#[async_trait]
impl ForeignTree for ForeignBucket {
    fn entries(&self, folder: &str) -> ForeignEntries<'_> {
        let prefix = if folder.is_empty() { self.prefix.clone() } else { self.key(&format!("{folder}/")) };
        // The inner one is absent at the beginning, the outer one at the end.
        let pages = stream::try_unfold((prefix, Some(None)), move |(prefix, token)| async move {
            let Some(token) = token else { return Ok::<_, Error>(None) };
            let (page, next) = self.inner.service.folder(&prefix, token).await?;
            Ok(Some((page, (prefix, next.map(Some)))))
        });
        pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn small(&self, path: &str, limit: u64) -> Result<Option<Bytes>> {
        let failed = |error| failed("get an object", "location", error);
        let got = match self.inner.service.get(&self.key(path), None, None).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if got.meta.size > limit {
            return Err(Error::Invalid { reason: "the file is too large" });
        }
        let body = got.into_stream().try_collect();
        let pieces: Vec<Bytes> =
            tokio::time::timeout(BODY, body).await.map_err(|_| stuck())?.map_err(failed)?;
        Ok(Some(pieces.concat().into()))
    }

    async fn size(&self, path: &str) -> Result<Option<u64>> {
        match self.inner.service.size(&self.key(path)).await {
            Ok(size) => Ok(Some(size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read(&self, path: &str, size: u64) -> Result<BlobRead> {
        match read::open(&self.inner, &self.key(path), size, 0..size).await {
            Err(Error::NotFound { .. }) => Err(NOTHING_FOREIGN),
            outcome => outcome,
        }
    }

    fn place(&self, path: &str) -> Foreign {
        Foreign::object(self.bucket.clone(), self.key(path))
    }
}

impl Service {
    /// One page of a folder.
    async fn folder(
        &self,
        prefix: &str,
        page_token: Option<String>,
    ) -> Result<(Vec<ForeignEntry>, Option<String>)> {
        let options = PaginatedListOptions {
            delimiter: Some("/".into()),
            page_token,
            max_keys: Some(1000),
            ..PaginatedListOptions::default()
        };
        let listed =
            self.store.list_paginated(Some(prefix).filter(|prefix| !prefix.is_empty()), options).await;
        let listed = listed.map_err(|error| failed("list objects", "bucket", error))?;
        let entry = |path: &Path, is_folder| {
            path.filename().map(|name| ForeignEntry::new(name.to_owned(), is_folder))
        };
        let folders = listed.result.common_prefixes.iter().filter_map(|path| entry(path, true));
        let files = listed.result.objects.iter().filter_map(|object| entry(&object.location, false));
        Ok((folders.chain(files).collect(), listed.page_token))
    }
}
