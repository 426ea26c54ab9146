//! The go-between itself: it reads requests leniently, lets the fault answer, and writes what comes of it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::fault::{Call, Fault, Memory};
use super::message::Request;

/// Nothing is read beyond this; the checks send less.
const LARGEST: usize = 40 << 20;
/// Room for one read.
const AT_ONCE: usize = 64 << 10;
/// How long a body that is announced may fail to come before it is taken for what came.
const PATIENCE: Duration = Duration::from_millis(300);

/// Serves until it is dropped, and all its connections with it.
pub(crate) async fn serve(
    listener: TcpListener,
    upstream: SocketAddr,
    fault: Option<&'static Fault>,
    memory: Arc<Mutex<Memory>>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let memory = Arc::clone(&memory);
                connections.spawn(async move {
                    let _ = stream.set_nodelay(true);
                    match fault {
                        None => pipe(stream, upstream).await,
                        Some(fault) => Connection { stream, ahead: Vec::new() }.serve(upstream, fault, memory).await,
                    }
                });
            }
        }
    }
}

async fn pipe(mut stream: TcpStream, upstream: SocketAddr) {
    if let Ok(mut other) = TcpStream::connect(upstream).await {
        let _ = other.set_nodelay(true);
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut other).await;
    }
}

struct Connection {
    stream: TcpStream,
    /// What was read and not used yet.
    ahead: Vec<u8>,
}

impl Connection {
    async fn serve(mut self, upstream: SocketAddr, fault: &'static Fault, memory: Arc<Mutex<Memory>>) {
        while let Some(request) = self.request().await {
            let method = request.method.clone();
            let closes =
                request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
            let (doubtful, framed) = (request.is_doubtful(), request.is_framed());
            let call = Call { request, upstream, memory: Arc::clone(&memory) };
            let reply = fault.act.answer(call).await;
            if reply.status == 0 || self.stream.write_all(&reply.bytes(&method)).await.is_err() {
                return;
            }
            // Whoever was refused may have sent what is no request.
            let refused = matches!(reply.status, 400 | 431 | 501 | 505) && !framed;
            let closes = (closes && !reply.stays) || reply.closes || doubtful || refused;
            if closes || reply.torn.is_some() || reply.forced {
                let _ = self.stream.shutdown().await;
                self.discard().await;
                return;
            }
        }
    }

    /// Reads on for a while, so that what is still on its way does not reset the connection.
    async fn discard(&mut self) {
        let mut away = vec![0; 64 << 10];
        while let Ok(Ok(1..)) = tokio::time::timeout(PATIENCE, self.stream.read(&mut away)).await {}
    }

    async fn request(&mut self) -> Option<Request> {
        let end = self.until(b"\r\n\r\n").await?;
        let mut raw: Vec<u8> = self.ahead.drain(..end).collect();
        // One character for each byte, so that nothing is lost.
        let head: String = raw[..end - 4].iter().map(|byte| char::from(*byte)).collect();
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let mut request = Request::new(words.next()?, words.next().unwrap_or_default());
        request.version = words.collect::<Vec<_>>().join(" ");
        let headers = lines.map(|line| line.split_once(':').unwrap_or((line, "")));
        request.headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        if request.header("expect").is_some() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.ok()?;
        }
        if request.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            request.body = self.chunks(&mut raw).await;
        } else if let Some(length) = request.header("content-length").and_then(|text| text.parse().ok()) {
            request.body = self.take(length).await;
            raw.extend_from_slice(&request.body);
        }
        if request.header("expect").is_none() {
            request.raw = raw;
        }
        Some(request)
    }

    async fn chunks(&mut self, raw: &mut Vec<u8>) -> Vec<u8> {
        let mut body = Vec::new();
        while let Ok(Some(end)) = tokio::time::timeout(PATIENCE, self.until(b"\r\n")).await {
            let line: Vec<u8> = self.ahead.drain(..end).collect();
            raw.extend_from_slice(&line);
            let size =
                std::str::from_utf8(&line).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
            let Some(size) = size else { break };
            let chunk = self.take(size + 2).await;
            raw.extend_from_slice(&chunk);
            body.extend_from_slice(&chunk[..size.min(chunk.len())]);
            if size == 0 {
                break;
            }
        }
        body
    }

    /// So many bytes, or those that came.
    async fn take(&mut self, length: usize) -> Vec<u8> {
        while self.ahead.len() < length.min(LARGEST) {
            self.ahead.reserve(AT_ONCE);
            match tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.ahead)).await {
                Ok(Ok(1..)) => {}
                _ => break,
            }
        }
        self.ahead.drain(..length.min(self.ahead.len())).collect()
    }

    /// Where what is read ends with `mark`; `None` when it never does.
    async fn until(&mut self, mark: &[u8]) -> Option<usize> {
        let mut seen: usize = 0;
        loop {
            let from = seen.saturating_sub(mark.len());
            if let Some(at) = self.ahead[from..].windows(mark.len()).position(|bytes| bytes == mark) {
                return Some(from + at + mark.len());
            }
            seen = self.ahead.len();
            self.ahead.reserve(AT_ONCE);
            match self.stream.read_buf(&mut self.ahead).await {
                Ok(1..) if self.ahead.len() < LARGEST => {}
                _ => return None,
            }
        }
    }
}
