//! Reads one answer after another from pieces of any size.

use crate::Result;

/// More than any registry's answer head, and a bound on what is gathered.
const LONGEST_HEAD: usize = 64 * 1024;
/// How much of an error body is kept for the message.
const KEPT_OF_BODY: usize = 600;

/// What an answer said, its body apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Path and query of the Location header, authority dropped.
    pub(crate) location: Option<String>,
    /// Body bytes counted, transfer coding apart.
    pub(crate) body: u64,
    /// The beginning of the body of a refusal.
    text: Vec<u8>,
}

impl Answer {
    /// # Errors
    /// An answer with another status, with what the server said about it.
    pub(crate) fn expect(self, status: u16, what: &str) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let text = String::from_utf8_lossy(&self.text);
        Err(format!("{what}: status {} instead of {status}: {text}", self.status).into())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
    Done,
}

/// The state of one answer; [`Decoder::begin`] readies it for the next.
#[derive(Debug)]
pub(crate) struct Decoder {
    state: State,
    /// The answer has no body whatever its head says (RFC 9110 section 9.3.2).
    to_head: bool,
    line: Vec<u8>,
    answer: Answer,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { state: State::Head, to_head: false, line: Vec::new(), answer: Answer::default() }
    }

    /// Expects the answer to a next request, of the method HEAD or another.
    pub(crate) fn begin(&mut self, to_head: bool) {
        self.state = State::Head;
        self.to_head = to_head;
        self.line.clear();
        self.answer = Answer::default();
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The status, once the head was read.
    pub(crate) fn status(&self) -> u16 {
        self.answer.status
    }

    pub(crate) fn take(&mut self) -> Answer {
        std::mem::take(&mut self.answer)
    }

    /// How many of the bytes that follow are certainly body: zero if that is not known.
    pub(crate) fn plain(&self) -> u64 {
        match self.state {
            State::Body(left) | State::Chunk(left) => left,
            _ => 0,
        }
    }

    /// Counts body bytes that were received without being looked at; never more than [`Self::plain`].
    pub(crate) fn skip(&mut self, bytes: u64) {
        self.answer.body += bytes;
        self.state = match self.state {
            State::Body(left) if left > bytes => State::Body(left - bytes),
            State::Body(_) => State::Done,
            State::Chunk(left) if left > bytes => State::Chunk(left - bytes),
            State::Chunk(_) => State::ChunkEnd,
            other => other,
        };
    }

    /// Takes what was received; returns how much of it belongs to this answer.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut used = 0;
        while used < bytes.len() && self.state != State::Done {
            let rest = &bytes[used..];
            used += match self.state {
                State::Head => self.head(rest)?,
                State::Body(left) | State::Chunk(left) => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.keep(&rest[..take]);
                    self.skip(take as u64);
                    take
                }
                State::ChunkSize | State::ChunkEnd | State::Trailer => self.framing(rest)?,
                State::Done => 0,
            };
        }
        Ok(used)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.answer.status >= 400 {
            let room = KEPT_OF_BODY.saturating_sub(self.answer.text.len());
            self.answer.text.extend_from_slice(&bytes[..room.min(bytes.len())]);
        }
    }

    /// Finds the end of the head; gathers the head only if it comes in pieces.
    fn head(&mut self, bytes: &[u8]) -> Result<usize> {
        let gathered = self.line.len();
        if gathered == 0
            && let Some(end) = end_of_head(bytes)
        {
            self.parse(&bytes[..end])?;
            return Ok(end);
        }
        self.line.extend_from_slice(bytes);
        let Some(end) = end_of_head(&self.line) else {
            if self.line.len() > LONGEST_HEAD {
                return Err("the head of an answer has no end".into());
            }
            return Ok(bytes.len());
        };
        let mut head = std::mem::take(&mut self.line);
        head.truncate(end);
        self.parse(&head)?;
        Ok(end - gathered)
    }

    fn parse(&mut self, head: &[u8]) -> Result<()> {
        let text = std::str::from_utf8(head).map_err(|_| "the head of an answer is not UTF-8")?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        self.answer.status =
            status.and_then(|status| status.parse().ok()).ok_or("an answer without a status")?;
        let (mut length, mut chunked) = (None, false);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.parse::<u64>().map_err(|_| "a length that is no number")?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("location") {
                self.answer.location = Some(path_of(value).to_owned());
            }
        }
        self.state = match self.answer.status {
            100..=199 => State::Head,
            204 | 304 => State::Done,
            _ if self.to_head => State::Done,
            _ if chunked => State::ChunkSize,
            _ => match length {
                Some(0) => State::Done,
                Some(length) => State::Body(length),
                None => return Err("an answer with neither length nor chunks".into()),
            },
        };
        Ok(())
    }

    /// The lines between chunks; they are short and may be cut anywhere.
    fn framing(&mut self, bytes: &[u8]) -> Result<usize> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.line.extend_from_slice(bytes);
            return Ok(bytes.len());
        };
        self.line.extend_from_slice(&bytes[..end]);
        let line = std::mem::take(&mut self.line);
        let line = std::str::from_utf8(&line).map_err(|_| "a chunk size that is not UTF-8")?.trim();
        self.state = match self.state {
            State::ChunkEnd => State::ChunkSize,
            State::Trailer if line.is_empty() => State::Done,
            State::Trailer => State::Trailer,
            _ => {
                let digits = line.split(';').next().unwrap_or_default();
                match u64::from_str_radix(digits, 16).map_err(|_| "a chunk without a size")? {
                    0 => State::Trailer,
                    size => State::Chunk(size),
                }
            }
        };
        Ok(end + 1)
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|byte| *byte == b'\n') {
        let end = from + found + 1;
        if bytes[..end].ends_with(b"\r\n\r\n") {
            return Some(end);
        }
        from = end;
    }
    None
}

