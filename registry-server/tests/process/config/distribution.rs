//! The file and the variables of CNCF distribution: what is taken over, what is ignored, what is refused.

use super::super::registry::Registry;
use super::{Files, text};

/// What most files begin with.
const BEGIN: &str = "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: data\n";

#[test]
fn what_means_something_here_is_taken_over() {
    let files = Files::new();
    for (content, expected) in [
        ("", "data = \"data\""),
        ("", "deletes = false"),
        ("", "enabled = false # c.yml:1:1"),
        ("  delete:\n    enabled: true\n", "deletes = true # c.yml:6:14"),
        ("  maintenance:\n    readonly:\n      enabled: true\n", "read_only = true # c.yml:7:16"),
        ("  maintenance:\n    uploadpurging:\n      enabled: true\n      age: 168h\n", "expire = \"168h\""),
        ("http:\n  addr: :5000\n", "listen = \"[::]:5000\" # c.yml:6:9"),
        ("http:\n  addr: localhost:5000\n", "listen = \"127.0.0.1:5000\""),
        ("http:\n  addr: 10.0.0.1:80\n", "listen = \"10.0.0.1:80\""),
        ("http:\n  host: https://registry.example.com\n", "public_url = \"https://registry.example.com\""),
        ("http:\n  draintimeout: 60s\n", "drain = \"1m\""),
        ("http:\n  debug:\n    addr: localhost:5001\n", "admin = \"127.0.0.1:5001\""),
        (
            "http:\n  debug:\n    addr: localhost:5001\n    prometheus:\n      enabled: true\n",
            "[metrics]\nenabled = true",
        ),
        ("log:\n  level: debug\n", "level = \"debug\""),
        ("loglevel: warn\n", "level = \"warn\""),
        ("log:\n  formatter: logstash\n", "format = \"json\""),
        ("log:\n  accesslog:\n    disabled: true\n", "access = false"),
        ("catalog:\n  maxentries: 7\n", "max_page = 7"),
        ("http:\n  tls:\n    certificate: \"\"\n", "listen = \"127.0.0.1:5000\" # default"),
        ("validation:\n  disabled: true\n", "listen = \"127.0.0.1:5000\" # default"),
    ] {
        files.write("c.yml", &format!("{BEGIN}{content}"));
        let shown = squeezed(&files.effective(&["--config", "c.yml"], &[]));
        assert!(shown.contains(expected), "{content}: {expected} is not in {shown}");
    }
}

#[test]
fn endpoints_become_webhooks() {
    let files = Files::new();
    files.write(
        "c.yml",
        &format!(
            "{BEGIN}notifications:\n  endpoints:\n    - name: one\n      url: http://127.0.0.1:1/\n      timeout: 1s\n      \
             threshold: 10\n      headers:\n        Authorization: [Bearer canary]\n        X-More: [a, b]\n    \
             - name: two\n      disabled: true\n      url: http://127.0.0.1:2/\n"
        ),
    );
    let shown = squeezed(&files.effective(&["--config", "c.yml"], &[]));
    for expected in [
        "[[webhooks]]\nname = \"one\"",
        "url = \"http://127.0.0.1:1/\"",
        "format = \"distribution\"",
        "headers = { \"X-More\" = \"(hidden)\" }",
        "authorization = \"(hidden)\"",
        "timeout = \"1s\"",
    ] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    assert!(!shown.contains("\"two\"") && !shown.contains("canary"), "{shown}");
}

