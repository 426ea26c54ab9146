//! Whether the stores answer.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use registry_core::PageRequest;
use registry_storage::blob::{BodyStream, Durability};

use crate::{Error, Registry, Result};

/// What is written to see whether writing works. Nobody reads it.
const PROBE: &[u8] = b"a registry writes this to see whether it can";

impl Registry {
    /// Asks the metadata store something small.
    ///
    /// # Errors
    /// When it fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn check_metadata(&self) -> Result<()> {
        self.inner.metadata.last_event().await?;
        Ok(())
    }

    /// Asks the blob store something small.
    ///
    /// # Errors
    /// When it fails.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn check_blobs(&self) -> Result<()> {
        self.inner.blobs.list(&PageRequest::first(1)).await?;
        Ok(())
    }

    /// Writes a few bytes to the blob store as an upload would, and gives them back.
    ///
    /// # Errors
    /// When that fails: [`Error::Full`] when there is no space.
    ///
    /// # Cancel safety
    /// An upload that nobody knows of may be left in the blob store.
    pub async fn check_write(&self) -> Result<()> {
        let blobs = &self.inner.blobs;
        let token = blobs.begin(Some(PROBE.len() as u64)).await?;
        let appended = blobs.append(&token, 0, probe(), Durability::OnReturn).await;
        let token = appended.as_ref().map_or(&token, |appended| &appended.token);
        let aborted = blobs.abort(token).await;
        appended?;
        Ok(aborted?)
    }

    /// Stores a blob of a few bytes, reads it back, compares, and deletes it. No repository ever has it.
    ///
    /// # Errors
    /// When a step fails: [`Error::Full`] when there is no space, [`Error::Corrupt`] when other bytes come back.
    ///
    /// # Cancel safety
    /// An upload or a blob that nobody knows of may be left in the blob store.
    pub async fn check_round_trip(&self) -> Result<()> {
        let (blobs, size) = (&self.inner.blobs, PROBE.len() as u64);
        let token = blobs.begin(Some(size)).await?;
        let appended = blobs.append(&token, 0, probe(), Durability::OnCommit).await?;
        let location = blobs.commit(&appended.token, size).await?;
        let read = async {
            let chunks: Vec<Bytes> = blobs.read(&location, size, 0..size).await?.try_collect().await?;
            Ok::<_, Error>(chunks.concat())
        };
        let read = read.await;
        blobs.delete(&location).await?;
        if read? == PROBE {
            return Ok(());
        }
        let reason = "other bytes came back than were stored".to_owned();
        Err(registry_storage::Error::Corrupt { reason }.into())
    }
}

fn probe() -> BodyStream<'static> {
    stream::iter([Ok(Bytes::from_static(PROBE))]).boxed()
}
