//! How fast a client takes one answer, where the connection as a whole does not tell.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::{Demand, Waiting};

tokio::task_local! {
    /// Of the answer that the task is about.
    static CURRENT: Arc<Pace>;
}

/// How fast the client takes one answer on a connection with many of them: one that takes nothing of this answer may
/// take all of another.
///
/// The body of the answer tells what it hands out; between that and the next time it is asked for more, it is the
/// client who is waited for.
#[derive(Debug)]
pub(crate) struct Pace(Mutex<Waiting>);

impl Pace {
    /// Runs the task that sends an answer, until it ends or the client is too slow. Then the task is dropped, which
    /// resets its stream.
    pub(crate) async fn watch(demand: Demand, task: impl Future<Output = ()>) {
        let pace = Arc::new(Self(Mutex::new(Waiting::new(demand))));
        tokio::select! {
            biased;
            () = CURRENT.scope(Arc::clone(&pace), task) => {}
            () = pace.lost(demand) => tracing::debug!("a client does not take its answer"),
        }
    }

    /// The pace of the answer that the running task is about, where somebody watches it.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// So many bytes were asked for, and the client is to take them.
    pub(crate) fn hand_out(&self, bytes: u64) {
        let mut waiting = self.lock();
        waiting.moved(bytes);
        waiting.begin(Instant::now());
    }

    /// The client has taken what there was. It waits for us.
    pub(crate) fn is_asked(&self) {
        self.lock().moved(0);
    }

    async fn lost(&self, demand: Demand) {
        loop {
            let now = Instant::now();
            let deadline = self.lock().deadline(now);
            let Some(deadline) = deadline else { return };
            // Something may be handed out in between, and then less than the whole time is left.
            tokio::time::sleep_until(deadline.min(now + demand.idle)).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing under it can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DEMAND: Demand = Demand { idle: Duration::from_secs(60), rate: 1024 };

    /// How long a task of this kind is let run.
    async fn runs<F: Future<Output = ()>>(task: impl FnOnce(Arc<Pace>) -> F) -> u64 {
        let begun = Instant::now();
        Pace::watch(DEMAND, async { task(Pace::current().unwrap()).await }).await;
        begun.elapsed().as_secs()
    }

    async fn seconds(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_client_that_does_not_take_its_answer_is_given_up() {
        let stuck = runs(|pace| async move {
            pace.hand_out(1000);
            seconds(1000).await;
        });
        assert!((60..=120).contains(&stuck.await));
        let trickle = runs(|pace| async move {
            for _ in 0..1000 {
                pace.hand_out(10);
                seconds(1).await;
                pace.is_asked();
            }
        });
        assert!((60..=120).contains(&trickle.await));
        let brisk = runs(|pace| async move {
            for _ in 0..1000 {
                pace.hand_out(100_000);
                seconds(1).await;
                pace.is_asked();
            }
        });
        assert_eq!(brisk.await, 1000);
        let ours = runs(|pace| async move {
            pace.is_asked();
            seconds(1000).await;
        });
        assert_eq!(ours.await, 1000, "it is us who take so long");
    }
}
