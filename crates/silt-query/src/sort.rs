//! The order of features, and pages cut out of it.

use std::cmp::Ordering;

use silt_index::snapshot::{CollectionSnapshot, Column, NumberColumn, TextColumn};
use silt_model::{CollectionSchema, FieldType, Value};

use crate::cursor::Cursor;
use crate::query::Rows;
use crate::queryable::{Queryable, UnknownProperty, resolve};

/// Sort keys that a request may have.
pub const MAX_SORT_KEYS: usize = 8;
/// Texts are ordered by so many bytes, which keeps cursors short; those that differ later keep
/// the order of their `fid`.
pub const MAX_SORT_TEXT_BYTES: usize = 256;

/// One field of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// What is compared.
    pub queryable: Queryable,
    /// Whether large values come first.
    pub descending: bool,
}

/// The order of a request: its keys, then the `fid`. Nulls come last whichever way a key goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sort {
    keys: Vec<SortKey>,
}

/// A `sortby` that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SortError {
    /// A name that the collection does not have.
    #[error(transparent)]
    UnknownProperty(#[from] UnknownProperty),
    /// Arrays, objects and geometries have no order.
    #[error("{0:?} has no order; sort by a number, text, date or true-or-false property")]
    NoOrder(String),
    /// Nothing between two commas.
    #[error("sortby has an empty name; write for instance -height_m,name")]
    Empty,
    /// The same property twice.
    #[error("sortby names {0:?} twice")]
    Twice(String),
    /// More keys than allowed.
    #[error("sortby has more than {MAX_SORT_KEYS} names")]
    TooMany,
}

impl Sort {
    /// Reads `-height_m,name`: `-` is descending, `+` or nothing ascending.
    ///
    /// # Errors
    /// [`SortError`], always the fault of the text.
    pub fn parse(text: &str, schema: &CollectionSchema) -> Result<Sort, SortError> {
        let mut keys: Vec<SortKey> = Vec::new();
        for part in text.split(',') {
            if keys.len() == MAX_SORT_KEYS {
                return Err(SortError::TooMany);
            }
            // A plus sign that was not encoded arrives as a space.
            let part = part.trim();
            let (name, descending) = match part.strip_prefix('-') {
                Some(name) => (name, true),
                None => (part.strip_prefix('+').unwrap_or(part), false),
            };
            if name.is_empty() {
                return Err(SortError::Empty);
            }
            let queryable = resolve(schema, name)?;
            let has_order = !matches!(
                queryable,
                Queryable::Field(_, FieldType::Json)
                    | Queryable::Geometry
                    | Queryable::Flags
                    | Queryable::Regions
            );
            if !has_order {
                return Err(SortError::NoOrder(name.to_owned()));
            }
            if keys.iter().any(|key| key.queryable == queryable) {
                return Err(SortError::Twice(name.to_owned()));
            }
            keys.push(SortKey {
                queryable,
                descending,
            });
        }
        Ok(Sort { keys })
    }

    /// The keys, first one first; empty for the order of the `fid` alone.
    pub fn keys(&self) -> &[SortKey] {
        &self.keys
    }
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Rows in order.
    pub rows: Vec<u32>,
    /// Where the next page begins; `None` after the last row.
    pub next: Option<Cursor>,
}

