//! Editions, the change log and history.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{Silt, mirror, points};

/// Everything that queries can see: features, change log and editions. What the order of imports
/// decides (fids, import times) is left out.
fn visible(silt: &Silt, collection: &str) -> (BTreeMap<String, Value>, Vec<String>, Vec<Value>) {
    let features = silt
        .features(collection, &[])
        .into_iter()
        .map(|feature| (feature["id"].as_str().expect("an id").to_owned(), feature))
        .collect();
    let mut changes: Vec<String> = silt
        .json(&["changes"])
        .iter()
        .map(Value::to_string)
        .collect();
    changes.sort();
    let mut editions = silt.json(&["editions"]).remove(0);
    let editions = editions
        .as_array_mut()
        .expect("a list")
        .iter_mut()
        .map(|edition| {
            edition
                .as_object_mut()
                .expect("an object")
                .remove("imported_at");
            edition.take()
        });
    (features, changes, editions.collect())
}

fn twelve(mirror: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> =
        std::fs::read_dir(mirror.join("brazil-sigbm/snapshots-monthly"))
            .expect("the snapshots are in the mirror")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| {
                let stem = path
                    .file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                let date = stem.trim_start_matches("sigbm_download_").to_owned();
                (date, path.to_str().expect("a path in UTF-8").to_owned())
            })
            .collect();
    files.sort();
    files
}

#[test]
fn twelve_brazilian_snapshots_are_twelve_editions_with_a_change_log() {
    let Some(mirror) = mirror("brazil-sigbm") else {
        return;
    };
    let silt = Silt::new();
    let reports = silt.import_source(&mirror, "brazil-sigbm", &[]);
    assert_eq!(reports.len(), 12);
    let rows: Vec<u64> = reports
        .iter()
        .map(|report| report["rows_read"].as_u64().expect("a count"))
        .collect();
    assert_eq!(
        rows,
        [912, 913, 912, 923, 926, 929, 921, 924, 925, 930, 927, 933]
    );
    let editions = silt
        .json(&["editions", "--source", "brazil-sigbm"])
        .remove(0);
    assert_eq!(editions.as_array().map(Vec::len), Some(12));

    // The newest edition is what stands.
    assert_eq!(silt.features("tailings_facilities", &[]).len(), 933);

    // Every kind of change that a policy officer asks for is in the log, with both values and dates.
    for field in [
        "emergency_level",
        "status_dce",
        "owner",
        "storage_m3",
        "name",
    ] {
        let changes = silt.json(&["changes", "--field", field]);
        for change in &changes {
            assert_eq!(change["kind"], "modified", "{change}");
            assert_ne!(change["old_value"], change["new_value"], "{change}");
            assert!(
                change["old_edition"].as_str() < change["new_edition"].as_str(),
                "{change}"
            );
        }
        if field != "name" {
            assert!(!changes.is_empty(), "no change of {field} in two years");
        }
    }
    let added = silt.json(&["changes", "--field", "added"]).len() as u64;
    let removed = silt.json(&["changes", "--field", "removed"]).len() as u64;
    // The balance over all editions after the first: 912 + added - removed = 933.
    assert_eq!(912 + added - removed, 933);
    let created_later: u64 = reports[1..]
        .iter()
        .map(|report| report["created"].as_u64().expect("a count"))
        .sum();
    assert_eq!(added, created_later);

    // The column `Classe` went away in 2023: its values did not become nothing, nor later something.
    let classes = silt.json(&["changes", "--field", "class"]);
    assert!(!classes.is_empty());
    for change in &classes {
        assert!(change["new_edition"].as_str() < Some("2023"), "{change}");
    }
    // The columns `Gestão Operacional` and `Status DCO Atual` came later: no change of every dam.
    for field in ["operational_management", "status_dco"] {
        let changes = silt.json(&["changes", "--field", field]);
        assert!(changes.len() < 900, "{} changes of {field}", changes.len());
    }
}

#[test]
fn the_change_log_equals_a_comparison_of_the_snapshots_made_elsewhere() {
    let Some(mirror) = mirror("brazil-sigbm") else {
        return;
    };
    let files = twelve(&mirror);
    let silt = Silt::new();
    for (date, file) in &files[..2] {
        silt.json(&[
            "import",
            file,
            "--source",
            "brazil-sigbm",
            "--edition",
            date,
        ]);
    }
    // Compared by hand with a spreadsheet program's own reading of both files: published cells by
    // register id, emergency level column.
    let published =
        |feature: &Value| feature["properties"]["silt_original"]["Nível de Emergencia"].clone();
    let newer: BTreeMap<String, Value> = silt
        .features("tailings_facilities", &[])
        .iter()
        .map(|feature| {
            (
                feature["properties"]["silt_record"]
                    .as_str()
                    .expect("an id")
                    .to_owned(),
                published(feature),
            )
        })
        .collect();
    let first_only = Silt::new();
    first_only.json(&[
        "import",
        &files[0].1,
        "--source",
        "brazil-sigbm",
        "--edition",
        &files[0].0,
    ]);
    let mut expected = 0;
    for feature in first_only.features("tailings_facilities", &[]) {
        let id = feature["properties"]["silt_record"]
            .as_str()
            .expect("an id");
        if let Some(level) = newer.get(id) {
            expected += usize::from(*level != published(&feature));
        }
    }
    let logged = silt.json(&["changes", "--field", "emergency_level"]).len();
    assert_eq!(logged, expected);
}

