//! From degrees to the world's units: what crosses the antimeridian or surrounds a pole is kept whole.

use geo_types::{Coord, Geometry, LineString, Polygon};

use super::repair::signed_area;
use super::store::{Kind, ShapeStore};
use crate::mercator::{SHAPE_WORLD, unit_position};

/// Longitudes beyond this many degrees are not positions.
const LARGEST_LONGITUDE: f64 = 3600.0;

/// A line is cut when it gets wider: two worlds are all that an `i32` holds.
const WIDEST_LINE: f64 = 300.0;

/// Beyond this latitude a step along the parallel is not a crossing of the antimeridian: all
/// longitudes are (nearly) the pole.
const POLAR_LATITUDE: f64 = 89.0;

/// Adds the lines and polygons of a geometry; false when it has some, but none could be used.
pub(super) fn push_geometry(store: &mut ShapeStore, row: u32, geometry: &Geometry<f64>) -> bool {
    let mut polygons: Vec<Polygon<f64>> = Vec::new();
    let mut lines: Vec<LineString<f64>> = Vec::new();
    // A stack instead of recursion: collections may be nested as deep as a file likes.
    let mut stack = vec![geometry];
    while let Some(geometry) = stack.pop() {
        match geometry {
            Geometry::Polygon(polygon) => polygons.push(polygon.clone()),
            Geometry::MultiPolygon(parts) => polygons.extend(parts.iter().cloned()),
            Geometry::Rect(rect) => polygons.push(rect.to_polygon()),
            Geometry::Triangle(triangle) => polygons.push(triangle.to_polygon()),
            Geometry::LineString(line) => lines.push(line.clone()),
            Geometry::MultiLineString(parts) => lines.extend(parts.iter().cloned()),
            Geometry::Line(line) => lines.push(LineString::from(*line)),
            Geometry::GeometryCollection(parts) => stack.extend(parts.0.iter().rev()),
            Geometry::Point(_) | Geometry::MultiPoint(_) => {}
        }
    }
    if polygons.is_empty() && lines.is_empty() {
        return true;
    }
    for polygon in &polygons {
        push_polygon(store, polygon);
    }
    let mut is_used = store.end_shape(row, Kind::Polygons);
    for line in &lines {
        push_line(store, line);
    }
    is_used |= store.end_shape(row, Kind::Lines);
    is_used
}

impl ShapeStore {
    /// Adds a shape of one exterior ring given in degrees, open or closed.
    pub(crate) fn push_outline(&mut self, row: u32, ring: &[[f64; 2]]) {
        let ring = ring.iter().map(|&[x, y]| Coord { x, y }).collect();
        push_polygon(self, &Polygon::new(LineString(ring), Vec::new()));
        self.end_shape(row, Kind::Polygons);
    }
}

fn push_polygon(store: &mut ShapeStore, polygon: &Polygon<f64>) {
    let Some(exterior) = unwrapped_ring(polygon.exterior()) else {
        return;
    };
    let (west, east) = longitudes(&exterior);
    let shift = whole_turns(west);
    let Some(ring) = world_ring(&exterior, shift, true) else {
        return;
    };
    store.push_ring(ring);
    for hole in polygon.interiors() {
        let Some(hole) = unwrapped_ring(hole) else {
            continue;
        };
        // A hole lies where its exterior lies, however its own longitudes were counted.
        let (hole_west, hole_east) = longitudes(&hole);
        let middle = f64::midpoint(hole_west, hole_east);
        let turns_away = ((middle - f64::midpoint(west, east)) / 360.0).round() * 360.0;
        if let Some(ring) = world_ring(&hole, shift + turns_away, false) {
            store.push_ring(ring);
        }
    }
    store.end_part();
}

/// Degrees to subtract so that `west` comes to lie in [-180, 180).
fn whole_turns(west: f64) -> f64 {
    ((west + 180.0) / 360.0).floor() * 360.0
}

fn longitudes(ring: &[Coord<f64>]) -> (f64, f64) {
    ring.iter().fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(west, east), vertex| (west.min(vertex.x), east.max(vertex.x)),
    )
}

