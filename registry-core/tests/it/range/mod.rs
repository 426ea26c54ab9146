mod request;
mod upload;

use registry_core::ByteRange;

#[test]
fn a_range_is_never_empty_and_its_length_fits() {
    for (first, last, len) in
        [(0, 0, 1), (3, 7, 5), (0, u64::MAX - 1, u64::MAX), (u64::MAX - 1, u64::MAX - 1, 1)]
    {
        let range = ByteRange::new(first, last).unwrap();
        assert_eq!((range.first(), range.last(), range.len()), (first, last, len));
    }
    for (first, last) in [(1, 0), (0, u64::MAX), (u64::MAX, u64::MAX), (u64::MAX, 0)] {
        assert_eq!(ByteRange::new(first, last), None, "{first}-{last}");
    }
}

#[test]
fn c_13_content_range_names_part_and_whole() {
    assert_eq!(ByteRange::new(0, 0).unwrap().content_range(1), "bytes 0-0/1");
    assert_eq!(ByteRange::new(500, 999).unwrap().to_string(), "500-999");
}
