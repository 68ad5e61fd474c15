//! Numbers with the decimal marks and thousands separators of registers.

use std::fmt;

use super::words::{fold, is_minus, trim};

/// Which character is the decimal mark of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// `1,205,301.52`: decimal point; commas, apostrophes or spaces between thousands.
    Point,
    /// `1.205.301,52`: decimal comma; points, apostrophes or spaces between thousands.
    Comma,
    /// Decided for each value, and only where one reading is possible.
    ///
    /// With both marks the last one is decimal; a repeated mark separates thousands. A single
    /// mark is decimal, except that a single mark followed by exactly three digits (`1.234`,
    /// `12,500`) is [`NumberError::Ambiguous`]. It is still decimal where the digits before it
    /// cannot be a group of thousands: none, a leading zero (`0.234`), more than three digits
    /// (`1234.567`), separated thousands (`1'234.567`), or where an exponent follows.
    #[default]
    Auto,
}

/// Why a text is not a number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// Nothing but white space.
    #[error("the cell is empty")]
    Empty,
    /// `NaN`, `inf` and the like.
    #[error("NaN and infinity are not values of a register")]
    NotFinite,
    /// More than a 64-bit number holds.
    #[error("the number is too large")]
    TooLarge,
    /// A percentage; whether 5 % means 5 or 0.05 is for the recipe to say.
    #[error("a percentage; say in the recipe whether 5 % is 5 or 0.05")]
    Percent,
    /// Decimal mark and thousands separator cannot be told apart.
    #[error("may be {as_point} or {as_comma}; state the decimal mark of the column")]
    Ambiguous {
        /// Reading with a decimal point.
        as_point: f64,
        /// Reading with a decimal comma.
        as_comma: f64,
    },
    /// More than one decimal mark.
    #[error("the decimal mark `{mark}` occurs more than once")]
    SeveralDecimalMarks {
        /// The decimal mark.
        mark: char,
    },
    /// Thousands separators that do not separate thousands.
    #[error("{0}")]
    Grouping(GroupingFault),
    /// A thousands separator in the fraction.
    #[error("`{separator}` after the decimal mark `{mark}`; is the decimal mark the right one?")]
    SeparatorInFraction {
        /// The separator found.
        separator: char,
        /// The decimal mark before it.
        mark: char,
    },
    /// No digit at all.
    #[error("no digits")]
    NoDigits,
    /// An `e` behind the digits that no whole number follows.
    #[error("`e` after the digits is not followed by a whole number")]
    Exponent,
    /// A character that has no place in a number.
    #[error("`{}` does not belong in a number", character.escape_debug())]
    UnexpectedCharacter {
        /// The first such character.
        character: char,
    },
    /// A fraction where a whole number is wanted.
    #[error("{value} is not a whole number")]
    NotAnInteger {
        /// The number read.
        value: f64,
    },
    /// A range whose end is below its start.
    #[error("the range runs from {low} down to {high}")]
    RangeReversed {
        /// The first number.
        low: f64,
        /// The second, smaller number.
        high: f64,
    },
}

/// What is wrong with the thousands separators of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupingFault {
    /// The digits before the first separator are none or more than three.
    FirstGroup {
        /// Number of digits found.
        digits: usize,
    },
    /// A later group does not have three digits.
    Group {
        /// Number of digits found.
        digits: usize,
        /// The separator before the group.
        separator: char,
    },
    /// A separated number starts with zero, as in `0,123` read with a decimal point.
    LeadingZero,
    /// Two kinds of separator in one number.
    Mixed {
        /// The separator met first.
        first: char,
        /// The other one.
        second: char,
    },
}

impl fmt::Display for GroupingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstGroup { digits } => write!(
                f,
                "{digits} digits before the first thousands separator; one to three expected"
            ),
            Self::Group { digits, separator } => write!(
                f,
                "{digits} digits after the thousands separator `{separator}`; three expected"
            ),
            Self::LeadingZero => write!(
                f,
                "separated thousands that start with 0; is the decimal mark the right one?"
            ),
            Self::Mixed { first, second } => {
                write!(
                    f,
                    "two kinds of thousands separator, `{first}` and `{second}`"
                )
            }
        }
    }
}

