//! Every register of the mirror, with the exact counts that the files hold.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Silt, mirror};

fn count(report: &Value, name: &str) -> u64 {
    report[name]
        .as_u64()
        .unwrap_or_else(|| panic!("no count `{name}` in {report}"))
}

/// Rows read = created + updated + unchanged + rejected, and what was created can be exported.
fn check_balance(report: &Value) {
    let kept = count(report, "created") + count(report, "updated") + count(report, "unchanged");
    assert_eq!(
        count(report, "rows_read"),
        kept + count(report, "rejected"),
        "{report}"
    );
}

/// Imports a source with one file and checks how many features it gives.
fn register(source: &str, rows: u64, without_geometry: u64) -> Option<(Silt, Value)> {
    let mirror = mirror(source)?;
    let silt = Silt::new();
    let report = silt.import_source(&mirror, source, &[]).remove(0);
    check_balance(&report);
    assert_eq!(
        count(&report, "created"),
        rows,
        "{source}: features created"
    );
    assert_eq!(count(&report, "rejected"), 0, "{source}: rows rejected");
    assert_eq!(
        count(&report, "without_geometry"),
        without_geometry,
        "{source}: features without geometry"
    );
    Some((silt, report))
}

#[test]
fn chile_has_836_deposits_all_in_chile() {
    let Some((silt, report)) = register("chile-sernageomin", 836, 0) else {
        return;
    };
    assert_eq!(
        silt.features("tailings_facilities", &["--region", "iso3:CHL"])
            .len(),
        836
    );
    let disagreeing = report["flags"]["coordinates_disagree"]
        .as_u64()
        .unwrap_or(0);
    let flagged: Vec<Value> = silt
        .features("tailings_facilities", &[])
        .into_iter()
        .filter(|feature| {
            feature["properties"]["silt_flags"]
                .to_string()
                .contains("coordinates_disagree")
        })
        .collect();
    assert_eq!(flagged.len() as u64, disagreeing);
    for feature in &flagged {
        let flags = feature["properties"]["silt_flags"].to_string();
        assert!(flags.contains(" m"), "the flag tells the distance: {flags}");
    }
}

#[test]
fn brazil_2022_has_909_dams_all_in_brazil() {
    // Five dams have 60 or more seconds in an angle: kept, flagged, without geometry, and found
    // in Brazil by the country that the register states.
    let Some((silt, report)) = register("brazil-anm-2022", 909, 5) else {
        return;
    };
    assert_eq!(report["flags"]["coordinates_invalid"], 5);
    assert_eq!(
        silt.features("tailings_facilities", &["--region", "iso3:BRA"])
            .len(),
        909
    );
    assert_eq!(
        report["flags"].get("value_unreadable"),
        None,
        "{}",
        report["flags"]
    );
}

#[test]
fn us_2019_has_1362_tailings_dams_of_which_48_have_no_coordinates() {
    let Some((silt, report)) = register("us-nid-tailings", 1362, 48) else {
        return;
    };
    assert_eq!(report["flags"]["coordinates_missing"], 48);
    let red_dog = silt
        .features("tailings_facilities", &[])
        .into_iter()
        .find(|feature| feature["properties"]["name"] == "RED DOG TAILINGS MAIN DAM")
        .expect("Red Dog is in the register");
    // 208 ft and 40,030 acre-feet.
    let height_m = red_dog["properties"]["height_m"]
        .as_f64()
        .expect("a height");
    assert!((height_m - 208.0 * 0.3048).abs() < 1e-9, "{height_m}");
    let storage_m3 = red_dog["properties"]["storage_m3"]
        .as_f64()
        .expect("a volume");
    assert!(
        (storage_m3 - 40_030.0 * 1_233.481_837_547_52).abs() < 1e-3,
        "{storage_m3}"
    );
    assert_eq!(
        red_dog["properties"]["silt_original"]["nid_height"],
        "208.0"
    );
}

#[test]
fn us_2019_has_91457_dams() {
    let Some(mirror) = mirror("us-nid") else {
        return;
    };
    let silt = Silt::new();
    let report = silt.import_source(&mirror, "us-nid", &[]).remove(0);
    check_balance(&report);
    assert_eq!(count(&report, "created"), 91_457);
    assert_eq!(count(&report, "rejected"), 0);
}

#[test]
fn canada_has_947_mines() {
    let Some((_, report)) = register("canada-mincan", 947, 0) else {
        return;
    };
    check_balance(&report);
}

#[test]
fn minmod_has_146608_rows_of_which_140696_have_a_point_in_four_systems() {
    // Two of the 140,696 points are none: one has NaN for a latitude, one lies beyond a pole.
    let Some((silt, report)) = register("minmod", 146_608, 146_608 - 140_696 + 2) else {
        return;
    };
    assert_eq!(report["flags"]["coordinates_missing"], 146_608 - 140_696);
    assert_eq!(report["flags"]["geometry_unreadable"], 1);
    assert_eq!(report["flags"]["coordinates_invalid"], 1);
    let systems: BTreeSet<String> = silt
        .features("mineral_sites", &[])
        .iter()
        .filter(|feature| !feature["geometry"].is_null())
        .map(|feature| {
            feature["properties"]["silt_crs"]
                .as_str()
                .unwrap_or("EPSG:4326")
                .to_owned()
        })
        .collect();
    let expected: BTreeSet<String> = ["EPSG:4326", "EPSG:2994", "EPSG:26912", "EPSG:4267"]
        .map(str::to_owned)
        .into();
    assert_eq!(systems, expected);
}

