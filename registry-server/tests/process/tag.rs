//! `registry tag`, against a running server and in a data folder at rest.

use std::process::Output;

use registry_core::{Algorithm, Digest};
use serde_json::Value;

use super::registry::{Registry, command};

fn tag(arguments: &[&str]) -> Output {
    command().arg("tag").args(arguments).output().unwrap()
}

/// What a command wrote, which must have succeeded.
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A command must have failed with this code and these words.
fn failed(output: &Output, code: i32, words: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(words), "{text}");
    assert!(output.stdout.is_empty());
}

/// Pushes two manifests under one tag and answers their digests.
fn push(registry: &Registry) -> [String; 2] {
    let mut http = registry.connect();
    let config = Digest::of(Algorithm::Sha256, b"{}");
    let path = format!("/v2/a/b/blobs/uploads/?digest={config}");
    assert_eq!(http.send("POST", &path, &[], b"{}").unwrap().status, 201);
    ["one", "two"].map(|label| {
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":2}},"layers":[],"annotations":{{"label":"{label}"}}}}"#
        );
        let kind = [("Content-Type", "application/vnd.oci.image.manifest.v1+json")];
        let answer = http.send("PUT", "/v2/a/b/manifests/latest", &kind, manifest.as_bytes()).unwrap();
        assert_eq!(answer.status, 201);
        answer.header("docker-content-digest").unwrap().to_owned()
    })
}

/// Everything that holds in both places.
fn check(place: [&str; 2], [one, two]: &[String; 2]) {
    let run = |arguments: &[&str]| tag(&[arguments, &place].concat());
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&done(&run(&[arguments, &["-o", "json"]].concat()))).unwrap()
    };
    let history = json(&["history", "a/b"]);
    assert_eq!((&history["name"], &history["tag"]), (&"a/b".into(), &"latest".into()));
    let entries = history["history"].as_array().unwrap().clone();
    assert_eq!(
        (&entries[0]["digest"], &entries[0]["previous"]),
        (&Value::from(&**two), &Value::from(&**one))
    );
    let (first, seq) = (entries.last().unwrap(), entries.last().unwrap()["seq"].to_string());
    assert_eq!(json(&["history", "a/b:latest", "-n", "1"])["history"], Value::from(entries[..1].to_vec()));
    let table = done(&run(&["history", "a/b"]));
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["SEQ", "TIME", "CAUSE", "ACTOR", "DIGEST", "BEFORE"]
    );
    assert!(lines.next().unwrap().contains(&**two));

    let time = first["time"].as_str().unwrap();
    for point in [["--to", one], ["--at", time], ["--seq", &*seq]] {
        assert_eq!(json(&[&["restore", "a/b:latest"][..], &point].concat())["digest"], **one);
        assert_eq!(json(&["history", "a/b"])["history"][0]["cause"], "restore");
        let text = done(&run(&["restore", "a/b:latest", "--to", two]));
        assert_eq!(text, format!("a/b:latest points to {two}\n"));
    }
    failed(&run(&["restore", "a/b:latest", "--to", one, "--expect", one]), 5, "");
    done(&run(&["restore", "a/b:latest", "--to", two, "--expect", two]));
    failed(&run(&["history", "a/b:other"]), 3, "other");
    failed(&run(&["history", "nobody"]), 3, "latest");
    failed(&run(&["restore", "a/b:latest", "--seq", "1"]), 3, "pointed to nothing then");
    failed(&run(&["restore", "a/b:latest", "--at", "@9999w"]), 3, "pointed to nothing then");
    failed(&run(&["restore", "a/b:latest", "--at", "yesterday"]), 2, "yesterday");
    failed(&run(&["restore", "a/b", "--to", one]), 2, "NAME:TAG");
    failed(&run(&["restore", "a/b:latest"]), 2, "--to");
    failed(&run(&["history", "A"]), 2, "invalid repository name");
}

#[test]
fn history_and_restore_on_a_server_and_at_rest() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::start(folder.path());
    let digests = push(&registry);
    let url = format!("http://{}", registry.address);
    check(["--server", &url], &digests);
    let data = folder.path().to_str().unwrap();
    failed(&tag(&["history", "a/b", "--data", data]), 5, "is being served");
    registry.kill();
    check(["--data", data], &digests);
    failed(&tag(&["history", "a/b", "--server", &url]), 7, "");
    failed(&tag(&["history", "a/b"]), 2, "--server");
    failed(&tag(&["history", "a/b", "--server", "registry"]), 2, "--server takes a URL");
    let nothing = folder.path().join("nothing");
    failed(&tag(&["history", "a/b", "--data", nothing.to_str().unwrap()]), 3, "there is no registry");
    assert!(!nothing.exists(), "a look makes nothing");
}

#[test]
fn a_password_is_read_from_a_file_and_sent_to_the_server_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "canary\n").unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let mut stream = listener.accept().unwrap().0;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8(head).unwrap()
    });
    let password = ["--user", "alice", "--password-file", file.to_str().unwrap()];
    let output = tag(&[&["history", "a/b", "--server", &url][..], &password].concat());
    failed(&output, 4, "401");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("canary"));
    // alice:canary
    assert!(server.join().unwrap().to_ascii_lowercase().contains("authorization: basic ywxpy2u6y2fuyxj5"));
}
