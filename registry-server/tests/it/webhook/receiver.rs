//! A receiver of webhooks: answers by a script, and keeps what it was sent.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// One request as it came.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether it was answered with success.
    pub(super) taken: bool,
}

impl Sent {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What a request is answered.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// This status with these further lines of the head.
    Status(u16, &'static str),
    /// Nothing, ever.
    Silence,
    /// The connection is closed.
    Hangup,
}

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    sent: Vec<Sent>,
}

/// A receiver on a port of its own. It takes everything once its script is at its end, and ends when it is dropped.
pub(super) struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    state: Arc<(Mutex<State>, Condvar)>,
    ended: Arc<AtomicBool>,
}

impl Receiver {
    pub(super) fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), script)
    }

    pub(super) fn on(listener: TcpListener, script: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(listener, script, None)
    }

    /// One that speaks TLS.
    pub(super) fn secure(tls: ServerConfig, script: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(TcpListener::bind("127.0.0.1:0").unwrap(), script, Some(Arc::new(tls)))
    }

    fn start(
        listener: TcpListener,
        script: impl IntoIterator<Item = Answer>,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = listener.local_addr().unwrap();
        let state = State { script: script.into_iter().collect(), sent: Vec::new() };
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let (shared, over) = (Arc::clone(&state), Arc::clone(&ended));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (shared, tls) = (Arc::clone(&shared), tls.clone());
                std::thread::spawn(move || match tls {
                    Some(tls) => {
                        let secure = StreamOwned::new(ServerConnection::new(tls).unwrap(), stream);
                        let mut reader = BufReader::new(secure);
                        while serve(&mut reader, &shared).is_some() {}
                    }
                    None => {
                        let mut reader = BufReader::new(stream);
                        while serve(&mut reader, &shared).is_some() {}
                    }
                });
            }
        });
        Self { address, scheme, state, ended }
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}/hook", self.scheme, self.address)
    }

    /// Waits until that many requests came, and answers them.
    pub(super) fn wait(&self, count: usize) -> Vec<Sent> {
        let (state, changed) = &*self.state;
        let state = state.lock().unwrap();
        let waited =
            changed.wait_timeout_while(state, Duration::from_secs(20), |state| state.sent.len() < count);
        let (state, timeout) = waited.unwrap();
        assert!(!timeout.timed_out(), "only {} requests came", state.sent.len());
        state.sent.clone()
    }

    pub(super) fn sent(&self) -> Vec<Sent> {
        self.wait(0)
    }

    /// The numbers of the events that were taken, in order.
    pub(super) fn taken(&self) -> Vec<u64> {
        let number =
            |entry: &Value| entry["id"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
        self.sent()
            .iter()
            .filter(|sent| sent.taken)
            .flat_map(|sent| {
                sent.json()["events"].as_array().unwrap().iter().map(number).collect::<Vec<u64>>()
            })
            .collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// One request of a connection; `None` when it is over.
fn serve<S: Read + Write>(reader: &mut BufReader<S>, shared: &(Mutex<State>, Condvar)) -> Option<()> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (state, changed) = shared;
    let answer = {
        let mut state = state.lock().unwrap();
        let answer = state.script.pop_front().unwrap_or(Answer::Status(200, ""));
        let taken = matches!(answer, Answer::Status(200..300, _));
        state.sent.push(Sent { path, headers, body, taken });
        changed.notify_all();
        answer
    };
    match answer {
        Answer::Hangup => None,
        Answer::Silence => {
            // Until the other side has had enough.
            let _ = reader.read(&mut [0]);
            None
        }
        Answer::Status(status, more) => {
            let head = format!("HTTP/1.1 {status} X\r\n{more}Content-Length: 2\r\n\r\nok");
            let stream = reader.get_mut();
            stream.write_all(head.as_bytes()).and_then(|()| stream.flush()).ok()
        }
    }
}
