//! What the command line accepts, refuses and prints.

use std::process::Output;

use super::registry::{Registry, command};

fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_answers_at_the_address_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::start(folder.path());
    let answer = registry.connect().send("GET", "/v2/", &[], b"").unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn version_and_help_are_there() {
    let version = run(&["--version"]);
    assert!(version.status.success());
    assert!(String::from_utf8_lossy(&version.stdout).starts_with("registry "));
    let help = run(&["serve", "--help"]);
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    for flag in ["--listen", "--data", "--config", "--allow-everyone"] {
        assert!(text.contains(flag), "{flag} is not in:\n{text}");
    }
}

#[test]
fn an_address_beyond_loopback_needs_a_word_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = run(&["serve", "--listen", "0.0.0.0:0", "--data", data.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--allow-everyone"), "{}", stderr(&output));
    assert!(!data.exists(), "a refused start leaves nothing behind");
}

#[test]
fn a_folder_is_served_by_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Registry::start(folder.path());
    let second = run(&["serve", "--listen", "127.0.0.1:0", "--data", folder.path().to_str().unwrap()]);
    assert!(!second.status.success());
    assert!(stderr(&second).contains("another process"), "{}", stderr(&second));
}

#[test]
fn a_taken_port_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let first = Registry::start(&folder.path().join("first"));
    let address = first.address.to_string();
    let second = folder.path().join("second");
    let output = run(&["serve", "--listen", &address, "--data", second.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains(&address), "{}", stderr(&output));
}

#[test]
fn a_flag_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.toml");
    // The file alone would be refused: its address is not loopback.
    std::fs::write(&file, "[http]\nlisten = \"0.0.0.0:0\"\n").unwrap();
    let file = file.to_str().unwrap();
    let alone = run(&["serve", "--config", file]);
    assert!(stderr(&alone).contains("0.0.0.0:0"), "{}", stderr(&alone));
    let data = folder.path().join("data");
    std::fs::write(&data, "a file where a folder is wanted").unwrap();
    let both = run(&["serve", "--config", file, "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    assert!(stderr(&both).contains("cannot use the data folder"), "{}", stderr(&both));
}

#[test]
fn shells_and_manuals_know_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completion", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("show-effective"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&["man", "--folder", folder.path().to_str().unwrap()]).status.success());
    for (name, expected) in [("registry.1", "registry\\-serve"), ("registry-serve.1", "allow\\-everyone")] {
        let page = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(page.starts_with(".ie") && page.contains(expected), "{name}: {page}");
    }
}
