//! `registry check` tells whether `registry serve` would start, and leaves nothing behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use super::super::registry::Registry;
use super::{Files, text};

#[test]
fn what_is_in_order_ends_with_0_and_leaves_nothing_behind() {
    let files = Files::new();
    let output = files.run(&["check", "--listen", "127.0.0.1:0", "--data", "deep/er/data"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = "ok: the data folder deep/er/data can be written to\nthe configuration is in order\n";
    assert_eq!(text(&output.stdout), told);
    assert_eq!(std::fs::read_dir(files.0.path()).unwrap().count(), 0);
}

#[test]
fn what_would_keep_a_server_from_starting_is_told_all_at_once() {
    let files = Files::new();
    files.write("file", "a file where a folder is wanted");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let admin = format!("http.admin={address}");
    let arguments = ["check", "--listen", "0.0.0.0:0", "--data", "file/data", "--set", &admin];
    let output = files.run(&arguments, &[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for expected in
        ["--allow-everyone", "cannot use the data folder file/data", &format!("cannot listen on {address}")]
    {
        assert!(told.contains(expected), "{expected} is not in {told}");
    }
    assert!(told.lines().all(|line| line.starts_with("registry: ")), "{told}");
}

#[test]
fn a_webhook_that_cannot_be_used_is_told() {
    let files = Files::new();
    files.write("no.pem", "no certificate");
    for (line, expected) in [
        ("ca_file = \"absent.pem\"", "c.toml:4:11: cannot read absent.pem: No such file"),
        ("ca_file = \"no.pem\"", "webhook one: the authorities are no certificates in PEM"),
        (
            "kinds = [\"tag_set\", \"tag_sett\"]",
            "c.toml:4:21: there is no kind of event called \"tag_sett\": did you mean `tag_set`?",
        ),
        ("kinds = [\"pushes\"]", "c.toml:4:10: there is no kind of event called \"pushes\": write one of"),
        ("repositories = [\"a/**\", \"Team/*\"]", "c.toml:4:25: no repository has a name like \"Team/*\""),
        ("repositories = [\"\"]", "c.toml:4:17: no repository has a name like \"\""),
        ("headers = { \"X y\" = \"z\" }", "c.toml:4:13: \"X y\" is not the name of a header"),
        ("headers = { X-Y = \"z\\u0001\" }", "c.toml:4:11: the value of `X-Y` cannot be that of a header"),
        ("authorization = \"Bearer \\n\"", "c.toml:4:17: this cannot be the value of a header"),
        ("secret = \"whsec_!\"", "c.toml:4:10: behind whsec_ stands no Base64"),
        ("secret_file = \"absent\"", "c.toml:4:15: cannot read the secret from absent: No such file"),
    ] {
        files.write(
            "c.toml",
            &format!("[[webhooks]]\nname = \"one\"\nurl = \"https://127.0.0.1:1/\"\n{line}\n"),
        );
        for verb in ["check", "serve"] {
            let arguments = [verb, "--listen", "127.0.0.1:0", "--data", "data", "--config", "c.toml"];
            let output = files.run(&arguments, &[]);
            let told = text(&output.stderr);
            assert!(output.status.code() == Some(2) && told.contains(expected), "{verb} {line}: {told}");
        }
    }
}

#[test]
fn a_running_registry_is_no_problem_and_is_not_disturbed() {
    let files = Files::new();
    let data = files.0.path().join("data");
    let registry = Registry::start(&data);
    let address = registry.address.to_string();
    let output = files.run(&["check", "--listen", &address, "--data", "data"], &[]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", text(&output.stderr));
    assert!(told.contains("note: the data folder data is being served by another process"), "{told}");
    assert!(told.contains(&format!("note: cannot listen on {address}")), "{told}");
    assert_eq!(registry.connect().send("GET", "/v2/", &[], b"").unwrap().status, 200);
}

/// A service that refuses everything in this way, for as long as the process lives.
fn refusing(status: &'static str, code: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = refuse(&stream.unwrap(), status, code);
        }
    });
    address
}

fn refuse(mut stream: &TcpStream, status: &str, code: &str) -> std::io::Result<()> {
    let (mut reader, mut length) = (BufReader::new(stream), 0);
    for line in reader.by_ref().lines() {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        length = line.strip_prefix("content-length: ").map_or(length, |text| text.parse().unwrap());
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let body = format!("<Error><Code>{code}</Code><Message>said</Message></Error>");
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())
}

#[test]
fn a_bucket_that_cannot_be_used_is_told_with_what_to_do() {
    let files = Files::new();
    for (status, code, expected) in [
        ("403 Forbidden", "RequestTimeTooSkewed", "the clocks of this machine and of the service differ"),
        ("403 Forbidden", "InvalidAccessKeyId", "the service does not know `s3.access_key`"),
        ("403 Forbidden", "SignatureDoesNotMatch", "look at `s3.secret_key`"),
        ("403 Forbidden", "AccessDenied", "the credentials need s3:GetObject"),
        ("404 Not Found", "NoSuchBucket", "create it, or look at `s3.bucket`"),
    ] {
        let endpoint = format!("http://{}", refusing(status, code));
        let variables = [
            ("REGISTRY_STORAGE_BLOBS", "s3"),
            ("REGISTRY_S3_BUCKET", "images"),
            ("REGISTRY_S3_ENDPOINT", endpoint.as_str()),
            ("REGISTRY_S3_ACCESS_KEY", "someone"),
            ("REGISTRY_S3_SECRET_KEY", "hunter2"),
        ];
        let output = files.run(&["check", "--listen", "127.0.0.1:0"], &variables);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{told}");
        assert!(told.contains("cannot use the bucket") && told.contains(expected), "{code}: {told}");
        assert!(told.lines().count() == 1 && !told.contains("hunter2"), "{told}");
        let output = files.run(&["check", "--listen", "127.0.0.1:0", "--offline"], &variables);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}
