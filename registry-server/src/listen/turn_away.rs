//! Connections that are one too many.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long the client has to read what it is told.
const TIME: Duration = Duration::from_secs(2);
/// How much of its request is read meanwhile: to close with bytes unread would take away the answer.
const BYTES: usize = 256 * 1024;
/// To how many clients at a time it is told at leisure.
const LISTENERS: usize = 128;

/// The way out for connections that are one too many.
#[derive(Debug)]
pub(super) struct Door(Arc<Semaphore>);

impl Door {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(LISTENERS)))
    }

    /// A place at the door. Without one, a client is [told in passing](say).
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}

/// Tells the client why it is not served, and closes the connection once it has read that or some time is over.
///
/// # Cancel safety
/// Dropping the future closes the connection.
pub(super) async fn turn_away(mut stream: TcpStream, answer: Vec<u8>, place: OwnedSemaphorePermit) {
    let told = async {
        stream.write_all(&answer).await?;
        stream.shutdown().await?;
        let mut scratch = [0; 4096];
        let mut read = 0;
        while read < BYTES {
            match stream.read(&mut scratch).await? {
                0 => break,
                more => read += more,
            }
        }
        std::io::Result::Ok(())
    };
    if !matches!(tokio::time::timeout(TIME, told).await, Ok(Ok(()))) {
        tracing::debug!("a client that was turned away did not listen");
    }
    drop(place);
}

/// Tells the client why it is not served and closes the connection at once. A fresh connection takes this much without
/// a wait; one that has sent something already may not see it.
pub(super) fn say(stream: TcpStream, answer: &[u8]) {
    let told = stream.into_std().and_then(|mut stream| stream.write_all(answer));
    if let Err(error) = told {
        tracing::debug!(%error, "a client could not be turned away in words");
    }
}