/// An open ring whose longitudes are counted on across the antimeridian.
fn unwrapped_ring(ring: &LineString<f64>) -> Option<Vec<Coord<f64>>> {
    let mut plain: Vec<Coord<f64>> = ring.0.iter().copied().filter(is_position).collect();
    if plain.len() > 1 && plain.first() == plain.last() {
        plain.pop();
    }
    let first = *plain.first()?;
    let mut unwrapped = unwrap(&plain, true);
    let last = *unwrapped.last()?;
    let closing_step = first.x - last.x;
    let turns = (closing_step / 360.0).round();
    let is_polar_step = is_polar(first) && is_polar(last);
    if closing_step.abs() > 180.0 && turns != 0.0 && !is_polar_step {
        // The ring goes around the world: it holds the pole on whose side it lies.
        let mean_latitude = plain.iter().map(|vertex| vertex.y).sum::<f64>() / plain.len() as f64;
        let pole = if mean_latitude < 0.0 { -90.0 } else { 90.0 };
        let end = first.x - turns * 360.0;
        unwrapped.push(Coord { x: end, y: first.y });
        unwrapped.push(Coord { x: end, y: pole });
        unwrapped.push(Coord {
            x: first.x,
            y: pole,
        });
    }
    let (west, east) = longitudes(&unwrapped);
    // A rectangle around the whole world steps from -180 to 180: unwrapped, it would have no width.
    let is_collapsed = west == east && plain.iter().any(|vertex| vertex.x != first.x);
    if is_collapsed || east - west > 361.0 {
        let mut clamped = plain;
        for vertex in &mut clamped {
            vertex.x = vertex.x.clamp(-180.0, 180.0);
        }
        return Some(clamped);
    }
    Some(unwrapped)
}

/// Counts longitudes on where a step is wider than half the world.
fn unwrap(vertices: &[Coord<f64>], keeps_polar_steps: bool) -> Vec<Coord<f64>> {
    let mut turns = 0.0;
    let mut previous: Option<Coord<f64>> = None;
    vertices
        .iter()
        .map(|&vertex| {
            if let Some(previous) = previous {
                let step = vertex.x - previous.x;
                let is_polar_step = keeps_polar_steps && is_polar(vertex) && is_polar(previous);
                if step.abs() > 180.0 && !is_polar_step {
                    turns -= (step / 360.0).round();
                }
            }
            previous = Some(vertex);
            Coord {
                x: vertex.x + turns * 360.0,
                y: vertex.y,
            }
        })
        .collect()
}

fn is_polar(vertex: Coord<f64>) -> bool {
    vertex.y.abs() >= POLAR_LATITUDE
}

fn is_position(vertex: &Coord<f64>) -> bool {
    vertex.y.is_finite() && vertex.x.abs() <= LARGEST_LONGITUDE
}

/// The ring in world units, open, without repeated vertices, turned as its role wants it.
fn world_ring(ring: &[Coord<f64>], turns: f64, is_exterior: bool) -> Option<Vec<[i32; 2]>> {
    let mut vertices: Vec<[i32; 2]> = ring
        .iter()
        .map(|vertex| world_vertex(*vertex, turns))
        .collect();
    vertices.dedup();
    while vertices.len() > 1 && vertices.first() == vertices.last() {
        vertices.pop();
    }
    if vertices.is_empty() {
        return None;
    }
    let is_positive = signed_area(&vertices) > 0;
    if is_positive != is_exterior {
        vertices.reverse();
    }
    Some(vertices)
}

fn world_vertex(vertex: Coord<f64>, turns: f64) -> [i32; 2] {
    let (x, y) = unit_position(vertex.x - turns, vertex.y);
    // Casts saturate: the eastern end of two worlds is one beyond an `i32`.
    [x, y].map(|value| (value * SHAPE_WORLD as f64).round() as i32)
}

fn push_line(store: &mut ShapeStore, line: &LineString<f64>) {
    let plain: Vec<Coord<f64>> = line.0.iter().copied().filter(is_position).collect();
    let unwrapped = unwrap(&plain, false);
    let mut start = 0;
    while start + 1 < unwrapped.len() {
        let (mut west, mut east) = (unwrapped[start].x, unwrapped[start].x);
        let mut end = start + 1;
        while let Some(vertex) = unwrapped.get(end) {
            let (wider_west, wider_east) = (west.min(vertex.x), east.max(vertex.x));
            if wider_east - wider_west > WIDEST_LINE && end > start + 1 {
                break;
            }
            (west, east) = (wider_west, wider_east);
            end += 1;
        }
        let turns = whole_turns(west);
        let mut vertices: Vec<[i32; 2]> = unwrapped[start..end]
            .iter()
            .map(|vertex| world_vertex(*vertex, turns))
            .collect();
        vertices.dedup();
        store.push_ring(vertices);
        store.end_part();
        start = end - 1;
    }
}

#[cfg(test)]
#[path = "project_tests.rs"]
mod tests;
