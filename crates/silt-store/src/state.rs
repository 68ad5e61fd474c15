//! What one observation says about one record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use silt_model::{Flag, LocationAccuracy, Value};
use std::collections::BTreeSet;

/// The state of a record as the store compares and keeps it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct State {
    /// Geometry as a GeoPackage blob: two geometries are the same where their bytes are.
    pub(crate) geometry: Option<Vec<u8>>,
    /// Values in the types of the collection's fields, sorted by field, without nulls.
    pub(crate) properties: Vec<(Arc<str>, Value)>,
    /// How well the position is known.
    pub(crate) accuracy: Option<LocationAccuracy>,
    /// Published reference system.
    pub(crate) crs: Option<Arc<str>>,
    /// The published record verbatim.
    pub(crate) original: Option<String>,
    /// What is doubtful.
    pub(crate) flags: Vec<Flag>,
    /// Leaf regions.
    pub(crate) regions: Vec<Arc<str>>,
}

impl State {
    /// Whether the change log sees no difference: same geometry, values and accuracy. The
    /// verbatim record, flags and regions may differ, since they also depend on recipe and code.
    pub(crate) fn same_facts(&self, other: &State) -> bool {
        self.geometry == other.geometry
            && self.accuracy == other.accuracy
            && self.properties == other.properties
    }

    /// The value of a field; null where it has none.
    pub(crate) fn property(&self, name: &str) -> &Value {
        self.properties
            .binary_search_by(|(key, _)| key.as_ref().cmp(name))
            .map_or(&Value::Null, |position| &self.properties[position].1)
    }
}

/// Which facts an edition carries at all. A column that a register does not publish in some month
/// says nothing about its records; it does not say that every value became null.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Mask {
    /// Some record has a geometry.
    pub(crate) geometry: bool,
    /// Some record has a location accuracy.
    pub(crate) accuracy: bool,
    /// Fields that some record carries, with a value or with an explicit null.
    pub(crate) fields: BTreeSet<String>,
}
