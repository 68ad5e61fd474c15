//! Checks of geometries in longitude and latitude, and the few repairs that keep their meaning.
//!
//! **What is checked.** Positions exist on Earth. A line has two different points. A polygon is
//! valid by OGC Simple Features: its rings are simple, do not cross, touch in points at most, and
//! its holes lie inside; the parts of a multipolygon do not overlap.
//!
//! **What is repaired.** Only what has one meaning: a repair regroups published vertices into
//! valid rings, it neither adds nor moves a vertex, and the area stays the same to one part in
//! 10^9. A hole drawn as a loop of the outer ring becomes a hole; a spike without area goes. A
//! bow tie has no such reading, so it is kept as published and flagged.
//!
//! **What is normalised without a flag.** The winding of rings (outer counter-clockwise, RFC 7946),
//! which has no meaning, and longitudes and latitudes beyond the end of the scale by no more than
//! a centimetre, which come from rounding.

use std::cell::Cell;

use geo::algorithm::Validation;
use geo::bool_ops::FillRule;
use geo::coordinate_position::CoordPos;
use geo::dimensions::Dimensions;
use geo::{Area, BooleanOps, BoundingRect, CoordsIter, MapCoords, MapCoordsInPlace, Relate};
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};
use silt_model::{Flag, FlagCode};

use super::rings::{Checker, Contacts, boxes_meet};

/// Overshoot of the scale that counts as rounding: a centimetre.
const ROUNDING_DEG: f64 = 1e-7;
/// Relative change of area up to which a repair keeps the meaning.
const SAME_AREA: f64 = 1e-9;
/// Vertices up to which the slow and exact tests and repairs are made.
const SLOW_TEST_VERTICES: usize = 5_000;

/// Checks geometries one after the other, reusing its working space.
#[derive(Default)]
pub struct GeometryChecker {
    rings: Checker,
}

impl GeometryChecker {
    /// The geometry as it will be kept: unchanged, repaired, or `None` where its positions do not
    /// exist on Earth. `flags` gets what was found.
    pub fn check(
        &mut self,
        geometry: Geometry<f64>,
        flags: &mut Vec<Flag>,
    ) -> Option<Geometry<f64>> {
        if let Geometry::Point(point) = geometry {
            return check_point(point, flags).map(Geometry::Point);
        }
        let geometry = within_the_scale(geometry, flags)?;
        match self.fault(&geometry) {
            None => Some(wound_as_rfc7946(geometry)),
            Some(fault) => match self.repaired(&geometry) {
                Some(repaired) => {
                    let reason = format!(
                        "{fault}; its rings were regrouped, with the same vertices and area"
                    );
                    flags.push(Flag::new(FlagCode::GeometryRepaired, reason));
                    Some(repaired)
                }
                None => {
                    let reason = format!("{fault}; kept as published");
                    flags.push(Flag::new(FlagCode::GeometryInvalid, reason));
                    Some(geometry)
                }
            },
        }
    }

    /// What makes a geometry invalid.
    fn fault(&mut self, geometry: &Geometry<f64>) -> Option<String> {
        match geometry {
            Geometry::Polygon(polygon) => self.polygon_fault(polygon),
            Geometry::MultiPolygon(parts) => self.multi_polygon_fault(parts),
            Geometry::LineString(line) => line_fault(line),
            Geometry::MultiLineString(lines) => lines.iter().find_map(line_fault),
            Geometry::GeometryCollection(members) => {
                members.iter().find_map(|member| self.fault(member))
            }
            _ => None,
        }
    }

    fn polygon_fault(&mut self, polygon: &Polygon<f64>) -> Option<String> {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for ring in rings {
            if !has_three_points(ring) {
                return Some("a ring has fewer than three different points".to_owned());
            }
        }
        match self.rings.contacts(polygon) {
            Contacts::None => hole_fault(polygon),
            Contacts::SelfTouch(at) => Some(format!("a ring touches itself near {}", shown(at))),
            Contacts::Cross(at) => Some(format!("rings cross near {}", shown(at))),
            Contacts::Unknown => {
                Some("the polygon is too intricate to establish that it is valid".to_owned())
            }
            Contacts::RingsTouch(_) if polygon.coords_count() > SLOW_TEST_VERTICES => None,
            Contacts::RingsTouch(_) => polygon
                .check_validation()
                .err()
                .map(|fault| fault.to_string()),
        }
    }

    fn multi_polygon_fault(&mut self, parts: &MultiPolygon<f64>) -> Option<String> {
        for part in parts {
            if let Some(fault) = self.polygon_fault(part) {
                return Some(fault);
            }
        }
        overlap_fault(parts)
    }

