//! A thin HTTP/1.1 client: prebuilt request heads, one reused buffer, and answers that are counted rather than kept.

mod connection;
mod decoder;

pub(crate) use connection::{Connection, Reading};
pub(crate) use decoder::Decoder;
