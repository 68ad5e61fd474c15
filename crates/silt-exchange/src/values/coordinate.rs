//! One latitude or longitude: decimal degrees, or degrees, minutes and seconds.

use std::fmt;

pub use super::coordinate_error::CoordinateError;
use super::number::NumberFormat;
use super::scan::{Mark, Placed, Token, scan};
use super::words::trim;

/// Which of the two angles of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// -90 to 90 degrees, north positive.
    Latitude,
    /// -180 to 180 degrees, east positive.
    Longitude,
}

impl Axis {
    /// The largest angle of the axis in degrees.
    pub fn limit_deg(self) -> f64 {
        match self {
            Self::Latitude => 90.0,
            Self::Longitude => 180.0,
        }
    }

    /// The other axis.
    pub fn other(self) -> Self {
        match self {
            Self::Latitude => Self::Longitude,
            Self::Longitude => Self::Latitude,
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
        })
    }
}

/// A half of the globe, as the letter of a coordinate names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hemisphere {
    /// N
    North,
    /// S
    South,
    /// E; L (leste) in Portuguese
    East,
    /// W; O (oeste, ouest) in Portuguese, Spanish and French
    West,
}

impl Hemisphere {
    /// The axis that the hemisphere divides.
    pub fn axis(self) -> Axis {
        match self {
            Self::North | Self::South => Axis::Latitude,
            Self::East | Self::West => Axis::Longitude,
        }
    }

    /// Whether angles of this hemisphere are negative.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::South | Self::West)
    }
}

impl fmt::Display for Hemisphere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::North => "N",
            Self::South => "S",
            Self::East => "E",
            Self::West => "W",
        })
    }
}

/// Reads one latitude or longitude, in degrees.
///
/// Accepts decimal degrees and degrees with minutes and seconds, with any of the quotes, degree
/// signs, colons or spaces found in registers; a sign or a hemisphere letter or word before or
/// after, in English, Portuguese, Spanish or French; and `lat`/`long` in front. With
/// [`NumberFormat::Auto`] both point and comma are decimal marks: an angle has no thousands.
/// A sign that says the same as the letter (`-12 S`) is accepted. The result is the `f64`
/// nearest to the angle written, for up to ten decimals of a second.
///
/// # Errors
///
/// [`CoordinateError`] with the reason. Values out of range are never wrapped or swapped.
pub fn parse_angle(text: &str, axis: Axis, decimal: NumberFormat) -> Result<f64, CoordinateError> {
    let tokens = scan(trim_frame(text)?, decimal)?;
    let first_number = tokens
        .iter()
        .position(|placed| matches!(placed.token, Token::Number(_)));
    for (position, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Separator(character) => {
                return Err(CoordinateError::UnexpectedCharacter { character });
            }
            Token::Sign { .. } if first_number.is_some_and(|first| position > first) => {
                return Err(CoordinateError::MisplacedSign);
            }
            _ => {}
        }
    }
    let angles = group_angles(&tokens)?;
    match angles.as_slice() {
        [] => Err(CoordinateError::NoNumber),
        [angle] => angle.degrees(axis),
        more => Err(CoordinateError::TooManyAngles {
            count: more.len(),
            expected: 1,
        }),
    }
}

/// Trims white space, brackets around the whole, and punctuation at the end.
pub(super) fn trim_frame(text: &str) -> Result<&str, CoordinateError> {
    let trimmed = trim(text);
    let unbracketed = trimmed
        .strip_prefix(['(', '['])
        .and_then(|inner| inner.strip_suffix([')', ']']))
        .unwrap_or(trimmed);
    let framed = trim(trim(unbracketed).trim_end_matches(['.', ',', ';']));
    if framed.is_empty() {
        return Err(if trimmed.is_empty() {
            CoordinateError::Empty
        } else {
            CoordinateError::NoNumber
        });
    }
    Ok(framed)
}

/// An angle as written: its numbers with their marks, and what says its sign.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawAngle<'a> {
    sign: Option<RawSign>,
    hemisphere: Option<Hemisphere>,
    axis_name: Option<Axis>,
    parts: Vec<(&'a str, Option<Mark>)>,
}

/// A sign before an angle.
#[derive(Debug, Clone, Copy, PartialEq)]
struct RawSign {
    is_negative: bool,
    /// It stands between two angles in a way that a dash would, too.
    may_be_dash: bool,
}

