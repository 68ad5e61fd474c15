//! Decoding of the bundled TopoJSON files: quantised arcs shared by neighbours.
//!
//! Only what the bundle's build script writes is understood: one object
//! `regions`, a `GeometryCollection` of `MultiPolygon`s with delta-encoded arcs.

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use serde::Deserialize;

/// Arc indices of a region: polygons, rings, arcs. A negative index `!i` is
/// arc `i` walked backwards.
pub(super) type ArcIndices = Vec<Vec<Vec<i32>>>;

#[derive(Deserialize)]
struct File {
    transform: Transform,
    arcs: Vec<Vec<[i32; 2]>>,
    objects: Objects,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Objects {
    regions: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<RawRegion>,
}

/// One region of a topology file.
#[derive(Deserialize)]
pub(super) struct RawRegion {
    pub(super) id: String,
    pub(super) properties: RawProperties,
    pub(super) arcs: ArcIndices,
}

/// What the build script keeps with a region.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawProperties {
    pub(super) name: String,
    #[serde(default)]
    pub(super) alias: Vec<String>,
    /// ISO 3166-1 alpha-2 code of a country.
    pub(super) iso2: Option<String>,
    /// UN M49 number of a country.
    pub(super) m49: Option<String>,
    /// Country in which a subdivision lies by the map.
    pub(super) country: Option<String>,
    /// Country that the ISO 3166-2 code of a subdivision names, where it is another one.
    pub(super) stated_country: Option<String>,
}

/// Why a bundled file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum TopologyError {
    #[error("not the expected TopoJSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("region {0} names an arc that does not exist")]
    MissingArc(String),
}

/// The arcs of one file in degrees.
#[derive(Debug)]
pub(super) struct Topology {
    arcs: Vec<Box<[Coord<f64>]>>,
}

/// Decodes a file into its arcs and its regions.
pub(super) fn decode(json: &[u8]) -> Result<(Topology, Vec<RawRegion>), TopologyError> {
    let file: File = serde_json::from_slice(json)?;
    let arcs: Vec<Box<[Coord<f64>]>> = file
        .arcs
        .iter()
        .map(|deltas| decode_arc(deltas, &file.transform))
        .collect();
    let topology = Topology { arcs };
    let regions = file.objects.regions.geometries;
    for region in &regions {
        let mut indices = region.arcs.iter().flatten().flatten();
        if indices.any(|&index| topology.arc(index).is_none()) {
            return Err(TopologyError::MissingArc(region.id.clone()));
        }
    }
    Ok((topology, regions))
}

fn decode_arc(deltas: &[[i32; 2]], transform: &Transform) -> Box<[Coord<f64>]> {
    let [scale_x, scale_y] = transform.scale;
    let [west, south] = transform.translate;
    let (mut column, mut row) = (0_i32, 0_i32);
    deltas
        .iter()
        .map(|[dx, dy]| {
            column = column.saturating_add(*dx);
            row = row.saturating_add(*dy);
            // A grid of 0.001 degrees gives 180.00000000000003 at its edge.
            let lon = (f64::from(column) * scale_x + west).clamp(-180.0, 180.0);
            let lat = (f64::from(row) * scale_y + south).clamp(-90.0, 90.0);
            Coord { x: lon, y: lat }
        })
        .collect()
}

impl Topology {
    fn arc(&self, index: i32) -> Option<&[Coord<f64>]> {
        let position = if index < 0 { !index } else { index };
        let arc = self.arcs.get(usize::try_from(position).ok()?)?;
        Some(arc)
    }

    /// The polygons of a region.
    pub(super) fn polygons(&self, indices: &ArcIndices) -> MultiPolygon<f64> {
        let polygons = indices.iter().map(|rings| {
            let mut lines = rings.iter().map(|ring| self.ring(ring));
            let exterior = lines.next().unwrap_or_else(|| LineString::new(Vec::new()));
            Polygon::new(exterior, lines.collect())
        });
        MultiPolygon::new(polygons.collect())
    }

    fn ring(&self, indices: &[i32]) -> LineString<f64> {
        let mut coords: Vec<Coord<f64>> = Vec::new();
        for &index in indices {
            let arc = self.arc(index).unwrap_or_default();
            // Consecutive arcs share their joint.
            coords.pop();
            if index < 0 {
                coords.extend(arc.iter().rev());
            } else {
                coords.extend(arc.iter());
            }
        }
        LineString::new(coords)
    }
}
