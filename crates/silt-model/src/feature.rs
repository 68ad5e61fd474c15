//! Features: one facility, mine, track or region with its provenance.

use std::fmt;
use std::sync::Arc;

use geo_types::Geometry;
use serde::{Deserialize, Serialize};

use crate::{Flag, Value};

/// How well the position of a feature is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LocationAccuracy {
    /// Surveyed or read off imagery.
    Exact,
    /// Near the stated place.
    Approximate,
    /// Centre of an administrative area or of a larger site.
    Centroid,
}

impl LocationAccuracy {
    /// The name used in files and responses.
    pub fn name(self) -> &'static str {
        match self {
            LocationAccuracy::Exact => "exact",
            LocationAccuracy::Approximate => "approximate",
            LocationAccuracy::Centroid => "centroid",
        }
    }

    /// The accuracy with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "exact" => Some(LocationAccuracy::Exact),
            "approximate" => Some(LocationAccuracy::Approximate),
            "centroid" => Some(LocationAccuracy::Centroid),
            _ => None,
        }
    }
}

/// Identity of a feature within a collection: its source and the source's own record id.
/// Written `source:record`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeatureId {
    /// Id of the source (recipe), which never contains a colon.
    pub source: String,
    /// Record id as the source gives it; may contain anything.
    pub record: String,
}

impl FeatureId {
    /// Reads `source:record`; the first colon divides.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, record) = text.split_once(':')?;
        if source.is_empty() || record.is_empty() {
            return None;
        }
        Some(FeatureId {
            source: source.to_owned(),
            record: record.to_owned(),
        })
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.record)
    }
}

/// A feature on its way into the store: one record of one edition of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Row number in the source file, from 1 (a spreadsheet's own row number; for GeoJSON the
    /// feature's ordinal).
    pub row: u64,
    /// The source's own id of the record.
    pub record_id: String,
    /// Longitude and latitude in degrees, WGS84; `None` where the source gives no usable place.
    pub geometry: Option<Geometry<f64>>,
    /// Normalised values by field name; nulls may be left out.
    pub properties: Vec<(Arc<str>, Value)>,
    /// The published record verbatim, as JSON object text, where it differs from `properties`.
    pub original: Option<String>,
    /// Coordinate reference system in which the source published, e.g. `EPSG:32719`; `None`
    /// means WGS84 longitude and latitude.
    pub source_crs: Option<Arc<str>>,
    /// How well the position is known, where the source says.
    pub location_accuracy: Option<LocationAccuracy>,
    /// What is doubtful about the record.
    pub flags: Vec<Flag>,
    /// Ids of the leaf regions it lies in (`iso3:BRA`, `admin1:BR-MG`, `sea:north-sea`), sorted.
    pub regions: Vec<Arc<str>>,
}

impl Feature {
    /// The value of a field; null where the feature has none.
    pub fn property(&self, name: &str) -> &Value {
        self.properties
            .iter()
            .find(|(key, _)| key.as_ref() == name)
            .map_or(&Value::Null, |(_, value)| value)
    }
}

/// A feature as the store holds it: the newest observed state.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFeature {
    /// Row key in the store; stable while the feature exists, used as paging cursor.
    pub fid: i64,
    /// Id of the source.
    pub source: Arc<str>,
    /// The edition since which this state holds (`2024-03-01`), or the time of the edit.
    pub edition: Arc<str>,
    /// Whether the feature is synthetic, and not an observation.
    pub synthetic: bool,
    /// Everything that came from the source.
    pub feature: Feature,
}

impl StoredFeature {
    /// `source:record`, the id under which the feature is served.
    pub fn id(&self) -> FeatureId {
        FeatureId {
            source: self.source.to_string(),
            record: self.feature.record_id.clone(),
        }
    }
}
