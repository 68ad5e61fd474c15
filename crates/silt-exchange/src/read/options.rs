//! How to read a file: the `[format]` table of a recipe and the options of the command line.

use serde::Deserialize;

/// A file format, as a recipe names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// GeoJSON (RFC 7946 or the 2008 draft), or plain JSON with an array of objects.
    GeoJson,
    /// One JSON text per line, or per RFC 8142 record.
    GeoJsonSeq,
    /// Text with a delimiter, with or without quotes.
    Csv,
    /// Tab-separated text.
    Tsv,
    /// A sheet of an Office Open XML workbook.
    Xlsx,
    /// Any other vector format, through GDAL.
    Gdal,
    /// Parquet, or GeoParquet with geometry as WKB.
    Parquet,
}

impl Format {
    /// The name used in recipes.
    pub fn name(self) -> &'static str {
        match self {
            Format::GeoJson => "geojson",
            Format::GeoJsonSeq => "geojsonseq",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Xlsx => "xlsx",
            Format::Gdal => "gdal",
            Format::Parquet => "parquet",
        }
    }
}

/// How to read a file. Whatever is `None` is detected.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// The format; it must agree with what the file holds.
    #[serde(rename = "kind")]
    pub format: Option<Format>,
    /// Name of the sheet of a workbook; the first sheet with cells otherwise.
    pub sheet: Option<String>,
    /// Line (from 1) of the column names in a table.
    pub header_row: Option<u64>,
    /// Column names. They replace those of `header_row`; without a `header_row` the table is
    /// taken to have none, and its first line is a row.
    pub columns: Option<Vec<String>>,
    /// Delimiter of a text table: one ASCII character.
    pub delimiter: Option<char>,
    /// Label of the text encoding, as the WHATWG Encoding Standard spells it, e.g. `windows-1252`.
    pub encoding: Option<String>,
    /// Quote character of a text table, `"` otherwise: one ASCII character.
    pub quote: Option<char>,
    /// Layer of a file with several layers.
    pub layer: Option<String>,
    /// File inside a zip archive.
    pub member: Option<String>,
    /// Where the array of records is inside a JSON answer: member names joined with dots,
    /// e.g. `result.facilities`.
    pub json_path: Option<String>,
    /// Bounds on what a file may ask of this machine.
    pub limits: Limits,
}

/// Bounds on what a file may ask of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Longest feature or table row, in bytes of text. A longer one is rejected.
    pub max_feature_bytes: u64,
    /// Most bytes that an archive may unpack to.
    pub max_unpacked_bytes: u64,
    /// Most bytes unpacked per byte packed, checked after the first 64 MiB.
    pub max_unpack_ratio: u64,
    /// Deepest nesting of JSON arrays and objects within a feature.
    pub max_depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_feature_bytes: 64 << 20,
            max_unpacked_bytes: 16 << 30,
            max_unpack_ratio: 1000,
            max_depth: 128,
        }
    }
}
