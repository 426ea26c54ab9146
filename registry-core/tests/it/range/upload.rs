use proptest::prelude::*;
use registry_core::{ByteRange, Error, UploadRange, upload_range_header};

#[test]
fn c_27_a_chunk_names_its_first_and_its_last_byte() {
    for (text, first, last, len) in [
        ("0-0", 0, 0, 1),
        ("0-1023", 0, 1023, 1024),
        ("1024-2047", 1024, 2047, 1024),
        ("0-18446744073709551614", 0, u64::MAX - 1, u64::MAX),
    ] {
        let range: UploadRange = text.parse().unwrap();
        assert_eq!((range.first(), range.last(), range.len()), (first, last, len));
        assert_eq!(range.to_string(), text);
    }
}

#[test]
fn c_29_anything_else_is_malformed() {
    for text in [
        "",
        "-",
        "0",
        "0-",
        "-1",
        "abc",
        "bytes 0-2/3",
        "bytes=0-2",
        "0-2/3",
        "0-2/*",
        " 0-2",
        "0-2 ",
        "0 -2",
        "+0-2",
        "0-+2",
        "0--2",
        "5-4",
        "0-1,2-3",
        "0x0-0x2",
        "٠-٢",
        "0-18446744073709551615",
        "0-18446744073709551616",
        "0-99999999999999999999999",
        "18446744073709551615-18446744073709551615",
    ] {
        assert!(matches!(text.parse::<UploadRange>(), Err(Error::InvalidRange { .. })), "{text:?}");
    }
}

#[test]
fn c_33_an_upload_of_no_bytes_has_the_range_0_0() {
    for (offset, expected) in
        [(0, "0-0"), (1, "0-0"), (2, "0-1"), (1024, "0-1023"), (u64::MAX, "0-18446744073709551614")]
    {
        assert_eq!(upload_range_header(offset), expected);
    }
}

proptest! {
    #[test]
    fn ranges_round_trip(first in any::<u64>(), last in any::<u64>()) {
        let text = format!("{first}-{last}");
        match ByteRange::new(first, last) {
            Some(range) => {
                let parsed: UploadRange = text.parse().unwrap();
                prop_assert_eq!(parsed, UploadRange::from(range));
                prop_assert_eq!(parsed.to_string(), text);
            }
            None => prop_assert!(text.parse::<UploadRange>().is_err()),
        }
    }

    #[test]
    fn only_digits_dash_digits_are_read(text in "[0-9]{0,3}[ +-]{0,2}[0-9]{0,3}|.{0,6}") {
        registry_properties::range::check_upload(&text);
    }
}
