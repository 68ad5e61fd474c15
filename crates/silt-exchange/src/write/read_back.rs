//! What the tests of the writers share: files written, and read by other programs' libraries.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gdal::vector::{FieldValue, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use polars::prelude::{ParquetReader, SerReader};
use serde_json::{Value as Json, json};
use silt_model::{CollectionSchema, StoredFeature, Value};
use tempfile::TempDir;

use super::sample::{self, Row};
use super::{ExportFormat, ExportMeta, WriteError, WriteSummary, create};

pub(super) fn export(
    path: &Path,
    format: ExportFormat,
    schema: &CollectionSchema,
    features: &[StoredFeature],
) -> Result<WriteSummary, WriteError> {
    let mut writer = create(path, format, schema, &sample::meta())?;
    for feature in features {
        writer.write(feature)?;
    }
    writer.finish()
}

pub(super) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub(super) fn open_with_gdal(path: &Path, driver: &str) -> Dataset {
    let drivers = [driver];
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR,
        allowed_drivers: Some(&drivers),
        ..Default::default()
    };
    Dataset::open_ex(path, options).expect("GDAL opens the file")
}

pub(super) fn read_with_gdal(dataset: &Dataset) -> BTreeMap<String, Row> {
    let booleans = ["active", "silt_synthetic"];
    let mut layer = dataset.layer(0).expect("a layer");
    let names: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
    let mut found = BTreeMap::new();
    for feature in layer.features() {
        let mut values = BTreeMap::new();
        for (position, name) in names.iter().enumerate() {
            let value = match feature.field(position).expect("a readable field") {
                None => Json::Null,
                Some(FieldValue::IntegerValue(flag)) if booleans.contains(&name.as_str()) => {
                    json!(flag == 1)
                }
                Some(FieldValue::Integer64Value(number)) => json!(number),
                Some(FieldValue::RealValue(number)) => json!(number),
                Some(FieldValue::StringValue(text)) => json!(text),
                Some(other) => panic!("{name}: {other:?}"),
            };
            values.insert(name.clone(), value);
        }
        // `Feature::geometry` of the gdal crate wraps a null pointer where there is none.
        let geometry = feature.geometry_by_index(0).ok();
        let wkb = geometry.map(|geometry| geometry.wkb().expect("a binary form"));
        let id = values["silt_id"].as_str().expect("an id").to_owned();
        assert_eq!(found.insert(id, Row { values, wkb }), None);
    }
    found
}

pub(super) fn parquet_metadata(path: &Path, key: &str) -> Json {
    let mut reader = ParquetReader::new(fs::File::open(path).expect("the file"));
    let metadata = reader.get_metadata().expect("a footer");
    let pairs = metadata.key_value_metadata.as_ref().expect("file metadata");
    let pair = pairs.iter().find(|pair| pair.key == key).expect("the key");
    serde_json::from_str(pair.value.as_ref().expect("a value")).expect("valid JSON")
}

pub(super) fn write_many(path: &Path, format: ExportFormat, schema: &CollectionSchema, count: i64) {
    let mut writer = create(path, format, schema, &ExportMeta::default()).expect("it opens");
    for number in 1..=count {
        let place = geo_types::Point::new(number as f64 / 1000.0, 1.0).into();
        let properties = [("count", Value::Int(number)), ("name", Value::from("x"))];
        let feature = sample::stored(number, &number.to_string(), Some(place), &properties);
        writer.write(&feature).expect("it is written");
    }
    assert_eq!(writer.finish().expect("it finishes").features, count as u64);
}
