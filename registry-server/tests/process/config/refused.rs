//! What is wrong is refused with its place and what would be right, all of it at once, and with the code 2.

use super::{Files, text};

fn refused(files: &Files, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = files.run(&[&["config", "--show-effective"], arguments].concat(), variables);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty());
    stderr
}

#[test]
fn toml_is_refused_with_its_place() {
    let files = Files::new();
    for (content, expected) in [
        ("[limts]\n", "c.toml:1:2: unknown key `limts`, did you mean `limits`?"),
        ("[http]\nlisten = 1\nlisen = 2\n", "c.toml:3:1: unknown key `lisen`, did you mean `listen`?"),
        ("[http]\nlisten = 5000\n", "c.toml:2:10: a whole number was given: write an IP address"),
        ("[http]\nlisten = \":5000\"\n", "c.toml:2:10: \":5000\" is no address: write an IP address"),
        (
            "[limits]\nmanifest_bytes = \"many\"\n",
            "c.toml:2:18: \"many\" is no size: write a number of bytes",
        ),
        ("[limits]\nconnections = -1\n", "c.toml:2:15: a whole number was given: write a whole number"),
        ("[limits]\nheader_timeout = 10\n", "c.toml:2:18: a whole number was given: write a text with units"),
        ("[http]\nmax_page = 0\n", "c.toml:2:12: write a whole number of at least 1"),
        ("[content]\nsparse = \"perhaps\"\n", "write one of `\"refuse\"`, `\"children\"`, `\"content\"`"),
        (
            "[content.sparse_repositories]\n\"Not/A/Name\" = \"content\"\n",
            "c.toml:2:1: \"Not/A/Name\" is not the name",
        ),
        ("[log]\nlevel = \"loud\"\n", "c.toml:2:9: \"loud\" is no level of the log"),
        ("[metrics]\nenabled = \"yes\"\n", "c.toml:2:11: a text was given: write `true` or `false`"),
        ("[[webhooks]]\nname = \"a\"\n", "c.toml:1:1: `webhooks.0.url` is missing"),
        ("[[webhooks]]\nname = \"a\"\nurl = \"ftp://x/\"\n", "c.toml:3:7: this cannot be used as a URL"),
        ("[http]\npublic_url = \"x\"\n", "c.toml:2:14: this cannot be used as a URL"),
        ("[http]\npublic_url = \"https://x/a\"\n", "c.toml:2:14: there is something behind host and port"),
        ("[http]\npublic_url = \"https://x/?a\"\n", "c.toml:2:14: there is something behind host and port"),
        ("[webhooks]\nname = \"a\"\n", "`webhooks` is a list of tables"),
        ("[http]\ndrain = \"1s\"\ndrain = \"2s\"\n", "c.toml:3:1: duplicate key"),
        ("[limits]\nhead_bytes = 0\n", "c.toml:2:14: `limits.head_bytes` must be more than nothing"),
        (
            "[workers]\nlease = \"999ms\"\n",
            "c.toml:2:9: a lease below a second ends whenever the database takes its time",
        ),
        ("[limits]\nidle_timeout = \"0s\"\n", "c.toml:2:16: `limits.idle_timeout` must be more than nothing"),
        (
            "[[webhooks]]\nname = \"a\"\nurl = \"http://x/\"\n[[webhooks]]\nname = \"a\"\nurl = \"http://y/\"\n",
            "c.toml:5:8: another webhook is called \"a\"",
        ),
        ("http = 1\n", "c.toml:1:8: a whole number was given: `http` is a section"),
        ("[http\nlisten = \"127.0.0.1:1\"\n", "c.toml:1:"),
    ] {
        files.write("c.toml", content);
        let stderr = refused(&files, &["--config", "c.toml"], &[]);
        assert!(stderr.contains(expected), "{content}: {stderr}");
    }
}

#[test]
fn a_bucket_without_what_it_needs_is_refused() {
    let files = Files::new();
    for (content, expected) in [
        ("[storage]\nblobs = \"s3\"\n", "c.toml:2:9: blobs in S3 need `s3.bucket`"),
        ("[storage]\nblobs = \"gcs\"\n", "c.toml:2:9: blobs in Google Cloud Storage need `gcs.bucket`"),
        (
            "[storage]\nblobs = \"azure\"\n[azure]\naccount = \"a\"\n",
            "c.toml:2:9: blobs in Azure need `azure.account` and `azure.container`",
        ),
        (
            "[storage]\nblobs = \"gcs\"\n[gcs]\nbucket = \"a\"\npart_size = \"1MiB\"\n",
            "c.toml:5:13: a part of less than 5 MiB is refused",
        ),
        ("[azure]\nclient_secret = \"x\"\n", "c.toml:2:17: a secret needs `azure.tenant_id`"),
    ] {
        files.write("c.toml", content);
        let stderr = refused(&files, &["--config", "c.toml"], &[]);
        assert!(stderr.contains(expected), "{content}: {stderr}");
    }
}

