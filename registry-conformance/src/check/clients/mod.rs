//! What real clients send beyond the specification, and what they rely on: one check for each habit.
//!
//! The rows are named R1 to R35 as in the list of habits that this project keeps. Rows that concern token services or
//! TLS have no check here.

mod accept;
mod artifact;
mod list;
mod mount;
mod read;
mod upload;
mod wire;

use super::{Check, Context, Profile, Stop, check};

/// Every row.
pub(super) fn checks() -> Vec<Check> {
    [
        upload::checks(),
        mount::checks(),
        read::checks(),
        accept::checks(),
        artifact::checks(),
        list::checks(),
        wire::checks(),
    ]
    .concat()
}

/// The answers to several requests at once, all of which must be valid.
async fn all<T>(asks: Vec<impl Future<Output = Result<T, Stop>>>) -> Result<Vec<T>, Stop> {
    futures_util::future::join_all(asks).await.into_iter().collect()
}
