//! The limit of open files: raised as high as the system allows, and told where that is too low.

use std::process::{Command, Output};

use super::registry::{Registry, command};

/// What the binary does under a limit of open files.
fn limited(soft: u64, hard: u64, arguments: &str) -> Command {
    let binary = command().get_program().to_str().unwrap().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec {binary} {arguments}")]);
    shell
}

fn check(hard: u64, arguments: &str) -> Output {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().display();
    let arguments = format!("check --listen 127.0.0.1:0 --data {folder} {arguments}");
    limited(hard, hard, &arguments).output().unwrap()
}

#[test]
fn the_soft_limit_is_raised_to_the_hard_one() {
    let data = tempfile::tempdir().unwrap();
    let arguments = format!("serve --listen 127.0.0.1:0 --data {}", data.path().display());
    let log = data.path().join("log");
    let registry = Registry::run(limited(100, 1000, &arguments), std::fs::File::create(&log).unwrap().into());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", registry.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[3..5], ["1000", "1000"], "{line}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("raised the limit of open files") && log.contains("to=1000"), "{log}");
    assert!(log.contains("limits.connections = 4096 does not fit"), "{log}");
}

#[test]
fn limits_that_do_not_fit_are_told_before_a_start() {
    for (hard, arguments, told) in [
        (1000, "", true),
        (10_000, "", false),
        (
            1000,
            "--set limits.connections=100 --set limits.concurrent_downloads=100 --set limits.concurrent_uploads=100",
            false,
        ),
        (10_000, "--set limits.connections=20000", true),
    ] {
        let output = check(hard, arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(text.contains("does not fit"), told, "{hard} {arguments}: {text}");
        if told {
            assert!(text.contains(&format!("the system allows {hard};")), "{text}");
        }
    }
}
