//! One JSON text as one row: a GeoJSON feature, a bare geometry, or a plain object.

use std::collections::HashSet;
use std::sync::Arc;

use silt_model::Value;

use super::cursor::{Cursor, JsonError, JsonErrorKind, compact};
use super::geometry::{GeometryReader, is_geometry_type};
use crate::read::quoted;
use crate::record::{RawGeometry, Record, Reject, Row, RowNote};

/// Names of the fields of the row before, which are nearly always those of this row too, so that
/// rows share them.
#[derive(Debug, Default)]
pub(super) struct SharedNames {
    names: Vec<Arc<str>>,
}

/// What a row is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) row: u64,
    pub(super) bytes: &'a [u8],
    /// Offset of the bytes in the file, for messages.
    pub(super) offset: u64,
    pub(super) max_depth: u32,
    /// Whether an object that is not a feature is a row too.
    pub(super) plain_objects: bool,
}

/// Decodes one row.
pub(super) fn decode(piece: Piece<'_>, names: &mut SharedNames) -> Row {
    let text = match std::str::from_utf8(piece.bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            return Row::Reject(Reject {
                row: piece.row,
                code: "invalid_utf8",
                field: None,
                value: Some(quoted(&String::from_utf8_lossy(piece.bytes))),
                reason: format!(
                    "byte {} is not UTF-8, which JSON must be; if the file has another encoding, give `encoding`",
                    piece.offset + at as u64
                ),
            });
        }
    };
    let mut cursor = Cursor::new(text, piece.max_depth);
    match object(&mut cursor, piece, names) {
        Ok(row) => row,
        Err(error) => Row::Reject(reject_for(&error, piece, text)),
    }
}

fn reject_for(error: &JsonError, piece: Piece<'_>, text: &str) -> Reject {
    let code = match error.kind {
        JsonErrorKind::TooDeep(_) => "too_deep",
        JsonErrorKind::Syntax(_) | JsonErrorKind::EndsEarly => "invalid_json",
    };
    Reject {
        row: piece.row,
        code,
        field: None,
        value: Some(quoted(text)),
        reason: format!("byte {}: {}", piece.offset + error.at as u64, error.kind),
    }
}

fn not_a_feature(piece: Piece<'_>, text: &str, field: Option<&str>, reason: String) -> Row {
    Row::Reject(Reject {
        row: piece.row,
        code: "not_a_feature",
        field: field.map(str::to_owned),
        value: Some(quoted(text)),
        reason,
    })
}

fn object(
    cursor: &mut Cursor<'_>,
    piece: Piece<'_>,
    names: &mut SharedNames,
) -> Result<Row, JsonError> {
    let text = cursor.text();
    if cursor.peek() != Some(b'{') {
        let what = match cursor.peek() {
            Some(b'[') => "an array",
            Some(b'"') => "text",
            Some(b'n') => "null",
            Some(b't' | b'f') => "true or false",
            _ => "a number",
        };
        cursor.skip_value()?;
        return Ok(not_a_feature(
            piece,
            text,
            None,
            format!("{what} stands where a feature is expected"),
        ));
    }
    cursor.at += 1;
    let start = cursor.at;
    let mut record = Record::new(piece.row);
    let mut type_name = None;
    let mut has_properties = false;
    let mut bad_properties = false;
    let mut seen = [false; 4];
    let mut foreign: Vec<(Arc<str>, Value)> = Vec::new();
    let mut first = true;
    while let Some(key) = cursor.next_key(first)? {
        first = false;
        if let Some(position) = ["type", "id", "properties", "geometry"]
            .iter()
            .position(|name| *name == key)
        {
            if seen[position] {
                record.notes.push(duplicate_note(&key));
            }
            seen[position] = true;
        }
        match key.as_ref() {
            "type" if cursor.peek() == Some(b'"') => type_name = Some(cursor.string()?),
            "id" => record.id = id(cursor)?,
            "geometry" => record.geometry = geometry(cursor, piece, &mut record.notes)?,
            "properties" if cursor.peek() == Some(b'{') => {
                cursor.at += 1;
                has_properties = true;
                record.fields = members(cursor, names, &mut record.notes)?;
            }
            "properties" => {
                bad_properties = !cursor.literal("null");
                if bad_properties {
                    cursor.skip_value()?;
                }
                has_properties = true;
            }
            "bbox" | "coordinates" | "geometries" | "crs" => {
                cursor.skip_value()?;
            }
            _ => foreign.push((Arc::from(key.as_ref()), value(cursor)?)),
        }
    }
    if cursor.peek().is_some() {
        return cursor.fail("there is text after the end of the object");
    }
    match type_name.as_deref() {
        Some("Feature") if bad_properties => Ok(not_a_feature(
            piece,
            text,
            Some("properties"),
            "the `properties` of the feature are not an object".to_owned(),
        )),
        Some("Feature") => {
            add_foreign(&mut record, foreign);
            Ok(Row::Record(record))
        }
        Some(name) if is_geometry_type(name) && !has_properties => {
            cursor.at = 0;
            let mut bare = Record::new(piece.row);
            bare.geometry = geometry(cursor, piece, &mut bare.notes)?;
            Ok(Row::Record(bare))
        }
        _ if piece.plain_objects => {
            cursor.at = start;
            let mut plain = Record::new(piece.row);
            plain.fields = members(cursor, names, &mut plain.notes)?;
            Ok(Row::Record(plain))
        }
        Some(name) => Ok(not_a_feature(
            piece,
            text,
            Some("type"),
            format!("the `type` is `{}`, not `Feature`", quoted(name)),
        )),
        None => Ok(not_a_feature(
            piece,
            text,
            Some("type"),
            "the object has no `type`; if its records are in an array, name it with `json_path`"
                .to_owned(),
        )),
    }
}

