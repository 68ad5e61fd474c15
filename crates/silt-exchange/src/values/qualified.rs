//! Numbers that registers give with a qualifier or as a range: `> 4,500`, `~30`, `25-30`.

use super::number::{NumberError, NumberFormat, parse_number};
use super::words::{fold, is_minus, trim};

/// How exactly a source states a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// A plain number.
    Exact,
    /// `~30`, `ca. 30`, `cerca de 30`.
    Approximate,
    /// `> 4,500`, `acima de 5001`.
    MoreThan,
    /// `>= 5`, `5000+`, `at least 5`.
    AtLeast,
    /// `<5`, `menos de 5`.
    LessThan,
    /// `<= 5`, `up to 5`, `até 5`.
    AtMost,
    /// `25-30`.
    Between,
}

/// A number with its qualifier. `None` is an open end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QualifiedNumber {
    /// Lower end; equal to `high` for an exact or approximate number.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What the source says about the ends.
    pub qualifier: Qualifier,
}

impl QualifiedNumber {
    /// The number itself where the source gives exactly one, without any qualifier.
    pub fn exact(&self) -> Option<f64> {
        match self.qualifier {
            Qualifier::Exact => self.low,
            _ => None,
        }
    }

    fn new(value: f64, qualifier: Qualifier) -> Self {
        let (low, high) = match qualifier {
            Qualifier::Exact | Qualifier::Approximate | Qualifier::Between => {
                (Some(value), Some(value))
            }
            Qualifier::MoreThan | Qualifier::AtLeast => (Some(value), None),
            Qualifier::LessThan | Qualifier::AtMost => (None, Some(value)),
        };
        Self {
            low,
            high,
            qualifier,
        }
    }
}

/// Signs and words before the number, folded; a longer one comes before its own beginning.
const PREFIXES: &[(&str, Qualifier)] = &[
    (">=", Qualifier::AtLeast),
    ("=>", Qualifier::AtLeast),
    ("\u{2265}", Qualifier::AtLeast),
    (">", Qualifier::MoreThan),
    ("<=", Qualifier::AtMost),
    ("=<", Qualifier::AtMost),
    ("\u{2264}", Qualifier::AtMost),
    ("<", Qualifier::LessThan),
    ("~", Qualifier::Approximate),
    ("\u{2248}", Qualifier::Approximate),
    ("\u{223c}", Qualifier::Approximate),
    ("\u{2243}", Qualifier::Approximate),
    ("at least", Qualifier::AtLeast),
    ("pelo menos", Qualifier::AtLeast),
    ("al menos", Qualifier::AtLeast),
    ("au moins", Qualifier::AtLeast),
    ("more than", Qualifier::MoreThan),
    ("greater than", Qualifier::MoreThan),
    ("over", Qualifier::MoreThan),
    ("above", Qualifier::MoreThan),
    ("acima de", Qualifier::MoreThan),
    ("mais de", Qualifier::MoreThan),
    ("maior que", Qualifier::MoreThan),
    ("mas de", Qualifier::MoreThan),
    ("mayor que", Qualifier::MoreThan),
    ("plus de", Qualifier::MoreThan),
    ("at most", Qualifier::AtMost),
    ("up to", Qualifier::AtMost),
    ("ate", Qualifier::AtMost),
    ("hasta", Qualifier::AtMost),
    ("jusqu'a", Qualifier::AtMost),
    ("less than", Qualifier::LessThan),
    ("under", Qualifier::LessThan),
    ("below", Qualifier::LessThan),
    ("abaixo de", Qualifier::LessThan),
    ("menos de", Qualifier::LessThan),
    ("menor que", Qualifier::LessThan),
    ("moins de", Qualifier::LessThan),
    ("approximately", Qualifier::Approximate),
    ("approx.", Qualifier::Approximate),
    ("approx", Qualifier::Approximate),
    ("about", Qualifier::Approximate),
    ("around", Qualifier::Approximate),
    ("circa", Qualifier::Approximate),
    ("ca.", Qualifier::Approximate),
    ("ca", Qualifier::Approximate),
    ("c.", Qualifier::Approximate),
    ("cerca de", Qualifier::Approximate),
    ("aproximadamente", Qualifier::Approximate),
    ("aprox.", Qualifier::Approximate),
    ("aprox", Qualifier::Approximate),
    ("environ", Qualifier::Approximate),
];

