//! Features of a snapshot as GeoJSON text, written straight from the columns.
//!
//! Every field of the collection stands in every feature, null where it is not known: clients
//! that learn the columns from the first page must not miss those that are empty there.

use std::io::Write;

use geo_types::{Coord, Geometry, LineString, Polygon};
use silt_index::snapshot::{CollectionSnapshot, Column, NumberColumn, TextColumn};

/// What Silt adds to each feature; the published record (`silt_original`) is in single items only.
pub(crate) const ADDED: [&str; 8] = [
    "silt_source",
    "silt_record",
    "silt_edition",
    "silt_crs",
    "silt_accuracy",
    "silt_flags",
    "silt_regions",
    "silt_synthetic",
];

/// Which properties a feature shows, in this order.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// Places of fields in the schema.
    fields: Vec<usize>,
    added: Vec<&'static str>,
}

impl Shown {
    /// Everything.
    pub(crate) fn all(data: &CollectionSnapshot) -> Shown {
        Shown {
            fields: (0..data.columns().len()).collect(),
            added: ADDED.to_vec(),
        }
    }

    /// The properties of a list.
    ///
    /// # Errors
    /// The first name that the collection does not have.
    pub(crate) fn named<'n>(
        data: &CollectionSnapshot,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<Shown, &'n str> {
        let mut shown = Shown {
            fields: Vec::new(),
            added: Vec::new(),
        };
        for name in names {
            let fields = &data.schema().fields;
            if let Some(place) = fields.iter().position(|field| field.name == name) {
                if !shown.fields.contains(&place) {
                    shown.fields.push(place);
                }
            } else if let Some(own) = ADDED.iter().find(|own| **own == name) {
                if !shown.added.contains(own) {
                    shown.added.push(own);
                }
            } else {
                return Err(name);
            }
        }
        Ok(shown)
    }

    /// Names of the fields shown.
    pub(crate) fn field_places(&self) -> &[usize] {
        &self.fields
    }
}

/// Changes a geometry into the reference system of the answer; `None` where it has no place there.
pub(crate) type Project<'p> = &'p (dyn Fn(&Geometry<f64>) -> Option<Geometry<f64>> + Sync);

/// Appends one feature.
pub(crate) fn write_feature(
    out: &mut Vec<u8>,
    data: &CollectionSnapshot,
    row: u32,
    shown: &Shown,
    project: Option<Project<'_>>,
) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    write_id(out, data, row);
    out.extend_from_slice(b",\"geometry\":");
    let geometry = data.geometry(row);
    let projected = match (&geometry, project) {
        (Some(geometry), Some(project)) => project(geometry),
        _ => None,
    };
    match (&geometry, project) {
        (Some(geometry), None) => write_geometry(out, geometry),
        (Some(_), Some(_)) => match &projected {
            Some(geometry) => write_geometry(out, geometry),
            None => out.extend_from_slice(b"null"),
        },
        (None, _) => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"properties\":{");
    let mut first = true;
    for &place in &shown.fields {
        write_name(out, &data.schema().fields[place].name, &mut first);
        write_value(out, &data.columns()[place], row);
    }
    for name in &shown.added {
        write_name(out, name, &mut first);
        write_added(out, data, row, name);
    }
    out.extend_from_slice(b"}}");
}

/// `"source:record"` as JSON text.
fn write_id(out: &mut Vec<u8>, data: &CollectionSnapshot, row: u32) {
    write_text(out, &data.id(row).to_string());
}

fn write_name(out: &mut Vec<u8>, name: &str, first: &mut bool) {
    if !*first {
        out.push(b',');
    }
    *first = false;
    write_text(out, name);
    out.push(b':');
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail, and text is always JSON.
    let _ = serde_json::to_writer(out, text);
}

