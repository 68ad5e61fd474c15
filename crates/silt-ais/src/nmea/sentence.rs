//! One line of a log: tag blocks, AIS sentences, time stamps.

use memchr::memchr;

use crate::number::parse_decimal;
use crate::reason::Refusal;
use crate::time::{civil_ms, epoch_ms};

/// What a line holds behind its tag blocks.
#[derive(Debug, PartialEq)]
pub(super) enum Content<'a> {
    Ais(Sentence<'a>),
    /// `$PGHP`: Unix ms at which the next sentence was received.
    Stamp(i64),
    Comment,
    Proprietary,
    OtherSentence,
}

/// A `VDM` or `VDO` sentence.
#[derive(Debug, PartialEq)]
pub(super) struct Sentence<'a> {
    pub(super) talker: [u8; 2],
    /// Parts of the message, from 1.
    pub(super) parts: u8,
    /// Which of them this is, from 1.
    pub(super) part: u8,
    /// What joins the parts of one message; 0 where it is empty.
    pub(super) sequence: u8,
    /// Radio channel; 0 where it is empty.
    pub(super) channel: u8,
    /// Characters of six bits.
    pub(super) payload: &'a [u8],
    /// Bits to drop from the end of the payload.
    pub(super) fill_bits: u8,
    /// Unix ms that a receiver added behind the checksum.
    pub(super) trailing_ms: Option<i64>,
}

/// A tag block: `\s:station,c:1384257600*5A\`.
#[derive(Debug, PartialEq)]
pub(super) enum TagBlock {
    Valid {
        /// Unix ms of its `c` parameter.
        time_ms: Option<i64>,
    },
    /// Its checksum is missing or wrong.
    Invalid,
}

impl TagBlock {
    /// The tag block that a line begins with, and what follows it.
    pub(super) fn split(line: &[u8]) -> Option<(Self, &[u8])> {
        let inside = line.strip_prefix(b"\\")?;
        let end = memchr(b'\\', inside)?;
        let rest = &inside[end + 1..];
        Some((Self::parse(&inside[..end]), rest))
    }

    fn parse(inside: &[u8]) -> Self {
        let Some((fields, behind)) = split_checksum(inside) else {
            return Self::Invalid;
        };
        if checksum(behind) != Some(exclusive_or(fields)) {
            return Self::Invalid;
        }
        let time_ms = fields
            .split(|byte| *byte == b',')
            .find_map(|field| field.strip_prefix(b"c:"))
            .and_then(parse_decimal)
            .and_then(epoch_ms);
        Self::Valid { time_ms }
    }
}

/// Reads a line without tag blocks.
pub(super) fn parse(line: &[u8]) -> Result<Content<'_>, Refusal> {
    let start = match line.first() {
        Some(b'#') => return Ok(Content::Comment),
        Some(start @ (b'!' | b'$')) => *start,
        _ => return Err(Refusal::NotASentence),
    };
    // Without an early end, so that the loop runs on vectors.
    let printable = line
        .iter()
        .fold(true, |so_far, byte| so_far & matches!(byte, b' '..=b'~'));
    if !printable || line.len() < 6 {
        return Err(Refusal::NotASentence);
    }
    let Some((body, behind)) = split_checksum(&line[1..]) else {
        return Err(Refusal::ChecksumMissing);
    };
    let Some(stated) = checksum(behind) else {
        return Err(Refusal::ChecksumMissing);
    };
    if stated != exclusive_or(body) {
        return Err(Refusal::ChecksumWrong);
    }
    if start == b'!' && body.len() > 6 && matches!(&body[2..6], b"VDM," | b"VDO,") {
        return ais(body, behind)
            .map(Content::Ais)
            .ok_or(Refusal::SentenceMalformed);
    }
    if body.starts_with(b"PGHP,1,") {
        return stamp(body)
            .map(Content::Stamp)
            .ok_or(Refusal::SentenceMalformed);
    }
    if start == b'$' && body.first() == Some(&b'P') {
        return Ok(Content::Proprietary);
    }
    Ok(Content::OtherSentence)
}

/// What lies before and behind the `*`.
fn split_checksum(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let star = memchr(b'*', text)?;
    Some((&text[..star], &text[star + 1..]))
}

/// The two hexadecimal digits behind the `*`; what follows them begins with a comma.
fn checksum(behind: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low, rest @ ..] = behind else {
        return None;
    };
    if !matches!(rest.first(), None | Some(b',' | b' ')) {
        return None;
    }
    let value = digit(*high)? * 16 + digit(*low)?;
    u8::try_from(value).ok()
}

fn exclusive_or(body: &[u8]) -> u8 {
    body.iter().fold(0, |sum, byte| sum ^ byte)
}

/// `AIVDM,2,1,3,B,payload,0`
fn ais<'a>(body: &'a [u8], behind: &[u8]) -> Option<Sentence<'a>> {
    let mut fields = body[6..].split(|byte| *byte == b',');
    let parts = small_number(fields.next()?)?;
    let part = small_number(fields.next()?)?;
    let sequence = single(fields.next()?)?;
    let channel = single(fields.next()?)?;
    let payload = fields.next()?;
    let fill_bits = match fields.next()? {
        b"" => 0,
        digit => small_number(digit)?,
    };
    let in_order = (1..=9).contains(&parts) && (1..=parts).contains(&part) && fill_bits <= 5;
    if !in_order || fields.next().is_some() {
        return None;
    }
    Some(Sentence {
        talker: [body[0], body[1]],
        parts,
        part,
        sequence,
        channel,
        payload,
        fill_bits,
        trailing_ms: trailing_time(behind),
    })
}

fn small_number(field: &[u8]) -> Option<u8> {
    match field {
        [digit @ b'0'..=b'9'] => Some(digit - b'0'),
        _ => None,
    }
}

/// A field of at most one character, with 0 for none.
fn single(field: &[u8]) -> Option<u8> {
    match field {
        [] => Some(0),
        [byte] => Some(*byte),
        _ => None,
    }
}

/// The time behind the checksum: the last field, where it is an epoch of at least nine digits.
fn trailing_time(behind: &[u8]) -> Option<i64> {
    if behind.len() < 12 {
        return None;
    }
    let last = behind[2..]
        .rsplit(|byte| *byte == b',')
        .next()?
        .trim_ascii();
    let plausible = last.len() >= 9
        && last
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if !plausible {
        return None;
    }
    epoch_ms(parse_decimal(last)?)
}

/// `PGHP,1,2013,11,12,12,0,0,11,...`: year, month, day, hour, minute, second, millisecond.
fn stamp(body: &[u8]) -> Option<i64> {
    let mut fields = body[7..].split(|byte| *byte == b',');
    let mut next = || -> Option<i64> {
        let field = fields.next()?;
        let is_number =
            !field.is_empty() && field.len() <= 4 && field.iter().all(u8::is_ascii_digit);
        is_number.then(|| {
            field
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
        })
    };
    let date = [next()?, next()?, next()?];
    let clock = [next()?, next()?, next()?];
    civil_ms(date, clock, next()?)
}

#[cfg(test)]
#[path = "sentence_tests.rs"]
mod tests;
