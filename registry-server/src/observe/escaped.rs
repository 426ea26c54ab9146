//! Text of strangers in logs.

use std::fmt;

use super::hex;

/// At most `max` bytes of a text that anybody may have made, in visible ASCII: every other byte, quotes and backslashes
/// are written as `\x1b`. So no value can begin a line or a field of its own, or speak to a terminal.
pub(crate) struct Escaped<'a> {
    bytes: &'a [u8],
    max: usize,
}

impl<'a> Escaped<'a> {
    pub(crate) fn new(bytes: &'a [u8], max: usize) -> Self {
        Self { bytes, max }
    }

    /// Writes the same behind what is there, with these bytes for a backslash.
    pub(crate) fn append_to(&self, out: &mut Vec<u8>, backslash: &[u8]) {
        let kept = &self.bytes[..self.bytes.len().min(self.max)];
        if kept.iter().all(|byte| is_plain(*byte)) {
            out.extend_from_slice(kept);
        } else {
            for byte in kept {
                if is_plain(*byte) {
                    out.push(*byte);
                } else {
                    out.extend_from_slice(backslash);
                    out.push(b'x');
                    out.extend_from_slice(&hex::digits::<2>((*byte).into()));
                }
            }
        }
        if self.bytes.len() > self.max {
            out.extend_from_slice(b"...");
        }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = &self.bytes[..self.bytes.len().min(self.max)];
        // Whole runs of plain characters at once.
        for run in kept.chunk_by(|one, next| is_plain(*one) && is_plain(*next)) {
            match std::str::from_utf8(run) {
                Ok(text) if is_plain(run[0]) => f.write_str(text)?,
                _ => run.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?,
            }
        }
        if self.bytes.len() > self.max {
            f.write_str("...")?;
        }
        Ok(())
    }
}

/// Visible ASCII and the space, but for what quotes.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_ascii_comes_out() {
        for (given, shown) in [
            (&b"docker/27.0 (linux)"[..], "docker/27.0 (linux)"),
            (b"a\nb", "a\\x0ab"),
            (b"\x1b[31m", "\\x1b[31m"),
            (b"say \"x\" \\", "say \\x22x\\x22 \\x5c"),
            ("\u{e9}".as_bytes(), "\\xc3\\xa9"),
            (b"\x7f\x00", "\\x7f\\x00"),
            (b"", ""),
            (b"01234567890123456789", "01234567890123456789"),
            (b"012345678901234567890", "01234567890123456789..."),
        ] {
            assert_eq!(Escaped::new(given, 20).to_string(), shown);
            let mut written = Vec::new();
            Escaped::new(given, 20).append_to(&mut written, b"\\");
            assert_eq!(written, shown.as_bytes());
        }
        for byte in 0..=255 {
            let shown = Escaped::new(&[byte], 20).to_string();
            assert!(shown.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{byte}: {shown:?}");
        }
    }
}
