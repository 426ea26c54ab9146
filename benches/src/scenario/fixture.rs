//! Content that a scenario needs in the registry, and the requests that bring it there.

use std::io::Write;

use crate::{
    Result,
    body::{Blob, Blobs},
    http::Connection,
    options::Way,
    size::Size,
};

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// The least size of a config blob here; its content is noise, which a registry must not mind.
const CONFIG_SIZE: u64 = 256;

/// A manifest with its digest.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: String,
}

impl Manifest {
    /// An OCI image manifest over blobs of known sizes.
    pub(super) fn new(config: &Blob, layers: &[Blob], layer_size: u64) -> Self {
        use sha2::{Digest, Sha256};

        let descriptor = |media_type: &str, digest: &str, size: u64| {
            format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#)
        };
        let layers: Vec<String> = layers
            .iter()
            .map(|layer| {
                let kind = "application/vnd.oci.image.layer.v1.tar+gzip";
                descriptor(kind, &layer.digest, layer_size)
            })
            .collect();
        let kind = "application/vnd.oci.image.config.v1+json";
        let bytes = format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST_TYPE}","config":{},"layers":[{}]}}"#,
            descriptor(kind, &config.digest, CONFIG_SIZE),
            layers.join(",")
        )
        .into_bytes();
        let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { bytes, digest: format!("sha256:{hex}") }
    }
}

/// Config blobs, whose content nobody reads.
pub(super) fn configs() -> Result<Blobs> {
    Blobs::new(CONFIG_SIZE)
}

/// Uploads one blob in the given way and returns its size.
pub(super) fn push(
    to: &mut Connection,
    repository: &str,
    blobs: &Blobs,
    blob: &Blob,
    way: Way,
    chunk: Size,
) -> Result<u64> {
    let path = format!("/v2/{repository}/blobs/uploads/");
    let answer = to.request("POST", &path, "Content-Length: 0\r\n", b"")?;
    let mut session = answer.expect(202, "starting an upload")?.location.ok_or("no Location")?;
    let size = blobs.size();
    match way {
        Way::Put => {
            let path = with_digest(&session, blob);
            let headers = format!("Content-Type: application/octet-stream\r\nContent-Length: {size}\r\n");
            let head = to.head("PUT", &path, &headers);
            to.exchange(false, |stream| send(stream, head, blobs, blob, 0..size))?
                .expect(201, "uploading at once")?;
            return Ok(size);
        }
        Way::Patch => {
            let head = to.head("PATCH", &session, "Transfer-Encoding: chunked\r\n");
            let answer = to.exchange(false, |stream| {
                stream.write_all(&head)?;
                blobs.write_chunked(blob, stream)
            })?;
            session = answer.expect(202, "uploading")?.location.ok_or("no Location")?;
        }
        Way::Chunks => {
            for from in (0..size).step_by(usize::try_from(chunk.0.max(1))?) {
                let to_byte = size.min(from + chunk.0);
                let (last, length) = (to_byte - 1, to_byte - from);
                let headers = format!(
                    "Content-Type: application/octet-stream\r\nContent-Range: {from}-{last}\r\nContent-Length: {length}\r\n"
                );
                let head = to.head("PATCH", &session, &headers);
                let answer = to.exchange(false, |stream| send(stream, head, blobs, blob, from..to_byte))?;
                session = answer.expect(202, "uploading a chunk")?.location.ok_or("no Location")?;
            }
        }
    }
    to.request("PUT", &with_digest(&session, blob), "Content-Length: 0\r\n", b"")?
        .expect(201, "finishing an upload")?;
    Ok(size)
}

/// Head and a small body go out in one write, as every client's buffered writer does.
fn send(
    stream: &mut std::net::TcpStream,
    mut head: Vec<u8>,
    blobs: &Blobs,
    blob: &Blob,
    range: std::ops::Range<u64>,
) -> std::io::Result<()> {
    if range.end - range.start <= 64 * 1024 {
        blobs.write(blob, range, &mut head)?;
        return stream.write_all(&head);
    }
    stream.write_all(&head)?;
    blobs.write(blob, range, stream)
}

/// Puts a manifest under a tag or its digest.
pub(super) fn put_manifest(
    to: &mut Connection,
    repository: &str,
    reference: &str,
    manifest: &Manifest,
) -> Result<()> {
    let path = format!("/v2/{repository}/manifests/{reference}");
    let length = manifest.bytes.len();
    let headers = format!("Content-Type: {MANIFEST_TYPE}\r\nContent-Length: {length}\r\n");
    to.request("PUT", &path, &headers, &manifest.bytes)?.expect(201, "putting a manifest")?;
    Ok(())
}

/// Fills a repository with an image of two layers of 4 KiB and that many tags on it, `tag-00000000` and so on; returns the
/// manifest and one of the layers.
pub(super) fn tagged_image(to: &mut Connection, repository: &str, tags: u32) -> Result<(Manifest, Blob)> {
    let (layers, configs) = (Blobs::new(4096)?, configs()?);
    let (config, first, second) = (configs.next(), layers.next(), layers.next());
    push(to, repository, &configs, &config, Way::Put, Size(1))?;
    push(to, repository, &layers, &first, Way::Put, Size(1))?;
    push(to, repository, &layers, &second, Way::Put, Size(1))?;
    let manifest = Manifest::new(&config, &[first.clone(), second], layers.size());
    for number in 0..tags {
        put_manifest(to, repository, &tag(number), &manifest)?;
    }
    Ok((manifest, first))
}

pub(super) fn tag(number: u32) -> String {
    format!("tag-{number:08}")
}

/// Where the last request of an upload goes; servers put their own parameters into the location.
fn with_digest(session: &str, blob: &Blob) -> String {
    let sign = if session.contains('?') { '&' } else { '?' };
    format!("{session}{sign}digest={}", blob.digest)
}
