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

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter, SerReader};
use serde::{Deserialize, Serialize};
use silt_dredging::Config;

use crate::archive::{Archive, ArchiveError, at, hex, write_json, write_whole};
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
    /// SHA-256 of the files that belong together, by name: a reader that meets others has come
    /// while a detection was being written. Older detections have none.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
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
    // Last and close together: readers wait while these do not fit each other.
    let events_sha256 = write_parquet(&folder.join("events.parquet"), events.to_frame()?)?;
    let vessels: Vec<&RegisteredVessel> = detection
        .vessels
        .iter()
        .map(|vessel| &vessel.registered)
        .collect();
    let path = folder.join("vessels.json");
    let text = serde_json::to_vec_pretty(&vessels).map_err(damaged(&path))?;
    let vessels_sha256 = hex(&Sha256::digest(&text));
    write_whole(&path, &text)?;
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
        files: BTreeMap::from([
            (INPUT_FILES[0].to_owned(), events_sha256),
            (INPUT_FILES[1].to_owned(), vessels_sha256),
        ]),
    };
    write_json(&folder.join(INFO_FILE), &info)?;
    Ok(info)
}

/// Writes a table and returns its SHA-256.
fn write_parquet(path: &Path, mut table: DataFrame) -> Result<String, ArchiveError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .finish(&mut table)?;
    write_whole(path, &bytes)?;
    Ok(hex(&Sha256::digest(&bytes)))
}

/// Name of the file that is written last.
pub const INFO_FILE: &str = "detection.json";

/// How often, and how long apart, files are read that do not belong together: another program may
/// be writing them. [inferred]: writing takes milliseconds.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// Reads the files of the last detection; `None` where there is none. While another program
/// writes a detection, this waits for it.
///
/// # Errors
/// A file cannot be read or is damaged.
pub fn read(folder: &Path) -> Result<Option<Detected>, ArchiveError> {
    let mut attempt = 1;
    loop {
        match read_once(folder) {
            Err(_) if attempt < ATTEMPTS => std::thread::sleep(PAUSE),
            other => return other,
        }
        attempt += 1;
    }
}

/// The same, without waiting: an error may only mean that a detection is being written.
///
/// # Errors
/// A file cannot be read or is damaged, or the files do not belong together.
pub fn read_once(folder: &Path) -> Result<Option<Detected>, ArchiveError> {
    let path = folder.join(INFO_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(at(&path))?;
    let info: DetectionInfo = serde_json::from_slice(&bytes).map_err(damaged(&path))?;
    let (events_bytes, events_sha256) = read_listed(folder, INPUT_FILES[0], &info)?;
    let (vessels_bytes, vessels_sha256) = read_listed(folder, INPUT_FILES[1], &info)?;
    let path = folder.join(INPUT_FILES[1]);
    let vessels: Vec<RegisteredVessel> =
        serde_json::from_slice(&vessels_bytes).map_err(damaged(&path))?;
    let path = folder.join(INPUT_FILES[0]);
    let events = ParquetReader::new(Cursor::new(events_bytes)).finish();
    let events = events.map_err(damaged(&path))?;
    let places = events.column("vessel").and_then(|column| column.u32());
    let last = places.map_err(damaged(&path))?.iter().flatten().max();
    if last.is_some_and(|last| last as usize >= vessels.len()) {
        return Err(damaged(&path)("it names a vessel that is not listed"));
    }
    Ok(Some(Detected {
        info,
        vessels,
        events,
        sha256: [events_sha256, vessels_sha256],
    }))
}

/// A file of the detection with its checksum, which must be the one that was noted.
fn read_listed(
    folder: &Path,
    name: &str,
    info: &DetectionInfo,
) -> Result<(Vec<u8>, String), ArchiveError> {
    let path = folder.join(name);
    let bytes = fs::read(&path).map_err(at(&path))?;
    let sha256 = hex(&Sha256::digest(&bytes));
    if info.files.get(name).is_some_and(|noted| *noted != sha256) {
        let reason =
            "it is not the file that detection.json lists; `silt dredging detect` makes both anew";
        return Err(damaged(&path)(reason));
    }
    Ok((bytes, sha256))
}

fn damaged<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> ArchiveError {
    let path = path.to_path_buf();
    move |error| ArchiveError::Damaged {
        path,
        reason: error.to_string(),
    }
}
