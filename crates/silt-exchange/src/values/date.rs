//! Dates at the precision that a register gives them.

use silt_model::PartialDate;

use super::date_parts::{Part, first_word, split_parts, strip_time};
use super::words::trim;

/// Order of day and month in dates such as `05/06/2022`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// `31/12/2022`
    DayFirst,
    /// `12/31/2022`
    MonthFirst,
    /// Decided for each value where one number is above 12 or both are equal; otherwise
    /// [`DateError::Ambiguous`].
    #[default]
    Auto,
}

/// The century of a year written with two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CenturyRule {
    /// The latest year that is not after the reference year: in 2022, `22` is 2022 and `23` is
    /// 1923. Right for registers of the past.
    #[default]
    NotAfterReference,
    /// Years below the pivot are 20xx, the others 19xx: with 70, `69` is 2069 and `70` is 1970.
    /// Needed for planned dates.
    Pivot(u8),
    /// Two-digit years are an error.
    Refuse,
}

/// How the dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateFormat {
    /// Order of day and month.
    pub order: DateOrder,
    /// Century of two-digit years.
    pub century: CenturyRule,
    /// Year of the edition that holds the dates.
    pub reference_year: i32,
}

impl DateFormat {
    /// Order and century decided by the defaults, for an edition of the given year.
    pub fn of_edition(reference_year: i32) -> Self {
        Self {
            order: DateOrder::default(),
            century: CenturyRule::default(),
            reference_year,
        }
    }
}

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing but white space.
    #[error("the cell is empty")]
    Empty,
    /// No digit at all.
    #[error("no digits")]
    NoDigits,
    /// Zero where a year would stand: registers write it for "not known".
    #[error("the year is 0, which stands for no year")]
    NoYear,
    /// A day and a month whose order cannot be told.
    #[error("may be {day_first} or {month_first}; state the order of day and month")]
    Ambiguous {
        /// Reading with the day first.
        day_first: PartialDate,
        /// Reading with the month first.
        month_first: PartialDate,
    },
    /// A day that no calendar has.
    #[error("year {year}, month {month}, day {day} is not in the calendar")]
    NotInCalendar {
        /// Year read.
        year: i32,
        /// Month read.
        month: u32,
        /// Day read; 0 where the text gives none.
        day: u32,
    },
    /// A year outside 1000 to 2999, such as a sentinel 9999.
    #[error("the year {year} is outside 1000 to 2999")]
    YearOutOfRange {
        /// Year read.
        year: i64,
    },
    /// A two-digit year under [`CenturyRule::Refuse`], or two or three digits alone.
    #[error("the year `{text}` has no century")]
    NoCentury {
        /// The digits.
        text: String,
    },
    /// `17-May`, as spreadsheets show a date of the year in which it was typed.
    #[error("a day and a month without a year")]
    WithoutYear,
    /// `Jun/05`: June 2005, or 5 June of a year that stands elsewhere. One register has both.
    #[error("`{text}` may be the day or the year")]
    DayOrYear {
        /// The digits.
        text: String,
    },
    /// `1960s`
    #[error("a decade, not a date")]
    Decade,
    /// `2010-2015`
    #[error("a range of years, not a date")]
    Range,
    /// `1959.5`, or `2019.10`, which may be October or a number.
    #[error("a year with a fraction")]
    FractionalYear,
    /// Five digits, as spreadsheets number days; see [`super::from_excel_serial`].
    #[error("`{serial}` looks like the day number of a spreadsheet; give the column that format")]
    SpreadsheetSerial {
        /// The number.
        serial: u32,
    },
    /// A word that is not a month.
    #[error("`{word}` is neither a month nor another part of a date")]
    UnknownWord {
        /// The word as written.
        word: String,
    },
    /// A character that has no place in a date.
    #[error("`{}` does not belong in a date", character.escape_debug())]
    UnexpectedCharacter {
        /// The first such character.
        character: char,
    },
    /// Something with a colon that is not a time of day.
    #[error("the time of day cannot be read")]
    Time,
    /// Numbers and months in an order that is no date.
    #[error("not a date in any known form")]
    UnknownForm,
    /// A spreadsheet day number that is negative, not finite, or no day of its calendar.
    #[error("{serial} is not a day number of a spreadsheet")]
    InvalidSerial {
        /// The number as text.
        serial: String,
    },
}

/// Longest text that is read as a date.
const LONGEST_TEXT_BYTES: usize = 64;

const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i64> = 1000..=2999;

