//! What lies around a place, by true distance.

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use silt_hotspot::EARTH_RADIUS_KM;
use silt_index::snapshot::CollectionSnapshot;
use silt_query::{Cancelled, Stop};

use crate::clusters::{great_circle_km, unit_vector};
use crate::cover::bbox_around;
use crate::shape::Shape;

/// A feature near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearFeature {
    /// Its row.
    pub row: u32,
    /// Great-circle distance, km; 0 inside a polygon.
    pub distance_km: f64,
    /// The place of the feature that is nearest: longitude and latitude, degrees.
    pub nearest: (f64, f64),
}

/// What lies within a distance of a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Near {
    /// The nearest first; of equal distance the one with the lower id.
    pub features: Vec<NearFeature>,
    /// How many there are without the limit.
    pub matched: u64,
}

/// Longest side that is taken as an arc of a great circle, degrees; longer ones are straight lines of
/// longitude and latitude, and are cut.
const LONGEST_ARC_DEG: f64 = 0.25;

/// Finds what lies within `radius_km` of a place (longitude, latitude in degrees): points by their
/// position, lines and polygons by their nearest place.
///
/// # Errors
/// [`Cancelled`] once `stop` returns true.
pub fn near(
    data: &CollectionSnapshot,
    place: (f64, f64),
    radius_km: f64,
    limit: usize,
    stop: Stop<'_>,
) -> Result<Near, Cancelled> {
    let bbox = bbox_around(place.0, place.1, radius_km);
    let mut features = Vec::new();
    for (count, row) in data.rows_near_bbox(bbox).into_iter().enumerate() {
        if count % 1_024 == 0 && stop() {
            return Err(Cancelled);
        }
        let Some((distance_km, nearest)) = distance_to(data, row, place) else {
            continue;
        };
        if distance_km <= radius_km {
            features.push(NearFeature {
                row,
                distance_km,
                nearest,
            });
        }
    }
    let id = |feature: &NearFeature| {
        let row = feature.row;
        (data.sources().get(row), data.records().get(row))
    };
    features.sort_by(|a, b| {
        let by_distance = a.distance_km.total_cmp(&b.distance_km);
        by_distance.then_with(|| id(a).cmp(&id(b)))
    });
    let matched = features.len() as u64;
    features.truncate(limit);
    Ok(Near { features, matched })
}

fn distance_to(
    data: &CollectionSnapshot,
    row: u32,
    place: (f64, f64),
) -> Option<(f64, (f64, f64))> {
    if let Some(point) = data.point(row) {
        let at = (point.x, point.y);
        return Some((great_circle_km(place, at), at));
    }
    let geometry = data.geometry(row)?;
    let mut search = Search::from(place);
    search.geometry(&geometry);
    search.best
}

/// The nearest place of a geometry so far.
struct Search {
    from: (f64, f64),
    from_vector: [f64; 3],
    best: Option<(f64, (f64, f64))>,
}

impl Search {
    fn from(from: (f64, f64)) -> Search {
        Search {
            from,
            from_vector: unit_vector(from.0, from.1),
            best: None,
        }
    }

    fn geometry(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.point(point.0),
            Geometry::MultiPoint(points) => points.iter().for_each(|point| self.point(point.0)),
            Geometry::Line(line) => self.side(line.start, line.end),
            Geometry::LineString(line) => self.line(line),
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| self.line(line)),
            Geometry::Polygon(polygon) => self.polygon(polygon),
            Geometry::MultiPolygon(polygons) => {
                polygons.iter().for_each(|polygon| self.polygon(polygon));
            }
            Geometry::Rect(rect) => self.polygon(&rect.to_polygon()),
            Geometry::Triangle(triangle) => self.polygon(&triangle.to_polygon()),
            Geometry::GeometryCollection(parts) => {
                parts.iter().for_each(|part| self.geometry(part));
            }
        }
    }

    fn point(&mut self, at: Coord<f64>) {
        self.offer((at.x, at.y));
    }

    fn offer(&mut self, at: (f64, f64)) {
        let km = great_circle_km(self.from, at);
        if self.best.is_none_or(|(best, _)| km < best) {
            self.best = Some((km, at));
        }
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        let shape = Shape::new(MultiPolygon::new(vec![polygon.clone()]));
        if shape.contains(Coord {
            x: self.from.0,
            y: self.from.1,
        }) {
            self.best = Some((0.0, self.from));
            return;
        }
        self.line(polygon.exterior());
        polygon.interiors().iter().for_each(|ring| self.line(ring));
    }

    fn line(&mut self, line: &LineString<f64>) {
        if let [only] = line.0.as_slice() {
            self.point(*only);
        }
        for pair in line.0.windows(2) {
            self.side(pair[0], pair[1]);
        }
    }

    fn side(&mut self, a: Coord<f64>, b: Coord<f64>) {
        let mut step = b.x - a.x;
        // A line may jump at the antimeridian.
        if step.abs() > 180.0 && step.abs() < 360.0 {
            step -= 360.0 * step.signum();
        }
        let longest = step.abs().max((b.y - a.y).abs());
        let parts = (longest / LONGEST_ARC_DEG).ceil().clamp(1.0, 10_000.0) as u32;
        let at = |part: u32| {
            let share = f64::from(part) / f64::from(parts);
            (a.x + step * share, a.y + (b.y - a.y) * share)
        };
        for part in 0..parts {
            self.arc(at(part), at(part + 1));
        }
    }

    /// A short arc of a great circle.
    fn arc(&mut self, a: (f64, f64), b: (f64, f64)) {
        self.offer(a);
        self.offer(b);
        let (a, b) = (unit_vector(a.0, a.1), unit_vector(b.0, b.1));
        let normal = cross(a, b);
        let length2 = dot(normal, normal);
        if length2 <= 0.0 {
            return;
        }
        let height = dot(self.from_vector, normal) / length2;
        let foot = [0, 1, 2].map(|axis| self.from_vector[axis] - height * normal[axis]);
        let is_between = dot(cross(a, foot), normal) > 0.0 && dot(cross(foot, b), normal) > 0.0;
        if is_between {
            let lon = foot[1].atan2(foot[0]).to_degrees();
            let lat = foot[2].atan2(foot[0].hypot(foot[1])).to_degrees();
            self.offer((lon, lat));
        }
    }
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Longest radius, km: beyond, everything is near.
pub const MAX_RADIUS_KM: f64 = EARTH_RADIUS_KM * std::f64::consts::PI;

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;
