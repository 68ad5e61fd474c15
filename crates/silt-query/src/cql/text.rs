//! CQL2 text into an expression, by recursive descent with one token of look-ahead.

use super::ast::{Arithmetic, Comparison, Expr};
use super::lexer::{Lexer, Token};
use super::literal::Literals;
use super::{CqlError, Limits};
use crate::filter::number::Number;

/// Words that name no property unless they are quoted.
const RESERVED: [&str; 11] = [
    "and", "or", "not", "like", "between", "in", "is", "null", "true", "false", "div",
];

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    pub(super) token: Token<'a>,
    /// Byte at which the token begins.
    at: usize,
    depth: usize,
    max_depth: usize,
    pub(super) literals: Literals<'a>,
}

pub(super) fn parse(
    source: &str,
    limits: &Limits,
    literals: Literals<'_>,
) -> Result<Expr, CqlError> {
    let mut parser = Parser {
        lexer: Lexer::new(source),
        token: Token::End,
        at: 0,
        depth: 0,
        max_depth: limits.max_depth,
        literals,
    };
    parser.advance()?;
    if parser.token == Token::End {
        return Err(parser.error("the filter is empty"));
    }
    let expr = parser.alternatives()?;
    if parser.token != Token::End {
        return Err(parser.unexpected("the end of the filter, AND or OR"));
    }
    Ok(expr)
}

impl<'a> Parser<'a> {
    pub(super) fn advance(&mut self) -> Result<Token<'a>, CqlError> {
        let (token, at) = self.lexer.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    pub(super) fn error(&self, message: impl Into<String>) -> CqlError {
        self.lexer.error_at(self.at, message)
    }

