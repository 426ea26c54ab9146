use proptest::prelude::*;
use registry_core::{ByteRange, RangeRequest};

fn ranges(list: &[(u64, u64)]) -> RangeRequest {
    RangeRequest::Ranges(list.iter().map(|(first, last)| ByteRange::new(*first, *last).unwrap()).collect())
}

#[test]
fn c_13_single_ranges() {
    // The official suite asks for most of these, of 2048 bytes.
    for (header, expected) in [
        ("bytes=500-1499", ranges(&[(500, 1499)])),
        ("bytes=500-", ranges(&[(500, 2047)])),
        ("bytes=-500", ranges(&[(1548, 2047)])),
        ("bytes=2000-5000", ranges(&[(2000, 2047)])),
        ("bytes=0-0", ranges(&[(0, 0)])),
        ("bytes=-1", ranges(&[(2047, 2047)])),
        ("bytes=-5000", ranges(&[(0, 2047)])),
        ("bytes=0-18446744073709551615", ranges(&[(0, 2047)])),
        ("bytes=0-99999999999999999999999", ranges(&[(0, 2047)])),
        ("bytes=-99999999999999999999999", ranges(&[(0, 2047)])),
        ("bytes=00-01", ranges(&[(0, 1)])),
        ("Bytes = 0-1", ranges(&[(0, 1)])),
        ("bytes=\t0-1 ", ranges(&[(0, 1)])),
        ("bytes=500-0", RangeRequest::Unsatisfiable),
        ("bytes=5000-10000", RangeRequest::Unsatisfiable),
        ("bytes=2048-", RangeRequest::Unsatisfiable),
        ("bytes=-0", RangeRequest::Unsatisfiable),
        ("bytes=99999999999999999999999-", RangeRequest::Unsatisfiable),
    ] {
        assert_eq!(RangeRequest::resolve(Some(header), 2048), expected, "{header}");
    }
    assert_eq!(RangeRequest::resolve(None, 2048), RangeRequest::Whole);
    assert_eq!(RangeRequest::unsatisfied_content_range(2048), "bytes */2048");
}

#[test]
fn c_13_malformed_headers_and_other_units_are_ignored() {
    for header in [
        "",
        "bytes",
        "bytes=",
        "bytes= , ,",
        "=0-1",
        "lines=0-1",
        "bytes 0-1",
        "bytes=0",
        "bytes=a-b",
        "bytes=0-1x",
        "bytes=--1",
        "bytes=+0-1",
        "bytes=0-+1",
        "bytes=-",
        "bytes=0-1;2-3",
        "bytes=0 - 1",
        "bytes=0-1,x",
        "bytes=0x0-0x1",
        "bytes=0-1/2048",
        "bytes=bytes=0-1",
        "bytes=-1-2",
        "bytes=٠-١",
    ] {
        assert_eq!(RangeRequest::resolve(Some(header), 2048), RangeRequest::Whole, "{header:?}");
    }
}

#[test]
fn r16_several_ranges_keep_their_order_and_lose_what_cannot_be_satisfied() {
    for (header, expected) in [
        ("bytes=0-0,2-2", ranges(&[(0, 0), (2, 2)])),
        ("bytes=5-6, 0-1 ,,-1", ranges(&[(5, 6), (0, 1), (9, 9)])),
        ("bytes=0-1,100-200,3-2,8-", ranges(&[(0, 1), (8, 9)])),
        ("bytes=0-9,0-9", ranges(&[(0, 9), (0, 9)])),
        ("bytes=10-,3-2,-0", RangeRequest::Unsatisfiable),
        ("bytes=0-9,0-9,0-0", RangeRequest::Whole),
    ] {
        assert_eq!(RangeRequest::resolve(Some(header), 10), expected, "{header}");
    }
}

#[test]
fn r16_more_than_100_ranges_are_ignored() {
    let header = |count: usize| format!("bytes={}", vec!["0-0"; count].join(","));
    let RangeRequest::Ranges(found) = RangeRequest::resolve(Some(&header(100)), 1000) else {
        panic!("100 are fine")
    };
    assert_eq!(found.len(), RangeRequest::MAX_RANGES);
    assert_eq!(RangeRequest::resolve(Some(&header(101)), 1000), RangeRequest::Whole);
    let far = format!("bytes={}", vec!["5000-"; 101].join(","));
    assert_eq!(RangeRequest::resolve(Some(&far), 1000), RangeRequest::Whole);
}

#[test]
fn no_range_of_an_empty_content_can_be_satisfied() {
    for header in ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=0-0,-1"] {
        assert_eq!(RangeRequest::resolve(Some(header), 0), RangeRequest::Unsatisfiable, "{header}");
    }
    assert_eq!(RangeRequest::resolve(Some("bytes=x"), 0), RangeRequest::Whole);
}

/// One element of a range set.
#[derive(Debug, Clone)]
enum Spec {
    FromTo(u64, u64),
    From(u64),
    Suffix(u64),
}

impl Spec {
    fn text(&self) -> String {
        match self {
            Self::FromTo(first, last) => format!("{first}-{last}"),
            Self::From(first) => format!("{first}-"),
            Self::Suffix(len) => format!("-{len}"),
        }
    }

    /// Looks at every position by itself.
    fn positions(&self, size: u64) -> Vec<u64> {
        let wanted = |position: u64| match self {
            Self::FromTo(first, last) => *first <= position && position <= *last,
            Self::From(first) => *first <= position,
            Self::Suffix(len) => position + len >= size,
        };
        (0..size).filter(|position| wanted(*position)).collect()
    }
}

fn specs() -> impl Strategy<Value = Vec<Spec>> {
    let spec = prop_oneof![
        (0..24u64, 0..24u64).prop_map(|(first, last)| Spec::FromTo(first, last)),
        (0..24u64).prop_map(Spec::From),
        (0..24u64).prop_map(Spec::Suffix),
    ];
    prop::collection::vec(spec, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn c_13_ranges_agree_with_looking_at_every_position(specs in specs(), size in 0..20u64) {
        let header = format!("bytes={}", specs.iter().map(Spec::text).collect::<Vec<_>>().join(", "));
        let parts: Vec<Vec<u64>> =
            specs.iter().map(|spec| spec.positions(size)).filter(|positions| !positions.is_empty()).collect();
        let total: usize = parts.iter().map(Vec::len).sum();
        match RangeRequest::resolve(Some(&header), size) {
            RangeRequest::Ranges(found) => {
                let found: Vec<Vec<u64>> = found.iter().map(|r| (r.first()..=r.last()).collect()).collect();
                prop_assert_eq!(found, parts);
            }
            RangeRequest::Unsatisfiable => prop_assert!(parts.is_empty()),
            _ => prop_assert!(total as u64 > 2 * size, "{} was ignored", header),
        }
    }

    #[test]
    fn whatever_is_asked_lies_within_the_content(header in "(bytes=)?[0-9, -]{0,30}|.{0,20}", size in any::<u64>()) {
        registry_properties::range::check(&header, size);
    }
}
