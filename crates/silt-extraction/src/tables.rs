//! What a detection leaves behind, as files that totals are made from.
//!
//! ```text
//! dredging/events.parquet     one row per stretch of dredging and per cycle
//! dredging/cycles.parquet     every cycle, complete or not          } of the vessels of the register,
//! dredging/states.parquet     every stretch of one state            } for whoever goes on with
//! dredging/cells.parquet      hours of dredging by H3 cell and month } Parquet; see `frames`
//! dredging/vessels.json       the vessels of the register that were heard, in the order of `vessel`
//! dredging/candidates.json    vessels to be looked at
//! dredging/detection.json     what it was made of: data version, method, thresholds, counts
//! ```

use std::fs::{self, File};
use std::path::Path;

use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter, SerReader};
use serde::{Deserialize, Serialize};
use silt_dredging::Config;

use crate::archive::{Archive, ArchiveError, at, hex, read_json, write_json, write_whole};
use crate::detect::{Detection, QualityTotals};
use crate::events::Events;
use crate::frames::{KernelFrames, Named};
use crate::register::RegisteredVessel;
use sha2::{Digest, Sha256};

/// What a detection was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectionInfo {
    /// Version of the archive of positions.
    pub data_version: String,
    /// Version of the kernel's method.
    pub method_version: String,
    /// Thresholds.
    pub config: Config,
    /// Positions read.
    pub positions: u64,
    /// Vessels heard.
    pub vessels_heard: u64,
    /// Of these, hulls of the register.
    pub vessels_registered: u64,
    /// Complete cycles.
    pub complete_cycles: u64,
    /// Hours of dredging.
    pub dredge_hours: f64,
    /// Counts of all vessels together.
    pub quality: QualityTotals,
    /// Any position or vessel is synthetic.
    pub synthetic: bool,
}

/// The files of the last detection.
#[derive(Debug)]
pub struct Detected {
    /// What they were made of.
    pub info: DetectionInfo,
    /// Vessels in the order of the events' `vessel`.
    pub vessels: Vec<RegisteredVessel>,
    /// Events, see [`Events`].
    pub events: DataFrame,
    /// SHA-256 of `events.parquet` and `vessels.json`.
    pub sha256: [String; 2],
}

/// Names of the files that totals are made from.
pub const INPUT_FILES: [&str; 2] = ["events.parquet", "vessels.json"];

/// Writes a detection. Each file is exchanged as a whole, the list of them last.
///
/// # Errors
/// A file cannot be written.
pub fn write(
    folder: &Path,
    archive: &Archive,
    detection: &Detection,
    events: &Events,
    config: &Config,
) -> Result<DetectionInfo, ArchiveError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    write_parquet(&folder.join("events.parquet"), events.to_frame()?)?;
    let named: Vec<Named<'_>> = detection
        .vessels
        .iter()
        .map(|vessel| Named {
            vessel: &vessel.registered.vessel,
            synthetic: vessel.synthetic,
            result: &vessel.result,
        })
        .collect();
    let frames = KernelFrames::of(&named)?;
    write_parquet(&folder.join("cycles.parquet"), frames.cycles)?;
    write_parquet(&folder.join("states.parquet"), frames.states)?;
    write_parquet(&folder.join("cells.parquet"), frames.cells)?;
    let vessels: Vec<&RegisteredVessel> = detection
        .vessels
        .iter()
        .map(|vessel| &vessel.registered)
        .collect();
    write_json(&folder.join("vessels.json"), &vessels)?;
    write_json(&folder.join("candidates.json"), &detection.candidates)?;
    let info = DetectionInfo {
        data_version: archive.data_version(),
        method_version: silt_dredging::METHOD_VERSION.to_owned(),
        config: config.clone(),
        positions: detection.positions,
        vessels_heard: detection.vessels_heard,
        vessels_registered: detection.vessels.len() as u64,
        complete_cycles: detection.complete_cycles() as u64,
        dredge_hours: detection.dredge_hours(),
        quality: detection.quality.clone(),
        synthetic: archive.any_synthetic()
            || detection.vessels.iter().any(|vessel| vessel.synthetic),
    };
    write_json(&folder.join("detection.json"), &info)?;
    Ok(info)
}

fn write_parquet(path: &Path, mut table: DataFrame) -> Result<(), ArchiveError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .finish(&mut table)?;
    write_whole(path, &bytes)
}

/// Reads the files of the last detection; `None` where there is none.
///
/// # Errors
/// A file cannot be read or is damaged.
pub fn read(folder: &Path) -> Result<Option<Detected>, ArchiveError> {
    if !folder.join("detection.json").exists() {
        return Ok(None);
    }
    let path = folder.join("events.parquet");
    let file = File::open(&path).map_err(at(&path))?;
    let events = ParquetReader::new(file)
        .finish()
        .map_err(|error| ArchiveError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        })?;
    let digest = |name: &str| -> Result<String, ArchiveError> {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(at(&path))?;
        Ok(hex(&Sha256::digest(&bytes)))
    };
    Ok(Some(Detected {
        info: read_json(&folder.join("detection.json"))?,
        vessels: read_json(&folder.join("vessels.json"))?,
        events,
        sha256: [digest(INPUT_FILES[0])?, digest(INPUT_FILES[1])?],
    }))
}