/// A registry may answer with an absolute URL; only its path and query matter here.
fn path_of(location: &str) -> &str {
    location
        .split_once("://")
        .map_or(location, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]))
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    const PLAIN: &str =
        "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\nLocation: http://h:1/v2/a?b=c\r\n\r\nhello";
    const CHUNKED: &str =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";

    #[test]
    fn reads_answers_cut_anywhere() {
        for (text, status, body) in [(PLAIN, 202, 5), (CHUNKED, 200, 11)] {
            for cut in 0..text.len() {
                let mut decoder = Decoder::new();
                decoder.begin(false);
                let (first, second) = text.as_bytes().split_at(cut);
                assert_eq!(decoder.feed(first).expect("first part"), cut);
                assert!(!decoder.is_done());
                let rest = [second, b"HTTP/1.1"].concat();
                assert_eq!(decoder.feed(&rest).expect("second part"), second.len());
                assert!(decoder.is_done());
                let answer = decoder.take();
                assert_eq!((answer.status, answer.body), (status, body));
            }
        }
    }

    #[test]
    fn location_is_relative_and_a_head_has_no_body() {
        let mut decoder = Decoder::new();
        decoder.begin(true);
        decoder.feed(&PLAIN.as_bytes()[..PLAIN.len() - 5]).expect("head");
        assert!(decoder.is_done());
        assert_eq!(decoder.take().location.as_deref(), Some("/v2/a?b=c"));
    }

    #[test]
    fn an_interim_answer_is_passed_over() {
        let mut decoder = Decoder::new();
        let text = format!("HTTP/1.1 100 Continue\r\n\r\n{PLAIN}");
        decoder.feed(text.as_bytes()).expect("both");
        assert_eq!(decoder.take().status, 202);
    }

    #[test]
    fn an_unexpected_status_shows_what_the_server_said() {
        let mut decoder = Decoder::new();
        decoder.feed(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone").expect("answer");
        let failure = decoder.take().expect(200, "GET x").expect_err("404");
        assert_eq!(failure.to_string(), "GET x: status 404 instead of 200: none");
    }
}
