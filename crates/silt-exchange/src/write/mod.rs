//! Writers: stored features out to files.
//!
//! [`create`] opens a writer for one of six formats. The file is built in a folder beside its
//! target and moved into place by [`FeatureWriter::finish`], so the target is either the whole
//! new file or what it was before. A writer that is dropped, or that failed, leaves nothing.
//!
//! What each format keeps:
//!
//! | format | null and empty text | whole numbers, decimals | geometry | licence, title, disclaimer |
//! |---|---|---|---|---|
//! | geojson | both | both | all, and none | members of the collection |
//! | geojsonseq | both | both | all, and none | not kept; `silt_synthetic` stands on each feature |
//! | csv | null is an empty cell, empty text is `""`; few readers tell them apart | as text | WKT; longitude and latitude for points | not kept; `silt_synthetic` stands on each row |
//! | gpkg | both | both | all, and none | `gpkg_contents` and metadata |
//! | fgb | both | both | all, and none | header |
//! | parquet | both | both | all, and none | file metadata, key `silt` |
//!
//! All but GeoJSON are tables of one type per column: text and numbers mixed in a text field come
//! out as text. A value that its column cannot hold fails the export; nothing is rounded, cut or
//! left out. Values are written verbatim. A spreadsheet may run a CSV cell that starts with `=`,
//! `+`, `-` or `@` as a formula: that is not altered here either, since a changed value is a lost
//! one.

mod csv;
mod error;
mod fgb;
mod fgb_geometry;
pub mod geojson;
mod geometry;
mod gpkg;
mod meta;
mod parquet;
mod staged;
mod table;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use silt_model::{CollectionSchema, StoredFeature};

pub use error::WriteError;
pub use meta::ExportMeta;
use staged::StagedFile;

/// A format that collections are exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// One GeoJSON FeatureCollection, RFC 7946.
    GeoJson,
    /// One GeoJSON feature per line, newline-delimited.
    GeoJsonSeq,
    /// Comma-separated text, RFC 4180, UTF-8, geometry as WKT.
    Csv,
    /// GeoPackage.
    Gpkg,
    /// FlatGeobuf with a spatial index.
    FlatGeobuf,
    /// GeoParquet 1.1.
    GeoParquet,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [ExportFormat; 6] = [
        ExportFormat::GeoJson,
        ExportFormat::GeoJsonSeq,
        ExportFormat::Csv,
        ExportFormat::Gpkg,
        ExportFormat::FlatGeobuf,
        ExportFormat::GeoParquet,
    ];

    /// The name under which the format is asked for, which is also its usual file extension
    /// except for `geojsonseq`.
    pub fn name(self) -> &'static str {
        match self {
            ExportFormat::GeoJson => "geojson",
            ExportFormat::GeoJsonSeq => "geojsonseq",
            ExportFormat::Csv => "csv",
            ExportFormat::Gpkg => "gpkg",
            ExportFormat::FlatGeobuf => "fgb",
            ExportFormat::GeoParquet => "parquet",
        }
    }

    /// The media type for HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::GeoJson => "application/geo+json",
            ExportFormat::GeoJsonSeq => "application/x-ndjson",
            ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
            ExportFormat::Gpkg => "application/geopackage+sqlite3",
            ExportFormat::FlatGeobuf => "application/vnd.flatgeobuf",
            ExportFormat::GeoParquet => "application/vnd.apache.parquet",
        }
    }

    /// The format of this name, whatever its letter case.
    ///
    /// # Errors
    /// [`WriteError::UnknownFormat`], which lists the names.
    pub fn parse(name: &str) -> Result<Self, WriteError> {
        match name.to_ascii_lowercase().as_str() {
            "geojson" | "json" => Ok(ExportFormat::GeoJson),
            "geojsonseq" | "geojsonl" | "geojsons" | "ndjson" | "ndgeojson" | "jsonl" => {
                Ok(ExportFormat::GeoJsonSeq)
            }
            "csv" => Ok(ExportFormat::Csv),
            "gpkg" | "geopackage" => Ok(ExportFormat::Gpkg),
            "fgb" | "flatgeobuf" => Ok(ExportFormat::FlatGeobuf),
            "parquet" | "geoparquet" => Ok(ExportFormat::GeoParquet),
            _ => Err(WriteError::UnknownFormat(name.to_owned())),
        }
    }

    /// The format that the extension of a file name stands for.
    ///
    /// # Errors
    /// [`WriteError::UnknownFormat`] where there is no extension or it stands for no format here.
    pub fn from_path(path: &Path) -> Result<Self, WriteError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        ExportFormat::parse(extension.unwrap_or_default())
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteSummary {
    /// Number of features.
    pub features: u64,
    /// Size of the file.
    pub bytes: u64,
    /// What a user should know, in sentences: columns that the format forced to another name.
    pub notes: Vec<String>,
}

/// Writes features to one file.
pub trait FeatureWriter: Send {
    /// Adds a feature. After an error the export cannot be finished any more.
    ///
    /// # Errors
    /// When the format cannot hold the feature or the disk cannot take it.
    fn write(&mut self, feature: &StoredFeature) -> Result<(), WriteError>;

    /// Completes the file and moves it to its target. Without this call nothing is left.
    ///
    /// # Errors
    /// When the rest cannot be written, or an earlier [`FeatureWriter::write`] failed.
    fn finish(self: Box<Self>) -> Result<WriteSummary, WriteError>;
}

