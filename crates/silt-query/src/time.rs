//! Periods of time: instants, dates at the precision of their source, and intervals.
//!
//! Moments are microseconds since 1970 in UTC; finer fractions of a second are cut off.

use std::str::FromStr;

use silt_model::PartialDate;

const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// A year, month, day or instant: first and last microsecond of what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granule {
    /// First moment, in microseconds since 1970 (UTC).
    pub start_us: i64,
    /// Last moment, in microseconds since 1970 (UTC).
    pub end_us: i64,
}

/// The time between two granules, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: Granule,
    last: Granule,
}

/// The text is neither a date nor a date-time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date; write 2019, 2019-01, 2019-01-25 or 2019-01-25T12:00:00Z")]
pub struct TimeError(pub String);

impl Granule {
    /// Before everything.
    pub const OPEN_START: Granule = Granule {
        start_us: i64::MIN,
        end_us: i64::MIN,
    };
    /// After everything.
    pub const OPEN_END: Granule = Granule {
        start_us: i64::MAX,
        end_us: i64::MAX,
    };

    /// Reads `2019`, `2019-01`, `2019-01-25` or an RFC 3339 date-time.
    pub fn parse(text: &str) -> Result<Granule, TimeError> {
        if text.len() <= 10 {
            return Granule::parse_date(text);
        }
        Granule::parse_timestamp(text)
    }

    /// Reads a date known to the year, month or day.
    pub fn parse_date(text: &str) -> Result<Granule, TimeError> {
        let date: PartialDate = text.parse().map_err(|_| unreadable(text))?;
        let year = i64::from(date.year());
        let (start, after) = match (date.month(), date.day()) {
            (Some(month), Some(day)) => {
                let start = days_since_1970(year, month.into(), day.into());
                (start, start + 1)
            }
            (Some(month), None) => {
                let month = i64::from(month);
                let (next_year, next_month) = if month == 12 {
                    (year + 1, 1)
                } else {
                    (year, month + 1)
                };
                let start = days_since_1970(year, month, 1);
                (start, days_since_1970(next_year, next_month, 1))
            }
            (None, _) => (days_since_1970(year, 1, 1), days_since_1970(year + 1, 1, 1)),
        };
        Ok(Granule {
            start_us: start * MICROSECONDS_PER_DAY,
            end_us: after * MICROSECONDS_PER_DAY - 1,
        })
    }

    /// Reads an RFC 3339 date-time, with its offset from UTC.
    pub fn parse_timestamp(text: &str) -> Result<Granule, TimeError> {
        if !is_rfc3339_shaped(text) {
            return Err(unreadable(text));
        }
        let timestamp = jiff::Timestamp::from_str(text).map_err(|_| unreadable(text))?;
        let moment_us = timestamp.as_microsecond();
        Ok(Granule {
            start_us: moment_us,
            end_us: moment_us,
        })
    }
}

impl From<Granule> for Period {
    fn from(granule: Granule) -> Period {
        Period {
            first: granule,
            last: granule,
        }
    }
}

impl Period {
    /// From the beginning of one granule to the end of another; `None` where that end lies
    /// before the beginning.
    pub fn new(first: Granule, last: Granule) -> Option<Period> {
        (first.start_us <= last.end_us).then_some(Period { first, last })
    }

    /// First moment, in microseconds since 1970 (UTC); the least number where the start is open.
    pub fn start_us(&self) -> i64 {
        self.first.start_us
    }

    /// Last moment, in microseconds since 1970 (UTC); the largest number where the end is open.
    pub fn end_us(&self) -> i64 {
        self.last.end_us
    }

    /// Whether the two share a moment.
    pub fn intersects(&self, other: &Period) -> bool {
        self.start_us() <= other.end_us() && self.end_us() >= other.start_us()
    }

    /// Whether this one ends with what the other begins with: the same instant, day, month or
    /// year.
    pub(crate) fn meets(&self, other: &Period) -> bool {
        self.last == other.first
    }
}

fn unreadable(text: &str) -> TimeError {
    const MAX_SHOWN_CHARS: usize = 40;
    TimeError(text.chars().take(MAX_SHOWN_CHARS).collect())
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar. Counts from a year that
/// begins in March, so that the leap day is the last one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let from_march = (month + 9) % 12;
    let march_year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let leap_days =
        march_year.div_euclid(4) - march_year.div_euclid(100) + march_year.div_euclid(400);
    march_year * 365 + leap_days + day_of_year - 719_468
}

/// Whether the text has the form of RFC 3339 section 5.6: jiff reads more than that.
fn is_rfc3339_shaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits_at = |places: &[usize]| {
        places
            .iter()
            .all(|&at| bytes.get(at).is_some_and(u8::is_ascii_digit))
    };
    let byte_at = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|b| allowed.contains(b));
    let head = digits_at(&[0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
        && byte_at(4, b"-")
        && byte_at(7, b"-")
        && byte_at(10, b"Tt")
        && byte_at(13, b":")
        && byte_at(16, b":");
    if !head {
        return false;
    }
    let mut rest = &bytes[19..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return false;
        }
        rest = &fraction[digits..];
    }
    match rest {
        b"Z" | b"z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
