//! A polygon or box of the question itself.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo_types::{Coord, Line, LineString, MultiPolygon, Polygon};

use crate::error::AnalysisError;

/// Polygons with continuous longitudes, ready for many questions whether a place lies in them.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) polygons: MultiPolygon<f64>,
    /// Edges by band of latitude; one that spans bands is in each.
    bands: Vec<Vec<Line<f64>>>,
    south: f64,
    bands_per_degree: f64,
}

const EDGES_PER_BAND: usize = 4;
const MAX_BANDS: usize = 4096;

impl Shape {
    /// The box `west, south, east, north`; `west > east` crosses the antimeridian.
    pub(crate) fn of_bbox([west, south, east, north]: [f64; 4]) -> Shape {
        let east = if east < west { east + 360.0 } else { east };
        let ring = vec![
            (west, south),
            (east, south),
            (east, north),
            (west, north),
            (west, south),
        ];
        Shape::new(MultiPolygon::new(vec![Polygon::new(
            LineString::from(ring),
            Vec::new(),
        )]))
    }

    /// Polygons whose rings do not jump at the antimeridian.
    pub(crate) fn new(polygons: MultiPolygon<f64>) -> Shape {
        let edges: Vec<Line<f64>> = polygons
            .iter()
            .flat_map(|polygon| {
                std::iter::once(polygon.exterior())
                    .chain(polygon.interiors())
                    .flat_map(LineString::lines)
            })
            .collect();
        let ys = || edges.iter().flat_map(|edge| [edge.start.y, edge.end.y]);
        let south = ys().fold(f64::INFINITY, f64::min);
        let north = ys().fold(f64::NEG_INFINITY, f64::max);
        let count = (edges.len() / EDGES_PER_BAND).clamp(1, MAX_BANDS);
        let height = north - south;
        let bands_per_degree = if height > 0.0 {
            count as f64 / height
        } else {
            0.0
        };
        let mut shape = Shape {
            polygons,
            bands: vec![Vec::new(); count],
            south,
            bands_per_degree,
        };
        for edge in edges {
            let first = shape.band(edge.start.y.min(edge.end.y));
            let last = shape.band(edge.start.y.max(edge.end.y));
            for band in &mut shape.bands[first..=last] {
                band.push(edge);
            }
        }
        shape
    }

    fn band(&self, lat: f64) -> usize {
        // The cast saturates: what lies further south is in the first band.
        (((lat - self.south) * self.bands_per_degree) as usize).min(self.bands.len() - 1)
    }

    /// Whether a place lies inside, by the even-odd rule; longitudes wrap.
    pub(crate) fn contains(&self, at: Coord<f64>) -> bool {
        let edges = &self.bands[self.band(at.y)];
        [0.0, 360.0, -360.0].into_iter().any(|shift| {
            let x = at.x + shift;
            let crossings = edges.iter().filter(|edge| {
                let (low, high) = if edge.start.y <= edge.end.y {
                    (edge.start, edge.end)
                } else {
                    (edge.end, edge.start)
                };
                if !(low.y <= at.y && at.y < high.y) {
                    return false;
                }
                let share = (at.y - low.y) / (high.y - low.y);
                low.x + share * (high.x - low.x) > x
            });
            crossings.count() % 2 == 1
        })
    }

    /// Reads a polygon of a question: a GeoJSON Polygon or MultiPolygon, alone, as a Feature, or
    /// as a FeatureCollection of one or more. A ring may cross the antimeridian, cut or not.
    ///
    /// # Errors
    /// Names the parameter and says what is wrong, and where.
    pub(crate) fn of_polygons(
        polygons: MultiPolygon<f64>,
        max_vertices: u64,
    ) -> Result<Shape, AnalysisError> {
        let refuse = |detail: String| AnalysisError::parameter("geometry", detail);
        let vertices: usize = polygons
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
            .map(|ring| ring.0.len())
            .sum();
        if vertices as u64 > max_vertices {
            return Err(refuse(format!(
                "has {vertices} vertices, more than the {max_vertices} that are taken; simplify it"
            )));
        }
        let mut kept = Vec::new();
        for polygon in polygons {
            let (exterior, interiors) = polygon.into_inner();
            let exterior = continuous(&exterior).map_err(refuse)?;
            let mut holes = Vec::new();
            for ring in &interiors {
                let mut hole = continuous(ring).map_err(refuse)?;
                move_beside(&mut hole, &exterior);
                holes.push(hole);
            }
            kept.push(Polygon::new(exterior, holes));
        }
        if kept.is_empty() {
            return Err(refuse("has no polygon".to_owned()));
        }
        let polygons = MultiPolygon::new(kept);
        if let Some(at) = crossing(&polygons) {
            return Err(refuse(format!(
                "crosses itself at longitude {:.6}, latitude {:.6}; its rings must not cross",
                wrapped(at.x),
                at.y
            )));
        }
        Ok(Shape::new(polygons))
    }
}

