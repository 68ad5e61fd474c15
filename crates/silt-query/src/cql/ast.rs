//! A filter as it was written, before its names and types are checked.

use geo_types::Geometry;

use crate::filter::number::Number;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged.
    pub(crate) fn flipped(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }

    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    pub(crate) fn from_symbol(symbol: &str) -> Option<Comparison> {
        match symbol {
            "=" => Some(Comparison::Equal),
            "<>" | "!=" => Some(Comparison::NotEqual),
            "<" => Some(Comparison::Less),
            "<=" => Some(Comparison::LessOrEqual),
            ">" => Some(Comparison::Greater),
            ">=" => Some(Comparison::GreaterOrEqual),
            _ => None,
        }
    }
}

/// How two numbers are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Quotient cut to a whole number.
    WholeDivide,
    Modulo,
    Power,
}

impl Arithmetic {
    pub(crate) fn from_symbol(symbol: &str) -> Option<Arithmetic> {
        match symbol {
            "+" => Some(Arithmetic::Add),
            "-" => Some(Arithmetic::Subtract),
            "*" => Some(Arithmetic::Multiply),
            "/" => Some(Arithmetic::Divide),
            "div" => Some(Arithmetic::WholeDivide),
            "%" => Some(Arithmetic::Modulo),
            "^" => Some(Arithmetic::Power),
            _ => None,
        }
    }
}

/// An expression. Chains of AND, OR and arithmetic are lists, so that a long one is not a deep
/// one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Date(String),
    Timestamp(String),
    /// Each end is a text, a date, a timestamp or a property.
    Interval(Box<Expr>, Box<Expr>),
    Property(String),
    Geometry(Geometry<f64>),
    /// West, south, east, north.
    Bbox([f64; 4]),
    Array(Vec<Expr>),
    /// Name in lower case, and arguments.
    Call(String, Vec<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Like(Box<Expr>, Box<Expr>),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    IsNull(Box<Expr>),
    Negate(Box<Expr>),
    /// A first number, and what is done to it from left to right.
    Chain(Box<Expr>, Vec<(Arithmetic, Expr)>),
}