#[test]
fn yaml_is_refused_with_its_place() {
    let files = Files::new();
    for (content, expected) in [
        ("limts:\n  connections: 1\n", "c.yaml:1:1: unknown key `limts`, did you mean `limits`?"),
        ("http:\n  listen: 5000\n", "c.yaml:2:11: a whole number was given: write an IP address"),
        ("http:\n  lisen: x\n", "c.yaml:2:3: unknown key `lisen`"),
        ("webhooks:\n  - name: a\n", "`webhooks.0.url` is missing"),
        ("http: [\n", "c.yaml:"),
        ("http:\n  drain: 1s\nhttp:\n  drain: 2s\n", "c.yaml:3:1: duplicate mapping key: http\n"),
        ("http:\n  drain: 1s\n---\nhttp: {}\n", "c.yaml:4:1: multiple YAML documents detected\n"),
    ] {
        files.write("c.yaml", content);
        let stderr = refused(&files, &["--config", "c.yaml"], &[]);
        assert!(stderr.contains(expected), "{content}: {stderr}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let files = Files::new();
    files.write("c.toml", "[http]\nlisten = 1\n[limits]\nconnections = \"x\"\nnothing = 1\n");
    let stderr =
        refused(&files, &["--config", "c.toml", "--set", "log.level=x"], &[("REGISTRY_LOG_ACCESS", "x")]);
    assert_eq!(stderr.lines().count(), 5, "{stderr}");
    assert!(stderr.lines().all(|line| line.starts_with("registry: ")), "{stderr}");
}

#[test]
fn variables_and_flags_are_named() {
    let files = Files::new();
    for (arguments, variables, expected) in [
        (&[][..], &[("REGISTRY_HTTP_LISTEN", "x")][..], "REGISTRY_HTTP_LISTEN: \"x\" is no address"),
        (&[], &[("REGISTRY_HTTP_LISEN", "x")], "did you mean `REGISTRY_HTTP_LISTEN`?"),
        (&[], &[("REGISTRY_HTTP_WHATEVER", "x")], "unknown variable `REGISTRY_HTTP_WHATEVER`"),
        (&[], &[("REGISTRY_LIMTS_CONNECTIONS", "1")], "did you mean `REGISTRY_LIMITS_CONNECTIONS`?"),
        (&[], &[("REGISTRY_LIMITS_CONNECTIONS", "-1")], "REGISTRY_LIMITS_CONNECTIONS: a text was given"),
        (&[], &[("REGISTRY_WEBHOOKS_URL", "x")], "write REGISTRY_WEBHOOKS_0_"),
        (
            &[],
            &[("REGISTRY_WEBHOOKS_1_URL", "http://x/")],
            "REGISTRY_WEBHOOKS_1_URL: element 1 has none before it",
        ),
        (&[], &[("REGISTRY_CONTENT_SPARSE_REPOSITORIES", "x")], "only a file can hold"),
        (&["--listen", "x"], &[], "--listen: \"x\" is no address"),
        (
            &["--set", "limits.connection=1"],
            &[],
            "--set limits.connection: unknown key `connection`, did you mean",
        ),
        (&["--config", "c.ini"], &[], "ends in .toml, .yaml or .yml"),
        (&["--config", "absent.toml"], &[], "cannot read the configuration file absent.toml"),
    ] {
        let stderr = refused(&files, arguments, variables);
        assert!(stderr.contains(expected), "{arguments:?} {variables:?}: {stderr}");
    }
}

#[test]
fn a_secret_is_set_once_and_must_be_there() {
    let files = Files::new();
    let hook = "[[webhooks]]\nname = \"a\"\nurl = \"http://127.0.0.1/\"\n";
    for (content, expected) in [
        ("secret_file = \"absent\"\n", "c.toml:4:15: cannot read the secret from absent"),
        ("secret = \"one\"\nsecret_file = \"two\"\n", "both `secret` and `secret_file` are set"),
        ("secret = \"\"\n", "an empty text is no secret"),
        ("secret_fil = \"x\"\n", "did you mean `secret_file`?"),
    ] {
        files.write("c.toml", &format!("{hook}{content}"));
        let stderr = refused(&files, &["--config", "c.toml"], &[]);
        assert!(stderr.contains(expected), "{content}: {stderr}");
    }
    files.write("c.toml", "[[webhooks]]\nname = \"a\"\nurl = \"http://u:hunter2@127.0.0.1/\"\n");
    let stderr = refused(&files, &["--config", "c.toml"], &[]);
    assert!(stderr.contains("credentials") && !stderr.contains("hunter2"), "{stderr}");
}
