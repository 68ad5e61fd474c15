//! Collection schemas: which fields a collection has, in which units.

use serde::{Deserialize, Serialize};

/// What kind of values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// True or false.
    Boolean,
    /// Whole numbers of 64 bits.
    Integer,
    /// Double-precision numbers.
    Real,
    /// Text.
    Text,
    /// ISO 8601 dates at the precision of their source: `2019`, `2019-01` or `2019-01-25`.
    Date,
    /// Arrays and objects as JSON text.
    Json,
}

impl FieldType {
    /// The narrowest type that holds values of both types without loss.
    pub fn widened_with(self, other: FieldType) -> FieldType {
        use FieldType::{Integer, Real, Text};
        match (self, other) {
            (a, b) if a == b => a,
            (Integer, Real) | (Real, Integer) => Real,
            _ => Text,
        }
    }

    /// The name used in schemas and in recipes.
    pub fn name(self) -> &'static str {
        match self {
            FieldType::Boolean => "boolean",
            FieldType::Integer => "integer",
            FieldType::Real => "real",
            FieldType::Text => "text",
            FieldType::Date => "date",
            FieldType::Json => "json",
        }
    }
}

/// One field of a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Property name, with its unit where it has one: `height_m`, `storage_m3`.
    pub name: String,
    /// Kind of values.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Human-readable title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the value means, and whose definition it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Unit symbol (`m`, `m3`, `t`), absent for dimensionless values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Allowed values, empty where any value is allowed.
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

impl Field {
    /// A field with a name and a type and nothing more.
    pub fn new(name: impl Into<String>, field_type: FieldType) -> Self {
        Field {
            name: name.into(),
            field_type,
            title: None,
            description: None,
            unit: None,
            allowed: Vec::new(),
        }
    }
}

/// Whether the features of a collection lie on land or at sea; decides whether a feature just off
/// the generalised coastline is given to the nearest country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Domain {
    /// On land: facilities, mines, places.
    #[default]
    Land,
    /// At sea: dredging tracks and cycles.
    Sea,
    /// Either.
    Any,
}

/// Description of one collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionSchema {
    /// Collection id: lower-case letters, digits and `_`, starting with a letter.
    pub id: String,
    /// Human-readable title.
    pub title: String,
    /// What the collection holds.
    #[serde(default)]
    pub description: String,
    /// Land, sea or any.
    #[serde(default)]
    pub domain: Domain,
    /// Fields in the order in which they are shown.
    pub fields: Vec<Field>,
}

/// Longest collection id accepted, in bytes.
pub const MAX_COLLECTION_ID_BYTES: usize = 63;

/// The collection id breaks the naming rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot name a collection; use a lower-case letter followed by lower-case letters, digits or _, at most 63 characters, not starting with silt_, gpkg_, rtree_ or sqlite_"
)]
pub struct CollectionIdError(pub String);

/// Checks a collection id. The rule keeps ids safe in URLs, file names and table names.
pub fn check_collection_id(id: &str) -> Result<(), CollectionIdError> {
    let starts_with_letter = id.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let plain = id
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let reserved = ["silt_", "gpkg_", "rtree_", "sqlite_"]
        .iter()
        .any(|prefix| id.starts_with(prefix));
    if starts_with_letter && plain && !reserved && id.len() <= MAX_COLLECTION_ID_BYTES {
        Ok(())
    } else {
        Err(CollectionIdError(id.to_owned()))
    }
}

impl CollectionSchema {
    /// A schema without fields, for a collection that a user creates from a file.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        CollectionSchema {
            title: id.replace('_', " "),
            id,
            description: String::new(),
            domain: Domain::Land,
            fields: Vec::new(),
        }
    }

    /// The field with this exact name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collection_ids_are_safe_names() {
        for good in ["mines", "tailings_facilities", "a1"] {
            assert!(check_collection_id(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "Mines",
            "1a",
            "a-b",
            "a b",
            "silt_x",
            "gpkg_contents",
            "é",
            "a\"b",
            &"a".repeat(64),
        ] {
            assert!(check_collection_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn widening_never_narrows() {
        let types = [
            FieldType::Boolean,
            FieldType::Integer,
            FieldType::Real,
            FieldType::Text,
            FieldType::Date,
            FieldType::Json,
        ];
        for a in types {
            assert_eq!(a.widened_with(a), a);
            assert_eq!(a.widened_with(FieldType::Text), FieldType::Text);
            for b in types {
                assert_eq!(a.widened_with(b), b.widened_with(a));
            }
        }
        assert_eq!(
            FieldType::Integer.widened_with(FieldType::Real),
            FieldType::Real
        );
    }
}
