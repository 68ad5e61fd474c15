//! How the scanner steps over values: it looks for the ends of strings, and for braces or brackets
//! of one kind, and for nothing else.

use super::scan::Scanner;
use crate::read::{ReadError, io_error};

/// The result of stepping over a value.
pub(super) struct Skipped {
    /// Start of the value in the window; meaningless when it was dropped.
    pub(super) start: usize,
    pub(super) bytes: u64,
    /// The value was longer than the limit, and its text is gone.
    pub(super) dropped: bool,
}

/// A value on its way through the window.
struct Pass {
    start: usize,
    dropped: u64,
    is_dropping: bool,
}

impl Scanner {
    /// Steps over one value of any length. The text of a value that is longer than the limit is
    /// dropped as it passes.
    pub(super) fn skip_value(&mut self, inside: &str) -> Result<Skipped, ReadError> {
        let opening = self.peek_inside(inside)?;
        let mut pass = Pass {
            start: self.at,
            dropped: 0,
            is_dropping: false,
        };
        match opening {
            b'{' => self.skip_nested(b'{', b'}', &mut pass, inside)?,
            b'[' => self.skip_nested(b'[', b']', &mut pass, inside)?,
            b'"' => self.skip_string(&mut pass, inside)?,
            _ => self.skip_scalar(&mut pass, inside)?,
        }
        Ok(Skipped {
            start: pass.start,
            bytes: pass.dropped + (self.at - pass.start) as u64,
            dropped: pass.is_dropping,
        })
    }

    fn skip_nested(
        &mut self,
        open: u8,
        close: u8,
        pass: &mut Pass,
        inside: &str,
    ) -> Result<(), ReadError> {
        let mut depth: u64 = 0;
        loop {
            let rest = &self.window.bytes()[self.at..];
            let Some(found) = memchr::memchr3(open, close, b'"', rest) else {
                self.at = self.window.bytes().len();
                self.grow(pass, inside)?;
                continue;
            };
            self.at += found;
            let byte = self.window.bytes()[self.at];
            if byte == b'"' {
                self.skip_string(pass, inside)?;
                continue;
            }
            self.at += 1;
            if byte == open {
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
        }
    }

    fn skip_string(&mut self, pass: &mut Pass, inside: &str) -> Result<(), ReadError> {
        self.at += 1;
        loop {
            while self.at >= self.window.bytes().len() {
                self.grow(pass, inside)?;
            }
            let rest = &self.window.bytes()[self.at..];
            match memchr::memchr2(b'"', b'\\', rest) {
                None => self.at = self.window.bytes().len(),
                Some(found) if rest[found] == b'"' => {
                    self.at += found + 1;
                    return Ok(());
                }
                // The escaped byte may be in the next chunk, hence the check above.
                Some(found) => self.at += found + 2,
            }
        }
    }

    fn skip_scalar(&mut self, pass: &mut Pass, inside: &str) -> Result<(), ReadError> {
        loop {
            while self.at >= self.window.bytes().len() {
                self.grow(pass, inside)?;
            }
            let byte = self.window.bytes()[self.at];
            if matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// Brings in more bytes in the middle of a value; `at` may stand beyond the window.
    fn grow(&mut self, pass: &mut Pass, inside: &str) -> Result<(), ReadError> {
        let length = (self.at - pass.start) as u64;
        if length > self.limits.max_feature_bytes && !pass.is_dropping {
            pass.is_dropping = true;
            self.hand_over_before(pass.start);
            pass.start = 0;
        }
        if pass.is_dropping {
            let end = self.window.bytes().len().min(self.at);
            pass.dropped += (end - pass.start) as u64;
            self.window.discard_before(end);
            self.at -= end;
            pass.start = 0;
        }
        match self.window.grow() {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.truncated(inside)),
            Err(error) => Err(io_error(&self.path, error)),
        }
    }
}
