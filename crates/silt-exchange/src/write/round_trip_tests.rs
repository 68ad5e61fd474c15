//! Every format gives back what was written, to the last bit.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::PathBuf;

use flatgeobuf::{FallibleStreamingIterator, FeatureProperties, FgbReader};
use gdal::Metadata;
use gdal::vector::{Geometry as GdalGeometry, LayerAccess};
use geozero::{ColumnValue, PropertyProcessor};
use polars::prelude::{AnyValue, ParquetReader, SerReader};
use serde_json::{Value as Json, json};
use silt_model::geojson::to_geojson;
use silt_model::{CollectionSchema, FieldType};
use tempfile::TempDir;

use super::read_back::{
    export, folder, names_in, open_with_gdal, parquet_metadata, read_with_gdal,
};
use super::sample::{self, Row};
use super::{ExportFormat, WriteSummary};

fn export_sample(folder: &TempDir, format: ExportFormat) -> (PathBuf, WriteSummary) {
    let path = folder.path().join(format!("sample.{}", format.name()));
    let summary =
        export(&path, format, &sample::schema(), &sample::features()).expect("the sample exports");
    assert_eq!(summary.features, 11);
    assert_eq!(
        summary.bytes,
        fs::metadata(&path).expect("the file is there").len()
    );
    assert_eq!(
        names_in(folder.path()),
        [path.file_name().expect("a name").to_string_lossy()]
    );
    (path, summary)
}

fn assert_rows(found: BTreeMap<String, Row>) {
    let expected = sample::expected();
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (id, row) in expected {
        assert_eq!(found[&id].values, row.values, "{id}");
        assert_eq!(found[&id].wkb, row.wkb, "{id}");
    }
}

#[test]
fn geojson_gives_back_every_feature() {
    let folder = folder();
    let (path, _) = export_sample(&folder, ExportFormat::GeoJson);
    let text = fs::read_to_string(path).expect("UTF-8");
    let file: Json = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(file["type"], "FeatureCollection");
    assert_eq!(file["name"], "samples");
    assert_eq!(file["title"], "Samples \"quoted\"");
    assert_eq!(file["synthetic"], true);
    assert_eq!(file["licence"], json!(["CC BY 4.0"]));
    assert_eq!(file["disclaimer"], "Boundaries imply no opinion.");
    let found = file["features"].as_array().expect("a list");
    let features = sample::features();
    assert_eq!(found.len(), features.len());
    for (found, feature) in found.iter().zip(&features) {
        let read = found
            .to_string()
            .parse::<geojson::Feature>()
            .expect("a feature");
        assert_eq!(read, to_geojson(feature));
        let geometry: Option<geo_types::Geometry<f64>> = read
            .geometry
            .map(|geometry| geometry.try_into().expect("a geometry"));
        assert_eq!(geometry, feature.feature.geometry);
        let height = feature
            .feature
            .property("höhe_m")
            .as_f64()
            .map(f64::to_bits);
        assert_eq!(
            found["properties"]["höhe_m"].as_f64().map(f64::to_bits),
            height
        );
    }
}

#[test]
fn geojsonseq_is_one_feature_per_line() {
    let folder = folder();
    let (path, _) = export_sample(&folder, ExportFormat::GeoJsonSeq);
    let text = fs::read_to_string(path).expect("UTF-8");
    let features = sample::features();
    assert_eq!(text.lines().count(), features.len());
    for (line, feature) in text.lines().zip(&features) {
        let read: geojson::Feature = line.parse().expect("a feature");
        assert_eq!(read, to_geojson(feature));
    }
}

