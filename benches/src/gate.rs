//! How long a run goes on, and the threads that carry it out.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{Result, stats::Latencies};

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// After so many operations, over all clients.
    Count(u64),
    /// When the time is over; operations under way are finished and counted.
    Time(Duration),
}

/// Hands out operations to clients until the limit is reached or somebody failed.
#[derive(Debug)]
pub(crate) struct Gate {
    limit: Limit,
    begin: Instant,
    taken: AtomicU64,
    shut: AtomicBool,
}

impl Gate {
    pub(crate) fn new(limit: Limit) -> Self {
        Self { limit, begin: Instant::now(), taken: AtomicU64::new(0), shut: AtomicBool::new(false) }
    }

    /// Whether one more operation may begin.
    pub(crate) fn take(&self) -> bool {
        if self.shut.load(Ordering::Relaxed) {
            return false;
        }
        match self.limit {
            Limit::Count(count) => self.taken.fetch_add(1, Ordering::Relaxed) < count,
            Limit::Time(time) => self.begin.elapsed() < time,
        }
    }

    fn shut(&self) {
        self.shut.store(true, Ordering::Relaxed);
    }
}

/// What the clients of one run did together.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) bytes: u64,
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Latencies,
}

/// Runs one thread per client; each repeats `operation` (which returns the body bytes it moved) until the gate closes.
pub(crate) fn drive<C: Send>(
    clients: Vec<C>,
    limit: Limit,
    operation: impl Fn(&mut C) -> Result<u64> + Sync,
) -> Result<Done> {
    let barrier = Barrier::new(clients.len() + 1);
    let shut = Gate::new(limit);
    let one = |mut client: C| -> Result<Done> {
        let mut done = Done::default();
        barrier.wait();
        while shut.take() {
            let begin = Instant::now();
            match operation(&mut client) {
                Ok(bytes) => done.bytes += bytes,
                Err(failure) => {
                    shut.shut();
                    return Err(failure);
                }
            }
            done.latencies.record(begin.elapsed());
        }
        Ok(done)
    };
    thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = clients.into_iter().map(|client| scope.spawn(move || one(client))).collect();
        barrier.wait();
        let begin = Instant::now();
        let mut sum = Done::default();
        for thread in threads {
            let done = thread.join().map_err(|_| "a client thread panicked")??;
            sum.bytes += done.bytes;
            sum.latencies.join(done.latencies);
        }
        sum.elapsed = begin.elapsed();
        Ok(sum)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Limit, drive};

    #[test]
    fn a_count_is_shared_by_the_clients() {
        let done = drive(vec![(), (), ()], Limit::Count(10), |()| Ok(7)).expect("runs");
        assert_eq!(done.bytes, 70);
        assert_eq!(done.latencies.count(), 10);
    }

    #[test]
    fn a_failure_ends_the_run() {
        let failure = drive(vec![(), ()], Limit::Time(Duration::from_secs(600)), |()| Err("broken".into()));
        assert_eq!(failure.expect_err("fails").to_string(), "broken");
    }
}
