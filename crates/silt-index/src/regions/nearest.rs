//! Distance from a position to the nearest border of a region.

use geo_types::{Coord, Rect};

use super::bands::Bands;

/// Mean radius of the Earth (IUGG), km. On the ellipsoid a short distance
/// differs from this sphere's by half a percent at most.
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// Degrees of latitude in a distance.
pub(super) fn latitude_degrees(km: f64) -> f64 {
    (km / EARTH_RADIUS_KM).to_degrees()
}

/// Boxes that hold every position within a distance, in [-180, 180]: one, or
/// two when it reaches over the antimeridian.
pub(super) fn windows(around: &Rect<f64>, km: f64) -> Vec<Rect<f64>> {
    let reach = latitude_degrees(km);
    let (south, north) = (around.min().y - reach, around.max().y + reach);
    let highest = south.abs().max(north.abs());
    let (west, east) = if highest >= 89.9 {
        (-180.0, 180.0)
    } else {
        let reach_lon = reach / highest.to_radians().cos();
        (around.min().x - reach_lon, around.max().x + reach_lon)
    };
    let window =
        |west: f64, east: f64| Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north });
    if east - west >= 360.0 {
        return vec![window(-180.0, 180.0)];
    }
    let mut parts = vec![window(west, east)];
    if west < -180.0 {
        parts.push(window(west + 360.0, east + 360.0));
    }
    if east > 180.0 {
        parts.push(window(west - 360.0, east - 360.0));
    }
    parts
}

/// Great-circle distance, km.
pub(super) fn great_circle_km(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let half_lat = ((b.y - a.y).to_radians() / 2.0).sin();
    let half_lon = ((b.x - a.x).to_radians() / 2.0).sin();
    let h =
        half_lat * half_lat + a.y.to_radians().cos() * b.y.to_radians().cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
}

/// Distance from a position to the nearest edge, if it is within `limit_km`.
/// The nearest place on an edge is found in a plane scaled at the position
/// and its distance then measured on the sphere.
pub(super) fn distance_km(from: Coord<f64>, outline: &Bands, limit_km: f64) -> Option<f64> {
    let reach = latitude_degrees(limit_km);
    let scale = from.y.to_radians().cos().max(1e-6);
    // The outline may lie on the other side of the antimeridian.
    let middle = outline.bounds().center().x;
    let x = from.x - ((from.x - middle) / 360.0).round() * 360.0;
    let origin = Coord { x, y: from.y };

    let mut nearest: Option<(f64, Coord<f64>)> = None;
    for edge in outline.edges_between(from.y - reach, from.y + reach) {
        let start = Coord {
            x: (edge.south.x - origin.x) * scale,
            y: edge.south.y - origin.y,
        };
        let along = Coord {
            x: (edge.north.x - edge.south.x) * scale,
            y: edge.north.y - edge.south.y,
        };
        let length2 = along.x * along.x + along.y * along.y;
        let share = if length2 > 0.0 {
            (-(start.x * along.x + start.y * along.y) / length2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let foot = Coord {
            x: start.x + share * along.x,
            y: start.y + share * along.y,
        };
        let distance2 = foot.x * foot.x + foot.y * foot.y;
        if nearest.is_none_or(|(best, _)| distance2 < best) {
            nearest = Some((
                distance2,
                Coord {
                    x: origin.x + foot.x / scale,
                    y: origin.y + foot.y,
                },
            ));
        }
    }
    let (_, place) = nearest?;
    let km = great_circle_km(origin, place);
    (km <= limit_km).then_some(km)
}

#[cfg(test)]
#[path = "nearest_tests.rs"]
mod tests;
