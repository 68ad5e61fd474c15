//! Arguments of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use crate::cli_hotspots::*;
pub(crate) use crate::cli_sand::*;

/// Registers of mine tailings, mines and marine sand, with their history.
#[derive(Debug, Parser)]
#[command(name = "silt", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// Folder that holds the store and downloaded files.
    #[arg(
        long,
        global = true,
        env = "SILT_DATA",
        default_value = "silt-data",
        value_name = "DIR"
    )]
    pub(crate) data: PathBuf,

    /// Folder with recipes of your own, beside the bundled ones.
    #[arg(long, global = true, env = "SILT_SOURCES", value_name = "DIR")]
    pub(crate) sources: Option<PathBuf>,

    /// Write reports as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import everything at once (real registers from a mirror or the network), then serve.
    Demo(DemoArgs),
    /// Create an empty store.
    Init,
    /// Check the store, the libraries and the bundled data.
    Doctor,
    /// List, show and fetch public sources.
    #[command(subcommand)]
    Sources(SourcesCommand),
    /// Import a file, or a source that has a recipe.
    Import(ImportArgs),
    /// List the collections with their number of features.
    Collections,
    /// List the editions in the store.
    Editions {
        /// Only those of this source.
        #[arg(long)]
        source: Option<String>,
    },
    /// Show the stored report of an import with all its remarks.
    Report {
        /// Source id.
        source: String,
        /// Edition date.
        edition: String,
    },
    /// List what changed between editions, field by field.
    Changes(ChangesArgs),
    /// Show a facility over time.
    History {
        /// Feature id, `source:record`.
        id: String,
        /// Collection; found from the source where left out.
        #[arg(long, short)]
        collection: Option<String>,
    },
    /// Change, add or remove one feature by hand. The edit goes into its history.
    Edit(EditArgs),
    /// Write a collection to a file (geojson, geojsonl, csv, gpkg, fgb, parquet).
    Export(ExportArgs),
    /// Find where features lie more densely than chance would have it, with z, p and a false discovery rate.
    Hotspots(HotspotsArgs),
    /// List what lies near a place, in every collection, by true distance.
    Near(NearArgs),
    /// Write vector tiles.
    #[command(subcommand)]
    Tiles(TilesCommand),
    /// List regions, or add your own.
    #[command(subcommand)]
    Regions(RegionsCommand),
    /// Read vessel positions (AIS) into the archive of positions.
    #[command(subcommand)]
    Ais(AisCommand),
    /// Find dredging in the archive of positions.
    #[command(subcommand)]
    Dredging(DredgingCommand),
    /// Add up what was dredged: tonnes and cubic metres with intervals.
    #[command(subcommand)]
    Extraction(ExtractionCommand),
    /// Write synthetic data, marked as such, with the truth beside it.
    #[command(subcommand)]
    Synth(SynthCommand),
    /// Serve the store over HTTP.
    Serve(ServeArgs),
    /// Make, list and revoke the keys with which clients write over HTTP.
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    /// Import only, do not serve.
    #[arg(long)]
    pub(crate) no_serve: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port; port 0 asks the system for a free one [env: SILT_LISTEN] [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Configuration in TOML; left out, `silt.toml` in the data folder where it exists.
    #[arg(long, env = "SILT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Set any key of the configuration, for example `--set limits.max_limit=5000`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Print the configuration in force as TOML, with the meaning of each key, and end.
    #[arg(long)]
    pub(crate) print_config: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key. It is shown once and kept only as a hash.
    Create {
        /// Who or what will use it.
        #[arg(long)]
        name: String,
        /// What it may do; give it several times or with commas.
        #[arg(long, required = true, value_enum, value_delimiter = ',')]
        scope: Vec<ScopeArg>,
        /// Last day (UTC) or time of its validity: 2027-12-31 or 2027-12-31T12:00:00Z.
        #[arg(long, value_name = "DATE")]
        expires: Option<String>,
    },
    /// List all keys, without their secrets.
    List,
    /// Make a key invalid, at once and for good.
    Revoke {
        /// Key id, the middle part of the key.
        id: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Import files and editions.
    Import,
    /// Create, replace, change and delete single features.
    Edit,
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Folder that mirrors the sources; asked before the network.
    #[arg(long, env = "SILT_MIRROR", value_name = "DIR")]
    pub(crate) mirror: Option<PathBuf>,
    /// Do not use the network.
    #[arg(long, env = "SILT_OFFLINE")]
    pub(crate) offline: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SourcesCommand {
    /// List all sources that have a recipe.
    List,
    /// Show one recipe: publisher, licence, citation, files, fields.
    Show {
        /// Source id.
        source: String,
    },
    /// Download the files of a source, or take them from the mirror, and verify them.
    Fetch {
        /// Source ids.
        #[arg(required = true)]
        source: Vec<String>,
        #[command(flatten)]
        fetch: FetchArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file. Left out, the files of --source are fetched and imported.
    #[arg(required_unless_present = "source")]
    pub(crate) file: Option<PathBuf>,
    /// Collection that receives the features; a recipe names its own.
    #[arg(long, short)]
    pub(crate) collection: Option<String>,
    /// Source id: a recipe's, or one of your own for files without a recipe.
    #[arg(long, short)]
    pub(crate) source: Option<String>,
    /// Date of the edition: YYYY, YYYY-MM or YYYY-MM-DD (default: from the recipe, else today).
    #[arg(long, short)]
    pub(crate) edition: Option<String>,
    /// Field that holds the record id.
    #[arg(long)]
    pub(crate) id_field: Option<String>,
    /// Column with the longitude or easting.
    #[arg(long, requires = "lat")]
    pub(crate) lon: Option<String>,
    /// Column with the latitude or northing.
    #[arg(long, requires = "lon")]
    pub(crate) lat: Option<String>,
    /// Column with the geometry as WKT.
    #[arg(long)]
    pub(crate) wkt: Option<String>,
    /// Coordinate reference system of the file, for example EPSG:32719.
    #[arg(long)]
    pub(crate) crs: Option<String>,
    /// Title of the source, for attribution.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Licence of the source, for attribution.
    #[arg(long)]
    pub(crate) licence: Option<String>,
    /// Sheet of a workbook.
    #[arg(long)]
    pub(crate) sheet: Option<String>,
    /// Row of the header in a workbook or text table, from 1.
    #[arg(long)]
    pub(crate) header_row: Option<u64>,
    /// Layer of a file with several.
    #[arg(long)]
    pub(crate) layer: Option<String>,
    /// File inside an archive.
    #[arg(long)]
    pub(crate) member: Option<String>,
    /// Delimiter of a text table.
    #[arg(long)]
    pub(crate) delimiter: Option<char>,
    /// Encoding of a text file, for example windows-1252.
    #[arg(long)]
    pub(crate) encoding: Option<String>,
    /// The data is synthetic; it is marked so everywhere.
    #[arg(long)]
    pub(crate) synthetic: bool,
    /// Do everything, report, and leave the store as it was.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Records that the file does not mention stay, instead of counting as removed.
    #[arg(long)]
    pub(crate) partial: bool,
    /// Import an edition again that is in the store already.
    #[arg(long)]
    pub(crate) again: bool,
    /// How far off the coastline a facility may lie and still belong to a country.
    #[arg(long, default_value_t = silt_index::regions::DEFAULT_COAST_TOLERANCE_KM, value_name = "KM")]
    pub(crate) coast_tolerance_km: f64,
    /// Write the report, with the first remarks, to this file as JSON.
    #[arg(long, value_name = "OUT.json")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ChangesArgs {
    /// Only changes seen in editions from this date on.
    #[arg(long)]
    pub(crate) since: Option<String>,
    /// Only changes seen in editions up to this date.
    #[arg(long)]
    pub(crate) until: Option<String>,
    /// Only this collection.
    #[arg(long, short)]
    pub(crate) collection: Option<String>,
    /// Only this source.
    #[arg(long, short)]
    pub(crate) source: Option<String>,
    /// Only this field; `added` and `removed` select those events.
    #[arg(long, short)]
    pub(crate) field: Option<String>,
    /// Only features in this region, for example admin1:BR-MG.
    #[arg(long, short)]
    pub(crate) region: Option<String>,
    /// At most so many.
    #[arg(long)]
    pub(crate) limit: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Collection.
    pub(crate) collection: String,
    /// Feature id, `source:record`.
    pub(crate) id: String,
    /// Set a field, for example `--set status=closed`; an empty value clears it.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,
    /// Move a point: longitude,latitude in degrees.
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    pub(crate) point: Option<String>,
    /// Remove the feature (its history stays).
    #[arg(long, conflicts_with_all = ["set", "point"])]
    pub(crate) delete: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Collection.
    pub(crate) collection: String,
    /// File to write; its ending names the format.
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Only features in this region, for example iso3:BRA or un:GRULAC.
    #[arg(long, short)]
    pub(crate) region: Option<String>,
    /// Only features that meet this box: west,south,east,north in degrees.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) bbox: Option<String>,
    /// Only features of this source.
    #[arg(long, short)]
    pub(crate) source: Option<String>,
    /// Only features for which this CQL2 expression is true, for example "height_m > 30".
    #[arg(long)]
    pub(crate) filter: Option<String>,
    /// Format, where the file's ending does not say it.
    #[arg(long)]
    pub(crate) format: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TilesCommand {
    /// Write collections as one PMTiles archive: a map for any web server or disk.
    Export(TilesExportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TilesExportArgs {
    /// Collections, each a layer.
    #[arg(required = true)]
    pub(crate) collections: Vec<String>,
    /// File to write, for example mines.pmtiles.
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// First zoom.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=16))]
    pub(crate) min_zoom: u8,
    /// Last zoom; maps enlarge its tiles beyond.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=16))]
    pub(crate) max_zoom: u8,
    /// Points where there are many: auto, grid (clusters), h3 (cells) or none.
    #[arg(long, default_value = "auto")]
    pub(crate) cluster: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RegionsCommand {
    /// List regions.
    List {
        /// Only this kind: iso3, un, m49, admin1, sea, aoi ...
        #[arg(long, short)]
        kind: Option<String>,
    },
    /// Show what a region is and which regions it is made of.
    Show {
        /// Region id.
        id: String,
    },
    /// Add regions from any polygon file and place all features anew.
    Add {
        /// Polygon file of any format that import reads.
        file: PathBuf,
        /// Prefix of the region ids.
        #[arg(long, default_value = "aoi")]
        kind: String,
        /// Field that holds the name; the id is made from it.
        #[arg(long, default_value = "name")]
        name_field: String,
        /// Coordinate reference system of the file.
        #[arg(long)]
        crs: Option<String>,
    },
}
