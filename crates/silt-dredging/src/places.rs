//! Ports, coast and areas that the states and purposes of a vessel depend on.

use geo_types::{MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde::{Deserialize, Serialize};

use crate::config::StateRules;
use crate::polygons::{Land, contains};
use crate::sphere::{chord_of_m, distance_m, unit_vector};

/// A port or anchorage as a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Id that results name.
    pub id: String,
    /// Longitude, WGS84 degrees.
    pub lon_deg: f64,
    /// Latitude, WGS84 degrees.
    pub lat_deg: f64,
}

/// What an area is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// Licensed for extraction.
    Licence,
    /// A shipping channel that is kept deep.
    Channel,
    /// Inside the limits of a port.
    PortLimits,
    /// A wharf where aggregates are landed.
    Wharf,
    /// A site where dredged material is dumped.
    DisposalSite,
}

/// An area. Polygons that cross the antimeridian are either cut there or go on beyond 180 degrees.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Id that results name.
    pub id: String,
    /// What it is for.
    pub kind: AreaKind,
    /// Outline, WGS84 degrees.
    pub outline: MultiPolygon<f64>,
}

/// Ports, land and areas, built once and shared by threads. `Places::default()` knows none: then
/// everything is at sea, nothing is in port, and a stop is no discharge.
#[derive(Debug, Default)]
pub struct Places {
    ports: Vec<Port>,
    port_tree: RTree<GeomWithData<[f64; 3], u32>>,
    land: Land,
    areas: Vec<Area>,
    area_tree: RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>,
    refused: Vec<String>,
}

impl Places {
    /// Indexes the layers. Ports without a position on the globe and areas without an outline are
    /// left out and named by [`Places::refused`].
    #[must_use]
    pub fn new(ports: Vec<Port>, land: &[Polygon<f64>], areas: Vec<Area>) -> Self {
        let mut refused = Vec::new();
        let mut good_ports = Vec::with_capacity(ports.len());
        for port in ports {
            if port.lon_deg.abs() <= 180.0 && port.lat_deg.abs() <= 90.0 {
                good_ports.push(port);
            } else {
                refused.push(port.id);
            }
        }
        let port_points = good_ports
            .iter()
            .enumerate()
            .map(|(number, port)| {
                GeomWithData::new(unit_vector(port.lon_deg, port.lat_deg), number as u32)
            })
            .collect();

        let mut good_areas = Vec::with_capacity(areas.len());
        let mut boxes = Vec::with_capacity(areas.len());
        for area in areas {
            match bounds_of(&area.outline) {
                Some(bounds) => {
                    boxes.push(GeomWithData::new(bounds, good_areas.len() as u32));
                    good_areas.push(area);
                }
                None => refused.push(area.id),
            }
        }
        Self {
            ports: good_ports,
            port_tree: RTree::bulk_load(port_points),
            land: Land::new(land),
            areas: good_areas,
            area_tree: RTree::bulk_load(boxes),
            refused,
        }
    }

    /// Ids of ports and areas that could not be used.
    #[must_use]
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// The port with that number.
    pub(crate) fn port(&self, number: u32) -> Option<&Port> {
        self.ports.get(number as usize)
    }

    /// Whether a coast is known at all.
    pub(crate) fn knows_coast(&self) -> bool {
        self.land.is_known()
    }

    /// Whether the position is on the water or at most so far inland.
    pub(crate) fn is_at_sea(&self, position: (f64, f64), tolerance_km: f64) -> bool {
        !self.land.contains(position.0, position.1) || self.is_near_coast(position, tolerance_km)
    }

    /// Whether a coast lies within the distance, on either side of it.
    pub(crate) fn is_near_coast(&self, position: (f64, f64), distance_km: f64) -> bool {
        self.land
            .has_coast_within(position.0, position.1, distance_km * 1000.0)
    }

    /// The first area of a kind, in the order given, in which the position lies.
    pub(crate) fn area_at(&self, kind: AreaKind, position: (f64, f64)) -> Option<&Area> {
        let mut found: Option<u32> = None;
        for shift in [0.0, 360.0, -360.0] {
            let point = [position.0 + shift, position.1];
            for candidate in self
                .area_tree
                .locate_in_envelope_intersecting(&AABB::from_point(point))
            {
                let area = &self.areas[candidate.data as usize];
                let is_first = found.is_none_or(|number| candidate.data < number);
                if is_first && area.kind == kind && contains(&area.outline, position.0, position.1)
                {
                    found = Some(candidate.data);
                }
            }
        }
        found.map(|number| &self.areas[number as usize])
    }

