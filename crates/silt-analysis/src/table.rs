//! Answers as tables: the same columns and rows, whatever the file format.

use std::io::Write as _;
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, Polygon};
use rayon::prelude::*;
use serde_json::{Map, Value as Json};
use silt_model::{CollectionSchema, Feature, Field, FieldType, StoredFeature, Value};

/// A column of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Name.
    pub name: &'static str,
    /// Kind of values.
    pub kind: FieldType,
    /// What it says.
    pub meaning: &'static str,
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// Id, unique in the answer.
    pub id: String,
    /// Where it lies.
    pub geometry: Geometry<f64>,
    /// One value per column; null where there is none.
    pub values: Vec<Json>,
}

/// Rows of an answer in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// Rows that one task writes.
const TASK_ROWS: usize = 128;

/// A number, or null for what JSON has no number for.
pub(crate) fn number(value: f64) -> Json {
    serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number)
}

impl Table {
    /// A GeoJSON FeatureCollection (RFC 7946) with the members of `head` before the features.
    pub fn geojson(&self, head: &Map<String, Json>) -> Vec<u8> {
        let mut out = Vec::with_capacity(1_024 + self.rows.len() * 512);
        out.extend_from_slice(b"{\"type\":\"FeatureCollection\"");
        for (name, value) in head {
            out.push(b',');
            write_json(&mut out, &Json::String(name.clone()));
            out.push(b':');
            write_json(&mut out, value);
        }
        out.extend_from_slice(b",\"features\":[");
        let of_task = |rows: &[TableRow]| {
            let mut out = Vec::with_capacity(rows.len() * 512);
            for row in rows {
                out.extend_from_slice(b",\n");
                self.write_feature(&mut out, row);
            }
            out
        };
        let tasks = self.rows.par_chunks(TASK_ROWS);
        for (task, features) in tasks.map(of_task).collect::<Vec<_>>().iter().enumerate() {
            // No comma before the first.
            out.extend_from_slice(if task == 0 { &features[1..] } else { features });
        }
        out.extend_from_slice(b"\n]}\n");
        out
    }

    fn write_feature(&self, out: &mut Vec<u8>, row: &TableRow) {
        out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
        write_json(out, &Json::String(row.id.clone()));
        out.extend_from_slice(b",\"geometry\":");
        write_geometry(out, &row.geometry);
        out.extend_from_slice(b",\"properties\":{");
        for (place, (column, value)) in self.columns.iter().zip(&row.values).enumerate() {
            if place > 0 {
                out.push(b',');
            }
            // The names are ours and need no escape.
            let _ = write!(out, "\"{}\":", column.name);
            write_json(out, value);
        }
        out.extend_from_slice(b"}}");
    }

    /// RFC 4180 with a header; null is an empty cell, lists are separated by blanks.
    pub fn csv(&self) -> String {
        let mut text = String::from("id");
        for column in &self.columns {
            text.push(',');
            text.push_str(column.name);
        }
        text.push_str("\r\n");
        for row in &self.rows {
            text.push_str(&csv_cell(&Json::String(row.id.clone())));
            for value in &row.values {
                text.push(',');
                text.push_str(&csv_cell(value));
            }
            text.push_str("\r\n");
        }
        text
    }

    /// The rows as objects, without their geometry.
    pub fn objects(&self) -> Json {
        let object = |row: &TableRow| -> Json {
            let names = self.columns.iter().map(|column| column.name.to_owned());
            Json::Object(names.zip(row.values.iter().cloned()).collect())
        };
        self.rows.iter().map(object).collect()
    }

    /// The columns as a schema, for writers of files.
    pub fn schema(&self, id: &str, title: &str) -> CollectionSchema {
        let mut schema = CollectionSchema::new(id);
        schema.title = title.to_owned();
        schema.fields = self
            .columns
            .iter()
            .map(|column| {
                let mut field = Field::new(column.name, column.kind);
                field.description = Some(column.meaning.to_owned());
                field
            })
            .collect();
        schema
    }

    /// The rows as features, for writers of files.
    pub fn features(&self, synthetic: bool) -> impl Iterator<Item = StoredFeature> + '_ {
        let names: Vec<Arc<str>> = self
            .columns
            .iter()
            .map(|column| Arc::from(column.name))
            .collect();
        self.rows.iter().enumerate().map(move |(at, row)| {
            let values = names.iter().zip(&self.columns).zip(&row.values);
            let properties = values
                .filter(|(_, value)| !value.is_null())
                .map(|((name, column), value)| (Arc::clone(name), typed(column.kind, value)))
                .collect();
            StoredFeature {
                fid: at as i64 + 1,
                source: Arc::from("silt-analysis"),
                edition: Arc::from(""),
                synthetic,
                feature: Feature {
                    row: at as u64,
                    record_id: row.id.clone(),
                    geometry: Some(row.geometry.clone()),
                    properties,
                    original: None,
                    source_crs: None,
                    location_accuracy: None,
                    flags: Vec::new(),
                    regions: Vec::new(),
                },
            }
        })
    }
}

fn typed(kind: FieldType, value: &Json) -> Value {
    match (kind, value) {
        (FieldType::Real, Json::Number(number)) => number.as_f64().map_or(Value::Null, Value::Real),
        (FieldType::Json, value) => Value::Json(value.to_string()),
        (_, value) => Value::from_json(value.clone()),
    }
}

fn write_json(out: &mut Vec<u8>, value: &Json) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, value);
}

fn csv_cell(value: &Json) -> String {
    let text = match value {
        Json::Null => return String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let texts: Vec<String> = items
                .iter()
                .map(|item| match item {
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                })
                .collect();
            texts.join(" ")
        }
        other => other.to_string(),
    };
    if text.is_empty() || text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A point or polygons as RFC 7946 writes them, to 1e-7 degrees: a centimetre.
fn write_geometry(out: &mut Vec<u8>, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(point) => {
            out.extend_from_slice(b"{\"type\":\"Point\",\"coordinates\":");
            write_position(out, &point.0);
            out.push(b'}');
        }
        Geometry::Polygon(polygon) => {
            out.extend_from_slice(b"{\"type\":\"Polygon\",\"coordinates\":");
            write_polygon(out, polygon);
            out.push(b'}');
        }
        Geometry::MultiPolygon(polygons) => {
            out.extend_from_slice(b"{\"type\":\"MultiPolygon\",\"coordinates\":");
            write_list(out, &polygons.0, write_polygon);
            out.push(b'}');
        }
        // Answers have no other.
        _ => out.extend_from_slice(b"null"),
    }
}

fn write_polygon(out: &mut Vec<u8>, polygon: &Polygon<f64>) {
    let rings: Vec<LineString<f64>> = std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .cloned()
        .collect();
    write_list(out, &rings, |out, ring| {
        write_list(out, &ring.0, write_position);
    });
}

fn write_list<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn write_position(out: &mut Vec<u8>, at: &Coord<f64>) {
    const PER_DEGREE: f64 = 1e7;
    // `+ 0.0` turns -0 into 0.
    let rounded = |degrees: f64| (degrees * PER_DEGREE).round() / PER_DEGREE + 0.0;
    out.push(b'[');
    write_json(out, &number(rounded(at.x)));
    out.push(b',');
    write_json(out, &number(rounded(at.y)));
    out.push(b']');
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
