//! The book's chapter on commands is what the binary says about itself.

use std::fmt::Write;
use std::path::Path;

use super::registry::command;

const HEAD: &str = "\
# Commands

Everything that the binary `registry` can be told, as it says itself. This page is written by `just commands` from
`registry … --help`, and a test fails when the two differ.

A command ends with one of these codes:

| code | meaning |
|---|---|
| 0 | done |
| 1 | failed in a way that has no code of its own |
| 2 | the command line or the configuration is wrong |
| 3 | not found |
| 4 | not authenticated, or not allowed |
| 5 | conflict: something else is there, or a condition does not hold |
| 6 | a check found something wrong |
| 7 | the network or the server failed |
";

/// With `WRITE_BOOK` in the environment the chapter is written instead of compared.
#[test]
fn the_book_shows_every_command_as_its_help_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/commands.md");
    let mut chapter = HEAD.to_owned();
    describe(&mut Vec::new(), &mut chapter);
    if std::env::var_os("WRITE_BOOK").is_some() {
        std::fs::write(&path, &chapter).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap();
    for (number, (shown, said)) in shown.lines().zip(chapter.lines()).enumerate() {
        assert_eq!(
            shown,
            said,
            "line {} of docs/src/commands.md; `just commands` writes it anew",
            number + 1
        );
    }
    assert_eq!(shown, chapter, "docs/src/commands.md has another length; `just commands` writes it anew");
}

/// The help of this command, then that of the commands below it.
fn describe(path: &mut Vec<String>, chapter: &mut String) {
    let help = help(path);
    let name = std::iter::once("registry").chain(path.iter().map(String::as_str)).collect::<Vec<_>>();
    write!(chapter, "\n## `{}`\n\n```text\n{}\n```\n", name.join(" "), help.trim_end()).unwrap();
    for below in commands_in(&help) {
        path.push(below);
        describe(path, chapter);
        path.pop();
    }
}

/// Without spaces at the ends of lines, which editors take away.
fn help(path: &[String]) -> String {
    let output = command().args(path).arg("--help").output().unwrap();
    assert!(output.status.success(), "registry {path:?} --help");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The names below `Commands:`, but for `help` itself.
fn commands_in(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A name stands two spaces in; what goes on from the line above stands further in.
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}
