//! Exports and their round trip through our own reader. Other programs' reading of them is tested
//! in `tests/python`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Silt, mirror};

fn awkward() -> Value {
    let feature = |id: &str, properties: Value, geometry: Value| json!({"type": "Feature", "id": id, "properties": properties, "geometry": geometry});
    json!({"type": "FeatureCollection", "features": [
        feature("1", json!({"name": "Æøå \"quoted\", comma\nnewline", "n": 9007199254740993_i64, "x": 0.1, "ok": true}),
            json!({"type": "Point", "coordinates": [-70.123_456_789_012_35, -23.7]})),
        feature("2", json!({"name": "line", "n": -1, "x": 1e-300, "ok": false}),
            json!({"type": "LineString", "coordinates": [[0.0, 40.0], [1.0, 41.0], [2.0, 40.5]]})),
        feature("3", json!({"name": "hole", "n": 0, "x": 1.7976931348623157e308}),
            json!({"type": "Polygon", "coordinates": [
                [[0.0, 40.0], [4.0, 40.0], [4.0, 44.0], [0.0, 44.0], [0.0, 40.0]],
                [[1.0, 41.0], [1.0, 42.0], [2.0, 42.0], [2.0, 41.0], [1.0, 41.0]]]})),
        feature("4", json!({"name": "multi"}),
            json!({"type": "MultiPoint", "coordinates": [[1.0, 45.0], [2.0, 46.0]]})),
        feature("5", json!({"name": "no place", "Name": "case differs"}), Value::Null),
        feature("6", json!({"name": ""}),
            json!({"type": "MultiPolygon", "coordinates": [
                [[[0.0, 50.0], [1.0, 50.0], [1.0, 51.0], [0.0, 50.0]]],
                [[[5.0, 50.0], [6.0, 50.0], [6.0, 51.0], [5.0, 50.0]]]]})),
    ]})
}

/// Geometry and own fields by record id.
fn content(features: &[Value]) -> BTreeMap<String, (Value, BTreeMap<String, Value>)> {
    features
        .iter()
        .map(|feature| {
            let properties = feature["properties"].as_object().expect("properties");
            let own = properties
                .iter()
                .filter(|(name, value)| !name.starts_with("silt_") && !value.is_null())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let record = properties["silt_record"]
                .as_str()
                .expect("a record id")
                .to_owned();
            (record, (feature["geometry"].clone(), own))
        })
        .collect()
}

/// Exports to a format, imports that into another store and gives its features.
fn round_trip(silt: &Silt, collection: &str, ending: &str) -> Vec<Value> {
    let file = silt.path(&format!("out.{ending}"));
    silt.ok(&[
        "export",
        collection,
        "-o",
        file.to_str().expect("a path in UTF-8"),
    ]);
    let other = Silt::new();
    other.import(&file, collection, &[]);
    other.features(collection, &[])
}

#[test]
fn awkward_features_survive_the_round_trip_in_every_format() {
    let silt = Silt::new();
    let file = silt.file("awkward.geojson", awkward().to_string());
    silt.import(&file, "sites", &[]);
    let before = content(&silt.features("sites", &[]));
    assert_eq!(before.len(), 6);
    assert_eq!(before["1"].1["n"], 9_007_199_254_740_993_i64);
    assert_eq!(before["5"].1["Name"], "case differs");
    for ending in ["geojson", "geojsonl", "parquet", "gpkg", "fgb"] {
        let after = content(&round_trip(&silt, "sites", ending));
        assert_eq!(
            after.keys().collect::<Vec<_>>(),
            before.keys().collect::<Vec<_>>(),
            "{ending}"
        );
        for (record, (geometry, fields)) in &before {
            assert_eq!(&after[record].0, geometry, "{ending}, geometry of {record}");
            for (name, value) in fields {
                // SQLite, and so a GeoPackage, does not tell `Name` from `name`; the export says so.
                let is_renamed = ending == "gpkg" && name == "Name";
                let name = if is_renamed { "Name_2" } else { name.as_str() };
                assert_eq!(
                    after[record].1.get(name),
                    Some(value),
                    "{ending}, {name} of {record}"
                );
            }
        }
    }
}

#[test]
fn a_register_survives_the_round_trip() {
    let Some(mirror) = mirror("export") else {
        return;
    };
    let silt = Silt::new();
    silt.import_source(&mirror, "chile-sernageomin", &[]);
    let before = content(&silt.features("tailings_facilities", &[]));
    for ending in ["geojson", "parquet", "gpkg", "fgb"] {
        let after = content(&round_trip(&silt, "tailings_facilities", ending));
        assert_eq!(after, before, "{ending}");
    }
}

#[test]
fn export_by_region_bbox_and_source() {
    let Some(mirror) = mirror("export") else {
        return;
    };
    let silt = Silt::new();
    silt.import_source(&mirror, "chile-sernageomin", &[]);
    silt.import_source(&mirror, "us-nid-tailings", &[]);
    let all = silt.features("tailings_facilities", &[]).len();
    assert_eq!(all, 836 + 1362);
    assert_eq!(
        silt.features("tailings_facilities", &["--region", "iso3:CHL"])
            .len(),
        836
    );
    assert_eq!(
        silt.features("tailings_facilities", &["--source", "us-nid-tailings"])
            .len(),
        1362
    );
    let boxed = silt.features("tailings_facilities", &["--bbox", "-72,-30,-69,-25"]);
    assert!(!boxed.is_empty() && boxed.len() < 836);
    for feature in &boxed {
        let latitude = feature["geometry"]["coordinates"][1]
            .as_f64()
            .expect("a latitude");
        assert!((-30.0..=-25.0).contains(&latitude));
    }
}

#[test]
fn an_export_that_cannot_be_written_leaves_no_file() {
    let silt = Silt::new();
    let file = silt.file(
        "sites.geojson",
        crate::support::points(&[("1", 1.0, 45.0, "a")]),
    );
    silt.import(&file, "sites", &[]);
    let nowhere = silt.path("no-such-folder").join("out.geojson");
    let finished = silt.run(&[
        "export",
        "sites",
        "-o",
        nowhere.to_str().expect("a path in UTF-8"),
    ]);
    assert_eq!(finished.code, 1);
    assert!(
        finished.stderr.contains("no-such-folder"),
        "{}",
        finished.stderr
    );
    let unknown = silt.run(&[
        "export",
        "sites",
        "-o",
        silt.path("out.xyz").to_str().expect("UTF-8"),
    ]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("geojson"),
        "names what is possible: {}",
        unknown.stderr
    );
    assert!(!Path::new(&silt.path("out.xyz")).exists());
    assert_eq!(
        silt.run(&[
            "export",
            "nothing",
            "-o",
            silt.path("x.csv").to_str().expect("UTF-8")
        ])
        .code,
        1
    );
}
