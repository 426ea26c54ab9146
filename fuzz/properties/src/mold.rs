//! Choices out of bytes: what a fuzzer changes in its bytes changes one choice, and not all that follow.

/// Bytes that are used up from their front. An end that comes early yields zeros.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mold<'a>(&'a [u8]);

impl<'a> Mold<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    #[cfg(feature = "server")]
    pub(crate) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// Eight bytes, the lowest first.
    pub(crate) fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// A number below `end`, which is above zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// Whatever is left.
    pub(crate) const fn rest(self) -> &'a [u8] {
        self.0
    }
}
