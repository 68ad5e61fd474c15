//! Clusters of points by distance.

use h3o::Resolution;
use silt_hotspot::{DbscanOptions, EARTH_RADIUS_KM, dbscan};
use silt_query::query::Rows;

use crate::error::AnalysisError;
use crate::hotspots::Subject;
use crate::values::{Gathered, placed_rows};

/// One cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Longitude of its middle, degrees.
    pub lon_deg: f64,
    /// Latitude of its middle, degrees.
    pub lat_deg: f64,
    /// Greatest distance of a member from the middle, km.
    pub radius_km: f64,
    /// Members that are core points.
    pub core: u64,
    /// Rows of its features, ascending.
    pub rows: Vec<u32>,
}

/// Clusters, the largest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// Features in no cluster.
    pub noise: u64,
}

/// Finds clusters among the places of rows.
pub(crate) fn clusters(
    subject: Subject<'_>,
    rows: &Rows,
    options: &DbscanOptions,
) -> Result<(Clusters, Gathered), AnalysisError> {
    let data = subject.data;
    // Any resolution: what counts is which rows have a position.
    let cells = data.cells(Resolution::Zero);
    let mut gathered = Gathered::default();
    let placed: Vec<u32> = placed_rows(data, rows, subject.within, cells, &mut gathered)
        .map(|(_, row)| row)
        .collect();
    let mut kept = Vec::with_capacity(placed.len());
    let mut points = Vec::with_capacity(placed.len());
    for row in placed {
        if let Some(place) = data.place(row) {
            kept.push(row);
            points.push((place.x, place.y));
        }
    }
    let found = dbscan(&points, options, subject.limits)?;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); found.sizes.len()];
    let mut noise = 0;
    for (at, point) in found.points.iter().enumerate() {
        match point.cluster {
            Some(number) => members[number as usize].push(at),
            None => noise += 1,
        }
    }
    let clusters = members
        .into_iter()
        .map(|members| {
            let (lon_deg, lat_deg) = middle(members.iter().map(|&at| points[at]));
            let distance = |&at: &usize| great_circle_km((lon_deg, lat_deg), points[at]);
            Cluster {
                lon_deg,
                lat_deg,
                radius_km: members.iter().map(distance).fold(0.0, f64::max),
                core: members.iter().filter(|&&at| found.points[at].core).count() as u64,
                rows: members.iter().map(|&at| kept[at]).collect(),
            }
        })
        .collect();
    Ok((Clusters { clusters, noise }, gathered))
}

/// The middle of places on the sphere: right across the antimeridian and at the poles.
fn middle(places: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    let mut sum = [0.0; 3];
    for (lon, lat) in places {
        for (total, part) in sum.iter_mut().zip(unit_vector(lon, lat)) {
            *total += part;
        }
    }
    let lon = sum[1].atan2(sum[0]).to_degrees();
    let lat = sum[2].atan2(sum[0].hypot(sum[1])).to_degrees();
    (lon, lat)
}

/// A place on the unit sphere.
pub(crate) fn unit_vector(lon_deg: f64, lat_deg: f64) -> [f64; 3] {
    let (sin_lat, cos_lat) = lat_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = lon_deg.to_radians().sin_cos();
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

/// Great-circle distance of two places (longitude, latitude in degrees), km, on the sphere of
/// [`EARTH_RADIUS_KM`]: within 0.6 % of the ellipsoid's.
pub fn great_circle_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half_lat = ((b.1 - a.1).to_radians() / 2.0).sin();
    let half_lon = ((b.0 - a.0).to_radians() / 2.0).sin();
    let h =
        half_lat * half_lat + a.1.to_radians().cos() * b.1.to_radians().cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
#[path = "clusters_tests.rs"]
mod tests;
