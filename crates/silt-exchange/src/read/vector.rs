//! Vector formats through GDAL: GeoPackage, Shapefile, FlatGeobuf, KML, GPX, GML and more.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gdal::vector::{Feature, LayerAccess, OGRFieldType, OwnedFeatureIterator};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use silt_model::{FieldType, Value};

use super::gdal_fields::{self, Meaning};
use super::open::{OpenedRows, Opening};
use super::wkb::WkbBatch;
use super::{BATCH_BYTES, BATCH_ROWS, Batch, ColumnInfo, Content, ReadError, RowSource, gdal_log};
use crate::record::Record;

/// Drivers that may open a file whose content and name say nothing. Each reads one file (and its
/// companions of the same name) and nothing else. A driver that follows references to other files
/// or hosts (VRT, WFS, GMLAS, the database drivers) must never be in this list: a file could
/// otherwise make this process read any file of the machine.
pub(super) const SAFE_DRIVERS: &[&str] = &[
    "GPKG",
    "FlatGeobuf",
    "ESRI Shapefile",
    "MapInfo File",
    "LIBKML",
    "KML",
    "GPX",
    "GML",
    "DXF",
    "DGN",
    "S57",
    "GeoRSS",
    "TopoJSON",
    "ESRIJSON",
    "GeoJSON",
    "OGR_GMT",
    "JML",
    "AVCE00",
    "Geoconcept",
    "SXF",
    "Interlis 1",
    "ODS",
    "OSM",
];

/// Writing or fetching anything beside the file is none of a reader's business.
const GML_OPTIONS: &[&str] = &["WRITE_GFS=NO", "DOWNLOAD_SCHEMA=NO"];

pub(super) fn open(opening: Opening<'_>) -> Result<OpenedRows, ReadError> {
    let Opening {
        options,
        source,
        mut info,
        plain_file,
        folder,
        drivers,
    } = opening;
    let path = info.path.clone();
    gdal_log::install();
    gdal_log::take_failures();
    let failed = |format: &str, error: gdal::errors::GdalError| {
        let mut messages = gdal_log::take_failures();
        if messages.is_empty() {
            messages.push(error.to_string());
        }
        ReadError::Library {
            path: path.clone(),
            format: format.to_owned(),
            reason: messages.join("; "),
        }
    };
    let absolute =
        std::path::absolute(&plain_file).map_err(|error| super::io_error(&path, error))?;
    let open_options = drivers.contains(&"GML").then_some(GML_OPTIONS);
    let dataset = Dataset::open_ex(
        &absolute,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(drivers),
            open_options,
            sibling_files: None,
        },
    )
    .map_err(|error| failed(&drivers.join(" or "), error))?;
    let driver = dataset.driver().short_name();
    let layer_index = choose_layer(&path, &dataset, options.layer.as_deref())?;
    let layer = dataset
        .into_layer(layer_index)
        .map_err(|error| failed(&driver, error))?;
    info.layer = Some(layer.name());
    info.rows_expected = layer.try_feature_count();
    info.crs = layer
        .spatial_ref()
        .and_then(|reference| crs_name(&reference));
    let columns: Vec<Column> = layer
        .defn()
        .fields()
        .enumerate()
        .map(|(index, field)| {
            let meaning = gdal_fields::meaning(layer.defn(), index);
            Column::new(field.name(), field.field_type(), meaning)
        })
        .collect();
    info.columns = columns
        .iter()
        .map(|column| ColumnInfo {
            name: Arc::clone(&column.name),
            field_type: Some(column.field_type),
        })
        .collect();
    info.driver = Some(driver.clone());
    let failures = gdal_log::take_failures();
    info.notes.extend(
        failures
            .into_iter()
            .map(|message| format!("GDAL says: {message}")),
    );
    let rows = Features {
        path,
        driver,
        features: layer.owned_features(),
        columns,
        row: 0,
        rows_expected: info.rows_expected,
        byte_length: info.byte_length,
        progress: Arc::clone(&source.progress),
        done: false,
        _folder: folder,
    };
    Ok((info, Box::new(rows)))
}

