//! Networks of clients.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A network of addresses, written as an address with the length of its prefix (RFC 4632, RFC 4291), or one address.
///
/// ```
/// use registry_server::Network;
///
/// let network: Network = "10.0.0.0/8".parse()?;
/// assert!(network.contains("10.200.0.1".parse()?));
/// assert!(network.contains("::ffff:10.200.0.1".parse()?), "the same address");
/// assert!(!network.contains("11.0.0.1".parse()?));
/// assert_eq!("fd00::1".parse::<Network>()?.to_string(), "fd00::1/128");
/// assert!("10.0.0.1/8".parse::<Network>().is_err(), "bits behind the prefix");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// There is no address.
    #[error("it does not begin with an IP address")]
    Address,
    /// The prefix is no number, or longer than an address.
    #[error("behind the slash stands no length of a prefix")]
    Prefix,
    /// The address has bits behind the prefix.
    #[error("the address has bits behind the prefix")]
    Bits,
}

impl Network {
    /// Whether the address belongs to it. An IPv4 address in the form of an IPv6 one is an IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4()
            && self.host_bits(bits(address) ^ bits(self.address)).1 == 0
    }

    /// The bits behind the prefix, and those before it.
    fn host_bits(&self, bits: u128) -> (u128, u128) {
        let host = u32::from(width(self.address) - self.prefix);
        let mask = 1_u128.checked_shl(host).map_or(u128::MAX, |bit| bit - 1);
        (bits & mask, bits & !mask)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Address)?;
        let most = width(address);
        let prefix = match prefix {
            None => most,
            Some(digits) if !digits.starts_with('+') => {
                let prefix = digits.parse().ok().filter(|prefix| *prefix <= most);
                prefix.ok_or(NetworkError::Prefix)?
            }
            Some(_) => return Err(NetworkError::Prefix),
        };
        let network = Self { address, prefix };
        if network.host_bits(bits(address)).0 == 0 { Ok(network) } else { Err(NetworkError::Bits) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_begins_like_them() {
        let table = [
            ("0.0.0.0/0", "255.0.0.1", "::1"),
            ("::/0", "fe80::1", "10.0.0.1"),
            ("10.0.0.0/8", "10.255.255.255", "9.255.255.255"),
            ("192.168.1.128/25", "192.168.1.255", "192.168.1.127"),
            ("192.168.1.7", "192.168.1.7", "192.168.1.6"),
            ("fd00:1::/32", "fd00:1:ffff::", "fd00:2::"),
            ("::1/128", "::1", "::2"),
        ];
        for (network, inside, outside) in table {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{inside} in {network}");
            assert!(!network.contains(outside.parse().unwrap()), "{outside} in {network}");
            assert_eq!(network.to_string().parse(), Ok(network));
        }
    }

    #[test]
    fn what_is_no_network_says_why() {
        for (text, error) in [
            ("", NetworkError::Address),
            ("example.com/8", NetworkError::Address),
            ("10.0.0.0/", NetworkError::Prefix),
            ("10.0.0.0/33", NetworkError::Prefix),
            ("10.0.0.0/+8", NetworkError::Prefix),
            ("::/129", NetworkError::Prefix),
            ("10.0.0.0/8/8", NetworkError::Prefix),
            ("10.0.0.1/8", NetworkError::Bits),
            ("fd00::1/16", NetworkError::Bits),
        ] {
            assert_eq!(text.parse::<Network>(), Err(error), "{text}");
        }
    }
}