    /// A valid geometry of the same vertices and area, where there is one.
    fn repaired(&mut self, geometry: &Geometry<f64>) -> Option<Geometry<f64>> {
        let (rebuilt, published_area) = match geometry {
            Geometry::Polygon(polygon) if polygon.coords_count() <= SLOW_TEST_VERTICES => {
                (regrouped(polygon), shoelace_area(polygon))
            }
            Geometry::MultiPolygon(parts) if parts.coords_count() <= SLOW_TEST_VERTICES => {
                (regrouped(parts), parts.iter().map(shoelace_area).sum())
            }
            _ => return None,
        };
        let published: Vec<Coord<f64>> = geometry.coords_iter().collect();
        let rebuilt = on_published_vertices(rebuilt, &published)?;
        let keeps_area =
            (rebuilt.unsigned_area() - published_area).abs() <= SAME_AREA * published_area;
        let is_whole = !rebuilt.0.is_empty() && published_area > 0.0;
        if !is_whole || !keeps_area || self.multi_polygon_fault(&rebuilt).is_some() {
            return None;
        }
        let mut parts = rebuilt.0;
        let geometry = match parts.pop() {
            Some(only) if parts.is_empty() => Geometry::Polygon(only),
            last => {
                parts.extend(last);
                Geometry::MultiPolygon(MultiPolygon(parts))
            }
        };
        Some(wound_as_rfc7946(geometry))
    }
}

fn check_point(point: Point<f64>, flags: &mut Vec<Flag>) -> Option<Point<f64>> {
    let (longitude, latitude) = (point.x(), point.y());
    if let Some(reason) = off_the_scale(longitude, latitude) {
        flags.push(off_scale_flag(longitude, latitude, reason));
        if looks_swapped(longitude, latitude) {
            flags.push(Flag::new(
                FlagCode::CoordinatesSwapped,
                format!("exchanged, {latitude} east and {longitude} north would be a place"),
            ));
        }
        return None;
    }
    if longitude == 0.0 && latitude == 0.0 {
        flags.push(Flag::new(
            FlagCode::NullIsland,
            "exactly 0, 0: the usual trace of missing coordinates",
        ));
    }
    Some(Point::from(clamped(point.0)))
}

/// Why a position does not exist on Earth.
fn off_the_scale(longitude: f64, latitude: f64) -> Option<&'static str> {
    if !longitude.is_finite() || !latitude.is_finite() {
        return Some("longitude or latitude is not a finite number");
    }
    if latitude.abs() > 90.0 + ROUNDING_DEG {
        return Some("latitude lies outside -90 to 90");
    }
    if longitude.abs() > 180.0 + ROUNDING_DEG {
        return Some("longitude lies outside -180 to 180");
    }
    None
}

fn off_scale_flag(longitude: f64, latitude: f64, reason: &str) -> Flag {
    Flag {
        code: FlagCode::CoordinatesInvalid,
        field: None,
        value: Some(format!("{longitude} {latitude}")),
        reason: reason.to_owned(),
    }
}

/// Whether the latitude can only be a longitude. Latitude 91 is the "not available" of AIS.
fn looks_swapped(longitude: f64, latitude: f64) -> bool {
    latitude.abs() > 91.0 && latitude.abs() <= 180.0 && longitude.abs() <= 90.0
}

fn clamped(position: Coord<f64>) -> Coord<f64> {
    Coord {
        x: position.x.clamp(-180.0, 180.0),
        y: position.y.clamp(-90.0, 90.0),
    }
}

fn within_the_scale(mut geometry: Geometry<f64>, flags: &mut Vec<Flag>) -> Option<Geometry<f64>> {
    let mut overshoots = false;
    for position in geometry.coords_iter() {
        if let Some(reason) = off_the_scale(position.x, position.y) {
            flags.push(off_scale_flag(position.x, position.y, reason));
            return None;
        }
        overshoots |= position.x.abs() > 180.0 || position.y.abs() > 90.0;
    }
    if overshoots {
        geometry.map_coords_in_place(clamped);
    }
    Some(geometry)
}

fn wound_as_rfc7946(mut geometry: Geometry<f64>) -> Geometry<f64> {
    match &mut geometry {
        Geometry::Polygon(polygon) => wind(polygon),
        Geometry::MultiPolygon(parts) => parts.iter_mut().for_each(wind),
        _ => {}
    }
    geometry
}

/// Turns the rings that run the wrong way: the outer one counter-clockwise, holes clockwise.
fn wind(polygon: &mut Polygon<f64>) {
    polygon.exterior_mut(|ring| turn(ring, 1.0));
    polygon.interiors_mut(|rings| rings.iter_mut().for_each(|ring| turn(ring, -1.0)));
}

fn turn(ring: &mut LineString<f64>, wanted_sign: f64) {
    if signed_area(ring) * wanted_sign < 0.0 {
        ring.0.reverse();
    }
}

/// Twice the area by the shoelace formula, positive for counter-clockwise rings; relative to the
/// first vertex, so that a small ring far from 0, 0 keeps its digits.
fn signed_area(ring: &LineString<f64>) -> f64 {
    let Some(origin) = ring.0.first() else {
        return 0.0;
    };
    let cross = |pair: &[Coord<f64>]| {
        let (start, end) = (pair[0] - *origin, pair[1] - *origin);
        start.x * end.y - start.y * end.x
    };
    ring.0.windows(2).map(cross).sum()
}

