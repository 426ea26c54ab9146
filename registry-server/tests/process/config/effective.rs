//! Which value wins, and what is shown of it.

use super::{Files, text};

/// The line of a key, without the blanks before the comment.
fn line(shown: &str, key: &str) -> String {
    let line = shown.lines().find(|line| line.starts_with(&format!("{key} ="))).expect(shown);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn flags_win_over_variables_over_the_file_over_defaults() {
    let files = Files::new();
    files.write("c.toml", "[limits]\nconnections = 1\n");
    let file = ["--config", "c.toml"];
    let flag = ["--config", "c.toml", "--set", "limits.connections=3"];
    let variable = [("REGISTRY_LIMITS_CONNECTIONS", "2")];
    for (arguments, variables, expected) in [
        (&[][..], &[][..], "connections = 4096 # default"),
        (&file, &[], "connections = 1 # c.toml:2:15"),
        (&file, &variable, "connections = 2 # REGISTRY_LIMITS_CONNECTIONS"),
        (&flag, &variable, "connections = 3 # --set limits.connections"),
    ] {
        assert_eq!(line(&files.effective(arguments, variables), "connections"), expected);
    }
}

#[test]
fn toml_and_yaml_say_the_same() {
    let files = Files::new();
    files.write(
        "c.toml",
        "[http]\ndrain = \"1m\"\n[limits]\nmanifest_bytes = \"8MiB\"\n[metrics]\ncompat = []\n",
    );
    files.write("c.yaml", "http:\n  drain: 1m\nlimits:\n  manifest_bytes: 8MiB\nmetrics:\n  compat: []\n");
    let values = |name: &str| -> Vec<String> {
        let shown = files.effective(&["--config", name], &[]);
        shown.lines().map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
    };
    assert_eq!(values("c.toml"), values("c.yaml"));
    assert!(values("c.toml").contains(&"manifest_bytes = \"8MiB\"".to_owned()));
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let files = Files::new();
    files.write("c.toml", "[limits]\nconnections = 1\n");
    for name in ["REGISTRY_CONFIG", "REGISTRY_CONFIGURATION_PATH"] {
        let shown = files.effective(&[], &[(name, "c.toml")]);
        assert_eq!(line(&shown, "connections"), "connections = 1 # c.toml:2:15", "{name}");
    }
}

#[test]
fn an_empty_file_sets_nothing() {
    let files = Files::new();
    for name in ["c.toml", "c.yaml"] {
        for content in ["", "# nothing\n"] {
            files.write(name, content);
            assert_eq!(files.effective(&["--config", name], &[]), files.effective(&[], &[]), "{name}");
        }
    }
    files.write("c.yaml", "http:\n");
    assert_eq!(files.effective(&["--config", "c.yaml"], &[]), files.effective(&[], &[]));
}

#[test]
fn what_is_shown_is_a_file_that_says_the_same() {
    let files = Files::new();
    files.write(
        "c.toml",
        "[http]\ndrain = \"1m1s\"\n[content.sparse_repositories]\n\"a/b\" = \"content\"\n[[webhooks]]\nname = \"a\"\n\
         url = \"http://127.0.0.1/\"\nkinds = [\"tag_set\"]\n[[webhooks]]\nname = \"b\"\nurl = \"http://127.0.0.1/\"\n",
    );
    let values = |shown: &str| -> Vec<String> {
        shown.lines().map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
    };
    let first = files.effective(&["--config", "c.toml"], &[]);
    files.write("shown.toml", &first);
    assert_eq!(values(&files.effective(&["--config", "shown.toml"], &[])), values(&first));
}

#[test]
fn lists_are_set_by_variables() {
    let files = Files::new();
    let shown = files.effective(
        &[],
        &[
            ("REGISTRY_WEBHOOKS_0_NAME", "a"),
            ("REGISTRY_WEBHOOKS_0_URL", "http://127.0.0.1:1/a"),
            ("REGISTRY_WEBHOOKS_1_NAME", "b"),
            ("REGISTRY_WEBHOOKS_1_URL", "http://127.0.0.1:1/b"),
            ("REGISTRY_WEBHOOKS_0_KINDS_0", "tag_set"),
            ("REGISTRY_WEBHOOKS_0_KINDS_1", "tag_deleted"),
            ("REGISTRY_METRICS_COMPAT", "openshift, distribution"),
        ],
    );
    assert_eq!(shown.matches("[[webhooks]]").count(), 2, "{shown}");
    assert!(line(&shown, "kinds").starts_with("kinds = [\"tag_set\", \"tag_deleted\"]"), "{shown}");
    assert!(line(&shown, "compat").starts_with("compat = [\"openshift\", \"distribution\"]"), "{shown}");
}

#[test]
fn variables_of_others_are_left_alone() {
    let files = Files::new();
    // What Kubernetes tells a container about a service that is called `registry`, and what clients read.
    files.effective(
        &[],
        &[
            ("REGISTRY_PORT", "tcp://10.0.0.1:5000"),
            ("REGISTRY_PORT_5000_TCP_ADDR", "10.0.0.1"),
            ("REGISTRY_SERVICE_HOST", "10.0.0.1"),
            ("REGISTRY_SERVICE_PORT_HTTP", "5000"),
            ("REGISTRY_AUTH_FILE", "auth.json"),
        ],
    );
}

#[test]
fn variables_that_nobody_knows_are_ignored_and_said_to_be() {
    let files = Files::new();
    let variables = [("REGISTRY_USER", "canary"), ("REGISTRY_PASSWORD", "canary")];
    let output = files.run(&["check", "--listen", "127.0.0.1:0"], &variables);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for (name, _) in variables {
        assert!(told.contains(&format!("note: {name}: no setting has this name")), "{told}");
    }
    assert!(!told.contains("canary"), "{told}");
}

#[test]
fn no_secret_is_shown() {
    let files = Files::new();
    files.write("key", "canary-3\n");
    files.write(
        "c.toml",
        "[[webhooks]]\nname = \"a\"\nurl = \"http://127.0.0.1/\"\nsecret = \"canary-1\"\n\
         headers = { X-Token = \"canary-2\" }\nauthorization_file = \"key\"\n",
    );
    let output = files.run(
        &["config", "--show-effective", "--config", "c.toml"],
        &[("REGISTRY_WEBHOOKS_0_SECRET", "canary-4")],
    );
    let (shown, told) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{told}");
    assert!(!shown.contains("canary") && !told.contains("canary"), "{shown}{told}");
    assert_eq!(shown.matches("(hidden)").count(), 3, "{shown}");
    assert!(line(&shown, "authorization").ends_with("c.toml:6:22"), "{shown}");
}
