//! Pushing whole small images: what is measured is the bookkeeping of a push.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{
    Result,
    body::{Blob, Blobs},
    http::Connection,
    options::{Image, Way},
    scenario::{Outcome, Unit, clients, connect, fixture, measure_clients},
    size::Size,
};

pub(super) fn run(options: &Image) -> Result<Outcome> {
    let common = &options.common;
    let (layers, configs) = (Blobs::new(options.size.0)?, fixture::configs()?);
    let next = AtomicU64::new(0);
    let case = format!("image of {} layers of {}, {}", options.layers, options.size, clients(common.clients));
    // Each client has a repository of its own, as different people have.
    let client = |index| Ok((connect(common)?, format!("bench/image-{index}")));
    measure_clients(common, case, Unit::Operations, client, |(to, repository)| {
        let mut upload = |blobs: &Blobs| -> Result<(Blob, u64)> {
            let blob = blobs.next();
            ask(to, repository, &blob)?;
            let bytes = fixture::push(to, repository, blobs, &blob, Way::Patch, Size(1))?;
            Ok((blob, bytes))
        };
        let (mut pushed, mut bytes) = (Vec::new(), 0);
        for _ in 0..options.layers {
            let (layer, size) = upload(&layers)?;
            bytes += size;
            pushed.push(layer);
        }
        let (config, size) = upload(&configs)?;
        bytes += size;
        let manifest = fixture::Manifest::new(&config, &pushed, options.size.0);
        let tag = format!("tag-{}", next.fetch_add(1, Ordering::Relaxed));
        fixture::put_manifest(to, repository, &tag, &manifest)?;
        Ok(bytes)
    })
}

/// Clients ask whether a blob is there before they send it; these never are.
fn ask(to: &mut Connection, repository: &str, blob: &Blob) -> Result<()> {
    let path = format!("/v2/{repository}/blobs/{}", blob.digest);
    to.request("HEAD", &path, "", b"")?.expect(404, "asking for a new blob")?;
    Ok(())
}
