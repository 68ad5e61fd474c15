//! Times as feeds write them, to Unix milliseconds. A time without a zone is UTC, as all feeds
//! here state it. Fractions finer than a millisecond are cut off.

use crate::number::parse_decimal;

/// A way of writing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// `2013-11-12T12:00:00.011Z`; a space for `T`, an offset, ` UTC` or no zone are understood.
    Iso,
    /// `31/12/2015 23:59:59`, the day first.
    DayFirst,
    /// `20210701_185151`.
    Compact,
    /// Seconds since 1970, whole or with a fraction; from 100,000,000,000 on milliseconds.
    Epoch,
}

const MS_PER_SECOND: i64 = 1000;
const MS_PER_DAY: i64 = 86_400_000;
/// Epoch numbers from here on count milliseconds: as seconds they would lie in the year 5138.
const FIRST_EPOCH_IN_MS: f64 = 1e11;
/// 9999-12-31T23:59:59.999Z.
const LAST_MS: i64 = 253_402_300_799_999;

/// The Unix time in ms that `text` spells in one of `formats`; `None` if none of them fits.
#[must_use]
pub fn parse_time_ms(text: &[u8], formats: &[TimeFormat]) -> Option<i64> {
    let text = text.trim_ascii();
    formats.iter().find_map(|format| match format {
        TimeFormat::Iso => iso(text),
        TimeFormat::DayFirst => day_first(text),
        TimeFormat::Compact => compact(text),
        TimeFormat::Epoch => epoch(text),
    })
}

/// Unix time in ms of a date and time of day in UTC; `None` where there is no such moment.
pub(crate) fn civil_ms(date: [i64; 3], clock: [i64; 3], millisecond: i64) -> Option<i64> {
    let [year, month, day] = date;
    let [hour, minute, second] = clock;
    let days_in_month = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    };
    let exists = (0..=9999).contains(&year)
        && (1..=days_in_month).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (0..1000).contains(&millisecond);
    if !exists {
        return None;
    }
    let of_day = (hour * 60 + minute) * 60 + second;
    Some(days_since_1970(year, month, day) * MS_PER_DAY + of_day * MS_PER_SECOND + millisecond)
}

/// Days of the proleptic Gregorian calendar, by years that begin in March, so that the leap day
/// is the last of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let leap_days =
        march_year.div_euclid(4) - march_year.div_euclid(100) + march_year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    march_year * 365 + leap_days + day_of_year - 719_468
}

/// A number of exactly these digits.
fn digits(text: &[u8]) -> Option<i64> {
    let mut number = 0;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

/// `hh:mm:ss`
fn clock(text: &[u8]) -> Option<[i64; 3]> {
    if text.len() != 8 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    Some([
        digits(&text[..2])?,
        digits(&text[3..5])?,
        digits(&text[6..])?,
    ])
}

fn iso(text: &[u8]) -> Option<i64> {
    if text.len() < 19
        || text[4] != b'-'
        || text[7] != b'-'
        || !matches!(text[10], b'T' | b't' | b' ')
    {
        return None;
    }
    let date = [
        digits(&text[..4])?,
        digits(&text[5..7])?,
        digits(&text[8..10])?,
    ];
    let clock = clock(&text[11..19])?;
    let (millisecond, zone) = fraction(&text[19..])?;
    let offset_ms = offset_ms(zone)?;
    Some(civil_ms(date, clock, millisecond)? - offset_ms)
}

/// The milliseconds of `.123456`, and what follows.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return Some((0, text));
    }
    let length = text[1..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if length == 0 {
        return None;
    }
    let shown = &text[1..=length.min(3)];
    let scale = [100, 10, 1][shown.len() - 1];
    Some((digits(shown)? * scale, &text[1 + length..]))
}

/// `Z`, ` UTC`, `+01:00`, `+0100`, `+01` or nothing.
fn offset_ms(zone: &[u8]) -> Option<i64> {
    let zone = zone.trim_ascii_start();
    if zone.is_empty() || zone.eq_ignore_ascii_case(b"z") || zone.eq_ignore_ascii_case(b"utc") {
        return Some(0);
    }
    let sign = match zone[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match &zone[1..] {
        [h1, h2] => (digits(&[*h1, *h2])?, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some(sign * (hours * 60 + minutes) * 60 * MS_PER_SECOND)
}

fn day_first(text: &[u8]) -> Option<i64> {
    if text.len() < 19 || text[2] != b'/' || text[5] != b'/' || text[10] != b' ' {
        return None;
    }
    let date = [
        digits(&text[6..10])?,
        digits(&text[3..5])?,
        digits(&text[..2])?,
    ];
    let clock = clock(&text[11..19])?;
    let (millisecond, rest) = fraction(&text[19..])?;
    rest.is_empty()
        .then(|| civil_ms(date, clock, millisecond))?
}

fn compact(text: &[u8]) -> Option<i64> {
    if text.len() != 15 || text[8] != b'_' {
        return None;
    }
    let date = [
        digits(&text[..4])?,
        digits(&text[4..6])?,
        digits(&text[6..8])?,
    ];
    let clock = [
        digits(&text[9..11])?,
        digits(&text[11..13])?,
        digits(&text[13..])?,
    ];
    civil_ms(date, clock, 0)
}

fn epoch(text: &[u8]) -> Option<i64> {
    epoch_ms(parse_decimal(text)?)
}

/// Unix ms of a number that counts seconds or milliseconds since 1970.
pub(crate) fn epoch_ms(number: f64) -> Option<i64> {
    let milliseconds = if number.abs() < FIRST_EPOCH_IN_MS {
        number * 1000.0
    } else {
        number
    };
    if milliseconds.abs() > LAST_MS as f64 {
        return None;
    }
    Some(milliseconds.round() as i64)
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
