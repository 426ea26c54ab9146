//! Hosts in image references.

use std::net::Ipv6Addr;

/// Checks `host[:port]`: a domain name, an IPv4 address, or an IPv6 address in brackets; the port in 1 to 65535.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > 255 + ":65535".len() {
        return Err("the host is too long");
    }
    let port = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or("the host has no closing bracket")?;
            address.parse::<Ipv6Addr>().map_err(|_| "the host in brackets is no IPv6 address")?;
            if port.is_empty() {
                return Ok(());
            }
            Some(port.strip_prefix(':').ok_or("only a port may follow the closing bracket")?)
        }
        None => {
            let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
            name.split('.').try_for_each(label)?;
            port
        }
    };
    port.map_or(Ok(()), check_port)
}

/// Letters, digits and inner dashes.
fn label(text: &str) -> Result<(), &'static str> {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if text.is_empty() || text.len() > 63 {
        return Err("a label of the host is empty or longer than 63 characters");
    }
    if text.starts_with('-') || text.ends_with('-') || !text.bytes().all(inner) {
        return Err("a label of the host may hold only letters, digits and inner dashes");
    }
    Ok(())
}

fn check_port(text: &str) -> Result<(), &'static str> {
    let canonical = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(_) if canonical => Ok(()),
        _ => Err("the port is no number from 1 to 65535"),
    }
}
