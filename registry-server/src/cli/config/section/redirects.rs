//! `[redirects]`.

use std::time::Duration;

use registry_server::Network;

use super::super::shape::Size;
use super::section;

section! {
    /// Downloads of blobs that are answered by a signed address of the bucket (307), from which the client fetches the
    /// bytes itself. It needs blobs in a bucket that clients can reach; everybody else is sent the bytes as ever. Whoever
    /// sees such an address can read the blob for as long as it is good.
    Redirects {
        /// Whether there are any.
        enabled: bool = false => reload,
        /// The networks whose clients are redirected; all clients, where there are none. Behind a proxy all have its
        /// address.
        networks: Vec<Network> => reload,
        /// Networks whose clients are sent the bytes all the same.
        except: Vec<Network> => reload,
        /// For how long an address is good: five minutes at most.
        expiry: Duration = registry_server::Redirects::MOST => reload,
        /// Blobs of fewer bytes are sent.
        min_size: Size = Size(64 << 10) => reload,
    }
}

impl Redirects {
    /// As the server takes it.
    pub(crate) fn wire(&self) -> Option<registry_server::Redirects> {
        if !self.enabled {
            return None;
        }
        let mut redirects = registry_server::Redirects::default();
        redirects.networks.clone_from(&self.networks);
        redirects.except.clone_from(&self.except);
        redirects.expiry = self.expiry;
        redirects.min_size = self.min_size.0;
        Some(redirects)
    }
}
