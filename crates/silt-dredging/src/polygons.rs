//! Which polygon a position lies in, and how far a coast is.

use geo_types::{LineString, MultiPolygon, Polygon};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use crate::sphere::{chord_of_m, unit_vector};

const BANDS_PER_DEGREE: f64 = 4.0;
const BANDS: usize = 720;
/// Longer edges are cut, so that a straight line between unit vectors stays near the ground.
const EDGE_MAX_DEG: f64 = 0.5;

#[derive(Debug, Clone, Copy)]
struct Edge {
    polygon: u32,
    from: (f64, f64),
    to: (f64, f64),
}

/// Land: polygons in bands of latitude, and their outlines in space.
#[derive(Debug, Default)]
pub(crate) struct Land {
    bands: Vec<Vec<Edge>>,
    outline: RTree<OutlineEdge>,
}

impl Land {
    /// Polygons may reach beyond 180 degrees of longitude; then they count on both sides.
    pub(crate) fn new(polygons: &[Polygon<f64>]) -> Self {
        if polygons.is_empty() {
            return Self::default();
        }
        let mut bands = vec![Vec::new(); BANDS];
        let mut outline = Vec::new();
        for (number, polygon) in polygons.iter().enumerate() {
            let shifts = shifts_of(polygon);
            for ring in rings_of(polygon) {
                for line in ring.lines() {
                    let from = (line.start.x, line.start.y);
                    let to = (line.end.x, line.end.y);
                    if ![from.0, from.1, to.0, to.1].iter().all(|v| v.is_finite()) {
                        continue;
                    }
                    for shift in &shifts {
                        let edge = Edge {
                            polygon: number as u32,
                            from: (from.0 + shift, from.1),
                            to: (to.0 + shift, to.1),
                        };
                        add_to_bands(&mut bands, edge);
                    }
                    add_to_outline(&mut outline, from, to);
                }
            }
        }
        Self {
            bands,
            outline: RTree::bulk_load(outline),
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        !self.bands.is_empty()
    }

    pub(crate) fn contains(&self, lon_deg: f64, lat_deg: f64) -> bool {
        let Some(band) = self.bands.get(band_of(lat_deg)) else {
            return false;
        };
        let mut polygon = u32::MAX;
        let mut is_inside = false;
        for edge in band {
            if edge.polygon != polygon {
                if is_inside {
                    return true;
                }
                polygon = edge.polygon;
                is_inside = false;
            }
            is_inside ^= crosses(edge.from, edge.to, lon_deg, lat_deg);
        }
        is_inside
    }

    /// Whether a coast lies within the distance.
    pub(crate) fn has_coast_within(&self, lon_deg: f64, lat_deg: f64, metres: f64) -> bool {
        let chord = chord_of_m(metres);
        self.outline
            .locate_within_distance(unit_vector(lon_deg, lat_deg), chord * chord)
            .next()
            .is_some()
    }
}

/// Whether a position lies in one of the polygons; longitudes may be unwrapped.
pub(crate) fn contains(area: &MultiPolygon<f64>, lon_deg: f64, lat_deg: f64) -> bool {
    area.0.iter().any(|polygon| {
        [0.0, 360.0, -360.0].iter().any(|shift| {
            let mut is_inside = false;
            for ring in rings_of(polygon) {
                for line in ring.lines() {
                    let from = (line.start.x, line.start.y);
                    let to = (line.end.x, line.end.y);
                    is_inside ^= crosses(from, to, lon_deg + shift, lat_deg);
                }
            }
            is_inside
        })
    })
}

fn rings_of(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn shifts_of(polygon: &Polygon<f64>) -> Vec<f64> {
    let mut shifts = vec![0.0];
    let lons = || polygon.exterior().0.iter().map(|coord| coord.x);
    if lons().any(|lon| lon > 180.0) {
        shifts.push(-360.0);
    }
    if lons().any(|lon| lon < -180.0) {
        shifts.push(360.0);
    }
    shifts
}

/// Whether a ray to the east from the position crosses the edge.
fn crosses(from: (f64, f64), to: (f64, f64), lon_deg: f64, lat_deg: f64) -> bool {
    if (from.1 > lat_deg) == (to.1 > lat_deg) {
        return false;
    }
    let share = (lat_deg - from.1) / (to.1 - from.1);
    lon_deg < from.0 + share * (to.0 - from.0)
}

fn band_of(lat_deg: f64) -> usize {
    // A negative or NaN product becomes 0.
    (((lat_deg + 90.0) * BANDS_PER_DEGREE) as usize).min(BANDS - 1)
}

fn add_to_bands(bands: &mut [Vec<Edge>], edge: Edge) {
    let (low, high) = if edge.from.1 < edge.to.1 {
        (edge.from.1, edge.to.1)
    } else {
        (edge.to.1, edge.from.1)
    };
    for band in &mut bands[band_of(low)..=band_of(high)] {
        band.push(edge);
    }
}

/// Edges along the antimeridian and around the pole are where maps are cut, not coasts.
fn add_to_outline(outline: &mut Vec<OutlineEdge>, from: (f64, f64), to: (f64, f64)) {
    let is_map_cut = from.0.abs() == 180.0 && to.0 == from.0;
    let is_pole = from.1.abs() >= 90.0 && to.1.abs() >= 90.0;
    if is_map_cut || is_pole {
        return;
    }
    let longest_deg = (to.0 - from.0).abs().max((to.1 - from.1).abs());
    let pieces = (longest_deg / EDGE_MAX_DEG).ceil().clamp(1.0, 1440.0);
    let at = |piece: f64| {
        let share = piece / pieces;
        unit_vector(
            from.0 + share * (to.0 - from.0),
            from.1 + share * (to.1 - from.1),
        )
    };
    for piece in 0..pieces as u32 {
        outline.push(OutlineEdge {
            from: at(f64::from(piece)),
            to: at(f64::from(piece + 1)),
        });
    }
}

/// A piece of an outline between unit vectors.
#[derive(Debug, Clone, Copy)]
struct OutlineEdge {
    from: [f64; 3],
    to: [f64; 3],
}

impl RTreeObject for OutlineEdge {
    type Envelope = AABB<[f64; 3]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to)
    }
}

impl PointDistance for OutlineEdge {
    fn distance_2(&self, point: &[f64; 3]) -> f64 {
        let mut along = [0.0; 3];
        let mut away = [0.0; 3];
        for axis in 0..3 {
            along[axis] = self.to[axis] - self.from[axis];
            away[axis] = point[axis] - self.from[axis];
        }
        let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let length_2 = dot(&along, &along);
        let share = if length_2 > 0.0 {
            (dot(&away, &along) / length_2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        for axis in 0..3 {
            away[axis] -= share * along[axis];
        }
        dot(&away, &away)
    }
}
