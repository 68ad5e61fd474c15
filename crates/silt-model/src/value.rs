//! Attribute values.

use std::fmt;

use crate::schema::FieldType;

/// One attribute value of a feature.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Not known, not given, or not applicable.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite decimal number. Readers turn NaN and infinities into problems before this point.
    Real(f64),
    /// Text. Dates are text too, in ISO 8601 at the precision of their source.
    Text(String),
    /// An array or object, as compact JSON text.
    Json(String),
}

impl Value {
    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The field type that holds this value without loss, or `None` for null.
    pub fn field_type(&self) -> Option<FieldType> {
        match self {
            Value::Null => None,
            Value::Bool(_) => Some(FieldType::Boolean),
            Value::Int(_) => Some(FieldType::Integer),
            Value::Real(_) => Some(FieldType::Real),
            Value::Text(_) => Some(FieldType::Text),
            Value::Json(_) => Some(FieldType::Json),
        }
    }

    /// The number, where the value is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, where the value is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON. JSON text that does not parse becomes a JSON string.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Int(number) => (*number).into(),
            Value::Real(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::Json(text) => serde_json::from_str(text)
                .unwrap_or_else(|_| serde_json::Value::String(text.clone())),
        }
    }

    /// The value that a JSON value stands for. Whole numbers beyond 64 bits become text so that
    /// no digit is lost.
    pub fn from_json(json: serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            serde_json::Value::Number(number) => {
                if let Some(whole) = number.as_i64() {
                    Value::Int(whole)
                } else if number.is_u64() {
                    Value::Text(number.to_string())
                } else {
                    number.as_f64().map_or(Value::Null, Value::Real)
                }
            }
            serde_json::Value::String(text) => Value::Text(text),
            nested => Value::Json(nested.to_string()),
        }
    }
}

/// Plain text for tables and CSV: null is empty, a real has the shortest digits that read back.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => Ok(()),
            Value::Bool(flag) => write!(f, "{flag}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Real(number) => write!(f, "{number}"),
            Value::Text(text) | Value::Json(text) => f.write_str(text),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Real(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}
