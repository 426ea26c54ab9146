//! Requests, and connections to send them on. Blocking, and as exact as the bytes that are written.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Reply;

/// A request to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// What follows the head.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Nothing, and no length.
    None,
    /// These bytes, with their length.
    Sized(Vec<u8>),
    /// These bytes in two chunks, without a length.
    Chunked(Vec<u8>),
}

impl Ask {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self { method: method.to_owned(), target: target.into(), headers: Vec::new(), body: Body::None }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Sized(bytes.into()), ..self }
    }

    pub(crate) fn chunked(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Chunked(bytes.into()), ..self }
    }

    /// The request as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes =
            format!("{} {} HTTP/1.1\r\nHost: registry.test\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        match &self.body {
            Body::None => bytes.extend_from_slice(b"\r\n"),
            Body::Sized(body) => {
                bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
                bytes.extend_from_slice(body);
            }
            Body::Chunked(body) => {
                bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                let (one, two) = body.split_at(body.len() / 2);
                for chunk in [one, two].into_iter().filter(|chunk| !chunk.is_empty()) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
        }
        bytes
    }
}

/// A kept connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self::on(TcpStream::connect(address).unwrap())
    }

    /// On a socket that is connected already.
    pub(crate) fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Writes bytes as they are; whether they arrive is another matter.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads the answer to a request with this method.
    pub(crate) fn read(&mut self, method: &str) -> Reply {
        Reply::read(&mut self.stream, method == "HEAD")
    }

    /// Sends a request and reads the answer.
    pub(crate) fn send(&mut self, ask: &Ask) -> Reply {
        // A server may answer and close before it has read everything.
        let _ = self.write(&ask.bytes());
        self.read(&ask.method).checked(ask)
    }

    /// Whether the server has closed its side: nothing more can be read.
    pub(crate) fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        std::io::Read::read_to_end(&mut self.stream, &mut rest).is_ok_and(|read| read == 0)
    }

    /// Whether the server has ended the connection, in good order or not.
    pub(crate) fn is_gone(&mut self) -> bool {
        let mut rest = Vec::new();
        match std::io::Read::read_to_end(&mut self.stream, &mut rest) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    pub(crate) fn stream(&mut self) -> &mut BufReader<TcpStream> {
        &mut self.stream
    }
}
