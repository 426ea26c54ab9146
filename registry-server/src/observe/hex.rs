//! Hexadecimal digits, without the machinery of formatting: every request has three such numbers.

/// The last `N` digits of a number, in lower case.
pub(super) fn digits<const N: usize>(mut number: u128) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        let value = u8::try_from(number & 0xf).unwrap_or_default();
        *digit = if value < 10 { b'0' + value } else { b'a' + value - 10 };
        number >>= 4;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_formatting() {
        for number in [0, 9, 10, 15, 16, 0xab_cdef, u128::from(u64::MAX), u128::MAX, 1 << 127] {
            assert_eq!(digits::<32>(number), *format!("{number:032x}").as_bytes());
        }
        assert_eq!(digits::<16>(0xab), *b"00000000000000ab");
    }
}
