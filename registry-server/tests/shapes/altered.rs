//! A fixture that expects something else than what happens must fail, whichever line it is.

use crate::clients::path;
use crate::replay::replay;

/// Every expectation of the fixture in turn is made wrong, and each time the replay must notice in that very line.
fn every_expectation_counts(name: &str) {
    let text = std::fs::read_to_string(path(name)).unwrap();
    replay(&text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut altered = 0;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with('<')) {
        let wrong = wrong(line);
        let other: Vec<&str> =
            lines[..at].iter().chain([&wrong.as_str()]).chain(&lines[at + 1..]).copied().collect();
        let error = replay(&other.join("\n")).expect_err(&format!("{name}: {line} made {wrong} passes"));
        assert!(error.starts_with(&format!("line {}: ", at + 1)), "{name}: {line} made {wrong}: {error}");
        altered += 1;
    }
    assert!(altered > 3, "{name} expects too little");
}

/// The same line, expecting something else.
fn wrong(line: &str) -> String {
    let (mark, rest) = line.split_once(' ').unwrap();
    let rest = match (mark, rest) {
        ("<", status) if status.len() == 3 => if status == "200" { "201" } else { "200" }.to_owned(),
        ("<", absent) if absent.starts_with("no ") => "no Content-Length".to_owned(),
        ("<", kept) if kept.contains(" -> ") => format!("X-{kept}"),
        ("<", header) => format!("{header}0"),
        (_, json) if json.starts_with('{') => r#"{"another":[]}"#.to_owned(),
        (_, error) if error.starts_with("error ") => format!("{error}S"),
        (_, parts) if parts.starts_with("parts ") => format!("{parts}0"),
        (_, tags) if tags.starts_with("tags ") => format!("{tags}0"),
        (_, content) => format!("{content}-other"),
    };
    format!("{mark} {rest}")
}

#[test]
fn in_an_upload() {
    every_expectation_counts("oc_image_mirror");
}

#[test]
fn in_ranges() {
    every_expectation_counts("podman_pull_partial");
}

#[test]
fn in_parallel_downloads() {
    every_expectation_counts("ctr2_pull_parallel");
}

#[test]
fn in_listings() {
    every_expectation_counts("renovate_versions");
}

#[test]
fn in_referrers() {
    every_expectation_counts("buildkit_provenance");
}

#[test]
fn in_fixtures_that_contradict_themselves() {
    let get = "> GET /v2/\n";
    for (text, error) in [
        (format!("{get}< 200\n<< {{}}\n> GET /v2/\n"), "connection 1: 1 requests have no answer"),
        (format!("{get}< 200\n<< other"), "line 3: there is no content other"),
        (format!("{get}> Content-Length: 7\n< 200\n<< {{}}"), "line 1: the fixture's body has 0 bytes"),
        (format!("{get}< 200\n<< {{}}\n<< {{}}\nlet a = 3"), "line 5: neither bytes nor JSON"),
        (format!("{get}\n> Accept: */*"), "line 3: no request"),
        ("let a = 3 bytes\nlet a = 4 bytes".to_owned(), "line 2: a is there twice"),
        ("given team/app:v1 is image".to_owned(), "there is no content image"),
        (String::new(), "the fixture expects nothing"),
    ] {
        let got = replay(&text).expect_err(&text);
        assert!(got.starts_with(error), "{text}: {got}");
    }
}
