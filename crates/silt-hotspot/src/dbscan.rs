//! DBSCAN on great-circle distance (Ester et al. 1996): dense groups of points, of any shape, and
//! noise between them.

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use serde::{Deserialize, Serialize};

use crate::error::ClusterError;
use crate::geodesy::{self, UnitVector};
use crate::limits::Limits;

/// What is asked of [`dbscan`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DbscanOptions {
    /// Points within this great-circle distance are neighbours, km.
    pub radius_km: f64,
    /// A point with at least this many points within the radius, itself included, is a core point.
    pub min_points: u32,
}

/// What became of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterPoint {
    /// Number of the cluster; `None` for noise.
    pub cluster: Option<u32>,
    /// Whether it is a core point.
    pub core: bool,
}

/// Clusters of points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clustering {
    /// One per point, in the order of the input.
    pub points: Vec<ClusterPoint>,
    /// Points of each cluster. Clusters are numbered from the largest; among equals, from the one
    /// with the southernmost point.
    pub sizes: Vec<u64>,
}

/// A place with at least one point.
struct Place {
    lat_deg: f64,
    lon_deg: f64,
    at: UnitVector,
    points: u64,
}

type Tree = RTree<GeomWithData<UnitVector, u32>>;

/// Finds clusters among points given as (longitude, latitude) in degrees of WGS84, on a sphere.
///
/// The order of the points changes nothing: a point on the border of several clusters belongs to
/// that of the nearest core point, among equally near ones to the southernmost and then
/// westernmost.
///
/// # Errors
/// [`ClusterError`] for a coordinate that is no place on Earth, and for options out of range.
pub fn dbscan(
    points: &[(f64, f64)],
    options: &DbscanOptions,
    limits: &Limits,
) -> Result<Clustering, ClusterError> {
    let DbscanOptions {
        radius_km,
        min_points,
    } = *options;
    if !(radius_km > 0.0 && radius_km <= geodesy::MAX_DISTANCE_KM) {
        return Err(ClusterError::Radius { radius_km });
    }
    if min_points == 0 {
        return Err(ClusterError::MinPoints);
    }
    let count = points.len() as u64;
    if count > limits.max_points {
        return Err(ClusterError::TooManyPoints {
            points: count,
            limit: limits.max_points,
        });
    }
    if let Some(index) = points
        .iter()
        .position(|&(lon, lat)| !(lon.abs() <= 360.0 && lat.abs() <= 90.0))
    {
        let (lon_deg, lat_deg) = points[index];
        return Err(ClusterError::Coordinate {
            index,
            lon_deg,
            lat_deg,
        });
    }

    let (places, place_of) = places(points);
    let tree: Tree = RTree::bulk_load(
        places
            .iter()
            .enumerate()
            .map(|(at, place)| GeomWithData::new(place.at, at as u32))
            .collect(),
    );
    let chord2 = geodesy::chord2_of_km(radius_km);
    let within = |place: &Place| {
        tree.locate_within_distance(place.at, chord2)
            .map(|found| found.data as usize)
    };

    // Points within the radius of each place, and how many places hold them.
    let mut core = Vec::with_capacity(places.len());
    let mut pairs = 0;
    for batch in places.chunks(BATCH) {
        let counted: Vec<(u64, u64)> = batch
            .par_iter()
            .map(|place| {
                within(place).fold((0, 0), |(points, near), at| {
                    (points + places[at].points, near + 1)
                })
            })
            .collect();
        pairs += counted.iter().map(|&(_, near)| near).sum::<u64>();
        if pairs > limits.max_pairs {
            return Err(ClusterError::TooManyPairs {
                radius_km,
                limit: limits.max_pairs,
            });
        }
        core.extend(
            counted
                .iter()
                .map(|&(points, _)| points >= u64::from(min_points)),
        );
    }

    let mut groups = Groups::new(places.len());
    for first in (0..places.len()).step_by(BATCH) {
        let batch = first..places.len().min(first + BATCH);
        // Groups that a core point joins. Most of its neighbours share one, which is named once.
        let joined: Vec<Vec<usize>> = batch
            .clone()
            .into_par_iter()
            .map(|at| {
                let earlier =
                    within(&places[at]).filter(|&near| near < at && core[near] && core[at]);
                let mut found: Vec<usize> = Vec::new();
                for group in earlier.map(|near| groups.first_of(near)) {
                    if !found.contains(&group) {
                        found.push(group);
                    }
                }
                found
            })
            .collect();
        for (at, found) in batch.zip(joined) {
            for group in found {
                groups.join(at, group);
            }
        }
    }

    let of_core: Vec<Option<usize>> = (0..places.len())
        .map(|at| core[at].then(|| groups.first_of(at)))
        .collect();
    let group: Vec<Option<usize>> = (0..places.len())
        .into_par_iter()
        .map(|at| {
            if core[at] {
                return of_core[at];
            }
            let nearest = within(&places[at])
                .filter(|&near| core[near])
                .map(|near| (geodesy::chord2(places[at].at, places[near].at), near))
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
            of_core[nearest.1]
        })
        .collect();
    Ok(number(&places, &place_of, &core, &group))
}

