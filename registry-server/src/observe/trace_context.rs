//! W3C Trace Context: <https://www.w3.org/TR/trace-context/>.

use std::fmt;

use http::HeaderMap;

use super::hex;
use super::random::random;
use crate::header::{TRACEPARENT, only};

/// Where a request stands in a trace over several programs.
///
/// The trace is the one that `traceparent` names, or a new one where the header is absent, given twice, malformed, or
/// says nothing but zeros; the span is always new.
///
/// ```text
/// traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
///              version  trace id                   parent span     flags
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TraceContext {
    /// The whole trace; never 0.
    pub trace_id: u128,
    /// This request's own part of it; never 0.
    pub span_id: u64,
    /// The part of the client that caused the request, where it said so; never 0.
    pub parent_id: Option<u64>,
    /// Whether the client records the trace; yes for a trace that begins here.
    pub sampled: bool,
}

impl TraceContext {
    /// The place of a request with these headers.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let span_id = random().max(1);
        match only(headers, TRACEPARENT).and_then(parse) {
            Some((trace_id, parent, sampled)) => Self { trace_id, span_id, parent_id: Some(parent), sampled },
            None => {
                let trace_id = (u128::from(random()) << 64) | u128::from(random().max(1));
                Self { trace_id, span_id, parent_id: None, sampled: true }
            }
        }
    }

    /// The trace id as 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> impl fmt::Display + use<> {
        Hex::<32>(self.trace_id)
    }

    /// The same as bytes.
    pub(super) fn trace_id_digits(&self) -> [u8; 32] {
        hex::digits(self.trace_id)
    }

    /// The span id as 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> impl fmt::Display + use<> {
        Hex::<16>(self.span_id.into())
    }
}

struct Hex<const DIGITS: usize>(u128);

impl<const DIGITS: usize> fmt::Display for Hex<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&hex::digits::<DIGITS>(self.0)).unwrap_or_default())
    }
}

/// Trace id, parent span and the flag "sampled". A later version may add fields behind those that are known.
fn parse(text: &str) -> Option<(u128, u64, bool)> {
    let (known, rest) = text.split_at_checked(55)?;
    let mut fields = known.split('-');
    let version = hex(fields.next()?, 2)?;
    let trace_id = hex(fields.next()?, 32)?;
    let parent = u64::try_from(hex(fields.next()?, 16)?).ok()?;
    let flags = hex(fields.next()?, 2)?;
    let ends_well = if version == 0 { rest.is_empty() } else { rest.is_empty() || rest.starts_with('-') };
    let valid = fields.next().is_none() && ends_well && version != 0xff && trace_id != 0 && parent != 0;
    valid.then_some((trace_id, parent, flags & 1 == 1))
}

/// A number of exactly so many lower-case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let plain = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    plain.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}
