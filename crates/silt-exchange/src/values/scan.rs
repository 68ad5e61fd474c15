//! Cuts the text of a coordinate cell into tokens.

use super::coordinate::{Axis, CoordinateError, Hemisphere};
use super::number::NumberFormat;
use super::words::{fold, is_invisible, is_minus};

/// Longest cell that is read as a coordinate; room for two angles and the name of a facility.
const LONGEST_TEXT_BYTES: usize = 300;

/// The mark behind a number of an angle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Degree,
    Minute,
    Second,
}

/// A piece of a coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    /// Unsigned digits with at most one decimal mark, as written.
    Number(&'a str),
    Sign {
        is_negative: bool,
    },
    Mark(Mark),
    /// Also `=`, as in `lat=12.5`.
    Colon,
    Hemisphere(Hemisphere),
    AxisName(Axis),
    /// Comma, semicolon, slash, bar, tab or line break.
    Separator(char),
    Word(&'a str),
    Other(char),
}

/// A token with what stands around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    /// Byte position in the text.
    pub(super) start: usize,
    pub(super) has_space_before: bool,
}

/// All tokens of a cell.
pub(super) fn scan(text: &str, decimal: NumberFormat) -> Result<Vec<Placed<'_>>, CoordinateError> {
    if text.len() > LONGEST_TEXT_BYTES {
        return Err(CoordinateError::TooLong { bytes: text.len() });
    }
    let mut scanner = Scanner {
        text,
        position: 0,
        point_is_decimal: decimal != NumberFormat::Comma,
        comma_is_decimal: match decimal {
            NumberFormat::Point => false,
            NumberFormat::Comma => true,
            NumberFormat::Auto => !has_between_digits(text, '.'),
        },
        minutes_have_letter: false,
    };
    let mut tokens: Vec<Placed<'_>> = Vec::new();
    let mut has_space_before = false;
    while let Some(c) = scanner.peek() {
        let is_line_break = matches!(c, '\n' | '\r' | '\t');
        if (c.is_whitespace() && !is_line_break) || is_invisible(c) {
            scanner.bump(c);
            has_space_before |= c.is_whitespace();
            continue;
        }
        let start = scanner.position;
        let is_glued_to_number = !has_space_before
            && matches!(tokens.last(), Some(p) if matches!(p.token, Token::Number(_)));
        let token = scanner.token(c, is_glued_to_number)?;
        tokens.push(Placed {
            token,
            start,
            has_space_before,
        });
        has_space_before = false;
    }
    Ok(tokens)
}

/// Whether the mark stands between two digits anywhere in the text.
pub(super) fn has_between_digits(text: &str, mark: char) -> bool {
    count_between_digits(text, mark) > 0
}

/// How often the ASCII mark stands between two digits.
pub(super) fn count_between_digits(text: &str, mark: char) -> usize {
    text.as_bytes()
        .windows(3)
        .filter(|w| w[0].is_ascii_digit() && char::from(w[1]) == mark && w[2].is_ascii_digit())
        .count()
}

