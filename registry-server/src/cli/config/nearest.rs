//! Which word was meant.

/// The known word that is the fewest changes away, unless all are too far to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) = known.map(|known| (distance(word, known), known)).min()?;
    (distance <= 1 + word.len().min(nearest.len()) / 3).then_some(nearest)
}

/// How many letters must be added, removed, replaced, or swapped with their neighbour (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) =
        (one.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for at in 0..=one.len() {
        for to in 0..=other.len() {
            rows[at][to] = if at == 0 || to == 0 {
                at + to
            } else {
                let replaced = rows[at - 1][to - 1] + usize::from(one[at - 1] != other[to - 1]);
                let swapped =
                    at > 1 && to > 1 && one[at - 1] == other[to - 2] && one[at - 2] == other[to - 1];
                let swapped = if swapped { rows[at - 2][to - 2] + 1 } else { usize::MAX };
                replaced.min(swapped).min(rows[at - 1][to] + 1).min(rows[at][to - 1] + 1)
            };
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        let known = ["limits", "listen", "log", "uploads"];
        for (word, meant) in [
            ("limts", Some("limits")),
            ("lisen", Some("listen")),
            ("Log", Some("log")),
            ("uplaods", Some("uploads")),
            ("authentication", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), meant, "{word}");
        }
    }
}
