use std::collections::HashSet;

use proptest::prelude::*;
use registry_core::{Error, RepositoryName};

use super::every_string;

#[test]
fn c_2_the_parser_agrees_with_a_slow_one_on_every_short_string() {
    let mut accepted = 0;
    every_string(&['a', '0', '.', '_', '-', '/', 'A'], 6, &mut |text| {
        registry_properties::reference::check_repository(text);
        accepted += u32::from(text.parse::<RepositoryName>().is_ok());
    });
    assert!(accepted > 1000, "only {accepted} were names");
}

#[test]
fn c_2_names_in_use_are_names() {
    for text in [
        "busybox",
        "library/busybox",
        "a/b/c/d/e/f/g/h",
        "foo__bar",
        "foo---bar",
        "foo.bar_baz__qux-quux",
        "0",
        "192.168.0.1/x",
        "manifests/blobs/uploads/tags/list",
    ] {
        assert_eq!(text.parse::<RepositoryName>().unwrap().as_str(), text);
    }
}

#[test]
fn c_2_what_breaks_the_grammar_is_refused() {
    for text in [
        "", "/", "a/", "/a", "a//b", "A", "a/B", "a..b", "a___b", "a._b", "-a", "a-", "_a", ".a", "a.",
        "a b", "a:b", "a@b", "a%2fb", "a\\b", "é", "a\0", "a\n", "..", "a/../b", ".",
    ] {
        assert!(matches!(text.parse::<RepositoryName>(), Err(Error::InvalidName { .. })), "{text:?}");
    }
}

#[test]
fn c_3_the_longest_name_has_255_bytes() {
    assert_eq!(RepositoryName::MAX_LEN, 255);
    assert!("a".repeat(255).parse::<RepositoryName>().is_ok());
    assert!("a".repeat(256).parse::<RepositoryName>().is_err());
    assert!("a/".repeat(150).parse::<RepositoryName>().is_err());
}

#[test]
fn names_order_by_bytes_and_are_found_by_text() {
    let name = |text: &str| text.parse::<RepositoryName>().unwrap();
    let mut names = ["a/b", "a-b", "a", "ab", "a.b", "a0"].map(name);
    names.sort();
    assert_eq!(names.each_ref().map(RepositoryName::as_str), ["a", "a-b", "a.b", "a/b", "a0", "ab"]);
    assert!(HashSet::from(names).contains("a/b"));
}

proptest! {
    #[test]
    fn what_is_accepted_round_trips(text in "[a-z0-9]{1,3}([._/-]{1,2}[a-z0-9]{1,3}){0,4}") {
        registry_properties::reference::check_repository(&text);
    }
}
