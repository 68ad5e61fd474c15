//! What is known about a file once it is open.

use std::path::PathBuf;
use std::sync::Arc;

use silt_model::FieldType;

use super::Format;

/// What is known about a file before its rows are read.
#[derive(Debug, Clone, PartialEq)]
pub struct FileInfo {
    /// The file on disk.
    pub path: PathBuf,
    /// Format, as detected or as asked for.
    pub format: Format,
    /// Name of the GDAL driver, for formats read through GDAL.
    pub driver: Option<String>,
    /// How the file is packed.
    pub compression: Compression,
    /// The member that is read, for a zip archive.
    pub member: Option<String>,
    /// Text encoding, for text formats.
    pub encoding: Option<EncodingInfo>,
    /// Coordinate reference system that the file itself declares: `EPSG:32723` where the code is
    /// known, WKT otherwise. CRS84 is given as `EPSG:4326`, since coordinates are always handed
    /// over in GIS order.
    pub crs: Option<String>,
    /// Columns, for formats that declare them; empty for JSON.
    pub columns: Vec<ColumnInfo>,
    /// Delimiter of a text table.
    pub delimiter: Option<char>,
    /// Line (from 1) of the column names of a table, where it has them.
    pub header_row: Option<u64>,
    /// Sheet of a workbook or layer of a GDAL source.
    pub layer: Option<String>,
    /// Number of rows, for formats that declare it.
    pub rows_expected: Option<u64>,
    /// Size on disk in bytes; the whole of [`super::Reader::bytes_read`].
    pub byte_length: u64,
    /// What a report should mention: guesses made and columns renamed.
    pub notes: Vec<String>,
}

/// One declared column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Name as the fields of records use it.
    pub name: Arc<str>,
    /// Declared type, where the format declares types.
    pub field_type: Option<FieldType>,
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// xz.
    Xz,
    /// A member of a zip archive.
    Zip,
}

/// The text encoding of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodingInfo {
    /// Name in the WHATWG Encoding Standard, e.g. `UTF-8`, `windows-1252`.
    pub name: &'static str,
    /// How it was found.
    pub found: EncodingFound,
}

/// How a text encoding was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingFound {
    /// Named by the caller.
    Given,
    /// By the byte order mark.
    ByteOrderMark,
    /// The whole file is valid UTF-8.
    Valid,
    /// The format prescribes it.
    Prescribed,
    /// A guess from the statistics of the bytes: the file is not UTF-8 and says nothing.
    Guessed,
}
