//! GeoParquet 1.1: WKB in a column `geometry`, described by the file metadata key `geo`.
//!
//! Rows go out in groups as they come. What the metadata says about all rows (bounds, geometry
//! types) is known at the end, where Parquet has its footer. No Arrow schema is put beside the
//! Parquet one: without it every reader takes the plain types, with it polars' view types, which
//! some readers do not know.

use std::collections::BTreeSet;
use std::io::{self, Write};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    BinaryChunked, BooleanChunked, Column as PolarsColumn, DataFrame, DataType, Float64Chunked,
    Int64Chunked, IntoSeries, KeyValueMetadata, ListBuilderTrait, ListStringChunkedBuilder,
    NewChunkedArray, ParquetCompression, ParquetWriter, PlSmallStr, PolarsError, Schema,
    StringChunked,
};
use serde_json::json;
use silt_model::{CollectionSchema, StoredFeature};

use super::geometry::{self, Bounds};
use super::table::{Cell, ColumnKind, Table};
use super::{Encoder, ExportMeta, WriteError};

/// Rows of a group: enough for compression to work, few enough to hold in memory.
const GROUP_ROWS: usize = 50_000;

/// A group also ends here, so that large geometries do not pile up.
const GROUP_BYTES: usize = 64 << 20;

pub(super) struct ParquetEncoder<W: Write> {
    writer: BatchedWriter<W>,
    table: Table,
    geometry_name: String,
    columns: Vec<ColumnBuffer>,
    geometries: Vec<Option<Vec<u8>>>,
    group_bytes: usize,
    bounds: Option<Bounds>,
    geometry_types: BTreeSet<&'static str>,
    title: String,
    meta: ExportMeta,
}

/// Cells of one column of the group under construction.
enum ColumnBuffer {
    Boolean(Vec<Option<bool>>),
    Integer(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
    TextList(Vec<Vec<String>>),
}

impl ColumnBuffer {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Boolean => ColumnBuffer::Boolean(Vec::new()),
            ColumnKind::Integer => ColumnBuffer::Integer(Vec::new()),
            ColumnKind::Real => ColumnBuffer::Real(Vec::new()),
            ColumnKind::Text | ColumnKind::Json => ColumnBuffer::Text(Vec::new()),
            ColumnKind::TextList => ColumnBuffer::TextList(Vec::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            ColumnBuffer::Boolean(_) => DataType::Boolean,
            ColumnBuffer::Integer(_) => DataType::Int64,
            ColumnBuffer::Real(_) => DataType::Float64,
            ColumnBuffer::Text(_) => DataType::String,
            ColumnBuffer::TextList(_) => DataType::List(Box::new(DataType::String)),
        }
    }

    /// Adds a cell. The table gives each column cells of its own kind or null.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (ColumnBuffer::Boolean(cells), Cell::Boolean(flag)) => cells.push(Some(flag)),
            (ColumnBuffer::Boolean(cells), _) => cells.push(None),
            (ColumnBuffer::Integer(cells), Cell::Integer(number)) => cells.push(Some(number)),
            (ColumnBuffer::Integer(cells), _) => cells.push(None),
            (ColumnBuffer::Real(cells), Cell::Real(number)) => cells.push(Some(number)),
            (ColumnBuffer::Real(cells), _) => cells.push(None),
            (ColumnBuffer::Text(cells), Cell::Text(text)) => cells.push(Some(text.into_owned())),
            (ColumnBuffer::Text(cells), _) => cells.push(None),
            (ColumnBuffer::TextList(cells), Cell::TextList(items)) => {
                cells.push(items.iter().map(|item| item.to_string()).collect());
            }
            (ColumnBuffer::TextList(cells), _) => cells.push(Vec::new()),
        }
    }

    /// Takes the cells out as a column; the buffer is empty then.
    fn take(&mut self, name: &str) -> PolarsColumn {
        let name = PlSmallStr::from_str(name);
        let series = match self {
            ColumnBuffer::Boolean(cells) => {
                BooleanChunked::from_slice_options(name, &std::mem::take(cells)).into_series()
            }
            ColumnBuffer::Integer(cells) => {
                Int64Chunked::from_slice_options(name, &std::mem::take(cells)).into_series()
            }
            ColumnBuffer::Real(cells) => {
                Float64Chunked::from_slice_options(name, &std::mem::take(cells)).into_series()
            }
            ColumnBuffer::Text(cells) => {
                StringChunked::from_slice_options(name, &std::mem::take(cells)).into_series()
            }
            ColumnBuffer::TextList(cells) => {
                let mut builder = ListStringChunkedBuilder::new(name, cells.len(), cells.len());
                for items in std::mem::take(cells) {
                    builder.append_values_iter(items.iter().map(String::as_str));
                }
                builder.finish().into_series()
            }
        };
        series.into()
    }
}

