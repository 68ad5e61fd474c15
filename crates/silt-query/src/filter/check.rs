//! An expression against the schema of a collection.

use std::collections::{BTreeSet, HashSet};

use silt_model::{CollectionSchema, FieldType};

use super::longitude::bbox_area;
use super::number::Number;
use super::spatial::{Shape, SpatialOperator, of_literals};
use super::temporal::TemporalOperator;
use super::text::{Folding, LikePattern};
use super::truth::Truth;
use super::typed::{
    ArrayExpr, ArrayOperator, NumberExpr, Operand, Predicate, TextBase, TextExpr, TimeEnd,
    TimeExpr, array_member,
};
use crate::cql::ast::{Comparison, Expr};
use crate::cql::{CqlError, Limits};
use crate::queryable::{Queryable, resolve};
use crate::time::{Granule, Period, TimeError};

pub(super) struct Checker<'a> {
    pub(super) schema: &'a CollectionSchema,
    pub(super) limits: &'a Limits,
}

fn type_error<T>(message: impl Into<String>) -> Result<T, CqlError> {
    Err(CqlError::Type(message.into()))
}

fn time_error(error: TimeError) -> CqlError {
    CqlError::Time(error.to_string())
}

impl Checker<'_> {
    /// An expression that is true or false.
    pub(super) fn predicate(&self, expr: &Expr) -> Result<Predicate, CqlError> {
        match expr {
            Expr::And(parts) => Ok(Predicate::And(self.predicates(parts)?)),
            Expr::Or(parts) => Ok(Predicate::Or(self.predicates(parts)?)),
            Expr::Not(inner) => Ok(Predicate::Not(Box::new(self.predicate(inner)?))),
            Expr::Bool(flag) => Ok(Predicate::Constant(Truth::from(*flag))),
            Expr::Compare(comparison, left, right) => {
                let (left, right) = (self.operand(left)?, self.operand(right)?);
                compare(*comparison, left, right)
            }
            Expr::Between(value, low, high) => {
                let low_end = compare(
                    Comparison::GreaterOrEqual,
                    self.operand(value)?,
                    self.operand(low)?,
                )?;
                let high_end = compare(
                    Comparison::LessOrEqual,
                    self.operand(value)?,
                    self.operand(high)?,
                )?;
                Ok(Predicate::And(vec![low_end, high_end]))
            }
            Expr::In(value, members) => self.is_in(value, members),
            Expr::Like(value, pattern) => self.like(value, pattern),
            Expr::IsNull(value) => Ok(Predicate::IsNull(self.operand(value)?)),
            Expr::Call(name, arguments) => self.call_predicate(name, arguments),
            Expr::Property(_) => match self.operand(expr)? {
                Operand::Bool(predicate) => Ok(*predicate),
                other => type_error(format!(
                    "{} stands where a condition is expected",
                    describe(&other)
                )),
            },
            _ => type_error(format!(
                "{} stands where a condition is expected",
                describe(&self.operand(expr)?)
            )),
        }
    }

    fn predicates(&self, parts: &[Expr]) -> Result<Vec<Predicate>, CqlError> {
        parts.iter().map(|part| self.predicate(part)).collect()
    }

    fn call_predicate(&self, name: &str, arguments: &[Expr]) -> Result<Predicate, CqlError> {
        if let Some(operator) = SpatialOperator::from_name(name) {
            let [left, right] = self.two(name, arguments)?;
            return spatial(name, operator, left, right);
        }
        if let Some(operator) = TemporalOperator::from_name(name) {
            let [left, right] = self.two(name, arguments)?;
            return Ok(Predicate::Temporal(
                operator,
                self.as_time(name, left)?,
                self.as_time(name, right)?,
            ));
        }
        if let Some(operator) = ArrayOperator::from_name(name) {
            // `('a')` is an array of one here, though parentheses around one value else are not.
            let array_of_one = |argument: &Expr| match argument {
                Expr::Text(_) | Expr::Number(_) | Expr::Bool(_) => {
                    Expr::Array(vec![argument.clone()])
                }
                other => other.clone(),
            };
            let arguments: Vec<Expr> = arguments.iter().map(array_of_one).collect();
            return match self.two(name, &arguments)? {
                [Operand::Array(left), Operand::Array(right)] => {
                    Ok(Predicate::Arrays(operator, left, right))
                }
                [Operand::Array(_), other] | [other, _] => type_error(format!(
                    "{name} compares arrays, and {} is none",
                    describe(&other)
                )),
            };
        }
        match name {
            "casei" | "accenti" => type_error(format!("{name} gives a text, not a condition")),
            _ => Err(CqlError::UnknownFunction(name.chars().take(60).collect())),
        }
    }

    fn two(&self, name: &str, arguments: &[Expr]) -> Result<[Operand; 2], CqlError> {
        match arguments {
            [left, right] => Ok([self.operand(left)?, self.operand(right)?]),
            _ => type_error(format!(
                "{name} takes two arguments, not {}",
                arguments.len()
            )),
        }
    }

    fn operand(&self, expr: &Expr) -> Result<Operand, CqlError> {
        match expr {
            Expr::Null => type_error("a value is compared with NULL by IS NULL"),
            Expr::Number(number) => Ok(Operand::Number(NumberExpr::Literal(*number))),
            Expr::Text(text) => Ok(Operand::Text(TextExpr {
                base: TextBase::Literal(text.clone()),
                folding: Folding::default(),
            })),
            Expr::Date(text) => {
                let date = Granule::parse_date(text).map_err(time_error)?;
                Ok(Operand::Time(TimeExpr::Literal(date.into())))
            }
            Expr::Timestamp(text) => {
                let moment = Granule::parse_timestamp(text).map_err(time_error)?;
                Ok(Operand::Time(TimeExpr::Literal(moment.into())))
            }
            Expr::Interval(start, end) => self.interval(start, end),
            Expr::Property(name) => self.property(name),
            Expr::Geometry(geometry) => Ok(Operand::Shape(Box::new(Shape::new(geometry.clone())))),
            Expr::Bbox(bbox) => Ok(Operand::Shape(Box::new(Shape::new(bbox_area(*bbox))))),
            Expr::Array(members) => Ok(Operand::Array(ArrayExpr::Literal(array(members)?))),
            Expr::Negate(inner) => {
                let number = self.number("-", inner)?;
                Ok(Operand::Number(NumberExpr::Negate(Box::new(number))))
            }
            Expr::Chain(first, rest) => {
                let first = self.number("arithmetic", first)?;
                let mut steps = Vec::with_capacity(rest.len());
                for (operation, operand) in rest {
                    steps.push((*operation, self.number("arithmetic", operand)?));
                }
                Ok(Operand::Number(NumberExpr::Chain(Box::new(first), steps)))
            }
            Expr::Call(name, arguments) if name == "casei" || name == "accenti" => {
                let [inner] = arguments.as_slice() else {
                    return type_error(format!("{name} takes one text"));
                };
                let mut text = self.text(name, inner)?;
                text.folding.case |= name == "casei";
                text.folding.accents |= name == "accenti";
                if let TextBase::Literal(literal) = &mut text.base {
                    *literal = text.folding.apply(literal);
                }
                Ok(Operand::Text(text))
            }
            _ => Ok(Operand::Bool(Box::new(self.predicate(expr)?))),
        }
    }

    fn property(&self, name: &str) -> Result<Operand, CqlError> {
        let queryable = resolve(self.schema, name)?;
        let text = |queryable: Queryable| {
            Operand::Text(TextExpr {
                base: TextBase::Property(queryable),
                folding: Folding::default(),
            })
        };
        Ok(match &queryable {
            Queryable::Field(name, field_type) => match field_type {
                FieldType::Boolean => Operand::Bool(Box::new(Predicate::Flag(queryable))),
                FieldType::Integer | FieldType::Real => {
                    Operand::Number(NumberExpr::Field(name.clone()))
                }
                FieldType::Text => text(queryable),
                FieldType::Date => Operand::Time(TimeExpr::Property(queryable)),
                FieldType::Json => Operand::Array(ArrayExpr::Property(queryable)),
            },
            Queryable::Geometry => Operand::Geometry,
            Queryable::Edition => Operand::Time(TimeExpr::Property(queryable)),
            Queryable::Synthetic => Operand::Bool(Box::new(Predicate::Flag(queryable))),
            Queryable::Flags | Queryable::Regions => Operand::Array(ArrayExpr::Property(queryable)),
            Queryable::Id
            | Queryable::Source
            | Queryable::Record
            | Queryable::Crs
            | Queryable::Accuracy => text(queryable),
        })
    }

    fn number(&self, user: &str, expr: &Expr) -> Result<NumberExpr, CqlError> {
        match self.operand(expr)? {
            Operand::Number(number) => Ok(number),
            other => type_error(format!(
                "{user} takes numbers, and {} is none",
                describe(&other)
            )),
        }
    }

    fn text(&self, user: &str, expr: &Expr) -> Result<TextExpr, CqlError> {
        let operand = self.operand(expr)?;
        let description = describe(&operand);
        match as_text(operand) {
            Some(text) => Ok(text),
            None => type_error(format!("{user} takes a text, and {description} is none")),
        }
    }

    fn like(&self, value: &Expr, pattern: &Expr) -> Result<Predicate, CqlError> {
        let value = self.text("LIKE", value)?;
        let pattern = self.text("LIKE", pattern)?;
        let TextBase::Literal(pattern) = pattern.base else {
            return type_error("LIKE takes its pattern as a text in quotes");
        };
        let limit = self.limits.max_pattern_chars;
        if pattern.chars().count() > limit {
            return Err(CqlError::PatternTooLong { limit });
        }
        Ok(Predicate::Like(value, LikePattern::new(&pattern)))
    }

    fn is_in(&self, value: &Expr, members: &[Expr]) -> Result<Predicate, CqlError> {
        if members.is_empty() {
            return type_error("IN needs at least one value");
        }
        let mut operands = Vec::with_capacity(members.len());
        for member in members {
            operands.push(self.operand(member)?);
        }
        let first = self.operand(value)?;
        if let Operand::Number(_) = first {
            let literal = |operand: &Operand| match operand {
                Operand::Number(NumberExpr::Literal(number)) => Some(*number),
                _ => None,
            };
            let literals: Option<Vec<Number>> = operands.iter().map(literal).collect();
            if let (Operand::Number(number), Some(mut literals)) = (first, literals) {
                literals.sort_by(|a, b| a.order(*b));
                return Ok(Predicate::NumberIn(number, literals));
            }
        } else if let Operand::Text(_) = first {
            let literal = |operand: &Operand| match operand {
                Operand::Text(TextExpr {
                    base: TextBase::Literal(text),
                    ..
                }) => Some(text.clone()),
                _ => None,
            };
            let literals: Option<HashSet<String>> = operands.iter().map(literal).collect();
            if let (Operand::Text(text), Some(literals)) = (first, literals) {
                return Ok(Predicate::TextIn(text, literals));
            }
        }
        // The value is checked once for each member, so it must be small.
        if !matches!(
            value,
            Expr::Property(_) | Expr::Call(..) | Expr::Text(_) | Expr::Number(_)
        ) {
            return type_error(
                "IN takes a property on its left, or literals of one type in its list",
            );
        }
        let mut equalities = Vec::with_capacity(operands.len());
        for operand in operands {
            equalities.push(compare(Comparison::Equal, self.operand(value)?, operand)?);
        }
        Ok(Predicate::Or(equalities))
    }

    fn as_time(&self, user: &str, operand: Operand) -> Result<TimeExpr, CqlError> {
        match operand {
            Operand::Time(time) => Ok(time),
            Operand::Text(TextExpr {
                base: TextBase::Literal(text),
                ..
            }) => Ok(TimeExpr::Literal(
                Granule::parse(&text).map_err(time_error)?.into(),
            )),
            other => type_error(format!(
                "{user} takes dates, and {} is none",
                describe(&other)
            )),
        }
    }

    fn interval(&self, start: &Expr, end: &Expr) -> Result<Operand, CqlError> {
        let start = self.interval_end(start, Granule::OPEN_START)?;
        let end = self.interval_end(end, Granule::OPEN_END)?;
        if let (TimeEnd::Literal(first), TimeEnd::Literal(last)) = (&start, &end) {
            return match Period::new(*first, *last) {
                Some(period) => Ok(Operand::Time(TimeExpr::Literal(period))),
                None => Err(CqlError::Time(
                    "an INTERVAL that ends before it begins".to_owned(),
                )),
            };
        }
        Ok(Operand::Time(TimeExpr::Span(start, end)))
    }

    fn interval_end(&self, expr: &Expr, open: Granule) -> Result<TimeEnd, CqlError> {
        if matches!(expr, Expr::Text(text) if text == ".." || text.is_empty()) {
            return Ok(TimeEnd::Literal(open));
        }
        match self.as_time("INTERVAL", self.operand(expr)?)? {
            TimeExpr::Property(queryable) => Ok(TimeEnd::Property(queryable)),
            TimeExpr::Literal(period) => match expr {
                Expr::Text(text) => Granule::parse(text)
                    .map(TimeEnd::Literal)
                    .map_err(time_error),
                _ => Ok(TimeEnd::Literal(Granule {
                    start_us: period.start_us(),
                    end_us: period.end_us(),
                })),
            },
            TimeExpr::Span(..) => type_error("an INTERVAL within an INTERVAL"),
        }
    }
}

