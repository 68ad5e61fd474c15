//! Web Mercator on the unit square: x from the antimeridian eastwards, y from the north southwards.
//!
//! Source of the formulas: EPSG:3857, spherical Mercator; the square ends at 85.0511 degrees.

use std::f64::consts::PI;

/// Latitude of the edge of the square, degrees: atan(sinh(pi)).
pub(crate) const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

/// Logarithm to base 2 of the world's side in the units of shapes: 3.7 cm at the equator.
///
/// Two worlds fit into an `i32`, so a ring across the antimeridian needs no cut.
pub(crate) const SHAPE_WORLD_LOG2: u32 = 30;

/// World side in the units of shapes.
pub(crate) const SHAPE_WORLD: i64 = 1 << SHAPE_WORLD_LOG2;

/// Position on the unit square; longitudes are not wrapped, latitudes end at the square's edge.
pub(crate) fn unit_position(longitude: f64, latitude: f64) -> (f64, f64) {
    let x = (longitude + 180.0) / 360.0;
    let clamped = latitude.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
    let y = 0.5 - clamped.sin().atanh() / (2.0 * PI);
    (x, y.clamp(0.0, 1.0))
}

/// Position of a point in world units of 32 bits per axis (1 cm at the equator); longitudes wrap.
///
/// None when a coordinate is not a finite number.
pub(crate) fn point_position(longitude: f64, latitude: f64) -> Option<(u32, u32)> {
    if !longitude.is_finite() || !latitude.is_finite() {
        return None;
    }
    let (x, y) = unit_position(longitude, latitude);
    let side = 4_294_967_296.0;
    // Casts saturate: a longitude just below 180 may round up to one.
    Some(((x.rem_euclid(1.0) * side) as u32, (y * side) as u32))
}

/// Longitude in degrees of `x` on the unit square.
pub(crate) fn longitude_of_world(x: f64) -> f64 {
    x * 360.0 - 180.0
}

/// Latitude in degrees of `y` on the unit square.
pub(crate) fn latitude_of_world(y: f64) -> f64 {
    ((0.5 - y) * 2.0 * PI).sinh().atan().to_degrees()
}

#[cfg(test)]
#[path = "mercator_tests.rs"]
mod tests;
