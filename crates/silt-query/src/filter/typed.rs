//! A filter whose names exist and whose types fit.

use std::collections::{BTreeSet, HashSet};

use super::number::Number;
use super::spatial::{Shape, SpatialOperator};
use super::temporal::TemporalOperator;
use super::text::{Folding, LikePattern};
use super::truth::Truth;
use crate::cql::ast::{Arithmetic, Comparison};
use crate::queryable::Queryable;
use crate::time::{Granule, Period};

#[derive(Debug)]
pub(super) enum Predicate {
    Constant(Truth),
    And(Vec<Predicate>),
    Or(Vec<Predicate>),
    Not(Box<Predicate>),
    /// Between truth values; false is less than true.
    Truths(Comparison, Box<Predicate>, Box<Predicate>),
    IsNull(Operand),
    /// A field that is true or false, or `silt_synthetic`.
    Flag(Queryable),
    Numbers(Comparison, NumberExpr, NumberExpr),
    /// Sorted.
    NumberIn(NumberExpr, Vec<Number>),
    Texts(Comparison, TextExpr, TextExpr),
    TextIn(TextExpr, HashSet<String>),
    Like(TextExpr, LikePattern),
    Times(Comparison, TimeExpr, TimeExpr),
    Temporal(TemporalOperator, TimeExpr, TimeExpr),
    /// Between the geometry of a feature and a literal.
    Spatial(SpatialOperator, Box<Shape>),
    /// Between the geometry of a feature and itself.
    SpatialSelf(SpatialOperator),
    Arrays(ArrayOperator, ArrayExpr, ArrayExpr),
}

/// A value of any type.
#[derive(Debug)]
pub(super) enum Operand {
    Bool(Box<Predicate>),
    Number(NumberExpr),
    Text(TextExpr),
    Time(TimeExpr),
    Array(ArrayExpr),
    Geometry,
    Shape(Box<Shape>),
}

#[derive(Debug)]
pub(super) enum NumberExpr {
    Literal(Number),
    Field(String),
    Negate(Box<NumberExpr>),
    Chain(Box<NumberExpr>, Vec<(Arithmetic, NumberExpr)>),
}

#[derive(Debug)]
pub(super) struct TextExpr {
    pub(super) base: TextBase,
    pub(super) folding: Folding,
}

#[derive(Debug)]
pub(super) enum TextBase {
    /// Already folded.
    Literal(String),
    Property(Queryable),
}

#[derive(Debug)]
pub(super) enum TimeExpr {
    Literal(Period),
    Property(Queryable),
    Span(TimeEnd, TimeEnd),
}

#[derive(Debug)]
pub(super) enum TimeEnd {
    Literal(Granule),
    Property(Queryable),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArrayOperator {
    Contains,
    ContainedBy,
    Equals,
    Overlaps,
}

impl ArrayOperator {
    pub(super) fn from_name(name: &str) -> Option<ArrayOperator> {
        match name {
            "a_contains" => Some(ArrayOperator::Contains),
            "a_containedby" => Some(ArrayOperator::ContainedBy),
            "a_equals" => Some(ArrayOperator::Equals),
            "a_overlaps" => Some(ArrayOperator::Overlaps),
            _ => None,
        }
    }

    /// Arrays are compared as sets.
    pub(super) fn holds(self, a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
        match self {
            ArrayOperator::Contains => a.is_superset(b),
            ArrayOperator::ContainedBy => a.is_subset(b),
            ArrayOperator::Equals => a == b,
            ArrayOperator::Overlaps => !a.is_disjoint(b),
        }
    }
}

#[derive(Debug)]
pub(super) enum ArrayExpr {
    /// Members as [`array_member`] writes them.
    Literal(BTreeSet<String>),
    /// A JSON field, `silt_flags` or `silt_regions`.
    Property(Queryable),
}

/// A member of an array such that equal members have equal texts: `1` and `1.0` are the same
/// number, and `'1'` is another thing.
pub(super) fn array_member(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.to_string(),
            None => {
                let real = number.as_f64().unwrap_or_default();
                let is_whole = real.trunc() == real && real.abs() < 9e15;
                if is_whole {
                    (real as i64).to_string()
                } else {
                    real.to_string()
                }
            }
        },
        other => other.to_string(),
    }
}
