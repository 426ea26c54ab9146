//! Parts of contents: what a download asks for, and where the chunk of an upload belongs.

mod bytes;
mod request;
mod upload;

pub use bytes::ByteRange;
pub use request::RangeRequest;
pub use upload::{UploadRange, upload_range_header};

/// A number of decimal digits and nothing else; larger ones than fit become `u64::MAX`. `None` for anything else.
fn digits(text: &str) -> Option<u64> {
    let all_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| text.parse().unwrap_or(u64::MAX))
}