#[test]
fn importing_the_same_edition_twice_changes_nothing() {
    let Some(mirror) = mirror("brazil-sigbm") else {
        return;
    };
    let (date, file) = twelve(&mirror).remove(0);
    let silt = Silt::new();
    let import = [
        "import",
        file.as_str(),
        "--source",
        "brazil-sigbm",
        "--edition",
        date.as_str(),
    ];
    silt.json(&import);
    let before = std::fs::read(silt.store()).expect("the store can be read");
    let report = silt.json(&import).remove(0);
    assert_eq!(report["already_present"], true);
    assert_eq!(
        std::fs::read(silt.store()).expect("the store can be read"),
        before
    );
}

#[test]
fn the_broken_downloads_are_refused_and_change_nothing() {
    let Some(mirror) = mirror("brazil-sigbm") else {
        return;
    };
    let (date, file) = twelve(&mirror).remove(0);
    let silt = Silt::new();
    silt.json(&[
        "import",
        &file,
        "--source",
        "brazil-sigbm",
        "--edition",
        &date,
    ]);
    let before = std::fs::read(silt.store()).expect("the store can be read");
    for name in [
        "sigbm_download_2024-04-09.xlsx",
        "sigbm_download_2024-05-28.xlsx",
    ] {
        let broken = mirror.join("brazil-sigbm/broken-downloads").join(name);
        let broken = broken.to_str().expect("a path in UTF-8");
        let finished = silt.run(&["import", broken, "--source", "brazil-sigbm"]);
        assert_eq!(finished.code, 1, "{}", finished.stdout);
        assert!(
            finished.stderr.contains("HTML"),
            "says what it is: {}",
            finished.stderr
        );
        assert!(
            finished.stderr.contains(name),
            "names the file: {}",
            finished.stderr
        );
    }
    assert_eq!(
        std::fs::read(silt.store()).expect("the store can be read"),
        before
    );
}

#[test]
fn an_older_edition_imported_later_is_put_in_its_place_in_time() {
    let Some(mirror) = mirror("brazil-sigbm") else {
        return;
    };
    let files = twelve(&mirror);
    let import = |silt: &Silt, order: &[usize]| {
        for &position in order {
            let (date, file) = &files[position];
            silt.json(&[
                "import",
                file,
                "--source",
                "brazil-sigbm",
                "--edition",
                date,
            ]);
        }
    };
    let in_order = Silt::new();
    import(&in_order, &[0, 1, 2, 3, 4, 5]);
    let shuffled = Silt::new();
    import(&shuffled, &[3, 0, 5, 1, 4, 2]);
    let (expected_features, expected_changes, expected_editions) =
        visible(&in_order, "tailings_facilities");
    let (features, changes, editions) = visible(&shuffled, "tailings_facilities");
    assert_eq!(editions, expected_editions);
    assert_eq!(changes.len(), expected_changes.len());
    assert_eq!(changes, expected_changes);
    assert_eq!(features, expected_features);
}