struct Scanner<'a> {
    text: &'a str,
    position: usize,
    point_is_decimal: bool,
    comma_is_decimal: bool,
    /// After `12m` an `s` means seconds, not south.
    minutes_have_letter: bool,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self, c: char) {
        self.position += c.len_utf8();
    }

    fn token(&mut self, c: char, is_glued_to_number: bool) -> Result<Token<'a>, CoordinateError> {
        let starts_fraction = self.is_decimal_mark(c) && next_is_digit(self.rest(), c);
        if c.is_ascii_digit() || (starts_fraction && !is_glued_to_number) {
            return self.number();
        }
        if c.is_alphabetic() && !is_degree_sign(c) {
            return self.word(is_glued_to_number);
        }
        self.bump(c);
        if is_single_quote(c) {
            let is_doubled = self.peek().is_some_and(is_single_quote);
            if is_doubled {
                self.bump_next();
            }
            let mark = if is_doubled {
                Mark::Second
            } else {
                Mark::Minute
            };
            return Ok(Token::Mark(mark));
        }
        Ok(match c {
            '+' => Token::Sign { is_negative: false },
            c if is_minus(c) => Token::Sign { is_negative: true },
            c if is_degree_sign(c) => Token::Mark(Mark::Degree),
            c if is_double_quote(c) => Token::Mark(Mark::Second),
            ':' | '=' => Token::Colon,
            ',' | ';' | '/' | '|' | '\n' | '\r' | '\t' => Token::Separator(c),
            other => Token::Other(other),
        })
    }

    fn bump_next(&mut self) {
        if let Some(c) = self.peek() {
            self.bump(c);
        }
    }

    fn is_decimal_mark(&self, c: char) -> bool {
        (c == '.' && self.point_is_decimal) || (c == ',' && self.comma_is_decimal)
    }

    fn number(&mut self) -> Result<Token<'a>, CoordinateError> {
        let start = self.position;
        self.digits();
        let mark = self
            .peek()
            .filter(|&c| self.is_decimal_mark(c) && next_is_digit(self.rest(), c));
        if let Some(mark) = mark {
            self.bump(mark);
            self.digits();
            if mark == '.' && self.rest().starts_with('.') && next_is_digit(self.rest(), '.') {
                return Err(CoordinateError::SeveralDecimalMarks { mark });
            }
        }
        self.exponent();
        Ok(Token::Number(&self.text[start..self.position]))
    }

    fn digits(&mut self) {
        let rest = self.rest();
        self.position += rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
    }

    /// Takes `E-05` along, as spreadsheets write small numbers; `E` alone is a hemisphere.
    fn exponent(&mut self) {
        let rest = self.rest();
        let Some(signed) = rest.strip_prefix(['e', 'E']) else {
            return;
        };
        let Some(digits) = signed.strip_prefix(['+', '-']) else {
            return;
        };
        let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let digit_count = digits.len() - after.len();
        let ends_here = after.is_empty() || after.starts_with([' ', ',', ';', '/', '\n']);
        if (1..=3).contains(&digit_count) && ends_here {
            self.position += rest.len() - after.len();
        }
    }

    fn word(&mut self, is_glued_to_number: bool) -> Result<Token<'a>, CoordinateError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_alphabetic() || is_degree_sign(c))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        self.position += length;
        if word.eq_ignore_ascii_case("o") && is_glued_to_number {
            return self.letter_o(word);
        }
        if word == "s" && is_glued_to_number && self.minutes_have_letter {
            self.minutes_have_letter = false;
            return Ok(Token::Mark(Mark::Second));
        }
        let folded = fold(word);
        if let Some(hemisphere) = hemisphere_of(&folded) {
            return Ok(Token::Hemisphere(hemisphere));
        }
        Ok(match folded.as_str() {
            "lat" | "latitude" | "latitud" => Token::AxisName(Axis::Latitude),
            "lon" | "long" | "lng" | "longitude" | "longitud" => Token::AxisName(Axis::Longitude),
            "d" | "deg" | "degree" | "degrees" | "grado" | "grados" | "grau" | "graus"
            | "degre" | "degres" => Token::Mark(Mark::Degree),
            "m" | "min" | "minute" | "minutes" | "minuto" | "minutos" => {
                self.minutes_have_letter = true;
                Token::Mark(Mark::Minute)
            }
            "sec" | "seg" | "second" | "seconds" | "segundo" | "segundos" => {
                Token::Mark(Mark::Second)
            }
            _ => Token::Word(word),
        })
    }

    /// An `o` glued to a number: a degree sign that lost its height, or oeste/ouest.
    fn letter_o(&self, letter: &str) -> Result<Token<'a>, CoordinateError> {
        let rest = self.rest();
        if letter == "O" {
            let is_inside_angle = rest.starts_with(|c: char| c.is_ascii_digit());
            return Ok(if is_inside_angle {
                Token::Mark(Mark::Degree)
            } else {
                Token::Hemisphere(Hemisphere::West)
            });
        }
        let after = rest.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let word_end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let goes_on = after.starts_with(|c: char| c.is_ascii_digit())
            || hemisphere_of(&fold(&after[..word_end])).is_some();
        if goes_on {
            return Ok(Token::Mark(Mark::Degree));
        }
        Err(CoordinateError::DegreeOrWest)
    }
}

/// Hemisphere of a folded letter or word. `O` is oeste/ouest and `L` is leste, never the German
/// Ost.
fn hemisphere_of(folded: &str) -> Option<Hemisphere> {
    match folded {
        "n" | "norte" | "nord" | "north" => Some(Hemisphere::North),
        "s" | "sul" | "sur" | "sud" | "south" => Some(Hemisphere::South),
        "e" | "l" | "este" | "leste" | "est" | "east" => Some(Hemisphere::East),
        "w" | "o" | "oeste" | "ouest" | "west" => Some(Hemisphere::West),
        _ => None,
    }
}

fn next_is_digit(text: &str, mark: char) -> bool {
    text[mark.len_utf8()..].starts_with(|c: char| c.is_ascii_digit())
}

fn is_degree_sign(c: char) -> bool {
    matches!(c, '\u{b0}' | '\u{ba}' | '\u{2da}' | '\u{1d52}' | '\u{2070}')
}

fn is_single_quote(c: char) -> bool {
    matches!(
        c,
        '\'' | '`'
            | '\u{b4}'
            | '\u{2b9}'
            | '\u{2bc}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{201b}'
            | '\u{2032}'
    )
}

fn is_double_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{a8}' | '\u{2ba}' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}'
    )
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