#[test]
fn gem_has_2116_boundaries_of_mixed_geometry_of_which_4_are_invalid() {
    let Some((silt, report)) = register("gem-coal-boundaries", 2_116, 0) else {
        return;
    };
    let invalid = report["flags"]["geometry_invalid"].as_u64().unwrap_or(0)
        + report["flags"]["geometry_repaired"].as_u64().unwrap_or(0);
    assert_eq!(invalid, 4, "{}", report["flags"]);
    let kinds: BTreeSet<String> = silt
        .features("mine_boundaries", &[])
        .iter()
        .map(|feature| {
            feature["geometry"]["type"]
                .as_str()
                .unwrap_or("none")
                .to_owned()
        })
        .collect();
    assert!(kinds.len() > 1, "mixed geometry stays mixed: {kinds:?}");
}

#[test]
fn gem_has_3672_coal_mines() {
    let Some(mirror) = mirror("gem-coal-mines") else {
        return;
    };
    let silt = Silt::new();
    let report = silt.import_source(&mirror, "gem-coal-mines", &[]).remove(0);
    check_balance(&report);
    assert_eq!(count(&report, "created"), 3_672);
    assert_eq!(count(&report, "rejected"), 0);
}

#[test]
fn geonames_has_171075_places() {
    let Some((silt, _)) = register("geonames", 171_075, 0) else {
        return;
    };
    let found = silt.features("places", &["--bbox", "1.5,42.5,1.57,42.55"]);
    assert!(
        found
            .iter()
            .any(|feature| feature["properties"]["name"] == "Vila"),
        "{}",
        found.len()
    );
}

#[test]
fn brumadinho_is_one_polygon_of_244_7_ha() {
    let Some((silt, _)) = register("brumadinho-2019", 1, 0) else {
        return;
    };
    let features = silt.features("failure_extents", &["--region", "admin1:BR-MG"]);
    let json = features
        .first()
        .expect("the extent lies in Minas Gerais")
        .to_string();
    let feature: geojson::Feature = json.parse().expect("a GeoJSON feature");
    let geometry: geo_types::Geometry<f64> = feature
        .geometry
        .expect("a geometry")
        .try_into()
        .expect("a geometry of geo-types");
    let area_ha = geo::GeodesicArea::geodesic_area_unsigned(&geometry) / 10_000.0;
    assert!((area_ha / 244.7 - 1.0).abs() < 0.005, "{area_ha} ha");
}

#[test]
fn natural_earth_has_241_countries_and_none_is_lost_to_minus_99() {
    let Some((silt, _)) = register("natural-earth-countries", 241, 0) else {
        return;
    };
    let features = silt.features("countries", &[]);
    let codes: BTreeSet<String> = features
        .iter()
        .filter_map(|feature| feature["properties"]["iso3"].as_str().map(str::to_owned))
        .collect();
    for expected in ["FRA", "NOR", "BRA", "CHL"] {
        assert!(codes.contains(expected), "{expected} is missing");
    }
    assert!(!codes.contains("-99"));
}

#[test]
fn csp2_has_376_failures_none_with_coordinates() {
    let Some((silt, _)) = register("csp2-failures", 376, 376) else {
        return;
    };
    let williamson = silt
        .features("tailings_failures", &[])
        .into_iter()
        .find(|feature| {
            feature["properties"]
                .to_string()
                .contains("Williamson Mine")
        })
        .expect("the failure of 2022 is there");
    assert!(
        williamson["properties"].to_string().contains("2022-11-07"),
        "{williamson}"
    );
}

#[test]
fn a_dry_run_reports_and_changes_nothing() {
    let Some(mirror) = mirror("dry run") else {
        return;
    };
    let silt = Silt::new();
    silt.ok(&["init"]);
    let before = std::fs::read(silt.store()).expect("the store can be read");
    let report = silt
        .import_source(&mirror, "chile-sernageomin", &["--dry-run"])
        .remove(0);
    assert_eq!(count(&report, "created"), 836);
    assert_eq!(report["dry_run"], true);
    assert_eq!(
        silt.ok(&["collections"]).lines().count(),
        1,
        "only the header"
    );
    assert_eq!(
        std::fs::read(silt.store()).expect("the store can be read"),
        before
    );
}

#[test]
fn published_values_are_kept_verbatim() {
    let Some((silt, _)) = register("brazil-anm-2022", 909, 5) else {
        return;
    };
    let features = silt.features("tailings_facilities", &[]);
    let feature = features
        .iter()
        .find(|feature| feature["properties"]["silt_record"] == "8179")
        .expect("dam 8179 is there");
    let original = &feature["properties"]["silt_original"];
    assert_eq!(
        original.as_object().map(serde_json::Map::len),
        Some(94),
        "every published column is kept"
    );
    assert_eq!(original["Latitude"], "-10°39'12.400''");
    assert_eq!(original["Volume atual do Reservatório (m³)"], "6.362,07");
    assert_eq!(feature["properties"]["storage_m3"], 6362.07);
}