fn write_text_or_null(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => write_text(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

/// JSON that was checked when it was stored, or null.
fn write_json_or_null(out: &mut Vec<u8>, json: Option<&str>) {
    match json {
        Some(json) if serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok() => {
            out.extend_from_slice(json.as_bytes());
        }
        other => write_text_or_null(out, other),
    }
}

/// A number with the shortest digits that read back; JSON has no NaN.
fn write_number(out: &mut Vec<u8>, number: f64) {
    let _ = serde_json::to_writer(out, &number);
}

fn write_value(out: &mut Vec<u8>, column: &Column, row: u32) {
    let text = |texts: &TextColumn| texts.get(row).map(str::to_owned);
    match column {
        Column::Boolean(values) => {
            let _ = serde_json::to_writer(out, &values[row as usize]);
        }
        Column::Integer(numbers) => write_or_null(out, numbers, row),
        Column::Real(numbers) => write_or_null(out, numbers, row),
        Column::Text(texts) | Column::Date(texts) => write_text_or_null(out, texts.get(row)),
        Column::Json(texts) => write_json_or_null(out, text(texts).as_deref()),
        Column::Mixed(values) => {
            let _ = serde_json::to_writer(out, &values[row as usize].to_json());
        }
    }
}

fn write_or_null<T: Copy + serde::Serialize>(
    out: &mut Vec<u8>,
    numbers: &NumberColumn<T>,
    row: u32,
) {
    let _ = serde_json::to_writer(out, &numbers.get(row));
}

fn write_added(out: &mut Vec<u8>, data: &CollectionSnapshot, row: u32, name: &str) {
    match name {
        "silt_source" => write_text_or_null(out, data.sources().get(row)),
        "silt_record" => write_text_or_null(out, data.records().get(row)),
        "silt_edition" => write_text_or_null(out, data.editions().get(row)),
        "silt_crs" => write_text_or_null(out, data.source_crs().get(row)),
        "silt_accuracy" => write_text_or_null(out, data.accuracies().get(row)),
        "silt_flags" => write_json_or_null(out, data.flags().get(row)),
        "silt_synthetic" => {
            let _ = serde_json::to_writer(out, &data.is_synthetic(row));
        }
        _ => {
            out.push(b'[');
            for (place, id) in data.regions(row).enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_text(out, id);
            }
            out.push(b']');
        }
    }
}

/// A geometry as RFC 7946 writes it.
pub(crate) fn write_geometry(out: &mut Vec<u8>, geometry: &Geometry<f64>) {
    let polygon = |out: &mut Vec<u8>, polygon: &Polygon<f64>| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        write_list(out, rings, write_line);
    };
    let named = |out: &mut Vec<u8>, name: &str| {
        // The names are ours.
        let _ = write!(out, "{{\"type\":\"{name}\",\"coordinates\":");
    };
    match geometry {
        Geometry::Point(point) => {
            named(out, "Point");
            write_position(out, point.0);
        }
        Geometry::MultiPoint(points) => {
            named(out, "MultiPoint");
            write_list(out, points.iter(), |out, point| {
                write_position(out, point.0)
            });
        }
        Geometry::Line(line) => {
            named(out, "LineString");
            write_list(out, [line.start, line.end].iter(), |out, at| {
                write_position(out, *at)
            });
        }
        Geometry::LineString(line) => {
            named(out, "LineString");
            write_line(out, line);
        }
        Geometry::MultiLineString(lines) => {
            named(out, "MultiLineString");
            write_list(out, lines.iter(), write_line);
        }
        Geometry::Polygon(area) => {
            named(out, "Polygon");
            polygon(out, area);
        }
        Geometry::MultiPolygon(areas) => {
            named(out, "MultiPolygon");
            write_list(out, areas.iter(), polygon);
        }
        Geometry::Rect(rect) => {
            named(out, "Polygon");
            polygon(out, &rect.to_polygon());
        }
        Geometry::Triangle(triangle) => {
            named(out, "Polygon");
            polygon(out, &triangle.to_polygon());
        }
        Geometry::GeometryCollection(parts) => {
            out.extend_from_slice(b"{\"type\":\"GeometryCollection\",\"geometries\":");
            write_list(out, parts.iter(), write_geometry);
        }
    }
    out.push(b'}');
}

fn write_list<'t, T: 't>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = &'t T>,
    write: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(b'[');
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn write_line(out: &mut Vec<u8>, line: &LineString<f64>) {
    write_list(out, line.0.iter(), |out, at| write_position(out, *at));
}

fn write_position(out: &mut Vec<u8>, at: Coord<f64>) {
    out.push(b'[');
    write_number(out, at.x);
    out.push(b',');
    write_number(out, at.y);
    out.push(b']');
}

#[cfg(test)]
#[path = "features_json_tests.rs"]
mod tests;
