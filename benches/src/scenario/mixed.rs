//! Many pushes and many pulls at once: what is measured above all is the server's memory.

use crate::{
    Result,
    body::Blobs,
    options::{Mixed, Way},
    scenario::{Outcome, Unit, connect, fixture, measure_clients, pull},
    size::Size,
};

const REPOSITORY: &str = "bench/mixed";

pub(super) fn run(options: &Mixed) -> Result<Outcome> {
    let common = &options.common;
    let blobs = Blobs::new(options.size.0)?;
    let pulled = blobs.next();
    fixture::push(&mut connect(common)?, REPOSITORY, &blobs, &pulled, Way::Put, Size(1))?;
    let path = format!("/v2/{REPOSITORY}/blobs/{}", pulled.digest);
    let half = common.clients.div_ceil(2);
    let case = format!("{half} pushes and {} pulls of {} at once", common.clients - half, options.size);
    let client = |index| Ok((connect(common)?, index < half));
    measure_clients(common, case, Unit::Bytes, client, |(connection, pushes)| {
        if *pushes {
            let blob = blobs.next();
            fixture::push(connection, REPOSITORY, &blobs, &blob, Way::Patch, Size(1))
        } else {
            pull::get(connection, &path, options.size.0)
        }
    })
}
