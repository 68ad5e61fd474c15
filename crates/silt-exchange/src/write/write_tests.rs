use std::fs;
use std::path::Path;

use gdal::vector::LayerAccess;
use polars::prelude::{ParquetReader, SerReader};
use serde_json::{Value as Json, json};
use silt_model::{CollectionSchema, Field, FieldType};

use super::read_back::{
    export, folder, names_in, open_with_gdal, parquet_metadata, read_with_gdal, write_many,
};
use super::{ExportFormat, ExportMeta, WriteError, create, sample};

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
