//! Dates at the precision that their source gives.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar date known to the year, the month or the day.
///
/// Written as the ISO 8601 prefix: `2019`, `2019-01`, `2019-01-25`. A coarser date sorts before
/// every finer date within it, so `2019` < `2019-01` < `2019-01-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate {
    year: i32,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialDate {
    /// A date, or `None` where the calendar has no such day, a day stands without a month, or
    /// the year does not lie in 1..=9999.
    pub fn new(year: i32, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        if !(1..=9999).contains(&year) || (month.is_none() && day.is_some()) {
            return None;
        }
        if let Some(month) = month {
            let whole_year = i16::try_from(year).ok()?;
            let whole_month = i8::try_from(month).ok()?;
            let whole_day = i8::try_from(day.unwrap_or(1)).ok()?;
            jiff::civil::Date::new(whole_year, whole_month, whole_day).ok()?;
        }
        Some(Self { year, month, day })
    }

    /// Calendar year, 1..=9999.
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Month 1..=12 where the source gives it.
    pub fn month(&self) -> Option<u8> {
        self.month
    }

    /// Day of the month where the source gives it.
    pub fn day(&self) -> Option<u8> {
        self.day
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// The text is not a date written as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct DateError(pub String);

impl FromStr for PartialDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.to_owned());
        let mut year = None;
        let mut month = None;
        let mut day = None;
        for (position, part) in text.split('-').enumerate() {
            let expected_digits = if position == 0 { 4 } else { 2 };
            if part.len() != expected_digits || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(error());
            }
            let number: i32 = part.parse().map_err(|_| error())?;
            match position {
                0 => year = Some(number),
                1 => month = u8::try_from(number).ok(),
                2 => day = u8::try_from(number).ok(),
                _ => return Err(error()),
            }
        }
        PartialDate::new(year.ok_or_else(error)?, month, day).ok_or_else(error)
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_at_each_precision() {
        for text in ["2019", "2019-01", "2019-01-25", "2020-02-29", "0001"] {
            let date: PartialDate = text.parse().expect("a date");
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for text in [
            "2019-02-29",
            "2019-13",
            "2019-00",
            "0000",
            "19",
            "2019-1",
            "2019-01-25T00",
            "",
            "-2019",
        ] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
        assert_eq!(PartialDate::new(2019, None, Some(1)), None);
    }

    #[test]
    fn coarse_sorts_before_fine() {
        let dates = [
            "2018-12-31",
            "2019",
            "2019-01",
            "2019-01-01",
            "2019-02",
            "2020",
        ];
        let mut parsed: Vec<PartialDate> =
            dates.iter().map(|d| d.parse().expect("a date")).collect();
        let in_order = parsed.clone();
        parsed.reverse();
        parsed.sort();
        assert_eq!(parsed, in_order);
    }
}
