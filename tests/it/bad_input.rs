//! Bad input: a clear message that names file, row and field, and nothing half-written.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Finished, Silt};

fn import(silt: &Silt, file: &Path, more: &[&str]) -> Finished {
    let file = file.to_str().expect("a path in UTF-8");
    let mut arguments = vec!["import", file, "--collection", "sites"];
    arguments.extend_from_slice(more);
    silt.run(&arguments)
}

/// The import fails, says each of `words`, and leaves the one feature that was there.
fn refused(name: &str, content: &[u8], more: &[&str], words: &[&str]) {
    let silt = Silt::new();
    let good = silt.file(
        "good.geojson",
        crate::support::points(&[("1", 1.0, 45.0, "active")]),
    );
    silt.import(&good, "sites", &["--edition", "2020"]);
    let file = silt.file(name, content);
    let mut arguments = vec!["--edition", "2021"];
    arguments.extend_from_slice(more);
    let finished = import(&silt, &file, &arguments);
    assert_eq!(
        finished.code, 1,
        "{name}: {}{}",
        finished.stdout, finished.stderr
    );
    assert!(
        finished.stderr.contains(name),
        "the message names the file: {}",
        finished.stderr
    );
    for word in words {
        assert!(
            finished
                .stderr
                .to_lowercase()
                .contains(&word.to_lowercase()),
            "`{word}` in: {}",
            finished.stderr
        );
    }
    assert_eq!(
        silt.features("sites", &[]).len(),
        1,
        "{name}: the store is as it was"
    );
    let editions = silt.json(&["editions"]).remove(0);
    assert_eq!(
        editions.as_array().map(Vec::len),
        Some(1),
        "{name}: no edition was added"
    );
}

/// The import keeps the row with this flag, which names the field or the geometry.
fn flagged(content: &str, code: &str, has_geometry: bool) -> Value {
    let silt = Silt::new();
    let file = silt.file("odd.geojson", content);
    let report = silt.import(&file, "sites", &[]);
    assert_eq!(report["created"], 1, "{report}");
    assert_eq!(report["flags"][code], 1, "{report}");
    let entry = &report["entries"][0];
    assert_eq!(entry["row"], 1, "{entry}");
    let feature = silt.features("sites", &[]).remove(0);
    assert_eq!(!feature["geometry"].is_null(), has_geometry, "{feature}");
    feature
}

fn with_geometry(geometry: &str) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","id":"1","properties":{{"name":"A"}},"geometry":{geometry}}}]}}"#
    )
}

/// Rejects of an import that goes through otherwise.
fn rejected(name: &str, content: &[u8], created: u64) -> Vec<Value> {
    let silt = Silt::new();
    let file = silt.file(name, content);
    let finished = import(&silt, &file, &["--json"]);
    assert_eq!(
        finished.code, 3,
        "{name}: {}{}",
        finished.stdout, finished.stderr
    );
    let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
    assert_eq!(report["created"], created, "{report}");
    let entries = report["entries"].as_array().expect("entries").clone();
    let rejects: Vec<Value> = entries
        .into_iter()
        .filter(|entry| entry["severity"] == "rejected")
        .collect();
    assert_eq!(report["rejected"], rejects.len() as u64);
    rejects
}

#[test]
fn truncated_json_is_refused() {
    let whole = crate::support::points(&[("1", 1.0, 2.0, "a"), ("2", 1.0, 2.0, "b")]);
    refused(
        "cut.geojson",
        &whole.as_bytes()[..whole.len() - 40],
        &[],
        &["ends", "row"],
    );
}

