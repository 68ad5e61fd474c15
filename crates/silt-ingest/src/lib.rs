//! The import pipeline of Silt: reads, maps, places in regions, stores.
//!
//! One thread reads the file, workers decode and map its pieces and place the features in their
//! regions, and the calling thread hands them to the store in file order. The number of pieces
//! under way is bounded, so memory does not grow with the file.

mod checks;
mod error;
mod pipeline;

pub use error::IngestError;

use std::path::{Path, PathBuf};

use silt_exchange::hash::sha256_file;
use silt_exchange::map::PlainOptions;
use silt_exchange::read::ReadOptions;
use silt_exchange::recipe::Recipe;
use silt_index::regions::RegionIndex;
use silt_model::{CollectionSchema, ImportReport};
use silt_store::{ImportSpec, SourceInfo, Store};

/// What is to be imported, and how.
#[derive(Debug)]
pub struct ImportJob<'a> {
    /// The file.
    pub path: PathBuf,
    /// How to read and understand it.
    pub mapping: Mapping<'a>,
    /// Edition key: an ISO 8601 date at any precision.
    pub edition: String,
    /// Rehearse: report, and leave the store as it was.
    pub dry_run: bool,
    /// Records that the file does not mention stay as they are.
    pub partial: bool,
    /// Import an edition again that the store has from the same file.
    pub again: bool,
    /// How far off the coastline a feature on land may lie, in km; 0 switches the rule off.
    pub coast_tolerance_km: f64,
}

/// How records get their meaning.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one value per import")]
pub enum Mapping<'a> {
    /// By a recipe.
    Recipe(&'a Recipe),
    /// Straight from the file.
    Plain {
        /// The collection that receives the features.
        schema: CollectionSchema,
        /// Where the data comes from.
        source: SourceInfo,
        /// How to read the file.
        read: ReadOptions,
        /// Which columns hold id and coordinates.
        columns: PlainOptions,
    },
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file read.
    pub bytes_read: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows handed to the store.
    pub rows: u64,
}

/// Imports one edition into the store.
///
/// # Errors
/// The file cannot be read to its end, the mapping does not fit it, or the store fails. In each
/// case the store is as it was before.
pub fn import(
    store: &mut dyn Store,
    regions: &RegionIndex,
    job: &ImportJob<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<ImportReport, IngestError> {
    let file = file_name(&job.path);
    let prepared = pipeline::Prepared::new(job)?;
    let sha256 = sha256_file(&job.path).map_err(|source| IngestError::Unreadable {
        file: file.clone(),
        source,
    })?;

    if !job.again
        && !job.dry_run
        && let Some(report) = already_present(store, prepared.source_id(), &job.edition, &sha256)?
    {
        return Ok(report);
    }

    let spec = ImportSpec {
        schema: prepared.schema(),
        source: prepared.source_info(),
        edition: job.edition.clone(),
        file,
        sha256: Some(sha256.clone()),
        dry_run: job.dry_run,
        partial: job.partial,
        again: job.again,
    };
    let import = store.begin_import(&spec)?;
    pipeline::run(import, regions, job, &prepared, sha256, progress)
}

/// The stored report where the store has this edition from this very file.
fn already_present(
    store: &dyn Store,
    source: &str,
    edition: &str,
    sha256: &str,
) -> Result<Option<ImportReport>, IngestError> {
    let editions = store.editions(Some(source))?;
    let same = editions
        .iter()
        .any(|known| known.edition == edition && known.sha256 == sha256);
    if !same {
        return Ok(None);
    }
    let mut report = store.report(source, edition)?.unwrap_or_default();
    report.already_present = true;
    Ok(Some(report))
}

/// The name of a file without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