#[test]
fn csv_gives_back_every_value() {
    let folder = folder();
    let (path, _) = export_sample(&folder, ExportFormat::Csv);
    let mut reader = ::csv::Reader::from_path(&path).expect("a file");
    let header = reader.headers().expect("a header").clone();
    let kinds: BTreeMap<String, FieldType> = sample::schema()
        .fields
        .into_iter()
        .map(|field| (field.name, field.field_type))
        .collect();
    let mut found = BTreeMap::new();
    for record in reader.records() {
        let record = record.expect("a row of equal length");
        let mut values = BTreeMap::new();
        let mut wkb = None;
        let mut longitude = None;
        for (name, cell) in header.iter().zip(&record) {
            match name {
                "longitude" => longitude = cell.parse::<f64>().ok(),
                "latitude" => {}
                "geometry" if cell.is_empty() => {}
                "geometry" => {
                    let geometry = GdalGeometry::from_wkt(cell).expect("well-known text");
                    wkb = Some(geometry.wkb().expect("a binary form"));
                    assert_eq!(cell.starts_with("POINT"), longitude.is_some());
                }
                _ => {
                    let kind = kinds.get(name).copied().unwrap_or(FieldType::Text);
                    let kind = if name == "silt_synthetic" {
                        FieldType::Boolean
                    } else {
                        kind
                    };
                    values.insert(name.to_owned(), typed(cell, kind));
                }
            }
        }
        found.insert(record[0].to_owned(), Row { values, wkb });
    }
    // This reader does not tell an empty cell from empty text; the bytes do.
    for id in ["test:sharp", "test:nowhere"] {
        let values = &mut found.get_mut(id).expect("a row").values;
        let read = values.insert("name".to_owned(), "".into());
        assert_eq!(read, Some(Json::Null), "{id}");
    }
    assert_rows(found);
    let text = fs::read_to_string(&path).expect("UTF-8");
    assert!(text.contains("\r\ntest:sharp,\"\",,,-0,"), "{text}");
    assert!(
        text.contains("\r\ntest:all null: a:b,,,,,,,,,test,"),
        "{text}"
    );
}

fn typed(cell: &str, kind: FieldType) -> Json {
    match kind {
        _ if cell.is_empty() => Json::Null,
        FieldType::Integer => json!(cell.parse::<i64>().expect("a whole number")),
        FieldType::Real => json!(cell.parse::<f64>().expect("a number")),
        FieldType::Boolean => json!(cell.parse::<bool>().expect("true or false")),
        _ => cell.into(),
    }
}

#[test]
fn geopackage_gives_back_every_feature() {
    let folder = folder();
    let (path, summary) = export_sample(&folder, ExportFormat::Gpkg);
    assert_eq!(
        summary.notes,
        ["field `NAME` is written as `NAME_2`, since GeoPackage does not tell letter cases apart"]
    );
    let dataset = open_with_gdal(&path, "GPKG");
    let mut found = read_with_gdal(&dataset);
    for row in found.values_mut() {
        let other_case = row.values.remove("NAME_2").expect("the column");
        row.values.insert("NAME".to_owned(), other_case);
    }
    assert_rows(found);
    let mut layer = dataset.layer(0).expect("a layer");
    let fids: Vec<Option<u64>> = layer.features().map(|feature| feature.fid()).collect();
    let expected: Vec<Option<u64>> = sample::features()
        .iter()
        .map(|feature| Some(feature.fid as u64))
        .collect();
    assert_eq!(fids, expected);
    let licence = dataset.metadata_item("licence", "");
    assert_eq!(licence.as_deref(), Some("[\"CC BY 4.0\"]"));
    assert_eq!(
        dataset.metadata_item("synthetic", "").as_deref(),
        Some("true")
    );
}

#[test]
fn flatgeobuf_gives_back_every_feature() {
    let folder = folder();
    let (path, _) = export_sample(&folder, ExportFormat::FlatGeobuf);
    let dataset = open_with_gdal(&path, "FlatGeobuf");
    assert_eq!(dataset.layer(0).expect("a layer").feature_count(), 11);
    let mut found = read_with_gdal(&dataset);
    // GDAL tells a value that is not set from null, but its Rust calls read it as 0 or as empty
    // text; so the values are read with the other library.
    let mut file = BufReader::new(fs::File::open(&path).expect("the file"));
    let reader = FgbReader::open(&mut file).expect("a header");
    let mut features = reader.select_all().expect("features");
    while let Some(feature) = features.next().expect("a feature") {
        let mut values = Values::default();
        feature
            .process_properties(&mut values)
            .expect("readable properties");
        let id = values.0["silt_id"].as_str().expect("an id").to_owned();
        let row = found.get_mut(&id).expect("GDAL has it too");
        for (name, value) in &mut row.values {
            *value = values.0.remove(name).unwrap_or(Json::Null);
        }
        assert_eq!(values.0.len(), 0, "{id}");
    }
    assert_rows(found);
}

/// Values of a FlatGeobuf feature by column name.
#[derive(Default)]
struct Values(BTreeMap<String, Json>);

