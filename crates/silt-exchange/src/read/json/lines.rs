//! Sequences of JSON texts: one per line, or each after a record separator (RFC 8142).

use std::io::Read;
use std::path::{Path, PathBuf};

use super::cursor::{Cursor, JsonErrorKind};
use super::{JsonBatch, PieceAt, Pieces, too_large};
use crate::read::{Batch, Content, Limits, ReadError, RowSource, io_error, window::Window};

const RECORD_SEPARATOR: u8 = 0x1e;

/// Whether the start of a JSON file reads as one text per line: the first line is an object that
/// is complete and no collection, and another object follows.
pub(crate) fn looks_like_lines(head: &str) -> bool {
    let Some((first_line, rest)) = head.trim_start().split_once('\n') else {
        return false;
    };
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(first_line) else {
        return false;
    };
    let is_collection = members
        .get("features")
        .is_some_and(serde_json::Value::is_array);
    !is_collection && rest.trim_start().starts_with('{')
}

pub(super) struct Lines {
    path: PathBuf,
    window: Window,
    at: usize,
    limits: Limits,
    /// What stands between two texts; `None` until the first byte is seen.
    separator: Option<u8>,
    /// Line number or ordinal of the text at the cursor.
    row: u64,
    /// The last row that was complete.
    last_row: u64,
    pieces: Pieces,
    ready: Option<Batch>,
    pending: Option<ReadError>,
    done: bool,
}

impl Lines {
    pub(super) fn new(path: &Path, stream: Box<dyn Read + Send>, limits: &Limits) -> Self {
        Lines {
            path: path.to_owned(),
            window: Window::new(stream),
            at: 0,
            limits: limits.clone(),
            separator: None,
            row: 0,
            last_row: 0,
            pieces: Pieces::default(),
            ready: None,
            pending: None,
            done: false,
        }
    }

    fn step(&mut self) -> Result<(), ReadError> {
        let separator = match self.separator {
            Some(separator) => separator,
            None => self.find_separator()?,
        };
        let counts_lines = separator == b'\n';
        if counts_lines {
            self.row += 1;
        }
        let mut start = self.at;
        let mut search = self.at;
        let mut dropped: u64 = 0;
        let complete = loop {
            let rest = &self.window.bytes()[search..];
            if let Some(found) = memchr::memchr(separator, rest) {
                self.at = search + found + 1;
                break true;
            }
            search = self.window.bytes().len();
            let length = (search - start) as u64;
            if dropped > 0 || length > self.limits.max_feature_bytes {
                if dropped == 0 && !self.pieces.pieces.is_empty() {
                    self.ready = Some(self.take_batch(start));
                } else {
                    self.window.discard_before(start);
                }
                self.window.discard_before(length as usize);
                dropped += length;
                (start, search) = (0, 0);
            }
            if !self
                .window
                .grow()
                .map_err(|error| io_error(&self.path, error))?
            {
                self.at = search;
                self.done = true;
                break false;
            }
        };
        let end = if complete { self.at - 1 } else { self.at };
        if dropped > 0 {
            self.row += u64::from(!counts_lines);
            let bytes = dropped + (end - start) as u64;
            self.pieces.pieces.push(PieceAt::Reject(too_large(
                self.row,
                bytes,
                &self.limits,
                b"",
            )));
            return Ok(());
        }
        let text = &self.window.bytes()[start..end];
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        self.row += u64::from(!counts_lines);
        if !complete && stops_in_the_middle(text, self.limits.max_depth) {
            let offset = self.window.base() + end as u64;
            self.at = start;
            return Err(ReadError::Truncated {
                path: self.path.clone(),
                offset,
                inside: format!("row {}", self.row),
                last_row: self.last_row,
            });
        }
        self.last_row = self.row;
        self.pieces.pieces.push(PieceAt::Text {
            row: self.row,
            start,
            end,
        });
        Ok(())
    }

    fn find_separator(&mut self) -> Result<u8, ReadError> {
        let mut at = self.at;
        let first = loop {
            match self
                .window
                .byte_at(at)
                .map_err(|error| io_error(&self.path, error))?
            {
                Some(byte) if byte.is_ascii_whitespace() => at += 1,
                other => break other,
            }
        };
        let separator = if first == Some(RECORD_SEPARATOR) {
            RECORD_SEPARATOR
        } else {
            b'\n'
        };
        self.separator = Some(separator);
        Ok(separator)
    }

    fn take_batch(&mut self, end: usize) -> Batch {
        let offset = self.window.base();
        Batch {
            content: Content::Json(JsonBatch {
                bytes: self.window.take_before(end),
                offset,
                pieces: std::mem::take(&mut self.pieces.pieces),
                max_depth: self.limits.max_depth,
                plain_objects: false,
            }),
        }
    }
}

/// Whether a text is the beginning of a JSON text rather than a broken one.
fn stops_in_the_middle(text: &[u8], max_depth: u32) -> bool {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        // Cut within a character.
        Err(error) if error.error_len().is_none() => return true,
        Err(_) => return false,
    };
    let result = Cursor::new(text, max_depth).skip_value();
    matches!(result, Err(error) if error.kind == JsonErrorKind::EndsEarly)
}

impl RowSource for Lines {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        while self.pending.is_none()
            && self.ready.is_none()
            && !self.done
            && !self.pieces.is_full(self.at)
        {
            self.pending = self.step().err();
        }
        if let Some(ready) = self.ready.take() {
            return Ok(Some(ready));
        }
        if !self.pieces.pieces.is_empty() {
            let end = self.at;
            self.at = 0;
            return Ok(Some(self.take_batch(end)));
        }
        match self.pending.take() {
            Some(error) => {
                self.done = true;
                Err(error)
            }
            None => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
