//! TileJSON 3.0.0 documents.

use geo_types::Rect;
use serde_json::{Map, Value, json};

use crate::mercator::MAX_LATITUDE;

/// Type of a property, as the descriptions of layers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// Whole or other number.
    Number,
    /// Truth value.
    Boolean,
}

/// A property of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Key in the tiles.
    pub name: String,
    /// Type of its values.
    pub kind: FieldType,
}

/// A layer of a tile set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerInfo {
    /// Name of the layer in the tiles.
    pub id: String,
    /// What it shows; may be empty.
    pub description: String,
    /// First zoom with this layer.
    pub min_zoom: u8,
    /// Last zoom with this layer.
    pub max_zoom: u8,
    /// Its properties.
    pub fields: Vec<Field>,
}

/// What a TileJSON document says.
#[derive(Debug, Clone, PartialEq)]
pub struct TileJson {
    /// Short name of the tile set.
    pub name: String,
    /// What it shows; left out when empty.
    pub description: String,
    /// Sources to be named on the map, HTML allowed; left out when empty.
    pub attribution: String,
    /// Version of the data, left out when empty.
    pub version: String,
    /// URL templates with `{z}`, `{x}` and `{y}`.
    pub tiles: Vec<String>,
    /// First zoom.
    pub min_zoom: u8,
    /// Last zoom; clients enlarge its tiles beyond.
    pub max_zoom: u8,
    /// Extent of the data in degrees; the world when not known. Latitudes end at 85.0511.
    pub bounds: Option<Rect<f64>>,
    /// The layers.
    pub layers: Vec<LayerInfo>,
}

impl TileJson {
    /// The document, TileJSON 3.0.0.
    pub fn document(&self) -> Value {
        let bounds = clipped_bounds(self.bounds);
        let center_zoom = self
            .min_zoom
            .max(zoom_that_shows(&bounds).min(self.max_zoom));
        let mut document = Map::new();
        document.insert("tilejson".into(), json!("3.0.0"));
        document.insert("name".into(), json!(self.name));
        let optional = [
            ("description", &self.description),
            ("attribution", &self.attribution),
            ("version", &self.version),
        ];
        for (key, value) in optional {
            if !value.is_empty() {
                document.insert(key.into(), json!(value));
            }
        }
        document.insert("scheme".into(), json!("xyz"));
        document.insert("tiles".into(), json!(self.tiles));
        document.insert("minzoom".into(), json!(self.min_zoom));
        document.insert("maxzoom".into(), json!(self.max_zoom));
        document.insert("bounds".into(), json!(bounds));
        let center = [
            f64::midpoint(bounds[0], bounds[2]),
            f64::midpoint(bounds[1], bounds[3]),
        ];
        document.insert("center".into(), json!([center[0], center[1], center_zoom]));
        document.insert("vector_layers".into(), vector_layers(&self.layers));
        Value::Object(document)
    }
}

/// The `vector_layers` of TileJSON and PMTiles.
pub fn vector_layers(layers: &[LayerInfo]) -> Value {
    layers
        .iter()
        .map(|layer| {
            let fields: Map<String, Value> = layer
                .fields
                .iter()
                .map(|field| (field.name.clone(), json!(field_type_name(field.kind))))
                .collect();
            json!({
                "id": layer.id,
                "description": layer.description,
                "minzoom": layer.min_zoom,
                "maxzoom": layer.max_zoom,
                "fields": fields,
            })
        })
        .collect()
}

/// GDAL and tippecanoe read these three words.
fn field_type_name(kind: FieldType) -> &'static str {
    match kind {
        FieldType::String => "String",
        FieldType::Number => "Number",
        FieldType::Boolean => "Boolean",
    }
}

/// West, south, east, north in degrees, within the Web Mercator square.
pub(crate) fn clipped_bounds(bounds: Option<Rect<f64>>) -> [f64; 4] {
    let world = [-180.0, -MAX_LATITUDE, 180.0, MAX_LATITUDE];
    let Some(bounds) = bounds else {
        return world;
    };
    let corners = [
        bounds.min().x,
        bounds.min().y,
        bounds.max().x,
        bounds.max().y,
    ];
    if corners.iter().any(|corner| !corner.is_finite()) {
        return world;
    }
    [
        corners[0].clamp(-180.0, 180.0),
        corners[1].clamp(-MAX_LATITUDE, MAX_LATITUDE),
        corners[2].clamp(-180.0, 180.0),
        corners[3].clamp(-MAX_LATITUDE, MAX_LATITUDE),
    ]
}

/// Deepest zoom at which one tile is at least as wide as the bounds.
pub(crate) fn zoom_that_shows(bounds: &[f64; 4]) -> u8 {
    let width = (bounds[2] - bounds[0]).max(bounds[3] - bounds[1]).max(1e-6);
    (360.0 / width)
        .log2()
        .floor()
        .clamp(0.0, f64::from(crate::MAX_ZOOM)) as u8
}

#[cfg(test)]
#[path = "tilejson_tests.rs"]
mod tests;
