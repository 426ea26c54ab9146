//! Points in time as text (RFC 3339, section 5.6).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Timestamp;
use crate::error::excerpt;
use crate::{Error, Result};

const SECONDS_OF_DAY: i64 = 86_400;

impl fmt::Display for Timestamp {
    /// In UTC, with microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// A date and a time with `Z` or an offset. What is finer than a microsecond is cut off, and a leap second is the
    /// second behind it.
    ///
    /// # Errors
    /// [`Error::InvalidTimestamp`] when the text is anything else, or lies before 1970.
    fn from_str(text: &str) -> Result<Self> {
        parse(text).map_err(|reason| Error::InvalidTimestamp { input: excerpt(text), reason })
    }
}

impl Timestamp {
    /// A point in time as people give it: [as RFC 3339 has it](Self::from_str), or `@` and how long before `now`, in
    /// weeks, days, hours, minutes and seconds.
    ///
    /// ```
    /// use registry_core::Timestamp;
    ///
    /// let now: Timestamp = "2026-01-02T12:00:00Z".parse()?;
    /// assert_eq!(Timestamp::parse_near("@1d2h", now)?.to_string(), "2026-01-01T10:00:00.000000Z");
    /// assert_eq!(Timestamp::parse_near("2026-01-01T00:00:00Z", now)?.to_string(), "2026-01-01T00:00:00.000000Z");
    /// # Ok::<(), registry_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidTimestamp`] for anything else.
    pub fn parse_near(text: &str, now: Self) -> Result<Self> {
        let Some(span) = text.strip_prefix('@') else { return text.parse() };
        let reason = "after @ come numbers with w, d, h, m or s behind each, such as @1h30m";
        let seconds = ago(span).ok_or_else(|| Error::InvalidTimestamp { input: excerpt(text), reason })?;
        Ok(now.saturating_sub(Duration::from_secs(seconds)))
    }
}

/// The seconds of a span such as `1h30m`.
fn ago(mut span: &str) -> Option<u64> {
    let mut sum = 0_u64;
    loop {
        let (number, rest) = span.split_at(span.find(|c: char| !c.is_ascii_digit())?);
        let unit = rest.chars().next()?;
        let seconds = match unit {
            'w' => 7 * 86_400,
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(seconds)?)?;
        span = &rest[unit.len_utf8()..];
        if span.is_empty() {
            return Some(sum);
        }
    }
}

fn parse(text: &str) -> Result<Timestamp, &'static str> {
    const SHAPE: &str = "it is not of the form 2006-01-02T15:04:05Z";
    if !text.is_ascii() || text.len() < "2006-01-02T15:04:05Z".len() {
        return Err(SHAPE);
    }
    let (date, rest) = text.split_at(10);
    let (time, rest) = rest.split_at(9);
    let [year, month, day] = numbers(date, "dddd-dd-dd").ok_or(SHAPE)?;
    let [hour, minute, second] = numbers(&time[1..], "dd:dd:dd").ok_or(SHAPE)?;
    if !time.starts_with(['T', 't', ' ']) {
        return Err(SHAPE);
    }
    if !(1..=12).contains(&month) || day < 1 || day > days_of_month(year, month) {
        return Err("there is no such day");
    }
    if hour > 23 || minute > 59 || second > 60 {
        return Err("there is no such time of day");
    }
    let (micros, zone) = fraction(rest).ok_or(SHAPE)?;
    let offset = offset(zone).ok_or("it ends neither with Z nor with an offset such as +01:00")?;
    let seconds = days(year, month, day) * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second - offset;
    let seconds = u64::try_from(seconds).map_err(|_| "it lies before 1970")?;
    Ok(Timestamp::from_micros(seconds * 1_000_000 + micros))
}

/// The three numbers of a text with digits where the shape has a `d`, and the same characters elsewhere.
fn numbers(text: &str, shape: &str) -> Option<[i64; 3]> {
    let alike = |(b, s): (u8, u8)| if s == b'd' { b.is_ascii_digit() } else { b == s };
    if text.len() != shape.len() || !text.bytes().zip(shape.bytes()).all(alike) {
        return None;
    }
    let mut parts = text.split(['-', ':']).map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// The microseconds of a fraction, where there is one, and what follows it.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    let digits = rest[..len].bytes().chain(std::iter::repeat(b'0')).take(6);
    let micros = digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    (len > 0).then_some((micros, &rest[len..]))
}

/// How many seconds the zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let [hours, minutes, _] = numbers(&format!("{}:00", &zone[1..]), "dd:dd:dd")?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Years are counted from March here, so that the day that some of them have more is the last: after H. Hinnant,
/// "chrono-compatible low-level date algorithms".
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

const fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