    pub(super) fn unexpected(&self, expected: &str) -> CqlError {
        const MAX_SHOWN_CHARS: usize = 30;
        let cut = |text: &str| text.chars().take(MAX_SHOWN_CHARS).collect::<String>();
        let met = match &self.token {
            Token::Word(word) => cut(word),
            Token::Quoted(name) => format!("\"{}\"", cut(name)),
            Token::Text(text) => format!("'{}'", cut(text)),
            Token::Number(number) => number.as_f64().to_string(),
            Token::Symbol(symbol) => (*symbol).to_owned(),
            Token::End => "the end".to_owned(),
        };
        self.error(format!("expected {expected}, met {met}"))
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(own) if own == symbol)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(own) if own.eq_ignore_ascii_case(word))
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> Result<bool, CqlError> {
        let met = self.is_symbol(symbol);
        if met {
            self.advance()?;
        }
        Ok(met)
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), CqlError> {
        if self.take_symbol(symbol)? {
            return Ok(());
        }
        Err(self.unexpected(symbol))
    }

    fn take_word(&mut self, word: &str) -> Result<bool, CqlError> {
        let met = self.is_word(word);
        if met {
            self.advance()?;
        }
        Ok(met)
    }

    /// Goes one level deeper; every recursion of the grammar passes here.
    pub(super) fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, CqlError>,
    ) -> Result<T, CqlError> {
        if self.depth >= self.max_depth {
            return Err(CqlError::TooDeep {
                limit: self.max_depth,
            });
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn alternatives(&mut self) -> Result<Expr, CqlError> {
        let first = self.conjunction()?;
        if !self.is_word("or") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_word("or")? {
            parts.push(self.conjunction()?);
        }
        Ok(Expr::Or(parts))
    }

    fn conjunction(&mut self) -> Result<Expr, CqlError> {
        let first = self.negation()?;
        if !self.is_word("and") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_word("and")? {
            parts.push(self.negation()?);
        }
        Ok(Expr::And(parts))
    }

    fn negation(&mut self) -> Result<Expr, CqlError> {
        if self.take_word("not")? {
            let inner = self.deeper(Self::negation)?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Expr, CqlError> {
        let left = self.sum()?;
        if let Token::Symbol(symbol) = self.token
            && let Some(comparison) = Comparison::from_symbol(symbol)
        {
            self.advance()?;
            let right = self.sum()?;
            return Ok(Expr::Compare(comparison, Box::new(left), Box::new(right)));
        }
        if self.take_word("is")? {
            let negated = self.take_word("not")?;
            if !self.take_word("null")? {
                return Err(self.unexpected("NULL"));
            }
            return Ok(negate_if(negated, Expr::IsNull(Box::new(left))));
        }
        let negated = self.take_word("not")?;
        if self.take_word("like")? {
            let pattern = self.sum()?;
            let like = Expr::Like(Box::new(left), Box::new(pattern));
            return Ok(negate_if(negated, like));
        }
        if self.take_word("between")? {
            let low = self.sum()?;
            if !self.take_word("and")? {
                return Err(self.unexpected("AND"));
            }
            let high = self.sum()?;
            let between = Expr::Between(Box::new(left), Box::new(low), Box::new(high));
            return Ok(negate_if(negated, between));
        }
        if self.take_word("in")? {
            self.expect_symbol("(")?;
            let members = self.deeper(Self::list_to_parenthesis)?;
            return Ok(negate_if(negated, Expr::In(Box::new(left), members)));
        }
        if negated {
            return Err(self.unexpected("LIKE, BETWEEN or IN"));
        }
        Ok(left)
    }

    /// Expressions up to the closing parenthesis, which is taken too.
    fn list_to_parenthesis(&mut self) -> Result<Vec<Expr>, CqlError> {
        let mut members = Vec::new();
        if self.take_symbol(")")? {
            return Ok(members);
        }
        loop {
            members.push(self.alternatives()?);
            if self.take_symbol(")")? {
                return Ok(members);
            }
            if !self.take_symbol(",")? {
                return Err(self.unexpected(", or )"));
            }
        }
    }

    fn sum(&mut self) -> Result<Expr, CqlError> {
        self.chain(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Result<Expr, CqlError> {
        self.chain(&["*", "/", "%", "div"], Self::power)
    }

    fn power(&mut self) -> Result<Expr, CqlError> {
        self.chain(&["^"], Self::signed)
    }

    /// Operands joined by operators of one rank, taken from left to right.
    fn chain(
        &mut self,
        symbols: &[&str],
        operand: fn(&mut Self) -> Result<Expr, CqlError>,
    ) -> Result<Expr, CqlError> {
        let first = operand(self)?;
        let mut rest = Vec::new();
        loop {
            let met = symbols
                .iter()
                .find(|symbol| self.is_symbol(symbol) || self.is_word(symbol));
            let Some(operation) = met.and_then(|symbol| Arithmetic::from_symbol(symbol)) else {
                break;
            };
            self.advance()?;
            rest.push((operation, operand(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Expr::Chain(Box::new(first), rest))
    }

    fn signed(&mut self) -> Result<Expr, CqlError> {
        if self.take_symbol("+")? {
            return match self.token {
                Token::Number(_) => self.primary(),
                _ => Err(self.unexpected("a number")),
            };
        }
        if !self.take_symbol("-")? {
            return self.primary();
        }
        match self.deeper(Self::signed)? {
            Expr::Number(number) => Ok(Expr::Number(number.negated())),
            other => Ok(Expr::Negate(Box::new(other))),
        }
    }

    fn primary(&mut self) -> Result<Expr, CqlError> {
        match &self.token {
            Token::Number(number) => {
                let number = *number;
                self.advance()?;
                Ok(Expr::Number(number))
            }
            Token::Text(_) | Token::Quoted(_) => match self.advance()? {
                Token::Text(text) => Ok(Expr::Text(text)),
                Token::Quoted(name) => Ok(Expr::Property(name)),
                _ => Err(self.unexpected("a value")),
            },
            Token::Symbol("(") => {
                self.advance()?;
                let mut members = self.deeper(Self::list_to_parenthesis)?;
                match members.len() {
                    1 => Ok(members.swap_remove(0)),
                    _ => Ok(Expr::Array(members)),
                }
            }
            Token::Word(word) => {
                let word = *word;
                self.word(word)
            }
            _ => Err(self.unexpected("a property or a value")),
        }
    }

    fn word(&mut self, word: &str) -> Result<Expr, CqlError> {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "true" | "false" => {
                self.advance()?;
                return Ok(Expr::Bool(lower == "true"));
            }
            "null" => {
                self.advance()?;
                return Ok(Expr::Null);
            }
            reserved if RESERVED.contains(&reserved) => {
                return Err(self.unexpected("a property or a value"));
            }
            _ => {}
        }
        let name_at = self.at;
        self.advance()?;
        if let Some(geometry) = self.geometry(&lower)? {
            return Ok(Expr::Geometry(geometry));
        }
        if !self.take_symbol("(")? {
            return Ok(Expr::Property(word.to_owned()));
        }
        let arguments = self.deeper(Self::list_to_parenthesis)?;
        self.call(&lower, arguments).map_err(|error| match error {
            CqlError::Syntax { message, .. } => self.lexer.error_at(name_at, message),
            other => other,
        })
    }

    fn call(&mut self, name: &str, arguments: Vec<Expr>) -> Result<Expr, CqlError> {
        match (name, arguments.as_slice()) {
            ("date", [Expr::Text(text)]) => Ok(Expr::Date(text.clone())),
            ("timestamp", [Expr::Text(text)]) => Ok(Expr::Timestamp(text.clone())),
            ("date" | "timestamp", _) => Err(self.error(format!("{name} takes one text"))),
            ("interval", [start, end]) => Ok(Expr::Interval(
                Box::new(start.clone()),
                Box::new(end.clone()),
            )),
            ("interval", _) => Err(self.error("INTERVAL takes two ends")),
            ("bbox", _) => {
                let mut numbers = Vec::new();
                for argument in &arguments {
                    match argument {
                        Expr::Number(number) => numbers.push(Number::as_f64(*number)),
                        _ => return Err(self.error("BBOX takes numbers")),
                    }
                }
                Ok(Expr::Bbox(self.literals.bbox(&numbers)?))
            }
            _ => Ok(Expr::Call(name.to_owned(), arguments)),
        }
    }
}

fn negate_if(negated: bool, expr: Expr) -> Expr {
    if negated {
        Expr::Not(Box::new(expr))
    } else {
        expr
    }
}
