use geo_types::{Geometry, point};
use silt_model::LocationAccuracy;

use super::*;
use crate::map::Mapper;
use crate::map::tests::{codes, file};
use crate::record::RowNote;

fn plain(options: PlainOptions, format: Format, columns: &[&str]) -> Mapper {
    Mapper::plain(&options, &file(format, columns)).unwrap_or_else(|error| panic!("{error}"))
}

fn record(cells: &[(&str, Value)]) -> Record {
    Record {
        fields: cells
            .iter()
            .map(|(name, value)| (Arc::from(*name), value.clone()))
            .collect(),
        ..Record::new(1)
    }
}

#[test]
fn columns_with_coordinates_are_found_by_name() {
    let detect = |columns: &[&str]| detect_coordinate_columns(columns.iter().copied());
    let pair = |x: &str, y: &str| Some(CoordinateColumns::LongitudeLatitude(x.into(), y.into()));
    assert_eq!(
        detect(&["id", "Longitude", "Latitude"]),
        pair("Longitude", "Latitude")
    );
    assert_eq!(detect(&["lat", "lng"]), pair("lng", "lat"));
    assert_eq!(detect(&["X", "Y", "lon", "lat"]), pair("lon", "lat"));
    assert_eq!(
        detect(&["the_geom", "lon", "lat"]),
        Some(CoordinateColumns::Wkt("the_geom".into()))
    );
    assert_eq!(detect(&["lat", "name"]), None);
}

#[test]
fn a_table_without_a_recipe() {
    let types = vec![
        (Arc::from("lon"), FieldType::Real),
        (Arc::from("lat"), FieldType::Real),
        (Arc::from("n"), FieldType::Integer),
        (Arc::from("code"), FieldType::Text),
    ];
    let options = PlainOptions {
        column_types: types,
        ..PlainOptions::default()
    };
    let mapper = plain(options, Format::Csv, &["lon", "lat", "n", "code"]);
    let cells = [
        ("lon", "10.5".into()),
        ("lat", "-3".into()),
        ("n", "12".into()),
        ("code", "007".into()),
    ];
    let feature = mapper.map(record(&cells)).expect("a feature").feature;
    assert_eq!(
        feature.geometry,
        Some(Geometry::Point(point!(x: 10.5, y: -3.0)))
    );
    assert_eq!(feature.property("n"), &Value::Int(12));
    assert_eq!(feature.property("code"), &Value::from("007"));
    assert_eq!(feature.property("lon"), &Value::Real(10.5));
    assert_eq!((feature.original, feature.flags), (None, Vec::new()));
    assert_eq!(feature.record_id.len(), 32);

    let bad = [
        ("lon", "10.5".into()),
        ("lat", "-3".into()),
        ("n", "twelve".into()),
    ];
    let feature = mapper.map(record(&bad)).expect("a feature").feature;
    assert_eq!(codes(&feature), [FlagCode::ValueUnreadable]);
    assert!(feature.original.expect("kept").contains("\"n\":\"twelve\""));
}

#[test]
fn geojson_without_a_recipe() {
    let mapper = plain(PlainOptions::default(), Format::GeoJson, &[]);
    let mut source = record(&[
        ("a", Value::Int(1)),
        ("b", Value::Null),
        ("c", Value::Json("[1]".into())),
    ]);
    source.id = Some("mine 7".to_owned());
    source.geometry = RawGeometry::Parsed {
        geometry: Geometry::Point(point!(x: 1.0, y: 2.0)),
        had_elevation: true,
    };
    let feature = mapper.map(source.clone()).expect("a feature").feature;
    assert_eq!(feature.record_id, "mine 7");
    assert_eq!(
        feature.geometry,
        Some(Geometry::Point(point!(x: 1.0, y: 2.0)))
    );
    assert_eq!(codes(&feature), [FlagCode::ElevationDropped]);
    assert_eq!(feature.properties.len(), 2);

    source.geometry = RawGeometry::Unreadable {
        value: "{}".to_owned(),
        reason: "byte 3: no type".to_owned(),
    };
    let feature = mapper.map(source.clone()).expect("a feature").feature;
    assert_eq!(
        (feature.geometry.clone(), codes(&feature)),
        (None, vec![FlagCode::GeometryUnreadable])
    );
    source.geometry = RawGeometry::Absent;
    let feature = mapper.map(source).expect("a feature").feature;
    assert_eq!(codes(&feature), [FlagCode::CoordinatesMissing]);
}

