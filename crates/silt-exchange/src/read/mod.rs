//! Readers: files of many formats as a stream of [`Row`]s.
//!
//! [`Reader::open`] finds out what a file is, [`Reader::next_batch`] cuts it into pieces and
//! [`Batch::decode`] turns a piece into rows. Decoding is where the time goes, it needs nothing but
//! the piece, and so it can run on other threads while the next pieces are read:
//!
//! ```
//! use silt_exchange::read::{ReadOptions, Reader};
//! use silt_exchange::record::Row;
//!
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path().join("mines.csv");
//! # std::fs::write(&path, "name;height\nA;3,5\nB;4\n").expect("written");
//! let mut reader = Reader::open(&path, &ReadOptions::default())?;
//! let mut names = Vec::new();
//! while let Some(batch) = reader.next_batch()? {
//!     for row in batch.decode() {
//!         match row {
//!             Row::Record(record) => names.extend(record.field("name").map(|name| name.to_string())),
//!             Row::Reject(reject) => eprintln!("row {}: {}", reject.row, reject.reason),
//!         }
//!     }
//! }
//! assert_eq!(names, ["A", "B"]);
//! # Ok::<(), silt_exchange::read::ReadError>(())
//! ```
//!
//! Memory stays bounded by a few batches whatever the size of the file, except for workbooks,
//! whose sheet is held as cells.

mod archive;
mod detect;
mod error;
mod gdal_fields;
pub(crate) mod gdal_log;
mod info;
mod json;
mod open;
mod options;
mod parquet;
mod table;
mod text;
mod unpack;
mod vector;
mod window;
mod wkb;
mod workbook;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use error::ReadError;
pub use info::{ColumnInfo, Compression, EncodingFound, EncodingInfo, FileInfo};
pub use options::{Format, Limits, ReadOptions};
pub use table::infer_columns;
pub use unpack::UnpackError;

use crate::record::Row;

/// Rows after which a batch is handed over.
const BATCH_ROWS: usize = 1000;

/// Bytes of text after which a batch is handed over, so that a batch is worth a thread's while
/// and stays in its cache.
const BATCH_BYTES: usize = 1 << 20;

/// Longest published value that a reject or a note repeats, in characters.
const QUOTED_CHARS: usize = 200;

/// An open file.
pub struct Reader {
    info: FileInfo,
    rows: Box<dyn RowSource>,
    progress: Arc<AtomicU64>,
    rows_read: u64,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("info", &self.info)
            .field("rows_read", &self.rows_read)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a file and finds out what it is. Only as much is read as that needs; for text tables
    /// it is the whole file, once, to be sure of the encoding.
    ///
    /// # Errors
    /// When the file is missing, is not what its name or the options say, is broken near its
    /// start, or asks for a choice that the options do not make.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Reader, ReadError> {
        open::open(path, options)
    }

    /// What is known about the file.
    pub fn info(&self) -> &FileInfo {
        &self.info
    }

    /// Bytes taken from the disk so far, of [`FileInfo::byte_length`].
    pub fn bytes_read(&self) -> u64 {
        self.progress
            .load(Ordering::Relaxed)
            .min(self.info.byte_length)
    }

    /// Rows handed over so far, rejects included.
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// The next piece of the file, or `None` at its end.
    ///
    /// # Errors
    /// When reading cannot go on. Rows before the fault have been handed over; after an error
    /// there is nothing more to read.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        let batch = self.rows.next_batch()?;
        if let Some(batch) = &batch {
            self.rows_read += batch.len() as u64;
        }
        Ok(batch)
    }
}

/// What every format implements.
trait RowSource: Send {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError>;
}

/// A piece of a file. It can be sent to another thread and decoded there.
#[derive(Debug)]
pub struct Batch {
    content: Content,
}

#[derive(Debug)]
enum Content {
    Json(json::JsonBatch),
    Table(table::TableBatch),
    Wkb(wkb::WkbBatch),
    Rows(Vec<Row>),
}

impl Batch {
    /// Number of rows, rejects included.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Json(batch) => batch.len(),
            Content::Table(batch) => batch.len(),
            Content::Wkb(batch) => batch.len(),
            Content::Rows(rows) => rows.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows, in file order.
    pub fn decode(self) -> Vec<Row> {
        match self.content {
            Content::Json(batch) => batch.decode(),
            Content::Table(batch) => batch.decode(),
            Content::Wkb(batch) => batch.decode(),
            Content::Rows(rows) => rows,
        }
    }
}

/// A text cut to what a report can show.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Gives an I/O error its file, and brings back errors of ours that travelled inside it.
fn io_error(path: &Path, error: std::io::Error) -> ReadError {
    ReadError::from_io(path, error)
}
