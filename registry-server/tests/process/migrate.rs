//! `registry migrate`, from one data folder to another, and registries that keep nothing.

use std::path::Path;
use std::process::Output;

use registry_core::{Algorithm, Digest};

use super::http::Http;
use super::registry::{Registry, command};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn migrate(from: &Path, to: &Path, further: &[&str]) -> Output {
    let places = ["migrate", "--from", from.to_str().unwrap(), "--to", to.to_str().unwrap()];
    command().args(places).args(further).output().unwrap()
}

/// What it wrote, which must have ended with this code.
fn ended(output: &Output, code: i32) -> String {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

/// Pushes an image whose only content is the note, and answers the path and the bytes of its manifest.
fn push(http: &mut Http, note: &str) -> (String, String) {
    let config = Digest::of(Algorithm::Sha256, note.as_bytes());
    let path = format!("/v2/a/b/blobs/uploads/?digest={config}");
    assert_eq!(http.send("POST", &path, &[], note.as_bytes()).unwrap().status, 201);
    let size = note.len();
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{size}}},"layers":[]}}"#
    );
    let path = format!("/v2/a/b/manifests/{note}");
    let put = http.send("PUT", &path, &[("Content-Type", MANIFEST)], manifest.as_bytes()).unwrap();
    assert_eq!(put.status, 201);
    (path, manifest)
}

fn served_alike(folder: &Path, images: &[(String, String)]) {
    let registry = Registry::start(folder);
    let mut http = registry.connect();
    for (path, manifest) in images {
        let answer = http.send("GET", path, &[], b"").unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, manifest.as_bytes()), "{path}");
        let note = path.rsplit('/').next().unwrap();
        let blob = format!("/v2/a/b/blobs/{}", Digest::of(Algorithm::Sha256, note.as_bytes()));
        assert_eq!(http.send("GET", &blob, &[], b"").unwrap().body, note.as_bytes());
    }
}

#[test]
fn a_data_folder_is_copied_and_what_is_new_later() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let mut images = Vec::new();
    for (round, note) in ["one", "two", "three"].into_iter().enumerate() {
        let registry = Registry::start(&from);
        images.push(push(&mut registry.connect(), note));
        // Nobody copies what is being served.
        assert!(ended(&migrate(&from, &to, &[]), 5).contains("served by another process"));
        drop(registry);
        let further: &[&str] = if round == 1 { &["--read-back", "--copies", "1"] } else { &[] };
        let told = ended(&migrate(&from, &to, further), 0);
        assert!(told.starts_with("copied 1 blobs, "), "{told}");
    }
    assert!(ended(&migrate(&from, &to, &[]), 0).starts_with("copied 0 blobs, 0 bytes; "));
    served_alike(&to, &images);
}

#[test]
fn what_cannot_be_copied_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let [from, to, empty, absent] = ["from", "to", "empty", "absent"].map(|name| folder.path().join(name));
    std::fs::create_dir(&empty).unwrap();
    for (data, note) in [(&from, "mine"), (&to, "yours")] {
        push(&mut Registry::start(data).connect(), note);
    }
    assert!(ended(&migrate(&from, &to, &[]), 5).contains("differ in event 1"));
    assert!(ended(&migrate(&from, &from, &[]), 2).contains("the same data folder"));
    assert!(ended(&migrate(&absent, &to, &[]), 3).contains("there is no"));
    assert!(ended(&migrate(&empty, &to, &[]), 3).contains("there is no registry"));
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[storage]\ndato = 1\n").unwrap();
    assert!(ended(&migrate(&from, &config, &[]), 2).contains("did you mean `data`"));
    // A blob of the source that is gone.
    let mut blobs = walk(&from.join("blobs")).into_iter();
    let blob = blobs.rfind(|path| std::fs::metadata(path).unwrap().len() == 4).unwrap();
    std::fs::remove_file(blob).unwrap();
    assert!(ended(&migrate(&from, &empty, &[]), 6).contains("missing or damaged"));
}

/// All files below a folder.
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_registry_in_memory_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let memory = ["--set", "storage.blobs=memory", "--set", "storage.metadata=memory"];
    let arguments = ["--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let registry = Registry::start_with(&[&arguments[..], &memory].concat());
    let mut http = registry.connect();
    let (path, manifest) = push(&mut http, "one");
    assert_eq!(http.send("GET", &path, &[], b"").unwrap().body, manifest.as_bytes());
    assert!(!data.exists());
}
