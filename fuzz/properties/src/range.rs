//! Parts of contents.

use registry_core::{ByteRange, Error, RangeRequest, UploadRange, upload_range_header};

use crate::mold::Mold;

/// What a `Range` header asks for is what a look at each position finds.
///
/// The first byte chooses the size of the content, which the next eight bytes say where it is to be a large one.
pub fn check_request(bytes: &[u8]) {
    let mut mold = Mold::new(bytes);
    let size = match mold.byte() {
        small @ 0..=127 => u64::from(small) % 64,
        _ => mold.number(),
    };
    check(&String::from_utf8_lossy(mold.rest()), size);
}

/// The same for this header and this size.
pub fn check(header: &str, size: u64) {
    let resolved = RangeRequest::resolve(Some(header), size);
    let expected = expected(header, size);
    assert_eq!(resolved, expected, "{header:?} of {size} bytes");
    if let RangeRequest::Ranges(ranges) = &resolved {
        assert!((1..=RangeRequest::MAX_RANGES).contains(&ranges.len()));
        for range in ranges {
            assert!(range.first() <= range.last() && range.last() < size, "{range} of {size}");
            assert_eq!(range.content_range(size), format!("bytes {}-{}/{size}", range.first(), range.last()));
        }
    }
    assert_eq!(RangeRequest::resolve(None, size), RangeRequest::Whole);
}

/// What is to come out, with wide numbers and no early end.
fn expected(header: &str, size: u64) -> RangeRequest {
    let Some(equals) = header.find('=') else { return RangeRequest::Whole };
    if !bare(&header[..equals]).eq_ignore_ascii_case("bytes") {
        return RangeRequest::Whole;
    }
    let elements: Vec<&str> =
        header[equals + 1..].split(',').map(bare).filter(|element| !element.is_empty()).collect();
    let found: Option<Vec<Vec<u128>>> =
        elements.iter().map(|element| bounds(element, u128::from(size))).collect();
    let Some(found) = found else { return RangeRequest::Whole };
    if found.is_empty() || found.len() > 100 {
        return RangeRequest::Whole;
    }
    let found: Vec<Vec<u128>> = found.into_iter().filter(|bounds| !bounds.is_empty()).collect();
    let total: u128 = found.iter().map(|bounds| bounds[1] - bounds[0] + 1).sum();
    if found.is_empty() {
        RangeRequest::Unsatisfiable
    } else if total > 2 * u128::from(size) {
        RangeRequest::Whole
    } else {
        let narrow = |wide: u128| u64::try_from(wide).expect("it lies within the content");
        let range = |bounds: Vec<u128>| ByteRange::new(narrow(bounds[0]), narrow(bounds[1]));
        RangeRequest::Ranges(found.into_iter().map(|bounds| range(bounds).expect("in order")).collect())
    }
}

/// The first and last position that an element names; none when there is no such; `None` when it is malformed.
fn bounds(element: &str, size: u128) -> Option<Vec<u128>> {
    let dash = element.find('-')?;
    let (before, after) = (&element[..dash], &element[dash + 1..]);
    let (first, last) = match (before.is_empty(), after.is_empty()) {
        (true, true) => return None,
        (true, false) => (size.saturating_sub(number(after)?), size),
        (false, true) => (number(before)?, size),
        (false, false) => (number(before)?, number(after)? + 1),
    };
    let end = last.min(size);
    Some(if first < end { vec![first, end - 1] } else { Vec::new() })
}

/// Decimal digits, and nothing else; what does not fit is a number larger than any size.
fn number(text: &str) -> Option<u128> {
    if text.is_empty() {
        return None;
    }
    text.chars().try_fold(0_u128, |number, c| {
        let digit = "0123456789".find(c)? as u128;
        Some((number * 10 + digit).min(1 << 100))
    })
}

fn bare(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The `Content-Range` of a chunk is two numbers and a dash, the second not before the first, and nothing else.
pub fn check_upload(text: &str) {
    let expected = text.split_once('-').and_then(|(first, last)| Some((number(first)?, number(last)?)));
    let expected = expected.filter(|(first, last)| first <= last && *last < u128::from(u64::MAX));
    match text.parse::<UploadRange>() {
        Ok(range) => {
            let found = (u128::from(range.first()), u128::from(range.last()));
            assert_eq!(Some(found), expected, "{text:?}");
            assert_eq!(u128::from(range.len()), found.1 - found.0 + 1);
            assert_eq!(range.to_string().parse(), Ok(range));
            // What is told of an upload that ends there is a range that begins at its start.
            let told = upload_range_header(range.last().saturating_add(1));
            assert_eq!(told.parse().map(UploadRange::last), Ok(range.last()));
        }
        Err(Error::InvalidRange { input, .. }) => {
            assert_eq!(expected, None, "{text:?}");
            assert!(input.chars().count() <= 128);
        }
        Err(error) => panic!("{text:?} gave {error:?}"),
    }
}
