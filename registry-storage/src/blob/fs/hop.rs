//! The way from the async side to a blocking thread.

use crate::{Error, Result};

/// Runs what blocks on a thread that may block. When the future is dropped the work is still carried out to its end.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    join(tokio::task::spawn_blocking(work).await)
}

/// What became of work on another thread.
pub(super) fn join<T>(outcome: Result<Result<T>, tokio::task::JoinError>) -> Result<T> {
    outcome.unwrap_or_else(|error| Err(Error::internal("run on a blocking thread", error)))
}