fn array(members: &[Expr]) -> Result<BTreeSet<String>, CqlError> {
    let mut set = BTreeSet::new();
    for member in members {
        let json = match member {
            Expr::Text(text) | Expr::Date(text) | Expr::Timestamp(text) => text.as_str().into(),
            Expr::Number(Number::Int(whole)) => (*whole).into(),
            Expr::Number(Number::Real(real)) => (*real).into(),
            Expr::Bool(flag) => (*flag).into(),
            _ => return type_error("an array takes texts, numbers, true and false"),
        };
        set.insert(array_member(&json));
    }
    Ok(set)
}

/// The operand as text: dates and JSON are kept as text.
fn as_text(operand: Operand) -> Option<TextExpr> {
    let property = |queryable: Queryable| TextExpr {
        base: TextBase::Property(queryable),
        folding: Folding::default(),
    };
    match operand {
        Operand::Text(text) => Some(text),
        Operand::Time(TimeExpr::Property(queryable)) => Some(property(queryable)),
        Operand::Array(ArrayExpr::Property(Queryable::Regions)) => None,
        Operand::Array(ArrayExpr::Property(queryable)) => Some(property(queryable)),
        _ => None,
    }
}

fn describe(operand: &Operand) -> String {
    let property = |queryable: &Queryable, kind: &str| match queryable {
        Queryable::Field(name, _) => format!("{kind} {name}"),
        other => match crate::queryable::BUILT_IN
            .iter()
            .find(|(_, own)| own == other)
        {
            Some((name, _)) => format!("{kind} {name}"),
            None => kind.to_owned(),
        },
    };
    match operand {
        Operand::Bool(predicate) => match predicate.as_ref() {
            Predicate::Flag(queryable) => property(queryable, "the true-or-false property"),
            _ => "a condition".to_owned(),
        },
        Operand::Number(NumberExpr::Field(name)) => format!("the number {name}"),
        Operand::Number(_) => "a number".to_owned(),
        Operand::Text(text) => match &text.base {
            TextBase::Property(queryable) => property(queryable, "the text"),
            TextBase::Literal(_) => "a text".to_owned(),
        },
        Operand::Time(TimeExpr::Property(queryable)) => property(queryable, "the date"),
        Operand::Time(_) => "a date".to_owned(),
        Operand::Array(ArrayExpr::Property(queryable)) => property(queryable, "the array"),
        Operand::Array(_) => "an array".to_owned(),
        Operand::Geometry | Operand::Shape(_) => "a geometry".to_owned(),
    }
}