/// Members of a feature beside those of RFC 7946 become fields, unless a property has the name.
fn add_foreign(record: &mut Record, foreign: Vec<(Arc<str>, Value)>) {
    for (name, value) in foreign {
        if record.field(&name).is_none() {
            record.fields.push((name, value));
        }
    }
}

fn id(cursor: &mut Cursor<'_>) -> Result<Option<String>, JsonError> {
    match cursor.peek() {
        Some(b'"') => Ok(Some(cursor.string()?.into_owned())),
        Some(b'-' | b'0'..=b'9') => Ok(Some(cursor.number_text()?.to_owned())),
        _ => {
            cursor.skip_value()?;
            Ok(None)
        }
    }
}

fn geometry(
    cursor: &mut Cursor<'_>,
    piece: Piece<'_>,
    notes: &mut Vec<RowNote>,
) -> Result<RawGeometry, JsonError> {
    if cursor.literal("null") {
        return Ok(RawGeometry::Absent);
    }
    cursor.peek();
    let start = cursor.at;
    let mut reader = GeometryReader::new(cursor);
    let result = reader.read();
    let had_elevation = reader.had_elevation;
    let (rings_closed, first_open_ring) = (reader.rings_closed, reader.first_open_ring);
    match result {
        Ok(Some(geometry)) => {
            if let Some(first) = first_open_ring {
                notes.push(RowNote {
                    code: "ring_not_closed",
                    field: Some("geometry".to_owned()),
                    reason: format!(
                        "{rings_closed} ring(s) did not end where they start, the first at {} {}; they were closed",
                        first.x, first.y
                    ),
                });
            }
            Ok(RawGeometry::Parsed {
                geometry,
                had_elevation,
            })
        }
        Ok(None) => Ok(RawGeometry::Absent),
        Err(problem) => {
            let at = problem.at;
            cursor.at = start;
            // Where even the JSON is broken or too deep, the whole row is rejected here.
            let text = cursor.skip_value()?;
            let reason = format!(
                "geometry: byte {}: {}",
                piece.offset + at as u64,
                problem.reason
            );
            Ok(RawGeometry::Unreadable {
                value: quoted(text),
                reason,
            })
        }
    }
}

/// The members of an object, with the cursor after its opening brace. Of a repeated name the last
/// value is kept, as most JSON readers do, and a note says so.
fn members(
    cursor: &mut Cursor<'_>,
    names: &mut SharedNames,
    notes: &mut Vec<RowNote>,
) -> Result<Vec<(Arc<str>, Value)>, JsonError> {
    let mut fields: Vec<(Arc<str>, Value)> = Vec::with_capacity(names.names.len());
    let mut as_before = true;
    let mut first = true;
    while let Some(key) = cursor.next_key(first)? {
        first = false;
        let name = match names.names.get(fields.len()) {
            Some(name) if name.as_ref() == key.as_ref() => Arc::clone(name),
            _ => {
                as_before = false;
                Arc::from(key.as_ref())
            }
        };
        fields.push((name, value(cursor)?));
    }
    if !as_before {
        fields = keep_last(fields, notes);
        names.names = fields.iter().map(|(name, _)| Arc::clone(name)).collect();
    }
    Ok(fields)
}

fn keep_last(fields: Vec<(Arc<str>, Value)>, notes: &mut Vec<RowNote>) -> Vec<(Arc<str>, Value)> {
    let distinct: HashSet<&str> = fields.iter().map(|(name, _)| name.as_ref()).collect();
    if distinct.len() == fields.len() {
        return fields;
    }
    let mut kept: Vec<(Arc<str>, Value)> = Vec::with_capacity(distinct.len());
    let mut positions = std::collections::HashMap::new();
    for (name, value) in fields {
        match positions.get(&name) {
            Some(&position) => {
                notes.push(duplicate_note(&name));
                let slot: &mut (Arc<str>, Value) = &mut kept[position];
                slot.1 = value;
            }
            None => {
                positions.insert(Arc::clone(&name), kept.len());
                kept.push((name, value));
            }
        }
    }
    kept
}

fn duplicate_note(name: &str) -> RowNote {
    RowNote {
        code: "duplicate_key",
        field: Some(name.to_owned()),
        reason: format!(
            "`{}` occurs more than once in the object; the last value was kept",
            quoted(name)
        ),
    }
}

/// Any value. Numbers that 64 bits do not hold, and the tokens that stand for numbers that do not
/// exist, stay as published text.
fn value(cursor: &mut Cursor<'_>) -> Result<Value, JsonError> {
    match cursor.peek() {
        Some(b'"') => Ok(Value::Text(cursor.string()?.into_owned())),
        Some(b'{' | b'[') => Ok(Value::Json(compact(cursor.skip_value()?))),
        Some(b't') if cursor.literal("true") => Ok(Value::Bool(true)),
        Some(b'f') if cursor.literal("false") => Ok(Value::Bool(false)),
        Some(b'n') if cursor.literal("null") => Ok(Value::Null),
        _ => {
            if let Some(token) = cursor.not_a_number() {
                return Ok(Value::Text(token.to_owned()));
            }
            Ok(number_value(cursor.number_text()?))
        }
    }
}

fn number_value(text: &str) -> Value {
    let is_whole = !text.contains(['.', 'e', 'E']);
    if is_whole {
        // Minus zero is a real: a whole number would lose its sign.
        return match text.parse::<i64>() {
            Ok(0) if text.starts_with('-') => Value::Real(-0.0),
            Ok(whole) => Value::Int(whole),
            Err(_) => Value::Text(text.to_owned()),
        };
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::Real(number),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
#[path = "feature_tests.rs"]
mod tests;
