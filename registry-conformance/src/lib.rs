#![doc = include_str!("../README.md")]
// A failure says much about one exchange. They are rare, and a box would be in the way of every `?`.
#![allow(clippy::result_large_err)]

mod check;
mod client;
mod error;
mod report;
mod suite;

pub use check::{Check, Profile};
pub use error::{Error, Result};
pub use report::{Outcome, Report, ReportEntry};
pub use suite::{Suite, checks};
