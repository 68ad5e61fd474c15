//! What Silt's own exports carry beside the fields: `silt_record`, `silt_flags` and the like.

use silt_model::geojson::RESERVED_PREFIX;
use silt_model::{Flag, FlagCode, LocationAccuracy, Value};

use crate::record::Record;

/// What an export of Silt says about a record.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reserved {
    pub(super) record_id: Option<String>,
    pub(super) crs: Option<String>,
    pub(super) accuracy: Option<LocationAccuracy>,
    pub(super) flags: Vec<Flag>,
    pub(super) original: Option<String>,
    pub(super) synthetic: bool,
}

/// Whether Silt gives this name to something of its own.
pub(super) fn is_reserved(name: &str) -> bool {
    name.starts_with(RESERVED_PREFIX)
}

/// Takes the reserved fields out of a record; `None` where it has no `silt_record`, and so is no
/// export of Silt.
pub(super) fn take(record: &mut Record) -> Option<Reserved> {
    if !record
        .fields
        .iter()
        .any(|(name, _)| name.as_ref() == "silt_record")
    {
        return None;
    }
    let mut reserved = Reserved::default();
    record.fields.retain(|(name, value)| {
        if !is_reserved(name) {
            return true;
        }
        match name.as_ref() {
            "silt_record" => reserved.record_id = text_of(value),
            "silt_crs" => reserved.crs = text_of(value),
            "silt_accuracy" => {
                reserved.accuracy =
                    text_of(value).and_then(|name| LocationAccuracy::from_name(&name));
            }
            "silt_flags" => reserved.flags = flags_of(value),
            "silt_original" => reserved.original = text_of(value),
            "silt_synthetic" => reserved.synthetic = is_true(value),
            _ => {}
        }
        false
    });
    Some(reserved)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        other => Some(other.to_string()).filter(|text| !text.is_empty()),
    }
}

fn is_true(value: &Value) -> bool {
    matches!(
        value.to_string().to_ascii_lowercase().as_str(),
        "true" | "1"
    )
}

/// Flags that an import finds anew are left out, so that they do not double.
fn flags_of(value: &Value) -> Vec<Flag> {
    let flags: Vec<Flag> = text_of(value)
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default();
    let stays = |flag: &Flag| flag.code != FlagCode::RegionByTolerance;
    flags.into_iter().filter(stays).collect()
}
