//! Parquet and GeoParquet (1.0 and 1.1, geometry as WKB), through polars.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::{
    AnyValue, DataFrame, DataType, ParquetReader, PolarsError, SerReader, TimeUnit,
};
use silt_model::{FieldType, Value};

use super::open::{OpenedRows, Opening, open_file};
use super::wkb::{WkbBatch, WkbRow};
use super::{BATCH_ROWS, Batch, ColumnInfo, Content, ReadError, RowSource};
use crate::record::Record;

/// Rows decoded from columns to rows at a time.
const SLICE_ROWS: usize = 20_000;

pub(super) fn open(opening: Opening<'_>) -> Result<OpenedRows, ReadError> {
    let Opening {
        source,
        mut info,
        plain_file,
        folder,
        ..
    } = opening;
    let path = info.path.clone();
    let failed = |error: PolarsError| failure(&path, &error);
    let mut reader = ParquetReader::new(open_file(&path, &plain_file)?);
    let metadata = reader.get_metadata().map_err(failed)?;
    let rows_total = metadata.num_rows;
    let geo_json = metadata
        .key_value_metadata()
        .iter()
        .flatten()
        .find(|pair| pair.key.as_str() == "geo")
        .and_then(|pair| pair.value.as_ref().map(|text| text.to_string()));
    let geo = geo_json
        .as_deref()
        .map(GeoMetadata::parse)
        .transpose()
        .map_err(|reason| library(&path, reason))?;
    let empty = ParquetReader::new(open_file(&path, &plain_file)?)
        .with_slice(Some((0, 0)))
        .finish()
        .map_err(failed)?;
    let mut columns = Vec::new();
    for column in empty.columns() {
        let is_geometry = geo
            .as_ref()
            .is_some_and(|geo| geo.column == column.name().as_str());
        if !is_geometry {
            let field_type = field_type(&path, column.name(), column.dtype())?;
            columns.push(ColumnInfo {
                name: Arc::from(column.name().as_str()),
                field_type: Some(field_type),
            });
        }
    }
    if let Some(geo) = &geo
        && empty
            .column(&geo.column)
            .is_ok_and(|column| *column.dtype() != DataType::Binary)
    {
        return Err(library(
            &path,
            format!("the geometry column `{}` does not hold WKB", geo.column),
        ));
    }
    info.columns = columns;
    info.rows_expected = Some(rows_total as u64);
    info.crs = geo.as_ref().and_then(|geo| geo.crs.clone());
    let rows = Table {
        path,
        plain_file,
        names: info
            .columns
            .iter()
            .map(|column| Arc::clone(&column.name))
            .collect(),
        geometry: geo.map(|geo| geo.column),
        rows_total,
        row: 0,
        ready: Vec::new().into_iter(),
        byte_length: info.byte_length,
        progress: Arc::clone(&source.progress),
        _folder: folder,
    };
    Ok((info, Box::new(rows)))
}

fn failure(path: &Path, error: &PolarsError) -> ReadError {
    library(
        path,
        format!("{error}; if the file was downloaded, fetch it again"),
    )
}

fn library(path: &Path, reason: String) -> ReadError {
    ReadError::Library {
        path: path.to_owned(),
        format: "Parquet".to_owned(),
        reason,
    }
}

/// What the `geo` metadata say about the main geometry column.
#[derive(Debug, PartialEq, Eq)]
struct GeoMetadata {
    column: String,
    crs: Option<String>,
}

impl GeoMetadata {
    fn parse(json: &str) -> Result<GeoMetadata, String> {
        let geo: serde_json::Value = serde_json::from_str(json)
            .map_err(|error| format!("the `geo` metadata are not JSON: {error}"))?;
        let column = geo
            .get("primary_column")
            .and_then(serde_json::Value::as_str);
        let column = column
            .ok_or("the `geo` metadata name no `primary_column`")?
            .to_owned();
        let described = geo.get("columns").and_then(|columns| columns.get(&column));
        let described = described
            .ok_or_else(|| format!("the `geo` metadata do not describe the column `{column}`"))?;
        let encoding = described
            .get("encoding")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        if encoding != "WKB" {
            return Err(format!(
                "the geometry column `{column}` has the encoding `{encoding}`; only WKB is read: write it as WKB"
            ));
        }
        let crs = match described.get("crs") {
            // GeoParquet: absent means OGC:CRS84, null means unknown.
            None => Some("EPSG:4326".to_owned()),
            Some(serde_json::Value::Null) => None,
            Some(crs) => Some(crs_name(crs)),
        };
        Ok(GeoMetadata { column, crs })
    }
}

/// The identifier of a PROJJSON object, or the object itself, which PROJ reads too.
fn crs_name(projjson: &serde_json::Value) -> String {
    let id = projjson.get("id");
    let authority = id
        .and_then(|id| id.get("authority"))
        .and_then(serde_json::Value::as_str);
    let code = id.and_then(|id| id.get("code"));
    let code = code.and_then(|code| {
        code.as_str()
            .map(str::to_owned)
            .or_else(|| code.as_u64().map(|n| n.to_string()))
    });
    match (authority, code) {
        (Some("OGC"), Some(code)) if code == "CRS84" => "EPSG:4326".to_owned(),
        (Some("EPSG"), Some(code)) => format!("EPSG:{code}"),
        _ => projjson.to_string(),
    }
}

