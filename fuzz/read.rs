//! The GeoJSON reader of `silt-exchange` without the other formats. Batches are tiny, so that short
//! inputs reach the seams between them.

#[path = "../crates/silt-exchange/src/read/error.rs"]
mod error;
#[path = "../crates/silt-exchange/src/read/info.rs"]
mod info;
#[path = "../crates/silt-exchange/src/read/json/mod.rs"]
mod json;
#[path = "../crates/silt-exchange/src/read/options.rs"]
mod options;
#[path = "../crates/silt-exchange/src/read/text.rs"]
mod text;
#[path = "../crates/silt-exchange/src/read/unpack.rs"]
mod unpack;
#[path = "../crates/silt-exchange/src/read/window.rs"]
mod window;

use std::io::{Cursor, Read};
use std::path::Path;

pub use error::ReadError;
pub use info::{ColumnInfo, Compression, EncodingFound, EncodingInfo, FileInfo};
pub use options::{Format, Limits, ReadOptions};
pub use unpack::UnpackError;

use crate::record::Row;

const BATCH_ROWS: usize = 3;
const BATCH_BYTES: usize = 200;

trait RowSource: Send {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError>;
}

#[derive(Debug)]
struct Batch {
    content: Content,
}

#[derive(Debug)]
enum Content {
    Json(json::JsonBatch),
}

fn quoted(text: &str) -> String {
    text.chars().take(200).collect()
}

fn io_error(path: &Path, error: std::io::Error) -> ReadError {
    ReadError::from_io(path, error)
}

/// Reads a text to its end or to its first fault.
pub fn read(text: &[u8], format: Format, options: &ReadOptions) -> (Vec<Row>, Option<ReadError>) {
    let owned = text.to_vec();
    let stream =
        || -> std::io::Result<Box<dyn Read + Send>> { Ok(Box::new(Cursor::new(owned.clone()))) };
    let mut opened = match json::open(Path::new("fuzz.geojson"), format, options, &stream) {
        Ok(opened) => opened,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut rows = Vec::new();
    loop {
        match opened.rows.next_batch() {
            Ok(Some(batch)) => {
                let Content::Json(batch) = batch.content;
                let expected = batch.len();
                let decoded = batch.decode();
                assert_eq!(decoded.len(), expected);
                rows.extend(decoded);
            }
            Ok(None) => return (rows, None),
            Err(error) => return (rows, Some(error)),
        }
    }
}
