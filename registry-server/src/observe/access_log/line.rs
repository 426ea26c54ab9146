//! One line of the access log, written straight into a buffer: a busy server writes one for every request.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use registry_core::Timestamp;

use super::{AccessLog, LineFormat};
use crate::observe::Finished;
use crate::observe::escaped::Escaped;

/// Where lines are made, one after the other.
#[derive(Default)]
pub(super) struct Scratch {
    line: Vec<u8>,
    clock: Clock,
}

impl Scratch {
    /// The line of a request, with its end.
    pub(super) fn line(&mut self, format: LineFormat, request: &Finished<'_>) -> &[u8] {
        self.line.clear();
        let mut line = Line { out: &mut self.line, format };
        line.begin(&mut self.clock, request.began + request.duration);
        line.quoted("request_id", request.id.as_bytes());
        line.plain("trace_id", &request.trace.trace_id_digits());
        line.remote(request.remote);
        line.escaped("actor", request.actor.map(|actor| actor.as_str().as_bytes()), 256);
        line.escaped("method", Some(request.method.as_str().as_bytes()), 32);
        line.quoted("handler", request.handler.as_bytes());
        line.escaped("path", Some(request.path.as_bytes()), 512);
        line.number("status", request.status.map_or(0, |status| status.as_u16().into()));
        line.plain("code", request.code.map_or("-", |code| code.as_str()).as_bytes());
        line.number("bytes_in", request.bytes_in);
        line.number("bytes_out", request.bytes_out);
        line.bare("complete", if request.complete { b"true" } else { b"false" });
        line.milliseconds(request.duration);
        line.escaped("user_agent", request.user_agent.map(http::HeaderValue::as_bytes), 256);
        line.end();
        &self.line
    }
}

struct Line<'a> {
    out: &'a mut Vec<u8>,
    format: LineFormat,
}

impl Line<'_> {
    fn begin(&mut self, clock: &mut Clock, at: SystemTime) {
        match self.format {
            LineFormat::Text => {
                clock.write(self.out, at);
                self.put(b"  INFO ");
                self.put(AccessLog::TARGET.as_bytes());
                self.put(b":");
            }
            LineFormat::Json => {
                self.put(b"{\"timestamp\":\"");
                clock.write(self.out, at);
                self.put(b"\",\"level\":\"INFO\"");
            }
        }
    }

    fn end(&mut self) {
        if self.format == LineFormat::Json {
            self.put(b",\"target\":\"");
            self.put(AccessLog::TARGET.as_bytes());
            self.put(b"\"}");
        }
        self.put(b"\n");
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn key(&mut self, key: &str) {
        let (before, after): (&[u8], &[u8]) = match self.format {
            LineFormat::Text => (b" ", b"="),
            LineFormat::Json => (b",\"", b"\":"),
        };
        self.put(before);
        self.put(key.as_bytes());
        self.put(after);
    }

    /// What needs no quotes in either form.
    fn bare(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        self.put(value);
    }

    /// Words of ours, in quotes in either form.
    fn quoted(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        self.put(b"\"");
        self.put(value);
        self.put(b"\"");
    }

    /// Words of ours, in quotes where the form asks for them.
    fn plain(&mut self, key: &str, value: &[u8]) {
        match self.format {
            LineFormat::Text => self.bare(key, value),
            LineFormat::Json => self.quoted(key, value),
        }
    }

    /// What a stranger may have written.
    fn escaped(&mut self, key: &str, value: Option<&[u8]>, max: usize) {
        let Some(value) = value else { return self.plain(key, b"-") };
        self.key(key);
        let (quote, backslash): (&[u8], &[u8]) = match self.format {
            LineFormat::Text => (b"", b"\\"),
            LineFormat::Json => (b"\"", b"\\\\"),
        };
        self.put(quote);
        Escaped::new(value, max).append_to(self.out, backslash);
        self.put(quote);
    }

    fn number(&mut self, key: &str, number: u64) {
        self.key(key);
        decimal(self.out, number, 1);
    }

    fn remote(&mut self, remote: Option<SocketAddr>) {
        let quote: &[u8] = if self.format == LineFormat::Json { b"\"" } else { b"" };
        self.key("remote");
        self.put(quote);
        match remote {
            None => self.put(b"-"),
            Some(SocketAddr::V4(remote)) => {
                for (index, octet) in remote.ip().octets().into_iter().enumerate() {
                    self.put(if index == 0 { b"" } else { b"." });
                    decimal(self.out, octet.into(), 1);
                }
                self.put(b":");
                decimal(self.out, remote.port().into(), 1);
            }
            // Writing to memory does not fail.
            Some(remote) => drop(write!(self.out, "{remote}")),
        }
        self.put(quote);
    }

    /// With three digits behind the point, but for zeros at the end.
    fn milliseconds(&mut self, duration: Duration) {
        let micros = u64::try_from((duration.as_nanos() + 500) / 1000).unwrap_or(u64::MAX);
        self.number("milliseconds", micros / 1000);
        self.put(b".");
        let (mut rest, mut digits) = (micros % 1000, 3);
        while digits > 1 && rest.is_multiple_of(10) {
            (rest, digits) = (rest / 10, digits - 1);
        }
        decimal(self.out, rest, digits);
    }
}

/// A number with at least so many digits.
fn decimal(out: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while number > 0 {
        at -= 1;
        digits[at] += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    out.extend_from_slice(&digits[at.min(digits.len() - least)..]);
}

/// Writes points in time, and remembers how the last second is written.
#[derive(Default)]
struct Clock {
    second: u64,
    written: String,
}

impl Clock {
    /// In UTC, with microseconds.
    fn write(&mut self, out: &mut Vec<u8>, at: SystemTime) {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != since.as_secs() || self.written.is_empty() {
            self.second = since.as_secs();
            self.written = Timestamp::from_micros(self.second.saturating_mul(1_000_000)).to_string();
        }
        let whole = self.written.split('.').next().unwrap_or_default();
        out.extend_from_slice(whole.as_bytes());
        out.push(b'.');
        decimal(out, since.subsec_micros().into(), 6);
        out.push(b'Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_are_read() {
        for (number, least, written) in [
            (0, 1, "0"),
            (0, 3, "000"),
            (7, 1, "7"),
            (42, 6, "000042"),
            (u64::MAX, 1, "18446744073709551615"),
        ] {
            let mut out = Vec::new();
            decimal(&mut out, number, least);
            assert_eq!(out, written.as_bytes());
        }
    }

    #[test]
    fn milliseconds_are_written_as_numbers_with_a_fraction_are() {
        for nanos in
            [0, 499, 500, 999_499, 999_500, 1_000_000, 1_500_000, 12_345_678, 100_020_000, 86_400_000_000_001]
        {
            let duration = Duration::from_nanos(nanos);
            let mut out = Vec::new();
            Line { out: &mut out, format: LineFormat::Text }.milliseconds(duration);
            let expected = (duration.as_secs_f64() * 1e6).round() / 1e3;
            assert_eq!(String::from_utf8(out).unwrap(), format!(" milliseconds={expected:?}"));
        }
    }

    #[test]
    fn the_clock_goes_on() {
        let mut clock = Clock::default();
        for micros in
            [0, 1, 999_999, 1_000_000, 1_763_734_911_204_512, 1_763_734_911_204_513, 1_763_734_912_000_000]
        {
            let mut out = Vec::new();
            clock.write(&mut out, UNIX_EPOCH + Duration::from_micros(micros));
            assert_eq!(String::from_utf8(out).unwrap(), Timestamp::from_micros(micros).to_string());
        }
    }
}