/// The index of the layer to read: the one named, or the only one that has features.
fn choose_layer(
    path: &std::path::Path,
    dataset: &Dataset,
    wanted: Option<&str>,
) -> Result<usize, ReadError> {
    let layers: Vec<(String, Option<u64>)> = dataset
        .layers()
        .map(|layer| (layer.name(), layer.try_feature_count()))
        .collect();
    let names = || {
        layers
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    let needed = |problem: String| ReadError::LayerNeeded {
        path: path.to_owned(),
        kind: "layer",
        problem,
        names: names(),
    };
    if let Some(wanted) = wanted {
        let found = layers.iter().position(|(name, _)| name == wanted);
        return found.ok_or_else(|| needed(format!("there is no layer `{wanted}`")));
    }
    if layers.is_empty() {
        return Err(ReadError::Empty {
            path: path.to_owned(),
        });
    }
    // Some formats know their counts only after a pass over the file.
    let has_features = |index: usize, count: Option<u64>| match count {
        Some(count) => count > 0,
        None => {
            layers.len() == 1
                || dataset
                    .layer(index)
                    .is_ok_and(|layer| layer.feature_count() > 0)
        }
    };
    let mut filled = layers
        .iter()
        .enumerate()
        .filter(|(index, (_, count))| has_features(*index, *count))
        .map(|(index, _)| index);
    match (filled.next(), filled.next()) {
        (None, _) => Ok(0),
        (Some(only), None) => Ok(only),
        _ => Err(needed("several layers have features".to_owned())),
    }
}

/// `EPSG:n` where the code is known, WKT otherwise.
fn crs_name(reference: &gdal::spatial_ref::SpatialRef) -> Option<String> {
    let authority = |reference: &gdal::spatial_ref::SpatialRef| match reference.authority() {
        Ok(name) if name.eq_ignore_ascii_case("OGC:CRS84") => Some("EPSG:4326".to_owned()),
        Ok(name) if name.starts_with("EPSG:") => Some(name),
        _ => None,
    };
    if let Some(name) = authority(reference) {
        return Some(name);
    }
    // Files with WKT of Esri name the system without its code.
    let mut identified = reference.clone();
    if identified.auto_identify_epsg().is_ok()
        && let Some(name) = authority(&identified)
    {
        gdal_log::take_failures();
        return Some(name);
    }
    gdal_log::take_failures();
    reference.to_wkt().ok().filter(|wkt| !wkt.is_empty())
}

struct Column {
    name: Arc<str>,
    kind: OGRFieldType::Type,
    meaning: Meaning,
    field_type: FieldType,
}

impl Column {
    fn new(name: String, kind: OGRFieldType::Type, meaning: Meaning) -> Column {
        let field_type = match kind {
            _ if meaning == Meaning::Boolean => FieldType::Boolean,
            _ if meaning == Meaning::Json => FieldType::Json,
            OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => FieldType::Integer,
            OGRFieldType::OFTReal => FieldType::Real,
            OGRFieldType::OFTDate => FieldType::Date,
            OGRFieldType::OFTStringList
            | OGRFieldType::OFTIntegerList
            | OGRFieldType::OFTInteger64List
            | OGRFieldType::OFTRealList => FieldType::Json,
            _ => FieldType::Text,
        };
        Column {
            name: Arc::from(name),
            kind,
            meaning,
            field_type,
        }
    }

    /// The value of this column.
    fn value(&self, feature: &Feature<'_>, index: usize) -> Value {
        if !gdal_fields::is_set(feature, index) {
            return Value::Null;
        }
        let Ok(Some(text)) = feature.field_as_string(index) else {
            return Value::Null;
        };
        match (self.meaning, text.as_str()) {
            (Meaning::Boolean, "0") => return Value::Bool(false),
            (Meaning::Boolean, "1") => return Value::Bool(true),
            (Meaning::Json, _) if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() => {
                return Value::Json(text);
            }
            _ => {}
        }
        match self.kind {
            OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => match text.parse() {
                Ok(whole) => Value::Int(whole),
                Err(_) => Value::Text(text),
            },
            OGRFieldType::OFTReal => match feature.field_as_double(index) {
                Ok(Some(number)) if number.is_finite() => Value::Real(number),
                _ => Value::Text(text),
            },
            OGRFieldType::OFTDate | OGRFieldType::OFTDateTime => Value::Text(iso_date(&text)),
            _ if self.field_type == FieldType::Json => {
                list(feature, index).unwrap_or(Value::Text(text))
            }
            _ => Value::Text(text),
        }
    }
}

/// A date as GDAL writes it, `2019/01/25 10:11:12.5+00`, as ISO 8601.
fn iso_date(text: &str) -> String {
    let text = text.trim();
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let date = date.replace('/', "-");
    if time.is_empty() {
        return date;
    }
    let (clock, zone) = time
        .find(['+', '-'])
        .map_or((time, ""), |at| time.split_at(at));
    let zone = match zone {
        "+00" => "Z".to_owned(),
        zone if zone.len() == 3 => format!("{zone}:00"),
        zone if zone.len() == 5 => format!("{}:{}", &zone[..3], &zone[3..]),
        zone => zone.to_owned(),
    };
    format!("{date}T{clock}{zone}")
}

fn list(feature: &Feature<'_>, index: usize) -> Option<Value> {
    use gdal::vector::FieldValue;
    let json = match feature.field(index).ok()?? {
        FieldValue::IntegerListValue(list) => serde_json::to_string(&list),
        FieldValue::Integer64ListValue(list) => serde_json::to_string(&list),
        FieldValue::RealListValue(list) => serde_json::to_string(&list),
        FieldValue::StringListValue(list) => serde_json::to_string(&list),
        _ => return None,
    };
    json.ok().map(Value::Json)
}

struct Features {
    path: PathBuf,
    driver: String,
    features: OwnedFeatureIterator,
    columns: Vec<Column>,
    row: u64,
    rows_expected: Option<u64>,
    byte_length: u64,
    progress: Arc<AtomicU64>,
    done: bool,
    // The file that GDAL reads may be an unpacked one; it goes when the reader goes.
    _folder: Option<tempfile::TempDir>,
}

impl Features {
    fn record(row: u64, columns: &[Column], feature: &Feature<'_>) -> (Record, Option<Vec<u8>>) {
        let mut record = Record::new(row);
        record.id = feature.fid().map(|fid| fid.to_string());
        record.fields = columns
            .iter()
            .enumerate()
            .map(|(index, column)| (Arc::clone(&column.name), column.value(feature, index)))
            .collect();
        // `Feature::geometry` wraps a null pointer where there is none; this call says so.
        let geometry = feature
            .geometry_by_index(0)
            .ok()
            .filter(|geometry| !geometry.is_empty());
        // A geometry that GDAL cannot write is given as no bytes, which the decoder reports.
        let wkb = geometry.map(|geometry| geometry.wkb().unwrap_or_default());
        (record, wkb)
    }

    fn failure(&self, reason: String) -> ReadError {
        ReadError::Library {
            path: self.path.clone(),
            format: self.driver.clone(),
            reason,
        }
    }
}

impl RowSource for Features {
    fn next_batch(&mut self) -> Result<Option<Batch>, ReadError> {
        let mut rows = Vec::new();
        let mut bytes = 0;
        while !self.done && rows.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(feature) = (&mut self.features).next() else {
                self.done = true;
                break;
            };
            self.row += 1;
            let (record, wkb) = Self::record(self.row, &self.columns, &feature);
            bytes += wkb.as_ref().map_or(0, Vec::len);
            rows.push((record, wkb));
        }
        let expected = self.rows_expected.unwrap_or(0).max(1);
        let share = (self.row as f64 / expected as f64).min(1.0);
        self.progress
            .store((share * self.byte_length as f64) as u64, Ordering::Relaxed);
        if !rows.is_empty() {
            return Ok(Some(Batch {
                content: Content::Wkb(WkbBatch { rows }),
            }));
        }
        // GDAL ends a broken layer as it ends a whole one; only its messages and counts tell.
        let failures = gdal_log::take_failures();
        if !failures.is_empty() {
            return Err(self.failure(format!("after row {}: {}", self.row, failures.join("; "))));
        }
        match self.rows_expected {
            Some(expected) if self.row < expected => {
                let reason = format!(
                    "the file declares {expected} rows and gives {}; fetch it again",
                    self.row
                );
                self.rows_expected = None;
                Err(self.failure(reason))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "vector_tests.rs"]
mod tests;
