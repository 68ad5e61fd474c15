//! Where the values of a filter come from: columns and literals.

use std::borrow::Cow;
use std::collections::BTreeSet;

use silt_index::snapshot::{CollectionSnapshot, Column, NULL_CODE, NumberColumn, TextColumn};
use silt_model::Value;

use super::number::Number;
use super::typed::{NumberExpr, TextBase, TextExpr, TimeEnd, TimeExpr, array_member};
use crate::cql::ast::Arithmetic;
use crate::queryable::Queryable;
use crate::time::{Granule, Period};

/// Whether a property is null for a row.
pub(super) fn is_null(snapshot: &CollectionSnapshot, queryable: &Queryable, row: u32) -> bool {
    let no_text = |column: &TextColumn| column.codes[row as usize] == NULL_CODE;
    match queryable {
        Queryable::Field(name, _) => match snapshot.column(name) {
            Some(Column::Text(column) | Column::Date(column) | Column::Json(column)) => {
                no_text(column)
            }
            Some(column) => column.value(row).is_null(),
            None => true,
        },
        Queryable::Geometry => snapshot.geometry_bounds(row).is_none(),
        Queryable::Id | Queryable::Source | Queryable::Record | Queryable::Synthetic => false,
        Queryable::Edition => no_text(snapshot.editions()),
        Queryable::Crs => no_text(snapshot.source_crs()),
        Queryable::Accuracy => no_text(snapshot.accuracies()),
        Queryable::Flags => no_text(snapshot.flags()),
        Queryable::Regions => snapshot.region_places(row).is_empty(),
    }
}

pub(crate) enum TextSource<'a> {
    Coded(&'a TextColumn),
    Mixed(&'a [Value]),
    Id(&'a CollectionSnapshot),
    Null,
}

pub(super) fn text_source<'a>(
    snapshot: &'a CollectionSnapshot,
    queryable: &Queryable,
) -> TextSource<'a> {
    match queryable {
        Queryable::Field(name, _) => match snapshot.column(name) {
            Some(Column::Text(column) | Column::Date(column) | Column::Json(column)) => {
                TextSource::Coded(column)
            }
            Some(Column::Mixed(values)) => TextSource::Mixed(values),
            _ => TextSource::Null,
        },
        Queryable::Id => TextSource::Id(snapshot),
        Queryable::Source => TextSource::Coded(snapshot.sources()),
        Queryable::Record => TextSource::Coded(snapshot.records()),
        Queryable::Edition => TextSource::Coded(snapshot.editions()),
        Queryable::Crs => TextSource::Coded(snapshot.source_crs()),
        Queryable::Accuracy => TextSource::Coded(snapshot.accuracies()),
        Queryable::Flags => TextSource::Coded(snapshot.flags()),
        Queryable::Geometry | Queryable::Synthetic | Queryable::Regions => TextSource::Null,
    }
}

impl<'a> TextSource<'a> {
    pub(super) fn get(&self, row: u32) -> Option<Cow<'a, str>> {
        match self {
            TextSource::Coded(column) => column.get(row).map(Cow::Borrowed),
            TextSource::Mixed(values) => match &values[row as usize] {
                Value::Text(text) | Value::Json(text) => Some(Cow::Borrowed(text)),
                _ => None,
            },
            TextSource::Id(snapshot) => Some(Cow::Owned(snapshot.id(row).to_string())),
            TextSource::Null => None,
        }
    }
}

/// A text for each row, folded.
pub(super) struct BoundText<'a> {
    source: Result<TextSource<'a>, &'a str>,
    expr: &'a TextExpr,
}

impl<'a> BoundText<'a> {
    pub(super) fn new(snapshot: &'a CollectionSnapshot, expr: &'a TextExpr) -> BoundText<'a> {
        let source = match &expr.base {
            TextBase::Literal(literal) => Err(literal.as_str()),
            TextBase::Property(queryable) => Ok(text_source(snapshot, queryable)),
        };
        BoundText { source, expr }
    }

    pub(super) fn get(&self, row: u32) -> Option<Cow<'a, str>> {
        match &self.source {
            Err(literal) => Some(Cow::Borrowed(literal)),
            Ok(source) => {
                let text = source.get(row)?;
                if self.expr.folding.is_none() {
                    return Some(text);
                }
                Some(Cow::Owned(self.expr.folding.apply(&text)))
            }
        }
    }
}

