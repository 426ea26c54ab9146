//! What was read before, answered again without reading it, and never when it is not true any more.
//!
//! # Why an answer is right on every replica
//! Nothing is answered from memory alone. A look at the event log that begins after the question drops whatever was
//! changed meanwhile, by whichever process; what is kept then is what the store would answer. So an acknowledged delete
//! is seen by the next question on any replica. The gain is that one look serves everybody who is waiting: however many
//! ask at a time, the store is asked for one short range of the log, and not even for that where it can tell more cheaply
//! that nothing was committed.
//!
//! - *A look that fails, or would have to wait for a commit under way,* answers nothing: the store is asked itself.
//! - *What is read while a change becomes known* is not kept, since it may be older than the change.
//! - *A log that does not go on where the last look ended,* or another server that answers, as after a failover to an older
//!   copy, empties the cache.
//! - *That something is missing* is never kept.

mod content;
mod entry;
mod forward;
mod look;
mod read;

use std::sync::Arc;

use self::content::Content;
use self::look::Looks;
use super::MetadataStore;

/// A metadata store that keeps in memory what was read of another one: which manifest a tag points to, manifests, and
/// where blobs lie. Any number of them, in any number of processes, may stand before one store.
///
/// Its answers are those of the store (see the trait's bullets), if that answers out of one state at a time, so it may be emptied, made anew or left out at any time.
/// It is of use before a store in another process, such as
#[cfg_attr(feature = "postgres", doc = "[`PostgresMetadataStore`](super::PostgresMetadataStore);")]
#[cfg_attr(not(feature = "postgres"), doc = "PostgreSQL;")]
/// a store in files answers as quickly as its log. It needs the runtime of tokio with time.
///
/// ```
/// use std::sync::Arc;
///
/// use registry_storage::metadata::{CachedMetadataStore, MemoryMetadataStore, TagIndex};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = CachedMetadataStore::new(Arc::new(MemoryMetadataStore::new()), 16 << 20);
/// assert_eq!(store.tag(&"library/busybox".parse()?, &"latest".parse()?).await.unwrap(), None);
/// assert_eq!(store.stats().bytes, 0);
/// # Ok::<(), registry_core::Error>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct CachedMetadataStore<S: ?Sized> {
    content: Content,
    looks: Looks,
    store: Arc<S>,
}

/// What a cache has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CacheStats {
    /// Questions that were answered from memory.
    pub hits: u64,
    /// Questions that the store was asked.
    pub misses: u64,
    /// About how many bytes are kept.
    pub bytes: u64,
}

impl<S: MetadataStore + ?Sized> CachedMetadataStore<S> {
    /// A cache of about `capacity` bytes before a store; with 0 nothing is kept.
    #[must_use]
    pub fn new(store: Arc<S>, capacity: u64) -> Self {
        Self { content: Content::new(capacity), looks: Looks::default(), store }
    }

    /// How often it was of use.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        self.content.stats()
    }
}
