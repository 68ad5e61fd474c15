//! Great-circle distances by unit vectors: right at the poles and across 180 degrees without any
//! special case.

use h3o::{CellIndex, LatLng};

/// Mean radius of the Earth, km (IUGG, R1 = (2a + b) / 3 of WGS84).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Longest distance that a band or radius may have, km: just less than half a great circle.
pub(crate) const MAX_DISTANCE_KM: f64 = 20_000.0;

/// Point on the unit sphere.
pub(crate) type UnitVector = [f64; 3];

pub(crate) fn unit_vector(lat_rad: f64, lon_rad: f64) -> UnitVector {
    // libm instead of the platform's functions: the same bits on every machine.
    let (sin_lat, cos_lat) = libm::sincos(lat_rad);
    let (sin_lon, cos_lon) = libm::sincos(lon_rad);
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

pub(crate) fn cell_centre(cell: CellIndex) -> UnitVector {
    let centre = LatLng::from(cell);
    unit_vector(centre.lat_radians(), centre.lng_radians())
}

/// Squared length of the chord between two points of the unit sphere.
pub(crate) fn chord2(a: UnitVector, b: UnitVector) -> f64 {
    let (dx, dy, dz) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    dx * dx + dy * dy + dz * dz
}

/// Squared chord of a great-circle distance; that of the antipode for anything longer.
pub(crate) fn chord2_of_km(distance_km: f64) -> f64 {
    let half_angle = (distance_km / EARTH_RADIUS_KM / 2.0).min(std::f64::consts::FRAC_PI_2);
    let chord = 2.0 * libm::sin(half_angle);
    chord * chord
}