/// Reads a date with year, month and day, with year and month, or a year alone.
///
/// Known forms: ISO 8601 (`2019`, `2019-01`, `2019-01-25`, `20190125`; zero months and days, as
/// in `2019-00-00`, count as not given), numbers with `/`, `-`, `.` or spaces between
/// (`05/05/2022`), names of months in English, Portuguese, Spanish and French (`05-AUG-18`,
/// `OCTUBRE-2025`, `7 de novembro de 2022`, `November 7, 2022`), and years that passed through a
/// spreadsheet (`1959.0`). A time of day is checked and left out. A month with two digits is a
/// date only where these cannot be a day: `May/98` is May 1998.
///
/// # Errors
///
/// [`DateError`] with the reason. Decades, ranges and approximate years are refused; the caller
/// keeps them verbatim.
pub fn parse_date(text: &str, format: &DateFormat) -> Result<PartialDate, DateError> {
    let trimmed = trim(text);
    if trimmed.is_empty() {
        return Err(DateError::Empty);
    }
    if trimmed.len() > LONGEST_TEXT_BYTES {
        return Err(DateError::UnknownForm);
    }
    let date_text = strip_time(trimmed)?;
    let parts = split_parts(date_text)?;
    let has_number = parts.iter().any(|p| matches!(p, Part::Number { .. }));
    if !has_number {
        return Err(first_word(&parts).map_or(DateError::NoDigits, |word| {
            DateError::UnknownWord {
                word: word.to_owned(),
            }
        }));
    }
    if parts.iter().all(Part::is_zero_or_gap) {
        return Err(DateError::NoYear);
    }
    from_parts(&parts, format)
}

/// Reads a year alone: `1866`, `1959.0`.
///
/// # Errors
///
/// Those of [`parse_date`]; [`DateError::UnknownForm`] where the text gives a month as well.
pub fn parse_year(text: &str) -> Result<i32, DateError> {
    let format = DateFormat {
        order: DateOrder::Auto,
        century: CenturyRule::Refuse,
        reference_year: 0,
    };
    let date = parse_date(text, &format)?;
    match date.month() {
        None => Ok(date.year()),
        Some(_) => Err(DateError::UnknownForm),
    }
}

