//! Uploading blobs.

use crate::{
    Result,
    body::Blobs,
    options::{Push, Way},
    scenario::{Outcome, Unit, clients, connect, fixture, measure_clients},
};

const REPOSITORY: &str = "bench/push";

pub(super) fn run(options: &Push) -> Result<Outcome> {
    let common = &options.common;
    let blobs = Blobs::new(options.size.0)?;
    let way = match options.way {
        Way::Patch => "PATCH then PUT".to_owned(),
        Way::Put => "one PUT".to_owned(),
        Way::Chunks => format!("chunks of {}", options.chunk),
    };
    let case = format!("push {} ({way}), {}", options.size, clients(common.clients));
    measure_clients(
        common,
        case,
        Unit::Bytes,
        |_| connect(common),
        |client| {
            let blob = blobs.next();
            fixture::push(client, REPOSITORY, &blobs, &blob, options.way, options.chunk)
        },
    )
}
