//! Geometries that go beyond 180 degrees, cut at the antimeridian and moved to where they are.

use geo::{BooleanOps, BoundingRect, Translate};
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon, Rect,
};

/// Longitude in [-180, 180].
pub(crate) fn wrapped_lon(lon: f64) -> f64 {
    if lon.abs() <= 180.0 {
        lon
    } else {
        (lon + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// A box with its longitudes in [-180, 180]; `west > east` goes across the antimeridian.
pub(crate) fn wrapped_bbox([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    if west <= east && east - west >= 360.0 {
        return [-180.0, south, 180.0, north];
    }
    if west >= -180.0 && east <= 180.0 {
        return [west, south, east, north];
    }
    [wrapped_lon(west), south, wrapped_lon(east), north]
}

/// The area of a box.
pub(super) fn bbox_area(bbox: [f64; 4]) -> Geometry<f64> {
    let [west, south, east, north] = wrapped_bbox(bbox);
    let rect = |west: f64, east: f64| {
        Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }).to_polygon()
    };
    if west <= east {
        return rect(west, east).into();
    }
    MultiPolygon(vec![rect(west, 180.0), rect(-180.0, east)]).into()
}

/// Whether a box, which may go across the antimeridian, holds a position with a longitude in
/// [-180, 180].
pub(crate) fn bbox_holds([west, south, east, north]: [f64; 4], position: Coord<f64>) -> bool {
    let Coord { x, y } = position;
    let holds_lon = |x: f64| {
        if west <= east {
            west <= x && x <= east
        } else {
            x >= west || x <= east
        }
    };
    // A position on the antimeridian lies on both sides of it.
    south <= y && y <= north && (holds_lon(x) || (x.abs() == 180.0 && holds_lon(-x)))
}

pub(super) fn is_within_globe(bounds: &Rect<f64>) -> bool {
    bounds.min().x >= -180.0 && bounds.max().x <= 180.0
}

/// The geometry with every longitude in [-180, 180].
pub(super) fn normalized(geometry: Geometry<f64>) -> Geometry<f64> {
    let inside = geometry.bounding_rect().is_none_or(|b| is_within_globe(&b));
    if inside {
        return geometry;
    }
    match geometry {
        Geometry::Point(point) => Point::new(wrapped_lon(point.x()), point.y()).into(),
        Geometry::MultiPoint(points) => {
            let wrapped = |point: Point<f64>| Point::new(wrapped_lon(point.x()), point.y());
            MultiPoint(points.into_iter().map(wrapped).collect()).into()
        }
        Geometry::Line(line) => lines(&MultiLineString(vec![line.into()])),
        Geometry::LineString(line) => lines(&MultiLineString(vec![line])),
        Geometry::MultiLineString(multi) => lines(&multi),
        Geometry::Polygon(polygon) => areas(&MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(multi) => areas(&multi),
        Geometry::Rect(rect) => areas(&MultiPolygon(vec![rect.to_polygon()])),
        Geometry::Triangle(triangle) => areas(&MultiPolygon(vec![triangle.to_polygon()])),
        Geometry::GeometryCollection(members) => {
            let members = members.into_iter().map(normalized).collect();
            Geometry::GeometryCollection(GeometryCollection(members))
        }
    }
}

/// The part of a box that lies on the globe moved by so many degrees. No larger than the box needs:
/// cutting rounds positions to about a billionth of its size.
fn globe_part(bounds: &Rect<f64>, degrees: f64) -> Option<Polygon<f64>> {
    const MARGIN_DEG: f64 = 1.0;
    let west = (bounds.min().x - MARGIN_DEG).max(degrees - 180.0);
    let east = (bounds.max().x + MARGIN_DEG).min(degrees + 180.0);
    let low = Coord {
        x: west,
        y: bounds.min().y - MARGIN_DEG,
    };
    let high = Coord {
        x: east,
        y: bounds.max().y + MARGIN_DEG,
    };
    (west < east).then(|| Rect::new(low, high).to_polygon())
}

/// The globes to the west and east that a longitude of up to 540 degrees may lie on.
const TURNS_DEG: [f64; 3] = [-360.0, 0.0, 360.0];

fn areas(multi: &MultiPolygon<f64>) -> Geometry<f64> {
    let mut parts: Vec<Polygon<f64>> = Vec::new();
    if let Some(bounds) = multi.bounding_rect() {
        for degrees in TURNS_DEG {
            if let Some(globe) = globe_part(&bounds, degrees) {
                let part = multi.intersection(&MultiPolygon(vec![globe]));
                parts.extend(part.translate(-degrees, 0.0));
            }
        }
    }
    MultiPolygon(parts).into()
}

fn lines(multi: &MultiLineString<f64>) -> Geometry<f64> {
    let mut parts: Vec<LineString<f64>> = Vec::new();
    if let Some(bounds) = multi.bounding_rect() {
        for degrees in TURNS_DEG {
            if let Some(globe) = globe_part(&bounds, degrees) {
                parts.extend(globe.clip(multi, false).translate(-degrees, 0.0));
            }
        }
    }
    MultiLineString(parts).into()
}

/// The narrowest box around a geometry within [-180, 180]: it goes across the antimeridian where
/// the widest gap between the parts lies elsewhere.
pub(super) fn narrow_bbox(parts: &[Rect<f64>]) -> Option<[f64; 4]> {
    let mut sorted: Vec<&Rect<f64>> = parts.iter().collect();
    sorted.sort_by(|a, b| a.min().x.total_cmp(&b.min().x));
    let first = sorted.first()?;
    let (mut south, mut north) = (first.min().y, first.max().y);
    let mut east_so_far = first.max().x;
    // The gap across the antimeridian is the one that a plain box leaves out.
    let most_eastern = sorted
        .iter()
        .map(|part| part.max().x)
        .fold(-180.0, f64::max);
    let mut widest = (
        first.min().x + 360.0 - most_eastern,
        first.min().x,
        most_eastern,
    );
    for part in &sorted {
        south = south.min(part.min().y);
        north = north.max(part.max().y);
        let gap = part.min().x - east_so_far;
        if gap > widest.0 {
            widest = (gap, part.min().x, east_so_far);
        }
        east_so_far = east_so_far.max(part.max().x);
    }
    Some([widest.1, south, widest.2, north])
}

#[cfg(test)]
#[path = "longitude_tests.rs"]
mod tests;
