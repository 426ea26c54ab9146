//! `sslmode` of an address: whether to encrypt, and whose certificate is taken.

use crate::{Error, Result};

/// What `sslmode` says. PostgreSQL, "SSL Support", 34.19.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Mode {
    /// Never encrypt.
    Disable,
    /// Encrypt where the server offers it, and then verify as [`Mode::VerifyFull`] does. What is meant when nothing is said.
    Prefer,
    /// Encrypt; whose certificate it is matters only where authorities are given.
    Require,
    /// Encrypt, for a certificate of the given authorities, whatever host it names.
    VerifyCa,
    /// Encrypt, for a certificate of an authority that is trusted and that names the host.
    VerifyFull,
}

const UNKNOWN: Error =
    Error::Invalid { reason: "sslmode is one of disable, prefer, require, verify-ca and verify-full" };
const ENCODED: Error =
    Error::Invalid { reason: "the names of settings in the address of the database are not percent-encoded" };
const ELSEWHERE: Error = Error::Invalid {
    reason: "sslrootcert, sslcert and sslkey are settings of their own and no part of the address",
};

impl Mode {
    /// Whether nothing is sent that is not encrypted.
    pub(in super::super) const fn must_encrypt(self) -> bool {
        !matches!(self, Self::Disable | Self::Prefer)
    }

    /// Takes the mode out of an address, a URL or words. What is left has none.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a mode that there is not, and for a name that somebody else would decode: `%73slmode`.
    pub(in super::super) fn take(address: &str) -> Result<(String, Self)> {
        let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme));
        if is_url && parameters(address).is_some_and(|(_, all)| all.split('&').any(is_encoded)) {
            return Err(ENCODED);
        }
        let (left, taken) = if is_url { of_url(address) } else { of_words(address) };
        let mode = match taken.as_deref() {
            None | Some("prefer") => Self::Prefer,
            Some("disable") => Self::Disable,
            Some("require") => Self::Require,
            Some("verify-ca") => Self::VerifyCa,
            Some("verify-full") => Self::VerifyFull,
            Some("\0") => return Err(ELSEWHERE),
            Some(_) => return Err(UNKNOWN),
        };
        Ok((left, mode))
    }
}

/// What is left of an address, and what its last `sslmode` says, or a zero byte where it names files.
type Taken = (String, Option<String>);

fn note(key: &str, value: &str, taken: &mut Option<String>) -> bool {
    match key {
        // A word about files is not forgotten for what comes behind it.
        "sslmode" if taken.as_deref() == Some("\0") => {}
        "sslmode" => *taken = Some(value.to_owned()),
        "sslrootcert" | "sslcert" | "sslkey" => *taken = Some("\0".to_owned()),
        _ => return false,
    }
    true
}

/// A URL up to its parameters, and these.
fn parameters(address: &str) -> Option<(&str, &str)> {
    // A question mark may stand in a password.
    let behind = address.find('@').unwrap_or_default();
    let at = behind + address[behind..].find('?')?;
    Some((&address[..at], &address[at + 1..]))
}

/// Whether the name of a parameter is written so that it is another one.
fn is_encoded(part: &str) -> bool {
    part.split_once('=').map_or(part, |(key, _)| key).contains('%')
}

fn of_url(address: &str) -> Taken {
    let Some((place, all)) = parameters(address) else { return (address.to_owned(), None) };
    let mut taken = None;
    let left = all.split('&').filter(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        !note(key, value, &mut taken)
    });
    let left = left.collect::<Vec<_>>().join("&");
    let mark = if left.is_empty() { "" } else { "?" };
    (format!("{place}{mark}{left}"), taken)
}

fn of_words(address: &str) -> Taken {
    let (mut left, mut taken, mut rest) = (String::new(), None, address.trim_start());
    while let Some((key, behind)) = rest.split_once('=') {
        let value = behind.trim_start();
        let (plain, end) = word(value);
        if !note(key.trim(), &plain, &mut taken) {
            left.push_str(&format!("{}={} ", key.trim(), &value[..end]));
        }
        rest = value[end..].trim_start();
    }
    // What is no word is left to whoever reads it.
    left.push_str(rest);
    (left, taken)
}

/// The value at the beginning, and how long it is as it is written.
fn word(text: &str) -> (String, usize) {
    let quoted = text.starts_with('\'');
    let (mut plain, mut characters) = (String::new(), text.char_indices().skip(usize::from(quoted)));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next().map(|(_, next)| next)),
            '\'' if quoted => return (plain, at + 1),
            _ if !quoted && character.is_whitespace() => return (plain, at),
            _ => plain.push(character),
        }
    }
    (plain, text.len())
}

#[cfg(test)]
mod tests {
    use super::Mode;
    use crate::Error;

    #[test]
    fn a_mode_is_taken_out_of_an_address() {
        for (address, left, mode) in [
            ("postgres://me@db/registry", "postgres://me@db/registry", Mode::Prefer),
            ("postgres://me@db/registry?sslmode=verify-full", "postgres://me@db/registry", Mode::VerifyFull),
            ("postgresql://db?sslmode=disable&user=me", "postgresql://db?user=me", Mode::Disable),
            (
                "postgres://me:a?sslmode=b@db/x?sslmode=require",
                "postgres://me:a?sslmode=b@db/x",
                Mode::Require,
            ),
            ("host=db sslmode=verify-ca user=me", "host=db user=me ", Mode::VerifyCa),
            ("host = db sslmode = 'prefer'", "host=db ", Mode::Prefer),
            (
                r"password='it\'s sslmode=disable' host=db",
                r"password='it\'s sslmode=disable' host=db ",
                Mode::Prefer,
            ),
            (r"password=\ a\'b sslmode=require host=db", r"password=\ a\'b host=db ", Mode::Require),
            ("sslmode=disable sslmode=require", "", Mode::Require),
        ] {
            assert_eq!(Mode::take(address).unwrap(), (left.to_owned(), mode), "{address}");
        }
    }

    /// Whoever reads what is left decodes names, and would find a mode there that nobody has looked at.
    #[test]
    fn a_name_that_is_encoded_is_refused() {
        for address in [
            "postgres://db?%73slmode=verify-full",
            "postgres://me:a?b@db/x?sslmode=require&sslmod%65=disable",
            "postgresql://db?ssl%72ootcert=ca.pem",
            "postgres://db?%61pplication_name",
        ] {
            let taken = Mode::take(address);
            let refused =
                matches!(&taken, Err(Error::Invalid { reason }) if reason.contains("percent-encoded"));
            assert!(refused, "{address}: {taken:?}");
        }
        for address in
            ["postgres://a%40b:c%3f@db/x?application_name=a%20b", "host=db application_name=%73slmode"]
        {
            assert_eq!(Mode::take(address).unwrap().0.trim_end(), address);
        }
    }

    #[test]
    fn a_mode_that_there_is_not_is_refused() {
        for address in [
            "postgres://db?sslmode=allow",
            "postgres://db?sslmode=",
            "host=db sslmode=verify",
            "host=db sslmode",
            "postgres://db?sslmode=verify-full&sslrootcert=ca.pem",
            "postgres://db?sslrootcert=ca.pem&sslmode=require",
            "host=db sslkey=key.pem",
            "host=db sslcert=me.pem sslmode=verify-full",
        ] {
            let taken = Mode::take(address);
            // A word without a value is left to whoever reads the address.
            let is_left = taken.as_ref().is_ok_and(|(left, _)| left.contains("sslmode"));
            assert!(is_left || matches!(taken, Err(Error::Invalid { .. })), "{address}: {taken:?}");
        }
    }
}
