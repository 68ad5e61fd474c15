//! The regions there are: look-up, groups, geometry.

use std::collections::HashMap;
use std::sync::Arc;

use geo_types::MultiPolygon;

use super::extent::{self, Extent};
use super::suggest::{self, UnknownRegion};
use super::topology::{ArcIndices, Topology};
use super::{Region, RegionKind, UserRegion, bundle};

/// A region with what is needed to draw it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) region: Region,
    pub(super) shape: Shape,
    /// The country in which the map shows a subdivision.
    pub(super) country: Option<Arc<str>>,
}

#[derive(Debug)]
pub(super) enum Shape {
    /// Arcs shared with the neighbours of the same file.
    Arcs {
        topology: Arc<Topology>,
        indices: ArcIndices,
    },
    Polygons(MultiPolygon<f64>),
    /// The regions it is made of.
    Group,
}

/// Why a user's region cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserRegionError {
    /// The id has no prefix, or the prefix of a bundled kind.
    #[error("region id {0:?} needs a prefix of its own, for example aoi:{slug}", slug = slug_hint(.0))]
    Prefix(String),
    /// Two regions with one id.
    #[error("region {0:?} is there already; give the new one another id")]
    Duplicate(String),
    /// No ring with at least four positions.
    #[error("region {0:?} has no polygon")]
    Empty(String),
    /// NaN, infinity, or a latitude beyond 90 degrees.
    #[error(
        "region {id:?} has the position {lon} {lat}, which is not a longitude and latitude in degrees"
    )]
    Position {
        /// The region.
        id: String,
        /// Longitude as given.
        lon: String,
        /// Latitude as given.
        lat: String,
    },
}

fn slug_hint(id: &str) -> String {
    let last = id.rsplit(':').next().unwrap_or(id);
    let slug: String = last
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    if slug.is_empty() {
        "my-area".to_owned()
    } else {
        slug
    }
}

/// All regions that can be asked for: the bundled ones and the user's.
#[derive(Debug, Clone)]
pub struct RegionSet {
    entries: Vec<Arc<Entry>>,
    by_id: HashMap<Arc<str>, usize>,
    members: HashMap<Arc<str>, Arc<[Arc<str>]>>,
    m49_countries: HashMap<String, Arc<str>>,
}

impl RegionSet {
    pub(super) fn new(
        mut entries: Vec<Entry>,
        members: HashMap<Arc<str>, Vec<Arc<str>>>,
        m49_countries: HashMap<String, Arc<str>>,
    ) -> RegionSet {
        entries.sort_by(|a, b| a.region.id.cmp(&b.region.id));
        let mut set = RegionSet {
            entries: entries.into_iter().map(Arc::new).collect(),
            by_id: HashMap::new(),
            members: members
                .into_iter()
                .map(|(id, leaves)| (id, leaves.into()))
                .collect(),
            m49_countries,
        };
        set.index_ids();
        set
    }

    fn index_ids(&mut self) {
        let ids = self.entries.iter().enumerate();
        self.by_id = ids
            .map(|(position, entry)| (Arc::clone(&entry.region.id), position))
            .collect();
    }

    /// The regions that come with the library. Decoded once per process; later calls are cheap.
    pub fn bundled() -> RegionSet {
        bundle::bundled().clone()
    }

    /// Adds regions of the user.
    ///
    /// # Errors
    /// An id without a prefix of its own or in use already, no polygon, or a
    /// position that is not on Earth. Nothing is added then.
    pub fn with_user_regions(
        mut self,
        regions: Vec<UserRegion>,
    ) -> Result<RegionSet, UserRegionError> {
        for region in regions {
            let id: Arc<str> = Arc::from(region.id.as_str());
            if self.by_id.contains_key(&id) {
                return Err(UserRegionError::Duplicate(region.id));
            }
            let entry = user_entry(region)?;
            self.by_id.insert(id, self.entries.len());
            self.entries.push(Arc::new(entry));
        }
        self.entries.sort_by(|a, b| a.region.id.cmp(&b.region.id));
        self.index_ids();
        Ok(self)
    }

    /// A region by its id. A country is found by its UN M49 number too (`m49:076`).
    ///
    /// # Errors
    /// [`UnknownRegion`], which suggests what may have been meant.
    pub fn get(&self, id: &str) -> Result<&Region, UnknownRegion> {
        Ok(&self.entry(id)?.region)
    }