fn compare(comparison: Comparison, left: Operand, right: Operand) -> Result<Predicate, CqlError> {
    let symbol = comparison.symbol();
    let mismatch = format!(
        "{} and {} cannot be compared by {symbol}",
        describe(&left),
        describe(&right)
    );
    let literal_time = |text: &TextExpr| match &text.base {
        TextBase::Literal(literal) => Some(
            Granule::parse(literal)
                .map(|granule| TimeExpr::Literal(granule.into()))
                .map_err(time_error),
        ),
        TextBase::Property(_) => None,
    };
    match (left, right) {
        (Operand::Number(left), Operand::Number(right)) => {
            Ok(Predicate::Numbers(comparison, left, right))
        }
        (Operand::Text(left), Operand::Text(right)) => {
            Ok(Predicate::Texts(comparison, left, right))
        }
        // The left side of a comparison of periods is the one that varies.
        (Operand::Time(left @ TimeExpr::Literal(_)), Operand::Time(right)) => {
            Ok(Predicate::Times(comparison.flipped(), right, left))
        }
        (Operand::Time(left), Operand::Time(right)) => {
            Ok(Predicate::Times(comparison, left, right))
        }
        (Operand::Time(left), Operand::Text(right)) => match literal_time(&right) {
            Some(right) => Ok(Predicate::Times(comparison, left, right?)),
            None => type_error(mismatch),
        },
        (Operand::Text(left), Operand::Time(right)) => match literal_time(&left) {
            Some(left) => Ok(Predicate::Times(comparison.flipped(), right, left?)),
            None => type_error(mismatch),
        },
        (Operand::Bool(left), Operand::Bool(right)) => {
            Ok(Predicate::Truths(comparison, left, right))
        }
        (Operand::Array(ArrayExpr::Property(Queryable::Regions)), Operand::Text(_))
        | (Operand::Text(_), Operand::Array(ArrayExpr::Property(Queryable::Regions))) => {
            type_error("silt_regions is an array; write A_CONTAINS(silt_regions, ('iso3:BRA'))")
        }
        (left @ Operand::Array(ArrayExpr::Property(_)), Operand::Text(right)) => {
            match as_text(left) {
                Some(left) => Ok(Predicate::Texts(comparison, left, right)),
                None => type_error(mismatch),
            }
        }
        (Operand::Text(left), right @ Operand::Array(ArrayExpr::Property(_))) => {
            match as_text(right) {
                Some(right) => Ok(Predicate::Texts(comparison, left, right)),
                None => type_error(mismatch),
            }
        }
        (Operand::Geometry | Operand::Shape(_), _) | (_, Operand::Geometry | Operand::Shape(_)) => {
            type_error("geometries are compared by S_INTERSECTS, S_EQUALS and the like")
        }
        _ => type_error(mismatch),
    }
}

fn spatial(
    name: &str,
    operator: SpatialOperator,
    left: Operand,
    right: Operand,
) -> Result<Predicate, CqlError> {
    match (left, right) {
        (Operand::Geometry, Operand::Shape(shape)) => Ok(Predicate::Spatial(operator, shape)),
        (Operand::Shape(shape), Operand::Geometry) => {
            Ok(Predicate::Spatial(operator.flipped(), shape))
        }
        (Operand::Geometry, Operand::Geometry) => Ok(Predicate::SpatialSelf(operator)),
        (Operand::Shape(left), Operand::Shape(right)) => Ok(Predicate::Constant(of_literals(
            operator,
            left.geometry(),
            right.geometry(),
        ))),
        (Operand::Geometry | Operand::Shape(_), other) | (other, _) => type_error(format!(
            "{name} compares geometries, and {} is none",
            describe(&other)
        )),
    }
}
