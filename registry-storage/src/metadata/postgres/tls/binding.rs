//! Tying a password to the connection that it is sent on, so that nobody in between can pass it on.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// Object identifiers of signatures by their hash, in DER: RSA (RFC 8017, A.2.4) and ECDSA (RFC 5758, 3.2).
const SHA256: [&[u8]; 4] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
    // SHA-1, which is never used for this: RFC 5929, 4.1.
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01],
];
const SHA384: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
];
const SHA512: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04],
];

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// `tls-server-end-point` of RFC 5929: the hash of the certificate by the hash of its signature. Nothing for signatures
/// without one, as that of Ed25519; passwords are then not tied.
pub(super) fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let algorithm = signature(certificate)?;
    if SHA256.contains(&algorithm) {
        Some(Sha256::digest(certificate).to_vec())
    } else if SHA384.contains(&algorithm) {
        Some(Sha384::digest(certificate).to_vec())
    } else if SHA512.contains(&algorithm) {
        Some(Sha512::digest(certificate).to_vec())
    } else {
        None
    }
}

/// What a certificate is signed by: the second thing in it begins with its identifier (RFC 5280, 4.1).
fn signature(certificate: &[u8]) -> Option<&[u8]> {
    let (inside, _) = element(certificate, SEQUENCE)?;
    let (_, behind) = element(inside, SEQUENCE)?;
    let (algorithm, _) = element(behind, SEQUENCE)?;
    Some(element(algorithm, OBJECT_IDENTIFIER)?.0)
}

/// What is in the first element of DER, which has this tag, and what is behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *first != tag {
        return None;
    }
    let long = usize::from(length & 0x7f);
    if *length < 0x80 {
        return rest.split_at_checked(long);
    }
    let (digits, rest) = rest.split_at_checked(long)?;
    let length =
        digits.iter().try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add(usize::from(*digit)));
    rest.split_at_checked(length?)
}

#[cfg(test)]
mod tests {
    use super::{element, end_point, signature};

    #[test]
    fn what_is_no_certificate_has_no_end_point() {
        for der in [
            &b""[..],
            b"\x30",
            b"\x30\x80",
            b"\x30\x03\x30\x00\x30",
            b"\x31\x00",
            b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(end_point(der), None);
        }
        assert_eq!(element(&[0x30, 0x81, 1, 7, 9], 0x30), Some((&[7][..], &[9][..])));
        assert_eq!(signature(b"\x30\x07\x30\x00\x30\x03\x06\x01\x07"), Some(&[7][..]));
    }
}
