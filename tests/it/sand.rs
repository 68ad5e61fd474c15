//! Marine sand: from files of positions to totals with a manifest, on the command line.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{Silt, mirror};

fn text(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// A small synthetic fleet beside the data folder.
fn fleet(silt: &Silt, format: &str) -> std::path::PathBuf {
    let folder = silt.path(&format!("fleet-{format}"));
    let output = text(&folder);
    let size = ["--vessels", "14", "--days", "8", "--seed", "3"];
    let mut arguments = vec!["synth", "ais", "--format", format, "-o", &output];
    arguments.extend(size);
    let said = silt.ok(&arguments);
    assert!(said.contains("SYNTHETIC"), "{said}");
    folder
}

/// Imports the fleet's register and positions, and finds dredging.
fn detect(silt: &Silt, folder: &Path, buckets: &str, threads: &str) -> Value {
    let register = text(&folder.join("vessels.csv"));
    silt.json(&[
        "import",
        &register,
        "--source",
        "synthetic-vessels",
        "--edition",
        "2026-01-01",
    ]);
    let csv = folder.join("positions.csv");
    let positions = match csv.exists() {
        true => csv,
        false => folder.join("positions.parquet"),
    };
    let file = text(&positions);
    silt.json(&["ais", "import", &file, "--buckets", buckets]);
    let mut command = silt.command(&["--json", "dredging", "detect"]);
    let output = command
        .env("RAYON_NUM_THREADS", threads)
        .env("POLARS_MAX_THREADS", threads)
        .output()
        .expect("the binary runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("--json writes JSON")
}

fn totals(silt: &Silt, by: &str, name: &str) -> Vec<u8> {
    let output = text(&silt.path(name));
    silt.ok(&["extraction", "aggregate", "--by", by, "-o", &output]);
    std::fs::read(silt.path(name)).expect("the totals")
}

#[test]
fn a_synthetic_fleet_becomes_cycles_and_totals_that_can_be_verified() {
    let silt = Silt::new();
    let folder = fleet(&silt, "csv");
    let info = detect(&silt, &folder, "4", "2");
    assert_eq!(info["synthetic"], true);
    let cycles = info["complete_cycles"].as_u64().expect("a count");
    assert!(cycles > 10, "{info:#}");

    // The collections hold what was counted, marked as synthetic.
    let features = silt.features("dredging_cycles", &[]);
    let complete = features
        .iter()
        .filter(|feature| feature["properties"]["complete"] == true);
    assert_eq!(complete.count() as u64, cycles);
    assert!(
        features
            .iter()
            .all(|feature| feature["properties"]["silt_synthetic"] == true)
    );
    let tracks = silt.features("dredging_tracks", &[]);
    assert!(
        tracks
            .iter()
            .any(|track| track["properties"]["state"] == "dredge")
    );

    // Each complete cycle has a load with an interval, and the loads add up to the total by trips.
    let mut loads_t = 0.0;
    for feature in &features {
        let load = |part: &str| feature["properties"][format!("tonnes_{part}")].as_f64();
        if feature["properties"]["complete"] != true {
            assert_eq!(load("mean"), None, "{feature}");
        } else if let Some(mean_t) = load("mean") {
            assert!(load("p05") < load("p50") && load("p50") < load("p95"));
            loads_t += mean_t;
        }
    }

    // Totals by year are those of no group, and the parts of a division add up.
    let whole = totals(&silt, "", "whole.json");
    let whole: Value = serde_json::from_slice(&whole).expect("JSON");
    let parts = totals(&silt, "region:sea,purpose", "parts.json");
    let parts: Value = serde_json::from_slice(&parts).expect("JSON");
    let sum = |document: &Value, name: &str| -> f64 {
        let groups = document["groups"].as_array().expect("groups");
        groups.iter().filter_map(|group| group[name].as_f64()).sum()
    };
    assert_eq!(sum(&whole, "complete_cycles"), cycles as f64);
    assert_eq!(sum(&parts, "complete_cycles"), cycles as f64);
    let mean = "observed_tonnes_mean";
    let (total, of_parts) = (sum(&whole, mean), sum(&parts, mean));
    assert!(
        total > 0.0 && (of_parts / total - 1.0).abs() < 0.05,
        "{of_parts} of {total}"
    );
    let group = &whole["groups"][0];
    let value = |name: &str| group[name].as_f64().expect("a number");
    assert_eq!(group["synthetic"], true);
    let by_trips_t = value("by_trips_tonnes_mean");
    assert!(
        (loads_t / by_trips_t - 1.0).abs() < 0.02,
        "{loads_t} t of cycles, {by_trips_t} t in total"
    );
    assert!(value("observed_tonnes_p05") < value("observed_tonnes_p50"));
    assert!(value("observed_tonnes_p50") < value("observed_tonnes_p95"));
    assert!(value("corrected_tonnes_p50") > value("observed_tonnes_p50"));

    for name in ["all.csv", "all.parquet", "all.json"] {
        totals(&silt, "vessel,month", name);
        let manifest = text(&silt.path(&format!("{name}.manifest.json")));
        let said = silt.ok(&["extraction", "verify", &manifest]);
        assert!(said.contains("the same bytes"), "{said}");
    }
    // A figure that was changed by hand is found out.
    let changed = std::fs::read_to_string(silt.path("all.csv"))
        .expect("text")
        .replace("true", "false");
    std::fs::write(silt.path("all.csv"), changed).expect("written");
    let manifest = text(&silt.path("all.csv.manifest.json"));
    let found = silt.run(&["extraction", "verify", &manifest]);
    assert_eq!(found.code, 1);
    assert!(
        found.stdout.contains("bytes of all.csv"),
        "{}",
        found.stdout
    );
}

#[test]
fn results_depend_neither_on_threads_nor_buckets_nor_format() {
    let mut answers = BTreeMap::new();
    for (format, buckets, threads) in [("csv", "1", "1"), ("csv", "7", "2"), ("parquet", "3", "2")]
    {
        let silt = Silt::new();
        let folder = fleet(&silt, format);
        let info = detect(&silt, &folder, buckets, threads);
        assert_eq!(info["synthetic"], true);
        assert_eq!(silt.json(&["ais", "list"])[0][0]["synthetic"], true);
        let rows: Value =
            serde_json::from_slice(&totals(&silt, "vessel,month", "t.json")).expect("JSON");
        let events = std::fs::read(silt.data().join("dredging/events.parquet")).expect("events");
        answers.insert((format, buckets), (rows["groups"].to_string(), events));
    }
    let mut each = answers.values();
    let first = each.next().expect("an answer");
    for other in each {
        assert!(first == other, "the answers differ");
    }
}

#[test]
fn importing_the_same_positions_twice_changes_nothing() {
    let silt = Silt::new();
    let folder = fleet(&silt, "csv");
    let file = text(&folder.join("positions.csv"));
    let first = silt.json(&["ais", "import", &file]).remove(0);
    let again = silt.json(&["ais", "import", &file]).remove(0);
    assert_eq!(first[0]["already_present"], false);
    assert_eq!(again[0]["already_present"], true);
    assert_eq!(again[0]["feed"]["positions"], first[0]["feed"]["positions"]);
    let imports = silt.json(&["ais", "list"]).remove(0);
    assert_eq!(imports.as_array().map(Vec::len), Some(1));
}

#[test]
fn bad_files_are_told_and_harm_nothing() {
    let silt = Silt::new();
    let half = {
        let folder = fleet(&silt, "parquet");
        let bytes = std::fs::read(folder.join("positions.parquet")).expect("a file");
        silt.file("half.parquet", &bytes[..bytes.len() / 2])
    };
    let page = silt.file("page.csv", "<!DOCTYPE html><html><body>503</body></html>");
    let empty = silt.file("empty.csv", "");
    let columns = silt.file("columns.csv", "a,b,c\n1,2,3\n");
    for file in [half, page, empty, columns] {
        let finished = silt.run(&["ais", "import", &text(&file)]);
        assert_eq!(
            finished.code, 1,
            "{file:?}: {}{}",
            finished.stdout, finished.stderr
        );
        assert!(finished.stderr.contains("error:"), "{}", finished.stderr);
    }
    let rows = "mmsi,time,lon,lat,sog_kn\n\
        219000751,2024-03-01T00:00:00Z,11,55,1.5\n\
        2190007,2024-03-01T00:00:00Z,11,55,1.5\n\
        219000751,2024-03-01T00:01:00Z,11,91,1.5\n\
        219000751,2924-03-01T00:01:00Z,11,55,1.5\n\
        219000751,2024-02-01T00:00:00Z,11,55,-4\n";
    let file = silt.file("rows.csv", rows);
    let finished = silt.run(&["--json", "ais", "import", &text(&file)]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    let report: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let feed = &report[0]["feed"];
    assert_eq!(feed["positions"], 2, "{feed:#}");
    let refused = feed["refused"].as_object().expect("counts");
    assert_eq!(refused.values().filter_map(Value::as_u64).sum::<u64>(), 3);
    assert!(refused.contains_key("time_in_future"), "{refused:?}");

    // No vessel of a register, no cycle, and no tonne from nothing.
    let said = silt.ok(&["dredging", "detect"]);
    assert!(said.contains("0 complete cycles"), "{said}");
    let answer: Value = serde_json::from_str(&silt.ok(&["extraction", "aggregate"])).expect("JSON");
    assert_eq!(answer["groups"][0]["complete_cycles"], 0);
    assert_eq!(answer["groups"][0]["observed_tonnes_mean"], Value::Null);
    for wrong in [
        ["extraction", "aggregate", "--by", "colour"],
        ["extraction", "aggregate", "--region", "iso3:XXX"],
        ["extraction", "aggregate", "--from", "soon"],
        ["extraction", "aggregate", "--draws", "3"],
    ] {
        let finished = silt.run(&wrong);
        assert_eq!(finished.code, 1, "{wrong:?}: {}", finished.stdout);
    }
}

#[test]
fn real_feeds_are_read_and_give_no_cycle_that_is_none() {
    let Some(mirror) = mirror("dma-ais-20131112") else {
        return;
    };
    let silt = Silt::new();
    silt.import_source(&mirror, "dredger-registry", &[]);
    let file = |name: &str| text(&mirror.join(name));
    let files = [
        file("dma-ais-20131112/dma-20131112-raw.nmea.gz"),
        file("dma-ais-20131112/212123000_drift_1-raw.nmea.gz"),
        file("dma-ais-20131112/219165000_ssc_1-raw.nmea.gz"),
        file("noaa-sample-20230111/test_data_noaa_20230101.csv.gz"),
        file("solent-ais-20160112/SolentAIS_20160112_130211.csv.gz"),
    ];
    let mut arguments = vec!["ais", "import"];
    arguments.extend(files.iter().map(String::as_str));
    let reports = silt.json(&arguments).remove(0);
    let positions = |place: usize| reports[place]["feed"]["positions"].as_u64();
    assert_eq!(positions(0), Some(24_656));
    assert_eq!(positions(4), Some(18_623));
    let fishing = file("fishing-negatives-adriatic/tracks_dev.csv.gz");
    silt.json(&["ais", "import", &fishing, "--pseudonyms"]);
    let info = silt.json(&["dredging", "detect"]).remove(0);
    assert_eq!(info["complete_cycles"], 0, "{info:#}");
    assert_eq!(info["synthetic"], false);
    assert!(info["vessels_registered"].as_u64() > Some(20), "{info:#}");
}

#[test]
fn licence_areas_give_cycles_their_purpose() {
    let silt = Silt::new();
    let folder = fleet(&silt, "parquet");
    detect(&silt, &folder, "2", "2");
    let licensed = |silt: &Silt| {
        let features = silt.features("dredging_cycles", &[]);
        let of_area = features.iter().filter(|feature| {
            let area = &feature["properties"]["licence_area"];
            area.is_string()
        });
        of_area
            .inspect(|feature| assert_eq!(feature["properties"]["purpose"], "extraction"))
            .count()
    };
    assert_eq!(licensed(&silt), 0);

    let areas = text(&folder.join("areas.geojson"));
    silt.json(&[
        "import",
        &areas,
        "--collection",
        "dredging_areas",
        "--synthetic",
    ]);
    silt.json(&["dredging", "detect"]);
    assert!(licensed(&silt) > 0);
    // What the kernel said lies there as Parquet too.
    for table in ["cycles", "states", "cells"] {
        let file = silt.data().join(format!("dredging/{table}.parquet"));
        let bytes = std::fs::read(&file).expect("the table");
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    }
}

#[test]
fn a_source_of_positions_is_imported_by_name() {
    let Some(mirror) = mirror("solent-ais-20160112") else {
        return;
    };
    let silt = Silt::new();
    let run = |arguments: &[&str]| {
        let mut command = silt.command(arguments);
        let output = command.env("SILT_MIRROR", &mirror).output();
        output.expect("the binary runs")
    };
    let imported = run(&["--json", "ais", "import", "--source", "solent-ais-20160112"]);
    let reports: Value = serde_json::from_slice(&imported.stdout).expect("JSON");
    assert!(
        reports[0]["feed"]["positions"].as_u64() > Some(18_000),
        "{reports:#}"
    );
    let refused = run(&["import", "--source", "solent-ais-20160112"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("silt ais import"), "{said}");
    let refused = run(&["ais", "import", "--source", "wpi-ports"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("silt import"), "{said}");
}
