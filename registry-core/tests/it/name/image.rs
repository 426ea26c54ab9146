use proptest::prelude::*;
use registry_core::{Digest, Error, ImageReference, Reference};

type Parts<'a> = (Option<&'a str>, &'a str, Option<&'a str>, bool);

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn parts(image: &ImageReference) -> Parts<'_> {
    let tag = image.tag().map(registry_core::Tag::as_str);
    (image.host(), image.repository().as_str(), tag, image.digest().is_some())
}

#[test]
fn references_fall_into_host_repository_tag_and_digest() {
    let with_digest = format!("h.io/a/b:t@{DIGEST}");
    let only_digest = format!("a@{DIGEST}");
    let cases: [(&str, Parts<'_>); 18] = [
        ("busybox", (None, "busybox", None, false)),
        ("busybox:1.36", (None, "busybox", Some("1.36"), false)),
        ("busybox:5000", (None, "busybox", Some("5000"), false)),
        ("library/busybox", (None, "library/busybox", None, false)),
        ("localhost", (None, "localhost", None, false)),
        ("localhost/a", (Some("localhost"), "a", None, false)),
        ("localhost:5000/a", (Some("localhost:5000"), "a", None, false)),
        ("host:5000/a/b", (Some("host:5000"), "a/b", None, false)),
        ("h.io/a", (Some("h.io"), "a", None, false)),
        ("H.IO/a", (Some("H.IO"), "a", None, false)),
        ("h.io", (None, "h.io", None, false)),
        ("127.0.0.1:5000/a:t", (Some("127.0.0.1:5000"), "a", Some("t"), false)),
        ("[::1]/a", (Some("[::1]"), "a", None, false)),
        ("[::1]:5000/a:t", (Some("[::1]:5000"), "a", Some("t"), false)),
        ("[2001:DB8::1]:443/a/b", (Some("[2001:DB8::1]:443"), "a/b", None, false)),
        ("a/localhost/b.c", (None, "a/localhost/b.c", None, false)),
        (&with_digest, (Some("h.io"), "a/b", Some("t"), true)),
        (&only_digest, (None, "a", None, true)),
    ];
    for (text, expected) in cases {
        let image: ImageReference = text.parse().unwrap();
        assert_eq!(parts(&image), expected, "{text}");
        assert_eq!(image.to_string(), text);
    }
}

#[test]
fn hosts_that_are_none_are_refused() {
    let long = format!("{}.io/a", "a".repeat(64));
    let longer = format!("{}io/a", "abcdefg.".repeat(40));
    for text in [
        "[::1/a",
        "[]/a",
        "[::1]x/a",
        "[::1]:/a",
        "[1.2.3.4]/a",
        "[fe80::1%eth0]/a",
        "h.io:/a",
        "h.io:0/a",
        "h.io:65536/a",
        "h.io:080/a",
        "h.io:+80/a",
        "h..io/a",
        ".h/a",
        "h./a",
        "-h.io/a",
        "h-.io/a",
        "h_.io/a",
        "é.io/a",
        "::1/a",
        "a:b:c/d",
        "user@h.io/a",
        ":5000/a",
        &long,
        &longer,
    ] {
        assert!(text.parse::<ImageReference>().is_err(), "{text:?}");
    }
    let error = "h.io:0/a".parse::<ImageReference>().unwrap_err();
    assert!(matches!(error, Error::InvalidImageReference { .. }), "{error:?}");
}

#[test]
fn the_errors_of_the_other_parts_are_their_own() {
    let error = |text: &str| text.parse::<ImageReference>().unwrap_err();
    for text in ["", "h.io/", "h.io/A", "A", "Foo/bar", "a//b", "[::1]:5000"] {
        assert!(
            matches!(error(text), Error::InvalidName { .. } | Error::InvalidTag { .. }),
            "{text:?}: {:?}",
            error(text)
        );
    }
    assert!(matches!(error("a:"), Error::InvalidTag { .. }));
    assert!(matches!(error("a:b:c"), Error::InvalidTag { .. }));
    assert!(matches!(error("a@"), Error::InvalidDigest { .. }));
    assert!(matches!(error("a@sha256:00"), Error::InvalidDigest { .. }));
    assert!(matches!(error("a@md5:00"), Error::UnsupportedAlgorithm { .. }));
    assert!(matches!(error(&format!("a@{DIGEST}@{DIGEST}")), Error::InvalidDigest { .. }));
}

#[test]
fn a_digest_is_asked_for_before_a_tag() {
    let reference = |text: &str| text.parse::<ImageReference>().unwrap().reference();
    let digest = Digest::sha256_of(b"");
    assert_eq!(reference("a"), None);
    assert_eq!(reference("a:t"), Some(Reference::Tag("t".parse().unwrap())));
    assert_eq!(reference(&format!("a:t@{DIGEST}")), Some(Reference::Digest(digest)));
}

#[test]
fn a_repository_that_reads_as_a_host_needs_one_before_it() {
    let name = || "h.io/a".parse().unwrap();
    assert!(ImageReference::new(None, name(), None, None).is_err());
    let image = ImageReference::new(Some("mirror.io"), name(), None, None).unwrap();
    assert_eq!(image.to_string(), "mirror.io/h.io/a");
    assert!(
        ImageReference::new(Some("plain"), "a".parse().unwrap(), None, None).is_err(),
        "it would read as a repository"
    );
}

proptest! {
    #[test]
    fn parts_round_trip(
        host in prop::option::of(prop::sample::select(vec!["h.io", "localhost", "h:1", "[::1]", "[::1]:65535", "1.2.3.4:80"])),
        repository in "[a-z]{1,3}(/[a-z0-9]{1,3}([.-][a-z]{1,2})?){0,3}",
        tag in prop::option::of("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,5}"),
        digest in prop::option::of(crate::digest::digests()),
    ) {
        let tag = tag.map(|tag| tag.parse().unwrap());
        let image = ImageReference::new(host, repository.parse().unwrap(), tag, digest).unwrap();
        prop_assert_eq!(image.to_string().parse::<ImageReference>().unwrap(), image);
    }

    #[test]
    fn what_is_accepted_is_written_as_it_came(text in "[a-z.:@/\\[\\]0-9]{0,14}|.{0,12}") {
        registry_properties::reference::check_image(&text);
    }
}