/// Gathers tokens into angles.
///
/// An angle ends at a separator, at a letter of a hemisphere (or before it, where the letters
/// come first), before a sign, before the name of an axis, and before a number that a degree
/// sign follows.
pub(super) fn group_angles<'a>(
    tokens: &[Placed<'a>],
) -> Result<Vec<RawAngle<'a>>, CoordinateError> {
    let first_of =
        |is_wanted: fn(&Token<'_>) -> bool| tokens.iter().position(|p| is_wanted(&p.token));
    let first_letter = first_of(|token| matches!(token, Token::Hemisphere(_)));
    let first_number = first_of(|token| matches!(token, Token::Number(_)));
    let letters_come_first =
        matches!((first_letter, first_number), (Some(letter), Some(number)) if letter < number);

    let mut angles = Vec::new();
    let mut current = RawAngle::default();
    for (position, placed) in tokens.iter().enumerate() {
        let next = tokens.get(position + 1).map(|placed| placed.token);
        let previous = position.checked_sub(1).map(|before| tokens[before].token);
        match placed.token {
            Token::Separator(_) => finish(&mut current, &mut angles),
            Token::AxisName(axis) => {
                finish(&mut current, &mut angles);
                current.axis_name = Some(axis);
            }
            Token::Sign { is_negative } => {
                let may_be_dash = may_be_dash(tokens, position, angles.last().unwrap_or(&current));
                finish(&mut current, &mut angles);
                let sign = RawSign {
                    is_negative,
                    may_be_dash,
                };
                if current.sign.replace(sign).is_some() {
                    return Err(CoordinateError::MisplacedSign);
                }
            }
            Token::Hemisphere(hemisphere) => {
                if letters_come_first {
                    finish(&mut current, &mut angles);
                }
                let is_alone = !letters_come_first && current.parts.is_empty();
                if is_alone || current.hemisphere.is_some() {
                    return Err(CoordinateError::MisplacedHemisphere { hemisphere });
                }
                current.hemisphere = Some(hemisphere);
                if !letters_come_first {
                    finish(&mut current, &mut angles);
                }
            }
            Token::Number(number) => {
                if next == Some(Token::Mark(Mark::Degree)) {
                    finish(&mut current, &mut angles);
                }
                current.parts.push((number, None));
            }
            Token::Mark(mark) => match current.parts.last_mut() {
                Some((_, slot @ None)) => *slot = Some(mark),
                _ => {
                    return Err(CoordinateError::MisplacedMark {
                        mark: mark_name(mark),
                    });
                }
            },
            Token::Colon => {
                if !matches!(previous, Some(Token::Number(_) | Token::AxisName(_))) {
                    return Err(CoordinateError::UnexpectedCharacter { character: ':' });
                }
            }
            Token::Word(word) => {
                return Err(CoordinateError::UnexpectedWord {
                    word: word.to_owned(),
                });
            }
            Token::Other(character) => {
                return Err(CoordinateError::UnexpectedCharacter { character });
            }
        }
    }
    finish(&mut current, &mut angles);
    if let Some(hemisphere) = current.hemisphere {
        return Err(CoordinateError::MisplacedHemisphere { hemisphere });
    }
    if current.sign.is_some() {
        return Err(CoordinateError::MisplacedSign);
    }
    Ok(angles)
}

/// Whether the sign at `position` may be a dash between two angles.
///
/// It is a sign at the start and after a separator, a name or a letter that comes first; with a
/// space only before it (`20.5 -68.2`); and right between two angles whose first has a sign too
/// (`-20.5-68.2`).
fn may_be_dash(tokens: &[Placed<'_>], position: usize, first_angle: &RawAngle<'_>) -> bool {
    let Some(previous) = position.checked_sub(1).map(|before| tokens[before].token) else {
        return false;
    };
    let ends_an_angle = matches!(previous, Token::Number(_) | Token::Mark(_))
        || (matches!(previous, Token::Hemisphere(_)) && !first_angle.parts.is_empty());
    let has_space_after = tokens
        .get(position + 1)
        .is_some_and(|next| next.has_space_before);
    match (tokens[position].has_space_before, has_space_after) {
        (true, false) => false,
        (false, false) => ends_an_angle && first_angle.sign.is_none(),
        (_, true) => ends_an_angle,
    }
}

/// Moves the current angle to the list once it has a number.
fn finish<'a>(current: &mut RawAngle<'a>, angles: &mut Vec<RawAngle<'a>>) {
    if !current.parts.is_empty() {
        angles.push(std::mem::take(current));
    }
}

fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Degree => "degrees",
        Mark::Minute => "minutes",
        Mark::Second => "seconds",
    }
}

impl<'a> RawAngle<'a> {
    /// The axis that the text itself names.
    pub(super) fn stated_axis(&self) -> Option<Axis> {
        self.hemisphere.map(Hemisphere::axis).or(self.axis_name)
    }

    /// Two angles out of two, four or six bare numbers, such as `11 25 3 12 5 30`.
    pub(super) fn split_in_half(&self) -> Option<[RawAngle<'a>; 2]> {
        let is_bare =
            self.stated_axis().is_none() && self.parts.iter().all(|(_, mark)| mark.is_none());
        if !is_bare || !matches!(self.parts.len(), 2 | 4 | 6) {
            return None;
        }
        let (first, second) = self.parts.split_at(self.parts.len() / 2);
        let first_angle = RawAngle {
            sign: self.sign,
            parts: first.to_vec(),
            ..RawAngle::default()
        };
        let second_angle = RawAngle {
            parts: second.to_vec(),
            ..RawAngle::default()
        };
        Some([first_angle, second_angle])
    }

