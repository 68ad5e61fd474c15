//! Where a question is asked: a region, a box, a polygon, or all of them at once.

use std::sync::Arc;

use geo_types::{Coord, Geometry, MultiPolygon, Point};
use sha2::{Digest, Sha256};
use silt_index::regions::{RegionIndex, RegionKind, RegionRule, RegionSet};
use silt_index::snapshot::CollectionSnapshot;
use silt_model::Domain;

use crate::cover::{Cover, EdgeBox, boxes_km2, edges_near, edges_of};
use crate::error::AnalysisError;
use crate::shape::Shape;

/// The regions that questions are about.
#[derive(Clone, Copy)]
pub struct Regions<'a> {
    /// Which regions there are.
    pub set: &'a RegionSet,
    /// In which of them a place lies.
    pub index: &'a RegionIndex,
    /// Changes when the set does: the version of the user's regions.
    pub version: u64,
}

/// Where a question is asked. Everything that is given must hold; nothing is the whole world.
#[derive(Clone, Debug, Default)]
pub struct Within {
    /// Region id.
    pub region: Option<String>,
    /// West, south, east, north in degrees; `west > east` crosses the antimeridian.
    pub bbox: Option<[f64; 4]>,
    polygon: Option<(Arc<Shape>, String)>,
}

impl Within {
    /// A region, a box, both, or the whole world.
    pub fn new(region: Option<String>, bbox: Option<[f64; 4]>) -> Self {
        Within {
            region,
            bbox,
            polygon: None,
        }
    }

    /// Adds an own polygon, WGS84 degrees; its rings may cross the antimeridian.
    ///
    /// # Errors
    /// Too many vertices, rings that cross, positions that are none: with the place.
    pub fn with_polygon(
        mut self,
        polygons: MultiPolygon<f64>,
        max_vertices: u64,
    ) -> Result<Self, AnalysisError> {
        let shape = Shape::of_polygons(polygons, max_vertices)?;
        let mut digest = Sha256::new();
        for polygon in &shape.polygons {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                digest.update((ring.0.len() as u64).to_le_bytes());
                for at in &ring.0 {
                    digest.update(at.x.to_le_bytes());
                    digest.update(at.y.to_le_bytes());
                }
            }
        }
        let digest = digest.finalize();
        let key = hex(&digest);
        self.polygon = Some((Arc::new(shape), key));
        Ok(self)
    }

    /// SHA-256 of the own polygon, where there is one: of the coordinates of its rings.
    pub fn polygon_sha256(&self) -> Option<&str> {
        self.polygon.as_ref().map(|(_, key)| key.as_str())
    }

    /// Whether the whole world is asked for.
    pub fn is_world(&self) -> bool {
        self.region.is_none() && self.bbox.is_none() && self.polygon.is_none()
    }

    /// Text that is equal for equal places.
    pub(crate) fn key(&self) -> String {
        let region = self.region.as_deref().unwrap_or("");
        let bbox = self.bbox.map_or(String::new(), |bbox| format!("{bbox:?}"));
        let polygon = self.polygon_sha256().unwrap_or("");
        format!("{region}|{bbox}|{polygon}")
    }

    /// Whether a place lies in the own polygon, where there is one.
    pub(crate) fn polygon_holds(&self, at: Coord<f64>) -> bool {
        self.polygon
            .as_ref()
            .is_none_or(|(shape, _)| shape.contains(at))
    }
}

impl Within {
    /// Whether a row that its regions and the box select lies in the place, by the one position
    /// that stands for it.
    pub(crate) fn holds_row(&self, data: &CollectionSnapshot, row: u32) -> bool {
        if self.polygon.is_none() && self.bbox.is_none() {
            return true;
        }
        let is_point = data.point(row).is_some();
        if self.polygon.is_none() && is_point {
            return true;
        }
        let Some(place) = data.place(row) else {
            return false;
        };
        // Of a line or polygon that meets the box the position may lie beside it.
        let in_bbox = |bbox: [f64; 4]| is_point || Shape::of_bbox(bbox).contains(place);
        self.polygon_holds(place) && self.bbox.is_none_or(in_bbox)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Decides which places belong to a question's area.
pub(crate) struct Membership<'a> {
    regions: Regions<'a>,
    domain: Domain,
    coast_tolerance_km: f64,
    /// Leaf regions asked for, sorted.
    leaves: Option<Vec<Arc<str>>>,
    shapes: Vec<Arc<Shape>>,
}

impl<'a> Membership<'a> {
    pub(crate) fn new(
        within: &Within,
        domain: Domain,
        coast_tolerance_km: f64,
        regions: Regions<'a>,
    ) -> Result<Self, AnalysisError> {
        let leaves = match &within.region {
            Some(id) => Some(regions.set.expand(id)?),
            None => None,
        };
        let mut shapes: Vec<Arc<Shape>> = Vec::new();
        shapes.extend(within.bbox.map(|bbox| Arc::new(Shape::of_bbox(bbox))));
        shapes.extend(within.polygon.as_ref().map(|(shape, _)| Arc::clone(shape)));
        Ok(Membership {
            regions,
            domain,
            coast_tolerance_km,
            leaves,
            shapes,
        })
    }

    /// Leaf regions asked for, sorted.
    pub(crate) fn leaves(&self) -> Option<&[Arc<str>]> {
        self.leaves.as_deref()
    }

