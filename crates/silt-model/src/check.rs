//! Whether JSON from outside fits the schema of a collection.

use std::collections::HashMap;
use std::sync::Arc;

use geojson::JsonObject;
use serde_json::{Number, Value as Json};

use crate::date::DateError;
use crate::geojson::RESERVED;
use crate::{CollectionSchema, Field, FieldType, PartialDate, Value};

/// Most problems that are told at once.
pub const MAX_PROBLEMS: usize = 100;

/// Longest value that a problem repeats, in characters.
const SHOWN_CHARS: usize = 80;

/// A JSON value is not one of its field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ValueError {
    /// Another kind of JSON value is wanted.
    #[error("wants {wanted}, not {found}")]
    WrongKind {
        /// What the field holds.
        wanted: &'static str,
        /// What was given.
        found: &'static str,
    },
    /// The field holds whole numbers and the number has a fraction.
    #[error("wants a whole number, not {0}")]
    NotWhole(Number),
    /// The number cannot be kept to its last digit.
    #[error("{0} is beyond the numbers that the field holds exactly")]
    NotExact(Number),
    /// Not a date at year, month or day.
    #[error(transparent)]
    NotADate(#[from] DateError),
    /// Not one of the values of the field.
    #[error("`{value}` is not allowed; one of {} is", allowed.join(", "))]
    NotAllowed {
        /// What was given, cut at some length.
        value: String,
        /// What is allowed.
        allowed: Vec<String>,
    },
}

/// What is wrong with one property.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PropertyError {
    /// The collection has no such field.
    #[error("the collection has no such field")]
    Unknown,
    /// The field holds no such value.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// A property that does not fit, by name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{property}`: {error}")]
pub struct FieldProblem {
    /// The property as it was sent, cut at some length.
    pub property: String,
    /// What is wrong with it.
    pub error: PropertyError,
}

impl Field {
    /// The value that JSON stands for in this field, converted only where nothing is lost: `3.0`
    /// is a whole number and `1.5` is not, `12` is a real number, text is never read as a number.
    /// Dates are ISO 8601 at year, month or day. Null fits every field.
    ///
    /// A field of type json takes arrays and objects; a scalar would make it a text field.
    ///
    /// # Errors
    /// [`ValueError`] where the field cannot hold the value.
    pub fn check_value(&self, json: &Json) -> Result<Value, ValueError> {
        let value = match (self.field_type, json) {
            (_, Json::Null) => return Ok(Value::Null),
            (FieldType::Boolean, Json::Bool(flag)) => Value::Bool(*flag),
            (FieldType::Integer, Json::Number(number)) => Value::Int(whole(number)?),
            (FieldType::Real, Json::Number(number)) => Value::Real(real(number)?),
            (FieldType::Text, Json::String(text)) => Value::Text(text.clone()),
            (FieldType::Date, Json::String(text)) => Value::Text(date(text)?.to_string()),
            (FieldType::Json, Json::Array(_) | Json::Object(_)) => Value::Json(json.to_string()),
            (wanted, found) => {
                return Err(ValueError::WrongKind {
                    wanted: wanted_kind(wanted),
                    found: kind_of(found),
                });
            }
        };
        let text = value.to_string();
        if !self.allowed.is_empty() && !self.allowed.contains(&text) {
            return Err(ValueError::NotAllowed {
                value: shown(&text),
                allowed: self.allowed.clone(),
            });
        }
        Ok(value)
    }
}

impl CollectionSchema {
    /// The properties of a GeoJSON feature that someone sends, as values of the fields, in the
    /// order sent. A null stays a null.
    ///
    /// The properties that Silt adds ([`RESERVED`]) are ignored, so that a feature can be sent
    /// back as it was fetched; what they say cannot be changed in this way.
    ///
    /// # Errors
    /// Every property that is unknown or does not fit, up to [`MAX_PROBLEMS`].
    pub fn properties_from_json(
        &self,
        properties: &JsonObject,
    ) -> Result<Vec<(Arc<str>, Value)>, Vec<FieldProblem>> {
        let fields: HashMap<&str, &Field> = self
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field))
            .collect();
        let mut values = Vec::with_capacity(properties.len().min(self.fields.len()));
        let mut problems = Vec::new();
        for (name, json) in properties {
            if RESERVED.iter().any(|(reserved, _)| reserved == name) {
                continue;
            }
            let checked = match fields.get(name.as_str()) {
                None => Err(PropertyError::Unknown),
                Some(field) => field.check_value(json).map_err(PropertyError::from),
            };
            match checked {
                Ok(value) => values.push((Arc::from(name.as_str()), value)),
                Err(error) => problems.push(FieldProblem {
                    property: shown(name),
                    error,
                }),
            }
            if problems.len() == MAX_PROBLEMS {
                break;
            }
        }
        if problems.is_empty() {
            Ok(values)
        } else {
            Err(problems)
        }
    }
}

/// Whole numbers up to this are all doubles, and no other whole number rounds to them.
const MAX_EXACT_WHOLE: f64 = 9_007_199_254_740_991.0;

fn whole(number: &Number) -> Result<i64, ValueError> {
    if let Some(whole) = number.as_i64() {
        return Ok(whole);
    }
    let Some(real) = number.as_f64().filter(|_| number.is_f64()) else {
        return Err(ValueError::NotExact(number.clone()));
    };
    if real.fract() != 0.0 {
        return Err(ValueError::NotWhole(number.clone()));
    }
    if real.abs() > MAX_EXACT_WHOLE {
        return Err(ValueError::NotExact(number.clone()));
    }
    Ok(real as i64)
}

fn real(number: &Number) -> Result<f64, ValueError> {
    let not_exact = || ValueError::NotExact(number.clone());
    let real = number
        .as_f64()
        .filter(|real| real.is_finite())
        .ok_or_else(not_exact)?;
    let sent = number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from));
    // Whole numbers above 2^53 are doubles only now and then.
    if sent.is_some_and(|sent| real as i128 != sent) {
        return Err(not_exact());
    }
    Ok(real)
}

fn date(text: &str) -> Result<PartialDate, ValueError> {
    let date = text.parse();
    date.map_err(|_: DateError| ValueError::NotADate(DateError(shown(text))))
}

fn wanted_kind(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Boolean => "true or false",
        FieldType::Integer => "a whole number",
        FieldType::Real => "a number",
        FieldType::Text => "a text",
        FieldType::Date => "a date as text (YYYY, YYYY-MM or YYYY-MM-DD)",
        FieldType::Json => "an array or an object",
    }
}

fn kind_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