/// Places that are looked at before limits are checked and groups are joined.
const BATCH: usize = 512;

/// The different places, from south to north and west to east, and which one each point has.
fn places(points: &[(f64, f64)]) -> (Vec<Place>, Vec<usize>) {
    let mut order: Vec<usize> = (0..points.len()).collect();
    let key = |at: usize| (points[at].1, points[at].0);
    order.sort_unstable_by(|&a, &b| {
        key(a)
            .0
            .total_cmp(&key(b).0)
            .then(key(a).1.total_cmp(&key(b).1))
    });
    let mut places: Vec<Place> = Vec::new();
    let mut place_of = vec![0; points.len()];
    for at in order {
        let (lat_deg, lon_deg) = key(at);
        match places.last_mut() {
            Some(last) if last.lat_deg == lat_deg && last.lon_deg == lon_deg => last.points += 1,
            _ => {
                let place = geodesy::unit_vector(lat_deg.to_radians(), lon_deg.to_radians());
                places.push(Place {
                    lat_deg,
                    lon_deg,
                    at: place,
                    points: 1,
                });
            }
        }
        place_of[at] = places.len() - 1;
    }
    (places, place_of)
}

fn number(
    places: &[Place],
    place_of: &[usize],
    core: &[bool],
    group: &[Option<usize>],
) -> Clustering {
    // Size and southernmost place of each group, under the place that stands for it.
    let mut found: Vec<(u64, usize)> = vec![(0, usize::MAX); places.len()];
    for (at, group) in group.iter().enumerate() {
        if let Some(group) = *group {
            found[group].0 += places[at].points;
            found[group].1 = found[group].1.min(at);
        }
    }
    let mut order: Vec<usize> = (0..places.len())
        .filter(|&group| found[group].0 > 0)
        .collect();
    order.sort_unstable_by_key(|&group| (std::cmp::Reverse(found[group].0), found[group].1));
    let mut label: Vec<Option<u32>> = vec![None; places.len()];
    for (number, &group) in order.iter().enumerate() {
        label[group] = u32::try_from(number).ok();
    }
    let points = place_of
        .iter()
        .map(|&at| ClusterPoint {
            cluster: group[at].and_then(|group| label[group]),
            core: core[at],
        })
        .collect();
    Clustering {
        points,
        sizes: order.iter().map(|&group| found[group].0).collect(),
    }
}

/// Disjoint sets, each under its first member.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self {
            parent: (0..count).collect(),
        }
    }

    fn first_of(&self, member: usize) -> usize {
        let mut at = member;
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.shortened(a), self.shortened(b));
        self.parent[a.max(b)] = a.min(b);
    }

    /// As [`Self::first_of`], and halves the way there for the next search.
    fn shortened(&mut self, member: usize) -> usize {
        let mut at = member;
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }
}

#[cfg(test)]
#[path = "dbscan_tests.rs"]
mod tests;
