//! Downloading blobs.

use crate::{
    Result,
    body::Blobs,
    http::Connection,
    options::{Pull, Way},
    scenario::{Outcome, Unit, clients, connect, fixture, measure_clients},
    size::Size,
};

const REPOSITORY: &str = "bench/pull";

pub(super) fn run(options: &Pull) -> Result<Outcome> {
    let common = &options.common;
    let blobs = Blobs::new(options.size.0)?;
    let blob = blobs.next();
    fixture::push(&mut connect(common)?, REPOSITORY, &blobs, &blob, Way::Put, Size(1))?;
    let path = format!("/v2/{REPOSITORY}/blobs/{}", blob.digest);
    let case = format!("pull {}, {}", options.size, clients(common.clients));
    measure_clients(
        common,
        case,
        Unit::Bytes,
        |_| connect(common),
        |client| get(client, &path, options.size.0),
    )
}

/// Downloads a blob and holds the answer to its length.
pub(super) fn get(from: &mut Connection, path: &str, size: u64) -> Result<u64> {
    let answer = from.request("GET", path, "", b"")?.expect(200, "pulling a blob")?;
    if answer.body != size {
        return Err(format!("a blob of {size} bytes came with {}", answer.body).into());
    }
    Ok(size)
}
