//! Records of a file without a recipe: columns become properties as they are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use silt_model::{Feature, FieldType, Flag, FlagCode, Value};

use super::countries::folded;
use super::original::{content_hash, original_json};
use super::place::{Columns, PlaceReader};
use super::reserved::{self, Reserved};
use super::slot::{Nulls, Slot};
use super::{MapError, Mapped, PlainOptions, flags_of_notes, shown};
use crate::crs::Crs;
use crate::read::{FileInfo, Format};
use crate::record::{RawGeometry, Record, Reject};

/// Column names that mean a longitude, in order of preference.
const LONGITUDE_NAMES: [&str; 9] = [
    "longitude",
    "lon",
    "lng",
    "long",
    "longitud",
    "decimallongitude",
    "lon_dd",
    "x",
    "silt_longitude",
];
/// Column names that mean a latitude, in order of preference.
const LATITUDE_NAMES: [&str; 8] = [
    "latitude",
    "lat",
    "latitud",
    "decimallatitude",
    "lat_dd",
    "y",
    "silt_latitude",
    "lati",
];
/// Column names that mean Well-Known Text, in order of preference.
const WKT_NAMES: [&str; 8] = [
    "geometry",
    "wkt",
    "geom",
    "the_geom",
    "wkt_geom",
    "geometry_wkt",
    "location_wkt",
    "silt_geometry",
];

/// Columns of a table that hold the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoordinateColumns {
    /// Longitude and latitude.
    LongitudeLatitude(String, String),
    /// Well-Known Text.
    Wkt(String),
}

/// Finds the columns of a table that hold the place, by their names. Well-Known Text wins over
/// coordinates, since only it holds more than points.
pub fn detect_coordinate_columns<'a>(
    columns: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<CoordinateColumns> {
    let find = |wanted: &[&str]| {
        wanted.iter().find_map(|name| {
            let mut all = columns.clone().into_iter();
            all.find(|column| column.trim().eq_ignore_ascii_case(name))
                .map(str::to_owned)
        })
    };
    if let Some(column) = find(&WKT_NAMES) {
        return Some(CoordinateColumns::Wkt(column));
    }
    let longitude = find(&LONGITUDE_NAMES)?;
    let latitude = find(&LATITUDE_NAMES)?;
    Some(CoordinateColumns::LongitudeLatitude(longitude, latitude))
}

#[derive(Debug)]
pub(super) struct PlainMapper {
    id: Option<Slot>,
    slug_id: bool,
    /// The geometry of the file.
    file_place: Option<PlaceReader>,
    /// Coordinates in columns, for records without a geometry of their own.
    column_place: Option<PlaceReader>,
    nulls: Nulls,
    types: HashMap<Arc<str>, FieldType>,
    /// Columns that are the geometry and become no property.
    geometry_columns: HashSet<String>,
    notes: Vec<String>,
}

impl PlainMapper {
    pub(super) fn new(options: &PlainOptions, file: &FileInfo) -> Result<Self, MapError> {
        let columns = &file.columns;
        let crs = match options.crs.as_deref().or(file.crs.as_deref()) {
            Some(name) => Crs::parse(name)?,
            None => Crs::wgs84(),
        };
        let chosen = chosen_columns(options, file)?;
        let is_table = matches!(file.format, Format::Csv | Format::Tsv | Format::Xlsx);
        let mut geometry_columns = HashSet::new();
        let mut notes = Vec::new();
        let slot = |name: &str| Slot::new(name, columns);
        let column_place = match &chosen {
            Some(CoordinateColumns::Wkt(column)) => {
                geometry_columns.insert(column.clone());
                notes.push(format!("geometry from the column {column}"));
                Some(Columns::Wkt(vec![slot(column)]))
            }
            Some(CoordinateColumns::LongitudeLatitude(longitude, latitude)) => {
                notes.push(format!(
                    "points from the columns {longitude} and {latitude}"
                ));
                let longitude = vec![slot(longitude)];
                Some(Columns::Position {
                    longitude,
                    latitude: vec![slot(latitude)],
                })
            }
            None if is_table => {
                notes.push("no columns with coordinates were found".to_owned());
                Some(Columns::Nowhere)
            }
            None => None,
        };
        let id = match &options.id_field {
            Some(name) => Some(present("the record id", name, file).map(slot)?),
            None => None,
        };
        let place = |columns| PlaceReader::plain(columns, crs.clone());
        Ok(PlainMapper {
            id,
            slug_id: options.slug_id,
            file_place: (!is_table).then(|| place(Columns::File)),
            column_place: column_place.map(place),
            nulls: Nulls::default(),
            types: options.column_types.iter().cloned().collect(),
            geometry_columns,
            notes,
        })
    }