/// Opens a writer for `path`, which is replaced when the writer finishes.
///
/// # Errors
/// When `path` is a folder or a device, its folder cannot be written to, or the schema has fields
/// that no file can have: two of one name, or one that starts with `silt_`.
pub fn create(
    path: &Path,
    format: ExportFormat,
    schema: &CollectionSchema,
    meta: &ExportMeta,
) -> Result<Box<dyn FeatureWriter>, WriteError> {
    table::check_schema(schema)?;
    let staged = StagedFile::begin(path, format.name())?;
    let encoder = encoder(&staged, format, schema, meta).map_err(|error| error.at(path))?;
    Ok(Box::new(FileWriter {
        encoder,
        staged,
        features: 0,
        failed: false,
    }))
}

fn encoder(
    staged: &StagedFile,
    format: ExportFormat,
    schema: &CollectionSchema,
    meta: &ExportMeta,
) -> Result<Box<dyn Encoder>, WriteError> {
    let open = || -> Result<BufWriter<File>, WriteError> {
        let file = File::create(staged.path()).map_err(WriteError::Output)?;
        Ok(BufWriter::with_capacity(1 << 16, file))
    };
    Ok(match format {
        ExportFormat::GeoJson => {
            Box::new(geojson::CollectionEncoder::begin(open()?, schema, meta)?)
        }
        ExportFormat::GeoJsonSeq => Box::new(geojson::LineEncoder::begin(open()?)),
        ExportFormat::Csv => Box::new(csv::CsvEncoder::begin(open()?, schema)?),
        ExportFormat::Gpkg => Box::new(gpkg::GpkgEncoder::begin(staged.path(), schema, meta)?),
        ExportFormat::FlatGeobuf => Box::new(fgb::FgbEncoder::begin(
            open()?,
            staged.folder(),
            schema,
            meta,
        )?),
        ExportFormat::GeoParquet => {
            Box::new(parquet::ParquetEncoder::begin(open()?, schema, meta)?)
        }
    })
}

/// Opens a writer that sends its bytes to `out` as they come, for formats that are one stream:
/// GeoJSON, CSV, GeoParquet and FlatGeobuf, whose features wait in a temporary file in `folder`
/// until the index that stands before them is known.
///
/// # Errors
/// [`WriteError::UnknownFormat`] for GeoPackage, which is a database and no stream, and what
/// [`create`] refuses.
pub fn stream<W: std::io::Write + Send + 'static>(
    out: W,
    folder: &Path,
    format: ExportFormat,
    schema: &CollectionSchema,
    meta: &ExportMeta,
) -> Result<StreamWriter, WriteError> {
    table::check_schema(schema)?;
    let encoder: Box<dyn Encoder> = match format {
        ExportFormat::GeoJson => Box::new(geojson::CollectionEncoder::begin(out, schema, meta)?),
        ExportFormat::GeoJsonSeq => Box::new(geojson::LineEncoder::begin(out)),
        ExportFormat::Csv => Box::new(csv::CsvEncoder::begin(out, schema)?),
        ExportFormat::FlatGeobuf => Box::new(fgb::FgbEncoder::begin(out, folder, schema, meta)?),
        ExportFormat::GeoParquet => Box::new(parquet::ParquetEncoder::begin(out, schema, meta)?),
        ExportFormat::Gpkg => return Err(WriteError::UnknownFormat("gpkg".to_owned())),
    };
    Ok(StreamWriter { encoder })
}

/// Writes features to a stream.
pub struct StreamWriter {
    encoder: Box<dyn Encoder>,
}

impl StreamWriter {
    /// Adds a feature.
    ///
    /// # Errors
    /// When the format cannot hold the feature or the stream takes no more.
    pub fn write(&mut self, feature: &StoredFeature) -> Result<(), WriteError> {
        self.encoder.encode(feature)
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// When the stream takes no more.
    pub fn finish(self) -> Result<(), WriteError> {
        self.encoder.finish().map(|_notes| ())
    }
}

/// One format: turns features into bytes at a place that [`FileWriter`] looks after.
trait Encoder: Send {
    fn encode(&mut self, feature: &StoredFeature) -> Result<(), WriteError>;

    /// Writes what is left. Returns the notes of the summary.
    fn finish(self: Box<Self>) -> Result<Vec<String>, WriteError>;
}

// The encoder stands before the staged folder: fields are dropped in order, and the file must be
// closed before its folder is removed.
struct FileWriter {
    encoder: Box<dyn Encoder>,
    staged: StagedFile,
    features: u64,
    failed: bool,
}

impl FeatureWriter for FileWriter {
    fn write(&mut self, feature: &StoredFeature) -> Result<(), WriteError> {
        let result = self.encoder.encode(feature);
        if result.is_err() {
            self.failed = true;
        }
        result.map_err(|error| error.at(self.staged.target()))?;
        self.features += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<WriteSummary, WriteError> {
        let FileWriter {
            encoder,
            staged,
            features,
            failed,
        } = *self;
        if failed {
            return Err(WriteError::Incomplete);
        }
        let notes = encoder
            .finish()
            .map_err(|error| error.at(staged.target()))?;
        let bytes = staged.publish()?;
        Ok(WriteSummary {
            features,
            bytes,
            notes,
        })
    }
}

#[cfg(test)]
mod read_back;
#[cfg(test)]
mod sample;

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "round_trip_tests.rs"]
mod round_trip_tests;
