//! The archive of positions: Parquet files by vessel and month, and the list of what was imported.
//!
//! ```text
//! positions/archive.json                       buckets, and one entry per imported file
//! positions/bucket=07/month=2024-03/<import>-0.parquet
//! ```
//!
//! A vessel lies in one bucket, by a hash of its MMSI. A file of positions counts only when its
//! import stands in `archive.json`, which is exchanged as a whole at the end of an import: after a
//! crash the archive holds the import or does not, and what lies about is deleted by the next one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use polars::prelude::{ParquetCompression, ParquetWriter, PolarsError};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use silt_ais::{PositionBatch, StaticReport, merge_static};
use tempfile::NamedTempFile;

use crate::columns::{gather, to_frame};

/// Version of the arrangement of files.
const FORMAT: u32 = 2;

/// Buckets of a new archive: enough for some hundred threads. What is in memory at once does not
/// depend on it.
pub const DEFAULT_BUCKETS: u32 = 64;

/// One imported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportEntry {
    /// First 16 digits of the SHA-256.
    pub id: String,
    /// Name of the file, without its folder.
    pub file: String,
    /// SHA-256 of the file as it lies on the disk.
    pub sha256: String,
    /// Format in which it was read.
    pub format: String,
    /// Lines or rows in the file.
    pub rows: u64,
    /// Positions taken from it.
    pub positions: u64,
    /// Time of the first position, Unix milliseconds.
    pub first_ms: Option<i64>,
    /// Time of the last position, Unix milliseconds.
    pub last_ms: Option<i64>,
    /// Whether the positions are synthetic.
    pub synthetic: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Catalogue {
    format: u32,
    buckets: u32,
    /// By id, so that the order of imports leaves no trace.
    imports: BTreeMap<String, ImportEntry>,
}

/// The archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file is not as it should be.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The archive has another number of buckets than asked for.
    #[error("the archive has {found} buckets, not {wanted}; they are chosen when it is made")]
    Buckets {
        /// Buckets of the archive.
        found: u32,
        /// Buckets asked for.
        wanted: u32,
    },
    /// The archive was written by a version that arranged files otherwise.
    #[error(
        "the archive has format {0}; this version reads {FORMAT}: move its folder away and import the files again"
    )]
    Format(u32),
    /// polars refused, which is a defect.
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

/// The positions of a data directory.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    catalogue: Catalogue,
}

/// Adds the path to an error of the file system.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> ArchiveError + '_ {
    move |source| ArchiveError::Io {
        path: path.to_path_buf(),
        source,
    }
}

impl Archive {
    /// Opens the archive in `root`, or prepares an empty one, which is written with its first
    /// import. `buckets` is asked of a new archive and checked of an old one.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn open(root: &Path, buckets: Option<u32>) -> Result<Archive, ArchiveError> {
        let path = root.join("archive.json");
        let catalogue = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice::<Catalogue>(&bytes)
                .map_err(|error| damaged(&path, error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Catalogue {
                format: FORMAT,
                buckets: buckets.unwrap_or(DEFAULT_BUCKETS).clamp(1, 1024),
                imports: BTreeMap::new(),
            },
            Err(error) => return Err(at(&path)(error)),
        };
        if catalogue.format != FORMAT {
            return Err(ArchiveError::Format(catalogue.format));
        }
        match buckets {
            Some(wanted) if wanted.clamp(1, 1024) != catalogue.buckets => {
                Err(ArchiveError::Buckets {
                    found: catalogue.buckets,
                    wanted,
                })
            }
            _ => Ok(Archive {
                root: root.to_path_buf(),
                catalogue,
            }),
        }
    }

    /// What was imported, by id.
    pub fn imports(&self) -> impl Iterator<Item = &ImportEntry> {
        self.catalogue.imports.values()
    }

    /// The import of a file with this SHA-256, if there is one.
    pub fn import_of(&self, sha256: &str) -> Option<&ImportEntry> {
        self.imports().find(|entry| entry.sha256 == sha256)
    }

    /// Number of buckets.
    pub fn buckets(&self) -> u32 {
        self.catalogue.buckets
    }