#[test]
fn history_shows_a_facility_over_time() {
    let silt = Silt::new();
    let first = silt.file(
        "a.geojson",
        points(&[("1", 10.0, 50.0, "active"), ("2", 11.0, 50.0, "active")]),
    );
    let second = silt.file(
        "b.geojson",
        points(&[("1", 10.0, 50.0, "closed"), ("3", 12.0, 50.0, "active")]),
    );
    let third = silt.file(
        "c.geojson",
        points(&[("1", 10.0, 50.0, "closed"), ("2", 11.0, 50.0, "active")]),
    );
    silt.import(&first, "sites", &["--edition", "2020"]);
    silt.import(&second, "sites", &["--edition", "2021"]);
    silt.import(&third, "sites", &["--edition", "2022"]);

    let history = silt.json(&["history", "sites:2"]).remove(0);
    let states = history["states"].as_array().expect("states");
    let spans: Vec<(&str, Option<&str>, bool)> = states
        .iter()
        .map(|state| {
            let from = state["from_edition"].as_str().expect("a date");
            (
                from,
                state["until_edition"].as_str(),
                state["state"].is_null(),
            )
        })
        .collect();
    assert_eq!(
        spans,
        [
            ("2020", Some("2021"), false),
            ("2021", Some("2022"), true),
            ("2022", None, false)
        ]
    );

    let text = silt.ok(&["history", "sites:1"]);
    assert!(
        text.contains("\"active\"") && text.contains("\"closed\""),
        "{text}"
    );
    let changes: Vec<String> = silt
        .json(&["changes"])
        .iter()
        .map(|change| {
            format!(
                "{} {} {}",
                change["new_edition"], change["record_id"], change["kind"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        changes,
        [
            "2021 1 modified",
            "2021 2 removed",
            "2021 3 added",
            "2022 2 added",
            "2022 3 removed"
        ]
    );
}

#[test]
fn an_edit_goes_into_the_history_and_the_next_edition_is_compared_with_it() {
    let silt = Silt::new();
    let first = silt.file("a.geojson", points(&[("1", 10.0, 50.0, "active")]));
    silt.import(&first, "sites", &["--edition", "2020"]);
    silt.ok(&["edit", "sites", "sites:1", "--set", "status=closed"]);
    let feature = silt.features("sites", &[]).remove(0);
    assert_eq!(feature["properties"]["status"], "closed");
    let history = silt.json(&["history", "sites:1"]).remove(0);
    assert_eq!(history["states"].as_array().map(Vec::len), Some(2));
    let changes = silt.json(&["changes", "--field", "status"]);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["old_value"], "active");
    assert_eq!(changes[0]["new_value"], "closed");

    silt.ok(&["edit", "sites", "sites:1", "--delete"]);
    assert!(silt.features("sites", &[]).is_empty());
    assert_eq!(
        silt.json(&["history", "sites:1"]).remove(0)["states"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
}

#[test]
fn a_partial_import_removes_nothing() {
    let silt = Silt::new();
    let first = silt.file(
        "a.geojson",
        points(&[("1", 10.0, 50.0, "active"), ("2", 11.0, 50.0, "active")]),
    );
    let update = silt.file("b.geojson", points(&[("1", 10.0, 50.0, "closed")]));
    silt.import(&first, "sites", &["--edition", "2020"]);
    let report = silt.import(&update, "sites", &["--edition", "2021", "--partial"]);
    assert_eq!(report["removed"], 0);
    assert_eq!(report["updated"], 1);
    assert_eq!(silt.features("sites", &[]).len(), 2);
}

/// Codes of the flags of the only feature of `sites`.
fn flag_codes(silt: &Silt) -> Vec<String> {
    let feature = silt.features("sites", &[]).remove(0);
    let flags = feature["properties"]["silt_flags"].as_array().cloned();
    let codes = flags.unwrap_or_default().into_iter();
    codes
        .map(|flag| flag["code"].as_str().expect("a code").to_owned())
        .collect()
}

fn regions(silt: &Silt) -> String {
    silt.features("sites", &[]).remove(0)["properties"]["silt_regions"].to_string()
}

#[test]
fn a_moved_point_has_the_regions_and_flags_of_its_new_place() {
    let silt = Silt::new();
    let first = silt.file("a.geojson", points(&[("1", 0.0, 0.0, "active")]));
    silt.import(&first, "sites", &["--edition", "2020"]);
    assert_eq!(flag_codes(&silt), ["null_island"]);

    // 3.3 km off the generalised coastline of Chile.
    let off_coast = "-70.49960789,-25.09917324";
    silt.ok(&["edit", "sites", "sites:1", "--point", off_coast]);
    assert_eq!(flag_codes(&silt), ["region_by_tolerance"]);
    assert!(regions(&silt).contains("iso3:CHL"), "{}", regions(&silt));

    // An edit of another field leaves both, and so does placing every feature anew.
    silt.ok(&["edit", "sites", "sites:1", "--set", "status=closed"]);
    assert_eq!(flag_codes(&silt), ["region_by_tolerance"]);
    let basin = silt.file(
        "basin.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Basin"},
           "geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}}]}"#,
    );
    let basin = basin.to_str().expect("a path in UTF-8");
    silt.ok(&["regions", "add", basin]);
    assert_eq!(flag_codes(&silt), ["region_by_tolerance"]);

    silt.ok(&["edit", "sites", "sites:1", "--point", "0.5,0.5"]);
    assert_eq!(flag_codes(&silt), [""; 0]);
    assert!(regions(&silt).contains("aoi:basin"), "{}", regions(&silt));
    assert!(!regions(&silt).contains("iso3:CHL"), "{}", regions(&silt));
}
