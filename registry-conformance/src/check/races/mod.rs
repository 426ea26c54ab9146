//! Many clients at once: nothing is lost, nothing is mixed up, and of those that expect the same one wins.

mod blobs;
mod conditions;
mod deletes;
mod overwriting;
mod tags;

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::{Check, Stop};
use crate::client::Response;

/// How many write at once.
const WRITERS: usize = 32;

/// Every race.
pub(super) fn checks() -> Vec<Check> {
    [blobs::checks(), tags::checks(), conditions::checks(), deletes::checks(), overwriting::checks()].concat()
}

/// What all of these answer, asked at once.
async fn at_once<T>(
    asks: impl Iterator<Item = impl Future<Output = Result<T, Stop>>>,
) -> Result<Vec<T>, Stop> {
    join_all(asks).await.into_iter().collect()
}

/// How often each status was answered.
fn statuses(responses: &[Response]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for response in responses {
        *counts.entry(response.status).or_default() += 1;
    }
    counts
}

/// An answer with a status that must not be.
fn other_than<'a>(responses: &'a [Response], statuses: &[u16]) -> Option<&'a Response> {
    responses.iter().find(|response| !statuses.contains(&response.status))
}
