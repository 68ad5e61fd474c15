//! Geometries as text and bytes.

use std::fmt::Write;

use geo::CoordsIter;
use geo_types::{Coord, Geometry, LineString, Polygon};
use geozero::{CoordDimensions, ToWkb};
use silt_model::StoredFeature;

use super::WriteError;

/// West, south, east, north in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

impl Bounds {
    fn of(place: Coord<f64>) -> Bounds {
        Bounds {
            west: place.x,
            south: place.y,
            east: place.x,
            north: place.y,
        }
    }

    /// The smallest bounds around both.
    pub(super) fn around(self, other: Bounds) -> Bounds {
        Bounds {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    pub(super) fn to_array(self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

/// Bounds of a feature's geometry; `None` where it has none or an empty one.
///
/// # Errors
/// Where a coordinate is not finite, which no format here can hold.
pub(super) fn bounds(feature: &StoredFeature) -> Result<Option<Bounds>, WriteError> {
    let Some(geometry) = &feature.feature.geometry else {
        return Ok(None);
    };
    let mut found: Option<Bounds> = None;
    for place in geometry.coords_iter() {
        if !place.x.is_finite() || !place.y.is_finite() {
            return Err(WriteError::Geometry {
                id: feature.id().to_string(),
                reason: format!(
                    "has the coordinate {} {}, which is not finite",
                    place.x, place.y
                ),
            });
        }
        let here = Bounds::of(place);
        found = Some(found.map_or(here, |bounds| bounds.around(here)));
    }
    Ok(found)
}

/// Well-known binary, ISO flavour, little-endian, two dimensions.
pub(super) fn wkb(feature: &StoredFeature) -> Result<Option<Vec<u8>>, WriteError> {
    let Some(geometry) = &feature.feature.geometry else {
        return Ok(None);
    };
    match geometry.to_wkb(CoordDimensions::xy()) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) => Err(WriteError::Geometry {
            id: feature.id().to_string(),
            reason: format!("has no binary form: {error}"),
        }),
    }
}

/// The simple-features name of the type that a geometry is written as.
pub(super) fn type_name(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// The shortest text that reads back as the same number; exponents only where digits would run
/// to dozens of zeros.
pub(super) fn number_text(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-7..1e16).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// Well-known text.
pub(super) fn wkt(geometry: &Geometry<f64>) -> String {
    let mut text = String::new();
    push_wkt(geometry, &mut text);
    text
}

fn push_wkt(geometry: &Geometry<f64>, text: &mut String) {
    text.push_str(&type_name(geometry).to_ascii_uppercase());
    text.push(' ');
    match geometry {
        Geometry::Point(point) => {
            push_list(text, &[point.0], |text, place| push_place(place, text))
        }
        Geometry::Line(line) => push_places(&[line.start, line.end], text),
        Geometry::LineString(line) => push_places(&line.0, text),
        Geometry::Polygon(polygon) => push_rings(polygon, text),
        Geometry::Rect(rect) => push_rings(&rect.to_polygon(), text),
        Geometry::Triangle(triangle) => push_rings(&triangle.to_polygon(), text),
        Geometry::MultiPoint(points) => push_list(text, &points.0, |text, point| {
            push_places(&[point.0], text);
        }),
        Geometry::MultiLineString(lines) => push_list(text, &lines.0, |text, line| {
            push_places(&line.0, text);
        }),
        Geometry::MultiPolygon(polygons) => push_list(text, &polygons.0, |text, polygon| {
            push_rings(polygon, text);
        }),
        Geometry::GeometryCollection(parts) => push_list(text, &parts.0, |text, part| {
            push_wkt(part, text);
        }),
    }
}

fn push_list<T>(text: &mut String, items: &[T], push: impl Fn(&mut String, &T)) {
    if items.is_empty() {
        text.push_str("EMPTY");
        return;
    }
    text.push('(');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            text.push_str(", ");
        }
        push(text, item);
    }
    text.push(')');
}

fn push_rings(polygon: &Polygon<f64>, text: &mut String) {
    if polygon.exterior().0.is_empty() {
        text.push_str("EMPTY");
        return;
    }
    let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .collect();
    push_list(text, &rings, |text, ring| push_places(&ring.0, text));
}

fn push_places(places: &[Coord<f64>], text: &mut String) {
    push_list(text, places, |text, place| push_place(place, text));
}

fn push_place(place: &Coord<f64>, text: &mut String) {
    let x = number_text(place.x);
    let y = number_text(place.y);
    // Writing to a String cannot fail.
    let _ = write!(text, "{x} {y}");
}