fn from_parts(parts: &[Part<'_>], format: &DateFormat) -> Result<PartialDate, DateError> {
    use Part::{Gap, Month, Number};

    if let [Number { .. }, Part::Word("s")] = parts {
        return Err(DateError::Decade);
    }
    if let Some(word) = first_word(parts) {
        return Err(DateError::UnknownWord {
            word: word.to_owned(),
        });
    }
    match *parts {
        [Number { digits, value }] => from_bare_digits(digits, value),
        [
            Number { digits: first, .. },
            Gap(gap),
            Number { digits: second, .. },
        ] => from_two_numbers(first, gap, second, format),
        [
            Number { digits: first, .. },
            Gap(gap),
            Number { digits: second, .. },
            Gap(second_gap),
            Number { digits: third, .. },
        ] if gap == second_gap => from_three_numbers([first, second, third], format),
        _ => {
            // With the month named, what stands between matters no more.
            let without_gaps: Vec<Part<'_>> = parts
                .iter()
                .copied()
                .filter(|part| !matches!(part, Gap(_)))
                .collect();
            match *without_gaps {
                [Month { .. }, Number { digits, value }]
                    if digits.len() <= 2 && (1..=31).contains(&value) =>
                {
                    Err(DateError::DayOrYear {
                        text: digits.to_owned(),
                    })
                }
                [Month { number }, Number { digits, .. }] => {
                    in_calendar(full_year(digits, format)?, number, 0)
                }
                [Number { digits, .. }, Month { number }] if digits.len() == 4 => {
                    in_calendar(full_year(digits, format)?, number, 0)
                }
                [Number { .. }, Month { .. }] => Err(DateError::WithoutYear),
                [
                    Number { digits: first, .. },
                    Month { number },
                    Number { digits: last, .. },
                ] => {
                    let (day_text, year_text) = if first.len() == 4 {
                        (last, first)
                    } else {
                        (first, last)
                    };
                    from_named_month(day_text, number, year_text, format)
                }
                [
                    Month { number },
                    Number { digits: day, .. },
                    Number { digits: year, .. },
                ] => from_named_month(day, number, year, format),
                _ => Err(DateError::UnknownForm),
            }
        }
    }
}

fn from_named_month(
    day_text: &str,
    month: u32,
    year_text: &str,
    format: &DateFormat,
) -> Result<PartialDate, DateError> {
    let day = short_number(day_text)?;
    let year = full_year(year_text, format)?;
    if day == 0 {
        return Err(DateError::NotInCalendar { year, month, day });
    }
    in_calendar(year, month, day)
}

fn from_bare_digits(digits: &str, value: u32) -> Result<PartialDate, DateError> {
    match digits.len() {
        4 => in_calendar(plausible_year(value)?, 0, 0),
        8 => {
            let year = plausible_year(value / 10_000)?;
            in_calendar(year, value / 100 % 100, value % 100)
        }
        5 => Err(DateError::SpreadsheetSerial { serial: value }),
        1..=3 => Err(DateError::NoCentury {
            text: digits.to_owned(),
        }),
        _ => Err(DateError::UnknownForm),
    }
}

fn from_two_numbers(
    first: &str,
    gap: char,
    second: &str,
    format: &DateFormat,
) -> Result<PartialDate, DateError> {
    let is_decimal_mark = matches!(gap, '.' | ',');
    let is_zero_fraction = second.bytes().all(|b| b == b'0');
    match (first.len(), second.len()) {
        (1..=8, _) if is_decimal_mark && is_zero_fraction => {
            let value = first.parse().map_err(|_| DateError::UnknownForm)?;
            from_bare_digits(first, value)
        }
        (4, 4) => Err(DateError::Range),
        (4, _) if is_decimal_mark => Err(DateError::FractionalYear),
        (4, 1..=2) => in_calendar(full_year(first, format)?, short_number(second)?, 0),
        (1..=2, 4) => {
            let year = full_year(second, format)?;
            let month = short_number(first)?;
            if month == 0 {
                return Err(DateError::NotInCalendar {
                    year,
                    month,
                    day: 0,
                });
            }
            in_calendar(year, month, 0)
        }
        _ => Err(DateError::UnknownForm),
    }
}

fn from_three_numbers(
    [first, second, third]: [&str; 3],
    format: &DateFormat,
) -> Result<PartialDate, DateError> {
    if first.len() == 4 {
        let year = full_year(first, format)?;
        return in_calendar(year, short_number(second)?, short_number(third)?);
    }
    let (first, second) = (short_number(first)?, short_number(second)?);
    let year = full_year(third, format)?;
    if first == 0 || second == 0 {
        return Err(DateError::NotInCalendar {
            year,
            month: second,
            day: first,
        });
    }
    match format.order {
        DateOrder::DayFirst => in_calendar(year, second, first),
        DateOrder::MonthFirst => in_calendar(year, first, second),
        DateOrder::Auto => match (
            in_calendar(year, second, first),
            in_calendar(year, first, second),
        ) {
            (Ok(day_first), Ok(month_first)) if day_first != month_first => {
                Err(DateError::Ambiguous {
                    day_first,
                    month_first,
                })
            }
            (Err(_), month_first @ Ok(_)) => month_first,
            (day_first, _) => day_first,
        },
    }
}

/// A day or a month: one or two digits.
fn short_number(digits: &str) -> Result<u32, DateError> {
    if digits.len() > 2 {
        return Err(DateError::UnknownForm);
    }
    digits.parse().map_err(|_| DateError::UnknownForm)
}

/// A year of four digits, or of two with its century found.
fn full_year(digits: &str, format: &DateFormat) -> Result<i32, DateError> {
    let value: i32 = digits.parse().map_err(|_| DateError::UnknownForm)?;
    let no_century = || DateError::NoCentury {
        text: digits.to_owned(),
    };
    match digits.len() {
        4 => plausible_year(value.unsigned_abs()),
        2 => {
            let year = match format.century {
                CenturyRule::Refuse => return Err(no_century()),
                CenturyRule::Pivot(pivot) if value < i32::from(pivot) => 2000 + value,
                CenturyRule::Pivot(_) => 1900 + value,
                CenturyRule::NotAfterReference => {
                    let years_back = format.reference_year.saturating_sub(value).rem_euclid(100);
                    format.reference_year.saturating_sub(years_back)
                }
            };
            match u32::try_from(year) {
                Ok(year) => plausible_year(year),
                Err(_) => Err(DateError::YearOutOfRange {
                    year: i64::from(year),
                }),
            }
        }
        _ => Err(no_century()),
    }
}

fn plausible_year(value: u32) -> Result<i32, DateError> {
    let year = i64::from(value);
    if year == 0 {
        return Err(DateError::NoYear);
    }
    if !PLAUSIBLE_YEARS.contains(&year) {
        return Err(DateError::YearOutOfRange { year });
    }
    i32::try_from(year).map_err(|_| DateError::YearOutOfRange { year })
}

/// A date of the calendar; month or day 0 is one that is not given.
fn in_calendar(year: i32, month: u32, day: u32) -> Result<PartialDate, DateError> {
    let not_in_calendar = DateError::NotInCalendar { year, month, day };
    let (Ok(month_number), Ok(day_number)) = (u8::try_from(month), u8::try_from(day)) else {
        return Err(not_in_calendar);
    };
    let given = |number: u8| (number != 0).then_some(number);
    PartialDate::new(year, given(month_number), given(day_number)).ok_or(not_in_calendar)
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