    /// Whether every place on Earth belongs.
    pub(crate) fn is_everything(&self) -> bool {
        self.leaves.is_none() && self.shapes.is_empty() && self.domain == Domain::Any
    }

    /// Whether a place belongs.
    pub(crate) fn holds(&self, at: Coord<f64>) -> bool {
        if !self.in_shapes(at) {
            return false;
        }
        match self.domain {
            Domain::Any => self.leaves.is_none() || self.is_assigned(at, |_| true),
            Domain::Land => self.holds_land(at),
            Domain::Sea => self.holds_sea(at),
        }
    }

    /// Land: where a feature would get a country, by the coast tolerance at most.
    fn holds_land(&self, at: Coord<f64>) -> bool {
        let assigned = self.assigned(at, self.coast_tolerance_km);
        let has_country = || assigned.iter().any(|id| is_country(id));
        match &self.leaves {
            None => has_country(),
            // An own area may lie partly at sea, where no feature on land can be.
            Some(leaves) => assigned
                .iter()
                .any(|id| is_in(leaves, id) && (kind_of(id) != RegionKind::User || has_country())),
        }
    }

    /// Sea: what lies in a sea asked for; in an own area what is not land; of a country the water
    /// within the coast tolerance.
    fn holds_sea(&self, at: Coord<f64>) -> bool {
        let exact = self.assigned(at, 0.0);
        let on_land = exact.iter().any(|id| is_country(id));
        let Some(leaves) = &self.leaves else {
            return !on_land;
        };
        let found = exact.iter().any(|id| {
            is_in(leaves, id)
                && match kind_of(id) {
                    RegionKind::Sea => true,
                    RegionKind::User => !on_land,
                    _ => false,
                }
        });
        found || (!on_land && self.is_assigned(at, is_country_or_part))
    }

    fn is_assigned(&self, at: Coord<f64>, is_wanted: impl Fn(&str) -> bool) -> bool {
        let Some(leaves) = &self.leaves else {
            return false;
        };
        let assigned = self.assigned(at, self.coast_tolerance_km);
        assigned.iter().any(|id| is_wanted(id) && is_in(leaves, id))
    }

    fn assigned(&self, at: Coord<f64>, coast_tolerance_km: f64) -> Vec<Arc<str>> {
        let rule = RegionRule { coast_tolerance_km };
        let point = Geometry::Point(Point(at));
        self.regions.index.regions_of(&point, rule).regions
    }

    /// What has to be covered; `countries` are the edges of all countries.
    pub(crate) fn cover<'c>(
        &'c self,
        countries: &[EdgeBox],
        holds: &'c (dyn Fn(Coord<f64>) -> bool + Sync),
        in_shapes: &'c (dyn Fn(Coord<f64>) -> bool + Sync),
    ) -> Result<Cover<'c>, AnalysisError> {
        let targets = self.targets()?;
        let mut edges = Vec::new();
        if self.leaves.is_some() {
            edges.extend(edges_of(&targets));
        }
        let needs_countries = self.domain != Domain::Any || self.leaves.is_some();
        if needs_countries && targets.0.is_empty() {
            edges.extend_from_slice(countries);
        } else if needs_countries {
            edges.extend(edges_near(countries, &targets, self.margin_km() * 2.0));
        }
        let shapes = self.shapes.iter();
        Ok(Cover {
            edges,
            margin_km: self.margin_km(),
            shape_edges: shapes.flat_map(|shape| edges_of(&shape.polygons)).collect(),
            in_shapes,
            contains: holds,
        })
    }

    /// The polygons beyond which nothing belongs; none where that is the whole world.
    fn targets(&self) -> Result<MultiPolygon<f64>, AnalysisError> {
        let mut targets = MultiPolygon::new(Vec::new());
        match &self.leaves {
            Some(leaves) => {
                for leaf in leaves {
                    targets.0.extend(self.regions.set.geometry(leaf)?);
                }
            }
            None => {
                let shapes = self.shapes.iter();
                let polygons = shapes.flat_map(|shape| shape.polygons.iter().cloned());
                targets.0.extend(polygons);
            }
        }
        Ok(targets)
    }

    /// Surface of the boxes around the place, km2; `None` where it is the whole world.
    pub(crate) fn boxes_km2(&self) -> Result<Option<f64>, AnalysisError> {
        let targets = self.targets()?;
        Ok((!targets.0.is_empty()).then(|| boxes_km2(&targets)))
    }

    /// Whether a place lies in all boxes and polygons of the question.
    pub(crate) fn in_shapes(&self, at: Coord<f64>) -> bool {
        self.shapes.iter().all(|shape| shape.contains(at))
    }

    pub(crate) fn margin_km(&self) -> f64 {
        self.coast_tolerance_km.max(0.0)
    }
}

fn is_in(leaves: &[Arc<str>], id: &Arc<str>) -> bool {
    leaves.binary_search(id).is_ok()
}

/// The kind that the prefix of an id tells.
fn kind_of(id: &str) -> RegionKind {
    let prefix = id.split(':').next().unwrap_or_default();
    match prefix {
        "ne" => RegionKind::Country,
        other => RegionKind::from_prefix(other).unwrap_or(RegionKind::User),
    }
}

pub(crate) fn is_country(id: &str) -> bool {
    kind_of(id) == RegionKind::Country
}

fn is_country_or_part(id: &str) -> bool {
    matches!(kind_of(id), RegionKind::Country | RegionKind::Admin1)
}
