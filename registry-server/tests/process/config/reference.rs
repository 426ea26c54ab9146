//! The default file, the schema and the chapter of the book come from the one table, and are as they are checked in.

use std::path::Path;

use serde_json::Value;

use super::{Files, text};

fn shown(flag: &str) -> String {
    let output = Files::new().run(&["config", flag], &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn docs(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)).unwrap()
}

#[test]
fn the_default_file_is_the_one_in_the_docs() {
    assert!(
        shown("--default") == docs("registry.toml"),
        "run: cargo run -- config --default > docs/registry.toml"
    );
}

#[test]
fn the_schema_is_the_one_in_the_docs() {
    assert!(
        shown("--schema") == docs("registry.schema.json"),
        "run: cargo run -- config --schema > docs/registry.schema.json"
    );
}

#[test]
fn the_book_has_every_setting() {
    let book = docs("src/configuration.md");
    let (_, behind) = book.split_once("<!-- begin of `registry config --markdown` -->\n\n").unwrap();
    let (settings, _) = behind.split_once("\n<!-- end of `registry config --markdown` -->").unwrap();
    assert!(
        settings == shown("--markdown"),
        "put `cargo run -- config --markdown` into docs/src/configuration.md"
    );
}

#[test]
fn the_default_file_changes_nothing() {
    let files = Files::new();
    files.write("registry.toml", &docs("registry.toml"));
    let values = |arguments: &[&str]| -> Vec<String> {
        let shown = files.effective(arguments, &[]);
        shown.lines().map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
    };
    assert_eq!(values(&["--config", "registry.toml"]), values(&[]));
}

#[test]
fn the_schema_and_the_defaults_agree() {
    let schema: Value = serde_json::from_str(&shown("--schema")).unwrap();
    let sections = schema["properties"].as_object().unwrap();
    let files = Files::new();
    let effective = files.effective(&[], &[]);
    for (section, table) in sections.iter().filter(|(_, table)| table["type"] == "object") {
        assert!(effective.contains(&format!("[{section}]\n")), "{section}");
        assert_eq!(table["additionalProperties"], false);
        for (key, property) in table["properties"].as_object().unwrap() {
            assert!(!property["description"].as_str().unwrap().is_empty(), "{section}.{key}");
            // A secret may lie in a file instead, and is shown under its own name.
            let key = key
                .strip_suffix("_file")
                .filter(|secret| table["properties"].get(secret).is_some())
                .unwrap_or(key);
            let known = effective.contains(&format!("\n{key} = "))
                || effective.contains(&format!("# {key} is not set"));
            assert!(known, "{section}.{key}");
        }
    }
    assert_eq!(sections["webhooks"]["items"]["required"], serde_json::json!(["name", "url"]));
}