#[test]
fn what_would_be_missed_is_refused() {
    let files = Files::new();
    for (content, expected) in [
        (
            "auth:\n  htpasswd:\n    realm: r\n    path: p\n",
            "c.yml:5:1: `auth` cannot be honoured: there is no authentication",
        ),
        ("auth:\n  token:\n    realm: r\n", "`auth` cannot be honoured"),
        ("  s3:\n    bucket: b\n", "c.yml:5:3: `storage.s3` cannot be honoured"),
        ("http:\n  tls:\n    certificate: /c\n    key: /k\n", "c.yml:6:3: `http.tls` cannot be honoured"),
        ("http:\n  net: unix\n", "\"unix\" cannot be listened on"),
        ("http:\n  prefix: /below/\n", "the registry is at `/v2/`"),
        ("http:\n  addr: registry.local:5000\n", "has no IP address"),
        ("proxy:\n  remoteurl: https://x/\n", "`proxy` cannot be honoured"),
        ("validation:\n  manifests:\n    urls:\n      allow: [x]\n", "`validation`: cannot be honoured"),
        ("middleware:\n  storage:\n    - name: redirect\n", "`middleware` cannot be honoured"),
        ("policy:\n  repository:\n    classes: [image]\n", "`policy` cannot be honoured"),
        ("http:\n  adr: :5000\n", "c.yml:6:3: unknown key `adr`, did you mean `addr`?"),
        ("htpp:\n  addr: :5000\n", "c.yml:5:1: unknown key `htpp`, did you mean `http`?"),
        ("  delete:\n    enabled: perhaps\n", "`storage.delete.enabled`: a text was given"),
    ] {
        files.write("c.yml", &format!("{BEGIN}{content}"));
        let output = files.run(&["serve", "--config", "c.yml"], &[]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{content}: {told}");
        assert!(told.contains(expected), "{content}: {told}");
    }
    files.write("c.yml", "version: 0.2\n");
    let told = text(&files.run(&["check", "--config", "c.yml"], &[]).stderr);
    assert!(told.contains("c.yml:1:10: only version 0.1"), "{told}");
}

#[test]
fn what_is_ignored_is_said() {
    let files = Files::new();
    let content = "  cache:\n    blobdescriptor: inmemory\nhttp:\n  addr: 127.0.0.1:0\n  secret: s\n  headers:\n    \
                   X-Content-Type-Options: [nosniff]\nhealth:\n  storagedriver:\n    enabled: true\n";
    files.write("c.yml", &format!("{BEGIN}{content}"));
    let output = files.run(&["check", "--config", "c.yml"], &[]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!told.contains("holds content"), "{told}");
    for expected in [
        "note: c.yml:5:3: `storage.cache` is ignored: ",
        "note: c.yml:9:3: `http.secret` is ignored: ",
        "note: c.yml:10:3: `http.headers` is ignored: ",
        "note: c.yml:12:1: `health` is ignored: ",
        "note: nothing can be deleted, as in distribution",
    ] {
        assert!(told.contains(expected), "{expected} is not in {told}");
    }
}

#[test]
fn a_folder_of_its_own_is_said_not_to_be_read() {
    let files = Files::new();
    std::fs::create_dir_all(files.0.path().join("data/docker/registry/v2")).unwrap();
    files.write("c.yml", &format!("{BEGIN}http:\n  addr: 127.0.0.1:0\n"));
    let told = text(&files.run(&["check", "--config", "c.yml"], &[]).stdout);
    assert!(told.contains("note: the data folder data holds content of CNCF distribution"), "{told}");
}

#[test]
fn its_variables_mean_the_same() {
    let files = Files::new();
    let shown = squeezed(&files.effective(
        &[],
        &[
            ("REGISTRY_HTTP_ADDR", ":5000"),
            ("REGISTRY_STORAGE", "filesystem"),
            ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "elsewhere"),
            ("REGISTRY_STORAGE_DELETE_ENABLED", "false"),
            ("REGISTRY_HTTP_SECRET", "s"),
            ("REGISTRY_LOG_LEVEL", "warn"),
            ("REGISTRY_HTTP_DEBUG_ADDR", "localhost:5001"),
        ],
    ));
    for expected in [
        "listen = \"[::]:5000\" # REGISTRY_HTTP_ADDR",
        "data = \"elsewhere\"",
        "deletes = false",
        "level = \"warn\"",
        "admin = \"127.0.0.1:5001\"",
    ] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    for (name, value) in [
        ("REGISTRY_AUTH", "htpasswd"),
        ("REGISTRY_AUTH_HTPASSWD_PATH", "p"),
        ("REGISTRY_STORAGE", "s3"),
        ("REGISTRY_STORAGE_S3_BUCKET", "b"),
        ("REGISTRY_HTTP_TLS_CERTIFICATE", "c"),
        ("REGISTRY_PROXY_REMOTEURL", "https://x/"),
    ] {
        let output = files.run(&["check"], &[(name, value)]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(text(&output.stderr).contains(name), "{}", text(&output.stderr));
    }
}

#[test]
fn it_is_served() {
    let files = Files::new();
    let data = files.0.path().join("data");
    let content = format!("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\n", data.display());
    let file = files.write("config.yml", &format!("{content}http:\n  addr: 127.0.0.1:0\n"));
    let registry = Registry::start_with(&["--config", file.to_str().unwrap()]);
    let mut http = registry.connect();
    assert_eq!(http.send("POST", "/v2/a/blobs/uploads/", &[], b"").unwrap().status, 202);
    // Its default is that nothing can be deleted.
    assert_eq!(http.send("DELETE", "/v2/a/manifests/x", &[], b"").unwrap().status, 405);
    assert!(data.join("metadata.sqlite").exists());
}

/// The same with single blanks.
fn squeezed(shown: &str) -> String {
    let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    shown.lines().map(squeeze).collect::<Vec<_>>().join("\n")
}
