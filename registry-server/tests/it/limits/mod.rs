//! How much a client may take up, and what it is told when that is too much.

mod body;
mod change;
mod connections;
mod head;
mod http2;
mod overload;

use std::time::{Duration, Instant};

/// Long enough that a test fails when it is waited for, short beside the limits of a server that nobody set.
const SOON: Duration = Duration::from_secs(15);

/// A limit that a test waits for.
const SHORT: Duration = Duration::from_secs(1);

/// Fails when something that a limit of [`SHORT`] ends was ended before that, or by something else.
fn took_short(begun: Instant) {
    let took = begun.elapsed();
    assert!((SHORT..SOON).contains(&took), "{took:?}");
}
