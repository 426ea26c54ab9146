//! How the head of a request begins.

/// Enough to tell `HEAD` from the rest.
const LEN: usize = 5;

/// The first bytes of the head that is being read, without line ends before it: some clients send them behind a body
/// (RFC 9112, section 2.2).
#[derive(Debug, Default)]
pub(super) struct Beginning {
    bytes: [u8; LEN],
    len: usize,
}

impl Beginning {
    /// More of it has come.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let blank = bytes.iter().take_while(|byte| self.len == 0 && b"\r\n".contains(byte)).count();
        let bytes = &bytes[blank..];
        let more = bytes.len().min(LEN - self.len);
        self.bytes[self.len..self.len + more].copy_from_slice(&bytes[..more]);
        self.len += more;
    }

    /// Nothing is known of the next head: it may have come with something else.
    pub(super) fn forget(&mut self) {
        *self = Self { bytes: [0; LEN], len: LEN };
    }

    pub(super) fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes[..self.len].starts_with(text)
    }

    /// Whether the answer has no body.
    pub(super) fn is_of_head(&self) -> bool {
        self.starts_with(b"HEAD ")
    }

    /// Whether there are no more than line ends.
    pub(super) const fn is_blank(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_however_it_comes() {
        for (pieces, head, blank) in [
            (&["HEAD /v2/ HTTP/1.1"][..], true, false),
            (&["H", "EA", "D ", "x"], true, false),
            (&["HEAD"], false, false),
            (&["HEADX "], false, false),
            (&["GET /"], false, false),
            (&["\r\n", "\r\n\r\n"], false, true),
            (&["\r\n", "G"], false, false),
            (&["\n", "\r\nHE", "AD /"], true, false),
            (&["H\nEAD "], false, false),
        ] {
            let mut beginning = Beginning::default();
            pieces.iter().for_each(|piece| beginning.push(piece.as_bytes()));
            assert_eq!((beginning.is_of_head(), beginning.is_blank()), (head, blank), "{pieces:?}");
            beginning.forget();
            beginning.push(b"HEAD ");
            assert!(!beginning.is_of_head() && !beginning.is_blank(), "nobody knows");
        }
    }
}
