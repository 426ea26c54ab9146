//! Binding an address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}")]
pub(super) struct ListenError {
    listen: SocketAddr,
    source: io::Error,
}

impl ListenError {
    /// Whether somebody else listens there.
    pub(super) fn is_taken(&self) -> bool {
        self.source.kind() == io::ErrorKind::AddrInUse
    }
}

/// Listens on an address. All interfaces by IPv6 (`[::]`) take IPv4 along, and are those of IPv4 alone where the system
/// has no IPv6.
pub(super) async fn bind(listen: SocketAddr) -> Result<TcpListener, ListenError> {
    let bound = match TcpListener::bind(listen).await {
        Err(error) if is_without_ipv6(listen, &error) => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, listen.port())).await
        }
        bound => bound,
    };
    bound.map_err(|source| ListenError { listen, source })
}

fn is_without_ipv6(listen: SocketAddr, error: &io::Error) -> bool {
    // EAFNOSUPPORT has no name in the standard library, EADDRNOTAVAIL is told where it is switched off.
    let missing = error.raw_os_error() == Some(97) || error.kind() == io::ErrorKind::AddrNotAvailable;
    listen.is_ipv6() && listen.ip().is_unspecified() && missing
}
