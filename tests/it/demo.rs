//! `silt demo` with and without sources, and the path of a newcomer.

use std::process::Stdio;

use serde_json::Value;

use crate::support::{Silt, mirror, points};

#[test]
fn without_network_and_mirror_the_demo_is_synthetic_and_says_so() {
    let silt = Silt::new();
    let finished = silt.run(&["demo", "--no-serve"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("SYNTHETIC"), "{}", finished.stderr);
    for collection in ["tailings_facilities", "vessels"] {
        let features = silt.features(collection, &[]);
        assert!(!features.is_empty(), "{collection}");
        for feature in &features {
            assert_eq!(feature["properties"]["silt_synthetic"], true, "{feature}");
        }
    }
    let infos = silt.json(&["collections"]).remove(0);
    for info in infos.as_array().expect("a list") {
        assert_eq!(info["synthetic"], true, "{info}");
    }
    let server = silt.serve();
    assert_eq!(
        server.json("/collections/tailings_facilities/items")["synthetic"],
        true
    );
    assert_eq!(
        server.json("/collections/tailings_facilities")["synthetic"],
        true
    );
    let export = silt.path("synthetic.geojson");
    silt.ok(&[
        "export",
        "tailings_facilities",
        "-o",
        export.to_str().expect("a path in UTF-8"),
    ]);
    let text = std::fs::read_to_string(&export).expect("the export can be read");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["synthetic"], true, "the file itself says so");

    // The mark survives the way through a file, and cannot be lost on it.
    let other = Silt::new();
    let export = export.to_str().expect("a path in UTF-8");
    let unmarked = other
        .json(&["import", export, "--collection", "copies"])
        .remove(0);
    assert_eq!(unmarked["created"], 0, "{unmarked}");
    assert_eq!(
        unmarked["entries"][0]["code"], "synthetic_unmarked",
        "{unmarked}"
    );
    other.json(&[
        "import",
        export,
        "--collection",
        "copies",
        "--synthetic",
        "--again",
    ]);
    let copies = other.features("copies", &[]);
    assert_eq!(copies.len(), 60);
    assert!(
        copies
            .iter()
            .all(|copy| copy["properties"]["silt_synthetic"] == true)
    );
}

#[test]
fn with_a_mirror_the_demo_imports_the_real_registers() {
    let Some(mirror) = mirror("demo") else { return };
    let silt = Silt::new();
    let output = silt
        .command(&["demo", "--no-serve"])
        .env("SILT_MIRROR", &mirror)
        .stderr(Stdio::inherit())
        .output()
        .expect("the binary runs");
    assert!(output.status.success());
    // Newest editions: Chile 836, Brazil 933, US tailings 1,362.
    assert_eq!(
        silt.features("tailings_facilities", &[]).len(),
        836 + 933 + 1362
    );
    let infos = silt.json(&["collections"]).remove(0);
    // Only what comes of the synthetic fleet is marked; its vessels stand beside real ones.
    for info in infos.as_array().expect("a list") {
        let of_fleet = [
            "vessels",
            "dredging_areas",
            "dredging_cycles",
            "dredging_tracks",
        ];
        let name = info["schema"]["id"].as_str().expect("an id");
        assert_eq!(info["synthetic"], of_fleet.contains(&name), "{info}");
    }
    let vessels = silt.features("vessels", &[]);
    let synthetic = |feature: &&Value| feature["properties"]["silt_synthetic"] == true;
    assert_eq!(
        vessels.iter().filter(|vessel| !synthetic(vessel)).count(),
        435
    );
    assert!(vessels.iter().any(|vessel| synthetic(&vessel)));
    // The real positions last for minutes and give no cycle; the fleet's give tonnes.
    let cycles = silt.features("dredging_cycles", &[]);
    assert!(cycles.len() > 100 && cycles.iter().all(|cycle| synthetic(&cycle)));
    let totals = silt.ok(&["extraction", "aggregate", "--by", "region:sea"]);
    let totals: Value = serde_json::from_str(&totals).expect("JSON");
    let groups = totals["groups"].as_array().expect("groups");
    let has_tonnes = |group: &Value| group["observed_tonnes_p50"].as_f64() > Some(0.0);
    assert!(groups.iter().any(has_tonnes), "{totals}");
    let positions = silt.json(&["ais", "list"]).remove(0);
    let positions = positions.as_array().expect("a list");
    assert_eq!(positions.len(), 5);
    let real = |import: &&Value| import["synthetic"] == false;
    assert_eq!(positions.iter().filter(real).count(), 4);
    let server = silt.serve();
    let chile = server.json("/collections/tailings_facilities/items?region=iso3:CHL&limit=1000");
    assert_eq!(chile["numberReturned"], 836);
}

#[test]
fn from_an_own_file_to_a_query_in_five_commands() {
    // The five commands of the README, with the server's answer asked for by the test itself.
    let silt = Silt::new();
    let file = silt.file(
        "mines.geojson",
        points(&[("a", -70.2, -23.7, "active"), ("b", -44.1, -20.1, "closed")]),
    );
    let file = file.to_str().expect("a path in UTF-8");
    silt.ok(&["import", file, "--collection", "my_mines"]);
    assert!(silt.ok(&["collections"]).contains("my_mines"));
    let server = silt.serve();
    let answer = server.json("/collections/my_mines/items?region=iso3:CHL");
    assert_eq!(answer["numberReturned"], 1);
}

#[test]
fn help_names_every_command_and_sources_are_listed() {
    let silt = Silt::new();
    let help = silt.ok(&["--help"]);
    for command in [
        "demo", "import", "sources", "changes", "history", "export", "serve", "regions", "doctor",
    ] {
        assert!(help.contains(command), "{command}");
    }
    let list = silt.ok(&["sources", "list"]);
    for source in [
        "chile-sernageomin",
        "brazil-sigbm",
        "global-tailings-portal",
        "icold-registry",
    ] {
        assert!(list.contains(source), "{source}");
    }
    let shown = silt.ok(&["sources", "show", "chile-sernageomin"]);
    assert!(shown.contains("SERNAGEOMIN"), "{shown}");
    assert_eq!(silt.run(&["sources", "show", "nothing"]).code, 1);
    silt.ok(&["doctor"]);
}

#[test]
fn fetching_verifies_and_refuses_a_damaged_mirror() {
    let Some(mirror) = mirror("fetch") else {
        return;
    };
    let silt = Silt::new();
    let fetched = silt.ok(&[
        "sources",
        "fetch",
        "chile-sernageomin",
        "--mirror",
        mirror.to_str().expect("UTF-8"),
    ]);
    assert!(fetched.contains("2025-10"), "{fetched}");
    // A mirror with the right name and other content.
    let damaged = silt.path("mirror");
    std::fs::create_dir_all(damaged.join("chile-relaves")).expect("a folder can be made");
    let whole = std::fs::read(mirror.join("chile-relaves/RELAVES_CHILE_OCT2025.xlsx"))
        .expect("the file is there");
    std::fs::write(
        damaged.join("chile-relaves/RELAVES_CHILE_OCT2025.xlsx"),
        &whole[..whole.len() / 2],
    )
    .expect("a file can be written");
    let other = Silt::new();
    let finished = other.run(&[
        "sources",
        "fetch",
        "chile-sernageomin",
        "--mirror",
        damaged.to_str().expect("UTF-8"),
    ]);
    assert_eq!(finished.code, 1, "{}", finished.stdout);
    assert!(
        finished.stderr.contains("RELAVES_CHILE_OCT2025.xlsx"),
        "{}",
        finished.stderr
    );
}
