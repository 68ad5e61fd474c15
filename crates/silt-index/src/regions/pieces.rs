//! A geometry as single points, lines and polygons with continuous longitudes.

use std::borrow::Cow;

use geo_types::{Coord, Geometry, LineString, Polygon, Rect};

use super::bands::Bands;

/// A position whose longitude lies in [-180, 180).
pub(crate) fn wrapped(position: Coord<f64>) -> Coord<f64> {
    // The poles are a line in plane coordinates; a hair beside it, the bundled
    // polygons, which end at 89.999 degrees south, hold them.
    const NEAREST_TO_POLE: f64 = 89.998;
    let in_range = (-180.0..180.0).contains(&position.x);
    let x = if in_range {
        position.x
    } else {
        (position.x + 180.0).rem_euclid(360.0) - 180.0
    };
    Coord {
        x,
        y: position.y.clamp(-NEAREST_TO_POLE, NEAREST_TO_POLE),
    }
}

/// Whether a position is on Earth: finite, and a latitude of at most 90 degrees.
pub(crate) fn is_on_earth(position: Coord<f64>) -> bool {
    position.x.is_finite() && position.y.abs() <= 90.0
}

/// One line or polygon. Its longitudes may go beyond 180 degrees, never below -180.
pub(crate) struct Piece<'a> {
    /// Rings of a polygon, exterior first, or the one line.
    lines: Vec<Cow<'a, [Coord<f64>]>>,
    pub(crate) is_area: bool,
    pub(crate) bounds: Rect<f64>,
    bands: Option<Bands>,
}

impl<'a> Piece<'a> {
    fn new(lines: Vec<Cow<'a, [Coord<f64>]>>, is_area: bool) -> Option<Piece<'a>> {
        let positions = || lines.iter().flat_map(|line| line.iter());
        let first = *positions().next()?;
        if !positions().all(|&position| is_on_earth(position)) {
            return None;
        }
        let (mut south_west, mut north_east) = (first, first);
        for position in positions() {
            south_west = Coord {
                x: south_west.x.min(position.x),
                y: south_west.y.min(position.y),
            };
            north_east = Coord {
                x: north_east.x.max(position.x),
                y: north_east.y.max(position.y),
            };
        }
        let bounds = Rect::new(south_west, north_east);
        let piece = Piece {
            lines,
            is_area,
            bounds,
            bands: None,
        };
        // 180 itself stays: an area that ends there need not move.
        if (-180.0..=180.0).contains(&south_west.x) {
            return Some(piece);
        }
        let moved_to = (south_west.x + 180.0).rem_euclid(360.0) - 180.0;
        Some(piece.shifted(moved_to - south_west.x))
    }

    fn line(line: &'a LineString<f64>) -> Option<Piece<'a>> {
        Piece::new(vec![without_jumps(&line.0)], false)
    }

    /// Edges of an area are taken as they are: half the world wide is wide, not a jump.
    fn area(polygon: &'a Polygon<f64>) -> Option<Piece<'a>> {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        Piece::new(rings.map(|ring| Cow::Borrowed(&ring.0[..])).collect(), true)
    }

    /// The same piece some degrees further east.
    pub(crate) fn shifted(&self, degrees: f64) -> Piece<'static> {
        let moved = |position: &Coord<f64>| Coord {
            x: position.x + degrees,
            y: position.y,
        };
        let lines = self
            .lines
            .iter()
            .map(|line| Cow::Owned(line.iter().map(moved).collect()));
        let bounds = Rect::new(moved(&self.bounds.min()), moved(&self.bounds.max()));
        Piece {
            lines: lines.collect(),
            is_area: self.is_area,
            bounds,
            bands: None,
        }
    }

    pub(crate) fn vertices(&self) -> impl Iterator<Item = Coord<f64>> {
        self.lines.iter().flat_map(|line| line.iter().copied())
    }

    /// The rings of a polygon, exterior first, or the one line.
    pub(crate) fn rings(&self) -> impl Iterator<Item = &[Coord<f64>]> {
        self.lines.iter().map(|line| &line[..])
    }

    /// Its edges by latitude, sorted at the first call.
    pub(crate) fn bands(&mut self) -> Option<&Bands> {
        if self.bands.is_none() {
            self.bands = Bands::new(self.lines.iter().map(|line| &line[..]));
        }
        self.bands.as_ref()
    }
}

/// A line without steps over half the world: a track from 179.9 to -179.9
/// crosses the antimeridian and does not go round the Earth.
fn without_jumps(line: &[Coord<f64>]) -> Cow<'_, [Coord<f64>]> {
    let jumps = line
        .windows(2)
        .any(|pair| (pair[1].x - pair[0].x).abs() > 180.0);
    let finite = line.iter().all(|position| position.x.is_finite());
    if !jumps || !finite {
        return Cow::Borrowed(line);
    }
    let mut continuous: Vec<Coord<f64>> = Vec::with_capacity(line.len());
    for position in line {
        let mut x = position.x;
        if let Some(previous) = continuous.last() {
            x -= ((x - previous.x) / 360.0).round() * 360.0;
        }
        continuous.push(Coord { x, y: position.y });
    }
    Cow::Owned(continuous)
}

/// Calls `on_point` and `on_piece` for the parts of a geometry. Parts without
/// a position, or with one that is not on Earth, are left out.
pub(crate) fn visit<'a>(
    geometry: &'a Geometry<f64>,
    on_point: &mut impl FnMut(Coord<f64>),
    on_piece: &mut impl FnMut(Piece<'a>),
) {
    match geometry {
        Geometry::Point(point) => visit_point(point.0, on_point),
        Geometry::MultiPoint(points) => points
            .iter()
            .for_each(|point| visit_point(point.0, on_point)),
        Geometry::Line(line) => {
            let ends = vec![line.start, line.end];
            let continuous = without_jumps(&ends).into_owned();
            Piece::new(vec![Cow::Owned(continuous)], false)
                .into_iter()
                .for_each(on_piece);
        }
        Geometry::LineString(line) => Piece::line(line).into_iter().for_each(on_piece),
        Geometry::MultiLineString(lines) => lines.iter().filter_map(Piece::line).for_each(on_piece),
        Geometry::Polygon(polygon) => Piece::area(polygon).into_iter().for_each(on_piece),
        Geometry::MultiPolygon(polygons) => {
            polygons.iter().filter_map(Piece::area).for_each(on_piece);
        }
        Geometry::GeometryCollection(parts) => parts
            .iter()
            .for_each(|part| visit(part, on_point, on_piece)),
        Geometry::Rect(rect) => visit_area(&rect.to_polygon(), on_piece),
        Geometry::Triangle(triangle) => visit_area(&triangle.to_polygon(), on_piece),
    }
}

fn visit_point(position: Coord<f64>, on_point: &mut impl FnMut(Coord<f64>)) {
    if is_on_earth(position) {
        on_point(position);
    }
}

fn visit_area<'a>(polygon: &Polygon<f64>, on_piece: &mut impl FnMut(Piece<'a>)) {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let owned = rings.map(|ring| Cow::Owned(ring.0.clone()));
    Piece::new(owned.collect(), true)
        .into_iter()
        .for_each(on_piece);
}

#[cfg(test)]
#[path = "pieces_tests.rs"]
mod tests;
