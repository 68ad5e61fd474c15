//! Cells that are hot in several collections, each with parameters of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::hotspots_support::{encoded, features, number, send};
use crate::support::{Random, Server, Silt};

/// Groups of points around places, each with what a feature of it says.
fn file_of(groups: &[(f64, f64, usize, Value)], seed: u64) -> String {
    let mut random = Random(seed);
    let mut rows = Vec::new();
    for (lon, lat, count, properties) in groups {
        for _ in 0..*count {
            let at = [lon + random.unit() * 0.1, lat + random.unit() * 0.1];
            rows.push(json!({
                "type": "Feature",
                "id": format!("f{}", rows.len()),
                "properties": properties,
                "geometry": {"type": "Point", "coordinates": at},
            }));
        }
    }
    json!({"type": "FeatureCollection", "features": rows}).to_string()
}

const NORTH: (f64, f64) = (-69.0, -23.5);
const MIDDLE: (f64, f64) = (-70.3, -27.4);
const SOUTH: (f64, f64) = (-71.0, -33.0);

/// Two collections: dams that are hot in the north, in the middle (closed ones) and in the south
/// (by volume), pits in all three, those of the south from a source of their own.
fn collections() -> Silt {
    let active = |volume: f64| json!({"status": "active", "volume_m3": volume});
    let closed = |volume: f64| json!({"status": "closed", "volume_m3": volume});
    let silt = Silt::new();
    let dams = file_of(
        &[
            (NORTH.0, NORTH.1, 20, active(10.0)),
            (MIDDLE.0, MIDDLE.1, 20, closed(10.0)),
            (SOUTH.0, SOUTH.1, 2, active(5_000.0)),
        ],
        1,
    );
    let dams = silt.file("dams.geojson", dams);
    let of = |source: &'static str, title: &'static str| {
        [
            "--source",
            source,
            "--title",
            title,
            "--licence",
            "open",
            "--edition",
            "2024",
        ]
    };
    silt.import(&dams, "dams", &of("dam-office", "Register of dams"));
    let pits = file_of(
        &[
            (NORTH.0, NORTH.1, 15, json!({"depth_m": 40})),
            (MIDDLE.0, MIDDLE.1, 15, json!({"depth_m": 40})),
        ],
        2,
    );
    let pits = silt.file("pits.geojson", pits);
    silt.import(&pits, "pits", &of("pit-office", "Register of pits"));
    let pits = file_of(&[(SOUTH.0, SOUTH.1, 15, json!({"depth_m": 90}))], 3);
    let pits = silt.file("south.geojson", pits);
    silt.import(&pits, "pits", &of("south-office", "Pits of the south"));
    silt
}

const PLACE: &str = "region=iso3:CHL&resolution=5";

fn joint(server: &Server, more: &str) -> Value {
    server.json(&format!(
        "/hotspots/joint?collections=dams,pits&{PLACE}{more}"
    ))
}

/// The hot cells of one collection, by their id, with their properties.
fn hot_cells(server: &Server, collection: &str, more: &str) -> BTreeMap<String, Value> {
    let path = format!("/hotspots/{collection}?{PLACE}&significant=true&limit=100000{more}");
    features(&server.json(&path))
        .iter()
        .map(|feature| {
            let id = feature["id"].as_str().expect("an id").to_owned();
            (id, feature["properties"].clone())
        })
        .collect()
}