    fn entry(&self, id: &str) -> Result<&Entry, UnknownRegion> {
        let own = self.by_id.get(id);
        let position = own.or_else(|| self.by_id.get(self.m49_countries.get(id)?));
        match position {
            Some(&position) => Ok(&self.entries[position]),
            None => Err(suggest::unknown(
                id,
                self.entries.iter().map(|entry| &entry.region),
            )),
        }
    }

    /// The country with an ISO 3166-1 alpha-2 code, in either case (`BR`, `br`).
    pub fn country_by_iso2(&self, code: &str) -> Option<&Region> {
        let has_code = |region: &&Region| {
            region
                .iso2
                .as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(code))
        };
        self.list(RegionKind::Country).find(has_code)
    }

    /// The regions of a kind, sorted by id.
    pub fn list(&self, kind: RegionKind) -> impl Iterator<Item = &Region> {
        self.entries
            .iter()
            .map(|entry| &entry.region)
            .filter(move |region| region.kind == kind)
    }

    /// Every region, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.entries.iter().map(|entry| &entry.region)
    }

    /// The leaf regions that an id stands for, sorted: the countries of a
    /// group, a whole with its separately drawn parts (`iso3:FRA` with
    /// `iso3:GUF`; `sea:baltic-sea` with its gulfs), otherwise the region itself.
    /// A feature lies in the region when it lies in one of these.
    ///
    /// # Errors
    /// [`UnknownRegion`], which suggests what may have been meant.
    pub fn expand(&self, id: &str) -> Result<Vec<Arc<str>>, UnknownRegion> {
        let region = self.get(id)?;
        match self.members.get(&region.id) {
            Some(leaves) => Ok(leaves.to_vec()),
            None => Ok(vec![Arc::clone(&region.id)]),
        }
    }

    /// The geometry to draw, in degrees, cut at the antimeridian. That of a
    /// group is the polygons of its members side by side, not dissolved.
    ///
    /// # Errors
    /// [`UnknownRegion`], which suggests what may have been meant.
    pub fn geometry(&self, id: &str) -> Result<MultiPolygon<f64>, UnknownRegion> {
        let mut polygons = Vec::new();
        for leaf in self.expand(id)? {
            polygons.extend(self.entry(&leaf)?.own_polygons());
        }
        Ok(MultiPolygon::new(polygons))
    }

    pub(super) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }
}

impl Entry {
    /// The polygons of a leaf region; none of a group.
    pub(super) fn own_polygons(&self) -> MultiPolygon<f64> {
        match &self.shape {
            Shape::Arcs { topology, indices } => topology.polygons(indices),
            Shape::Polygons(polygons) => polygons.clone(),
            Shape::Group => MultiPolygon::new(Vec::new()),
        }
    }
}

fn user_entry(region: UserRegion) -> Result<Entry, UserRegionError> {
    let bundled_prefix = |prefix: &str| {
        let kind = RegionKind::from_prefix(prefix);
        prefix == "ne" || kind.is_some_and(|kind| kind != RegionKind::User)
    };
    match region.id.split_once(':') {
        Some((prefix, rest))
            if !prefix.is_empty() && !rest.is_empty() && !bundled_prefix(prefix) => {}
        _ => return Err(UserRegionError::Prefix(region.id)),
    }

    // A closed ring of an area has four positions at least.
    let polygons = region
        .geometry
        .into_iter()
        .filter(|polygon| polygon.exterior().0.len() >= 4);
    let geometry = MultiPolygon::new(polygons.collect());
    if geometry.0.is_empty() {
        return Err(UserRegionError::Empty(region.id));
    }
    for polygon in &geometry {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for position in rings.flat_map(|ring| &ring.0) {
            let on_earth = position.x.abs() <= 540.0 && position.y.abs() <= 90.0;
            if !on_earth {
                let (lon, lat) = (position.x.to_string(), position.y.to_string());
                return Err(UserRegionError::Position {
                    id: region.id,
                    lon,
                    lat,
                });
            }
        }
    }

    let extent = extent::of_polygons(&geometry).unwrap_or(Extent::WORLD);
    let region = Region {
        id: Arc::from(region.id),
        kind: RegionKind::User,
        name: region.name,
        names: Default::default(),
        aliases: Vec::new(),
        iso2: None,
        m49: None,
        parents: Vec::new(),
        extent: extent.wrapped(),
    };
    Ok(Entry {
        region,
        shape: Shape::Polygons(geometry),
        country: None,
    })
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
