//! Regions: countries, their subdivisions, seas, UN groups and areas of the user.
//!
//! A [`RegionSet`] knows what regions there are; a [`RegionIndex`] says in
//! which of them a geometry lies. The bundled regions come from Natural Earth
//! 1:50m (countries, seas) and 1:10m (subdivisions); their sources, ids and
//! limits are described in `datasets/regions/README.md`.
//!
//! ```
//! use silt_index::regions::{RegionIndex, RegionRule, RegionSet};
//!
//! let set = RegionSet::bundled();
//! let index = RegionIndex::new(&set);
//! let brumadinho = geo_types::Geometry::from(geo_types::Point::new(-44.12, -20.12));
//! let assigned = index.regions_of(&brumadinho, RegionRule::default());
//! assert_eq!(assigned.regions.iter().map(|id| &**id).collect::<Vec<_>>(), ["admin1:BR-MG", "iso3:BRA"]);
//! assert!(set.expand("un:GRULAC")?.iter().any(|id| &**id == "iso3:BRA"));
//! # Ok::<(), silt_index::regions::UnknownRegion>(())
//! ```

pub(crate) mod bands;
mod bundle;
mod extent;
mod grid;
mod index;
mod nearest;
pub(crate) mod pieces;
mod place;
mod set;
mod suggest;
mod topology;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use geo_types::MultiPolygon;
use serde::Serialize;

pub use extent::Extent;
pub use index::{Assigned, DEFAULT_COAST_TOLERANCE_KM, RegionIndex, RegionRule};
pub use place::{clear_position_flags, place_feature};
pub use set::{RegionSet, UserRegionError};
pub use suggest::UnknownRegion;

/// What must be said wherever these regions are shown.
pub const DISCLAIMER: &str = "The boundaries and names shown and the designations used with these regions do not \
imply official endorsement or acceptance by anyone. They follow Natural Earth, which draws de facto control at a \
small scale; final status of disputed areas is not expressed, and membership of a region is a statistical \
convenience only.";

/// The kind of a region, written as the prefix of its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegionKind {
    /// A country or area with an ISO 3166-1 code (`iso3:BRA`), or one that
    /// Natural Earth draws and ISO does not list (`ne:somaliland`).
    Country,
    /// A first-level subdivision: `admin1:BR-MG`.
    Admin1,
    /// A sea, gulf or ocean: `sea:north-sea`.
    Sea,
    /// One of the five UN regional groups of Member States: `un:GRULAC`.
    UnGroup,
    /// A geographical area of UN M49: `m49:019`.
    M49,
    /// An area that a user added: `aoi:my-basin`, `eez:8400`.
    User,
}

impl RegionKind {
    /// Every kind, in the order in which a list of regions shows them.
    pub const ALL: [RegionKind; 6] = [
        RegionKind::UnGroup,
        RegionKind::M49,
        RegionKind::Country,
        RegionKind::Admin1,
        RegionKind::Sea,
        RegionKind::User,
    ];

    /// The prefix of the ids: `iso3`, `admin1`, `sea`, `un`, `m49`, `aoi`.
    pub fn as_str(self) -> &'static str {
        match self {
            RegionKind::Country => "iso3",
            RegionKind::Admin1 => "admin1",
            RegionKind::Sea => "sea",
            RegionKind::UnGroup => "un",
            RegionKind::M49 => "m49",
            RegionKind::User => "aoi",
        }
    }

    /// The kind with this prefix, if there is one.
    pub fn from_prefix(prefix: &str) -> Option<RegionKind> {
        RegionKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == prefix)
    }

    /// Whether regions of this kind are made of others and have no border of their own.
    pub fn is_group(self) -> bool {
        matches!(self, RegionKind::UnGroup | RegionKind::M49)
    }
}

impl fmt::Display for RegionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RegionKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A region without its geometry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Region {
    /// Stable id, such as `iso3:BRA`.
    #[serde(serialize_with = "id_as_str")]
    pub id: Arc<str>,
    /// What it is.
    pub kind: RegionKind,
    /// English name; of countries the name that UN M49 uses.
    pub name: String,
    /// Names in other languages (`ar`, `es`, `fr`, `pt`, `ru`, `zh`) where they differ from [`Region::name`].
    pub names: BTreeMap<String, String>,
    /// Other English or local names.
    pub aliases: Vec<String>,
    /// ISO 3166-1 alpha-2 code of a country (`BR`; `XK` for Kosovo is user-assigned).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso2: Option<String>,
    /// UN M49 number of a country: `076`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub m49: Option<String>,
    /// Groups and wholes that contain this region, sorted by id.
    #[serde(serialize_with = "ids_as_strs")]
    pub parents: Vec<Arc<str>>,
    /// Bounding box, degrees.
    pub extent: Extent,
}

fn id_as_str<S: serde::Serializer>(id: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id)
}

fn ids_as_strs<S: serde::Serializer>(ids: &[Arc<str>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(|id| &**id))
}

/// A region from a file of the user.
#[derive(Debug, Clone)]
pub struct UserRegion {
    /// Id with a prefix of its own, such as `aoi:my-basin` or `eez:8400`.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// WGS84 degrees. Longitudes beyond 180 continue across the antimeridian.
    pub geometry: MultiPolygon<f64>,
}

#[cfg(test)]
#[path = "truth_tests.rs"]
mod truth_tests;
