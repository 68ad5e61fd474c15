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
use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter, SerReader};
use serde::{Deserialize, Serialize};
use silt_dredging::Config;
use silt_index::regions::{RegionIndex, RegionRule};
use tempfile::NamedTempFile;

use crate::archive::{
    Archive, ArchiveError, at, damaged, hex, staged_for, write_json, write_whole,
};
use crate::detect::{Detection, QualityTotals, VesselDredging};
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

/// Vessels of which rows are written at once. A row group ends with them, so the bytes depend on it,
/// and on nothing else of how the work was divided.
const VESSELS_AT_ONCE: usize = 256;

/// Writes a detection, vessel by vessel. What is in memory is the events and some vessels.
pub struct TableWriter<'a> {
    folder: &'a Path,
    index: &'a RegionIndex,
    rule: RegionRule,
    events: Events,
    vessels: Vec<RegisteredVessel>,
    pending: Vec<VesselDredging>,
    states: TableFile,
    cycles: TableFile,
    cells: TableFile,
}

impl<'a> TableWriter<'a> {
    /// Begins a detection, whose events are placed in the regions of `index`. What is in the folder
    /// stays until [`TableWriter::finish`].
    ///
    /// # Errors
    /// A file cannot be made.
    pub fn new(
        folder: &'a Path,
        index: &'a RegionIndex,
        rule: RegionRule,
    ) -> Result<Self, ArchiveError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let empty = KernelFrames::of(&[])?;
        Ok(TableWriter {
            folder,
            index,
            rule,
            events: Events::default(),
            vessels: Vec::new(),
            pending: Vec::new(),
            states: TableFile::new(folder.join("states.parquet"), &empty.states)?,
            cycles: TableFile::new(folder.join("cycles.parquet"), &empty.cycles)?,
            cells: TableFile::new(folder.join("cells.parquet"), &empty.cells)?,
        })
    }

    /// Adds a vessel.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn add(&mut self, vessel: VesselDredging) -> Result<(), ArchiveError> {
        let number = self.vessels.len() as u32;
        self.events.add(number, &vessel);
        self.vessels.push(vessel.registered.clone());
        self.pending.push(vessel);
        if self.pending.len() == VESSELS_AT_ONCE {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ArchiveError> {
        let named: Vec<Named<'_>> = self
            .pending
            .iter()
            .map(|vessel| Named {
                vessel: &vessel.registered.vessel,
                synthetic: vessel.synthetic,
                result: &vessel.result,
            })
            .collect();
        let frames = KernelFrames::of(&named)?;
        self.states.write(&frames.states)?;
        self.cycles.write(&frames.cycles)?;
        self.cells.write(&frames.cells)?;
        self.pending.clear();
        Ok(())
    }

    /// Ends the detection and puts its files in the place of those before. Each is exchanged as a
    /// whole, the list of them last.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(
        mut self,
        archive: &Archive,
        detection: &Detection,
        config: &Config,
    ) -> Result<DetectionInfo, ArchiveError> {
        self.flush()?;
        let folder = self.folder;
        self.events.place_in(self.index, self.rule);
        self.states.finish()?;
        self.cycles.finish()?;
        self.cells.finish()?;
        write_json(&folder.join("candidates.json"), &detection.candidates)?;
        // Last and close together: readers wait while these do not fit each other.
        let events_sha256 = write_parquet(&folder.join(INPUT_FILES[0]), self.events.to_frame()?)?;
        let path = folder.join(INPUT_FILES[1]);
        let text =
            serde_json::to_vec_pretty(&self.vessels).map_err(|error| damaged(&path, error))?;
        let vessels_sha256 = hex(&Sha256::digest(&text));
        write_whole(&path, &text)?;
        let info = DetectionInfo {
            data_version: archive.data_version(),
            method_version: silt_dredging::METHOD_VERSION.to_owned(),
            config: config.clone(),
            positions: detection.positions,
            vessels_heard: detection.vessels_heard,
            vessels_registered: detection.vessels_registered,
            complete_cycles: detection.complete_cycles,
            dredge_hours: detection.dredge_hours,
            quality: detection.quality.clone(),
            synthetic: archive.any_synthetic() || detection.synthetic,
            files: BTreeMap::from([
                (INPUT_FILES[0].to_owned(), events_sha256),
                (INPUT_FILES[1].to_owned(), vessels_sha256),
            ]),
        };
        write_json(&folder.join(INFO_FILE), &info)?;
        Ok(info)
    }
}

/// A Parquet file under construction; nothing is in its place before it is whole.
struct TableFile {
    path: PathBuf,
    file: NamedTempFile,
    writer: BatchedWriter<File>,
}

impl TableFile {
    fn new(path: PathBuf, empty: &DataFrame) -> Result<TableFile, ArchiveError> {
        let file = staged_for(&path)?;
        let out = file.reopen().map_err(at(&path))?;
        let writer = ParquetWriter::new(out)
            .with_compression(ParquetCompression::Lz4Raw)
            .batched(empty.schema())?;
        Ok(TableFile { path, file, writer })
    }

    fn write(&mut self, table: &DataFrame) -> Result<(), ArchiveError> {
        if table.height() > 0 {
            self.writer.write_batch(table)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ArchiveError> {
        self.writer.finish()?;
        let path = self.path;
        self.file.as_file().sync_all().map_err(at(&path))?;
        self.file
            .persist(&path)
            .map_err(|error| at(&path)(error.error))?;
        Ok(())
    }
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
    let info: DetectionInfo =
        serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))?;
    let (events_bytes, events_sha256) = read_listed(folder, INPUT_FILES[0], &info)?;
    let (vessels_bytes, vessels_sha256) = read_listed(folder, INPUT_FILES[1], &info)?;
    let path = folder.join(INPUT_FILES[1]);
    let vessels: Vec<RegisteredVessel> =
        serde_json::from_slice(&vessels_bytes).map_err(|error| damaged(&path, error))?;
    let path = folder.join(INPUT_FILES[0]);
    let events = ParquetReader::new(Cursor::new(events_bytes)).finish();
    let events = events.map_err(|error| damaged(&path, error))?;
    let places = events.column("vessel").and_then(|column| column.u32());
    let last = places
        .map_err(|error| damaged(&path, error))?
        .iter()
        .flatten()
        .max();
    if last.is_some_and(|last| last as usize >= vessels.len()) {
        return Err(damaged(&path, "it names a vessel that is not listed"));
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
        return Err(damaged(&path, reason));
    }
    Ok((bytes, sha256))
}
