//! One connection.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::dial::{Dialer, Transport};
use super::read::{Reader, Trouble};
use super::{PATIENCE, Response, Url};
use crate::check::{Failure, Stop, excerpt};

/// A connection to a registry.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: Box<dyn Transport>,
    /// What was read and not used yet.
    ahead: Vec<u8>,
    /// Whether another request may be sent on it.
    reusable: bool,
}

impl Connection {
    pub(super) async fn to(url: &Url, dialer: &Dialer) -> io::Result<Self> {
        let stream = dialer.dial(url).await?;
        Ok(Self { stream, ahead: Vec::new(), reusable: false })
    }

    pub(super) const fn is_reusable(&self) -> bool {
        self.reusable
    }

    /// Writes bytes as they are. Whether they arrive shows in the answer: a registry may refuse and close before it
    /// has read everything.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        // What is answered early is read while the rest is written, or both sides would wait for each other.
        let Self { stream, ahead, .. } = self;
        let (mut reading, mut writing) = tokio::io::split(stream);
        let write = async {
            writing.write_all(bytes).await?;
            writing.flush().await
        };
        tokio::pin!(write);
        let all = timeout(PATIENCE, async {
            loop {
                ahead.reserve(16 << 10);
                tokio::select! {
                    biased;
                    _ = &mut write => break,
                    read = reading.read_buf(ahead) => if !matches!(read, Ok(1..)) { break },
                }
            }
        });
        let _ = all.await;
    }

    /// Reads the answer to a request with this method; `sent` is shown when there is none.
    ///
    /// # Errors
    /// A failure when there is no valid answer.
    pub(crate) async fn read(&mut self, method: &str, sent: &[u8]) -> Result<Response, Stop> {
        self.reusable = false;
        let mut reader = Reader { source: &mut *self.stream, ahead: &mut self.ahead };
        let read = timeout(PATIENCE * 2, reader.response(method)).await;
        let mut response = match read.unwrap_or(Err(Trouble::Silence)) {
            Ok(response) => response,
            Err(trouble) => {
                let seen = format!("{trouble}; read so far: {}", excerpt(&self.ahead));
                return Err(Failure::new("a valid answer", seen).asked_text(&shown(sent)).into());
            }
        };
        response.asked = shown(sent).into();
        self.reusable = response.keeps && self.ahead.is_empty();
        response.surplus = !self.ahead.is_empty();
        Ok(response)
    }

    /// Whether the registry ends the connection, in whatever order, and sends nothing more.
    pub(crate) async fn ends(&mut self) -> bool {
        let mut more = [0; 1];
        let read = timeout(PATIENCE, self.stream.read(&mut more)).await;
        self.ahead.is_empty() && matches!(read, Ok(Ok(0) | Err(_)))
    }
}

/// The beginning of a request, without who asks.
fn shown(sent: &[u8]) -> String {
    let text = excerpt(sent);
    let hidden = |line: &str| line.get(..14).is_some_and(|name| name.eq_ignore_ascii_case("authorization:"));
    let lines = text.split('\n').map(|line| if hidden(line) { "Authorization: …" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