    /// Whether any import is synthetic.
    pub fn any_synthetic(&self) -> bool {
        self.imports().any(|entry| entry.synthetic)
    }

    /// A name of what the archive holds: equal for equal files, in whatever order and number of
    /// buckets they were imported.
    pub fn data_version(&self) -> String {
        let mut hashes: Vec<&str> = self.imports().map(|entry| entry.sha256.as_str()).collect();
        hashes.sort_unstable();
        let mut hasher = Sha256::new();
        hashes
            .iter()
            .for_each(|hash| hasher.update(hash.as_bytes()));
        hex(&hasher.finalize())[..16].to_owned()
    }

    /// The bucket of a vessel.
    pub fn bucket_of(&self, mmsi: u32) -> u32 {
        bucket_of(mmsi, self.catalogue.buckets)
    }

    /// Where the static reports of an import lie.
    pub(crate) fn statics_path(&self, id: &str) -> PathBuf {
        self.root.join(format!("statics-{id}.json"))
    }

    /// What vessels said of themselves, of all imports: one report per vessel and content.
    ///
    /// # Errors
    /// A file cannot be read or is damaged.
    pub fn statics(&self) -> Result<Vec<StaticReport>, ArchiveError> {
        let mut statics = Vec::new();
        for entry in self.imports() {
            let own: Vec<StaticReport> = read_json(&self.statics_path(&entry.id))?;
            statics.extend(own);
        }
        Ok(merge_static(statics))
    }

    /// Begins an import.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn begin(&mut self, id: &str) -> Result<Writer<'_>, ArchiveError> {
        let staging = self.root.join(format!(".import-{id}"));
        if staging.exists() {
            fs::remove_dir_all(&staging).map_err(at(&staging))?;
        }
        fs::create_dir_all(&staging).map_err(at(&staging))?;
        Ok(Writer {
            archive: self,
            id: id.to_owned(),
            staging,
            flushes: 0,
            finished: false,
        })
    }

    pub(crate) fn files_of(&self, bucket: u32) -> Result<Vec<PathBuf>, ArchiveError> {
        let folder = self.root.join(format!("bucket={bucket:04}"));
        let mut files = Vec::new();
        for month in folder_entries(&folder)? {
            for file in folder_entries(&month)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let import = name.split('-').next().unwrap_or_default();
                if self.catalogue.imports.contains_key(import) {
                    files.push(file);
                }
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    fn write_catalogue(&self) -> Result<(), ArchiveError> {
        write_json(&self.root.join("archive.json"), &self.catalogue)
    }
}

/// A file beside `path` that is to take its place. Temporary files are their owner's alone; what
/// takes the place of `path` is for whoever may read the data folder.
pub(crate) fn staged_for(path: &Path) -> Result<NamedTempFile, ArchiveError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(at(path))
}

/// Writes a file so that it is there whole or not at all, whatever happens meanwhile.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    let mut file = staged_for(path)?;
    file.write_all(bytes).map_err(at(path))?;
    file.as_file().sync_all().map_err(at(path))?;
    file.persist(path).map_err(|error| at(path)(error.error))?;
    Ok(())
}

pub(crate) fn damaged(path: &Path, reason: impl ToString) -> ArchiveError {
    ArchiveError::Damaged {
        path: path.to_path_buf(),
        reason: reason.to_string(),
    }
}

pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), ArchiveError> {
    let text = serde_json::to_vec_pretty(value).map_err(|error| damaged(path, error))?;
    write_whole(path, &text)
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ArchiveError> {
    let bytes = fs::read(path).map_err(at(path))?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(path, error))
}

fn folder_entries(folder: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder)(error)),
    };
    let paths: Result<Vec<PathBuf>, io::Error> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(at(folder))?;
    paths.sort_unstable();
    Ok(paths)
}

/// The place of a vessel in the order of the archive. Buckets are ranges of it, so that the order
/// of vessels over all buckets is the same for any number of them.
pub(crate) fn place_of(mmsi: u32) -> (u64, u32) {
    (xxhash_rust::xxh3::xxh3_64(&mmsi.to_le_bytes()), mmsi)
}