#[test]
fn what_a_reader_settled_is_flagged() {
    let mapper = plain(PlainOptions::default(), Format::GeoJson, &[]);
    let mut source = record(&[]);
    source.geometry = RawGeometry::Parsed {
        geometry: Geometry::Point(point!(x: 1.0, y: 2.0)),
        had_elevation: false,
    };
    source.notes.push(RowNote {
        code: "ring_not_closed",
        field: None,
        reason: "1 ring".to_owned(),
    });
    let feature = mapper.map(source).expect("a feature").feature;
    assert_eq!(codes(&feature), [FlagCode::GeometryRepaired]);
}

#[test]
fn an_id_column_and_words_made_of_it() {
    let options = PlainOptions {
        id_field: Some("name".into()),
        slug_id: true,
        ..PlainOptions::default()
    };
    let mapper = plain(options, Format::GeoJson, &[]);
    let feature = mapper
        .map(record(&[("name", "Alto  São-Francisco (norte)".into())]))
        .expect("a feature");
    assert_eq!(feature.feature.record_id, "alto-sao-francisco-norte");
    let reject = mapper
        .map(record(&[("name", " ".into())]))
        .expect_err("no id");
    assert_eq!(reject.code, "no_record_id");
    let options = PlainOptions {
        id_field: Some("key".into()),
        ..PlainOptions::default()
    };
    let error = Mapper::plain(&options, &file(Format::Csv, &["name"])).expect_err("no such column");
    assert!(error.to_string().contains("`key`"), "{error}");
}

#[test]
fn an_export_of_our_own_comes_back_as_it_was() {
    let flags = r#"[{"code":"crs_assumed","reason":"x"},{"code":"region_by_tolerance","reason":"y"},{"code":"null_island","reason":"z"}]"#;
    let cells = [
        ("silt_id", "src:9".into()),
        ("a", Value::Int(1)),
        ("silt_source", "src".into()),
        ("silt_record", "9".into()),
        ("silt_crs", "EPSG:2994".into()),
        ("silt_accuracy", "centroid".into()),
        ("silt_flags", Value::Json(flags.to_owned())),
        ("silt_regions", Value::Json("[\"iso3:USA\"]".to_owned())),
        ("silt_synthetic", Value::Bool(true)),
        ("silt_original", Value::Json("{\"A\":\"1\"}".to_owned())),
    ];
    let mut source = record(&cells);
    source.id = Some("src:9".to_owned());
    source.geometry = RawGeometry::Parsed {
        geometry: Geometry::Point(point!(x: 0.0, y: 0.0)),
        had_elevation: false,
    };
    let mapped = plain(PlainOptions::default(), Format::GeoJson, &[])
        .map(source)
        .expect("a feature");
    let feature = mapped.feature;
    assert_eq!(feature.record_id, "9");
    assert_eq!(feature.properties, [(Arc::from("a"), Value::Int(1))]);
    assert_eq!(feature.source_crs.as_deref(), Some("EPSG:2994"));
    assert_eq!(feature.location_accuracy, Some(LocationAccuracy::Centroid));
    assert_eq!(feature.original.as_deref(), Some("{\"A\":\"1\"}"));
    assert_eq!(
        codes(&feature),
        [FlagCode::CrsAssumed, FlagCode::NullIsland],
        "none lost, none twice"
    );
    assert!(mapped.synthetic);
}
