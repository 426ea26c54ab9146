//! What is in the registry before the exchange begins, pushed by the plainest requests there are.

use std::net::SocketAddr;

use serde_json::Value;

use crate::script::{Contents, Given, Held};
use crate::wire::Connection;

pub(crate) fn put(address: SocketAddr, given: &[Given], contents: &Contents) -> Result<(), String> {
    let mut connection = Connection::to(address).map_err(|error| error.to_string())?;
    for Given { repository, what } in given {
        match what {
            Held::Contents(names) => {
                for name in names {
                    let bytes = contents.bytes(name)?;
                    let digest = contents.replace(&format!("{{{name}}}"))?;
                    match media_type(bytes) {
                        Some(kind) => manifest(&mut connection, repository, &digest, &kind, bytes)?,
                        None => blob(&mut connection, repository, &digest, bytes)?,
                    }
                }
            }
            Held::Tags(tags, name) => {
                let bytes = contents.bytes(name)?;
                let kind = media_type(bytes).ok_or_else(|| format!("{name} is no manifest"))?;
                for tag in tags {
                    manifest(&mut connection, repository, tag, &kind, bytes)?;
                }
            }
        }
    }
    Ok(())
}

/// The media type of a manifest; nothing else says `schemaVersion`.
fn media_type(bytes: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(bytes).ok()?;
    json.get("schemaVersion")?;
    let kind = json.get("mediaType").and_then(Value::as_str);
    let plain = if json.get("manifests").is_some() { "index" } else { "manifest" };
    Some(kind.map_or_else(|| format!("application/vnd.oci.image.{plain}.v1+json"), str::to_owned))
}

fn blob(connection: &mut Connection, repository: &str, digest: &str, bytes: &[u8]) -> Result<(), String> {
    let target = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
    send(connection, "POST", &target, "application/octet-stream", bytes)
}

fn manifest(
    connection: &mut Connection,
    repository: &str,
    reference: &str,
    kind: &str,
    bytes: &[u8],
) -> Result<(), String> {
    send(connection, "PUT", &format!("/v2/{repository}/manifests/{reference}"), kind, bytes)
}

fn send(
    connection: &mut Connection,
    method: &str,
    target: &str,
    kind: &str,
    bytes: &[u8],
) -> Result<(), String> {
    let length = bytes.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: registry\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    let answer = connection
        .send(method, &[head.as_bytes(), bytes].concat(), false)
        .and_then(|()| connection.read())
        .map_err(|error| format!("given {target}: {error}"))?;
    if answer.status == 201 {
        return Ok(());
    }
    Err(format!("given {target}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)))
}
