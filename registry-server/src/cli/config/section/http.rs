//! `[http]`.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::time::Duration;

use registry_server::Writes;

use super::super::shape::Origin;
use super::section;

section! {
    /// Where the registry is reached, and what it offers there.
    Http {
        /// The address to listen on.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 5000)),
        /// An address for `/livez`, `/readyz` and `/metrics` alone. When it is set, `/metrics` is no longer on the main
        /// address.
        admin: Option<SocketAddr>,
        /// How clients reach the registry, such as `https://registry.example.com`. Links in what webhooks are sent begin
        /// with it; without it they are paths, because what a request says of it is not trusted.
        public_url: Option<Origin> => reload,
        /// Lets everybody who reaches an address beyond loopback pull, push and delete. Without it such an address is
        /// refused, because there is no authentication.
        allow_everyone: bool = false,
        /// Whether manifests, tags and blobs can be deleted. Where not, a delete is answered by 405.
        deletes: bool = true => reload,
        /// Whether nothing can be pushed or deleted. Where so, every write is answered by 405.
        read_only: bool = false => reload,
        /// How long requests that are under way may go on after SIGTERM.
        drain: Duration = Duration::from_secs(30) => reload,
        /// The most entries of a listing of tags, repositories or referrers. The rest is reached by links.
        max_page: NonZeroU64 = NonZeroU64::MIN.saturating_add(99_999),
    }
}

impl Http {
    /// What can be written.
    pub(crate) const fn writes(&self) -> Writes {
        match (self.read_only, self.deletes) {
            (true, _) => Writes::Nothing,
            (false, false) => Writes::KeepAll,
            (false, true) => Writes::All,
        }
    }
}