impl PropertyProcessor for Values {
    fn property(
        &mut self,
        _position: usize,
        name: &str,
        value: &ColumnValue,
    ) -> geozero::error::Result<bool> {
        let value = match value {
            ColumnValue::Bool(flag) => json!(flag),
            ColumnValue::Long(number) => json!(number),
            ColumnValue::Double(number) => json!(number),
            ColumnValue::String(text) | ColumnValue::Json(text) => json!(text),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(self.0.insert(name.to_owned(), value), None);
        Ok(false)
    }
}

#[test]
fn flatgeobuf_index_finds_what_lies_in_a_window() {
    let folder = folder();
    let path = folder.path().join("grid.fgb");
    let schema = CollectionSchema::new("grid");
    let mut features = Vec::new();
    for number in 0..1000 {
        let place = geo_types::Point::new(f64::from(number % 50), f64::from(number / 50));
        features.push(sample::stored(
            number.into(),
            &number.to_string(),
            Some(place.into()),
            &[],
        ));
        let nowhere = format!("nowhere {number}");
        features.push(sample::stored(
            i64::from(number) + 5000,
            &nowhere,
            None,
            &[],
        ));
    }
    export(&path, ExportFormat::FlatGeobuf, &schema, &features).expect("the grid exports");

    let dataset = open_with_gdal(&path, "FlatGeobuf");
    let mut layer = dataset.layer(0).expect("a layer");
    assert_eq!(layer.features().count(), 2000);
    layer.set_spatial_filter_rect(9.5, 3.5, 12.5, 5.5);
    let mut found: Vec<String> = layer
        .features()
        .map(|feature| feature.field_as_string(0).expect("a field").expect("an id"))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "test:210", "test:211", "test:212", "test:260", "test:261", "test:262"
        ]
    );

    let mut file = BufReader::new(fs::File::open(&path).expect("the file"));
    let reader = FgbReader::open(&mut file).expect("a header");
    assert_eq!(reader.header().features_count(), 2000);
    assert_eq!(
        reader.header().geometry_type(),
        flatgeobuf::GeometryType::Point
    );
    assert_eq!(reader.header().crs().map(|crs| crs.code()), Some(4326));
    let window = reader.select_bbox(9.5, 3.5, 12.5, 5.5).expect("an index");
    assert_eq!(window.features_count(), Some(6));
}

#[test]
fn parquet_gives_back_every_feature() {
    let folder = folder();
    let (path, _) = export_sample(&folder, ExportFormat::GeoParquet);
    let table = ParquetReader::new(fs::File::open(&path).expect("the file"))
        .finish()
        .expect("polars reads the file");
    let mut found = BTreeMap::new();
    for row in 0..table.height() {
        let mut values = BTreeMap::new();
        let mut wkb = None;
        for column in table.columns() {
            let value = match column.get(row).expect("a cell") {
                AnyValue::Null => Json::Null,
                AnyValue::Boolean(flag) => json!(flag),
                AnyValue::Int64(number) => json!(number),
                AnyValue::Float64(number) => json!(number),
                AnyValue::String(text) => json!(text),
                AnyValue::Binary(bytes) => {
                    wkb = Some(bytes.to_vec());
                    Json::Null
                }
                AnyValue::List(items) if items.is_empty() => Json::Null,
                AnyValue::List(items) => {
                    let texts: Vec<&str> = items
                        .str()
                        .expect("texts")
                        .iter()
                        .map(|text| text.expect("text"))
                        .collect();
                    Json::String(json!(texts).to_string())
                }
                other => panic!("{}: {other:?}", column.name()),
            };
            values.insert(column.name().to_string(), value);
        }
        assert_eq!(values.remove("geometry"), Some(Json::Null));
        let id = values["silt_id"].as_str().expect("an id").to_owned();
        found.insert(id, Row { values, wkb });
    }
    assert_rows(found);
}

#[test]
fn parquet_metadata_describes_the_geometries_that_are_there() {
    let folder = folder();
    let (path, _) = export_sample(&folder, ExportFormat::GeoParquet);
    let geo = parquet_metadata(&path, "geo");
    assert_eq!(geo["version"], "1.1.0");
    assert_eq!(geo["primary_column"], "geometry");
    let column = &geo["columns"]["geometry"];
    assert_eq!(column["encoding"], "WKB");
    assert_eq!(column["bbox"], json!([-179.9, -7.5, 179.9, 15.0]));
    let types = [
        "GeometryCollection",
        "LineString",
        "MultiLineString",
        "MultiPoint",
        "MultiPolygon",
        "Point",
        "Polygon",
    ];
    assert_eq!(column["geometry_types"], json!(types));
    assert_eq!(parquet_metadata(&path, "silt")["synthetic"], true);
    assert_eq!(
        parquet_metadata(&path, "silt")["licence"],
        json!(["CC BY 4.0"])
    );
}
