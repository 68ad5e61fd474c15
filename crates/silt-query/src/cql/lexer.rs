//! CQL2 text into tokens, one at a time.

use super::CqlError;
use crate::filter::number::Number;

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// A keyword, function or property.
    Word(&'a str),
    /// A property in double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number without a sign.
    Number(Number),
    /// An operator or punctuation.
    Symbol(&'a str),
    /// Nothing is left.
    End,
}

pub(super) struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Lexer<'a> {
        Lexer { source, at: 0 }
    }

    /// The error at a byte of the text.
    pub(super) fn error_at(&self, byte: usize, message: impl Into<String>) -> CqlError {
        CqlError::Syntax {
            message: message.into(),
            position: self.source[..byte].chars().count() + 1,
        }
    }

    /// The next token, and the byte at which it begins.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, usize), CqlError> {
        let rest = self.source[self.at..].trim_start();
        let start = self.source.len() - rest.len();
        self.at = start;
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, start));
        };
        let token = match first {
            '\'' => Token::Text(self.quoted('\'')?),
            '"' => Token::Quoted(self.quoted('"')?),
            '0'..='9' | '.' => self.number(rest)?,
            _ if first.is_alphabetic() || first == '_' => {
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':');
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                self.at += length;
                Token::Word(&rest[..length])
            }
            _ => self.symbol(rest)?,
        };
        Ok((token, start))
    }

    fn symbol(&mut self, rest: &'a str) -> Result<Token<'a>, CqlError> {
        const SYMBOLS: [&str; 15] = [
            "<>", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "%", "^", "(", ")",
        ];
        let two_first = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
        let length = match two_first {
            Some(symbol) => symbol.len(),
            None if rest.starts_with(',') => 1,
            None => {
                let met = rest.chars().next().unwrap_or_default();
                return Err(self.error_at(self.at, format!("unexpected {met:?}")));
            }
        };
        self.at += length;
        Ok(Token::Symbol(&rest[..length]))
    }

    /// The text between two quotes; a doubled quote stands for one.
    fn quoted(&mut self, quote: char) -> Result<String, CqlError> {
        let start = self.at;
        let mut text = String::new();
        let mut place = start + 1;
        loop {
            let rest = &self.source[place..];
            let Some(length) = rest.find(quote) else {
                return Err(self.error_at(start, format!("no closing {quote} for the one")));
            };
            text.push_str(&rest[..length]);
            place += length + 1;
            if !self.source[place..].starts_with(quote) {
                self.at = place;
                return Ok(text);
            }
            text.push(quote);
            place += 1;
        }
    }

    fn number(&mut self, rest: &str) -> Result<Token<'a>, CqlError> {
        let bytes = rest.as_bytes();
        let digits = |from: usize| {
            bytes[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let mut length = digits(0);
        let mut is_whole = true;
        if bytes.get(length) == Some(&b'.') {
            is_whole = false;
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(length + 1 + sign);
            if exponent > 0 {
                is_whole = false;
                length += 1 + sign + exponent;
            }
        }
        let written = &rest[..length];
        let start = self.at;
        self.at += length;
        if is_whole && let Ok(whole) = written.parse::<i64>() {
            return Ok(Token::Number(Number::Int(whole)));
        }
        match written.parse::<f64>() {
            Ok(real) if real.is_finite() => Ok(Token::Number(Number::Real(real))),
            _ => Err(self.error_at(start, "a number that cannot be read")),
        }
    }
}
