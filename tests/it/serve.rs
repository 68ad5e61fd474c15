//! The minimal service: items as GeoJSON with bbox, region, limit and paging.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Silt, points};

fn sample() -> Silt {
    let silt = Silt::new();
    let file = silt.file(
        "sites.geojson",
        points(&[
            ("cl", -70.2, -23.7, "active"),
            ("br", -44.1, -20.1, "closed"),
            ("fj-west", 179.0, -16.6, "active"),
            ("fj-east", -179.9, -16.8, "active"),
            ("us", -112.0, 40.7, "active"),
        ]),
    );
    silt.import(&file, "sites", &["--edition", "2024"]);
    silt
}

fn records(document: &Value) -> BTreeSet<String> {
    document["features"]
        .as_array()
        .expect("features")
        .iter()
        .map(|feature| {
            feature["properties"]["silt_record"]
                .as_str()
                .expect("a record id")
                .to_owned()
        })
        .collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn items_by_bbox_region_and_limit() {
    let silt = sample();
    let server = silt.serve();
    let (status, media_type, body) = server.get_typed("/collections/sites/items");
    assert_eq!((status, media_type.as_str()), (200, "application/geo+json"));
    let all: Value = serde_json::from_str(&body).expect("GeoJSON");
    assert_eq!(records(&all).len(), 5);
    body.parse::<geojson::GeoJson>()
        .expect("the geojson crate reads it");

    let items = |query: &str| records(&server.json(&format!("/collections/sites/items?{query}")));
    assert_eq!(items("bbox=-80,-40,-60,-10"), set(&["cl"]));
    assert_eq!(
        items("bbox=170,-20,-170,-10"),
        set(&["fj-west", "fj-east"]),
        "across the antimeridian"
    );
    assert_eq!(items("region=iso3:BRA"), set(&["br"]));
    assert_eq!(items("region=un:GRULAC"), set(&["br", "cl"]));
    assert_eq!(items("region=m49:005"), set(&["br", "cl"]), "South America");
    assert_eq!(items("region=iso3:FJI"), set(&["fj-west", "fj-east"]));
    assert_eq!(items("limit=2").len(), 2);
}

#[test]
fn pages_follow_each_other_without_gaps_or_repeats() {
    let silt = sample();
    let server = silt.serve();
    let mut path = "/collections/sites/items?limit=2".to_owned();
    let mut seen = Vec::new();
    for _ in 0..10 {
        let page = server.json(&path);
        seen.extend(records(&page));
        let next = page["links"]
            .as_array()
            .expect("links")
            .iter()
            .find(|link| link["rel"] == "next");
        match next {
            Some(link) => {
                let address = link["href"].as_str().expect("an address");
                let start = address.find("/collections").expect("a path");
                path = address[start..].to_owned();
            }
            None => break,
        }
    }
    assert_eq!(seen.len(), 5, "no repeats");
    assert_eq!(seen.into_iter().collect::<BTreeSet<String>>().len(), 5);
}

#[test]
fn one_item_its_history_and_the_changes() {
    let silt = sample();
    let newer = silt.file("newer.geojson", points(&[("cl", -70.2, -23.7, "closed")]));
    silt.import(&newer, "sites", &["--edition", "2025"]);
    let server = silt.serve();
    let item = server.json("/collections/sites/items/sites:cl");
    assert_eq!(item["properties"]["status"], "closed");
    assert_eq!(
        item["properties"]["silt_regions"]
            .as_array()
            .map(|regions| regions.contains(&"iso3:CHL".into())),
        Some(true)
    );
    let history = server.json("/collections/sites/items/sites:cl/history");
    assert_eq!(history["states"].as_array().map(Vec::len), Some(2));
    let changes = server.json("/changes?region=iso3:CHL&field=status");
    assert_eq!(changes["changes"][0]["old_value"], "active");
    assert_eq!(changes["changes"][0]["new_value"], "closed");
    assert_eq!(server.json("/changes?since=2026")["numberReturned"], 0);
}

#[test]
fn what_is_wrong_with_a_request_is_told_as_a_problem_document() {
    let silt = sample();
    let server = silt.serve();
    for (path, status) in [
        ("/collections/sites/items?bbox=1,2,3", 400),
        ("/collections/sites/items?bbox=1,2,NaN,4", 400),
        ("/collections/sites/items?limit=0", 400),
        ("/collections/sites/items?limit=-1", 400),
        ("/collections/sites/items?limit=1&limit=2", 400),
        ("/collections/sites/items?region=iso3:XXX", 400),
        ("/collections/sites/items?colour=red", 400),
        ("/collections/sites/items?cursor=x", 400),
        ("/changes?since=yesterday", 400),
        ("/collections/nowhere", 404),
        ("/collections/nowhere/items", 404),
        ("/collections/sites/items/sites:none", 404),
        ("/collections/sites/items/none", 404),
        ("/nowhere", 404),
    ] {
        let (found, media_type, body) = server.get_typed(path);
        assert_eq!(found, status, "{path}: {body}");
        assert_eq!(media_type, "application/problem+json", "{path}");
        let problem: Value = serde_json::from_str(&body).expect("a problem document");
        assert_eq!(problem["status"], status);
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{problem}"
        );
    }
}

#[test]
fn landing_page_collections_sources_and_shutdown() {
    let silt = sample();
    let server = silt.serve();
    assert_eq!(server.get("/healthz"), (200, "ok\n".to_owned()));
    let landing = server.json("/");
    assert!(
        landing["links"]
            .as_array()
            .is_some_and(|links| !links.is_empty())
    );
    let collections = server.json("/collections");
    assert_eq!(collections["collections"][0]["id"], "sites");
    assert_eq!(collections["collections"][0]["numberOfFeatures"], 5);
    let sources = server.json("/sources");
    assert_eq!(sources["editions"][0]["edition"], "2024");
    assert_eq!(server.stop(), Some(0), "SIGTERM ends it in order");
}
