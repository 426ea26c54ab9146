//! Base64, one bit at a time.

/// What the text stands for (RFC 4648, section 4: padded, with no bits left over).
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bits = Vec::new();
    for character in digits.chars() {
        let value = ALPHABET.find(character)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1 == 1));
    }
    let bytes = bits.chunks_exact(8);
    if bytes.remainder().len() != padding * 2 || bytes.remainder().contains(&true) {
        return None;
    }
    Some(bytes.map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect())
}