fn wrapped(lon: f64) -> f64 {
    if (-180.0..=180.0).contains(&lon) {
        lon
    } else {
        (lon + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// A ring whose longitudes do not jump at the antimeridian.
fn continuous(ring: &LineString<f64>) -> Result<LineString<f64>, String> {
    if ring.0.len() < 4 {
        return Err("has a ring with fewer than four positions".to_owned());
    }
    if ring.0.first() != ring.0.last() {
        return Err("has a ring that is not closed".to_owned());
    }
    for at in &ring.0 {
        if !(at.x.abs() <= 540.0 && at.y.abs() <= 90.0) {
            return Err(format!(
                "has the position {} {}, which is not longitude and latitude in degrees",
                at.x, at.y
            ));
        }
    }
    let mut shift = 0.0;
    let mut moved: Vec<Coord<f64>> = vec![ring.0[0]];
    for pair in ring.0.windows(2) {
        let step = pair[1].x - pair[0].x;
        // A side round the whole world is one; half of it and more is a jump.
        if step.abs() > 180.0 && step.abs() < 360.0 {
            shift -= 360.0 * step.signum();
        }
        moved.push(Coord {
            x: pair[1].x + shift,
            y: pair[1].y,
        });
    }
    if shift != 0.0 {
        return Err("has a ring around a pole; cut it at the antimeridian".to_owned());
    }
    Ok(LineString::new(moved))
}

/// Moves a hole by whole turns to where its exterior is.
fn move_beside(hole: &mut LineString<f64>, exterior: &LineString<f64>) {
    let west_of =
        |ring: &LineString<f64>| ring.0.iter().map(|at| at.x).fold(f64::INFINITY, f64::min);
    let (own, outer) = (west_of(hole), west_of(exterior));
    let turns = ((outer - own) / 360.0).ceil();
    if turns != 0.0 {
        hole.0.iter_mut().for_each(|at| at.x += turns * 360.0);
    }
}

/// A place where two edges cross or run along each other; touching in a point is allowed.
fn crossing(polygons: &MultiPolygon<f64>) -> Option<Coord<f64>> {
    struct Side {
        line: Line<f64>,
        /// Ring and place in it, so that the same crossing is always named.
        of: (usize, usize),
    }
    let mut sides: Vec<Side> = Vec::new();
    let mut ring_number = 0;
    for polygon in polygons {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let lines = ring.lines().filter(|line| line.start != line.end);
            sides.extend(lines.enumerate().map(|(at, line)| Side {
                line,
                of: (ring_number, at),
            }));
            ring_number += 1;
        }
    }
    let west = |side: &Side| side.line.start.x.min(side.line.end.x);
    let east = |side: &Side| side.line.start.x.max(side.line.end.x);
    let low = |side: &Side| side.line.start.y.min(side.line.end.y);
    let high = |side: &Side| side.line.start.y.max(side.line.end.y);
    sides.sort_by(|a, b| west(a).total_cmp(&west(b)).then(a.of.cmp(&b.of)));
    for (at, side) in sides.iter().enumerate() {
        for other in &sides[at + 1..] {
            if west(other) > east(side) {
                break;
            }
            if low(other) > high(side) || high(other) < low(side) {
                continue;
            }
            match line_intersection(side.line, other.line) {
                Some(LineIntersection::SinglePoint {
                    intersection,
                    is_proper: true,
                }) => return Some(intersection),
                Some(LineIntersection::Collinear { intersection })
                    if intersection.start != intersection.end =>
                {
                    return Some(intersection.start);
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
