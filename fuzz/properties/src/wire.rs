//! Bytes on a connection.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::handler::World;

/// Whatever a client writes to a connection before it ends its side, what comes back is nothing, or responses of
/// HTTP/1.1 that are well-formed and whole, none of them a 5xx; and the server closes its side.
///
/// Nothing comes back for what is cut off, and may come back where the client ends its side right behind a request:
/// that is how clients look that went away. What begins as HTTP/2 does is left out: its answers are frames.
pub fn check(bytes: &[u8]) {
    if !bytes.starts_with(b"PRI") {
        let _ = statuses(bytes);
    }
}

/// The same, and the status of each response as far as responses can be told apart.
#[must_use]
pub fn statuses(bytes: &[u8]) -> Vec<u16> {
    let answer = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let running =
                registry_server::spawn(World::new().await.into_server()).await.expect("a free port");
            let answer = exchange(running.address(), bytes);
            let answer =
                tokio::time::timeout(PATIENCE, answer).await.expect("the connection is never closed");
            drop(running);
            answer
        })
    });
    check_responses(&answer, bytes)
}

/// Far more than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
}

/// Everything that is answered. A connection that is reset has lost what was not yet read, which nobody can judge.
async fn exchange(address: std::net::SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let mut answer = Vec::new();
    let sent = stream.write_all(bytes).await;
    if sent.is_err() || stream.shutdown().await.is_err() || stream.read_to_end(&mut answer).await.is_err() {
        answer.clear();
    }
    answer
}

fn check_responses(answer: &[u8], sent: &[u8]) -> Vec<u16> {
    let about = || format!("{} answered with {}", sent.escape_ascii(), answer.escape_ascii());
    let mut methods = requests(sent);
    let (mut rest, mut statuses) = (answer, Vec::new());
    while !rest.is_empty() {
        let head = rest.windows(4).position(|window| window == b"\r\n\r\n");
        let head = head.unwrap_or_else(|| panic!("a head has no end: {}", about()));
        let text = str::from_utf8(&rest[..head]).unwrap_or_else(|_| panic!("a head is no text: {}", about()));
        let status = status(text).unwrap_or_else(|| panic!("a status line is none: {}", about()));
        assert!(status < 500, "{}", about());
        statuses.push(status);
        rest = &rest[head + 4..];
        // Which request an interim response belongs to does not matter, and it has no body.
        let Some(is_head) = (if status < 200 { Some(true) } else { methods.next() }) else { return statuses };
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
        });
        let length = length.unwrap_or(Ok(0)).unwrap_or_else(|_| panic!("a length is none: {}", about()));
        // What is refused before it was read as a request may be answered with a body, whatever its first word is.
        let last = text.to_ascii_lowercase().contains("\r\nconnection: close") && rest.len() == length;
        if (is_head && !last) || status == 204 || status == 304 {
            continue;
        }
        if text.to_ascii_lowercase().contains("\r\ntransfer-encoding:") {
            return statuses;
        }
        assert!(rest.len() >= length, "a body is cut: {}", about());
        rest = &rest[length..];
    }
    statuses
}

/// The status of `HTTP/1.x NNN reason`.
fn status(head: &str) -> Option<u16> {
    let line = head.lines().next()?;
    let rest = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "))?;
    let status = rest.get(..3)?.parse().ok()?;
    (100..600).contains(&status).then_some(status)
}

/// Whether each response is one to a `HEAD`, as far as can be told without reading the requests: for the first, and for
/// all when there is no `HEAD` anywhere.
fn requests(sent: &[u8]) -> impl Iterator<Item = bool> {
    let start = sent.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or_default();
    let first = sent[start..].starts_with(b"HEAD ");
    let anywhere = sent.windows(4).any(|window| window == b"HEAD");
    std::iter::once(first).chain(std::iter::repeat_n(false, if anywhere { 0 } else { usize::MAX }))
}
