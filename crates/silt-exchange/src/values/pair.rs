//! A latitude and a longitude in one cell.

use super::coordinate::{Axis, CoordinateError, group_angles, trim_frame};
use super::number::NumberFormat;
use super::scan::{Mark, Placed, Token, count_between_digits, has_between_digits, scan};
use super::words::{is_minus, trim};

/// Which angle comes first where the text does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PairOrder {
    /// `-20.9, -68.6` is 20.9 south.
    #[default]
    LatitudeFirst,
    /// `-68.6, -20.9` is 20.9 south.
    LongitudeFirst,
}

/// How the pairs of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairFormat {
    /// Order of pairs without letters or names.
    pub order: PairOrder,
    /// Decimal mark. Under [`NumberFormat::Auto`] a comma between digits is decimal, unless the
    /// text has a point between digits.
    pub decimal: NumberFormat,
}

/// A position read from one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair<'a> {
    /// Degrees, north positive.
    pub latitude_deg: f64,
    /// Degrees, east positive.
    pub longitude_deg: f64,
    /// Text before the position, such as `TSF 1B`. It was not part of the coordinates, so the
    /// caller should say that it was left out.
    pub label: Option<&'a str>,
}

/// Reads a latitude and a longitude from one cell.
///
/// Accepts what [`super::parse_angle`] accepts, twice, with a comma, semicolon, slash, bar, line
/// break or only a space between; letters of hemispheres settle which is which. The name of a
/// facility may come first where the degrees carry a degree sign.
///
/// # Errors
///
/// [`CoordinateError`]; among others the missing angle is named, and a comma with two readings
/// is [`CoordinateError::AmbiguousComma`].
pub fn parse_pair<'a>(text: &'a str, format: &PairFormat) -> Result<Pair<'a>, CoordinateError> {
    let framed = trim_frame(text)?;
    let all_tokens = scan(framed, format.decimal)?;
    if format.decimal == NumberFormat::Auto && has_ambiguous_comma(framed) {
        return Err(CoordinateError::AmbiguousComma);
    }
    let label_tokens = count_label_tokens(&all_tokens);
    let tokens = &all_tokens[label_tokens..];
    let label = tokens
        .first()
        .filter(|_| label_tokens > 0)
        .map(|placed| trim_label(&framed[..placed.start]));

    let mut angles = group_angles(tokens)?;
    if let [single] = angles.as_slice()
        && let Some(halves) = single.split_in_half()
    {
        angles = halves.to_vec();
    }
    let (first, second) = match angles.as_slice() {
        [] => return Err(CoordinateError::NoNumber),
        [single] => {
            return Err(match single.stated_axis() {
                Some(Axis::Latitude) => CoordinateError::MissingLongitude,
                Some(Axis::Longitude) => CoordinateError::MissingLatitude,
                None => CoordinateError::MissingAngle,
            });
        }
        [first, second] => (first, second),
        more => {
            return Err(CoordinateError::TooManyAngles {
                count: more.len(),
                expected: 2,
            });
        }
    };
    let first_axis = match (first.stated_axis(), second.stated_axis()) {
        (Some(axis), Some(other)) if axis == other => {
            return Err(CoordinateError::SameAxisTwice { axis });
        }
        (Some(axis), _) => axis,
        (None, Some(second_axis)) => second_axis.other(),
        (None, None) => match format.order {
            PairOrder::LatitudeFirst => Axis::Latitude,
            PairOrder::LongitudeFirst => Axis::Longitude,
        },
    };
    let first_deg = first.degrees(first_axis)?;
    let second_deg = second.degrees(first_axis.other())?;
    let (latitude_deg, longitude_deg) = match first_axis {
        Axis::Latitude => (first_deg, second_deg),
        Axis::Longitude => (second_deg, first_deg),
    };
    Ok(Pair {
        latitude_deg,
        longitude_deg,
        label,
    })
}

/// Whether commas leave two readings: `45,7` alone, and `45,7,12`.
fn has_ambiguous_comma(text: &str) -> bool {
    if has_between_digits(text, '.') {
        return false;
    }
    let is_chain = |c: char| c.is_ascii_digit() || c == ',';
    let unsigned = text.trim_start_matches(|c: char| c == '+' || is_minus(c) || c.is_whitespace());
    let is_single_comma = unsigned.chars().all(is_chain) && count_between_digits(text, ',') == 1;
    let has_two_in_chain = text
        .split(|c: char| !is_chain(c))
        .any(|chain| count_between_digits(chain, ',') == 2);
    is_single_comma || has_two_in_chain
}

/// Number of tokens that belong to a name before the position; 0 where there is none.
///
/// A name has a word that no coordinate has, and ends before the first number with a degree
/// sign. A sign, letter or axis name right before that number still belongs to the position.
fn count_label_tokens(tokens: &[Placed<'_>]) -> usize {
    let is_degrees = |position: usize| {
        matches!(tokens[position].token, Token::Number(_))
            && matches!(tokens.get(position + 1), Some(p) if p.token == Token::Mark(Mark::Degree))
    };
    let Some(degrees) = (0..tokens.len()).find(|&position| is_degrees(position)) else {
        return 0;
    };
    let has_name = tokens[..degrees]
        .iter()
        .any(|p| matches!(p.token, Token::Word(_)));
    if !has_name {
        return 0;
    }
    let mut start = degrees;
    while start > 0 {
        let before = &tokens[start - 1];
        let belongs_to_position = match before.token {
            Token::Hemisphere(_) | Token::AxisName(_) => true,
            Token::Colon => start > 1 && matches!(tokens[start - 2].token, Token::AxisName(_)),
            // `TSF 2-8°` and `TSF 2 - 8°` have a dash, `TSF 2 -8°` has a sign.
            Token::Sign { .. } => before.has_space_before && !tokens[start].has_space_before,
            _ => false,
        };
        if !belongs_to_position {
            break;
        }
        start -= 1;
    }
    start
}

fn trim_label(text: &str) -> &str {
    trim(text).trim_end_matches(|c: char| {
        is_minus(c) || c.is_whitespace() || matches!(c, ':' | ',' | ';' | '=' | '\u{2014}')
    })
}

#[cfg(test)]
#[path = "pair_tests.rs"]
mod tests;
