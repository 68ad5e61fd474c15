//! Arguments of the commands of marine sand.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::FetchArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum AisCommand {
    /// Import files of positions: NMEA logs, CSV of the known dialects, Digitraffic JSON, Parquet;
    /// plain or gzip.
    Import(AisImportArgs),
    /// List what was imported.
    List,
}

#[derive(Debug, Args)]
pub(crate) struct AisImportArgs {
    /// Files, in any order.
    #[arg(required_unless_present = "source")]
    pub(crate) files: Vec<PathBuf>,
    /// Import the files of a source with a recipe of the collection `positions` (`silt sources list`).
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    pub(crate) source: Option<String>,
    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
    /// Format; told by the content where left out.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) format: AisFormat,
    /// Parts by vessel of a new archive. Results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) buckets: Option<u32>,
    /// The vessel numbers are pseudonyms, not MMSI.
    #[arg(long)]
    pub(crate) pseudonyms: bool,
    /// Mark the positions as synthetic.
    #[arg(long)]
    pub(crate) synthetic: bool,
    /// Write the whole report as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AisFormat {
    Auto,
    Csv,
    Nmea,
    Json,
    Parquet,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DredgingCommand {
    /// Find states and cycles of the vessels of the collection `vessels`, and fill the collections
    /// `dredging_tracks` and `dredging_cycles`.
    Detect(DetectArgs),
    /// List vessels that behave like dredgers and stand in no register.
    Candidates,
}

/// The breadth of a territorial sea.
const TWELVE_NAUTICAL_MILES_KM: f64 = 12.0 * 1.852;

impl Default for DetectArgs {
    fn default() -> Self {
        DetectArgs {
            config: None,
            coast_km: TWELVE_NAUTICAL_MILES_KM,
            no_collections: false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DetectArgs {
    /// Thresholds as JSON; those left out keep their defaults.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Dredging within this distance of a coast counts for the nearest country, km. The default is
    /// 12 nautical miles; it is no maritime boundary.
    #[arg(long, default_value_t = TWELVE_NAUTICAL_MILES_KM, value_name = "KM")]
    pub(crate) coast_km: f64,
    /// Leave the collections of the store as they are.
    #[arg(long)]
    pub(crate) no_collections: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExtractionCommand {
    /// Totals by region, time, vessel and so on, with a manifest beside them.
    Aggregate(AggregateArgs),
    /// Make the totals of a manifest again and compare them byte for byte.
    Verify {
        /// The manifest.
        manifest: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AggregateArgs {
    /// region:KIND, year, month, vessel, operator, type, purpose, h3:RESOLUTION; several with commas.
    #[arg(long, default_value = "")]
    pub(crate) by: String,
    /// Only dredging in this region, e.g. iso3:NLD or sea:north-sea.
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Only dredging from this moment on: 2024, 2024-03, 2024-03-01 or RFC 3339.
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Only dredging before this moment.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Only this purpose.
    #[arg(long)]
    pub(crate) purpose: Option<String>,
    /// Iterations of the Monte Carlo.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) draws: u32,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Priors as JSON; those left out keep their defaults.
    #[arg(long, value_name = "FILE")]
    pub(crate) priors: Option<PathBuf>,
    /// File to write: .parquet, .csv or .json. Left out, JSON goes to standard output.
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SynthCommand {
    /// A fleet of dredgers and other traffic: positions, register, and the truth.
    Ais(SynthArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SynthArgs {
    /// Vessels.
    #[arg(long, default_value_t = 60)]
    pub(crate) vessels: u32,
    /// Days.
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,
    /// Seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Mean number of positions of a vessel, instead of real report intervals.
    #[arg(long, value_name = "N")]
    pub(crate) positions_per_vessel: Option<u32>,
    /// Format of the positions.
    #[arg(long, value_enum, default_value = "csv")]
    pub(crate) format: SynthFormat,
    /// Folder to write to.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SynthFormat {
    Csv,
    Parquet,
}
