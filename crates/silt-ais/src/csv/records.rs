//! Records of a CSV file (RFC 4180), split without copying.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memrchr};

/// Where the fields of a record lie.
#[derive(Default)]
pub(super) struct Record {
    spans: Vec<Span>,
    /// A field is quoted.
    quoted: bool,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// Holds doubled quotes.
    escaped: bool,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The bytes of a field, doubled quotes not undone. The index must exist.
    pub(super) fn bytes<'a>(&self, source: &'a [u8], index: usize) -> &'a [u8] {
        let span = self.spans[index];
        &source[span.start..span.end]
    }

    /// The text of a field.
    pub(super) fn text<'a>(&self, source: &'a [u8], index: usize) -> Cow<'a, [u8]> {
        let bytes = self.bytes(source, index);
        if !self.spans[index].escaped {
            return Cow::Borrowed(bytes);
        }
        let mut text = Vec::with_capacity(bytes.len());
        let mut after_quote = false;
        for byte in bytes {
            after_quote = *byte == b'"' && !after_quote;
            if !after_quote {
                text.push(*byte);
            }
        }
        Cow::Owned(text)
    }
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The next record begins here.
    Next(usize),
    /// A quote was opened and not closed before the end of the text.
    Unclosed,
}

/// Splits the record that begins at `start`. A quote inside a field that does not begin with one
/// is a character like any other.
pub(super) fn split_record(text: &[u8], start: usize, delimiter: u8, record: &mut Record) -> End {
    record.spans.clear();
    record.quoted = false;
    let highest = delimiter.max(b'\n');
    let mut position = start;
    loop {
        let (span, behind) = if text.get(position) == Some(&b'"') {
            record.quoted = true;
            match quoted(text, position + 1, delimiter) {
                Some(found) => found,
                None => return End::Unclosed,
            }
        } else {
            // Fields are a few bytes long: a plain loop is faster than a search by vectors. Nearly
            // all bytes are above a comma and need one comparison.
            let ends = |byte: &u8| *byte <= highest && (*byte == delimiter || *byte == b'\n');
            let length = text[position..].iter().position(ends);
            let end = length.map_or(text.len(), |length| position + length);
            (
                Span {
                    start: position,
                    end,
                    escaped: false,
                },
                end,
            )
        };
        record.spans.push(span);
        if text.get(behind) == Some(&delimiter) {
            position = behind + 1;
            continue;
        }
        if let Some(last) = record.spans.last_mut()
            && last.end == behind
            && last.end > last.start
            && text[last.end - 1] == b'\r'
        {
            last.end -= 1;
        }
        return End::Next((behind + 1).min(text.len()));
    }
}

/// A field behind its opening quote, and the place of the delimiter or line end behind it.
fn quoted(text: &[u8], start: usize, delimiter: u8) -> Option<(Span, usize)> {
    let mut escaped = false;
    let mut position = start;
    loop {
        let quote = position + memchr(b'"', &text[position..])?;
        if text.get(quote + 1) == Some(&b'"') {
            escaped = true;
            position = quote + 2;
            continue;
        }
        let length = memchr2(delimiter, b'\n', &text[quote + 1..]);
        let behind = length.map_or(text.len(), |length| quote + 1 + length);
        return Some((
            Span {
                start,
                end: quote,
                escaped,
            },
            behind,
        ));
    }
}

/// What lies at a place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A record of this many bytes, its line end included.
    Record { bytes: usize, several_lines: bool },
    /// A line of this many bytes with a quote that is opened and not closed, or closed where the
    /// columns do not fit: taken as the line alone, so that it does not swallow good rows.
    QuoteUnclosed { bytes: usize },
    /// Longer than a record may be; `None`: its line end lies beyond the text.
    TooLong { bytes: Option<usize> },
    /// The text ends before it is clear.
    Incomplete,
}

/// What the rules of one table are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) delimiter: u8,
    pub(super) columns: usize,
    pub(super) max_bytes: usize,
}

/// Splits what begins at `start` of `text`, which goes on unless `at_end`.
pub(super) fn next_piece(
    text: &[u8],
    start: usize,
    rules: Rules,
    at_end: bool,
    record: &mut Record,
) -> Piece {
    let window = &text[start..text.len().min(start + rules.max_bytes + 1)];
    let full = window.len() > rules.max_bytes;
    let first_line = || memchr(b'\n', window).map(|length| length + 1);
    let too_long = || {
        let length = memchr(b'\n', &text[start..]).map(|length| length + 1);
        let bytes = length.or_else(|| at_end.then_some(text.len() - start));
        Piece::TooLong { bytes }
    };
    let End::Next(bytes) = split_record(window, 0, rules.delimiter, record) else {
        return match first_line() {
            _ if !full && !at_end => Piece::Incomplete,
            Some(bytes) => Piece::QuoteUnclosed { bytes },
            None if full => too_long(),
            None => Piece::QuoteUnclosed {
                bytes: window.len(),
            },
        };
    };
    if window[bytes - 1] != b'\n' && full {
        return too_long();
    }
    if window[bytes - 1] != b'\n' && !at_end {
        return Piece::Incomplete;
    }
    // Only a quoted field can hold a line end.
    let one_line = if record.quoted {
        first_line().unwrap_or(bytes)
    } else {
        bytes
    };
    let several_lines = one_line < bytes;
    if several_lines && record.len() != rules.columns {
        return Piece::QuoteUnclosed { bytes: one_line };
    }
    Piece::Record {
        bytes,
        several_lines,
    }
}

/// Where a text that goes on can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Behind whole records.
    At(usize),
    /// It begins with a record that does not end in it.
    ReadMore,
    /// It begins with a line that is too long and does not end in it.
    SkipLine,
}

/// Finds where whole records end. Without quotes that is the last line end.
pub(super) fn cut(text: &[u8], rules: Rules) -> Cut {
    let mut end = 0;
    if memchr(b'"', text).is_none() {
        end = memrchr(b'\n', text).map_or(0, |found| found + 1);
    } else {
        let mut record = Record::default();
        while end < text.len() {
            match next_piece(text, end, rules, false, &mut record) {
                Piece::Record { bytes, .. }
                | Piece::QuoteUnclosed { bytes }
                | Piece::TooLong { bytes: Some(bytes) } => end += bytes,
                Piece::TooLong { bytes: None } | Piece::Incomplete => break,
            }
        }
    }
    let endless = memchr(b'\n', text).is_none() && text.len() > rules.max_bytes;
    match end {
        0 if endless => Cut::SkipLine,
        0 => Cut::ReadMore,
        _ => Cut::At(end),
    }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
