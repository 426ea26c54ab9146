//! What goes on beside the server.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long it may take to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Tasks that go on beside the server. Dropping it ends them at once.
#[derive(Debug)]
pub(super) struct Beside {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Beside {
    pub(super) fn new() -> Self {
        Self { tasks: JoinSet::new(), stop: watch::Sender::new(false) }
    }

    /// Begins a task that ends soon after the future that it is given is done.
    pub(super) fn begin<F>(&mut self, task: impl FnOnce(Stopped) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task(Stopped(self.stop.subscribe())));
    }

    /// Ends all tasks, each with a moment to finish what it is about.
    pub(super) async fn end(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        // Whatever still runs then ends with this.
        let _ = tokio::time::timeout(FAREWELL, ended).await;
    }
}

/// Tells a task that it is time to end.
#[derive(Debug)]
pub(super) struct Stopped(watch::Receiver<bool>);

impl Stopped {
    /// Waits for it.
    pub(super) async fn wait(mut self) {
        // Without a sender there is nothing left to go on for.
        drop(self.0.wait_for(|stop| *stop).await);
    }
}
