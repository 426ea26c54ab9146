mod image;
mod reference;
mod repository;
mod tag;

/// Calls `check` with every string of at most `len` characters of the alphabet.
fn every_string(alphabet: &[char], len: usize, check: &mut impl FnMut(&str)) {
    fn extend(alphabet: &[char], left: usize, text: &mut String, check: &mut impl FnMut(&str)) {
        check(text);
        if left == 0 {
            return;
        }
        for character in alphabet {
            text.push(*character);
            extend(alphabet, left - 1, text, check);
            text.pop();
        }
    }
    extend(alphabet, len, &mut String::new(), check);
}
