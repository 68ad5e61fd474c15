//! Cuts the text of a date cell into numbers, months and what stands between.

use super::date::DateError;
use super::words::{fold, is_minus, trim};

/// A piece of a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part<'a> {
    Number { digits: &'a str, value: u32 },
    Month { number: u32 },
    Word(&'a str),
    Gap(char),
}

impl Part<'_> {
    pub(super) fn is_zero_or_gap(&self) -> bool {
        matches!(self, Part::Number { value: 0, .. } | Part::Gap(_))
    }
}

pub(super) fn first_word<'a>(parts: &[Part<'a>]) -> Option<&'a str> {
    parts.iter().find_map(|part| match part {
        Part::Word(word) => Some(*word),
        _ => None,
    })
}

/// Takes a time of day off the end, after a `T` or white space.
pub(super) fn strip_time(text: &str) -> Result<&str, DateError> {
    let Some(colon) = text.find(':') else {
        return Ok(text);
    };
    let hour_start = text[..colon]
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .len();
    let before = text[..hour_start]
        .strip_suffix(['T', 't'])
        .unwrap_or(&text[..hour_start]);
    let is_separated = before.len() < hour_start || before.ends_with(char::is_whitespace);
    if !is_separated || !is_time_of_day(&text[hour_start..]) {
        return Err(DateError::Time);
    }
    Ok(trim(before).trim_end_matches(','))
}

/// Whether the text is hours and minutes, perhaps seconds, AM or PM, and an offset from UTC.
fn is_time_of_day(text: &str) -> bool {
    let folded = fold(text).replace('\u{a0}', " ");
    let clock_end = folded
        .find(|c: char| !c.is_ascii_digit() && !":.,".contains(c))
        .unwrap_or(folded.len());
    let (clock, zone) = folded.split_at(clock_end);
    let limits = [24, 59, 60];
    let fields: Vec<&str> = clock.split(':').collect();
    let are_fields_valid = (2..=3).contains(&fields.len())
        && fields
            .iter()
            .zip(limits)
            .enumerate()
            .all(|(position, (field, limit))| {
                // Only seconds may have a fraction.
                let whole = if position == 2 {
                    field.split(['.', ',']).next().unwrap_or(field)
                } else {
                    field
                };
                whole.len() <= 2 && whole.parse::<u32>().is_ok_and(|value| value <= limit)
            });
    let half_day = ["am", "pm", "a.m.", "p.m."];
    let zone = zone.trim();
    let zone = half_day
        .iter()
        .find_map(|name| zone.strip_prefix(name))
        .unwrap_or(zone)
        .trim();
    let is_zone = matches!(zone, "" | "z" | "utc" | "gmt")
        || zone.strip_prefix(['+', '-']).is_some_and(|offset| {
            let digits = offset.replace(':', "");
            matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit())
        });
    are_fields_valid && is_zone
}

pub(super) fn split_parts(text: &str) -> Result<Vec<Part<'_>>, DateError> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = |is_same: fn(char) -> bool| rest.find(|c| !is_same(c)).unwrap_or(rest.len());
        if c.is_ascii_digit() {
            let (digits, after) = rest.split_at(length(|c| c.is_ascii_digit()));
            let value = digits.parse().map_err(|_| DateError::UnknownForm)?;
            parts.push(Part::Number { digits, value });
            rest = strip_ordinal(after);
        } else if is_letter(c) {
            let (word, after) = rest.split_at(length(is_letter));
            // A point after a word marks an abbreviation.
            rest = after.strip_prefix('.').unwrap_or(after);
            if !is_connecting_word(word) {
                parts.push(
                    month_number(word).map_or(Part::Word(word), |number| Part::Month { number }),
                );
            }
        } else {
            let gap = match c {
                '/' | '.' | ',' => c,
                c if is_minus(c) => '-',
                c if c.is_whitespace() => ' ',
                character => return Err(DateError::UnexpectedCharacter { character }),
            };
            rest = &rest[c.len_utf8()..];
            push_gap(&mut parts, gap);
        }
    }
    Ok(parts)
}

/// Adds a gap, merging white space with the separator beside it.
fn push_gap(parts: &mut Vec<Part<'_>>, gap: char) {
    match parts.last_mut() {
        Some(Part::Gap(_)) if gap == ' ' => {}
        Some(Part::Gap(previous)) if *previous == ' ' => *previous = gap,
        _ => parts.push(Part::Gap(gap)),
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c)
}

/// Takes `st`, `nd`, `rd`, `th`, `er`, `º` or `ª` off, as in `1st` and `1º`.
fn strip_ordinal(after_digits: &str) -> &str {
    for suffix in ["st", "nd", "rd", "th", "er", "\u{ba}", "\u{aa}", "\u{b0}"] {
        if let Some(rest) = after_digits.strip_prefix(suffix)
            && !rest.starts_with(is_letter)
        {
            return rest;
        }
    }
    after_digits
}

fn is_connecting_word(word: &str) -> bool {
    matches!(fold(word).as_str(), "de" | "del" | "do" | "of")
}

/// Months in English, Portuguese, Spanish and French, full and abbreviated.
fn month_number(word: &str) -> Option<u32> {
    let number = match fold(word).as_str() {
        "january" | "jan" | "janeiro" | "enero" | "ene" | "janvier" | "janv" => 1,
        "february" | "feb" | "fevereiro" | "fev" | "febrero" | "fevrier" | "fevr" => 2,
        "march" | "mar" | "marco" | "marzo" | "mars" => 3,
        "april" | "apr" | "abril" | "abr" | "avril" | "avr" => 4,
        "may" | "maio" | "mai" | "mayo" => 5,
        "june" | "jun" | "junho" | "junio" | "juin" => 6,
        "july" | "jul" | "julho" | "julio" | "juillet" | "juil" => 7,
        "august" | "aug" | "agosto" | "ago" | "aout" => 8,
        "september" | "sep" | "sept" | "setembro" | "set" | "septiembre" | "setiembre"
        | "septembre" => 9,
        "october" | "oct" | "outubro" | "out" | "octubre" | "octobre" => 10,
        "november" | "nov" | "novembro" | "noviembre" | "novembre" => 11,
        "december" | "dec" | "dezembro" | "dez" | "diciembre" | "dic" | "decembre" => 12,
        _ => return None,
    };
    Some(number)
}
