//! Which registry to drive: a plain HTTP URL whose address is loopback.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    str::FromStr,
};

/// The address of a registry on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where to connect.
    pub(crate) address: SocketAddr,
    /// What the Host header says.
    pub(crate) host: String,
}

impl FromStr for Target {
    type Err = String;

    /// Refuses everything that is not loopback: this program is meant to overload what it is pointed at.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let host =
            url.strip_prefix("http://").ok_or("the URL must begin with http://")?.trim_end_matches('/');
        if host.contains('/') {
            return Err("the URL must not have a path".to_owned());
        }
        let addresses: Vec<SocketAddr> =
            host.to_socket_addrs().map_err(|error| format!("{host}: {error} (a port is needed)"))?.collect();
        if addresses.iter().any(|address| !address.ip().is_loopback()) {
            return Err(format!("{host} is not a loopback address"));
        }
        let address = addresses.first().copied().ok_or_else(|| format!("{host} has no address"))?;
        Ok(Self { address, host: host.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn takes_loopback_only() {
        for url in ["http://127.0.0.1:5000", "http://[::1]:5000/", "http://127.8.8.8:80"] {
            assert!(url.parse::<Target>().is_ok(), "{url}");
        }
        for url in [
            "http://192.0.2.1:5000",
            "http://[2001:db8::1]:5000",
            "https://127.0.0.1:5000",
            "http://127.0.0.1:5000/v2",
            "http://127.0.0.1",
            "127.0.0.1:5000",
        ] {
            assert!(url.parse::<Target>().is_err(), "{url}");
        }
    }
}
