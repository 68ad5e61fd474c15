//! Cuts a text table into rows and rows into cells, by one set of quoting rules (RFC 4180): a
//! quote opens at the start of a cell only, and is doubled inside.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::dialect::Dialect;
use crate::read::{ReadError, io_error, window::Window};

/// A row in the window: its first line and its text without the line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowAt {
    pub(super) line: u64,
    pub(super) start: usize,
    pub(super) end: usize,
}

pub(super) struct Splitter {
    path: PathBuf,
    window: Window,
    at: usize,
    /// Number of the line at the cursor.
    line: u64,
    dialect: Dialect,
    max_row_bytes: u64,
}

impl Splitter {
    pub(super) fn new(
        path: &Path,
        stream: Box<dyn Read + Send>,
        dialect: Dialect,
        max_row_bytes: u64,
    ) -> Self {
        Splitter {
            path: path.to_owned(),
            window: Window::new(stream),
            at: 0,
            line: 1,
            dialect,
            max_row_bytes,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Length of the text that has been passed and not taken.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn text(&self, row: &RowAt) -> &[u8] {
        &self.window.bytes()[row.start..row.end]
    }

    /// Drops the text that has been passed.
    pub(super) fn forget(&mut self) {
        self.window.discard_before(self.at);
        self.at = 0;
    }

    /// Hands over the text that has been passed, of which the rows lie before `end`.
    pub(super) fn take(&mut self, end: usize) -> (u64, Vec<u8>) {
        let offset = self.window.base();
        let mut bytes = self.window.take_before(self.at);
        bytes.truncate(end);
        self.at = 0;
        (offset, bytes)
    }

    pub(super) fn skip_lines(&mut self, count: u64) -> Result<(), ReadError> {
        for _ in 0..count {
            let found = self.find(self.dialect.newline, None)?;
            self.at = found.map_or(self.window.bytes().len(), |at| at + 1);
            self.line += 1;
            self.forget();
        }
        Ok(())
    }

    /// The next row; blank lines are passed over.
    pub(super) fn next_row(&mut self) -> Result<Option<RowAt>, ReadError> {
        loop {
            if self
                .window
                .byte_at(self.at)
                .map_err(|error| io_error(&self.path, error))?
                .is_none()
            {
                return Ok(None);
            }
            let row = self.row()?;
            let text = self.text(&row);
            // A line of delimiters is a row, if an empty one; a line of nothing is none.
            let is_blank = text
                .iter()
                .all(|byte| byte.is_ascii_whitespace() && *byte != self.dialect.delimiter);
            if !is_blank {
                return Ok(Some(row));
            }
        }
    }

    fn row(&mut self) -> Result<RowAt, ReadError> {
        let (line, start) = (self.line, self.at);
        let Dialect {
            delimiter,
            quote,
            newline,
        } = self.dialect;
        loop {
            let opens_quote = self
                .window
                .byte_at(self.at)
                .map_err(|error| io_error(&self.path, error))?
                == Some(quote);
            if opens_quote {
                self.skip_quoted(line, start)?;
            }
            let end_of_cell = self.find(delimiter, Some(newline))?;
            self.check_length(line, start)?;
            let Some(found) = end_of_cell else {
                self.at = self.window.bytes().len();
                return Ok(self.row_at(line, start, self.at));
            };
            self.at = found + 1;
            if self.window.bytes()[found] == newline {
                self.line += 1;
                return Ok(self.row_at(line, start, found));
            }
        }
    }

    fn row_at(&self, line: u64, start: usize, end: usize) -> RowAt {
        let ends_in_return = end > start && self.window.bytes()[end - 1] == b'\r';
        RowAt {
            line,
            start,
            end: if ends_in_return { end - 1 } else { end },
        }
    }

    /// Steps over a quoted cell up to its closing quote.
    fn skip_quoted(&mut self, line: u64, start: usize) -> Result<(), ReadError> {
        let opened_on = self.line;
        self.at += 1;
        loop {
            let Some(found) = self.find_bounded(self.dialect.quote, line, start)? else {
                return Err(ReadError::Table {
                    path: self.path.clone(),
                    row: line,
                    reason: format!(
                        "the quote opened on line {opened_on} is never closed; correct the file, or give another `quote`"
                    ),
                });
            };
            let passed = &self.window.bytes()[self.at..found];
            self.line += memchr::memchr_iter(self.dialect.newline, passed).count() as u64;
            self.at = found + 1;
            let is_doubled = self
                .window
                .byte_at(self.at)
                .map_err(|error| io_error(&self.path, error))?
                == Some(self.dialect.quote);
            if !is_doubled {
                return Ok(());
            }
            self.at += 1;
        }
    }

    fn find_bounded(
        &mut self,
        wanted: u8,
        line: u64,
        start: usize,
    ) -> Result<Option<usize>, ReadError> {
        let mut from = self.at;
        loop {
            if let Some(found) = memchr::memchr(wanted, &self.window.bytes()[from..]) {
                return Ok(Some(from + found));
            }
            from = self.window.bytes().len();
            if (from - start) as u64 > self.max_row_bytes {
                return self.too_long(line);
            }
            if !self
                .window
                .grow()
                .map_err(|error| io_error(&self.path, error))?
            {
                return Ok(None);
            }
        }
    }

    fn find(&mut self, wanted: u8, or: Option<u8>) -> Result<Option<usize>, ReadError> {
        let mut from = self.at;
        loop {
            let rest = &self.window.bytes()[from..];
            let found = match or {
                Some(other) => memchr::memchr2(wanted, other, rest),
                None => memchr::memchr(wanted, rest),
            };
            if let Some(found) = found {
                return Ok(Some(from + found));
            }
            from = self.window.bytes().len();
            if (from - self.at) as u64 > self.max_row_bytes {
                return self.too_long(self.line);
            }
            if !self
                .window
                .grow()
                .map_err(|error| io_error(&self.path, error))?
            {
                return Ok(None);
            }
        }
    }

    fn check_length(&self, line: u64, start: usize) -> Result<(), ReadError> {
        if (self.at - start) as u64 > self.max_row_bytes {
            self.too_long(line)
        } else {
            Ok(())
        }
    }

    fn too_long<T>(&self, line: u64) -> Result<T, ReadError> {
        Err(ReadError::Table {
            path: self.path.clone(),
            row: line,
            reason: format!(
                "the row has more than {} bytes, as when a quote is never closed; correct the file, or raise `limits.max_feature_bytes`",
                self.max_row_bytes
            ),
        })
    }

    pub(super) fn table_error(&self, reason: String) -> ReadError {
        ReadError::Table {
            path: self.path.clone(),
            row: self.line,
            reason,
        }
    }
}

/// The cells of one row, without quotes.
pub(super) fn cells(row: &str, dialect: Dialect) -> Vec<Cow<'_, str>> {
    let Dialect {
        delimiter, quote, ..
    } = dialect;
    let bytes = row.as_bytes();
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (cell, end) = if bytes.get(at) == Some(&quote) {
            quoted_cell(row, at, dialect)
        } else {
            let end =
                memchr::memchr(delimiter, &bytes[at..]).map_or(bytes.len(), |found| at + found);
            (Cow::Borrowed(&row[at..end]), end)
        };
        cells.push(cell);
        if end >= bytes.len() {
            return cells;
        }
        at = end + 1;
    }
}

