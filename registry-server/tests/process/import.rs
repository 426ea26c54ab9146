//! `registry import`, from a folder of CNCF distribution.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use registry_core::{Algorithm, Digest};
use serde_json::Value;

use super::http::Http;
use super::registry::{Registry, command};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn import(from: &Path, to: &Path, further: &[&str]) -> Output {
    let arguments =
        ["import", "--from", "distribution", from.to_str().unwrap(), "--to", to.to_str().unwrap()];
    command().args(arguments).args(further).output().unwrap()
}

/// What it wrote to standard output and to standard error; it must have ended with this code.
fn ended(output: &Output, code: i32) -> (String, String) {
    let [told, said] = [&output.stdout, &output.stderr].map(|text| String::from_utf8(text.clone()).unwrap());
    assert_eq!(output.status.code(), Some(code), "{told}{said}");
    (told, said)
}

fn write(root: &Path, rest: &str, bytes: &str) {
    let path = root.join("docker/registry/v2").join(rest);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn data(digest: &Digest) -> String {
    let hex = digest.encoded();
    format!("blobs/sha256/{}/{hex}/data", &hex[..2])
}

/// An image whose only content is the note, under the tag of that name; the path and the bytes of its manifest.
fn image(root: &Path, note: &str) -> (String, String) {
    let config = Digest::of(Algorithm::Sha256, note.as_bytes());
    let size = note.len();
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{size}}},"layers":[]}}"#
    );
    let digest = Digest::of(Algorithm::Sha256, manifest.as_bytes());
    write(root, &data(&config), note);
    write(root, &data(&digest), &manifest);
    let repository = "repositories/a/b";
    write(root, &format!("{repository}/_layers/sha256/{}/link", config.encoded()), &config.to_string());
    let revision = format!("{repository}/_manifests/revisions/sha256/{}/link", digest.encoded());
    write(root, &revision, &digest.to_string());
    write(root, &format!("{repository}/_manifests/tags/{note}/current/link"), &digest.to_string());
    (format!("/v2/a/b/manifests/{note}"), manifest)
}

fn served(http: &mut Http, images: &[(String, String)]) {
    for (path, manifest) in images {
        let answer = http.send("GET", path, &[], b"").unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, manifest.as_bytes()), "{path}");
        let note = path.rsplit('/').next().unwrap();
        let blob = format!("/v2/a/b/blobs/{}", Digest::of(Algorithm::Sha256, note.as_bytes()));
        assert_eq!(http.send("GET", &blob, &[], b"").unwrap().body, note.as_bytes());
    }
}

#[test]
fn a_folder_is_taken_over_and_what_is_new_later() {
    let folder = tempfile::tempdir().unwrap();
    let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
    let mut images = vec![image(&theirs, "one"), image(&theirs, "two")];
    let (told, said) = ended(&import(&theirs, &ours, &["--dry-run"]), 0);
    assert_eq!(
        told,
        "1 repositories: would take over 2 blobs of 6 bytes, 2 manifests, 2 tags; 0 left out, 0 notes\n"
    );
    assert!(said.is_empty() && !ours.exists(), "{said}");
    // Nothing is left of what it noted meanwhile, whichever way it ends.
    for damaged in [false, true] {
        let scratch = tempfile::tempdir().unwrap();
        if damaged {
            write(&theirs, "repositories/a/b/_manifests/tags/none/current/link", "nothing");
        }
        let mut rehearse = command();
        rehearse.args(["import", "--from", "distribution", theirs.to_str().unwrap(), "--dry-run", "--to"]);
        let output = rehearse.arg(&ours).env("TMPDIR", scratch.path()).output().unwrap();
        ended(&output, if damaged { 6 } else { 0 });
        assert_eq!(scratch.path().read_dir().unwrap().count(), 0);
    }
    std::fs::remove_dir_all(theirs.join("docker/registry/v2/repositories/a/b/_manifests/tags/none")).unwrap();
    let (told, _) = ended(&import(&theirs, &ours, &[]), 0);
    assert_eq!(
        told,
        "1 repositories: took over 2 blobs where they lie (6 bytes), 0 copied (0 bytes), 2 manifests, 2 tags; \
         0 left out, 0 notes\n"
    );
    let one = theirs.join("docker/registry/v2").join(data(&Digest::of(Algorithm::Sha256, b"one")));
    assert_eq!(one.metadata().unwrap().nlink(), 2);
    images.push(image(&theirs, "three"));
    let registry = Registry::start(&ours);
    assert!(ended(&import(&theirs, &ours, &[]), 5).1.contains("served by another process"));
    drop(registry);
    let (told, _) = ended(&import(&theirs, &ours, &["--copy", "-o", "json"]), 0);
    let told: Value = serde_json::from_str(&told).unwrap();
    let expected = r#"{"dry_run":false,"repositories":1,"links":1,"adopted":{"blobs":0,"bytes":0},
        "copied":{"blobs":1,"bytes":5},"manifests":1,"tags":1,"left_out":0,"notes":0}"#;
    assert_eq!(told, serde_json::from_str::<Value>(expected).unwrap());
    std::fs::remove_dir_all(&theirs).unwrap();
    served(&mut Registry::start(&ours).connect(), &images);
}

