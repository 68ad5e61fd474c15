//! Arguments of `silt hotspots` and `silt near`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct HotspotsArgs {
    /// Collection.
    pub(crate) collection: String,
    /// Region, for example iso3:BRA, un:GRULAC, sea:north-sea; the whole world without.
    #[arg(long, short)]
    pub(crate) region: Option<String>,
    /// Box: west,south,east,north in degrees; west > east crosses the antimeridian.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) bbox: Option<String>,
    /// File with a GeoJSON Polygon or MultiPolygon.
    #[arg(long, value_name = "FILE")]
    pub(crate) polygon: Option<PathBuf>,
    /// Value of a cell: count, density, sum:FIELD or mean:FIELD.
    #[arg(long)]
    pub(crate) value: Option<String>,
    /// H3 resolution, 0 to 15; chosen from the size of the region without.
    #[arg(long)]
    pub(crate) resolution: Option<String>,
    /// Method: gi-star, local-moran, emerging or dbscan.
    #[arg(long)]
    pub(crate) method: Option<String>,
    /// Compared with the cells of the region, or with those of the world: region or global.
    #[arg(long)]
    pub(crate) reference: Option<String>,
    /// Only features of this time, for example 2019-01-01/2021-12-31.
    #[arg(long)]
    pub(crate) datetime: Option<String>,
    /// Only features for which this CQL2 expression is true.
    #[arg(long)]
    pub(crate) filter: Option<String>,
    /// Only features of this source.
    #[arg(long, short)]
    pub(crate) source: Option<String>,
    /// Weights of Gi*: binary or row.
    #[arg(long)]
    pub(crate) weights: Option<String>,
    /// Neighbours: steps on the grid.
    #[arg(long)]
    pub(crate) neighbours: Option<String>,
    /// Neighbours: cells within a distance, km.
    #[arg(long)]
    pub(crate) distance_km: Option<String>,
    /// False discovery rate at which a cell counts as significant.
    #[arg(long)]
    pub(crate) alpha: Option<String>,
    /// Conditional permutations.
    #[arg(long)]
    pub(crate) permutations: Option<String>,
    /// Seed of the permutations.
    #[arg(long)]
    pub(crate) seed: Option<String>,
    /// Time steps of emerging hotspots: month or year.
    #[arg(long)]
    pub(crate) step: Option<String>,
    /// Steps before a step that belong to its neighbourhood.
    #[arg(long)]
    pub(crate) steps_back: Option<String>,
    /// Radius of dbscan, km.
    #[arg(long)]
    pub(crate) radius_km: Option<String>,
    /// Points of a core point of dbscan.
    #[arg(long)]
    pub(crate) min_points: Option<String>,
    /// At most so many cells.
    #[arg(long)]
    pub(crate) limit: Option<String>,
    /// The coldest cells first instead of the hottest.
    #[arg(long)]
    pub(crate) cold: bool,
    /// Only significant cells.
    #[arg(long)]
    pub(crate) significant: bool,
    /// List the features behind each cell.
    #[arg(long)]
    pub(crate) members: bool,
    /// Rank regions instead of cells: iso3, admin1, m49, un or sea.
    #[arg(long, value_name = "LEVEL", conflicts_with_all = ["output", "cold", "significant", "members"])]
    pub(crate) regions_by: Option<String>,
    /// File to write: .geojson, .csv or .parquet; a table on the terminal without.
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct NearArgs {
    /// Longitude, degrees.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) lon: String,
    /// Latitude, degrees.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) lat: String,
    /// Distance, km.
    #[arg(long)]
    pub(crate) radius_km: Option<String>,
    /// Collections, with commas; all without.
    #[arg(long, short)]
    pub(crate) collections: Option<String>,
    /// At most so many features of each collection.
    #[arg(long)]
    pub(crate) limit: Option<String>,
}