fn line_fault(line: &LineString<f64>) -> Option<String> {
    let mut positions = line.coords();
    let first = positions.next()?;
    let is_line = positions.any(|position| position != first);
    (!is_line).then(|| "a line has fewer than two different points".to_owned())
}

fn has_three_points(ring: &LineString<f64>) -> bool {
    let Some(first) = ring.0.first() else {
        return false;
    };
    let mut others = ring.0.iter().filter(|position| *position != first);
    let Some(second) = others.next() else {
        return false;
    };
    others.any(|position| position != second)
}

/// Holes outside the outer ring or inside each other, given that no two rings meet.
fn hole_fault(polygon: &Polygon<f64>) -> Option<String> {
    let holes = polygon.interiors();
    if holes.is_empty() {
        return None;
    }
    let boxes: Vec<_> = holes.iter().map(BoundingRect::bounding_rect).collect();
    for (number, hole) in holes.iter().enumerate() {
        let position = hole.0.first()?;
        if !encloses(polygon.exterior(), position) {
            return Some(format!(
                "a hole lies outside the outer ring near {}",
                shown(*position)
            ));
        }
        for (other_number, other) in holes.iter().enumerate() {
            let near = match (&boxes[number], &boxes[other_number]) {
                (Some(here), Some(there)) => boxes_meet(here, there),
                _ => false,
            };
            if number != other_number && near && encloses(other, position) {
                return Some(format!(
                    "a hole lies inside another near {}",
                    shown(*position)
                ));
            }
        }
    }
    None
}

fn encloses(ring: &LineString<f64>, position: &Coord<f64>) -> bool {
    geo::coordinate_position::coord_pos_relative_to_ring(*position, ring) == CoordPos::Inside
}

/// Parts of a multipolygon that overlap or share an edge.
fn overlap_fault(parts: &MultiPolygon<f64>) -> Option<String> {
    let mut by_west: Vec<_> = parts
        .iter()
        .filter_map(|part| part.bounding_rect().map(|bounds| (bounds, part)))
        .collect();
    by_west.sort_by(|(first, _), (second, _)| first.min().x.total_cmp(&second.min().x));
    for (number, (bounds, part)) in by_west.iter().enumerate() {
        for (other_bounds, other) in &by_west[number + 1..] {
            if other_bounds.min().x > bounds.max().x {
                break;
            }
            let vertices = part.coords_count() + other.coords_count();
            if !boxes_meet(bounds, other_bounds) || vertices > SLOW_TEST_VERTICES * 4 {
                continue;
            }
            let relation = part.relate(*other);
            let overlap =
                relation.get(CoordPos::Inside, CoordPos::Inside) == Dimensions::TwoDimensional;
            let shared_edge = relation.get(CoordPos::OnBoundary, CoordPos::OnBoundary)
                == Dimensions::OneDimensional;
            if overlap || shared_edge {
                let verb = if overlap { "overlap" } else { "share an edge" };
                return Some(format!("parts {verb} near {}", shown(other_bounds.min())));
            }
        }
    }
    None
}

/// Rings by the even-odd rule, in whatever grouping is valid.
fn regrouped(rings: &impl BooleanOps<Scalar = f64>) -> MultiPolygon<f64> {
    let nothing = MultiPolygon::<f64>(Vec::new());
    rings.union_with_fill_rule(&nothing, FillRule::EvenOdd)
}

/// The area that the published rings enclose, loops counted by their winding: what surveyors and
/// most software compute from such a polygon.
fn shoelace_area(polygon: &Polygon<f64>) -> f64 {
    polygon.unsigned_area()
}

/// The geometry with each vertex exactly on the published vertex that it came from; `None` where
/// one came from none. The overlay works on a grid of integers and so returns vertices about
/// 10^-9 of the extent off.
fn on_published_vertices(
    rebuilt: MultiPolygon<f64>,
    published: &[Coord<f64>],
) -> Option<MultiPolygon<f64>> {
    let bounds = rebuilt.bounding_rect()?;
    let reach = 1e-7 * bounds.width().max(bounds.height());
    let all_found = Cell::new(true);
    let snapped = rebuilt.map_coords(|vertex| {
        let distance =
            |other: &Coord<f64>| (other.x - vertex.x).abs().max((other.y - vertex.y).abs());
        let nearest = published
            .iter()
            .min_by(|first, second| distance(first).total_cmp(&distance(second)));
        match nearest {
            Some(nearest) if distance(nearest) <= reach => *nearest,
            _ => {
                all_found.set(false);
                vertex
            }
        }
    });
    all_found.get().then_some(snapped)
}

fn shown(position: Coord<f64>) -> String {
    format!("{:.6}, {:.6}", position.x, position.y)
}

#[cfg(test)]
#[path = "geometry_tests.rs"]
mod tests;
