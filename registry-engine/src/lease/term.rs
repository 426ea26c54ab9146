//! What whoever does a job is given.

use std::sync::Arc;

use registry_storage::Require;
use tokio::sync::watch;

/// One time of holding a lease, from taking it to losing it.
#[derive(Debug, Clone)]
pub struct Term {
    name: Arc<str>,
    number: u64,
    ending: watch::Receiver<bool>,
}

impl Term {
    pub(super) const fn new(name: Arc<str>, number: u64, ending: watch::Receiver<bool>) -> Self {
        Self { name, number, ending }
    }

    /// The number of the term: larger than that of every term before.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The condition of everything that is written in this term: that nobody has taken over since.
    #[must_use]
    pub fn fence(&self) -> Require {
        Require::Job { name: self.name.as_ref().to_owned(), term: self.number, beat: None }
    }

    /// Waits until the work is asked to come to its end.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn ending(&self) {
        // Without a sender there is nothing left to go on for.
        drop(self.ending.clone().wait_for(|ending| *ending).await);
    }
}
