//! Features that are hard to write, and what a reader must find again.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{
    Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon, line_string, point, polygon,
};
use geozero::{CoordDimensions, ToWkb};
use serde_json::{Value as Json, json};
use silt_model::{
    CollectionSchema, Feature, Field, FieldType, Flag, FlagCode, LocationAccuracy, StoredFeature,
    Value,
};

use crate::write::ExportMeta;

pub(super) const ODD_NAME: &str = "quote\"d, field; 'x'";

pub(super) fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("samples");
    schema.title = "Samples of all kinds".to_owned();
    schema.fields = vec![
        Field::new("name", FieldType::Text),
        Field::new("NAME", FieldType::Text),
        Field::new(ODD_NAME, FieldType::Text),
        Field::new("höhe_m", FieldType::Real),
        Field::new("count", FieldType::Integer),
        Field::new("active", FieldType::Boolean),
        Field::new("since", FieldType::Date),
        Field::new("extra", FieldType::Json),
    ];
    schema
}

pub(super) fn meta() -> ExportMeta {
    ExportMeta {
        title: Some("Samples \"quoted\"".to_owned()),
        synthetic: true,
        licences: vec!["CC BY 4.0".to_owned()],
        citations: vec!["Somebody (2026)".to_owned()],
        disclaimer: Some("Boundaries imply no opinion.".to_owned()),
        data_version: Some("v7".to_owned()),
    }
}

pub(super) fn stored(
    fid: i64,
    record: &str,
    geometry: Option<Geometry<f64>>,
    properties: &[(&str, Value)],
) -> StoredFeature {
    StoredFeature {
        fid,
        source: "test".into(),
        edition: "2024-03".into(),
        synthetic: fid % 2 == 0,
        feature: Feature {
            row: fid.unsigned_abs(),
            record_id: record.to_owned(),
            geometry,
            properties: properties
                .iter()
                .map(|(name, value)| (Arc::from(*name), value.clone()))
                .collect(),
            original: None,
            source_crs: None,
            location_accuracy: None,
            flags: Vec::new(),
            regions: Vec::new(),
        },
    }
}

fn square(west: f64, south: f64, size: f64) -> LineString<f64> {
    line_string![
        (x: west, y: south),
        (x: west + size, y: south),
        (x: west + size, y: south + size),
        (x: west, y: south + size),
        (x: west, y: south),
    ]
}

fn with_hole() -> Polygon<f64> {
    Polygon::new(
        square(10.0, 10.0, 5.0),
        vec![square(11.0, 11.0, 1.0), square(13.0, 13.0, 0.1)],
    )
}

fn shapes() -> Vec<(&'static str, Option<Geometry<f64>>)> {
    let line = line_string![(x: -179.9, y: 0.1), (x: 179.9, y: 0.3)];
    let other_line = line_string![(x: 1.0, y: 2.0), (x: 3.0, y: 4.5), (x: 5.0, y: 6.0)];
    let lines = MultiLineString(vec![line.clone(), other_line]);
    let one_line = MultiLineString(vec![line.clone()]);
    let polygons = MultiPolygon(vec![
        with_hole(),
        polygon![(x: -1.0, y: -1.0), (x: -2.0, y: -1.0), (x: -2.0, y: -2.0), (x: -1.0, y: -1.0)],
    ]);
    let inner = GeometryCollection(vec![Geometry::Point(point! { x: 7.5, y: -7.5 })]);
    let collection = GeometryCollection(vec![
        Geometry::Point(point! { x: 1.25, y: 2.5 }),
        Geometry::LineString(line.clone()),
        Geometry::MultiPolygon(polygons.clone()),
        Geometry::GeometryCollection(inner),
    ]);
    vec![
        ("point", Some(point! { x: 0.1, y: 0.2 }.into())),
        // Digits that a short decimal form would lose, and the smallest double.
        (
            "sharp",
            Some(point! { x: -0.30000000000000004, y: 5e-324 }.into()),
        ),
        ("line", Some(line.into())),
        ("polygon", Some(with_hole().into())),
        (
            "points",
            Some(MultiPoint(vec![Point::new(1.5, 2.5), Point::new(-3.5, 4.5)]).into()),
        ),
        ("lines", Some(lines.into())),
        ("one line", Some(one_line.into())),
        ("polygons", Some(polygons.into())),
        ("collection", Some(Geometry::GeometryCollection(collection))),
        ("nowhere", None),
    ]
}