    /// Numbers of the ports within a distance, in order.
    fn ports_within(&self, lon_deg: f64, lat_deg: f64, metres: f64) -> Vec<u32> {
        let chord = chord_of_m(metres);
        let mut numbers: Vec<u32> = self
            .port_tree
            .locate_within_distance(unit_vector(lon_deg, lat_deg), chord * chord)
            .map(|port| port.data)
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

fn bounds_of(outline: &MultiPolygon<f64>) -> Option<Rectangle<[f64; 2]>> {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for polygon in &outline.0 {
        for coord in &polygon.exterior().0 {
            if !coord.x.is_finite() || !coord.y.is_finite() {
                return None;
            }
            low = [low[0].min(coord.x), low[1].min(coord.y)];
            high = [high[0].max(coord.x), high[1].max(coord.y)];
        }
    }
    (low[0] <= high[0]).then(|| Rectangle::from_corners(low, high))
}

/// In which port a vessel is, position by position, with the hysteresis of GFW's port visits. Ports
/// near a small cell of the map are looked up once; most cells have none.
pub(crate) struct PortTracker<'a> {
    places: &'a Places,
    enter_m: f64,
    leave_m: f64,
    current: Option<u32>,
    cache: Vec<CachedCell>,
}

#[derive(Debug, Clone)]
struct CachedCell {
    key: (i32, i32),
    ports: Vec<u32>,
}

const CELLS_PER_DEGREE: f64 = 32.0;
/// More than half a cell's diagonal.
const CELL_REACH_M: f64 = 2_600.0;
const CACHE_CELLS: usize = 64;

impl<'a> PortTracker<'a> {
    pub(crate) fn new(places: &'a Places, rules: &StateRules) -> Self {
        let nowhere = CachedCell {
            key: (i32::MAX, i32::MAX),
            ports: Vec::new(),
        };
        Self {
            places,
            enter_m: rules.port_enter_km * 1000.0,
            leave_m: rules.port_leave_km.max(rules.port_enter_km) * 1000.0,
            current: None,
            cache: vec![nowhere; CACHE_CELLS],
        }
    }

    /// Forgets the port: another segment begins.
    pub(crate) fn reset(&mut self) {
        self.current = None;
    }

    /// Takes the next position of the segment.
    pub(crate) fn advance(&mut self, lon_deg: f64, lat_deg: f64) -> Option<u32> {
        if self.places.ports.is_empty() {
            return None;
        }
        let key = (
            (lon_deg * CELLS_PER_DEGREE).floor() as i32,
            (lat_deg * CELLS_PER_DEGREE).floor() as i32,
        );
        let slot = (key.0.wrapping_mul(31).wrapping_add(key.1)) as usize % CACHE_CELLS;
        if self.cache[slot].key != key {
            let centre = |number: i32| (f64::from(number) + 0.5) / CELLS_PER_DEGREE;
            let reach_m = self.leave_m + CELL_REACH_M;
            self.cache[slot] = CachedCell {
                key,
                ports: self
                    .places
                    .ports_within(centre(key.0), centre(key.1), reach_m),
            };
        }
        let near = &self.cache[slot].ports;
        if near.is_empty() {
            self.current = None;
            return None;
        }
        let distance_to = |number: u32| {
            let port = &self.places.ports[number as usize];
            distance_m(lon_deg, lat_deg, port.lon_deg, port.lat_deg)
        };
        if let Some(current) = self.current
            && near.contains(&current)
            && distance_to(current) <= self.leave_m
        {
            return self.current;
        }
        let mut nearest: Option<(f64, u32)> = None;
        for &number in near {
            let distance = distance_to(number);
            if distance <= self.enter_m && nearest.is_none_or(|(best, _)| distance < best) {
                nearest = Some((distance, number));
            }
        }
        self.current = nearest.map(|(_, number)| number);
        self.current
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
