//! Whether a client is sent to where the bytes are.

mod network;

use std::net::IpAddr;
use std::time::Duration;

use http::HeaderMap;
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

pub use network::{Network, NetworkError};

/// Which downloads of blobs are answered by a signed address of the store in place of the bytes (307), where the store
/// has such addresses.
///
/// Only `GET` is: the address is good for `GET` alone (T15). Whether a client may read the blob is found out before, as
/// ever. The address is a secret for as long as it is good; no log and no trace of the server has it.
///
/// ```
/// use registry_server::Redirects;
///
/// let mut redirects = Redirects::default();
/// redirects.networks.push("10.0.0.0/8".parse()?);
/// redirects.except.push("10.99.0.0/16".parse()?);
/// # Ok::<(), registry_server::NetworkError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redirects {
    /// The networks whose clients are redirected; all clients, where there are none. It is the other end of the
    /// connection that counts: behind a proxy that is the proxy.
    pub networks: Vec<Network>,
    /// Networks whose clients get bytes all the same.
    pub except: Vec<Network>,
    /// For how long an address is good; [`MOST`](Self::MOST) at most. As long as that unless said otherwise: where the
    /// clock of this machine is behind that of the store, the difference is lost.
    pub expiry: Duration,
    /// Blobs of fewer bytes are sent, since they cost less than a second request. 64 KiB unless said otherwise.
    pub min_size: u64,
}

impl Redirects {
    /// The longest time for which an address may be good.
    pub const MOST: Duration = Duration::from_secs(300);

    /// Whether a client at `peer` is redirected for a blob of `size` bytes.
    pub(crate) fn covers(&self, peer: Option<IpAddr>, size: u64) -> bool {
        let within = |networks: &[Network]| {
            peer.is_some_and(|peer| networks.iter().any(|network| network.contains(peer)))
        };
        // Nobody knows where a client is that has no address.
        let known = peer.is_some() || self.except.is_empty();
        size >= self.min_size
            && known
            && (self.networks.is_empty() || within(&self.networks))
            && !within(&self.except)
    }
}

impl Default for Redirects {
    /// All clients, for all but small blobs, for five minutes.
    fn default() -> Self {
        Self { networks: Vec::new(), except: Vec::new(), expiry: Self::MOST, min_size: 64 << 10 }
    }
}

/// Whether the request has conditions. The store would weigh them against an entity tag and a time of its own.
pub(crate) fn is_conditional(headers: &HeaderMap) -> bool {
    [IF_MATCH, IF_NONE_MATCH, IF_RANGE, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE]
        .iter()
        .any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t15_clients_are_chosen_by_network_and_blobs_by_size() {
        let networks = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        // Networks, exceptions, the client, whether it is redirected.
        type Row = (&'static [&'static str], &'static [&'static str], Option<&'static str>, bool);
        let table: [Row; 9] = [
            (&[], &[], Some("192.0.2.1"), true),
            (&[], &[], None, true),
            (&[], &["10.0.0.0/8"], Some("192.0.2.1"), true),
            (&[], &["10.0.0.0/8"], Some("10.1.2.3"), false),
            (&[], &["10.0.0.0/8"], None, false),
            (&["10.0.0.0/8", "fd00::/8"], &[], Some("fd00::1"), true),
            (&["10.0.0.0/8", "fd00::/8"], &[], Some("192.0.2.1"), false),
            (&["10.0.0.0/8"], &[], None, false),
            (&["10.0.0.0/8"], &["10.1.0.0/16"], Some("10.1.0.1"), false),
        ];
        for (chosen, except, peer, expected) in table {
            let redirects =
                Redirects { networks: networks(chosen), except: networks(except), ..Redirects::default() };
            let peer = peer.map(|peer| peer.parse().unwrap());
            assert_eq!(redirects.covers(peer, 64 << 10), expected, "{redirects:?} {peer:?}");
            assert!(!redirects.covers(peer, (64 << 10) - 1), "a small blob");
        }
    }
}
