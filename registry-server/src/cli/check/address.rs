//! Whether an address can be listened on.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::Report;
use crate::cli::exit::with_causes;
use crate::cli::listener;

/// How long whoever listens there may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than the head of the answer.
const HEAD: usize = 4096;

/// Who may be listening at the addresses already without that being a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nobody: the data folder is free, so no registry of this configuration runs.
    Nobody,
    /// The process that serves the data folder.
    Served,
    /// A registry, since no data folder tells whether one runs. It is asked.
    Registry,
}

/// Tries to listen.
pub(super) fn look(address: SocketAddr, beside: Beside, report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let Err(error) = runtime.map_or(Ok(()), |runtime| runtime.block_on(listener::bind(address)).map(drop))
    else {
        return;
    };
    match beside {
        // A registry that runs holds its own address.
        Beside::Served if error.is_taken() => report.notes.push(with_causes(&error)),
        Beside::Registry if error.is_taken() && is_registry(address) => report.notes.push(format!(
            "a registry answers at {address} already: if it is the one of this configuration, it runs, and another one \
             needs another address"
        )),
        _ => report.problems.push(with_causes(&error)),
    }
}

/// Whether a registry answers there.
fn is_registry(address: SocketAddr) -> bool {
    ask(reachable(address)).is_some_and(|head| {
        head.starts_with("http/1.1 200")
            && head.contains("\r\ndocker-distribution-api-version: registry/2.0\r\n")
    })
}

/// The beginning of the answer to whether it lives, in lower case.
fn ask(address: SocketAddr) -> Option<String> {
    let end = Instant::now() + PATIENCE;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "GET /livez HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let (mut answer, mut part) = (Vec::new(), [0; HEAD]);
    while answer.len() < HEAD && !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let left = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        stream.set_read_timeout(Some(left)).ok()?;
        match stream.read(&mut part).ok()? {
            0 => break,
            read => answer.extend_from_slice(&part[..read]),
        }
    }
    Some(String::from_utf8_lossy(&answer).to_ascii_lowercase())
}

/// Where something is reached that listens at all addresses of this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