/// Every shape, every kind of value at its limits.
pub(super) fn features() -> Vec<StoredFeature> {
    let names = [
        "Ünïcødé 尾矿库 🏔",
        "",
        "a,b",
        "line\nbreak",
        "\"",
        " padded ",
        "=1+1",
        "NULL",
    ];
    let heights = [
        0.1,
        -0.0,
        1e300,
        5e-324,
        f64::MAX,
        1.0,
        -2.5e-9,
        123_456_789.123_456_79,
    ];
    let counts = [i64::MAX, i64::MIN, 0, -1, 9_007_199_254_740_993];
    let dates = ["2019", "2019-01", "2019-01-25"];
    let mut features = Vec::new();
    for (position, (record, geometry)) in shapes().into_iter().enumerate() {
        let mut properties = vec![
            ("name", Value::from(names[position % names.len()])),
            ("höhe_m", Value::Real(heights[position % heights.len()])),
            ("count", Value::Int(counts[position % counts.len()])),
            ("active", Value::Bool(position % 3 == 0)),
            ("since", Value::from(dates[position % dates.len()])),
            ("extra", Value::Json("{\"a\":[1,\"ü\",null]}".to_owned())),
        ];
        if position % 2 == 0 {
            properties.push(("NAME", Value::from("other case")));
            properties.push((ODD_NAME, Value::Null));
        }
        features.push(stored(
            position as i64 * 7 + 1,
            record,
            geometry,
            &properties,
        ));
    }
    features.push(stored(
        1_000_000,
        "all null: a:b",
        Some(point! { x: 1.0, y: 1.0 }.into()),
        &[],
    ));
    let flagged = &mut features[9].feature;
    flagged.flags = vec![
        Flag::new(FlagCode::CoordinatesMissing, "no \"coordinates\""),
        Flag::on_field(FlagCode::ValueUnreadable, "höhe", "n/a", "not a number"),
    ];
    flagged.regions = vec!["admin1:BR-MG".into(), "iso3:BRA".into()];
    flagged.original = Some("{\"Höhe\":\"n/a\",\"x\":\"1,5\"}".to_owned());
    flagged.source_crs = Some("EPSG:32719".into());
    flagged.location_accuracy = Some(LocationAccuracy::Centroid);
    features
}

/// What a reader of a table must find in a row: texts of JSON columns as strings.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    pub(super) values: BTreeMap<String, Json>,
    pub(super) wkb: Option<Vec<u8>>,
}

/// The rows by feature id.
pub(super) fn expected() -> BTreeMap<String, Row> {
    features()
        .iter()
        .map(|stored| (stored.id().to_string(), expected_row(stored)))
        .collect()
}

fn expected_row(stored: &StoredFeature) -> Row {
    let feature = &stored.feature;
    let mut values = BTreeMap::new();
    for field in schema().fields {
        let value = match feature.property(&field.name) {
            Value::Json(text) => Json::from(text.as_str()),
            other => other.to_json(),
        };
        values.insert(field.name, value);
    }
    let flags = match feature.flags.is_empty() {
        true => Json::Null,
        false => serde_json::to_string(&feature.flags)
            .expect("flags serialise")
            .into(),
    };
    let regions = match feature.regions.is_empty() {
        true => Json::Null,
        false => "[\"admin1:BR-MG\",\"iso3:BRA\"]".into(),
    };
    for (name, value) in [
        ("silt_id", json!(format!("test:{}", feature.record_id))),
        ("silt_source", json!("test")),
        ("silt_record", json!(feature.record_id)),
        ("silt_edition", json!("2024-03")),
        ("silt_crs", json!(feature.source_crs.as_deref())),
        (
            "silt_accuracy",
            json!(feature.location_accuracy.map(|accuracy| accuracy.name())),
        ),
        ("silt_flags", flags),
        ("silt_regions", regions),
        ("silt_synthetic", json!(stored.synthetic)),
        ("silt_original", json!(feature.original)),
    ] {
        values.insert(name.to_owned(), value);
    }
    let wkb = feature.geometry.as_ref().map(|geometry| {
        geometry
            .to_wkb(CoordDimensions::xy())
            .expect("the geometry has a binary form")
    });
    Row { values, wkb }
}