/// Reads one number.
///
/// Accepts surrounding white space, a leading sign (also the Unicode minus), thousands
/// separators that match the format and stand in threes, and an exponent. The result is the
/// `f64` nearest to the decimal text. Refuses percentages, NaN, infinities, Indian grouping
/// (`1,23,456`) and anything after the number: a unit is not skipped in silence.
///
/// # Errors
///
/// [`NumberError`] with the reason.
pub fn parse_number(text: &str, format: NumberFormat) -> Result<f64, NumberError> {
    Literal::parse(text, format)?.to_f64()
}

/// Reads one whole number; a fraction of zeros (`1993.0`, `50,00`) is accepted.
///
/// # Errors
///
/// [`NumberError`] with the reason; [`NumberError::Ambiguous`] also where only one of the two
/// readings is whole, since a fraction in a column of whole numbers does occur.
pub fn parse_integer(text: &str, format: NumberFormat) -> Result<i64, NumberError> {
    let literal = Literal::parse(text, format)?;
    let is_plain = literal.exponent.is_empty() && literal.fraction.bytes().all(|b| b == b'0');
    if is_plain && !literal.whole.is_empty() {
        let sign = if literal.negative { "-" } else { "" };
        let digits = format!("{sign}{}", literal.whole);
        return digits.parse().map_err(|_| NumberError::TooLarge);
    }
    let value = literal.to_f64()?;
    if value.fract() != 0.0 {
        return Err(NumberError::NotAnInteger { value });
    }
    // 2^53: beyond it an f64 no longer holds every whole number.
    if value.abs() > 9_007_199_254_740_992.0 {
        return Err(NumberError::TooLarge);
    }
    Ok(value as i64)
}

/// The digits of a number, freed of separators.
#[derive(Debug, Clone, PartialEq)]
struct Literal {
    negative: bool,
    whole: String,
    fraction: String,
    exponent: String,
}

impl Literal {
    fn parse(text: &str, format: NumberFormat) -> Result<Self, NumberError> {
        let trimmed = trim(text);
        if trimmed.is_empty() {
            return Err(NumberError::Empty);
        }
        let (negative, unsigned) = split_sign(trimmed);
        reject_words(unsigned)?;
        let (mantissa, exponent) = split_exponent(unsigned)?;
        let mark = match format {
            NumberFormat::Point => '.',
            NumberFormat::Comma => ',',
            NumberFormat::Auto => match decide_mark(mantissa, exponent) {
                Some(mark) => mark,
                None => return Err(ambiguous(text)),
            },
        };
        let (whole, fraction) = split_mantissa(mantissa, mark)?;
        Ok(Self {
            negative,
            whole,
            fraction: fraction.to_owned(),
            exponent: exponent.to_owned(),
        })
    }

    fn to_f64(&self) -> Result<f64, NumberError> {
        let sign = if self.negative { "-" } else { "" };
        let mut ascii = format!("{sign}{}.{}", self.whole, self.fraction);
        if !self.exponent.is_empty() {
            ascii.push('e');
            ascii.push_str(&self.exponent);
        }
        let value: f64 = ascii.parse().map_err(|_| NumberError::NoDigits)?;
        if value.is_infinite() {
            return Err(NumberError::TooLarge);
        }
        // "-0" is zero: a negative zero would differ in exports and nowhere else.
        Ok(if value == 0.0 { 0.0 } else { value })
    }
}

fn ambiguous(text: &str) -> NumberError {
    let point = parse_number(text, NumberFormat::Point);
    let comma = parse_number(text, NumberFormat::Comma);
    match (point, comma) {
        (Ok(as_point), Ok(as_comma)) => NumberError::Ambiguous { as_point, as_comma },
        (Err(error), _) | (_, Err(error)) => error,
    }
}

/// Takes a leading sign off; white space after it is allowed.
pub(super) fn split_sign(text: &str) -> (bool, &str) {
    let mut rest = text.chars();
    match rest.next() {
        Some('+') => (false, trim(rest.as_str())),
        Some(c) if is_minus(c) => (true, trim(rest.as_str())),
        _ => (false, text),
    }
}

fn reject_words(text: &str) -> Result<(), NumberError> {
    if text.contains(['%', '\u{2030}', '\u{ff05}']) {
        return Err(NumberError::Percent);
    }
    let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    if starts_with_digit || text.len() > 16 {
        return Ok(());
    }
    let is_not_finite = matches!(
        fold(text).as_str(),
        "nan" | "inf" | "infinity" | "infinito" | "infini" | "\u{221e}" | "1.#inf" | "1.#ind"
    );
    if is_not_finite {
        return Err(NumberError::NotFinite);
    }
    Ok(())
}

