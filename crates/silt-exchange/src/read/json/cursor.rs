//! A pull parser over one JSON text in memory: no tree is built, and nothing recurses.

use std::borrow::Cow;

use super::number;

/// JSON text that cannot be read, at a byte position of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonError {
    pub(super) at: usize,
    pub(super) kind: JsonErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonErrorKind {
    /// The text breaks the grammar.
    Syntax(String),
    /// The text stops in the middle.
    EndsEarly,
    /// Arrays and objects are nested deeper than the limit.
    TooDeep(u32),
}

impl std::fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            JsonErrorKind::Syntax(reason) => f.write_str(reason),
            JsonErrorKind::EndsEarly => f.write_str("the JSON text stops in the middle"),
            JsonErrorKind::TooDeep(limit) => {
                write!(
                    f,
                    "arrays and objects are nested deeper than {limit} levels"
                )
            }
        }
    }
}

/// Tokens that are not JSON and yet are written by common programs for numbers that do not exist.
const NOT_NUMBERS: &[&str] = &["NaN", "Infinity", "-Infinity", "-NaN"];

/// A position in a JSON text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
    max_depth: u32,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, max_depth: u32) -> Self {
        Cursor {
            text,
            at: 0,
            max_depth,
        }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn fail<T>(&self, reason: impl Into<String>) -> Result<T, JsonError> {
        let at_end = self.at >= self.text.len();
        let kind = if at_end {
            JsonErrorKind::EndsEarly
        } else {
            JsonErrorKind::Syntax(reason.into())
        };
        Err(JsonError {
            at: self.at.min(self.text.len()),
            kind,
        })
    }

    /// The next byte that is not white space; the cursor stands on it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// Steps over one punctuation byte.
    #[inline]
    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), JsonError> {
        match self.peek() {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            _ => self.fail(format!("expected `{}`{}", wanted as char, self.found())),
        }
    }

    /// Steps over one punctuation byte if it is next.
    #[inline]
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        let next = self.peek() == Some(wanted);
        if next {
            self.at += 1;
        }
        next
    }

    /// What stands here, for messages.
    fn found(&self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let start: String = rest.chars().take(12).take_while(|c| *c != '\n').collect();
        if start.is_empty() {
            String::new()
        } else {
            format!(", found `{start}`")
        }
    }

    /// The key of the next member, with the cursor after its colon; `None` after the last one,
    /// with the cursor after the closing brace. `first` says that the cursor stands right after
    /// the opening brace.
    pub(super) fn next_key(&mut self, first: bool) -> Result<Option<Cow<'a, str>>, JsonError> {
        if self.take(b'}') {
            return Ok(None);
        }
        if !first {
            self.expect(b',')?;
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// A string, without its quotes and escapes.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return self.fail(format!("expected a string{}", self.found()));
        }
        let start = self.at;
        let had_escape = self.skip_string()?;
        let raw = &self.text[start + 1..self.at - 1];
        if !had_escape {
            return Ok(Cow::Borrowed(raw));
        }
        // Escapes are rare, so the quoted text is handed to a parser that knows them all.
        match serde_json::from_str::<String>(&self.text[start..self.at]) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => Err(JsonError {
                at: start,
                kind: JsonErrorKind::Syntax(format!("a string has {error}")),
            }),
        }
    }

    /// Steps over a string; tells whether it has escapes.
    fn skip_string(&mut self) -> Result<bool, JsonError> {
        let bytes = self.text.as_bytes();
        self.at += 1;
        let mut had_escape = false;
        loop {
            let Some(found) =
                memchr::memchr2(b'"', b'\\', bytes.get(self.at..).unwrap_or_default())
            else {
                self.at = bytes.len();
                return self.fail("");
            };
            self.at += found;
            if bytes[self.at] == b'"' {
                self.at += 1;
                return Ok(had_escape);
            }
            had_escape = true;
            self.at += 2;
        }
    }

    /// The number that stands here, with its text.
    pub(super) fn number_text(&mut self) -> Result<&'a str, JsonError> {
        self.peek();
        let bytes = self.text.as_bytes();
        let start = self.at;
        let length = number::json_number_length(&bytes[start..]);
        match length {
            Some(length) => {
                self.at += length;
                Ok(&self.text[start..self.at])
            }
            None => self.fail(format!("expected a number{}", self.found())),
        }
    }

    /// A number as the nearest double, for the fast path of coordinates.
    #[inline]
    pub(super) fn number(&mut self) -> Option<f64> {
        self.peek();
        let (value, length) = number::parse_json_number(&self.text.as_bytes()[self.at..])?;
        self.at += length;
        Some(value)
    }

    /// One of the tokens that stand for numbers that do not exist.
    pub(super) fn not_a_number(&mut self) -> Option<&'static str> {
        self.peek();
        let rest = self.text.get(self.at..)?;
        let token = NOT_NUMBERS.iter().find(|token| rest.starts_with(**token))?;
        self.at += token.len();
        Some(token)
    }

    /// Steps over a literal such as `null` if it is next.
    pub(super) fn literal(&mut self, word: &str) -> bool {
        self.peek();
        let next = self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word));
        if next {
            self.at += word.len();
        }
        next
    }

    /// Steps over any value, checking its grammar, and gives its text.
    pub(super) fn skip_value(&mut self) -> Result<&'a str, JsonError> {
        self.peek();
        let start = self.at;
        // One entry per open array or object: its closing byte.
        let mut open: Vec<u8> = Vec::new();
        loop {
            let Some(byte) = self.peek() else {
                return self.fail("");
            };
            match byte {
                b'{' | b'[' => {
                    self.at += 1;
                    let close = if byte == b'{' { b'}' } else { b']' };
                    if open.len() as u32 >= self.max_depth {
                        return Err(JsonError {
                            at: self.at - 1,
                            kind: JsonErrorKind::TooDeep(self.max_depth),
                        });
                    }
                    if self.take(close) {
                        // An empty one is complete.
                    } else {
                        open.push(close);
                        if close == b'}' {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                _ => self.skip_scalar(byte)?,
            }
            // A value is complete: close what ends here, then go on to the next one.
            loop {
                let Some(&close) = open.last() else {
                    return Ok(&self.text[start..self.at]);
                };
                if self.take(close) {
                    open.pop();
                    continue;
                }
                self.expect(b',')?;
                if close == b'}' {
                    self.skip_key()?;
                }
                break;
            }
        }
    }

    fn skip_key(&mut self) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return self.fail(format!("expected a member name{}", self.found()));
        }
        self.skip_string()?;
        self.expect(b':')
    }

    fn skip_scalar(&mut self, byte: u8) -> Result<(), JsonError> {
        match byte {
            b'"' => self.skip_string().map(|_| ()),
            b't' if self.literal("true") => Ok(()),
            b'f' if self.literal("false") => Ok(()),
            b'n' if self.literal("null") => Ok(()),
            _ if self.not_a_number().is_some() => Ok(()),
            _ => self.number_text().map(|_| ()),
        }
    }
}

/// JSON text without white space between its tokens; digits of numbers stay as they are.
pub(super) fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    for character in json.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_string = character == '"';
        }
        compact.push(character);
    }
    compact
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
