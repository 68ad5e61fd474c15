//! The regions compiled into the library: see `datasets/regions/README.md`.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{Arc, OnceLock};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::extent::{self, Extent};
use super::set::{Entry, RegionSet, Shape};
use super::topology::{self, RawRegion, Topology, TopologyError};
use super::{Region, RegionKind};

const COUNTRIES: &[u8] = include_bytes!("../../../../datasets/regions/countries.topojson.gz");
const ADMIN1: &[u8] = include_bytes!("../../../../datasets/regions/admin1.topojson.gz");
const SEAS: &[u8] = include_bytes!("../../../../datasets/regions/seas.topojson.gz");
const NAMES: &[u8] = include_bytes!("../../../../datasets/regions/names.json.gz");
const GROUPS: &[u8] = include_bytes!("../../../../datasets/regions/groups.json");

#[derive(Deserialize)]
struct GroupFile {
    groups: Vec<RawGroup>,
    parts: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct RawGroup {
    id: String,
    kind: String,
    name: String,
    names: BTreeMap<String, String>,
    members: Vec<String>,
}

type Names = HashMap<String, BTreeMap<String, String>>;

#[derive(Debug, thiserror::Error)]
pub(super) enum BundleError {
    #[error("{file}: {source}")]
    Topology {
        file: &'static str,
        source: TopologyError,
    },
    #[error("{file}: {source}")]
    Json {
        file: &'static str,
        source: serde_json::Error,
    },
    #[error("{file}: {source}")]
    Gzip {
        file: &'static str,
        source: std::io::Error,
    },
}

/// The bundled set, decoded at the first call (some tens of milliseconds).
pub(super) fn bundled() -> &'static RegionSet {
    static BUNDLED: OnceLock<RegionSet> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        decode().expect("the bundled region files are part of the build and tested")
    })
}

pub(super) fn decode() -> Result<RegionSet, BundleError> {
    let json_error = |file| move |source| BundleError::Json { file, source };
    let names_json = gunzip("names.json.gz", NAMES)?;
    let names: Names = serde_json::from_slice(&names_json).map_err(json_error("names.json.gz"))?;
    let groups: GroupFile = serde_json::from_slice(GROUPS).map_err(json_error("groups.json"))?;

    let parents = parents_of_leaves(&groups);
    let mut entries = Vec::new();
    let mut m49_countries = HashMap::new();
    for (file, bytes, kind) in [
        ("countries.topojson.gz", COUNTRIES, RegionKind::Country),
        ("admin1.topojson.gz", ADMIN1, RegionKind::Admin1),
        ("seas.topojson.gz", SEAS, RegionKind::Sea),
    ] {
        let json = gunzip(file, bytes)?;
        let decoded = topology::decode(&json);
        let (topology, regions) =
            decoded.map_err(|source| BundleError::Topology { file, source })?;
        let topology = Arc::new(topology);
        for raw in regions {
            if let Some(number) = &raw.properties.m49 {
                m49_countries.insert(format!("m49:{number}"), Arc::from(raw.id.as_str()));
            }
            entries.push(leaf_entry(raw, kind, &topology, &parents, &names));
        }
    }

    let extents: HashMap<&str, Extent> = entries
        .iter()
        .map(|entry| (&*entry.region.id, entry.region.extent))
        .collect();
    let group_entries: Vec<Entry> = groups
        .groups
        .iter()
        .map(|group| group_entry(group, &extents, &groups))
        .collect();
    entries.extend(group_entries);

    let mut members: HashMap<Arc<str>, Vec<Arc<str>>> = HashMap::new();
    for group in &groups.groups {
        let leaves = group.members.iter().map(|id| Arc::from(id.as_str()));
        members.insert(Arc::from(group.id.as_str()), leaves.collect());
    }
    for (whole, parts) in &groups.parts {
        let mut leaves: Vec<Arc<str>> = parts.iter().map(|id| Arc::from(id.as_str())).collect();
        leaves.push(Arc::from(whole.as_str()));
        leaves.sort();
        members.insert(Arc::from(whole.as_str()), leaves);
    }
    Ok(RegionSet::new(entries, members, m49_countries))
}

fn gunzip(file: &'static str, bytes: &[u8]) -> Result<Vec<u8>, BundleError> {
    let mut out = Vec::new();
    let read = GzDecoder::new(bytes).read_to_end(&mut out);
    read.map_err(|source| BundleError::Gzip { file, source })?;
    Ok(out)
}

/// Groups and wholes that hold a leaf, by the leaf's id.
fn parents_of_leaves(groups: &GroupFile) -> HashMap<&str, Vec<&str>> {
    let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
    for (whole, parts) in &groups.parts {
        for part in parts {
            parents.entry(part).or_default().push(whole);
        }
    }
    for group in &groups.groups {
        for member in &group.members {
            parents.entry(member).or_default().push(&group.id);
        }
    }
    parents
}

fn leaf_entry(
    raw: RawRegion,
    kind: RegionKind,
    topology: &Arc<Topology>,
    parents: &HashMap<&str, Vec<&str>>,
    names: &Names,
) -> Entry {
    let own = parents.get(raw.id.as_str()).cloned().unwrap_or_default();
    let country = raw.properties.country.as_deref();
    let parent_country = raw.properties.stated_country.as_deref().or(country);
    let inherited = parent_country
        .and_then(|id| parents.get(id))
        .cloned()
        .unwrap_or_default();
    let mut all: Vec<Arc<str>> = own
        .into_iter()
        .chain(parent_country)
        .chain(inherited)
        .map(Arc::from)
        .collect();
    all.sort();
    all.dedup();

    let polygons = topology.polygons(&raw.arcs);
    let region = Region {
        id: Arc::from(raw.id.as_str()),
        kind,
        name: raw.properties.name,
        names: names.get(&raw.id).cloned().unwrap_or_default(),
        aliases: raw.properties.alias,
        iso2: raw.properties.iso2,
        m49: raw.properties.m49,
        parents: all,
        extent: extent::of_polygons(&polygons).unwrap_or(Extent::WORLD),
    };
    let country = raw.properties.country.map(Arc::from);
    let shape = Shape::Arcs {
        topology: Arc::clone(topology),
        indices: raw.arcs,
    };
    Entry {
        region,
        shape,
        country,
    }
}

fn group_entry(group: &RawGroup, extents: &HashMap<&str, Extent>, file: &GroupFile) -> Entry {
    // A group inside another one has it as parent: all its members are there too.
    let inside = |other: &&RawGroup| {
        other.kind == group.kind
            && other.members.len() > group.members.len()
            && group.members.iter().all(|id| other.members.contains(id))
    };
    let parents = file
        .groups
        .iter()
        .filter(inside)
        .map(|other| Arc::from(other.id.as_str()));
    let parts: Vec<Extent> = group
        .members
        .iter()
        .filter_map(|id| extents.get(id.as_str()).copied())
        .collect();
    let region = Region {
        id: Arc::from(group.id.as_str()),
        kind: if group.kind == "un" {
            RegionKind::UnGroup
        } else {
            RegionKind::M49
        },
        name: group.name.clone(),
        names: group.names.clone(),
        aliases: Vec::new(),
        iso2: None,
        m49: None,
        parents: parents.collect(),
        extent: extent::union(&parts).unwrap_or(Extent::WORLD),
    };
    Entry {
        region,
        shape: Shape::Group,
        country: None,
    }
}
