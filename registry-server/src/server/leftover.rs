//! Whether a body was left unread on a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by the server and the socket of one connection: whether a client may still be sending a body that nobody
/// reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leftover(Arc<AtomicBool>);

impl Leftover {
    /// It may.
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
