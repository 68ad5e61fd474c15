//! Regions: bundled ones against the truth of the registers, and the user's own.

use serde_json::Value;

use crate::support::{Silt, mirror, points};

#[test]
fn regions_are_listed_and_expanded() {
    let silt = Silt::new();
    let grulac = silt.json(&["regions", "show", "un:GRULAC"]).remove(0);
    let members = grulac["members"].as_array().expect("members");
    assert_eq!(members.len(), 33, "33 States are members of GRULAC");
    assert!(members.contains(&"iso3:BRA".into()));
    assert!(
        grulac["disclaimer"]
            .as_str()
            .is_some_and(|text| text.contains("endorse") || text.contains("acceptance"))
    );
    let groups = silt.json(&["regions", "list", "--kind", "un"]).remove(0);
    let groups = groups.as_array().expect("a list");
    assert_eq!(groups.len(), 5, "five regional groups");
    // Overseas parts that are drawn and coded apart from the State that they belong to.
    let parts = [
        "GUF", "GLP", "MTQ", "MYT", "REU", "SJM", "BES", "TKL", "CXR", "CCK",
    ];
    let mut states = 0;
    for group in groups {
        let id = group["id"].as_str().expect("an id");
        let shown = silt.json(&["regions", "show", id]).remove(0);
        let members = shown["members"].as_array().expect("members");
        states += members
            .iter()
            .filter_map(|member| member.as_str()?.strip_prefix("iso3:"))
            .filter(|code| !parts.contains(code))
            .count();
    }
    assert_eq!(
        states,
        193 + 1,
        "193 Member States, of which Türkiye counts in two groups"
    );
    for kind in ["iso3", "un", "m49", "admin1", "sea"] {
        let list = silt.json(&["regions", "list", "--kind", kind]).remove(0);
        assert!(
            list.as_array().is_some_and(|regions| regions.len() >= 5),
            "{kind}"
        );
    }
    let unknown = silt.run(&["regions", "show", "iso3:BRX"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("iso3:BR"),
        "suggests a near one: {}",
        unknown.stderr
    );
}

#[test]
fn features_are_placed_across_the_antimeridian_and_at_the_pole() {
    let silt = Silt::new();
    let file = silt.file(
        "places.geojson",
        points(&[
            ("taveuni", -179.95, -16.75, "x"),
            ("suva", 178.44, -18.12, "x"),
            ("uelen", -170.5, 66.0, "x"),
            ("anadyr", 177.5, 64.73, "x"),
            ("pole", 12.0, -89.9, "x"),
            ("greenwich", -0.001, 51.478, "x"),
            ("north-sea", 3.0, 56.0, "x"),
        ]),
    );
    silt.import(&file, "places", &[]);
    let placed = |region: &str| -> Vec<String> {
        let mut ids: Vec<String> = silt
            .features("places", &["--region", region])
            .iter()
            .map(|feature| {
                feature["properties"]["silt_record"]
                    .as_str()
                    .unwrap_or("")
                    .to_owned()
            })
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(placed("iso3:FJI"), ["suva", "taveuni"]);
    assert_eq!(placed("iso3:RUS"), ["anadyr", "uelen"]);
    assert_eq!(placed("iso3:ATA"), ["pole"]);
    assert_eq!(placed("iso3:GBR"), ["greenwich"]);
    assert_eq!(placed("sea:north-sea"), ["north-sea"]);
}

#[test]
fn a_user_adds_regions_and_features_are_placed_anew() {
    let silt = Silt::new();
    let sites = silt.file(
        "sites.geojson",
        points(&[("in", 10.5, 50.5, "a"), ("out", 12.0, 52.0, "a")]),
    );
    silt.import(&sites, "sites", &[]);
    let polygons = silt.file(
        "basins.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Upper Basin"},
           "geometry":{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51],[10,50]]]}}]}"#,
    );
    silt.ok(&[
        "regions",
        "add",
        polygons.to_str().expect("a path in UTF-8"),
    ]);
    let found = silt.features("sites", &["--region", "aoi:upper-basin"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["properties"]["silt_record"], "in");
    // New imports know the region too.
    let more = silt.file("more.geojson", points(&[("late", 10.2, 50.2, "a")]));
    silt.import(&more, "more", &[]);
    assert_eq!(
        silt.features("more", &["--region", "aoi:upper-basin"])
            .len(),
        1
    );
    assert!(
        silt.ok(&["regions", "list", "--kind", "aoi"])
            .contains("Upper Basin")
    );
}

#[test]
fn of_places_well_inside_land_99_percent_fall_in_the_country_they_state() {
    let Some(mirror) = mirror("geonames") else {
        return;
    };
    let silt = Silt::new();
    let report = silt.import_source(&mirror, "geonames", &[]).remove(0);
    // Places whose point lies in another country than the one stated; those off the coast are
    // counted by `region_by_tolerance` or have no region at all.
    let outside = report["flags"]["outside_stated_region"]
        .as_u64()
        .unwrap_or(0)
        + report["flags"]["coordinates_swapped"].as_u64().unwrap_or(0);
    assert!(
        outside > 0,
        "de facto borders differ somewhere, and that is reported"
    );
    assert!(
        (outside as f64) < 0.02 * 171_075.0,
        "{outside} of 171,075 outside the stated country"
    );
    let crimea: Vec<Value> = silt
        .features("places", &["--bbox", "33.9,44.8,34.3,45.1"])
        .into_iter()
        .filter(|feature| {
            feature["properties"]["silt_flags"]
                .to_string()
                .contains("outside_stated_region")
        })
        .collect();
    let moved = crimea
        .iter()
        .filter(|feature| feature["geometry"].is_null())
        .count();
    assert_eq!(moved, 0, "reported, not corrected");
}
