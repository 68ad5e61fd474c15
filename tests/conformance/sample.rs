//! Features made for this suite: few enough to work out by hand what each filter selects, with
//! everything awkward among them (nulls, quotes, wildcards, accents, no geometry, the antimeridian).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::service::EDITED;
use crate::support::Silt;

/// The collection of the sample features.
pub(super) const SAMPLE: &str = "sample";

/// One sample feature.
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) name: Option<&'static str>,
    pub(super) count: Option<i64>,
    pub(super) ratio: Option<f64>,
    pub(super) flag: Option<bool>,
    /// An ISO 8601 date; such texts compare in the order of time.
    pub(super) day: Option<&'static str>,
    /// First and last day of an interval.
    pub(super) begins: Option<&'static str>,
    pub(super) ends: Option<&'static str>,
    geometry: &'static str,
}

/// A square on which the geometries of the sample lie, touch, cross or do not.
pub(super) const SQUARE: &str = "POLYGON((0 40,10 40,10 50,0 50,0 40))";

pub(super) const ROWS: [Row; 13] = [
    Row {
        id: "copenhagen",
        name: Some("København"),
        count: Some(10),
        ratio: Some(2.5),
        flag: Some(true),
        day: Some("2021-04-16"),
        begins: Some("2021-01-01"),
        ends: Some("2021-06-30"),
        geometry: r#"{"type":"Point","coordinates":[12.57,55.68]}"#,
    },
    Row {
        id: "ascii",
        name: Some("kobenhavn"),
        count: Some(7),
        ratio: Some(2.5),
        flag: Some(false),
        day: Some("2022-04-16"),
        begins: Some("2021-06-30"),
        ends: Some("2022-12-31"),
        geometry: r#"{"type":"Point","coordinates":[12.0,55.0]}"#,
    },
    Row {
        id: "berlin",
        name: Some("Berlin"),
        count: Some(-3),
        ratio: Some(0.125),
        flag: Some(true),
        day: Some("2023-04-16"),
        begins: Some("2022-01-01"),
        ends: Some("2022-12-31"),
        geometry: r#"{"type":"Point","coordinates":[13.4,52.5]}"#,
    },
    Row {
        id: "nothing",
        name: None,
        count: None,
        ratio: None,
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"Point","coordinates":[9.65,55.64]}"#,
    },
    Row {
        id: "fiji-west",
        name: Some("Bar"),
        count: Some(42),
        ratio: Some(42.0),
        flag: None,
        day: Some("2022-04-16"),
        begins: None,
        ends: None,
        geometry: r#"{"type":"Point","coordinates":[179.5,-16.5]}"#,
    },
    Row {
        id: "fiji-east",
        name: Some("100 % pure_salt"),
        count: Some(7),
        ratio: Some(7.0),
        flag: Some(false),
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"Point","coordinates":[-179.5,-16.6]}"#,
    },
    Row {
        id: "placeless",
        name: Some("O'Brien \\ Søn"),
        count: Some(100),
        ratio: Some(-33.5),
        flag: Some(true),
        day: Some("2022-12-31"),
        begins: Some("2022-01-01"),
        ends: Some("2022-06-30"),
        geometry: "null",
    },
    Row {
        id: "square",
        name: Some("Square"),
        count: Some(0),
        ratio: Some(0.0),
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"Polygon","coordinates":[[[0,40],[10,40],[10,50],[0,50],[0,40]]]}"#,
    },
    Row {
        id: "triangle",
        name: Some("Triangle"),
        count: Some(1),
        ratio: None,
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"Polygon","coordinates":[[[5,45],[15,45],[15,55],[5,45]]]}"#,
    },
    Row {
        id: "inner",
        name: Some("Inner"),
        count: Some(2),
        ratio: None,
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"Polygon","coordinates":[[[2,42],[4,42],[4,44],[2,44],[2,42]]]}"#,
    },
    Row {
        id: "line",
        name: Some("Line"),
        count: Some(3),
        ratio: None,
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"LineString","coordinates":[[-5,46],[20,46]]}"#,
    },
    Row {
        id: "edge",
        name: Some("Edge"),
        count: Some(4),
        ratio: None,
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"LineString","coordinates":[[10,41],[10,44]]}"#,
    },
    Row {
        id: "scattered",
        name: Some("Scattered"),
        count: Some(5),
        ratio: None,
        flag: None,
        day: None,
        begins: None,
        ends: None,
        geometry: r#"{"type":"MultiPoint","coordinates":[[1,41],[30,30]]}"#,
    },
];

/// Feature ids, as the server has them, of the sample rows for which the condition holds.
pub(super) fn where_row(condition: impl Fn(&Row) -> bool) -> BTreeSet<String> {
    ROWS.iter()
        .filter(|row| condition(row))
        .map(|row| feature_id(row.id))
        .collect()
}

/// Feature ids, as the server has them, of these sample rows.
pub(super) fn rows(ids: &[&str]) -> BTreeSet<String> {
    for id in ids {
        assert!(ROWS.iter().any(|row| row.id == *id), "no row `{id}`");
    }
    ids.iter().map(|id| feature_id(id)).collect()
}

/// The id that the server gives to a sample row.
pub(super) fn feature_id(row: &str) -> String {
    format!("{SAMPLE}:{row}")
}

/// Field types are told by a recipe, since dates are not guessed from text.
const RECIPE: &str = r#"
id = "sample"
title = "Sample features of the conformance tests"
publisher = "Silt"
licence = "CC0"
citation = "Made up for tests"
collection = "sample"
redistributable = true
synthetic = true

[format]
kind = "geojson"

[record]
id = "code"

[fields.name]
from = "name"
type = "text"
[fields.count]
from = "count"
type = "integer"
[fields.ratio]
from = "ratio"
type = "real"
[fields.flag]
from = "flag"
type = "boolean"
[fields.day]
from = "day"
type = "date"
[fields.begins]
from = "begins"
type = "date"
[fields.ends]
from = "ends"
type = "date"
"#;

/// Imports the sample, and a copy of it into the collection that tests of Part 4 change.
pub(super) fn import(silt: &Silt) {
    let features: Vec<Value> = ROWS
        .iter()
        .map(|row| {
            let geometry: Value = serde_json::from_str(row.geometry).expect("a geometry");
            json!({
                "type": "Feature",
                "properties": {
                    "code": row.id, "name": row.name, "count": row.count, "ratio": row.ratio,
                    "flag": row.flag, "day": row.day, "begins": row.begins, "ends": row.ends,
                    "synthetic": true,
                },
                "geometry": geometry,
            })
        })
        .collect();
    let document = json!({"type": "FeatureCollection", "synthetic": true, "features": features});
    let file = silt.file("sample.geojson", document.to_string());
    let file = file.to_str().expect("a path in UTF-8");
    let recipes = silt.path("recipes");
    std::fs::create_dir(&recipes).expect("a folder for recipes");
    for collection in [SAMPLE, EDITED] {
        let recipe = RECIPE
            .replace("id = \"sample\"", &format!("id = \"{collection}\""))
            .replace(
                "collection = \"sample\"",
                &format!("collection = \"{collection}\""),
            );
        std::fs::write(recipes.join(format!("{collection}.toml")), recipe).expect("a recipe");
        let recipes = recipes.to_str().expect("a path in UTF-8");
        let report = silt
            .json(&[
                "--sources",
                recipes,
                "import",
                file,
                "--source",
                collection,
                "--edition",
                "2024",
            ])
            .remove(0);
        assert_eq!(report["created"], ROWS.len(), "{report}");
    }
}
