//! Reading answers, strictly (RFC 9112).

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::dial::Transport;
use super::{PATIENCE, Response};

/// A head that is larger is refused.
const LARGEST_HEAD: usize = 256 << 10;
/// A body that is larger is refused.
const LARGEST_BODY: usize = 64 << 20;

/// Why there is no valid answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("the connection ended without a valid answer")]
    Ended,
    #[error("the connection ended in the middle of the body: {got} of {expected} bytes")]
    Torn { got: usize, expected: usize },
    #[error("there was no answer in time")]
    Silence,
    #[error("the answer is no HTTP: {0}")]
    Malformed(&'static str),
}

/// Reads from a connection.
pub(super) struct Reader<'a> {
    pub(super) source: &'a mut dyn Transport,
    pub(super) ahead: &'a mut Vec<u8>,
}

impl Reader<'_> {
    /// The answer to a request with this method; interim ones are left out.
    pub(super) async fn response(&mut self, method: &str) -> Result<Response, Trouble> {
        loop {
            let (status, headers, keeps) = self.head().await?;
            if status < 200 {
                continue;
            }
            let mut response = Response::new(method, status, headers);
            response.keeps = keeps;
            if method != "HEAD" && status != 204 && status != 304 {
                self.body(&mut response).await?;
            }
            return Ok(response);
        }
    }

    async fn head(&mut self) -> Result<(u16, Vec<(String, String)>, bool), Trouble> {
        let end = self.until(b"\r\n\r\n", LARGEST_HEAD).await?;
        let bytes: Vec<u8> = self.ahead.drain(..end).collect();
        let text = std::str::from_utf8(&bytes).map_err(|_| Trouble::Malformed("the head is no UTF-8"))?;
        let mut lines = text.trim_end_matches("\r\n").split("\r\n");
        let line = lines.next().unwrap_or_default();
        let (version, rest) = line.split_once(' ').unwrap_or((line, ""));
        if version != "HTTP/1.1" && version != "HTTP/1.0" {
            return Err(Trouble::Malformed("the status line has no version"));
        }
        let digits = rest.split(' ').next().filter(|code| code.len() == 3);
        let status =
            digits.and_then(|code| code.parse().ok()).ok_or(Trouble::Malformed("there is no status"))?;
        let headers = lines.map(header).collect::<Result<Vec<_>, _>>()?;
        let closes =
            headers.iter().any(|(name, value)| name == "connection" && value.eq_ignore_ascii_case("close"));
        Ok((status, headers, version == "HTTP/1.1" && !closes))
    }

    async fn body(&mut self, response: &mut Response) -> Result<(), Trouble> {
        let coded = response.get("transfer-encoding").map(str::to_ascii_lowercase);
        let lengths: Vec<&str> = response.all("content-length").collect();
        match (coded.as_deref(), lengths[..].as_ref()) {
            (Some(_), [_, ..]) => Err(Trouble::Malformed("there are a length and a coding")),
            (Some("chunked"), []) => self.chunks(response).await,
            (Some(_), []) => Err(Trouble::Malformed("the coding is unknown")),
            (None, [length]) => {
                let length = length.parse().ok().filter(|length| *length <= LARGEST_BODY);
                let length =
                    length.ok_or(Trouble::Malformed("the length is no number, or much too large"))?;
                response.body = self.exactly(length).await?;
                Ok(())
            }
            (None, []) => self.until_closed(response).await,
            (None, _) => Err(Trouble::Malformed("there are two lengths")),
        }
    }

    async fn chunks(&mut self, response: &mut Response) -> Result<(), Trouble> {
        let malformed = Trouble::Malformed("a chunk has no size");
        loop {
            let end = self.until(b"\r\n", LARGEST_HEAD).await?;
            let line: Vec<u8> = self.ahead.drain(..end).collect();
            let text = String::from_utf8_lossy(&line);
            let size = text.split(';').next().and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
            let Some(size) = size.filter(|size| *size <= LARGEST_BODY) else { return Err(malformed) };
            let chunk = self.exactly(size + 2).await?;
            response.body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                return Ok(());
            }
        }
    }

    async fn until_closed(&mut self, response: &mut Response) -> Result<(), Trouble> {
        response.keeps = false;
        while self.ahead.len() < LARGEST_BODY && self.more().await? {}
        response.body = std::mem::take(self.ahead);
        Ok(())
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Trouble> {
        while self.ahead.len() < length {
            if !self.more().await? {
                return Err(Trouble::Torn { got: self.ahead.len(), expected: length });
            }
        }
        Ok(self.ahead.drain(..length).collect())
    }

    /// Where what is read ends with `mark`.
    async fn until(&mut self, mark: &[u8], limit: usize) -> Result<usize, Trouble> {
        loop {
            if let Some(at) = self.ahead.windows(mark.len()).position(|bytes| bytes == mark) {
                return Ok(at + mark.len());
            }
            if self.ahead.len() > limit {
                return Err(Trouble::Malformed("the head is too large"));
            }
            if !self.more().await? {
                return Err(Trouble::Ended);
            }
        }
    }

    /// Reads on; `false` when there is no more.
    async fn more(&mut self) -> Result<bool, Trouble> {
        self.ahead.reserve(64 << 10);
        let wait: Duration = PATIENCE;
        match timeout(wait, self.source.read_buf(self.ahead)).await {
            Ok(Ok(read)) => Ok(read > 0),
            // A connection that is reset has ended.
            Ok(Err(_)) => Ok(false),
            Err(_) => Err(Trouble::Silence),
        }
    }
}

fn header(line: &str) -> Result<(String, String), Trouble> {
    let (name, value) = line.split_once(':').ok_or(Trouble::Malformed("a header has no colon"))?;
    if name.is_empty() || name.contains([' ', '\t']) {
        return Err(Trouble::Malformed("a header has no name"));
    }
    Ok((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()))
}