/// The first `limit` of the selected rows that come after the cursor in the order.
pub fn page(
    snapshot: &CollectionSnapshot,
    rows: &Rows,
    sort: &Sort,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Page {
    if limit == 0 {
        return Page {
            rows: Vec::new(),
            next: None,
        };
    }
    // One more than asked for tells whether another page follows.
    let wanted = limit.saturating_add(1);
    let mut best = if sort.keys.is_empty() {
        let start = cursor.map_or(0, |cursor| snapshot.first_row_after(cursor.fid));
        rows.from_row(start).take(wanted).collect()
    } else {
        let order = Order::new(snapshot, sort);
        let after = |row: &u32| {
            cursor.is_none_or(|cursor| order.row_with_cursor(*row, cursor) == Ordering::Greater)
        };
        smallest(rows.iter().filter(after), wanted, |a, b| order.rows(*a, *b))
    };
    let has_more = best.len() > limit;
    best.truncate(limit);
    let next = match best.last() {
        Some(&last) if has_more => Some(cursor_at(snapshot, sort, last)),
        _ => None,
    };
    Page { rows: best, next }
}

/// The cursor after a row.
pub fn cursor_at(snapshot: &CollectionSnapshot, sort: &Sort, row: u32) -> Cursor {
    let order = Order::new(snapshot, sort);
    Cursor {
        values: order
            .keys
            .iter()
            .map(|(source, _)| source.value(row))
            .collect(),
        fid: snapshot.fid(row),
    }
}

/// The smallest items in order, in memory for twice as many.
fn smallest(
    items: impl Iterator<Item = u32>,
    wanted: usize,
    compare: impl Fn(&u32, &u32) -> Ordering,
) -> Vec<u32> {
    let capacity = wanted.saturating_mul(2).max(64);
    let mut kept: Vec<u32> = Vec::new();
    let mut largest: Option<u32> = None;
    for item in items {
        if largest.is_some_and(|largest| compare(&item, &largest).is_ge()) {
            continue;
        }
        kept.push(item);
        if kept.len() >= capacity {
            let (_, last, _) = kept.select_nth_unstable_by(wanted - 1, &compare);
            largest = Some(*last);
            kept.truncate(wanted);
        }
    }
    kept.sort_unstable_by(&compare);
    kept.truncate(wanted);
    kept
}

/// The columns of an order.
struct Order<'a> {
    snapshot: &'a CollectionSnapshot,
    keys: Vec<(SortSource<'a>, bool)>,
}

enum SortSource<'a> {
    Booleans(&'a [Option<bool>]),
    Ints(&'a NumberColumn<i64>),
    Reals(&'a NumberColumn<f64>),
    Texts(&'a TextColumn),
    Mixed(&'a [Value]),
    Id(&'a CollectionSnapshot),
    Synthetic(&'a CollectionSnapshot),
    Nulls,
}

/// A value on its way into a comparison.
enum SortValue<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(&'a str),
    Own(String),
}

impl<'a> Order<'a> {
    fn new(snapshot: &'a CollectionSnapshot, sort: &Sort) -> Order<'a> {
        let source = |queryable: &Queryable| match queryable {
            Queryable::Field(name, _) => match snapshot.column(name) {
                Some(Column::Boolean(values)) => SortSource::Booleans(values),
                Some(Column::Integer(column)) => SortSource::Ints(column),
                Some(Column::Real(column)) => SortSource::Reals(column),
                Some(Column::Text(column) | Column::Date(column) | Column::Json(column)) => {
                    SortSource::Texts(column)
                }
                Some(Column::Mixed(values)) => SortSource::Mixed(values),
                None => SortSource::Nulls,
            },
            Queryable::Id => SortSource::Id(snapshot),
            Queryable::Source => SortSource::Texts(snapshot.sources()),
            Queryable::Record => SortSource::Texts(snapshot.records()),
            Queryable::Edition => SortSource::Texts(snapshot.editions()),
            Queryable::Crs => SortSource::Texts(snapshot.source_crs()),
            Queryable::Accuracy => SortSource::Texts(snapshot.accuracies()),
            Queryable::Synthetic => SortSource::Synthetic(snapshot),
            Queryable::Geometry | Queryable::Flags | Queryable::Regions => SortSource::Nulls,
        };
        let keys = sort.keys.iter();
        Order {
            snapshot,
            keys: keys
                .map(|key| (source(&key.queryable), key.descending))
                .collect(),
        }
    }

    fn rows(&self, a: u32, b: u32) -> Ordering {
        for (source, descending) in &self.keys {
            let order = source.get(a).order(&source.get(b), *descending);
            if order != Ordering::Equal {
                return order;
            }
        }
        self.snapshot.fid(a).cmp(&self.snapshot.fid(b))
    }

    fn row_with_cursor(&self, row: u32, cursor: &Cursor) -> Ordering {
        for ((source, descending), value) in self.keys.iter().zip(&cursor.values) {
            let order = source.get(row).order(&SortValue::of(value), *descending);
            if order != Ordering::Equal {
                return order;
            }
        }
        self.snapshot.fid(row).cmp(&cursor.fid)
    }
}

impl<'a> SortSource<'a> {
    fn get(&self, row: u32) -> SortValue<'a> {
        match self {
            SortSource::Booleans(values) => {
                values[row as usize].map_or(SortValue::Null, SortValue::Bool)
            }
            SortSource::Ints(column) => column.get(row).map_or(SortValue::Null, SortValue::Int),
            SortSource::Reals(column) => column.get(row).map_or(SortValue::Null, SortValue::Real),
            SortSource::Texts(column) => match column.get(row) {
                Some(text) => SortValue::Text(shortened(text)),
                None => SortValue::Null,
            },
            SortSource::Mixed(values) => SortValue::of(&values[row as usize]),
            SortSource::Id(snapshot) => {
                let id = snapshot.id(row).to_string();
                SortValue::Own(shortened(&id).to_owned())
            }
            SortSource::Synthetic(snapshot) => SortValue::Bool(snapshot.is_synthetic(row)),
            SortSource::Nulls => SortValue::Null,
        }
    }

    fn value(&self, row: u32) -> Value {
        match self.get(row) {
            SortValue::Null => Value::Null,
            SortValue::Bool(flag) => Value::Bool(flag),
            SortValue::Int(whole) => Value::Int(whole),
            SortValue::Real(real) => Value::Real(real),
            SortValue::Text(text) => Value::Text(text.to_owned()),
            SortValue::Own(text) => Value::Text(text),
        }
    }
}

fn shortened(text: &str) -> &str {
    let mut end = MAX_SORT_TEXT_BYTES.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl<'a> SortValue<'a> {
    fn of(value: &'a Value) -> SortValue<'a> {
        match value {
            Value::Null => SortValue::Null,
            Value::Bool(flag) => SortValue::Bool(*flag),
            Value::Int(whole) => SortValue::Int(*whole),
            Value::Real(real) => SortValue::Real(*real),
            Value::Text(text) | Value::Json(text) => SortValue::Text(shortened(text)),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            SortValue::Text(text) => Some(text),
            SortValue::Own(text) => Some(text),
            _ => None,
        }
    }

    /// Values of different types in one field: true-or-false before numbers before texts.
    fn rank(&self) -> u8 {
        match self {
            SortValue::Bool(_) => 0,
            SortValue::Int(_) | SortValue::Real(_) => 1,
            SortValue::Text(_) | SortValue::Own(_) => 2,
            SortValue::Null => 3,
        }
    }

    fn order(&self, other: &SortValue<'_>, descending: bool) -> Ordering {
        use crate::filter::number::Number;
        let number = |value: &SortValue<'_>| match value {
            SortValue::Int(whole) => Some(Number::Int(*whole)),
            SortValue::Real(real) => Some(Number::Real(*real)),
            _ => None,
        };
        let order = match (self, other) {
            (SortValue::Null, SortValue::Null) => return Ordering::Equal,
            (SortValue::Null, _) => return Ordering::Greater,
            (_, SortValue::Null) => return Ordering::Less,
            (SortValue::Bool(a), SortValue::Bool(b)) => a.cmp(b),
            _ => match (self.text(), other.text(), number(self), number(other)) {
                (Some(a), Some(b), _, _) => a.cmp(b),
                (_, _, Some(a), Some(b)) => a.order(b),
                _ => self.rank().cmp(&other.rank()),
            },
        };
        if descending { order.reverse() } else { order }
    }
}

#[cfg(test)]
#[path = "sort_tests.rs"]
mod tests;