    /// The angle in degrees, checked against its axis.
    pub(super) fn degrees(&self, axis: Axis) -> Result<f64, CoordinateError> {
        for found in [self.hemisphere.map(Hemisphere::axis), self.axis_name]
            .into_iter()
            .flatten()
        {
            if found != axis {
                return Err(CoordinateError::WrongAxis {
                    found,
                    expected: axis,
                });
            }
        }
        let is_negative = self.is_negative()?;
        self.check_marks()?;
        let magnitude = magnitude_deg(&self.parts)?;
        let degrees = if is_negative { -magnitude } else { magnitude };
        if magnitude > axis.limit_deg() {
            return Err(match axis {
                Axis::Latitude => CoordinateError::LatitudeOutOfRange { degrees },
                Axis::Longitude => CoordinateError::LongitudeOutOfRange { degrees },
            });
        }
        // No negative zero: it would differ in exports and nowhere else.
        Ok(if degrees == 0.0 { 0.0 } else { degrees })
    }

    fn is_negative(&self) -> Result<bool, CoordinateError> {
        match (self.sign, self.hemisphere) {
            (None, None) => Ok(false),
            (Some(sign), None) if sign.may_be_dash => Err(CoordinateError::AmbiguousDash),
            (Some(sign), None) => Ok(sign.is_negative),
            (Some(sign), Some(hemisphere))
                if !sign.may_be_dash && sign.is_negative != hemisphere.is_negative() =>
            {
                Err(CoordinateError::SignContradictsHemisphere { hemisphere })
            }
            (_, Some(hemisphere)) => Ok(hemisphere.is_negative()),
        }
    }

    fn check_marks(&self) -> Result<(), CoordinateError> {
        if self.parts.len() > 3 {
            return Err(CoordinateError::TooManyNumbers {
                count: self.parts.len(),
            });
        }
        let places = [Mark::Degree, Mark::Minute, Mark::Second];
        for ((_, mark), place) in self.parts.iter().zip(places) {
            if let Some(mark) = *mark
                && mark != place
            {
                return Err(CoordinateError::MisplacedMark {
                    mark: mark_name(mark),
                });
            }
        }
        Ok(())
    }
}

/// Degrees from one to three unsigned numbers.
fn magnitude_deg(parts: &[(&str, Option<Mark>)]) -> Result<f64, CoordinateError> {
    let mut values = [0.0; 3];
    for (value, (number, _)) in values.iter_mut().zip(parts) {
        *value = to_f64(number)?;
    }
    let [degrees, minutes, seconds] = values;
    if parts.len() == 1 {
        return Ok(degrees);
    }
    if degrees.fract() != 0.0 {
        return Err(CoordinateError::FractionalDegreesWithMinutes { degrees });
    }
    if parts.len() == 3 && minutes.fract() != 0.0 {
        return Err(CoordinateError::FractionalMinutesWithSeconds { minutes });
    }
    if minutes >= 60.0 {
        return Err(CoordinateError::MinutesOutOfRange { minutes });
    }
    if seconds >= 60.0 {
        return Err(CoordinateError::SecondsOutOfRange { seconds });
    }
    let nearest = exact_quotient(parts).unwrap_or(degrees + minutes / 60.0 + seconds / 3600.0);
    Ok(nearest)
}

fn to_f64(number: &str) -> Result<f64, CoordinateError> {
    let character = number.chars().find(|c| !c.is_ascii_digit()).unwrap_or('.');
    number
        .replace(',', ".")
        .parse()
        .map_err(|_| CoordinateError::UnexpectedCharacter { character })
}

/// The angle as one division of whole numbers, which rounds once, where both fit an `f64`.
fn exact_quotient(parts: &[(&str, Option<Mark>)]) -> Option<f64> {
    const LARGEST_EXACT: u128 = 1 << 53;

    let mut numerator: u128 = 0;
    let mut denominator: u128 = 1;
    for (position, (number, _)) in parts.iter().enumerate() {
        if position > 0 {
            numerator = numerator.checked_mul(60)?;
            denominator = denominator.checked_mul(60)?;
        }
        let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let digits: u128 = format!("0{whole}{fraction}").parse().ok()?;
        numerator = numerator.checked_mul(scale)?.checked_add(digits)?;
        denominator = denominator.checked_mul(scale)?;
    }
    if numerator > LARGEST_EXACT || denominator > LARGEST_EXACT {
        return None;
    }
    Some(numerator as f64 / denominator as f64)
}

#[cfg(test)]
#[path = "coordinate_tests.rs"]
mod tests;