    pub(super) fn map(&self, mut record: Record) -> Result<Mapped, Reject> {
        let own = reserved::take(&mut record);
        let is_own = own.is_some();
        let own = own.unwrap_or_default();
        let record_id = self.record_id(&record, &own)?;
        let mut found = flags_of_notes(std::mem::take(&mut record.notes));
        let mut place = self.place(&mut record, &mut found);
        let all_fit = record
            .fields
            .iter()
            .all(|(name, value)| self.fits(name, value));
        let untyped = (!all_fit).then(|| original_json(&record));
        let properties = self.properties(&mut record, is_own, &mut found);
        if let Some(crs) = &own.crs {
            place.source_crs = Some(Arc::from(crs.as_str()));
        }
        let mut flags = own.flags;
        for flag in found {
            let is_known = flags
                .iter()
                .any(|old| old.code == flag.code && old.field == flag.field);
            if !is_known {
                flags.push(flag);
            }
        }
        let feature = Feature {
            row: record.row,
            record_id,
            geometry: place.geometry,
            properties,
            original: own.original.or(untyped),
            source_crs: place.source_crs,
            location_accuracy: own.accuracy,
            flags,
            regions: Vec::new(),
        };
        Ok(Mapped {
            feature,
            stated_regions: Vec::new(),
            synthetic: own.synthetic,
        })
    }

    fn record_id(&self, record: &Record, own: &Reserved) -> Result<String, Reject> {
        if let Some(slot) = &self.id {
            let value = slot.value(record).to_string();
            let slugged = if self.slug_id { slug(&value) } else { value };
            let id = slugged.trim();
            if id.is_empty() {
                return Err(Reject {
                    row: record.row,
                    code: "no_record_id",
                    field: Some(slot.name.to_string()),
                    value: None,
                    reason: "the row has no value in the column that was named as its id"
                        .to_owned(),
                });
            }
            return Ok(id.to_owned());
        }
        if let Some(id) = own.record_id.as_ref().or(record.id.as_ref()) {
            return Ok(id.clone());
        }
        Ok(content_hash(&original_json(record), &record.geometry))
    }

    fn place(&self, record: &mut Record, flags: &mut Vec<Flag>) -> super::place::Place {
        let has_geometry = record.geometry != RawGeometry::Absent;
        let reader = match (&self.file_place, &self.column_place) {
            (Some(file), _) if has_geometry => Some(file),
            (_, Some(columns)) => Some(columns),
            (file, None) => file.as_ref(),
        };
        reader
            .map(|reader| reader.place(record, &self.nulls, flags))
            .unwrap_or_default()
    }

    /// Whether a cell is of its column's type.
    fn fits(&self, name: &str, value: &Value) -> bool {
        match (self.types.get(name), value) {
            (None | Some(FieldType::Text | FieldType::Json), _) => true,
            (Some(field_type), value) => typed(value.clone(), *field_type).is_ok(),
        }
    }

