//! Patterns of repository names.

/// Whether the name is of the pattern: `*` stands for any characters but slashes, `**` for any characters, and `?` for
/// one that is no slash.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // The names that the pattern reaches, by how much of them is used up.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    let mut rest = pattern;
    while let Some((first, after)) = rest.split_first() {
        let deep = *first == b'*' && after.first() == Some(&b'*');
        rest = if deep { &after[1..] } else { after };
        reached = match first {
            b'*' => star(&reached, name, deep),
            b'?' => step(&reached, name, |byte| byte != b'/'),
            literal => step(&reached, name, |byte| byte == *literal),
        };
    }
    reached[name.len()]
}

fn star(reached: &[bool], name: &[u8], deep: bool) -> Vec<bool> {
    let mut next = reached.to_vec();
    for at in 0..name.len() {
        next[at + 1] |= next[at] && (deep || name[at] != b'/');
    }
    next
}

fn step(reached: &[bool], name: &[u8], fits: impl Fn(u8) -> bool) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for at in 0..name.len() {
        next[at + 1] = reached[at] && fits(name[at]);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_names() {
        let table = [
            ("library/*", "library/busybox", true),
            ("library/*", "library/a/b", false),
            ("library/*", "library", false),
            ("library/**", "library/a/b", true),
            ("**", "a/b/c", true),
            ("*", "a/b", false),
            ("*", "a", true),
            ("a/*/c", "a/b/c", true),
            ("a/**/c", "a/x/y/c", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a.b", "axb", false),
            ("", "a", false),
            ("team-*/app*", "team-one/app2", true),
        ];
        for (pattern, name, expected) in table {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(60), &"a/".repeat(100)), "and no pattern takes long");
    }
}
