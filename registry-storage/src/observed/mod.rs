//! Stores that tell how long everything takes.

mod blob;
mod metadata;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// Is told of every call of a store.
///
/// It is called in the middle of the work, so it must be quick and must not block.
pub trait StoreObserver: Debug + Send + Sync + 'static {
    /// A call has returned. One whose future was dropped is told of nowhere.
    fn called(&self, call: &StoreCall<'_>);
}

/// A call of a store that has returned.
#[derive(Debug)]
#[non_exhaustive]
pub struct StoreCall<'a> {
    /// `blob` or `metadata`.
    pub store: &'static str,
    /// The name of the method.
    pub action: &'static str,
    /// How long it took. `append` waits for the client that sends the bytes; `read` ends before the first byte.
    pub duration: Duration,
    /// Why it failed.
    pub error: Option<&'a Error>,
}

/// A store that does what another does, and tells an observer of every call. It forwards every method.
///
/// ```
/// use std::sync::Arc;
///
/// use registry_storage::blob::MemoryBlobStore;
/// use registry_storage::{BlobStore, Observed, StoreCall, StoreObserver};
///
/// #[derive(Debug)]
/// struct Print;
///
/// impl StoreObserver for Print {
///     fn called(&self, call: &StoreCall<'_>) {
///         println!("{} {} {:?}", call.store, call.action, call.duration);
///     }
/// }
///
/// let store: Arc<dyn BlobStore> = Arc::new(Observed::new(Arc::new(MemoryBlobStore::new()), Arc::new(Print)));
/// ```
#[derive(Debug)]
pub struct Observed<S: ?Sized> {
    inner: Arc<S>,
    observer: Arc<dyn StoreObserver>,
}

impl<S: ?Sized> Observed<S> {
    /// The store under the eyes of an observer.
    #[must_use]
    pub fn new(inner: Arc<S>, observer: Arc<dyn StoreObserver>) -> Self {
        Self { inner, observer }
    }
}

impl<S: Send + Sync + ?Sized> Observed<S> {
    /// Waits for a call and tells of it.
    async fn tell<T: Send>(
        &self,
        store: &'static str,
        action: &'static str,
        call: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let began = Instant::now();
        let result = call.await;
        let duration = began.elapsed();
        self.observer.called(&StoreCall { store, action, duration, error: result.as_ref().err() });
        result
    }
}
