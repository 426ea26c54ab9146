//! Reaching an address, with TLS or without.

#[cfg(not(feature = "tls"))]
#[path = "plain.rs"]
mod secure;
#[cfg(feature = "tls")]
#[path = "tls.rs"]
mod secure;

use std::fmt::Debug;
use std::io;
use std::sync::OnceLock;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) use secure::Trust;
use secure::Wrapper;

use super::{PATIENCE, Url};

/// Bytes both ways.
pub(super) trait Transport: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Sync + Unpin> Transport for T {}

/// Reaches addresses. What TLS needs is read when it is needed first.
#[derive(Debug)]
pub(crate) struct Dialer {
    trust: Trust,
    wrapper: OnceLock<Result<Wrapper, String>>,
}

impl Dialer {
    pub(crate) fn new(trust: Trust) -> Self {
        Self { trust, wrapper: OnceLock::new() }
    }

    /// Whether addresses like this one can be reached at all.
    ///
    /// # Errors
    /// Why TLS cannot be spoken.
    pub(crate) fn prepare(&self, url: &Url) -> Result<(), String> {
        if url.is_secure() { self.wrapper().map(drop).map_err(str::to_owned) } else { Ok(()) }
    }

    pub(super) async fn dial(&self, url: &Url) -> io::Result<Box<dyn Transport>> {
        let connecting = async {
            let stream = TcpStream::connect(url.address()).await?;
            stream.set_nodelay(true)?;
            if !url.is_secure() {
                return Ok(Box::new(stream) as Box<dyn Transport>);
            }
            let wrapper = self.wrapper().map_err(io::Error::other)?;
            wrapper.wrap(stream, url.address().0).await
        };
        timeout(PATIENCE, connecting).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    fn wrapper(&self) -> Result<&Wrapper, &str> {
        self.wrapper.get_or_init(|| self.trust.wrapper()).as_ref().map_err(|reason| &**reason)
    }
}
