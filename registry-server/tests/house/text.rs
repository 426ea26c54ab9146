//! What no source may hold: unfinished marks, ignored tests, places of one machine; and what every crate must.

use super::{files, relative, workspace};

#[test]
fn nothing_is_left_unfinished_or_ignored() {
    let marks =
        [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["#[ig", "nore"].concat(), ["todo", "!("].concat()];
    for path in files(".rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{} holds {mark}", relative(&path));
        }
    }
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let places = ["root", "home", "work"].map(|folder| format!("/{folder}/"));
    for ending in [".rs", ".md", ".toml", ".sh", "justfile"] {
        for path in files(ending) {
            let text = std::fs::read_to_string(&path).unwrap();
            for place in &places {
                let absolute = text.match_indices(place.as_str()).any(|(at, _)| !follows_a_name(&text[..at]));
                assert!(!absolute, "{} holds {place}", relative(&path));
            }
        }
    }
}

/// Whether the path goes on from a name, so that it is no absolute one.
fn follows_a_name(before: &str) -> bool {
    before.ends_with(|character: char| character.is_ascii_alphanumeric() || ".}\"".contains(character))
}

#[test]
fn unsafe_stands_in_one_module() {
    let holding: Vec<_> = files(".rs")
        .into_iter()
        .filter(|path| std::fs::read_to_string(path).is_ok_and(|text| lets_off(&text)))
        .map(|path| relative(&path))
        .collect();
    assert_eq!(holding, ["registry-core/src/digest/hasher/lanes.rs"]);
}

/// Whether a source lets itself off the lint.
fn lets_off(text: &str) -> bool {
    ["allow", "expect", "warn"].iter().any(|level| text.contains(&format!("{level}({}", "unsafe_code")))
}

#[test]
fn every_crate_shares_the_lints_and_has_a_front_page() {
    for name in [
        "registry-core",
        "registry-storage",
        "registry-auth",
        "registry-engine",
        "registry-conformance",
        "registry-server",
    ] {
        let folder = workspace().join(name);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} has lints of its own");
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(readme.contains("```"), "{name}/README.md shows no example");
        let root = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        assert!(
            root.starts_with("#![doc = include_str!(\"../README.md\")]"),
            "{name}'s docs do not begin with its README"
        );
    }
}
