//! A stored feature as GeoJSON (RFC 7946).
//!
//! Fields of the collection stand as properties under their own names. What Silt adds starts with
//! `silt_`, a prefix that no field may have: see [`RESERVED`].

use geojson::feature::Id;
use geojson::{Feature as GeoJsonFeature, Geometry as GeoJsonGeometry, JsonObject};
use serde_json::Value as Json;

use crate::{FeatureId, StoredFeature};

/// Prefix of the properties and columns that Silt adds.
pub const RESERVED_PREFIX: &str = "silt_";

/// Properties and columns that Silt adds to each feature, with their meaning.
pub const RESERVED: [(&str, &str); 10] = [
    (
        "silt_id",
        "feature id, source:record (top-level id in GeoJSON)",
    ),
    ("silt_source", "id of the source"),
    ("silt_record", "record id as the source gives it"),
    ("silt_edition", "edition since which this state holds"),
    (
        "silt_crs",
        "coordinate reference system in which the source published; absent for WGS84",
    ),
    (
        "silt_accuracy",
        "exact, approximate or centroid, where the source says",
    ),
    (
        "silt_flags",
        "what is doubtful: array of {code, field, value, reason}",
    ),
    (
        "silt_regions",
        "ids of the leaf regions in which the feature lies",
    ),
    ("silt_synthetic", "true for synthetic data"),
    (
        "silt_original",
        "the published record verbatim, where it differs from the properties",
    ),
];

/// The feature as a GeoJSON feature.
pub fn to_geojson(stored: &StoredFeature) -> GeoJsonFeature {
    let feature = &stored.feature;
    let mut properties = JsonObject::with_capacity(feature.properties.len() + 8);
    for (name, value) in &feature.properties {
        properties.insert(name.to_string(), value.to_json());
    }
    add_reserved(stored, &mut properties);
    GeoJsonFeature {
        bbox: None,
        geometry: feature.geometry.as_ref().map(GeoJsonGeometry::from),
        id: Some(Id::String(stored.id().to_string())),
        properties: Some(properties),
        foreign_members: None,
    }
}

fn add_reserved(stored: &StoredFeature, properties: &mut JsonObject) {
    let feature = &stored.feature;
    let mut insert = |name: &str, value: Json| {
        properties.insert(name.to_owned(), value);
    };
    insert("silt_source", stored.source.as_ref().into());
    insert("silt_record", feature.record_id.as_str().into());
    insert("silt_edition", stored.edition.as_ref().into());
    if let Some(crs) = &feature.source_crs {
        insert("silt_crs", crs.as_ref().into());
    }
    if let Some(accuracy) = feature.location_accuracy {
        insert("silt_accuracy", accuracy.name().into());
    }
    if !feature.flags.is_empty() {
        let flags = serde_json::to_value(&feature.flags).unwrap_or(Json::Null);
        insert("silt_flags", flags);
    }
    if !feature.regions.is_empty() {
        let regions: Vec<Json> = feature
            .regions
            .iter()
            .map(|id| Json::from(id.as_ref()))
            .collect();
        insert("silt_regions", Json::Array(regions));
    }
    if stored.synthetic {
        insert("silt_synthetic", true.into());
    }
    if let Some(original) = &feature.original {
        let verbatim =
            serde_json::from_str(original).unwrap_or_else(|_| Json::String(original.clone()));
        insert("silt_original", verbatim);
    }
}

/// The id under which a feature is served.
pub fn id_text(source: &str, record_id: &str) -> String {
    FeatureId {
        source: source.to_owned(),
        record: record_id.to_owned(),
    }
    .to_string()
}