#[test]
fn json_that_is_not_utf8_is_refused_or_its_row_rejected() {
    let mut content = with_geometry(r#"{"type":"Point","coordinates":[1,2]}"#).into_bytes();
    let position = content
        .windows(3)
        .position(|window| window == b"\"A\"")
        .expect("the name is there");
    content[position + 1] = 0xE9;
    let silt = Silt::new();
    let file = silt.file("latin1.geojson", &content);
    let finished = import(&silt, &file, &[]);
    assert!(
        finished.code == 1 || finished.code == 3,
        "{}",
        finished.code
    );
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(said.contains("UTF-8"), "{said}");
    assert!(said.contains("row 1"), "{said}");
}

#[test]
fn unknown_geometry_types_are_flagged() {
    let feature = flagged(
        &with_geometry(r#"{"type":"Pont","coordinates":[1,2]}"#),
        "geometry_unreadable",
        false,
    );
    assert!(
        feature["properties"]["silt_flags"]
            .to_string()
            .contains("Pont")
    );
}

#[test]
fn wrong_nesting_of_coordinates_is_flagged() {
    flagged(
        &with_geometry(r#"{"type":"Polygon","coordinates":[1,2]}"#),
        "geometry_unreadable",
        false,
    );
}

#[test]
fn an_unclosed_ring_is_closed_and_flagged() {
    let ring = r#"{"type":"Polygon","coordinates":[[[0,40],[1,40],[1,41],[0,41]]]}"#;
    let feature = flagged(&with_geometry(ring), "geometry_repaired", true);
    let ring = feature["geometry"]["coordinates"][0]
        .as_array()
        .expect("a ring");
    assert_eq!(ring.first(), ring.last());
}

#[test]
fn a_self_crossing_ring_is_kept_as_published_and_flagged() {
    let bow_tie = r#"{"type":"Polygon","coordinates":[[[0,40],[1,41],[1,40],[0,41],[0,40]]]}"#;
    let feature = flagged(&with_geometry(bow_tie), "geometry_invalid", true);
    assert_eq!(
        feature["geometry"]["coordinates"][0]
            .as_array()
            .map(Vec::len),
        Some(5)
    );
}

#[test]
fn numbers_that_are_not_finite_are_flagged() {
    flagged(
        &with_geometry(r#"{"type":"Point","coordinates":[1e999,2]}"#),
        "geometry_unreadable",
        false,
    );
}

#[test]
fn nan_and_infinity_as_coordinates_are_flagged() {
    for token in ["NaN", "Infinity", "-Infinity"] {
        let geometry = format!(r#"{{"type":"Point","coordinates":[{token},2]}}"#);
        let feature = flagged(&with_geometry(&geometry), "geometry_unreadable", false);
        assert!(
            feature["properties"]["silt_flags"]
                .to_string()
                .contains(token),
            "{feature}"
        );
    }
}

#[test]
fn latitude_91_is_flagged_and_kept_verbatim() {
    let feature = flagged(
        &with_geometry(r#"{"type":"Point","coordinates":[1,91]}"#),
        "coordinates_invalid",
        false,
    );
    assert!(
        feature["properties"]["silt_flags"]
            .to_string()
            .contains("91")
    );
}

#[test]
fn swapped_axes_are_flagged_and_not_moved() {
    // A longitude of -107 in the place of the latitude.
    let feature = flagged(
        &with_geometry(r#"{"type":"Point","coordinates":[-12.05,-107.04]}"#),
        "coordinates_invalid",
        false,
    );
    assert!(
        feature["properties"]["silt_flags"]
            .to_string()
            .contains("exchang"),
        "{feature}"
    );
}

#[test]
fn null_island_is_flagged_and_not_moved() {
    let feature = flagged(
        &with_geometry(r#"{"type":"Point","coordinates":[0,0]}"#),
        "null_island",
        true,
    );
    assert_eq!(
        feature["geometry"]["coordinates"],
        serde_json::json!([0.0, 0.0])
    );
}

#[test]
fn deeply_nested_json_is_rejected() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let content = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","id":"1","properties":{{"a":{deep}}},"geometry":null}},{{"type":"Feature","id":"2","properties":{{}},"geometry":null}}]}}"#
    );
    let rejects = rejected("deep.geojson", content.as_bytes(), 1);
    assert_eq!(rejects[0]["row"], 1);
    assert!(
        rejects[0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("deep") || reason.contains("nest"))
    );
}

#[test]
fn ten_million_vertices_in_one_ring_are_rejected_by_size() {
    let mut ring = String::with_capacity(160_000_000);
    for vertex in 0..10_000_000_u32 {
        let angle = f64::from(vertex) / 1e7 * std::f64::consts::TAU;
        write!(ring, "[{:.4},{:.4}],", angle.cos(), angle.sin()).expect("text grows");
    }
    ring.push_str("[1.0000,0.0000]");
    let content = with_geometry(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#));
    drop(ring);
    let rejects = rejected("huge.geojson", content.as_bytes(), 0);
    assert_eq!(rejects[0]["row"], 1);
    assert_eq!(rejects[0]["code"], "too_large");
}

#[test]
fn features_that_are_none_are_rejected() {
    let content = r#"{"type":"FeatureCollection","features":[1,"x",{"type":"Feature","id":"1","properties":null,"geometry":null}]}"#;
    let rejects = rejected("odd.geojson", content.as_bytes(), 1);
    let rows: Vec<u64> = rejects
        .iter()
        .filter_map(|reject| reject["row"].as_u64())
        .collect();
    assert_eq!(rows, [1, 2]);
}

#[test]
fn unequal_columns_are_rejected_with_their_row() {
    let rejects = rejected(
        "rows.csv",
        b"id,name,lon,lat\n1,A,10,50\n2,B,11\n3,C,12,50\n4,D,13,50,extra\n",
        2,
    );
    let rows: Vec<u64> = rejects
        .iter()
        .filter_map(|reject| reject["row"].as_u64())
        .collect();
    assert_eq!(rows, [3, 5]);
}

#[test]
fn duplicate_ids_are_kept_apart_and_flagged() {
    let silt = Silt::new();
    let file = silt.file(
        "twice.geojson",
        crate::support::points(&[
            ("1", 1.0, 45.0, "a"),
            ("1", 2.0, 45.0, "b"),
            ("2", 3.0, 45.0, "c"),
        ]),
    );
    let report = silt.import(&file, "sites", &[]);
    assert_eq!(report["created"], 3);
    assert_eq!(report["flags"]["duplicate_id"], 1, "{report}");
    let ids: Vec<String> = silt
        .features("sites", &[])
        .iter()
        .map(|feature| feature["id"].as_str().unwrap_or("").to_owned())
        .collect();
    assert_eq!(ids, ["sites:1", "sites:1~2", "sites:2"]);
}

#[test]
fn an_unknown_crs_is_refused() {
    refused(
        "p.csv",
        b"id,lon,lat\n1,10,50\n",
        &["--crs", "EPSG:999999"],
        &["EPSG:999999"],
    );
}

#[test]
fn a_missing_file_and_a_directory_and_an_empty_file_are_refused() {
    refused("empty.geojson", b"", &[], &["empty"]);
    let silt = Silt::new();
    let missing = import(&silt, &silt.path("nowhere.geojson"), &[]);
    assert_eq!(missing.code, 1);
    assert!(
        missing.stderr.contains("nowhere.geojson"),
        "{}",
        missing.stderr
    );
    let folder = silt.path("folder.geojson");
    std::fs::create_dir(&folder).expect("a folder can be made");
    let directory = import(&silt, &folder, &[]);
    assert_eq!(directory.code, 1);
    assert!(
        directory.stderr.contains("folder.geojson"),
        "{}",
        directory.stderr
    );
    assert!(
        directory.stderr.contains("director") || directory.stderr.contains("folder"),
        "{}",
        directory.stderr
    );
}

#[test]
fn an_html_page_is_refused_whatever_its_name() {
    for name in ["register.xlsx", "register.csv", "register.geojson"] {
        refused(
            name,
            b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>",
            &[],
            &["HTML"],
        );
    }
}

#[test]
fn a_vrt_that_reads_other_files_is_not_opened() {
    let silt = Silt::new();
    silt.file("secret.csv", "id,lon,lat\n1,10,50\n");
    let vrt = silt.file(
        "evil.geojson",
        format!(
            r#"<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"#,
            silt.path("secret.csv").display()
        ),
    );
    let finished = import(&silt, &vrt, &[]);
    assert_eq!(finished.code, 1, "{}{}", finished.stdout, finished.stderr);
}

#[test]
fn wrong_usage_is_told_apart_from_failure() {
    let silt = Silt::new();
    assert_eq!(silt.run(&["import"]).code, 2);
    assert_eq!(silt.run(&["no-such-command"]).code, 2);
    let file = silt.file(
        "p.geojson",
        crate::support::points(&[("1", 1.0, 45.0, "a")]),
    );
    let file = file.to_str().expect("a path in UTF-8");
    let bad_name = silt.run(&["import", file, "--collection", "Bad-Name"]);
    assert_eq!(bad_name.code, 1);
    assert!(bad_name.stderr.contains("Bad-Name"), "{}", bad_name.stderr);
    let bad_date = silt.run(&[
        "import",
        file,
        "--collection",
        "sites",
        "--edition",
        "yesterday",
    ]);
    assert_eq!(bad_date.code, 1);
    assert!(bad_date.stderr.contains("yesterday"), "{}", bad_date.stderr);
}