fn ids(answer: &Value) -> BTreeSet<String> {
    let ids = features(answer).iter();
    ids.map(|feature| feature["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// Around which of the places the joined cells lie.
fn places(answer: &Value) -> BTreeSet<&'static str> {
    let of = |feature: &Value| {
        let lat = number(&feature["geometry"]["coordinates"][0][0][1]);
        let places = [("north", NORTH), ("middle", MIDDLE), ("south", SOUTH)];
        let found = places.iter().find(|(_, place)| (lat - place.1).abs() < 1.0);
        found.unwrap_or_else(|| panic!("{feature} lies apart")).0
    };
    features(answer).iter().map(of).collect()
}

#[test]
fn a_joint_answer_is_what_single_questions_share() {
    let silt = collections();
    let server = silt.serve();
    let active = format!("filter={}", encoded("status = 'active'"));
    // What each collection is asked on its own.
    for (dams, pits) in [
        ("", ""),
        (active.as_str(), ""),
        ("value=sum:volume_m3", ""),
        (active.as_str(), "source=pit-office"),
        ("value=density", "value=mean:depth_m"),
        ("source=nobody", ""),
    ] {
        let with = |prefix: &str, own: &str| match own {
            "" => String::new(),
            own => format!("&{prefix}{own}"),
        };
        let more = format!("{}{}", with("dams.", dams), with("pits.", pits));
        let answer = joint(&server, &more);
        let of_dams = hot_cells(&server, "dams", &with("", dams));
        let of_pits = hot_cells(&server, "pits", &with("", pits));
        let shared: BTreeSet<String> = of_dams
            .keys()
            .filter(|cell| of_pits.contains_key(*cell))
            .cloned()
            .collect();
        assert_eq!(ids(&answer), shared, "{more}");
        for feature in features(&answer) {
            let cell = feature["id"].as_str().expect("an id");
            for (collection, alone) in [("dams", &of_dams), ("pits", &of_pits)] {
                let score = &feature["properties"]["scores"][collection];
                for name in ["z", "p", "q", "value"] {
                    assert_eq!(
                        score[name], alone[cell][name],
                        "{more}: {collection} {name}"
                    );
                }
            }
        }
    }
    // What they change is seen: closed dams leave the middle, volume leaves the south alone.
    let of = |more: &str| places(&joint(&server, more));
    assert_eq!(of(""), BTreeSet::from(["north", "middle"]));
    assert_eq!(of(&format!("&dams.{active}")), BTreeSet::from(["north"]));
    assert_eq!(of("&dams.value=sum:volume_m3"), BTreeSet::from(["south"]));
    assert_eq!(of("&dams.source=nobody"), BTreeSet::new());
}

#[test]
fn a_joint_answer_says_what_was_in_force() {
    let silt = collections();
    let server = silt.serve();
    let filter = "status = 'active'";
    let answer = joint(
        &server,
        &format!(
            "&datetime=1950-01-01/..&value=density&dams.filter={}&dams.value=sum:volume_m3&dams.datetime=2000-01-01/..\
             &pits.source=pit-office&filter-lang=cql2-text",
            encoded(filter)
        ),
    );
    assert_eq!(
        answer["collections"]["dams"]["parameters"],
        json!({"value": "sum:volume_m3", "filter": filter, "datetime": "2000-01-01/.."})
    );
    assert_eq!(
        answer["collections"]["pits"]["parameters"],
        json!({"value": "density", "source": "pit-office", "datetime": "1950-01-01/.."})
    );
    let shared = &answer["parameters"];
    for name in ["value", "filter", "source", "datetime"] {
        assert!(shared[name].is_null(), "{name} differs: {shared}");
    }
    assert_eq!(shared["filter-lang"], "cql2-text");
    assert_eq!(shared["collections"], json!(["dams", "pits"]));
    assert_eq!(shared["minimum"], 2);
    assert_eq!(shared["resolution_chosen"], false);
    let of_items = |collection: &str, query: &str| {
        server.json(&format!("/collections/{collection}/items?limit=1&{query}"))["numberMatched"]
            .clone()
    };
    let selected =
        |collection: &str| answer["collections"][collection]["selected"]["features"].clone();
    assert_eq!(
        selected("dams"),
        of_items(
            "dams",
            &format!(
                "region=iso3:CHL&datetime=2000-01-01/..&filter={}",
                encoded(filter)
            )
        )
    );
    assert_eq!(
        selected("pits"),
        of_items("pits", "region=iso3:CHL&source=pit-office")
    );
    let attribution = answer["attribution"].as_str().expect("an attribution");
    assert!(
        attribution.contains("Register of dams") && attribution.contains("Register of pits"),
        "{attribution}"
    );
    assert!(!attribution.contains("Pits of the south"), "{attribution}");

    // What is the same for all stands above as well.
    let same = joint(&server, "&datetime=2000-01-01/..");
    assert_eq!(same["parameters"]["value"], "count");
    assert_eq!(same["parameters"]["datetime"], "2000-01-01/..");
    let attribution = same["attribution"].as_str().expect("an attribution");
    assert!(attribution.contains("Pits of the south"), "{attribution}");
}

#[test]
fn parameters_of_collections_make_other_answers_with_other_tags() {
    let silt = collections();
    let server = silt.serve();
    let base = format!("/hotspots/joint?collections=dams,pits&{PLACE}");
    let active = encoded("status = 'active'");
    let closed = encoded("status = 'closed'");
    let mut tags = BTreeSet::new();
    let questions = [
        String::new(),
        format!("&dams.filter={active}"),
        format!("&dams.filter={closed}"),
        "&dams.source=dam-office".to_owned(),
        "&pits.source=dam-office".to_owned(),
        "&dams.datetime=2001-05-01".to_owned(),
        "&pits.datetime=2001-05-01".to_owned(),
        "&dams.value=density".to_owned(),
        "&value=density".to_owned(),
    ];
    for question in &questions {
        let path = format!("{base}{question}");
        let (status, headers, body) = send(&server, "GET", &path, None, None);
        assert_eq!(status, 200, "{question}");
        let (status, ..) = send(&server, "GET", &path, None, Some(&headers["etag"]));
        assert_eq!(status, 304, "{question}");
        let (_, _, again) = send(&server, "GET", &path, None, None);
        assert_eq!(again, body, "{question}");
        tags.insert(headers["etag"].clone());
    }
    assert_eq!(tags.len(), questions.len());
    let turned = format!("/hotspots/joint?dams.filter={active}&{PLACE}&collections=dams,pits");
    let (_, headers, _) = send(&server, "GET", &turned, None, None);
    assert!(tags.contains(&headers["etag"]), "order changes nothing");
    for format in ["csv", "html"] {
        let path = format!("{base}&dams.filter={active}&f={format}");
        let (status, _, body) = send(&server, "GET", &path, None, None);
        assert!(status == 200 && body.len() > 200, "{format}");
    }
}

#[test]
fn a_wrong_parameter_of_a_collection_is_named_as_it_was_given() {
    let silt = collections();
    let server = silt.serve();
    for (question, named) in [
        ("dams.filter=status%20=", "dams.filter"),
        ("dams.filter=nothing%3D1", "dams.filter"),
        ("pits.filter=status%3D%27active%27", "pits.filter"),
        ("dams.filter=", "dams.filter"),
        ("dams.value=sum:status", "dams.value"),
        ("pits.value=sum:volume_m3", "pits.value"),
        ("value=sum:volume_m3", "value"),
        ("pits.datetime=yesterday", "pits.datetime"),
        ("datetime=yesterday", "datetime"),
        ("mines.filter=a%3D1", "mines.filter"),
        ("sites.value=count", "sites.value"),
        ("dams.region=iso3:CHL", "dams.region"),
        ("dams.colour=red", "dams.colour"),
        ("dams.limit=3", "dams.limit"),
        ("filter=status%3D%27active%27", "filter"),
        ("source=dam-office", "source"),
        ("dams.source=a&dams.source=b", "dams.source"),
        ("filter-lang=sql&dams.filter=1%3D1", "filter-lang"),
    ] {
        let path = format!("/hotspots/joint?collections=dams,pits&{PLACE}&{question}");
        let (status, media_type, body) = server.get_typed(&path);
        assert_eq!(
            (status, media_type.as_str()),
            (400, "application/problem+json"),
            "{question}: {body}"
        );
        let problem: Value = serde_json::from_str(&body).expect("a problem");
        assert_eq!(
            problem["violations"][0]["parameter"], named,
            "{question}: {body}"
        );
    }
}

#[test]
fn the_definition_tells_of_parameters_of_single_collections() {
    let silt = collections();
    let server = silt.serve();
    let document = server.json("/api");
    let parameters = document["paths"]["/hotspots/joint"]["get"]["parameters"]
        .as_array()
        .expect("parameters")
        .clone();
    let own = parameters
        .iter()
        .find(|parameter| parameter["name"] == "ofCollection")
        .expect("parameters of collections");
    assert_eq!(
        (&own["style"], &own["explode"]),
        (&json!("form"), &json!(true))
    );
    let description = own["description"].as_str().expect("a description");
    let example = own["example"].as_object().expect("an example");
    for name in ["filter", "source", "datetime", "value"] {
        assert!(
            description.contains(&format!("{{collection}}.{name}")),
            "{description}"
        );
    }
    assert!(example.contains_key("tailings_facilities.filter"));
    let named: BTreeSet<&str> = parameters
        .iter()
        .filter_map(|parameter| {
            let reference = parameter["$ref"].as_str();
            let last = reference.and_then(|path| path.rsplit('/').next());
            parameter["name"].as_str().or(last)
        })
        .collect();
    for name in ["filter-lang", "filter-crs", "datetime", "value", "region"] {
        assert!(named.contains(name), "{name}: {named:?}");
    }
    for name in ["filter", "source"] {
        assert!(!named.contains(name), "{name} is of one collection");
    }
}
