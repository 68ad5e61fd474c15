//! Finds the rows of a JSON file without parsing them.
//!
//! A file is a series of JSON texts, nearly always one. In a text that is an object, the array of
//! rows is looked for (`features`, or where `json_path` says), wherever it stands among the
//! members. An object without it is a row itself, so that single features, bare geometries and
//! concatenated ones need no rules of their own. A text that is an array is an array of rows.
//!
//! Only braces or brackets of one kind and strings are looked at here; whether what stands
//! between them is JSON is found out when a row is parsed.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::skip::Skipped;
use super::{JsonBatch, PieceAt, Pieces, reference, too_large};
use crate::read::{Batch, Content, Limits, ReadError, RowSource, io_error, quoted, window::Window};

/// Where the array of rows is.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Member names from the outside in.
    names: Vec<String>,
    /// Whether the caller asked for it, so that its absence is an error.
    explicit: bool,
}

impl Target {
    pub(super) fn new(json_path: Option<&str>) -> Self {
        match json_path {
            Some(path) => Target {
                names: path.split('.').map(str::to_owned).collect(),
                explicit: true,
            },
            None => Target {
                names: vec!["features".to_owned()],
                explicit: false,
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the next text of the file.
    BetweenTexts,
    /// In an array of rows; `objects` of the text are open around it.
    InRows { objects: usize, first: bool },
    /// After the array of rows, among the members of the objects around it.
    AfterRows { objects: usize },
    /// At the end of the file.
    Done,
}

pub(super) struct Scanner {
    pub(super) path: PathBuf,
    pub(super) window: Window,
    pub(super) at: usize,
    target: Target,
    pub(super) limits: Limits,
    state: State,
    pieces: Pieces,
    /// Rows found so far.
    rows: u64,
    plain_objects: bool,
    crs: Option<String>,
    /// Whether only the `crs` member is looked for.
    is_skimming: bool,
    /// Rows that had to leave the window before the row after them was complete.
    ready: Option<Batch>,
    /// An error to be given after the rows before it.
    pending: Option<ReadError>,
}

impl Scanner {
    pub(super) fn new(
        path: &Path,
        stream: Box<dyn Read + Send>,
        target: Target,
        limits: &Limits,
    ) -> Self {
        let plain_objects = target.explicit;
        Scanner {
            path: path.to_owned(),
            window: Window::new(stream),
            at: 0,
            target,
            limits: limits.clone(),
            state: State::BetweenTexts,
            pieces: Pieces::default(),
            rows: 0,
            plain_objects,
            crs: None,
            is_skimming: false,
            ready: None,
            pending: None,
        }
    }

    pub(super) fn crs(&self) -> Option<&str> {
        self.crs.as_deref()
    }

    pub(super) fn set_crs(&mut self, crs: Option<String>) {
        self.crs = crs;
    }

    /// Reads up to the first rows, and with that the members before them.
    pub(super) fn find_rows(&mut self) -> Result<(), ReadError> {
        while self.state == State::BetweenTexts && self.pieces.pieces.is_empty() {
            self.step()?;
        }
        Ok(())
    }

    /// Reads the whole file for its `crs` member. A fault ends the search: it will be met again
    /// and reported with its row when the rows are read.
    pub(super) fn skim_crs(&mut self) -> Option<String> {
        self.is_skimming = true;
        while self.state != State::Done && self.step().is_ok() {
            self.window.discard_before(self.at);
            self.at = 0;
            self.pieces.pieces.clear();
        }
        self.crs.take()
    }

    /// Reads on by one row or one text.
    fn step(&mut self) -> Result<(), ReadError> {
        match self.state {
            State::BetweenTexts => self.begin_text(),
            State::InRows { objects, first } => self.next_row(objects, first),
            State::AfterRows { objects } => self.finish_members(objects),
            State::Done => Ok(()),
        }
    }

    fn begin_text(&mut self) -> Result<(), ReadError> {
        let Some(byte) = self.peek()? else {
            if self.rows == 0 && self.window.base() + self.at as u64 == 0 {
                return Err(ReadError::Empty {
                    path: self.path.clone(),
                });
            }
            self.state = State::Done;
            return Ok(());
        };
        match byte {
            b'{' => self.begin_object(),
            b'[' if !self.target.explicit => {
                self.at += 1;
                self.plain_objects = true;
                self.state = State::InRows {
                    objects: 0,
                    first: true,
                };
                Ok(())
            }
            b'[' => Err(self.no_target(
                "the text is an array, not an object with members; leave the option out",
            )),
            _ => {
                let reason = if self.rows == 0 {
                    "this is not JSON: expected `{` or `[`"
                } else {
                    "there is text after the end of the JSON text"
                };
                self.syntax(reason)
            }
        }
    }

    /// Walks the members of an object until the array of rows begins or the object ends.
    fn begin_object(&mut self) -> Result<(), ReadError> {
        let mut start = self.at;
        let mut dropped: u64 = 0;
        let mut objects = 1;
        let mut first = true;
        let mut names_seen: Vec<String> = Vec::new();
        self.at += 1;
        loop {
            let Some(name) = self.member_name(first)? else {
                objects -= 1;
                if objects == 0 {
                    break;
                }
                return Err(self.no_target(&missing(&self.target, &names_seen)));
            };
            first = false;
            if names_seen.len() < 50 && objects == 1 {
                names_seen.push(name.clone());
            }
            let opening = self.peek()?;
            if self.target.names[objects - 1] == name {
                let is_last = objects == self.target.names.len();
                if is_last && opening == Some(b'[') {
                    self.at += 1;
                    self.state = State::InRows {
                        objects,
                        first: true,
                    };
                    self.forget_text(start);
                    return Ok(());
                }
                if !is_last && opening == Some(b'{') {
                    self.at += 1;
                    objects += 1;
                    first = true;
                    continue;
                }
                if self.target.explicit {
                    let kind = if is_last { "an array" } else { "an object" };
                    return Err(self.no_target(&format!("`{name}` is not {kind}")));
                }
            }
            let value = self.skip_value(&format!("the member `{}`", quoted(&name)))?;
            if name == "crs" && objects == 1 {
                self.note_crs(&value);
            }
            // An object that is too long to be a row is still searched for its array of rows.
            let length = (self.at - start.min(self.at)) as u64 + dropped;
            if value.dropped || length > self.limits.max_feature_bytes {
                dropped = if value.dropped {
                    dropped + value.bytes
                } else {
                    length
                };
                self.forget_text(start.min(self.at));
                start = 0;
            }
        }
        if self.target.explicit {
            return Err(self.no_target(&missing(&self.target, &names_seen)));
        }
        self.rows += 1;
        let piece = if dropped > 0 {
            PieceAt::Reject(too_large(self.rows, dropped, &self.limits, b""))
        } else {
            PieceAt::Text {
                row: self.rows,
                start,
                end: self.at,
            }
        };
        self.pieces.pieces.push(piece);
        Ok(())
    }

    fn next_row(&mut self, objects: usize, first: bool) -> Result<(), ReadError> {
        let inside = format!("row {}", self.rows + 1);
        let mut next = self.peek_inside(&inside)?;
        if next == b']' {
            self.at += 1;
            self.state = if objects == 0 {
                State::BetweenTexts
            } else {
                State::AfterRows { objects }
            };
            return Ok(());
        }
        if !first {
            if next != b',' {
                return self.syntax("expected `,` or `]` after a row");
            }
            self.at += 1;
            next = self.peek_inside(&inside)?;
        }
        if matches!(next, b',' | b']' | b'}') {
            return self.syntax("a row is missing between two commas or after the last one");
        }
        let value = self.skip_value(&inside)?;
        self.rows += 1;
        let piece = if value.dropped {
            PieceAt::Reject(too_large(self.rows, value.bytes, &self.limits, b""))
        } else {
            PieceAt::Text {
                row: self.rows,
                start: value.start,
                end: self.at,
            }
        };
        self.pieces.pieces.push(piece);
        self.state = State::InRows {
            objects,
            first: false,
        };
        Ok(())
    }

    fn finish_members(&mut self, objects: usize) -> Result<(), ReadError> {
        let mut open = objects;
        while open > 0 {
            let Some(name) = self.member_name(false)? else {
                open -= 1;
                continue;
            };
            let is_rows_again = open == objects && Some(&name) == self.target.names.last();
            if is_rows_again && self.peek()? == Some(b'[') {
                return self.syntax(&format!("the object has two `{name}` arrays"));
            }
            let value = self.skip_value(&format!("the member `{}`", quoted(&name)))?;
            if name == "crs" && open == 1 {
                let known = self.crs.clone();
                self.note_crs(&value);
                if known != self.crs && self.rows > 0 && !self.is_skimming {
                    let late = self.crs.take().unwrap_or_default();
                    self.crs = known;
                    return self.syntax(&format!(
                        "a `crs` member far behind the features says {late}, after they were read without it; move it to the start of the file or give the CRS"
                    ));
                }
            }
        }
        self.state = State::BetweenTexts;
        Ok(())
    }

    fn note_crs(&mut self, value: &Skipped) {
        if value.dropped {
            return;
        }
        let text = String::from_utf8_lossy(&self.window.bytes()[value.start..self.at]);
        if let Some(crs) = reference::from_member(&text) {
            self.crs = Some(crs);
        }
    }

    /// The name of the next member, with the cursor after its colon; `None` after the closing
    /// brace.
    fn member_name(&mut self, first: bool) -> Result<Option<String>, ReadError> {
        let mut next = self.peek_inside("an object")?;
        if next == b'}' {
            self.at += 1;
            return Ok(None);
        }
        if !first {
            if next != b',' {
                return self.syntax("expected `,` or `}` after a member");
            }
            self.at += 1;
            next = self.peek_inside("an object")?;
        }
        if next != b'"' {
            return self.syntax("expected a member name in quotes");
        }
        let name = self.skip_value("a member name")?;
        let text = if name.dropped {
            ""
        } else {
            &String::from_utf8_lossy(&self.window.bytes()[name.start..self.at])
        };
        let name = serde_json::from_str(text).unwrap_or_default();
        if self.peek_inside("an object")? != b':' {
            return self.syntax("expected `:` after a member name");
        }
        self.at += 1;
        Ok(Some(name))
    }

    /// The next byte that is not white space (or the record separator of RFC 8142).
    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            match self
                .window
                .byte_at(self.at)
                .map_err(|error| io_error(&self.path, error))?
            {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(0x1e) if self.state == State::BetweenTexts => self.at += 1,
                other => return Ok(other),
            }
        }
    }

    pub(super) fn peek_inside(&mut self, inside: &str) -> Result<u8, ReadError> {
        match self.peek()? {
            Some(byte) => Ok(byte),
            None => Err(self.truncated(inside)),
        }
    }

    pub(super) fn truncated(&self, inside: &str) -> ReadError {
        let offset = self.window.base() + self.window.bytes().len() as u64;
        ReadError::Truncated {
            path: self.path.clone(),
            offset,
            inside: inside.to_owned(),
            last_row: self.rows,
        }
    }

    fn syntax<T>(&self, reason: &str) -> Result<T, ReadError> {
        let rest = self.window.bytes().get(self.at..).unwrap_or_default();
        let found = String::from_utf8_lossy(&rest[..rest.len().min(20)]).into_owned();
        Err(ReadError::Syntax {
            path: self.path.clone(),
            row: self.rows + 1,
            offset: self.window.base() + self.at as u64,
            reason: format!("{reason}, found `{}`", found.trim_end()),
        })
    }

    fn no_target(&self, reason: &str) -> ReadError {
        ReadError::Option {
            path: self.path.clone(),
            option: "json_path",
            reason: reason.to_owned(),
        }
    }

    /// Drops the text before the cursor, of which the part from `start` on belongs to no row.
    fn forget_text(&mut self, start: usize) {
        self.hand_over_before(start);
        self.window.discard_before(self.at);
        self.at = 0;
    }

    /// Moves the start of the window to a position; the rows before it become a batch.
    pub(super) fn hand_over_before(&mut self, position: usize) {
        if self.pieces.pieces.is_empty() {
            self.window.discard_before(position);
        } else {
            self.ready = Some(self.take_batch(position));
        }
        self.at -= position;
    }

    /// The rows collected so far, which lie before `end`, as a batch.
    fn take_batch(&mut self, end: usize) -> Batch {
        let offset = self.window.base();
        let bytes = self.window.take_before(end);
        Batch {
            content: Content::Json(JsonBatch {
                bytes,
                offset,
                pieces: std::mem::take(&mut self.pieces.pieces),
                max_depth: self.limits.max_depth,
                plain_objects: self.plain_objects,
            }),
        }
    }
}

fn missing(target: &Target, names_seen: &[String]) -> String {
    format!(
        "there is no `{}`; the members are {}",
        target.names.join("."),
        names_seen.join(", ")
    )
}

impl RowSource for Scanner {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        while self.pending.is_none()
            && self.ready.is_none()
            && self.state != State::Done
            && !self.pieces.is_full(self.at)
        {
            self.pending = self.step().err();
        }
        // What was read before a fault goes first.
        if let Some(ready) = self.ready.take() {
            return Ok(Some(ready));
        }
        if !self.pieces.pieces.is_empty() {
            let end = self.at.min(self.window.bytes().len());
            self.at -= end;
            return Ok(Some(self.take_batch(end)));
        }
        match self.pending.take() {
            Some(error) => {
                self.state = State::Done;
                Err(error)
            }
            None => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
