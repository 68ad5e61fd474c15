//! Files of vessel positions into the archive.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetReader, SerReader, TimeUnit};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use silt_ais::{
    CsvBlock, Feed, FeedError, FeedOptions, FeedReport, Format, PositionBatch, Sink, SinkError,
    StaticReport, merge_static,
};

use crate::archive::{Archive, ArchiveError, ImportEntry, Writer, at, hex, write_json};

/// Positions held in memory before they are written: some 100 MB with what sorting needs.
const FLUSH_ROWS: usize = 1_500_000;

/// Rows of a Parquet file that are read at once.
const PARQUET_ROWS: usize = 1_000_000;

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Format, where it is not to be told by the content.
    pub format: Option<FileFormat>,
    /// Rules of the reader.
    pub feed: FeedOptions,
    /// The positions are synthetic, whatever their file says.
    pub synthetic: bool,
}

/// Formats of files of positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// NMEA, CSV or JSON.
    Feed(Format),
    /// Parquet with the columns of a CSV.
    Parquet,
}

/// What became of a file.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The archive had exactly this file already; nothing was done.
    pub already_present: bool,
    /// What became of every line; as it was then for a file that was there already.
    pub feed: FeedReport,
}

/// A file could not be imported; the archive is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The archive refused.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The file is no feed, or damaged.
    #[error("{file}: {source}")]
    Feed {
        /// Name of the file.
        file: String,
        /// The reason.
        source: FeedError,
    },
    /// A Parquet file is damaged or has other columns.
    #[error("{file}: {reason}")]
    Parquet {
        /// Name of the file.
        file: String,
        /// The reason.
        reason: String,
    },
}

/// Imports one file. `progress` is told the bytes (rows of Parquet) read so far and in all.
///
/// # Errors
/// [`ImportError`]; nothing of the file counts then.
pub fn import_file(
    archive: &mut Archive,
    path: &Path,
    options: &ImportOptions,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<ImportReport, ImportError> {
    let file = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let sha256 = sha256_of(path)?;
    if let Some(entry) = archive.import_of(&sha256) {
        let mut feed = FeedReport::default();
        feed.format.clone_from(&entry.format);
        feed.lines_read = entry.rows;
        feed.positions = entry.positions;
        return Ok(ImportReport {
            file,
            sha256,
            already_present: true,
            feed,
        });
    }
    let id = sha256[..16].to_owned();
    let statics_path = archive.statics_path(&id);
    let mut collector = Collector {
        writer: archive.begin(&id)?,
        pending: PositionBatch::default(),
        draughts: HashMap::new(),
        statics: Vec::new(),
        all_synthetic: options.synthetic,
    };
    let is_parquet = match options.format {
        Some(format) => format == FileFormat::Parquet,
        None => starts_as_parquet(path)?,
    };
    let feed = if is_parquet {
        read_parquet(path, &file, options, &mut collector, progress)?
    } else {
        read_feed(path, options, &mut collector, progress).map_err(|source| ImportError::Feed {
            file: file.clone(),
            source,
        })?
    };
    collector.flush()?;
    let Collector {
        writer, statics, ..
    } = collector;
    let statics = merge_static(statics);
    write_json(&statics_path, &statics)?;
    writer.finish(ImportEntry {
        id,
        file: file.clone(),
        sha256: sha256.clone(),
        format: feed.format.clone(),
        rows: feed.lines_read,
        positions: feed.positions,
        first_ms: feed.first_time_ms,
        last_ms: feed.last_time_ms,
        synthetic: options.synthetic || feed.synthetic > 0,
    })?;
    Ok(ImportReport {
        file,
        sha256,
        already_present: false,
        feed,
    })
}

/// SHA-256 of a file in hexadecimal digits.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_of(path: &Path) -> Result<String, ArchiveError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut hasher).map_err(at(path))?;
    Ok(hex(&hasher.finalize()))
}

fn starts_as_parquet(path: &Path) -> Result<bool, ArchiveError> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(at(path))?;
    file.take(4).read_to_end(&mut start).map_err(at(path))?;
    Ok(start == b"PAR1")
}

/// Gathers what a feed gives and writes it in large pieces.
struct Collector<'archive> {
    writer: Writer<'archive>,
    pending: PositionBatch,
    /// The last draught that each vessel said, for the positions after it.
    draughts: HashMap<u32, f32>,
    statics: Vec<StaticReport>,
    /// The caller says so, whatever the file says.
    all_synthetic: bool,
}

/// Static reports kept before equal ones are put together.
const MOST_STATICS: usize = 500_000;

