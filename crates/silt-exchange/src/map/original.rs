//! The published record verbatim, and ids made of it.

use geo::CoordsIter;
use silt_model::Value;
use xxhash_rust::xxh3::Xxh3;

use crate::record::{RawGeometry, Record};

/// All published cells in file order, as JSON object text.
pub(super) fn original_json(record: &Record) -> String {
    let mut json: Vec<u8> = Vec::with_capacity(32 * record.fields.len());
    json.push(b'{');
    for (number, (name, value)) in record.fields.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        write_text(&mut json, name);
        json.push(b':');
        match value {
            Value::Null => json.extend_from_slice(b"null"),
            Value::Bool(flag) => json.extend_from_slice(flag.to_string().as_bytes()),
            Value::Int(number) => json.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(text) => write_text(&mut json, text),
            Value::Real(_) | Value::Json(_) => {
                json.extend_from_slice(value.to_json().to_string().as_bytes());
            }
        }
    }
    json.push(b'}');
    String::from_utf8(json).expect("JSON of UTF-8 text is UTF-8")
}

fn write_text(json: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(json, text).expect("writing to memory does not fail");
}

/// An id for a record without one: 128 bits of XXH3 over its cells and its geometry, in hex. The
/// same content has the same id in every edition and on every machine.
pub(super) fn content_hash(original: &str, geometry: &RawGeometry) -> String {
    let mut hasher = Xxh3::new();
    hasher.update(original.as_bytes());
    match geometry {
        RawGeometry::Absent => {}
        RawGeometry::Parsed { geometry, .. } => {
            for position in geometry.coords_iter() {
                hasher.update(&position.x.to_le_bytes());
                hasher.update(&position.y.to_le_bytes());
            }
        }
        RawGeometry::Unreadable { value, .. } => hasher.update(value.as_bytes()),
    }
    format!("{:032x}", hasher.digest128())
}
