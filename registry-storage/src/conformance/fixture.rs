//! A store under test, and how a check is run.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::foreign::Foreign;

/// Opens one more instance of a store.
type Open<S> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = S> + Send>> + Send + Sync>;

/// Makes foreign bytes beside a store.
type Foreigner = Box<dyn Fn(Bytes) -> Pin<Box<dyn Future<Output = Foreign> + Send>> + Send + Sync>;

/// A store under test, with all that must live as long as it does.
pub struct Fixture<S> {
    store: Arc<S>,
    another: Open<S>,
    foreigner: Option<Foreigner>,
    // Dropped last, so that a folder or server outlives the stores that use it.
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl<S: Send + Sync + 'static> Fixture<S> {
    /// A fixture of an empty `store`. `another` opens one more instance on the same backend, as another process would;
    /// for a store whose clones share their state, a clone.
    pub fn new<F>(store: impl Into<Arc<S>>, another: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = S> + Send + 'static,
    {
        let another: Open<S> = Box::new(move || Box::pin(another()));
        Self { store: store.into(), another, foreigner: None, kept: Vec::new() }
    }

    /// For a store that can adopt: how somebody else makes bytes that it could use.
    #[must_use]
    pub fn with_foreign<F>(mut self, make: impl Fn(Bytes) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Foreign> + Send + 'static,
    {
        self.foreigner = Some(Box::new(move |bytes| Box::pin(make(bytes))));
        self
    }

    /// Foreign bytes, where the store can adopt.
    pub(super) async fn foreign(&self, bytes: Bytes) -> Option<Foreign> {
        match &self.foreigner {
            Some(make) => Some(make(bytes).await),
            None => None,
        }
    }

    /// Keeps a value until the test is over: a temporary folder, a server.
    #[must_use]
    pub fn keep(mut self, guard: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(guard));
        self
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Arc<S> {
        &self.store
    }

    /// One more instance on the same backend.
    pub async fn another(&self) -> Arc<S> {
        Arc::new((self.another)().await)
    }

    /// Drops the store, as the end of a process would, and opens it again. Clones of the `Arc` must be gone by then.
    #[must_use]
    pub async fn reopen(self) -> Self {
        let Self { store, another, foreigner, kept } = self;
        drop(store);
        let store = Arc::new(another().await);
        Self { store, another, foreigner, kept }
    }
}

impl<S: fmt::Debug> fmt::Debug for Fixture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture").field("store", &self.store).finish_non_exhaustive()
    }
}

/// Runs one check on a new fixture, on a runtime of its own with two threads. The macros expand to calls of this.
///
/// # Panics
/// When the check does, which is how a check fails, and when the system gives no threads.
#[allow(clippy::expect_used, reason = "a test that cannot start its runtime has failed")]
pub fn run<S, F, C>(factory: impl Fn() -> F, check: impl FnOnce(Fixture<S>) -> C)
where
    F: Future<Output = Fixture<S>>,
    C: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("start a runtime").block_on(async { check(factory().await).await });
}
