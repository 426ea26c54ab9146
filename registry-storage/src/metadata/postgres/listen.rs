//! Being told of what other replicas write.

use std::future::{pending, poll_fn};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, SimpleQueryMessage};

use super::connect::Target;
use super::pause::Pause;
use super::reach::Unreached;

/// Told by the functions that give numbers, with the newest one.
const CHANNEL: &str = "registry_events";
/// What was written before there was somebody to listen.
const NEWEST: &str =
    "SELECT first + events - 1 FROM registry.commits WHERE first IS NOT NULL ORDER BY first DESC LIMIT 1";

/// A connection that listens. It is made anew whenever it is lost, and ends with this value.
pub(super) struct Listener {
    newest: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Begins to listen. Nobody waits for the connection.
    pub(super) fn start(target: Target) -> Self {
        let (tell, newest) = watch::channel(0);
        let task = tokio::spawn(async move {
            loop {
                let before = *tell.borrow();
                let mut pause = Pause::for_ever();
                // Whatever the reason is, those who wait also look by themselves.
                while listen(&target, &tell).await.is_err() && *tell.borrow() == before {
                    pause.wait().await;
                }
            }
        });
        Self { newest, task }
    }

    /// Waits until the log is known to go on behind this number.
    pub(super) async fn news(&self, after: u64) {
        let mut newest = self.newest.clone();
        if newest.wait_for(|newest| *newest > after).await.is_err() {
            pending::<()>().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens until the connection is lost, which is an error.
async fn listen(target: &Target, tell: &watch::Sender<u64>) -> Result<(), Unreached> {
    let (client, mut connection) = target.connect().await?;
    let hear = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(told) = message? {
                raise(tell, told.payload());
            }
        }
        Ok(())
    };
    let ask = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        for message in client.simple_query(NEWEST).await? {
            if let SimpleQueryMessage::Row(row) = message {
                raise(tell, row.get(0).unwrap_or_default());
            }
        }
        // The connection ends when its client is dropped.
        pending().await
    };
    tokio::select! {
        end = hear => end,
        end = ask => end,
    }
}

fn raise(tell: &watch::Sender<u64>, number: &str) {
    if let Ok(number) = number.parse() {
        tell.send_if_modified(|newest| {
            let is_news = number > *newest;
            *newest = (*newest).max(number);
            is_news
        });
    }
}