/// The type of a column, for those whose values can be kept.
fn field_type(path: &Path, name: &str, data_type: &DataType) -> Result<FieldType, ReadError> {
    Ok(match data_type {
        DataType::Boolean => FieldType::Boolean,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => FieldType::Integer,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => FieldType::Integer,
        // Beyond 63 bits the digits are kept as text.
        DataType::UInt64 | DataType::String | DataType::Null | DataType::Binary => FieldType::Text,
        DataType::Float32 | DataType::Float64 => FieldType::Real,
        DataType::Date => FieldType::Date,
        DataType::Datetime(_, _) => FieldType::Text,
        DataType::List(_) => FieldType::Json,
        other => {
            return Err(library(
                path,
                format!(
                    "the column `{name}` has the type {other}, which is not read; leave it out or write it as text"
                ),
            ));
        }
    })
}

struct Table {
    path: PathBuf,
    plain_file: PathBuf,
    names: Vec<Arc<str>>,
    geometry: Option<String>,
    rows_total: usize,
    /// Rows read from the file so far.
    row: usize,
    ready: std::vec::IntoIter<WkbRow>,
    byte_length: u64,
    progress: Arc<AtomicU64>,
    // The file that is read may be an unpacked one; it goes when the reader goes.
    _folder: Option<tempfile::TempDir>,
}

impl Table {
    fn read_slice(&mut self) -> Result<(), ReadError> {
        let file = open_file(&self.path, &self.plain_file)?;
        let frame = ParquetReader::new(file)
            .with_slice(Some((self.row, SLICE_ROWS)))
            .finish()
            .map_err(|error| failure(&self.path, &error))?;
        let rows = self.rows_of(&frame)?;
        if rows.is_empty() {
            return Err(library(
                &self.path,
                format!(
                    "the file declares {} rows and gives {}",
                    self.rows_total, self.row
                ),
            ));
        }
        self.row += rows.len();
        let share = self.row as f64 / self.rows_total.max(1) as f64;
        self.progress
            .store((share * self.byte_length as f64) as u64, Ordering::Relaxed);
        self.ready = rows.into_iter();
        Ok(())
    }

    fn rows_of(&self, frame: &DataFrame) -> Result<Vec<WkbRow>, ReadError> {
        let failed = |error: PolarsError| failure(&self.path, &error);
        let mut rows: Vec<WkbRow> = (0..frame.height())
            .map(|index| (Record::new((self.row + index + 1) as u64), None))
            .collect();
        for name in &self.names {
            let series = frame.column(name).map_err(failed)?.as_materialized_series();
            for (index, (record, _)) in rows.iter_mut().enumerate() {
                let value = series.get(index).map_err(failed)?;
                record.fields.push((Arc::clone(name), any_value(&value)));
            }
        }
        if let Some(name) = &self.geometry {
            let series = frame.column(name).map_err(failed)?.as_materialized_series();
            for (index, (_, geometry)) in rows.iter_mut().enumerate() {
                if let AnyValue::Binary(bytes) = series.get(index).map_err(failed)? {
                    *geometry = Some(bytes.to_vec());
                }
            }
        }
        Ok(rows)
    }
}

fn any_value(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => Value::Bool(*flag),
        AnyValue::Int8(whole) => Value::Int(i64::from(*whole)),
        AnyValue::Int16(whole) => Value::Int(i64::from(*whole)),
        AnyValue::Int32(whole) => Value::Int(i64::from(*whole)),
        AnyValue::Int64(whole) => Value::Int(*whole),
        AnyValue::UInt8(whole) => Value::Int(i64::from(*whole)),
        AnyValue::UInt16(whole) => Value::Int(i64::from(*whole)),
        AnyValue::UInt32(whole) => Value::Int(i64::from(*whole)),
        AnyValue::UInt64(whole) => {
            i64::try_from(*whole).map_or_else(|_| Value::Text(whole.to_string()), Value::Int)
        }
        AnyValue::Float32(number) => real(f64::from(*number)),
        AnyValue::Float64(number) => real(*number),
        AnyValue::String(text) => Value::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::Text(text.to_string()),
        AnyValue::Binary(bytes) => {
            Value::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        AnyValue::Date(days) => Value::Text(iso_date(i64::from(*days))),
        AnyValue::Datetime(count, unit, zone) => {
            Value::Text(iso_time(*count, *unit, zone.is_some()))
        }
        AnyValue::List(series) => {
            let items: Vec<serde_json::Value> = series
                .iter()
                .map(|item| any_value(&item).to_json())
                .collect();
            Value::Json(serde_json::Value::Array(items).to_string())
        }
        other => Value::Text(other.to_string()),
    }
}

fn real(number: f64) -> Value {
    if number.is_finite() {
        Value::Real(number)
    } else {
        Value::Text(number.to_string())
    }
}

fn iso_date(days_since_1970: i64) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    match jiff::Span::new()
        .try_days(days_since_1970)
        .and_then(|span| epoch.checked_add(span))
    {
        Ok(date) => date.to_string(),
        Err(_) => format!("1970-01-01{days_since_1970:+}d"),
    }
}

/// An instant as ISO 8601; with a zone it is in UTC, as Parquet stores it.
fn iso_time(count: i64, unit: TimeUnit, has_zone: bool) -> String {
    let instant = match unit {
        TimeUnit::Nanoseconds => jiff::Timestamp::from_nanosecond(i128::from(count)),
        TimeUnit::Microseconds => jiff::Timestamp::from_microsecond(count),
        TimeUnit::Milliseconds => jiff::Timestamp::from_millisecond(count),
    };
    match instant {
        Ok(instant) if has_zone => instant.to_string(),
        Ok(instant) => instant.to_string().trim_end_matches('Z').to_owned(),
        Err(_) => count.to_string(),
    }
}

impl RowSource for Table {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        if self.ready.len() == 0 && self.row < self.rows_total {
            self.read_slice()?;
        }
        let rows: Vec<_> = self.ready.by_ref().take(BATCH_ROWS).collect();
        Ok((!rows.is_empty()).then_some(Batch {
            content: Content::Wkb(WkbBatch { rows }),
        }))
    }
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
