//! Connections, exact to the byte: what is sent is what the fixture says, and nothing is added.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection that is kept.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    /// Methods of the requests that are not answered yet.
    waiting: Vec<String>,
    /// Whether one of the two sides has said that it will close.
    closing: bool,
}

/// An answer, read whole.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) method: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The values of all header lines of this name.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).first().copied()
    }
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self { stream: BufReader::new(stream), waiting: Vec::new(), closing: false })
    }

    /// Writes bytes that are to be answered as a request of this method.
    pub(crate) fn send(&mut self, method: &str, bytes: &[u8], close: bool) -> io::Result<()> {
        self.waiting.push(method.to_owned());
        self.closing |= close;
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads the answer to the oldest request that has none.
    pub(crate) fn read(&mut self) -> io::Result<Answer> {
        if self.waiting.is_empty() {
            return Err(io::Error::other("nothing was asked"));
        }
        let method = self.waiting.remove(0);
        let first = self.line()?;
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let mut answer = Answer { method, status: status.ok_or_else(broken)?, ..Answer::default() };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(broken)?;
            answer.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        self.closing |= answer.values("connection").contains(&"close");
        if answer.method != "HEAD" && answer.status != 204 && answer.status != 304 {
            // Every body of this registry has a length; a client that wants to verify a digest relies on it.
            let length =
                answer.value("content-length").and_then(|text| text.parse().ok()).ok_or_else(broken)?;
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    /// Whether everything is answered and one of the two sides has said that it closes.
    pub(crate) fn is_over(&self) -> bool {
        self.closing && self.waiting.is_empty()
    }

    /// Whether the connection is as it ought to be when all is done: closed if one side said so, else open, and
    /// either way without a byte more than the answers had.
    pub(crate) fn end(mut self) -> Result<(), String> {
        if !self.waiting.is_empty() {
            return Err(format!("{} requests have no answer in the fixture", self.waiting.len()));
        }
        let mut rest = [0];
        if self.closing {
            return match self.stream.read(&mut rest) {
                Ok(0) => Ok(()),
                other => Err(format!("the connection was to be closed, but: {other:?}")),
            };
        }
        self.stream.get_ref().set_nonblocking(true).map_err(|error| error.to_string())?;
        match self.stream.read(&mut rest) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            other => Err(format!("the connection was to stay open and silent, but: {other:?}")),
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(broken)
    }
}

/// The first message of a TLS client, as short as it can be: a handshake record with the beginning of a `ClientHello`.
pub(crate) fn client_hello() -> Vec<u8> {
    let mut hello = vec![0x03, 0x03];
    hello.extend((0..32).map(|n: u8| n.wrapping_mul(37)));
    hello.extend([0, 0, 4, 0x13, 0x01, 0xc0, 0x2f, 1, 0]);
    let body = u8::try_from(hello.len()).expect("shorter than 256 bytes");
    let mut record = vec![0x16, 0x03, 0x01, 0, body + 4, 0x01, 0, 0, body];
    record.append(&mut hello);
    record
}

fn broken() -> io::Error {
    io::Error::other("not an answer of HTTP/1.1 with a length")
}