impl Collector<'_> {
    fn flush(&mut self) -> Result<(), ArchiveError> {
        self.writer.put(&self.pending)?;
        self.pending = PositionBatch::default();
        Ok(())
    }

    fn add(&mut self, batch: &PositionBatch) -> Result<(), ArchiveError> {
        let pending = &mut self.pending;
        let first = pending.len();
        pending.extend(batch);
        if !self.draughts.is_empty() {
            let vessels = &pending.mmsi[first..];
            for (draught_m, mmsi) in pending.draught_m[first..].iter_mut().zip(vessels) {
                if draught_m.is_nan() {
                    *draught_m = self.draughts.get(mmsi).copied().unwrap_or(f32::NAN);
                }
            }
        }
        if self.all_synthetic {
            pending.synthetic[first..].fill(true);
        }
        if self.pending.len() >= FLUSH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn add_statics(&mut self, reports: &[StaticReport]) {
        for report in reports {
            if let Some(draught_m) = report.draught_m.filter(|draught| *draught > 0.0) {
                self.draughts.insert(report.mmsi, draught_m);
            }
        }
        self.statics.extend_from_slice(reports);
        if self.statics.len() > MOST_STATICS {
            self.statics = merge_static(std::mem::take(&mut self.statics));
        }
    }
}

impl Sink for Collector<'_> {
    fn positions(&mut self, batch: &PositionBatch) -> Result<(), SinkError> {
        Ok(self.add(batch)?)
    }

    fn statics(&mut self, reports: &[StaticReport]) -> Result<(), SinkError> {
        self.add_statics(reports);
        Ok(())
    }
}

/// Counts the bytes that are read from a file.
struct Counted<'a, R> {
    inner: R,
    read: u64,
    size: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        (self.progress)(self.read, self.size);
        Ok(count)
    }
}

fn read_feed(
    path: &Path,
    options: &ImportOptions,
    collector: &mut Collector<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<FeedReport, FeedError> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let counted = Counted {
        inner: BufReader::with_capacity(1 << 20, file),
        read: 0,
        size,
        progress,
    };
    let format = match options.format {
        Some(FileFormat::Feed(format)) => Some(format),
        _ => None,
    };
    let feed = Feed::open(counted, format, options.feed.clone())?;
    if feed.format() != Format::Csv {
        return feed.read(collector);
    }
    let mut csv = feed.into_csv()?;
    let mut report = csv.empty_report();
    // As many blocks as keep all threads busy, then their results in the order of the file.
    let at_once = rayon::current_num_threads() * 2;
    let mut parsers: Vec<silt_ais::CsvParser> = (0..at_once).map(|_| csv.parser()).collect();
    loop {
        let mut blocks: Vec<CsvBlock> = Vec::with_capacity(at_once);
        while blocks.len() < at_once
            && let Some(block) = csv.next_block()?
        {
            blocks.push(block);
        }
        if blocks.is_empty() {
            break;
        }
        let parsed: Vec<silt_ais::Parsed> = blocks
            .par_iter()
            .zip(&mut parsers)
            .map(|(block, parser)| {
                let mut parsed = parser.empty();
                parser.parse_block(&block.bytes, block.first_line, &mut parsed);
                parsed
            })
            .collect();
        for parsed in parsed {
            collector.add_statics(&parsed.statics);
            collector
                .add(&parsed.positions)
                .map_err(|error| FeedError::Sink(error.into()))?;
            report.merge(&parsed.report);
        }
    }
    Ok(report)
}

/// Names under which a column of Parquet is found, as the CSV dialects have them.
const PARQUET_NAMES: [(&str, &[&str]); 9] = [
    ("mmsi", &["mmsi", "MMSI"]),
    (
        "time_ms",
        &[
            "time_ms",
            "time",
            "timestamp",
            "base_date_time",
            "BaseDateTime",
            "datetime",
        ],
    ),
    (
        "lon_deg",
        &["lon_deg", "lon", "longitude", "LON", "Longitude"],
    ),
    (
        "lat_deg",
        &["lat_deg", "lat", "latitude", "LAT", "Latitude"],
    ),
    ("sog_kn", &["sog_kn", "sog", "speed", "SOG"]),
    ("cog_deg", &["cog_deg", "cog", "course", "COG"]),
    (
        "heading_deg",
        &["heading_deg", "heading", "true_heading", "Heading"],
    ),
    ("draught_m", &["draught_m", "draught", "draft", "Draft"]),
    ("nav_status", &["nav_status", "status", "Status"]),
];

/// The mark of synthetic rows.
const SYNTHETIC: &str = "synthetic";

