mod link;

use registry_core::{Error, Page, PageRequest};

#[test]
fn c_47_the_page_size_is_clamped() {
    assert_eq!(PageRequest::first(5).clamp(3), PageRequest::first(3));
    assert_eq!(PageRequest::after("x", 2).clamp(3), PageRequest::after("x", 2));
    assert_eq!(PageRequest::first(0).clamp(3).limit, 0);
}

#[test]
fn c_47_the_query_is_read_strictly() {
    let limit = |n: &str| PageRequest::from_query(Some(n), None, 1000).map(|page| page.limit);
    for (n, expected) in [
        ("0", 0),
        ("1", 1),
        ("007", 7),
        ("1000", 1000),
        ("1001", 1000),
        ("2147483648", 1000),
        ("9223372036854775808", 1000),
        ("340282366920938463463374607431768211456", 1000),
    ] {
        assert_eq!(limit(n).unwrap(), expected, "{n}");
    }
    for n in ["", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "ten", "١"] {
        assert!(matches!(limit(n), Err(Error::InvalidPage { .. })), "{n:?}");
    }
}

#[test]
fn c_48_the_last_entry_need_not_exist_and_n_is_optional() {
    let page = PageRequest::from_query(None, Some("no such/entry"), 50).unwrap();
    assert_eq!(page, PageRequest::after("no such/entry", 50));
}

#[test]
fn a_page_knows_whether_more_follows() {
    assert_eq!(Page::from_lookahead(vec![1, 2, 3], 2), Page::new(vec![1, 2], true));
    assert_eq!(Page::from_lookahead(vec![1, 2], 2), Page::new(vec![1, 2], false));
    assert_eq!(Page::from_lookahead(vec![1], 0), Page::new(vec![], false), "C-47: no Link for n=0");
    assert_eq!(Page::new(vec![1], true).map(|n| n * 2), Page::new(vec![2], true));
}
