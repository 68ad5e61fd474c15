//! Values, flags and regions as SQLite columns and as the JSON of the history.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::ToSql;
use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serializer};
use serde_json::value::RawValue;
use silt_model::{FieldType, Flag, Value};

use super::fault::Fault;
use crate::fields::in_type;

/// A value as SQLite binds it.
pub(super) struct Bound<'a>(pub(super) &'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self.0 {
            Value::Null => Null.to_sql(),
            Value::Bool(flag) => Ok(ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*flag)))),
            Value::Int(number) => Ok(ToSqlOutput::Borrowed(ValueRef::Integer(*number))),
            Value::Real(number) => Ok(ToSqlOutput::Borrowed(ValueRef::Real(*number))),
            Value::Text(text) | Value::Json(text) => {
                Ok(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())))
            }
        }
    }
}

/// A column of a field of this type as a value. What another program may have written in another
/// type is read as what it is and then widened, never refused.
pub(super) fn value_of_column(column: ValueRef<'_>, field_type: FieldType) -> Value {
    match (field_type, column) {
        (_, ValueRef::Null) => Value::Null,
        (FieldType::Boolean, ValueRef::Integer(number)) => Value::Bool(number != 0),
        (FieldType::Json, ValueRef::Text(text)) => Value::Json(text_of(text)),
        (field_type, column) => {
            let value = match column {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Real(number) => Value::Real(number),
                ValueRef::Text(text) | ValueRef::Blob(text) => Value::Text(text_of(text)),
            };
            in_type(value, field_type)
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Flags as JSON, or `None` without any.
pub(super) fn flags_to_text(flags: &[Flag]) -> Result<Option<String>, Fault> {
    if flags.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(flags)?))
}

/// Flags from their JSON.
pub(super) fn flags_from_text(text: Option<&str>) -> Result<Vec<Flag>, Fault> {
    match text {
        None => Ok(Vec::new()),
        Some(text) => Ok(serde_json::from_str(text)?),
    }
}

/// Regions as a JSON array, or `None` without any.
pub(super) fn regions_to_text(regions: &[Arc<str>]) -> Result<Option<String>, Fault> {
    if regions.is_empty() {
        return Ok(None);
    }
    let ids: Vec<&str> = regions.iter().map(|id| id.as_ref()).collect();
    Ok(Some(serde_json::to_string(&ids)?))
}

/// Regions from their JSON; the few distinct combinations of a collection are parsed once.
#[derive(Default)]
pub(super) struct RegionReader {
    combinations: HashMap<String, Vec<Arc<str>>>,
    names: Interner,
}

/// Bound on remembered texts: beyond it memory would grow with the data.
const MAX_REMEMBERED: usize = 20_000;

impl RegionReader {
    pub(super) fn read(&mut self, text: Option<&str>) -> Result<Vec<Arc<str>>, Fault> {
        let Some(text) = text else {
            return Ok(Vec::new());
        };
        if let Some(known) = self.combinations.get(text) {
            return Ok(known.clone());
        }
        let ids: Vec<String> = serde_json::from_str(text)?;
        let ids: Vec<Arc<str>> = ids.iter().map(|id| self.names.get(id)).collect();
        if self.combinations.len() < MAX_REMEMBERED {
            self.combinations.insert(text.to_owned(), ids.clone());
        }
        Ok(ids)
    }
}

/// One shared copy of each of a few repeated texts.
#[derive(Default)]
pub(super) struct Interner {
    known: HashMap<Box<str>, Arc<str>>,
}

impl Interner {
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = Arc::from(text);
        if self.known.len() < MAX_REMEMBERED {
            self.known.insert(text.into(), Arc::clone(&shared));
        }
        shared
    }
}

/// Properties as one JSON object, in which each value reads back exactly: JSON values stand as
/// they are, byte for byte.
pub(super) fn properties_to_text<'a>(
    properties: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Result<String, Fault> {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut out);
    let mut map = serializer.serialize_map(None)?;
    for (name, value) in properties {
        match value {
            Value::Null => map.serialize_entry(name, &())?,
            Value::Bool(flag) => map.serialize_entry(name, flag)?,
            Value::Int(number) => map.serialize_entry(name, number)?,
            Value::Real(number) => map.serialize_entry(name, number)?,
            Value::Text(text) => map.serialize_entry(name, text)?,
            Value::Json(text) => {
                let raw = RawValue::from_string(text.clone())?;
                map.serialize_entry(name, &raw)?;
            }
        }
    }
    SerializeMap::end(map)?;
    String::from_utf8(out).map_err(|error| Fault::damaged(error.to_string()))
}

/// Properties from their JSON object, in its order.
pub(super) fn properties_from_text(text: &str) -> Result<Vec<(String, Value)>, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Ok(deserializer.deserialize_map(PropertiesVisitor)?)
}

struct PropertiesVisitor;

impl<'de> Visitor<'de> for PropertiesVisitor {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of property values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut properties = Vec::new();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            let text = raw.get();
            let value = if text.starts_with(['{', '[']) {
                Value::Json(text.to_owned())
            } else {
                let json = serde_json::from_str(text).map_err(serde::de::Error::custom)?;
                Value::from_json(json)
            };
            properties.push((name, value));
        }
        Ok(properties)
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