fn read_parquet(
    path: &Path,
    file: &str,
    options: &ImportOptions,
    collector: &mut Collector<'_>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<FeedReport, ImportError> {
    let wrong = |reason: String| ImportError::Parquet {
        file: file.to_owned(),
        reason,
    };
    let open = || File::open(path).map_err(at(path));
    let mut reader = ParquetReader::new(open()?);
    let rows = reader
        .num_rows()
        .map_err(|error| wrong(error.to_string()))?;
    let schema = reader.schema().map_err(|error| wrong(error.to_string()))?;
    let names: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
    let column_of = |field: &str| {
        let known = PARQUET_NAMES.iter().find(|(own, _)| *own == field);
        let (_, aliases) = known.expect("a field of the list");
        aliases.iter().find(|alias| names.contains(*alias)).copied()
    };
    let missing: Vec<&str> = ["mmsi", "time_ms", "lon_deg", "lat_deg"]
        .into_iter()
        .filter(|field| column_of(field).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(wrong(format!(
            "no column for {}; the columns are {}",
            missing.join(", "),
            names.join(", ")
        )));
    }
    let wanted: Vec<String> = PARQUET_NAMES
        .iter()
        .filter_map(|(field, _)| column_of(field).map(str::to_owned))
        .chain(names.contains(&SYNTHETIC).then(|| SYNTHETIC.to_owned()))
        .collect();
    let mut checks = silt_ais::RowChecks::new("parquet", options.feed.clone());
    let mut start = 0;
    while start < rows {
        let length = PARQUET_ROWS.min(rows - start);
        let frame = ParquetReader::new(open()?)
            .with_columns(Some(wanted.clone()))
            .with_slice(Some((start, length)))
            .finish()
            .map_err(|error| wrong(error.to_string()))?;
        let batch = checked_batch(&frame, &column_of, start as u64, &mut checks).map_err(wrong)?;
        collector.add(&batch)?;
        start += length;
        progress(start as u64, rows as u64);
    }
    Ok(checks.into_report())
}

/// The rows of a table that pass the checks of a feed.
fn checked_batch(
    frame: &DataFrame,
    column_of: &dyn Fn(&str) -> Option<&'static str>,
    first_row: u64,
    checks: &mut silt_ais::RowChecks,
) -> Result<PositionBatch, String> {
    let numbers = |field: &str| -> Result<Option<Vec<Option<f64>>>, String> {
        let Some(name) = column_of(field) else {
            return Ok(None);
        };
        let column = frame.column(name).map_err(|error| error.to_string())?;
        Ok(Some(as_numbers(column, field)?))
    };
    let required = |field: &str| -> Result<Vec<Option<f64>>, String> {
        Ok(numbers(field)?.unwrap_or_default())
    };
    let (mmsi, time_ms) = (required("mmsi")?, required("time_ms")?);
    let (lon_deg, lat_deg) = (required("lon_deg")?, required("lat_deg")?);
    let optional = [
        numbers("sog_kn")?,
        numbers("cog_deg")?,
        numbers("heading_deg")?,
        numbers("draught_m")?,
        numbers("nav_status")?,
    ];
    let of = |which: usize, row: usize| optional[which].as_ref().and_then(|values| values[row]);
    let synthetic = match frame.column(SYNTHETIC) {
        Ok(column) => Some(column.bool().map_err(|error| error.to_string())?),
        Err(_) => None,
    };
    let mut batch = PositionBatch::default();
    for row in 0..frame.height() {
        checks.check(
            &mut batch,
            first_row + row as u64 + 1,
            silt_ais::RawRow {
                mmsi: mmsi[row],
                time_ms: time_ms[row],
                lon_deg: lon_deg[row],
                lat_deg: lat_deg[row],
                sog_kn: of(0, row),
                cog_deg: of(1, row),
                heading_deg: of(2, row),
                draught_m: of(3, row),
                nav_status: of(4, row),
                synthetic: synthetic.and_then(|flags| flags.get(row)) == Some(true),
            },
        );
    }
    Ok(batch)
}

/// A column as numbers; times become Unix milliseconds.
fn as_numbers(column: &Column, field: &str) -> Result<Vec<Option<f64>>, String> {
    let wrong = |error: polars::prelude::PolarsError| error.to_string();
    let column = match column.dtype() {
        DataType::Datetime(unit, _) => {
            let per_ms = match unit {
                TimeUnit::Nanoseconds => 1e6,
                TimeUnit::Microseconds => 1e3,
                TimeUnit::Milliseconds => 1.0,
            };
            let counts = column.cast(&DataType::Int64).map_err(wrong)?;
            let counts = counts.i64().map_err(wrong)?;
            return Ok(counts
                .iter()
                .map(|count| count.map(|count| (count as f64 / per_ms).floor()))
                .collect());
        }
        DataType::String if field == "time_ms" => {
            let texts = column.str().map_err(wrong)?;
            return Ok(texts
                .iter()
                .map(|text| silt_ais::parse_time_ms(text?.as_bytes(), &[silt_ais::TimeFormat::Iso]))
                .map(|time| time.map(|time_ms| time_ms as f64))
                .collect());
        }
        dtype if dtype.is_primitive_numeric() || *dtype == DataType::String => column,
        other => return Err(format!("the column for {field} holds {other} values")),
    };
    let numbers = column.cast(&DataType::Float64).map_err(wrong)?;
    Ok(numbers.f64().map_err(wrong)?.iter().collect())
}
