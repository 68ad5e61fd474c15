//! What a result was made from, as text that can be compared byte for byte.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// A file that was read. The checksum is the caller's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    /// Path relative to the data directory, with `/`.
    pub path: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Rows.
    pub rows: u64,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputFile {
    /// Path relative to the manifest, with `/`.
    pub path: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

/// Everything that determines a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the method, see [`crate::METHOD_VERSION`].
    pub method_version: String,
    /// Version of the priors.
    pub prior_version: String,
    /// Seed.
    pub seed: u64,
    /// Draws.
    pub draws: u32,
    /// All other parameters, priors and settings among them.
    pub parameters: BTreeMap<String, Value>,
    /// Files that were read.
    pub inputs: Vec<InputFile>,
    /// Version of the data.
    pub data_version: String,
    /// Files that were written.
    pub outputs: Vec<OutputFile>,
    /// Whether any input is synthetic.
    pub synthetic: bool,
}

/// Why a manifest cannot be written or read.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// Not the JSON of a manifest.
    #[error("not a manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// Two entries of one path.
    #[error("{0} occurs twice among the files of one list; every path must be listed once")]
    DuplicatePath(String),
}

/// A field of two manifests that is not the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Path to the field, e.g. `outputs[extraction.csv].sha256`.
    pub field: String,
    /// What the manifest says; absent where it has no such field.
    pub recorded: Option<Value>,
    /// What was found when it was computed again.
    pub recomputed: Option<Value>,
}

impl Manifest {
    /// Canonical JSON: files ordered by path, keys by their bytes, numbers as `serde_json` writes
    /// them (integers as such, other numbers with the fewest digits that give the same bits),
    /// two spaces of indentation, `\n` at the end. The same manifest gives the same bytes.
    ///
    /// # Errors
    /// A path that occurs twice in one list.
    pub fn to_canonical_json(&self) -> Result<String, ManifestError> {
        let mut ordered = self.clone();
        ordered.inputs.sort_by(|a, b| a.path.cmp(&b.path));
        ordered.outputs.sort_by(|a, b| a.path.cmp(&b.path));
        for pair in ordered.inputs.windows(2) {
            if pair[0].path == pair[1].path {
                return Err(ManifestError::DuplicatePath(pair[0].path.clone()));
            }
        }
        for pair in ordered.outputs.windows(2) {
            if pair[0].path == pair[1].path {
                return Err(ManifestError::DuplicatePath(pair[0].path.clone()));
            }
        }
        Ok(canonical_json(&serde_json::to_value(&ordered)?))
    }

    /// Reads a manifest; unknown fields are refused, since they might matter.
    ///
    /// # Errors
    /// Text that is not a manifest.
    pub fn from_json(text: &str) -> Result<Self, ManifestError> {
        Ok(serde_json::from_str(text)?)
    }

    /// Fields in which a recomputed manifest differs from this one, in order of their paths. Empty
    /// means that the result was reproduced.
    ///
    /// # Errors
    /// A path that occurs twice in one list.
    pub fn differences(&self, recomputed: &Self) -> Result<Vec<Difference>, ManifestError> {
        let recorded = leaves(&self.to_canonical_json()?)?;
        let again = leaves(&recomputed.to_canonical_json()?)?;
        let fields: std::collections::BTreeSet<&String> =
            recorded.keys().chain(again.keys()).collect();
        Ok(fields
            .into_iter()
            .filter(|&field| recorded.get(field) != again.get(field))
            .map(|field| Difference {
                field: field.clone(),
                recorded: recorded.get(field).cloned(),
                recomputed: again.get(field).cloned(),
            })
            .collect())
    }
}

/// JSON with keys ordered by their bytes, two spaces of indentation and `\n` at the end.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, 0, &mut text);
    text.push('\n');
    text
}

fn write_value(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let ordered: BTreeMap<&String, &Value> = fields.iter().collect();
            text.push('{');
            for (place, (key, field)) in ordered.into_iter().enumerate() {
                begin_item(place, depth + 1, text);
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(": ");
                write_value(field, depth + 1, text);
            }
            begin_line(depth, text);
            text.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                begin_item(place, depth + 1, text);
                write_value(item, depth + 1, text);
            }
            begin_line(depth, text);
            text.push(']');
        }
        scalar_or_empty => text.push_str(&scalar_or_empty.to_string()),
    }
}

fn begin_item(place: usize, depth: usize, text: &mut String) {
    if place > 0 {
        text.push(',');
    }
    begin_line(depth, text);
}

fn begin_line(depth: usize, text: &mut String) {
    text.push('\n');
    for _ in 0..depth {
        text.push_str("  ");
    }
}

/// Scalars of a JSON text by their paths; items that have a `path` are named by it.
fn leaves(json: &str) -> Result<BTreeMap<String, Value>, ManifestError> {
    let value: Value = serde_json::from_str(json)?;
    let mut found = BTreeMap::new();
    collect_leaves(String::new(), &value, &mut found);
    Ok(found)
}

fn collect_leaves(path: String, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, field) in fields {
                let inner = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                collect_leaves(inner, field, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                let name = item.get("path").and_then(Value::as_str);
                let inner = match name {
                    Some(name) => format!("{path}[{name}]"),
                    None => format!("{path}[{place}]"),
                };
                collect_leaves(inner, item, found);
            }
        }
        scalar_or_empty => {
            found.insert(path, scalar_or_empty.clone());
        }
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
