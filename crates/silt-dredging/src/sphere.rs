//! Distances and directions on the sphere, right across the antimeridian and at the poles.

/// Mean radius of the earth (IUGG), in metres.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Metres of a nautical mile.
pub const METRES_PER_NM: f64 = 1852.0;

const RADIANS: f64 = std::f64::consts::PI / 180.0;
/// Steps up to this many degrees are measured on a plane; the error is below 1e-6 of the step.
const PLANE_STEP_DEG: f64 = 0.05;
const PLANE_LATITUDE_DEG: f64 = 80.0;

/// The difference of two longitudes, -180 to 180 degrees.
pub(crate) fn wrap_degrees(difference: f64) -> f64 {
    if difference > 180.0 {
        difference - 360.0
    } else if difference < -180.0 {
        difference + 360.0
    } else {
        difference
    }
}

/// Great-circle distance in metres between two positions in degrees.
#[must_use]
pub fn distance_m(lon1: f64, lat1: f64, lon2: f64, lat2: f64) -> f64 {
    let east_deg = wrap_degrees(lon2 - lon1);
    let north_deg = lat2 - lat1;
    let middle_deg = 0.5 * (lat1 + lat2);
    let is_short = east_deg.abs() < PLANE_STEP_DEG && north_deg.abs() < PLANE_STEP_DEG;
    if is_short && middle_deg.abs() < PLANE_LATITUDE_DEG {
        let east = east_deg * RADIANS * libm::cos(middle_deg * RADIANS);
        let north = north_deg * RADIANS;
        return EARTH_RADIUS_M * (east * east + north * north).sqrt();
    }
    let sin_north = libm::sin(0.5 * north_deg * RADIANS);
    let sin_east = libm::sin(0.5 * east_deg * RADIANS);
    let cosines = libm::cos(lat1 * RADIANS) * libm::cos(lat2 * RADIANS);
    let haversine = sin_north * sin_north + cosines * sin_east * sin_east;
    2.0 * EARTH_RADIUS_M * libm::asin(haversine.sqrt().min(1.0))
}

/// East and north from one position to another in metres, on a plane at their middle latitude.
pub(crate) fn offset_m(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let middle_deg = 0.5 * (from.1 + to.1);
    let east = wrap_degrees(to.0 - from.0) * RADIANS * libm::cos(middle_deg * RADIANS);
    let north = (to.1 - from.1) * RADIANS;
    (EARTH_RADIUS_M * east, EARTH_RADIUS_M * north)
}

/// The position as a vector of length one.
pub(crate) fn unit_vector(lon_deg: f64, lat_deg: f64) -> [f64; 3] {
    let (sin_lon, cos_lon) = libm::sincos(lon_deg * RADIANS);
    let (sin_lat, cos_lat) = libm::sincos(lat_deg * RADIANS);
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

/// The straight distance between unit vectors that a distance along the ground has.
pub(crate) fn chord_of_m(metres: f64) -> f64 {
    let half_angle = (0.5 * metres / EARTH_RADIUS_M).min(std::f64::consts::FRAC_PI_2);
    2.0 * libm::sin(half_angle)
}

/// Weighted centre of positions on the sphere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Centre {
    sum: [f64; 3],
}

impl Centre {
    pub(crate) fn add(&mut self, lon_deg: f64, lat_deg: f64, weight: f64) {
        let vector = unit_vector(lon_deg, lat_deg);
        for (sum, part) in self.sum.iter_mut().zip(vector) {
            *sum += weight * part;
        }
    }

    /// Longitude and latitude in degrees; `None` when the positions cancel out.
    pub(crate) fn position(&self) -> Option<(f64, f64)> {
        let [x, y, z] = self.sum;
        let level = (x * x + y * y).sqrt();
        if level == 0.0 && z == 0.0 {
            return None;
        }
        let lon_deg = libm::atan2(y, x) / RADIANS;
        let lat_deg = libm::atan2(z, level) / RADIANS;
        Some((lon_deg.clamp(-180.0, 180.0), lat_deg.clamp(-90.0, 90.0)))
    }
}

#[cfg(test)]
#[path = "sphere_tests.rs"]
mod tests;