/// Words between the two ends of a range, folded.
const RANGE_WORDS: &[&str] = &[" to ", " a ", " ate ", " hasta "];

/// Longest text read as a qualified number; longer ones are prose.
const LONGEST_TEXT_BYTES: usize = 128;

/// Reads a number that may carry a qualifier or be a range.
///
/// Ranges take a hyphen, a dash, `to`, `a`, `até` or `hasta`; a leading hyphen is a minus sign.
/// Qualifier words are known in English, Portuguese, Spanish and French.
///
/// # Errors
///
/// Those of [`parse_number`], and [`NumberError::RangeReversed`] for `30-25`.
pub fn parse_qualified_number(
    text: &str,
    format: NumberFormat,
) -> Result<QualifiedNumber, NumberError> {
    let plain_error = match parse_number(text, format) {
        Ok(value) => return Ok(QualifiedNumber::new(value, Qualifier::Exact)),
        Err(
            error @ (NumberError::Empty | NumberError::Ambiguous { .. } | NumberError::Percent),
        ) => {
            return Err(error);
        }
        Err(error) => error,
    };
    let trimmed = trim(text);
    if trimmed.len() > LONGEST_TEXT_BYTES {
        return Err(plain_error);
    }
    let folded = fold(trimmed);
    if let Some((qualifier, rest)) = strip_prefix(&folded) {
        let value = parse_number(rest, format)?;
        return Ok(QualifiedNumber::new(value, qualifier));
    }
    if let Some(rest) = folded.strip_suffix('+') {
        let value = parse_number(rest, format)?;
        return Ok(QualifiedNumber::new(value, Qualifier::AtLeast));
    }
    match split_range(&folded) {
        Some((low_text, high_text)) => parse_range(low_text, high_text, format),
        None => Err(plain_error),
    }
}

fn strip_prefix(folded: &str) -> Option<(Qualifier, &str)> {
    PREFIXES.iter().find_map(|(prefix, qualifier)| {
        let rest = folded.strip_prefix(prefix)?;
        // "atenção" is not "até" followed by a number.
        let word_goes_on =
            prefix.ends_with(char::is_alphabetic) && rest.starts_with(char::is_alphabetic);
        (!word_goes_on).then_some((*qualifier, rest))
    })
}

fn split_range(folded: &str) -> Option<(&str, &str)> {
    for word in RANGE_WORDS {
        if let Some(halves) = folded.split_once(word) {
            return Some(halves);
        }
    }
    let mut previous = None;
    for (position, c) in folded.char_indices() {
        let is_dash = is_minus(c) || c == '\u{2014}';
        // A dash right after an `e` belongs to the exponent.
        if is_dash && !matches!(previous, None | Some('e')) {
            return Some((&folded[..position], &folded[position + c.len_utf8()..]));
        }
        previous = Some(c);
    }
    None
}

fn parse_range(
    low_text: &str,
    high_text: &str,
    format: NumberFormat,
) -> Result<QualifiedNumber, NumberError> {
    let low = parse_number(low_text, format)?;
    let high = parse_number(high_text, format)?;
    if high < low {
        return Err(NumberError::RangeReversed { low, high });
    }
    Ok(QualifiedNumber {
        low: Some(low),
        high: Some(high),
        qualifier: Qualifier::Between,
    })
}

#[cfg(test)]
#[path = "qualified_tests.rs"]
mod tests;
