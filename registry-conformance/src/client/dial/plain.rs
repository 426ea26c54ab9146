//! Without TLS: there is nothing to trust.

use std::io;

use tokio::net::TcpStream;

use super::Transport;

/// Nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust;

impl Trust {
    pub(super) fn wrapper(&self) -> Result<Wrapper, String> {
        Err("this build speaks no TLS: it lacks the feature tls".to_owned())
    }
}

/// There is none.
#[derive(Debug)]
pub(super) enum Wrapper {}

impl Wrapper {
    pub(super) async fn wrap(&self, _stream: TcpStream, _host: &str) -> io::Result<Box<dyn Transport>> {
        match *self {}
    }
}
