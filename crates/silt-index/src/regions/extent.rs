//! Bounding boxes that may cross the antimeridian.

use geo::BoundingRect;
use geo_types::MultiPolygon;
use serde::Serialize;

/// A bounding box in degrees. As in RFC 7946, `west` is greater than `east`
/// when the box crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Extent {
    /// Western edge, degrees.
    pub west: f64,
    /// Southern edge, degrees.
    pub south: f64,
    /// Eastern edge, degrees.
    pub east: f64,
    /// Northern edge, degrees.
    pub north: f64,
}

impl Extent {
    /// The whole world.
    pub const WORLD: Extent = Extent {
        west: -180.0,
        south: -90.0,
        east: 180.0,
        north: 90.0,
    };

    /// The same box with its edges in [-180, 180]; one as wide as the world stays so.
    pub(super) fn wrapped(self) -> Extent {
        if self.east - self.west >= 360.0 {
            return Extent {
                west: -180.0,
                east: 180.0,
                ..self
            };
        }
        let wrap = |lon: f64| {
            if lon.abs() <= 180.0 {
                lon
            } else {
                (lon + 180.0).rem_euclid(360.0) - 180.0
            }
        };
        Extent {
            west: wrap(self.west),
            east: wrap(self.east),
            ..self
        }
    }

    /// `[west, south, east, north]`, the order of GeoJSON's `bbox`.
    pub fn to_array(self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

/// The smallest box around polygons whose longitudes lie in [-180, 180].
/// `None` when there is no vertex.
pub(super) fn of_polygons(polygons: &MultiPolygon<f64>) -> Option<Extent> {
    let parts: Vec<Extent> = polygons
        .iter()
        .filter_map(|polygon| polygon.bounding_rect())
        .map(|rect| Extent {
            west: rect.min().x,
            south: rect.min().y,
            east: rect.max().x,
            north: rect.max().y,
        })
        .collect();
    union(&parts)
}

/// The smallest box around boxes: it leaves out the widest empty span of longitude.
pub(super) fn union(parts: &[Extent]) -> Option<Extent> {
    let south = parts.iter().map(|part| part.south).reduce(f64::min)?;
    let north = parts.iter().map(|part| part.north).reduce(f64::max)?;

    let mut spans: Vec<(f64, f64)> = Vec::with_capacity(parts.len());
    for part in parts {
        if part.west <= part.east {
            spans.push((part.west, part.east));
        } else {
            spans.push((part.west, 180.0));
            spans.push((-180.0, part.east));
        }
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));

    let first_west = spans.first()?.0;
    let mut reached = spans.first()?.1;
    let mut widest_gap = (0.0, 0.0, 0.0);
    for &(west, east) in &spans {
        if west - reached > widest_gap.0 {
            widest_gap = (west - reached, reached, west);
        }
        reached = reached.max(east);
    }
    let gap_over_antimeridian = first_west + 360.0 - reached;
    if gap_over_antimeridian >= widest_gap.0 {
        return Some(Extent {
            west: first_west,
            south,
            east: reached,
            north,
        });
    }
    let (_, gap_west, gap_east) = widest_gap;
    Some(Extent {
        west: gap_east,
        south,
        east: gap_west,
        north,
    })
}

#[cfg(test)]
#[path = "extent_tests.rs"]
mod tests;
