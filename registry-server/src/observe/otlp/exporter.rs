//! Sending spans.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, HOST};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;

use super::{OtlpSettings, encode};

/// The most spans that are sent at once.
const BATCH: usize = 512;
/// How long spans are gathered.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends spans to a collector.
#[derive(Debug)]
pub struct Exporter {
    settings: OtlpSettings,
    spans: Receiver<Value>,
    lost: Arc<AtomicU64>,
}

impl Exporter {
    pub(super) fn new(settings: OtlpSettings, spans: Receiver<Value>, lost: Arc<AtomicU64>) -> Self {
        Self { settings, spans, lost }
    }

    /// Sends spans every other second until `shutdown` is done, and then what is left. What a collector does not take
    /// is lost, which the log tells.
    ///
    /// # Cancel safety
    /// Dropping the future loses what was not sent.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let ended = tokio::select! {
                biased;
                () = &mut shutdown => true,
                ended = self.gather(&mut batch) => ended,
            };
            if !batch.is_empty() {
                self.deliver(&std::mem::take(&mut batch)).await;
            }
            if ended {
                break;
            }
        }
        // What came while the last batch was sent.
        self.spans.close();
        while self.spans.recv_many(&mut batch, BATCH).await > 0 {
            self.deliver(&std::mem::take(&mut batch)).await;
        }
    }

    /// Gathers spans for a while. Answers whether there will be no more.
    async fn gather(&mut self, batch: &mut Vec<Value>) -> bool {
        let full = async {
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                if self.spans.recv_many(batch, room).await == 0 {
                    return true;
                }
            }
            false
        };
        tokio::time::timeout(INTERVAL, full).await.unwrap_or(false)
    }

    async fn deliver(&self, batch: &[Value]) {
        let sent = tokio::time::timeout(PATIENCE, self.send(batch)).await;
        let error = match sent {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(_) => Some(io::ErrorKind::TimedOut.into()),
        };
        if let Some(error) = error {
            tracing::warn!(%error, spans = batch.len(), "a collector does not take spans, which are lost");
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(spans = lost, "more spans came than could be sent, and are lost");
        }
    }

    async fn send(&self, batch: &[Value]) -> io::Result<()> {
        let OtlpSettings { host, port, path, resource, headers } = &self.settings;
        let body = serde_json::to_vec(&encode::request(resource, batch))?;
        let stream = TcpStream::connect((host.as_str(), *port)).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let mut request = Request::post(path.as_str())
            .header(HOST, format!("{host}:{port}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(io::Error::other)?;
        for (name, value) in headers {
            request.headers_mut().append(name, value.clone());
        }
        let response = tokio::select! {
            response = sender.send_request(request) => response.map_err(io::Error::other)?,
            ended = connection => {
                ended.map_err(io::Error::other)?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        };
        match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(io::Error::other(format!("the collector answers {status}"))),
        }
    }
}
