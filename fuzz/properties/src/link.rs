//! The `Link` header.

use registry_core::Link;

/// A text as a header leads to a place within it or nowhere, and as a target makes one link that leads to it.
pub fn check(text: &str) {
    check_header(text);
    check_target(text);
}

/// What is found in a header stands there between angle brackets, whatever separators stand before it.
pub fn check_header(header: &str) {
    let found = Link::parse(header);
    if let Some(target) = found {
        assert!(!target.contains('>'));
        assert!(header.contains(&format!("<{target}>")), "{target:?} is not in {header:?}");
        assert!(header.to_ascii_lowercase().contains("next"), "{header:?} names no next page");
    }
    assert_eq!(Link::parse(&format!(", \t,{header}")), found, "{header:?}");
    let links = format!("<first>; rel=\"first\", {header}");
    assert_eq!(Link::parse(&links), found, "{links:?}");
    // A link to the next page is found behind whatever is well-formed and leads elsewhere.
    if found.is_none() && is_whole(header) {
        let links = format!("{header}, {}", Link::next("/a"));
        assert_eq!(Link::parse(&links), Some("/a"), "{links:?}");
    }
}

/// Whether the header is nothing but `<target>`s without brackets, quotes or parameters in them.
fn is_whole(header: &str) -> bool {
    header.split(',').all(|link| {
        let inner = link.trim_matches([' ', '\t']).strip_prefix('<').and_then(|link| link.strip_suffix('>'));
        inner.is_some_and(|inner| !inner.contains(['<', '>', ',']))
    })
}

/// A target makes one link of printable ASCII that can neither end early nor begin another.
pub fn check_target(target: &str) {
    let header = Link::next(target);
    assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)), "{header:?}");
    assert_eq!((header.matches('<').count(), header.matches('>').count()), (1, 1), "{header:?}");
    let found = Link::parse(&header).expect("it was just written");
    assert_eq!(Link::next(found), header, "what is a URI is left as it is");
    if target.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b)) {
        assert_eq!(found, target);
    }
}
