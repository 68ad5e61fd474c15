//! No text makes the GeoJSON reader panic, every row has its number, every coordinate is finite,
//! and a text that another parser accepts has as many rows as that parser finds.
#![no_main]

use geo_types::Geometry;
use libfuzzer_sys::fuzz_target;
use silt_fuzz::read::{Format, Limits, ReadOptions, read};
use silt_fuzz::record::{RawGeometry, Row};

fuzz_target!(|text: &[u8]| {
    let small = Limits {
        max_feature_bytes: 300,
        max_depth: 20,
        ..Limits::default()
    };
    for limits in [Limits::default(), small.clone()] {
        let options = ReadOptions {
            limits,
            ..ReadOptions::default()
        };
        for format in [Format::GeoJson, Format::GeoJsonSeq] {
            check_rows(&read(text, format, &options).0);
        }
    }
    let nested = ReadOptions {
        json_path: Some("a.b".to_owned()),
        limits: small,
        ..ReadOptions::default()
    };
    check_rows(&read(text, Format::GeoJson, &nested).0);
    check_count(text);
});

fn check_rows(rows: &[Row]) {
    let mut last = 0;
    for row in rows {
        let number = match row {
            Row::Record(record) => {
                if let RawGeometry::Parsed { geometry, .. } = &record.geometry {
                    check_finite(geometry);
                }
                record.row
            }
            Row::Reject(reject) => reject.row,
        };
        assert!(number > last);
        last = number;
    }
}

fn check_finite(geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(point) => assert!(point.x().is_finite() && point.y().is_finite()),
        Geometry::LineString(line) => assert!(
            line.0
                .iter()
                .all(|coord| coord.x.is_finite() && coord.y.is_finite())
        ),
        Geometry::Polygon(polygon) => assert!(polygon.exterior().is_closed()),
        Geometry::GeometryCollection(members) => members.0.iter().for_each(check_finite),
        _ => {}
    }
}

fn check_count(text: &[u8]) {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(text) else {
        return;
    };
    let Some(features) = members
        .get("features")
        .and_then(serde_json::Value::as_array)
    else {
        return;
    };
    let mentions = text
        .windows(8)
        .filter(|window| window == b"features")
        .count();
    let has_escapes = text.contains(&b'\\');
    if mentions != 1 || has_escapes {
        return;
    }
    let (rows, error) = read(text, Format::GeoJson, &ReadOptions::default());
    match error {
        None => assert_eq!(rows.len(), features.len()),
        Some(error) => assert!(error.to_string().contains("`crs` member"), "{error}"),
    }
}