impl<W: Write> ParquetEncoder<W> {
    pub(super) fn begin(
        out: W,
        schema: &CollectionSchema,
        meta: &ExportMeta,
    ) -> Result<Self, WriteError> {
        let table = Table::new(schema);
        let geometry_name = table.free_name("geometry");
        let columns: Vec<ColumnBuffer> = table
            .columns()
            .iter()
            .map(|column| ColumnBuffer::new(column.kind))
            .collect();
        let mut file_schema = Schema::with_capacity(columns.len() + 1);
        for (column, buffer) in table.columns().iter().zip(&columns) {
            file_schema.with_column(PlSmallStr::from_str(&column.name), buffer.data_type());
        }
        file_schema.with_column(PlSmallStr::from_str(&geometry_name), DataType::Binary);
        let writer = ParquetWriter::new(out)
            .with_compression(ParquetCompression::Zstd(None))
            .batched(&file_schema)
            .map_err(parquet_error)?;
        Ok(ParquetEncoder {
            writer,
            table,
            geometry_name,
            columns,
            geometries: Vec::new(),
            group_bytes: 0,
            bounds: None,
            geometry_types: BTreeSet::new(),
            title: meta.title.clone().unwrap_or_else(|| schema.title.clone()),
            meta: meta.clone(),
        })
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        if self.geometries.is_empty() {
            return Ok(());
        }
        let rows = self.geometries.len();
        let mut columns: Vec<PolarsColumn> = Vec::with_capacity(self.columns.len() + 1);
        for (column, buffer) in self.table.columns().iter().zip(&mut self.columns) {
            columns.push(buffer.take(&column.name));
        }
        let geometries = std::mem::take(&mut self.geometries);
        let name = PlSmallStr::from_str(&self.geometry_name);
        columns.push(
            BinaryChunked::from_slice_options(name, &geometries)
                .into_series()
                .into(),
        );
        drop(geometries);
        self.group_bytes = 0;
        let group = DataFrame::new(rows, columns).map_err(parquet_error)?;
        self.writer.write_batch(&group).map_err(parquet_error)
    }

    /// The value of the key `geo`: GeoParquet 1.1.0. No `crs` means OGC:CRS84, longitude first.
    fn geo_metadata(&self) -> String {
        let mut column = json!({
            "encoding": "WKB",
            "geometry_types": self.geometry_types,
            "edges": "planar",
        });
        if let Some(bounds) = self.bounds {
            column["bbox"] = json!(bounds.to_array());
        }
        json!({
            "version": "1.1.0",
            "primary_column": self.geometry_name,
            "columns": { self.geometry_name.as_str(): column },
        })
        .to_string()
    }

    /// The value of the key `silt`: what the export says about itself.
    fn silt_metadata(&self) -> String {
        let mut members = self.meta.to_json();
        members.insert("title".to_owned(), self.title.as_str().into());
        serde_json::Value::Object(members).to_string()
    }
}

impl<W: Write + Send> Encoder for ParquetEncoder<W> {
    fn encode(&mut self, stored: &StoredFeature) -> Result<(), WriteError> {
        let bounds = geometry::bounds(stored)?;
        let wkb = geometry::wkb(stored)?;
        let cells = self.table.cells(stored)?;
        if let Some(here) = bounds {
            self.bounds = Some(self.bounds.map_or(here, |known| known.around(here)));
        }
        if let Some(geometry) = &stored.feature.geometry {
            self.geometry_types.insert(geometry::type_name(geometry));
        }
        for (cell, buffer) in cells.into_iter().zip(&mut self.columns) {
            self.group_bytes += cell_bytes(&cell);
            buffer.push(cell);
        }
        self.group_bytes += wkb.as_ref().map_or(0, Vec::len);
        self.geometries.push(wkb);
        if self.geometries.len() >= GROUP_ROWS || self.group_bytes >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, WriteError> {
        self.write_group()?;
        let pairs = KeyValueMetadata::from_static(vec![
            ("geo".to_owned(), self.geo_metadata()),
            ("silt".to_owned(), self.silt_metadata()),
        ]);
        let KeyValueMetadata::Static(pairs) = pairs else {
            return Err(WriteError::Library {
                format: "GeoParquet",
                reason: "the file metadata is not fixed".to_owned(),
            });
        };
        let mut file = self
            .writer
            .get_writer()
            .lock()
            .map_err(|_| WriteError::Library {
                format: "GeoParquet",
                reason: "a thread that wrote to the file has failed".to_owned(),
            })?;
        file.end(Some(pairs)).map_err(parquet_error)?;
        drop(file);
        Ok(Vec::new())
    }
}

fn cell_bytes(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) => text.len() + size_of::<Option<String>>(),
        Cell::TextList(items) => items
            .iter()
            .map(|item| item.len() + size_of::<String>())
            .sum(),
        _ => size_of::<Option<f64>>(),
    }
}

fn parquet_error(error: PolarsError) -> WriteError {
    if let PolarsError::IO { error, .. } = &error {
        let copy = match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(error.kind(), error.to_string()),
        };
        return WriteError::Output(copy);
    }
    WriteError::Library {
        format: "GeoParquet",
        reason: error.to_string(),
    }
}
