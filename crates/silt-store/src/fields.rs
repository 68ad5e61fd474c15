//! How values meet field types: which type holds a value, and what a value becomes in it.

use silt_model::{FieldType, PartialDate, Value};

/// The type that a field must have to hold this value as well; `None` where it fits already.
pub(crate) fn widening_for(field_type: FieldType, value: &Value) -> Option<FieldType> {
    let needed = match (field_type, value) {
        (_, Value::Null) | (FieldType::Text, _) | (FieldType::Real, Value::Int(_)) => return None,
        (FieldType::Date, Value::Text(text)) if text.parse::<PartialDate>().is_ok() => return None,
        (_, value) => natural_type(value)?,
    };
    let widened = field_type.widened_with(needed);
    (widened != field_type).then_some(widened)
}

/// The type of a field of which only this value is known.
pub(crate) fn natural_type(value: &Value) -> Option<FieldType> {
    match value {
        // Text that calls itself JSON but is no array or object would not read back as it was.
        Value::Json(text) if !is_json_container(text) => Some(FieldType::Text),
        value => value.field_type(),
    }
}

/// The value as a field of this type holds it. The field must be wide enough.
pub(crate) fn in_type(value: Value, field_type: FieldType) -> Value {
    match (field_type, value) {
        (_, Value::Null) => Value::Null,
        (FieldType::Real, Value::Int(number)) => Value::Real(number as f64),
        (FieldType::Text | FieldType::Date, Value::Text(text)) => Value::Text(text),
        (FieldType::Text | FieldType::Date, value) => Value::Text(value.to_string()),
        (FieldType::Json, Value::Text(text)) => Value::Json(text),
        (_, value) => value,
    }
}

/// Whether the text is one JSON array or object.
pub(crate) fn is_json_container(text: &str) -> bool {
    let starts_as_container = matches!(text.trim_start().bytes().next(), Some(b'{' | b'['));
    starts_as_container && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The column type in the GeoPackage.
pub(crate) fn column_type(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Boolean => "BOOLEAN",
        FieldType::Integer => "INTEGER",
        FieldType::Real => "REAL",
        FieldType::Text | FieldType::Date | FieldType::Json => "TEXT",
    }
}

/// The field type with this name.
pub(crate) fn type_named(name: &str) -> Option<FieldType> {
    [
        FieldType::Boolean,
        FieldType::Integer,
        FieldType::Real,
        FieldType::Text,
        FieldType::Date,
        FieldType::Json,
    ]
    .into_iter()
    .find(|field_type| field_type.name() == name)
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