    fn properties(
        &self,
        record: &mut Record,
        is_own: bool,
        flags: &mut Vec<Flag>,
    ) -> Vec<(Arc<str>, Value)> {
        let mut properties = Vec::with_capacity(record.fields.len());
        for (name, value) in std::mem::take(&mut record.fields) {
            // Columns that an export of ours added to a table; the geometry holds the same.
            let is_added = is_own
                && self.column_place.is_some()
                && matches!(name.as_ref(), "longitude" | "latitude");
            let is_geometry = self.geometry_columns.contains(name.as_ref());
            if value.is_null() || is_added || is_geometry || reserved::is_reserved(&name) {
                continue;
            }
            match self.types.get(&name) {
                None => properties.push((name, value)),
                Some(field_type) => match typed(value, *field_type) {
                    Ok(value) => properties.push((name, value)),
                    Err(value) => {
                        let reason = format!("not of the type {} of its column", field_type.name());
                        let text = shown(&value.to_string());
                        let code = FlagCode::ValueUnreadable;
                        flags.push(Flag::on_field(code, name.as_ref(), text, reason));
                    }
                },
            }
        }
        properties
    }

    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// Lower-case letters and digits with single hyphens between.
fn slug(text: &str) -> String {
    folded(text).replace(' ', "-")
}

fn chosen_columns(
    options: &PlainOptions,
    file: &FileInfo,
) -> Result<Option<CoordinateColumns>, MapError> {
    if let Some(wkt) = &options.wkt {
        let column = present("the geometry", wkt, file)?;
        return Ok(Some(CoordinateColumns::Wkt(column.to_owned())));
    }
    let detected =
        detect_coordinate_columns(file.columns.iter().map(|column| column.name.as_ref()));
    let (longitude, latitude) = match (&options.longitude, &options.latitude, &detected) {
        (None, None, _) => return Ok(detected),
        (Some(longitude), Some(latitude), _) => (longitude, latitude),
        (Some(longitude), None, Some(CoordinateColumns::LongitudeLatitude(_, latitude))) => {
            (longitude, latitude)
        }
        (None, Some(latitude), Some(CoordinateColumns::LongitudeLatitude(longitude, _))) => {
            (longitude, latitude)
        }
        (given_longitude, _, _) => {
            let missing = if given_longitude.is_some() {
                "latitude"
            } else {
                "longitude"
            };
            return Err(missing_column("the position", missing, file));
        }
    };
    let longitude = present("the position", longitude, file)?.to_owned();
    let latitude = present("the position", latitude, file)?.to_owned();
    Ok(Some(CoordinateColumns::LongitudeLatitude(
        longitude, latitude,
    )))
}

/// The column, where the file has it or does not declare its columns.
fn present<'a>(
    needed_for: &'static str,
    name: &'a str,
    file: &FileInfo,
) -> Result<&'a str, MapError> {
    let columns = &file.columns;
    if columns.is_empty() || columns.iter().any(|column| column.name.as_ref() == name) {
        return Ok(name);
    }
    Err(missing_column(needed_for, name, file))
}

fn missing_column(needed_for: &'static str, name: &str, file: &FileInfo) -> MapError {
    MapError::MissingColumns {
        needed_for,
        missing: vec![name.to_owned()],
        columns: file
            .columns
            .iter()
            .map(|column| column.name.to_string())
            .collect(),
    }
}

/// The value as its column's type, or the value itself where it is not of that type.
fn typed(value: Value, field_type: FieldType) -> Result<Value, Value> {
    let converted = match (field_type, &value) {
        (_, Value::Null)
        | (FieldType::Text | FieldType::Date, Value::Text(_))
        | (FieldType::Boolean, Value::Bool(_))
        | (FieldType::Integer, Value::Int(_))
        | (FieldType::Real, Value::Real(_))
        | (FieldType::Json, _) => return Ok(value),
        (FieldType::Text, other) => Some(Value::Text(other.to_string())),
        (FieldType::Real, Value::Int(number)) => Some(Value::Real(*number as f64)),
        (FieldType::Integer, Value::Text(text)) => text.trim().parse().ok().map(Value::Int),
        (FieldType::Real, Value::Text(text)) => {
            let number = text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite());
            number.map(Value::Real)
        }
        (FieldType::Boolean, Value::Text(text)) => text
            .trim()
            .to_ascii_lowercase()
            .parse()
            .ok()
            .map(Value::Bool),
        _ => None,
    };
    converted.ok_or(value)
}

#[cfg(test)]
#[path = "plain_tests.rs"]
mod tests;
