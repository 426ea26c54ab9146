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
    let case = format!(
        "image of {} layers of {}{}, {}",
        options.layers,
        options.size,
        beside(options.tags),
        clients(common.clients)
    );
    // Each client has a repository of its own, as different people have.
    let name = |index| format!("bench/image-{index}");
    if options.tags > 0 {
        for index in 0..common.clients {
            fixture::tagged_image(&mut connect(common)?, &name(index), options.tags)?;
        }
    }
    let client = |index| Ok((connect(common)?, name(index)));
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
        let tag = format!("new-{}", next.fetch_add(1, Ordering::Relaxed));
        fixture::put_manifest(to, repository, &tag, &manifest)?;
        Ok(bytes)
    })
}

/// What the case says of the tags that were there before.
fn beside(tags: u32) -> String {
    match tags {
        0 => String::new(),
        1 => " beside 1 tag".to_owned(),
        _ => format!(" beside {tags} tags"),
    }
}

/// Clients ask whether a blob is there before they send it; these never are.
fn ask(to: &mut Connection, repository: &str, blob: &Blob) -> Result<()> {
    let path = format!("/v2/{repository}/blobs/{}", blob.digest);
    to.request("HEAD", &path, "", b"")?.expect(404, "asking for a new blob")?;
    Ok(())
}