/// Mantissa and exponent; the exponent is empty where there is none.
fn split_exponent(text: &str) -> Result<(&str, &str), NumberError> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        reject_foreign_characters(text)?;
        return Ok((text, ""));
    };
    reject_foreign_characters(mantissa)?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Exponent);
    }
    Ok((mantissa, exponent))
}

fn reject_foreign_characters(mantissa: &str) -> Result<(), NumberError> {
    let foreign = mantissa
        .chars()
        .find(|&c| !c.is_ascii_digit() && c != '.' && c != ',' && separator_kind(c).is_none());
    if let Some(character) = foreign {
        return Err(NumberError::UnexpectedCharacter { character });
    }
    if !mantissa.contains(|c: char| c.is_ascii_digit()) {
        return Err(NumberError::NoDigits);
    }
    Ok(())
}

/// Separators other than point and comma, with all spaces and all apostrophes made one.
fn separator_kind(c: char) -> Option<char> {
    match c {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' => Some('\''),
        // A line break or tab inside a number is two cells run together, not a separator.
        ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => Some(' '),
        _ => None,
    }
}

/// The decimal mark under [`NumberFormat::Auto`], or `None` where two readings are possible.
fn decide_mark(mantissa: &str, exponent: &str) -> Option<char> {
    let points = mantissa.matches('.').count();
    let commas = mantissa.matches(',').count();
    if points > 0 && commas > 0 {
        let last_is_point = mantissa.rfind('.') > mantissa.rfind(',');
        return Some(if last_is_point { '.' } else { ',' });
    }
    if points > 1 {
        return Some(',');
    }
    if commas > 1 {
        return Some('.');
    }
    let mark = if commas == 1 { ',' } else { '.' };
    let Some((before, after)) = mantissa.split_once(mark) else {
        return Some('.');
    };
    let after_looks_like_group = after.len() == 3 && after.bytes().all(|b| b.is_ascii_digit());
    let before_looks_like_group = (1..=3).contains(&before.len())
        && before.bytes().all(|b| b.is_ascii_digit())
        && !before.starts_with('0');
    if after_looks_like_group && before_looks_like_group && exponent.is_empty() {
        return None;
    }
    Some(mark)
}

/// Splits at the decimal mark and takes the separators out of the whole part.
fn split_mantissa(mantissa: &str, mark: char) -> Result<(String, &str), NumberError> {
    let (whole_text, fraction) = mantissa.split_once(mark).unwrap_or((mantissa, ""));
    if let Some(separator) = fraction.chars().find(|c| !c.is_ascii_digit()) {
        return Err(if separator == mark {
            NumberError::SeveralDecimalMarks { mark }
        } else {
            NumberError::SeparatorInFraction { separator, mark }
        });
    }
    let whole = join_groups(whole_text).map_err(NumberError::Grouping)?;
    Ok((whole, fraction))
}

fn join_groups(whole_text: &str) -> Result<String, GroupingFault> {
    let mut joined = String::with_capacity(whole_text.len());
    let mut separator_seen = None;
    let mut digits_in_group = 0;
    for c in whole_text.chars() {
        if c.is_ascii_digit() {
            digits_in_group += 1;
            joined.push(c);
            continue;
        }
        let separator = separator_kind(c).unwrap_or(c);
        match separator_seen {
            None => check_first_group(&joined)?,
            Some(first) if first != separator => {
                return Err(GroupingFault::Mixed {
                    first,
                    second: separator,
                });
            }
            Some(_) => check_later_group(digits_in_group, separator)?,
        }
        separator_seen = Some(separator);
        digits_in_group = 0;
    }
    if let Some(separator) = separator_seen {
        check_later_group(digits_in_group, separator)?;
    }
    Ok(joined)
}

fn check_first_group(digits: &str) -> Result<(), GroupingFault> {
    if !(1..=3).contains(&digits.len()) {
        return Err(GroupingFault::FirstGroup {
            digits: digits.len(),
        });
    }
    if digits.starts_with('0') {
        return Err(GroupingFault::LeadingZero);
    }
    Ok(())
}

fn check_later_group(digits: usize, separator: char) -> Result<(), GroupingFault> {
    if digits == 3 {
        return Ok(());
    }
    Err(GroupingFault::Group { digits, separator })
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
