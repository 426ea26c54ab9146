//! One kept connection, one request at a time.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::{
    Result,
    http::decoder::{Answer, Decoder},
    socket,
    target::Target,
};

/// The one buffer that answers are read into, over and over.
const BUFFER: usize = 1024 * 1024;
/// Large bodies are read when so much has arrived: a client that wakes for every segment takes the processor from the
/// server it measures.
const LOW_MARK: u64 = 512 * 1024;

/// What happens to the bodies that come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Copied into one buffer, as a client that means to keep them would.
    Copy,
    /// Thrown away by the kernel uncopied, which leaves the most processor time to the server.
    Discard,
}

/// A connection to the registry under load.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
    reading: Reading,
    decoder: Decoder,
    buffer: Vec<u8>,
    low_mark: usize,
}

impl Connection {
    pub(crate) fn open(target: &Target, reading: Reading) -> Result<Self> {
        let stream = TcpStream::connect(target.address)
            .map_err(|error| format!("connecting to {}: {error}", target.address))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            host: target.host.clone(),
            reading,
            decoder: Decoder::new(),
            buffer: vec![0; BUFFER],
            low_mark: 1,
        })
    }

    /// The bytes of a request head; `headers` are whole lines.
    pub(crate) fn head(&self, method: &str, path: &str, headers: &str) -> Vec<u8> {
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.host).into_bytes()
    }

    /// Sends a request whose body, if any, is small, in one write, and reads the answer.
    pub(crate) fn request(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result<Answer> {
        let mut bytes = self.head(method, path, headers);
        bytes.extend_from_slice(body);
        self.exchange(method == "HEAD", |stream| stream.write_all(&bytes))
    }

    /// Lets `send` write a whole request, then reads the answer.
    ///
    /// A server may refuse before it has read everything; its answer then says more than the broken pipe.
    pub(crate) fn exchange(
        &mut self,
        to_head: bool,
        send: impl FnOnce(&mut TcpStream) -> std::io::Result<()>,
    ) -> Result<Answer> {
        let sent = send(&mut self.stream);
        let answer = self.answer(to_head);
        match (sent, answer) {
            (Err(error), Ok(answer)) => answer.expect(0, &format!("sending: {error}")),
            (Err(error), Err(_)) => Err(format!("sending: {error}").into()),
            (Ok(()), answer) => answer,
        }
    }

    fn answer(&mut self, to_head: bool) -> Result<Answer> {
        self.decoder.begin(to_head);
        while !self.decoder.is_done() {
            let body = self.decoder.plain();
            self.wait_for(body.min(LOW_MARK))?;
            let refused = self.decoder.status() >= 400;
            let got = if body > 0 && self.reading == Reading::Discard && !refused {
                let most = usize::try_from(body).unwrap_or(BUFFER).min(BUFFER);
                let got = socket::receive(&self.stream, &mut self.buffer[..most], true)?;
                self.decoder.skip(got as u64);
                got
            } else if body > 0 {
                let got = socket::receive(&self.stream, &mut self.buffer, false)?;
                self.fed(got)?
            } else {
                let got = self.stream.read(&mut self.buffer)?;
                self.fed(got)?
            };
            if got == 0 {
                return Err("the server closed the connection within an answer".into());
            }
        }
        Ok(self.decoder.take())
    }

    /// One request is under way at a time, so nothing may follow its answer.
    fn fed(&mut self, got: usize) -> Result<usize> {
        if self.decoder.feed(&self.buffer[..got])? == got {
            Ok(got)
        } else {
            Err("bytes behind the end of an answer".into())
        }
    }

    fn wait_for(&mut self, bytes: u64) -> Result<()> {
        let bytes = usize::try_from(bytes.max(1))?;
        if bytes != self.low_mark {
            socket::set_low_mark(&self.stream, bytes)?;
            self.low_mark = bytes;
        }
        Ok(())
    }
}