/// A cell that starts with a quote, and the position of the delimiter after it. What stands
/// between the closing quote and the delimiter belongs to the cell, as other readers have it.
fn quoted_cell(row: &str, start: usize, dialect: Dialect) -> (Cow<'_, str>, usize) {
    let bytes = row.as_bytes();
    let mut at = start + 1;
    let mut text: Option<String> = None;
    loop {
        let Some(found) = memchr::memchr(dialect.quote, &bytes[at..]).map(|found| at + found)
        else {
            // The splitter has seen a closing quote, so this is a row that was cut by hand.
            let rest = &row[at..];
            let whole = text.map_or(Cow::Borrowed(rest), |text| Cow::Owned(text + rest));
            return (whole, bytes.len());
        };
        let part = &row[at..found];
        if bytes.get(found + 1) == Some(&dialect.quote) {
            let mut longer = text.unwrap_or_default();
            longer.push_str(part);
            longer.push(char::from(dialect.quote));
            text = Some(longer);
            at = found + 2;
            continue;
        }
        let after = found + 1;
        let end = memchr::memchr(dialect.delimiter, &bytes[after..])
            .map_or(bytes.len(), |found| after + found);
        let tail = &row[after..end];
        let cell = match text {
            None if tail.is_empty() => Cow::Borrowed(part),
            None => Cow::Owned(format!("{part}{tail}")),
            Some(text) => Cow::Owned(text + part + tail),
        };
        return (cell, end);
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
