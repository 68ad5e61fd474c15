//! GeoJSON and plain JSON, streamed: a scanner finds where each feature starts and ends, and the
//! features are parsed from there on other threads.

mod cursor;
mod feature;
mod geometry;
mod lines;
mod number;
mod reference;
mod scan;
mod skip;

use std::io::Read;

use super::{BATCH_BYTES, BATCH_ROWS, Format, Limits, ReadError, ReadOptions, RowSource};
use crate::record::{Reject, Row};

pub(super) use lines::looks_like_lines;

/// Rows of a JSON file, not yet parsed.
#[derive(Debug)]
pub(super) struct JsonBatch {
    bytes: Vec<u8>,
    /// Offset of the bytes in the file.
    offset: u64,
    pieces: Vec<PieceAt>,
    max_depth: u32,
    plain_objects: bool,
}

/// One row of a [`JsonBatch`].
#[derive(Debug)]
enum PieceAt {
    Text { row: u64, start: usize, end: usize },
    Reject(Reject),
}

impl JsonBatch {
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(super) fn decode(self) -> Vec<Row> {
        let mut names = feature::SharedNames::default();
        let decode = |piece| match piece {
            PieceAt::Reject(reject) => Row::Reject(reject),
            PieceAt::Text { row, start, end } => {
                let piece = feature::Piece {
                    row,
                    bytes: &self.bytes[start..end],
                    offset: self.offset + start as u64,
                    max_depth: self.max_depth,
                    plain_objects: self.plain_objects,
                };
                feature::decode(piece, &mut names)
            }
        };
        self.pieces.into_iter().map(decode).collect()
    }
}

/// Collects rows until they are worth handing over.
#[derive(Debug, Default)]
struct Pieces {
    pieces: Vec<PieceAt>,
}

impl Pieces {
    fn is_full(&self, bytes: usize) -> bool {
        self.pieces.len() >= BATCH_ROWS || bytes >= BATCH_BYTES
    }
}

/// The reject for a row that is longer than the limit.
fn too_large(row: u64, bytes: u64, limits: &Limits, start: &[u8]) -> Reject {
    let start = String::from_utf8_lossy(&start[..start.len().min(400)]);
    Reject {
        row,
        code: "too_large",
        field: None,
        value: Some(super::quoted(&start)),
        reason: format!(
            "the row has {bytes} bytes, more than the {} allowed; if the file is trusted, raise `limits.max_feature_bytes`",
            limits.max_feature_bytes
        ),
    }
}

/// What opening a JSON file gives.
pub(super) struct Opened {
    pub(super) rows: Box<dyn RowSource>,
    pub(super) crs: Option<String>,
}

/// Opens a JSON file whose text `stream` gives anew at each call, as UTF-8 without a mark.
pub(super) fn open(
    path: &std::path::Path,
    format: Format,
    options: &ReadOptions,
    stream: &dyn Fn() -> std::io::Result<Box<dyn Read + Send>>,
) -> Result<Opened, ReadError> {
    let start = || stream().map_err(|error| super::io_error(path, error));
    if format == Format::GeoJsonSeq {
        if options.json_path.is_some() {
            return Err(ReadError::Option {
                path: path.to_owned(),
                option: "json_path",
                reason: "a sequence of JSON texts has no path to its records; leave it out"
                    .to_owned(),
            });
        }
        let rows = lines::Lines::new(path, start()?, &options.limits);
        return Ok(Opened {
            rows: Box::new(rows),
            crs: None,
        });
    }
    let target = scan::Target::new(options.json_path.as_deref());
    let mut scanner = scan::Scanner::new(path, start()?, target.clone(), &options.limits);
    scanner.find_rows()?;
    if scanner.crs().is_none()
        && reference::tail_mentions_crs(start()?).map_err(|error| super::io_error(path, error))?
    {
        // The member stands behind the features. It decides what their coordinates mean, so it
        // has to be known before the first of them is handed over.
        let mut ahead = scan::Scanner::new(path, start()?, target, &options.limits);
        let declared = ahead.skim_crs();
        scanner.set_crs(declared);
    }
    let crs = scanner.crs().map(str::to_owned);
    Ok(Opened {
        rows: Box::new(scanner),
        crs,
    })
}
