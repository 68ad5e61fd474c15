use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gdal::vector::{FieldValue, Geometry as GdalGeometry, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags, Metadata};
use polars::prelude::{AnyValue, ParquetReader, SerReader};
use serde_json::{Value as Json, json};
use silt_model::geojson::to_geojson;
use silt_model::{CollectionSchema, Field, FieldType, StoredFeature, Value};
use tempfile::TempDir;

use super::sample::{self, Row};
use super::{ExportFormat, ExportMeta, WriteError, WriteSummary, create};

fn export(
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

fn export_sample(folder: &TempDir, format: ExportFormat) -> (std::path::PathBuf, WriteSummary) {
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

fn names_in(folder: &Path) -> Vec<String> {
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

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
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

fn open_with_gdal(path: &Path, driver: &str) -> Dataset {
    let drivers = [driver];
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_VECTOR,
        allowed_drivers: Some(&drivers),
        ..Default::default()
    };
    Dataset::open_ex(path, options).expect("GDAL opens the file")
}

fn read_with_gdal(dataset: &Dataset) -> BTreeMap<String, Row> {
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
    assert_rows(read_with_gdal(&dataset));
    assert_eq!(dataset.layer(0).expect("a layer").feature_count(), 11);
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

    let mut file = std::io::BufReader::new(fs::File::open(&path).expect("the file"));
    let reader = flatgeobuf::FgbReader::open(&mut file).expect("a header");
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

fn parquet_metadata(path: &Path, key: &str) -> Json {
    let mut reader = ParquetReader::new(fs::File::open(path).expect("the file"));
    let metadata = reader.get_metadata().expect("a footer");
    let pairs = metadata.key_value_metadata.as_ref().expect("file metadata");
    let pair = pairs.iter().find(|pair| pair.key == key).expect("the key");
    serde_json::from_str(pair.value.as_ref().expect("a value")).expect("valid JSON")
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

#[test]
fn an_empty_collection_is_a_valid_file() {
    let folder = folder();
    for format in ExportFormat::ALL {
        let path = folder.path().join(format!("empty.{}", format.name()));
        let summary = export(&path, format, &sample::schema(), &[]).expect("nothing exports");
        assert_eq!(summary.features, 0, "{format:?}");
    }
    let geo = parquet_metadata(&folder.path().join("empty.parquet"), "geo");
    assert_eq!(geo["columns"]["geometry"]["geometry_types"], json!([]));
    assert!(geo["columns"]["geometry"].get("bbox").is_none());
    for (name, driver) in [("empty.gpkg", "GPKG"), ("empty.fgb", "FlatGeobuf")] {
        let dataset = open_with_gdal(&folder.path().join(name), driver);
        assert_eq!(read_with_gdal(&dataset).len(), 0);
    }
    let text = fs::read_to_string(folder.path().join("empty.geojson")).expect("UTF-8");
    assert_eq!(
        serde_json::from_str::<Json>(&text).expect("valid JSON")["features"],
        json!([])
    );
}

#[test]
fn fields_named_like_the_geometry_keep_their_name() {
    let folder = folder();
    let mut schema = CollectionSchema::new("clash");
    for name in ["Geometry", "longitude", "latitude"] {
        schema.fields.push(Field::new(name, FieldType::Text));
    }
    let place = geo_types::Point::new(1.0, 2.0).into();
    let feature = sample::stored(3, "r", Some(place), &[("Geometry", "mine".into())]);
    for format in ExportFormat::ALL {
        let path = folder.path().join(format!("clash.{}", format.name()));
        export(&path, format, &schema, std::slice::from_ref(&feature)).expect("it exports");
    }
    let text = fs::read_to_string(folder.path().join("clash.csv")).expect("UTF-8");
    assert!(
        text.contains("silt_longitude,silt_latitude,silt_geometry\r\n"),
        "{text}"
    );
    assert!(text.ends_with(",1,2,POINT (1 2)\r\n"), "{text}");
    let dataset = open_with_gdal(&folder.path().join("clash.gpkg"), "GPKG");
    assert_eq!(
        read_with_gdal(&dataset)["test:r"].values["Geometry"],
        "mine"
    );
    let geo = parquet_metadata(&folder.path().join("clash.parquet"), "geo");
    assert_eq!(geo["primary_column"], "silt_geometry");
}

#[test]
fn many_features_cross_batches_and_row_groups() {
    let folder = folder();
    let schema = sample::schema();
    let count = 60_001;
    for (format, driver) in [
        (ExportFormat::Gpkg, "GPKG"),
        (ExportFormat::FlatGeobuf, "FlatGeobuf"),
    ] {
        let path = folder.path().join(format!("many.{}", format.name()));
        write_many(&path, format, &schema, count);
        let dataset = open_with_gdal(&path, driver);
        let mut layer = dataset.layer(0).expect("a layer");
        let position = layer.defn().field_index("count").expect("the field");
        let sum: i64 = layer
            .features()
            .map(|feature| {
                feature
                    .field_as_integer64(position)
                    .expect("a field")
                    .unwrap_or(0)
            })
            .sum();
        assert_eq!(sum, count * (count + 1) / 2, "{format:?}");
    }
    let path = folder.path().join("many.parquet");
    write_many(&path, ExportFormat::GeoParquet, &schema, count);
    let mut reader = ParquetReader::new(fs::File::open(&path).expect("the file"));
    assert_eq!(reader.get_metadata().expect("a footer").row_groups.len(), 2);
    let table = reader.finish().expect("polars reads the file");
    let sum: i64 = table
        .column("count")
        .expect("the column")
        .i64()
        .expect("whole")
        .iter()
        .flatten()
        .sum();
    assert_eq!(sum, count * (count + 1) / 2);
}

fn write_many(path: &Path, format: ExportFormat, schema: &CollectionSchema, count: i64) {
    let mut writer = create(path, format, schema, &ExportMeta::default()).expect("it opens");
    for number in 1..=count {
        let place = geo_types::Point::new(number as f64 / 1000.0, 1.0).into();
        let properties = [("count", Value::Int(number)), ("name", Value::from("x"))];
        let feature = sample::stored(number, &number.to_string(), Some(place), &properties);
        writer.write(&feature).expect("it is written");
    }
    assert_eq!(writer.finish().expect("it finishes").features, count as u64);
}

#[test]
fn a_dropped_writer_leaves_the_target_as_it_was() {
    for format in ExportFormat::ALL {
        let folder = folder();
        let path = folder.path().join("kept");
        fs::write(&path, "before").expect("a file");
        let mut writer =
            create(&path, format, &sample::schema(), &sample::meta()).expect("it opens");
        for feature in sample::features() {
            writer.write(&feature).expect("it is written");
        }
        drop(writer);
        assert_eq!(names_in(folder.path()), ["kept"], "{format:?}");
        assert_eq!(
            fs::read_to_string(&path).expect("UTF-8"),
            "before",
            "{format:?}"
        );
    }
}

#[test]
fn a_feature_that_no_column_holds_fails_the_export() {
    let wrong_type = sample::stored(1, "r1", None, &[("count", "many".into())]);
    let unknown = sample::stored(1, "r1", None, &[("unknown", "x".into())]);
    let not_a_number = sample::stored(1, "r1", None, &[("höhe_m", f64::NAN.into())]);
    let nowhere = geo_types::Point::new(f64::INFINITY, 0.0).into();
    let infinite = sample::stored(1, "r1", Some(nowhere), &[]);
    for format in ExportFormat::ALL {
        let is_table = !matches!(format, ExportFormat::GeoJson | ExportFormat::GeoJsonSeq);
        for (feature, fails) in [
            (&wrong_type, is_table),
            (&unknown, is_table),
            (&not_a_number, true),
            (&infinite, true),
        ] {
            let folder = folder();
            let path = folder.path().join("bad");
            let result = export(
                &path,
                format,
                &sample::schema(),
                std::slice::from_ref(feature),
            );
            match result {
                Err(error) => {
                    assert!(fails, "{format:?}: {error}");
                    assert!(
                        error.to_string().contains("`test:r1`"),
                        "{format:?}: {error}"
                    );
                    assert_eq!(names_in(folder.path()), [""; 0], "{format:?}");
                }
                Ok(_) => assert!(!fails, "{format:?}: {feature:?}"),
            }
        }
    }
}

#[test]
fn an_export_that_failed_cannot_be_finished() {
    let folder = folder();
    let path = folder.path().join("bad.csv");
    let mut writer = create(
        &path,
        ExportFormat::Csv,
        &sample::schema(),
        &ExportMeta::default(),
    )
    .expect("it opens");
    let wrong_type = sample::stored(1, "r1", None, &[("count", "many".into())]);
    assert!(writer.write(&wrong_type).is_err());
    assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[test]
fn geopackage_refuses_what_gdal_would_cut() {
    let folder = folder();
    let cut = sample::stored(1, "r1", None, &[("name", "a\0b".into())]);
    let path = folder.path().join("nul.gpkg");
    let error = export(&path, ExportFormat::Gpkg, &sample::schema(), &[cut]).expect_err("refused");
    assert!(error.to_string().contains("U+0000"), "{error}");
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[test]
fn targets_that_are_no_files_are_refused() {
    let folder = folder();
    let error = |path: &Path| {
        create(
            path,
            ExportFormat::GeoJson,
            &sample::schema(),
            &ExportMeta::default(),
        )
        .err()
        .expect("refused")
        .to_string()
    };
    assert!(error(folder.path()).contains("a folder"));
    assert!(error(Path::new("/dev/null")).contains("a device"));
    assert!(error(Path::new("")).contains("not a file name"));
    let missing = folder.path().join("missing/x.geojson");
    assert!(
        error(&missing).contains("missing/x.geojson"),
        "{}",
        error(&missing)
    );
    // No one may make files here, not even root.
    assert!(error(Path::new("/proc/x.geojson")).contains("/proc/x.geojson"));
}

#[test]
fn a_full_disk_is_an_error_of_the_operating_system() {
    let full = || {
        fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("/dev/full")
    };
    let schema = sample::schema();
    let meta = sample::meta();
    let folder = folder();
    let encoders: Vec<Result<Box<dyn super::Encoder>, WriteError>> = vec![
        super::geojson::CollectionEncoder::begin(full(), &schema, &meta)
            .map(|it| Box::new(it) as _),
        Ok(Box::new(super::geojson::LineEncoder::begin(full()))),
        super::csv::CsvEncoder::begin(full(), &schema).map(|it| Box::new(it) as _),
        super::fgb::FgbEncoder::begin(full(), folder.path(), &schema, &meta)
            .map(|it| Box::new(it) as _),
        super::parquet::ParquetEncoder::begin(full(), &schema, &meta).map(|it| Box::new(it) as _),
    ];
    for encoder in encoders {
        let result = encoder.and_then(|mut encoder| {
            for feature in sample::features() {
                encoder.encode(&feature)?;
            }
            encoder.finish()
        });
        let error = result.expect_err("the disk is full");
        assert!(error.to_string().contains("No space left"), "{error:?}");
    }
}

#[test]
fn schemas_that_no_file_can_have_are_refused() {
    let folder = folder();
    let path = folder.path().join("x.csv");
    for names in [["a", "a"], ["a", "silt_id"]] {
        let mut schema = CollectionSchema::new("bad");
        schema.fields = names.map(|name| Field::new(name, FieldType::Text)).to_vec();
        let result = create(&path, ExportFormat::Csv, &schema, &ExportMeta::default());
        assert!(
            matches!(result.err(), Some(WriteError::Schema { .. })),
            "{names:?}"
        );
    }
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[test]
fn formats_are_known_by_name_and_by_extension() {
    for format in ExportFormat::ALL {
        assert_eq!(
            ExportFormat::parse(format.name()).expect("its name"),
            format
        );
        let path = format!("a.b/x.{}", format.name().to_uppercase());
        assert_eq!(
            ExportFormat::from_path(Path::new(&path)).expect("its extension"),
            format
        );
    }
    assert_eq!(
        ExportFormat::parse("ndjson").expect("a name"),
        ExportFormat::GeoJsonSeq
    );
    let error = ExportFormat::from_path(Path::new("x.shp")).expect_err("unknown");
    assert!(error.to_string().contains("`shp`"), "{error}");
    assert!(ExportFormat::from_path(Path::new("x")).is_err());
}

#[test]
fn writes_through_a_link_to_the_file_behind_it() {
    let folder = folder();
    let file = folder.path().join("file.csv");
    let link = folder.path().join("link.csv");
    fs::write(&file, "before").expect("a file");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    export(&link, ExportFormat::Csv, &sample::schema(), &[]).expect("it exports");
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert!(
        fs::read_to_string(&file)
            .expect("UTF-8")
            .starts_with("silt_id,")
    );
}

#[path = "dump_tests.rs"]
mod dump;
