//! Types of the columns of a file, for imports without a recipe.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use silt_model::{FieldType, Value};

use crate::read::{Format, ReadError, ReadOptions, Reader};
use crate::record::Row;

/// Whole numbers beyond this are not all doubles.
const EXACT_WHOLE: u64 = 1 << 53;

/// The fields of a file in the order in which they first occur, each with the narrowest type that
/// holds every value without loss. The whole file is read.
///
/// A cell of a text table counts as a number only when it is written the way a program writes
/// one: `007`, `+5` and `1.` are text, since they would not come back as they were. Fields
/// without any value are text.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next_batch`].
pub fn infer_columns(
    path: &Path,
    options: &ReadOptions,
) -> Result<Vec<(Arc<str>, FieldType)>, ReadError> {
    let mut reader = Reader::open(path, options)?;
    let is_text_table = matches!(reader.info().format, Format::Csv | Format::Tsv);
    let mut order: Vec<(Arc<str>, Seen)> = reader
        .info()
        .columns
        .iter()
        .map(|column| (Arc::clone(&column.name), Seen::default()))
        .collect();
    let mut places: HashMap<Arc<str>, usize> = order
        .iter()
        .enumerate()
        .map(|(place, (name, _))| (Arc::clone(name), place))
        .collect();
    while let Some(batch) = reader.next_batch()? {
        for row in batch.decode() {
            let Row::Record(record) = row else { continue };
            for (position, (name, value)) in record.fields.iter().enumerate() {
                let is_in_order = order
                    .get(position)
                    .is_some_and(|(known, _)| Arc::ptr_eq(known, name));
                let place = if is_in_order {
                    position
                } else {
                    *places.entry(Arc::clone(name)).or_insert_with(|| {
                        order.push((Arc::clone(name), Seen::default()));
                        order.len() - 1
                    })
                };
                order[place].1.add(value, is_text_table);
            }
        }
    }
    let declared = reader.info().columns.iter().map(|column| column.field_type);
    let declared: Vec<Option<FieldType>> = declared.collect();
    let typed = order.into_iter().enumerate().map(|(place, (name, seen))| {
        let declared_type = declared.get(place).copied().flatten();
        (name, declared_type.unwrap_or_else(|| seen.field_type()))
    });
    Ok(typed.collect())
}

/// What the values of one field have in common.
#[derive(Debug, Default)]
struct Seen {
    field_type: Option<FieldType>,
    /// A whole number that a double would round.
    has_large_whole: bool,
}

impl Seen {
    fn add(&mut self, value: &Value, is_text_table: bool) {
        let found = match value {
            Value::Null => return,
            Value::Text(_) if self.field_type == Some(FieldType::Text) => return,
            Value::Text(text) if is_text_table => text_type(text),
            other => other.field_type().unwrap_or(FieldType::Text),
        };
        let whole = match value {
            Value::Int(whole) => Some(*whole),
            Value::Text(text) if found == FieldType::Integer => text.parse().ok(),
            _ => None,
        };
        self.has_large_whole |= whole.is_some_and(|whole| whole.unsigned_abs() > EXACT_WHOLE);
        self.field_type = Some(
            self.field_type
                .map_or(found, |known| known.widened_with(found)),
        );
    }

    fn field_type(&self) -> FieldType {
        match self.field_type {
            Some(FieldType::Real) if self.has_large_whole => FieldType::Text,
            Some(field_type) => field_type,
            None => FieldType::Text,
        }
    }
}

/// The type of a cell of a text table.
fn text_type(text: &str) -> FieldType {
    if matches!(text, "true" | "false" | "TRUE" | "FALSE" | "True" | "False") {
        return FieldType::Boolean;
    }
    if !is_plain_number(text) {
        return FieldType::Text;
    }
    if text.contains(['.', 'e', 'E']) {
        let is_finite = text.parse::<f64>().is_ok_and(f64::is_finite);
        return if is_finite {
            FieldType::Real
        } else {
            FieldType::Text
        };
    }
    let fits = text != "-0" && text.parse::<i64>().is_ok();
    if fits {
        FieldType::Integer
    } else {
        FieldType::Text
    }
}

/// Whether a text is a number by the grammar of JSON.
fn is_plain_number(text: &str) -> bool {
    let starts_like_one = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    starts_like_one
        && serde_json::from_str::<&serde_json::value::RawValue>(text)
            .is_ok_and(|raw| raw.get() == text)
}

#[cfg(test)]
#[path = "infer_tests.rs"]
mod tests;