pub(super) enum BoundNumber<'a> {
    Constant(Option<Number>),
    Ints(&'a NumberColumn<i64>),
    Reals(&'a NumberColumn<f64>),
    Mixed(&'a [Value]),
    Negate(Box<BoundNumber<'a>>),
    Chain(Box<BoundNumber<'a>>, Vec<(Arithmetic, BoundNumber<'a>)>),
}

impl<'a> BoundNumber<'a> {
    pub(super) fn new(snapshot: &'a CollectionSnapshot, expr: &'a NumberExpr) -> BoundNumber<'a> {
        match expr {
            NumberExpr::Literal(number) => BoundNumber::Constant(Some(*number)),
            NumberExpr::Field(name) => match snapshot.column(name) {
                Some(Column::Integer(column)) => BoundNumber::Ints(column),
                Some(Column::Real(column)) => BoundNumber::Reals(column),
                Some(Column::Mixed(values)) => BoundNumber::Mixed(values),
                _ => BoundNumber::Constant(None),
            },
            NumberExpr::Negate(inner) => {
                BoundNumber::Negate(Box::new(BoundNumber::new(snapshot, inner)))
            }
            NumberExpr::Chain(first, rest) => {
                let bound = |(operation, operand): &'a (Arithmetic, NumberExpr)| {
                    (*operation, BoundNumber::new(snapshot, operand))
                };
                BoundNumber::Chain(
                    Box::new(BoundNumber::new(snapshot, first)),
                    rest.iter().map(bound).collect(),
                )
            }
        }
    }

    pub(super) fn get(&self, row: u32) -> Option<Number> {
        match self {
            BoundNumber::Constant(number) => *number,
            BoundNumber::Ints(column) => column.get(row).map(Number::Int),
            BoundNumber::Reals(column) => column.get(row).map(Number::Real),
            BoundNumber::Mixed(values) => match values[row as usize] {
                Value::Int(whole) => Some(Number::Int(whole)),
                Value::Real(real) => Some(Number::Real(real)),
                _ => None,
            },
            BoundNumber::Negate(inner) => inner.get(row).map(Number::negated),
            BoundNumber::Chain(first, rest) => {
                let mut result = first.get(row)?;
                for (operation, operand) in rest {
                    result = result.apply(*operation, operand.get(row)?)?;
                }
                Some(result)
            }
        }
    }
}

pub(super) enum BoundTime<'a> {
    Constant(Period),
    Property(TimeColumn<'a>),
    Span(BoundEnd<'a>, BoundEnd<'a>),
}

pub(super) enum BoundEnd<'a> {
    Constant(Granule),
    Property(TimeColumn<'a>),
}

/// Dates of a column, each distinct text read once.
pub(crate) enum TimeColumn<'a> {
    Coded {
        codes: &'a [u32],
        granules: Vec<Option<Granule>>,
    },
    Other(TextSource<'a>),
}

impl<'a> TimeColumn<'a> {
    pub(crate) fn new(snapshot: &'a CollectionSnapshot, queryable: &Queryable) -> TimeColumn<'a> {
        match text_source(snapshot, queryable) {
            TextSource::Coded(column) => TimeColumn::Coded {
                codes: &column.codes,
                granules: column
                    .texts
                    .iter()
                    .map(|text| Granule::parse(text).ok())
                    .collect(),
            },
            other => TimeColumn::Other(other),
        }
    }

    /// What the row's text stands for; `None` for null and for what is no date.
    pub(crate) fn get(&self, row: u32) -> Option<Granule> {
        match self {
            TimeColumn::Coded { codes, granules } => granules
                .get(codes[row as usize] as usize)
                .copied()
                .flatten(),
            TimeColumn::Other(source) => Granule::parse(&source.get(row)?).ok(),
        }
    }
}

impl<'a> BoundTime<'a> {
    pub(super) fn new(snapshot: &'a CollectionSnapshot, expr: &'a TimeExpr) -> BoundTime<'a> {
        let end = |end: &TimeEnd| match end {
            TimeEnd::Literal(granule) => BoundEnd::Constant(*granule),
            TimeEnd::Property(queryable) => {
                BoundEnd::Property(TimeColumn::new(snapshot, queryable))
            }
        };
        match expr {
            TimeExpr::Literal(period) => BoundTime::Constant(*period),
            TimeExpr::Property(queryable) => {
                BoundTime::Property(TimeColumn::new(snapshot, queryable))
            }
            TimeExpr::Span(first, last) => BoundTime::Span(end(first), end(last)),
        }
    }

    /// The period of a row; `None` where an end is null, or lies before the beginning.
    pub(super) fn get(&self, row: u32) -> Option<Period> {
        let end = |end: &BoundEnd<'_>| match end {
            BoundEnd::Constant(granule) => Some(*granule),
            BoundEnd::Property(column) => column.get(row),
        };
        match self {
            BoundTime::Constant(period) => Some(*period),
            BoundTime::Property(column) => column.get(row).map(Period::from),
            BoundTime::Span(first, last) => Period::new(end(first)?, end(last)?),
        }
    }
}

/// An array for each row.
pub(super) enum BoundArray<'a> {
    Regions(&'a CollectionSnapshot),
    Texts {
        source: TextSource<'a>,
        is_flags: bool,
    },
}

impl<'a> BoundArray<'a> {
    pub(super) fn new(snapshot: &'a CollectionSnapshot, queryable: &Queryable) -> BoundArray<'a> {
        match queryable {
            Queryable::Regions => BoundArray::Regions(snapshot),
            other => BoundArray::Texts {
                source: text_source(snapshot, other),
                is_flags: *other == Queryable::Flags,
            },
        }
    }

    pub(super) fn get(&self, row: u32) -> Option<BTreeSet<String>> {
        match self {
            BoundArray::Regions(snapshot) => {
                let member = |id: &std::sync::Arc<str>| array_member(&id.as_ref().into());
                Some(snapshot.regions(row).map(member).collect())
            }
            BoundArray::Texts { source, is_flags } => {
                BoundArray::of_text(source.get(row).as_deref(), *is_flags)
            }
        }
    }

    /// The members of a JSON array; of flags their codes. A feature without flags has none of
    /// them, which is known, while a field that is null or no array is unknown.
    pub(super) fn of_text(text: Option<&str>, is_flags: bool) -> Option<BTreeSet<String>> {
        let Some(text) = text else {
            return is_flags.then(BTreeSet::new);
        };
        let members: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
        let member = |json: &serde_json::Value| match json.get("code") {
            Some(code) if is_flags => array_member(code),
            _ => array_member(json),
        };
        Some(members.iter().map(member).collect())
    }
}
