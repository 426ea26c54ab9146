//! What a fault is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::message::{Reply, Request};

/// One thing that is wrong.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) act: Act,
}

/// How it is wrong.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// The answer is changed.
    Answer(fn(&Request, &mut Reply)),
    /// The request is changed, so that the registry answers another one.
    Ask(fn(&mut Request)),
    /// Something else is done.
    Do(fn(Call) -> Doing),
    /// Where this holds a refusal becomes a success.
    Take(fn(&Request) -> bool),
}

impl Fault {
    /// A fault that changes answers.
    pub(crate) const fn answer(name: &'static str, change: fn(&Request, &mut Reply)) -> Self {
        Self { name, act: Act::Answer(change) }
    }

    /// A fault that takes requests for others.
    pub(crate) const fn ask(name: &'static str, change: fn(&mut Request)) -> Self {
        Self { name, act: Act::Ask(change) }
    }

    /// A fault that takes what must be refused.
    pub(crate) const fn taking(name: &'static str, what: fn(&Request) -> bool) -> Self {
        Self { name, act: Act::Take(what) }
    }

    /// A fault that does something else.
    pub(crate) const fn doing(name: &'static str, doing: fn(Call) -> Doing) -> Self {
        Self { name, act: Act::Do(doing) }
    }
}

pub(crate) type Doing = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// A request, the registry that would answer it, and what was remembered of earlier ones.
pub(crate) struct Call {
    pub(crate) request: Request,
    pub(crate) upstream: SocketAddr,
    pub(crate) memory: Arc<Mutex<Memory>>,
}

/// What a fault remembers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) marks: BTreeSet<String>,
    pub(crate) replies: BTreeMap<String, Reply>,
    pub(crate) count: usize,
}

impl Call {
    /// What the registry answers.
    pub(crate) async fn forward(&self) -> Reply {
        ask(self.upstream, &self.request).await
    }

    /// What the registry answers to something else.
    pub(crate) async fn ask(&self, request: &Request) -> Reply {
        ask(self.upstream, request).await
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }
}

impl Act {
    pub(crate) async fn answer(self, mut call: Call) -> Reply {
        match self {
            Self::Answer(change) => {
                let mut reply = call.forward().await;
                change(&call.request, &mut reply);
                reply
            }
            Self::Ask(change) => {
                let before = call.request.bytes();
                change(&mut call.request);
                if call.request.bytes() != before {
                    call.request.raw.clear();
                }
                call.forward().await
            }
            Self::Do(doing) => doing(call).await,
            Self::Take(what) => {
                let reply = call.forward().await;
                let taken = (400..500).contains(&reply.status) && what(&call.request);
                if taken { Reply::success(&call.request) } else { reply }
            }
        }
    }
}

/// Sends a request on a connection of its own.
async fn ask(upstream: SocketAddr, request: &Request) -> Reply {
    let mut stream = TcpStream::connect(upstream).await.unwrap();
    let bytes = if request.raw.is_empty() { request.bytes() } else { request.raw.clone() };
    // A registry may answer and close before it has read everything.
    let (mut reading, mut writing) = stream.split();
    let write = async {
        let _ = writing.write_all(&bytes).await;
        std::future::pending().await
    };
    tokio::select! {
        reply = read(&mut reading, &request.method) => reply,
        reply = write => reply,
    }
}

/// Reads an answer of our own registry, which gives the length of every body.
async fn read(stream: &mut (impl AsyncRead + Unpin), method: &str) -> Reply {
    let mut bytes = Vec::new();
    loop {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            match stream.read_buf(&mut bytes).await {
                Ok(read) if read > 0 => continue,
                _ => return Reply::default(),
            }
        };
        let mut reply = head(&String::from_utf8_lossy(&bytes[..end]));
        let rest = bytes.split_off(end + 4);
        if reply.status < 200 {
            bytes = rest;
            continue;
        }
        let bodiless = method == "HEAD" || matches!(reply.status, 204 | 304);
        let length = reply.get("content-length").and_then(|text| text.parse().ok()).filter(|_| !bodiless);
        let length: usize = length.unwrap_or_default();
        reply.body = rest;
        while reply.body.len() < length && stream.read_buf(&mut reply.body).await.is_ok_and(|read| read > 0) {
        }
        reply.remove("connection");
        return reply;
    }
}

fn head(text: &str) -> Reply {
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Reply { status, headers, ..Reply::default() }
}
