//! Taking a lease, saying that it is held, and giving it back.

use registry_core::Actor;
use registry_storage::metadata::{JobRecord, UploadId};
use registry_storage::{Change, Commit, Error as Storage, Require};
use tokio::time::{Instant, sleep};

use super::Lease;
use super::sight::Sight;
use super::strict::Deadline;
use super::times::Times;

/// Somebody who wants a lease.
pub(super) struct Keep<'a> {
    lease: &'a Lease,
    /// What all names begin with that it holds the lease by.
    me: String,
    tries: u64,
}

/// A lease that is held.
pub(super) struct Held {
    pub(super) term: u64,
    holder: String,
    /// When the last word was sent that arrived.
    since: Instant,
}

impl<'a> Keep<'a> {
    pub(super) async fn new(lease: &'a Lease) -> Self {
        loop {
            match UploadId::random() {
                Ok(me) => return Self { lease, me: me.to_string(), tries: 0 },
                // The machine has no random numbers yet.
                Err(_) => sleep(lease.times.look).await,
            }
        }
    }

    /// How long everything takes.
    pub(super) const fn times(&self) -> &Times {
        &self.lease.times
    }

    /// The name of the job.
    pub(super) fn name(&self) -> std::sync::Arc<str> {
        std::sync::Arc::clone(&self.lease.name)
    }

    /// Waits until the lease can be taken, and takes it.
    ///
    /// # Cancel safety
    /// It may have been taken. Whoever comes next waits for it to run out.
    pub(super) async fn take(&mut self) -> Held {
        let mut sight = Sight::default();
        loop {
            if let Ok(job) = self.lease.registry.inner.metadata.job(&self.lease.name).await {
                let patience = self.times().patience;
                // What an earlier try of this same one has taken, its answer being lost, nobody works with.
                let mine = job.holder.as_ref().is_some_and(|holder| holder.starts_with(&self.me));
                let free = sight.is_free(&job, Instant::now(), patience) || mine || self.lease.alone;
                if free && let Some(held) = self.try_take(&job).await {
                    return held;
                }
            }
            sleep(self.times().look).await;
        }
    }

    /// Takes the lease if it still is what was seen. Each try has a name of its own, and so a term of its own.
    async fn try_take(&mut self, seen: &JobRecord) -> Option<Held> {
        self.tries += 1;
        let (holder, since) = (format!("{}-{}", self.me, self.tries), Instant::now());
        let unchanged = self.require(seen.term, Some(seen.beat));
        self.put(unchanged, Some(holder.clone())).await.ok()?;
        Some(Held { term: seen.term.saturating_add(1), holder, since })
    }

    /// When whoever holds it must have stopped; never when nobody else is there.
    pub(super) fn deadline(&self, held: &Held) -> Deadline {
        Deadline::new((!self.lease.alone).then(|| held.since + self.times().hold))
    }

    /// Says again and again that the lease is held, and puts the deadline off each time, until the lease is lost.
    pub(super) async fn renew(&self, held: &Held, deadline: &Deadline) {
        if self.lease.alone {
            return std::future::pending().await;
        }
        let mut wait = self.times().word;
        loop {
            sleep(wait).await;
            let sent = Instant::now();
            wait = match self.put(self.require(held.term, None), Some(held.holder.clone())).await {
                Ok(()) => {
                    deadline.put_off(sent + self.times().hold);
                    self.times().word.saturating_sub(sent.elapsed())
                }
                Err(Storage::Conflict { .. }) => return,
                // It may have arrived; the next one tells.
                Err(_) => self.times().again,
            };
        }
    }

    /// Gives the lease back. Where that fails it runs out.
    pub(super) async fn give_back(&self, held: &Held) {
        let given = self.put(self.require(held.term, None), None);
        drop(tokio::time::timeout(self.times().hold, given).await);
    }

    fn require(&self, term: u64, beat: Option<u64>) -> Require {
        Require::Job { name: self.lease.name.as_ref().to_owned(), term, beat }
    }

    async fn put(&self, require: Require, holder: Option<String>) -> registry_storage::Result<()> {
        let registry = &self.lease.registry;
        let put = Change::PutJob { name: self.lease.name.as_ref().to_owned(), holder };
        let commit = Commit::new(Actor::system(), registry.now()).require(require).change(put);
        registry.inner.commit(commit).await.map(drop)
    }
}
