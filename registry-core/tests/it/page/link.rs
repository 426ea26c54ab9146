use proptest::prelude::*;
use registry_core::Link;

#[test]
fn c_49_the_next_page_is_found_among_other_links() {
    for (header, expected) in [
        (r#"</v2/_catalog?last=b&n=2>; rel="next""#, Some("/v2/_catalog?last=b&n=2")),
        (r"</a>; rel=next", Some("/a")),
        (r"</a>;rel=next", Some("/a")),
        ("  </a>\t;\trel = \"next\" ", Some("/a")),
        (r#"</a>; REL="NEXT""#, Some("/a")),
        (r#"</a>; rel="prev next""#, Some("/a")),
        (r#"</a>; title="rel=prev"; rel=next"#, Some("/a")),
        (r#"</a>; title="a \" > , ; b"; rel=next"#, Some("/a")),
        (r"</a>; crossorigin; rel=next", Some("/a")),
        (r#"</p>; rel="prev", </a>; rel="next""#, Some("/a")),
        (r#"</p>; rel="prev",,, </a>; rel="next""#, Some("/a")),
        (r"</p>, </a>; rel=next", Some("/a")),
        (r"<https://h.io/a?x=1,2;3>; rel=next", Some("https://h.io/a?x=1,2;3")),
        (r"<>; rel=next", Some("")),
        (r"</a>; rel=prev; rel=next", None),
        (r"</a>; rel=nextish", None),
        (r#"</a>; title="next""#, None),
        (r"</a>; nextrel=next", None),
        (r"</a>", None),
        ("", None),
        ("/a; rel=next", None),
        ("</a; rel=next", None),
        (r#"</p>; rel="prev, </a>; rel=next"#, None),
        (r"</p> junk, </a>; rel=next", None),
    ] {
        assert_eq!(Link::parse(header), expected, "{header}");
    }
}

#[test]
fn no_target_breaks_out_of_the_header() {
    assert_eq!(
        Link::next("/a>; rel=x, <b\r\nc\"é"),
        "</a%3E;%20rel=x,%20%3Cb%0D%0Ac%22%C3%A9>; rel=\"next\""
    );
    assert_eq!(Link::next("/a?last=b%2Fc&n=1"), "</a?last=b%2Fc&n=1>; rel=\"next\"");
}

proptest! {
    #[test]
    fn a_uri_round_trips(target in "/[a-zA-Z0-9._~:/?#@!$&'()*+,;=%-]{0,40}") {
        let header = Link::next(&target);
        prop_assert_eq!(Link::parse(&header), Some(target.as_str()));
    }

    #[test]
    fn any_target_makes_one_link_of_printable_ascii(target in ".{0,40}") {
        registry_properties::link::check_target(&target);
    }

    #[test]
    fn other_links_before_it_do_not_matter(
        others in prop::collection::vec("<[a-z/]{0,4}>(; ?(rel=prev|title=\"[a-z,;<> ]{0,4}\"|x))?", 0..4),
        target in "/[a-z?=&,;]{0,8}",
    ) {
        let mut links = others;
        links.push(Link::next(&target));
        let header = links.join(", ");
        prop_assert_eq!(Link::parse(&header), Some(target.as_str()));
    }

    #[test]
    fn nonsense_leads_nowhere_else(header in "[<>;,=\"\\\\ a-zé]{0,24}") {
        registry_properties::link::check_header(&header);
    }
}