fn bucket_of(mmsi: u32, buckets: u32) -> u32 {
    ((u128::from(place_of(mmsi).0) * u128::from(buckets)) >> 64) as u32
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An import under way. Nothing of it counts before [`Writer::finish`].
#[derive(Debug)]
pub struct Writer<'archive> {
    archive: &'archive mut Archive,
    id: String,
    staging: PathBuf,
    flushes: u32,
    finished: bool,
}

impl Writer<'_> {
    /// Writes positions into the files of their vessels and months.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn put(&mut self, positions: &PositionBatch) -> Result<(), ArchiveError> {
        if positions.is_empty() {
            return Ok(());
        }
        let buckets = self.archive.catalogue.buckets;
        // By vessel and time; the row last, so that equal ones stay in their order.
        let mut keyed: Vec<(u64, i64, u32)> = (0..positions.len())
            .into_par_iter()
            .map(|row| {
                let place = place_of(positions.mmsi[row]).0;
                (place, positions.time_ms[row], row as u32)
            })
            .collect();
        keyed.par_sort_unstable();
        let bucket_of_row =
            |keyed: &(u64, i64, u32)| bucket_of(positions.mmsi[keyed.2 as usize], buckets);
        let runs: Vec<&[(u64, i64, u32)]> = keyed
            .chunk_by(|a, b| a.0 == b.0 || bucket_of_row(a) == bucket_of_row(b))
            .collect();
        let flush = self.flushes;
        let (staging, id) = (&self.staging, &self.id);
        runs.into_par_iter().try_for_each(|run| {
            let bucket = bucket_of_row(&run[0]);
            let mut months: BTreeMap<Month, Vec<u32>> = BTreeMap::new();
            for &(_, time_ms, row) in run {
                months.entry(month_of(time_ms)).or_default().push(row);
            }
            for (month, rows) in months {
                let folder = staging.join(format!("bucket={bucket:04}/month={month}"));
                fs::create_dir_all(&folder).map_err(at(&folder))?;
                let path = folder.join(format!("{id}-{flush}.parquet"));
                write_positions(&path, &gather(positions, &rows))?;
            }
            Ok::<(), ArchiveError>(())
        })?;
        self.flushes += 1;
        Ok(())
    }

    /// Ends the import and makes it count.
    ///
    /// # Errors
    /// A file cannot be moved or written.
    pub fn finish(mut self, entry: ImportEntry) -> Result<(), ArchiveError> {
        for bucket in folder_entries(&self.staging)? {
            for month in folder_entries(&bucket)? {
                let inside = month
                    .strip_prefix(&self.staging)
                    .expect("entries of the folder lie in it");
                let target = self.archive.root.join(inside);
                fs::create_dir_all(&target).map_err(at(&target))?;
                for file in folder_entries(&month)? {
                    let name = file.file_name().unwrap_or_default();
                    fs::rename(&file, target.join(name)).map_err(at(&file))?;
                }
            }
        }
        self.archive
            .catalogue
            .imports
            .insert(entry.id.clone(), entry);
        self.archive.write_catalogue()?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        // What cannot be deleted now is deleted by the next import of this file.
        let _ = fs::remove_dir_all(&self.staging);
        if !self.finished {
            tracing::debug!(import = self.id, "import abandoned");
        }
    }
}

fn write_positions(path: &Path, positions: &PositionBatch) -> Result<(), ArchiveError> {
    let file = File::create(path).map_err(at(path))?;
    let mut frame = to_frame(positions)?;
    ParquetWriter::new(BufWriter::new(file))
        .with_compression(ParquetCompression::Lz4Raw)
        .finish(&mut frame)?;
    Ok(())
}

/// A month of the calendar, UTC; written `2024-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The month of a time in Unix milliseconds. Days to civil date after H. Hinnant's public
/// algorithm; `jiff` costs ten times as much, and this runs per position.
pub fn month_of(time_ms: i64) -> Month {
    let days = time_ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Month {
        year: year as i32,
        month: month as u8,
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