#[test]
fn what_is_left_out_is_said_and_strictness_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
    let good = image(&theirs, "good");
    image(&theirs, "bad");
    write(&theirs, &data(&Digest::of(Algorithm::Sha256, b"bad")), "bat");
    for further in [&["--dry-run"][..], &["--strict"], &["--strict", "--dry-run", "-o", "json"]] {
        let (_, said) = ended(&import(&theirs, &ours, further), 6);
        assert!(said.contains("left out: a/b, tag bad: it points to sha256:"), "{said}");
        assert!(said.lines().last().unwrap().starts_with("registry: 3 contents would be left out"), "{said}");
        assert!(!ours.exists());
    }
    let (told, said) = ended(&import(&theirs, &ours, &[]), 6);
    assert!(told.ends_with("1 manifests, 1 tags; 3 left out, 0 notes\n"), "{told}");
    assert_eq!(said.lines().count(), 4, "{said}");
    served(&mut Registry::start(&ours).connect(), &[good]);
}

#[test]
fn what_cannot_be_taken_over_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let [absent, empty, ours] = ["absent", "empty", "ours"].map(|name| folder.path().join(name));
    std::fs::create_dir(&empty).unwrap();
    assert!(ended(&import(&absent, &ours, &[]), 3).1.contains("there is no folder"));
    assert!(ended(&import(&empty, &ours, &[]), 3).1.contains("there is no registry of distribution in"));
    let unknown = command().args(["import", "--from", "what", "x", "--to", "y"]).output().unwrap();
    ended(&unknown, 2);
    let bucket = import(Path::new("s3://"), &ours, &[]);
    assert!(ended(&bucket, 2).1.contains("makes no address"));
    assert!(!ours.exists());
}

/// How often an import is killed, each time a little later.
const KILLS: u64 = 40;
const IMAGES: usize = 300;

/// Killed at any point and run once more: everything is here once, and the source is as it was.
#[test]
fn an_import_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
    let images: Vec<_> = (0..IMAGES).map(|number| image(&theirs, &format!("image{number}"))).collect();
    let (mut killed, mut newest) = (0, 0);
    for kill in 0..KILLS {
        // Now used where they lie, and now copied.
        let copied: &[&str] = if kill % 2 == 0 { &["--copy"] } else { &[] };
        let mut running = command()
            .args([
                "import",
                "--from",
                "distribution",
                theirs.to_str().unwrap(),
                "--to",
                ours.to_str().unwrap(),
            ])
            .args(copied)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20 + 15 * kill));
        running.kill().unwrap();
        killed += usize::from(!running.wait().unwrap().success());
        if kill % 8 == 7 {
            // Whatever is here already is whole.
            let log = log(&mut Registry::start(&ours).connect());
            assert!(log.len() >= newest, "something is gone");
            newest = log.len();
        }
    }
    assert!(killed >= 5, "only {killed} of {KILLS} were killed before they had ended");
    let (_, said) = ended(&import(&theirs, &ours, &[]), 0);
    assert_eq!(said, "");
    let registry = Registry::start(&ours);
    let mut http = registry.connect();
    served(&mut http, &images);
    let mut kinds = BTreeMap::new();
    for event in log(&mut http) {
        *kinds.entry(event["type"].as_str().unwrap_or_default().to_owned()).or_insert(0_usize) += 1;
    }
    println!("{killed} of {KILLS} were killed; {kinds:?}");
    assert!(kinds.len() >= 3 && kinds.values().all(|count| *count == IMAGES), "{kinds:?}");
    drop(registry);
    let (told, _) = ended(&import(&theirs, &ours, &["--copy"]), 0);
    let nothing = "took over 0 blobs where they lie (0 bytes), 0 copied (0 bytes), 0 manifests, 0 tags";
    assert!(told.contains(nothing), "{told}");
    // It goes on without the source.
    std::fs::remove_dir_all(&theirs).unwrap();
    served(&mut Registry::start(&ours).connect(), &images);
}

/// The whole log.
fn log(http: &mut Http) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event["seq"].as_u64().unwrap());
        let answer = http.send("GET", &format!("/v2/_registry/events/log?after={after}"), &[], b"").unwrap();
        let text = String::from_utf8(answer.body.clone()).unwrap();
        events.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        if answer.header("link").is_none() {
            return events;
        }
    }
}
