//! OGC API Features Part 2: coordinate reference systems by reference.

use std::collections::BTreeSet;

use serde_json::Value;

use super::openapi::{check_query_parameter, definition, parameters};
use super::sample::{SAMPLE, rows};
use super::service::{Service, array, encode, id, service_of, text};

const CLASS: &str = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const EPSG_4326: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";
const EPSG_3857: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
const UNKNOWN: &str = "http://www.opengis.net/def/crs/0/unsupported";
const BERLIN: &str = "/collections/sample/items/sample:berlin";

/// The systems of a collection, the global list of all collections followed.
fn systems(service: &Service, collection: &Value) -> Vec<String> {
    let mut systems = Vec::new();
    for entry in array(collection, "crs") {
        match entry.as_str().expect("a text") {
            "#/crs" => systems.extend(
                array(&service.json("/collections"), "crs")
                    .iter()
                    .map(|uri| uri.as_str().expect("a text").to_owned()),
            ),
            uri => systems.push(uri.to_owned()),
        }
    }
    systems
}

fn spatial(service: &Service) -> Vec<Value> {
    let mut collections = service.collections();
    collections.retain(|collection| !collection["extent"]["spatial"].is_null());
    collections
}

fn first_position(feature: &Value) -> Vec<f64> {
    let mut value = &feature["geometry"]["coordinates"];
    while value[0].is_array() {
        value = &value[0];
    }
    value
        .as_array()
        .expect("a position")
        .iter()
        .map(|number| number.as_f64().expect("a number"))
        .collect()
}

#[track_caller]
fn check_near(found: &[f64], expected: [f64; 2], tolerance: f64) {
    assert!(
        found.len() == 2
            && (found[0] - expected[0]).abs() <= tolerance
            && (found[1] - expected[1]).abs() <= tolerance,
        "{found:?} instead of {expected:?}"
    );
}

/// Systems are named by URIs of the OGC.
#[test]
fn req_crs_crs_uri() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        for uri in systems(service, &collection) {
            let parts: Vec<&str> = uri
                .strip_prefix("http://www.opengis.net/def/crs/")
                .unwrap_or_else(|| panic!("{uri}"))
                .split('/')
                .collect();
            assert!(
                parts.len() == 3 && parts.iter().all(|part| !part.is_empty()),
                "authority, version and code: {uri}"
            );
        }
    }
}

/// Each spatial collection lists its systems, the default among them, each once.
#[test]
fn req_crs_fc_md_crs_list() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        let systems = systems(service, &collection);
        for uri in [CRS84, EPSG_4326, EPSG_3857] {
            assert!(
                systems.iter().any(|system| system == uri),
                "{}: no {uri}",
                collection["id"]
            );
        }
        let distinct: BTreeSet<&String> = systems.iter().collect();
        assert_eq!(distinct.len(), systems.len());
    }
}

/// A collection that refers to the global list finds one, and the list has no further references.
#[test]
fn req_crs_fc_md_crs_list_global() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = service.json("/collections");
    let refers = spatial(service)
        .iter()
        .any(|collection| array(collection, "crs").iter().any(|uri| uri == "#/crs"));
    if refers {
        let global = array(&document, "crs");
        assert!(!global.is_empty());
        assert!(global.iter().all(|uri| uri != "#/crs"));
    }
}

/// Where a collection says in which system it is stored, there is that one member.
#[test]
fn req_crs_fc_md_storage_crs() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        assert!(text(&collection, "storageCrs").starts_with("http://www.opengis.net/def/crs/"));
    }
}

/// The system of storage is one of the supported ones.
#[test]
fn req_crs_fc_md_storage_crs_valid_value() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        let storage = text(&collection, "storageCrs");
        assert!(
            systems(service, &collection)
                .iter()
                .any(|uri| uri == storage),
            "{storage}"
        );
    }
}

/// `bbox-crs` is described as a text parameter of the items.
#[test]
fn req_crs_fc_bbox_crs_definition() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in spatial(service) {
        let path = format!("/collections/{}/items", text(&collection, "id"));
        let schema = check_query_parameter(&document, &path, "bbox-crs");
        assert_eq!(schema["type"], "string", "{schema}");
    }
}

/// Each listed system is a value of `bbox-crs`.
#[test]
fn req_crs_fc_bbox_crs_valid_value() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        for uri in systems(service, &collection).iter().take(25) {
            // A point that every system with a wide area of use can say something about.
            let path = format!(
                "/collections/{}/items?limit=1&bbox=0,0,1,1&bbox-crs={}",
                text(&collection, "id"),
                encode(uri)
            );
            service.get(&path).expect(200);
        }
    }
}

/// Without `bbox-crs` a box is in longitude and latitude.
#[test]
fn req_crs_fc_bbox_crs_default_value() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let expected = rows(&["berlin", "triangle", "placeless"]);
    assert_eq!(service.ids(SAMPLE, "bbox=13,52,14,53"), expected);
    let explicit = format!("bbox=13,52,14,53&bbox-crs={}", encode(CRS84));
    assert_eq!(service.ids(SAMPLE, &explicit), expected);
}

/// A box is read in the system of `bbox-crs`, in the order of its axes.
#[test]
fn req_crs_fc_bbox_crs_action() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let expected = rows(&["berlin", "triangle", "placeless"]);
    for (bbox, uri) in [
        ("52,13,53,14", EPSG_4326),
        ("1447000,6800000,1559000,6983000", EPSG_3857),
    ] {
        let query = format!("bbox={bbox}&bbox-crs={}", encode(uri));
        assert_eq!(service.ids(SAMPLE, &query), expected, "{uri}");
    }
    let swapped = format!("bbox=13,52,14,53&bbox-crs={}", encode(EPSG_4326));
    assert_eq!(
        service.ids(SAMPLE, &swapped),
        rows(&["placeless"]),
        "13 to 14 degrees north, 52 to 53 degrees east"
    );
}

/// A system that is not listed is 400.
#[test]
fn req_crs_bbox_crs_exception() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        for value in [
            UNKNOWN,
            "",
            "EPSG",
            "http://www.opengis.net/def/crs/EPSG/0/1",
        ] {
            let path = format!(
                "/collections/{}/items?bbox=0,0,1,1&bbox-crs={}",
                text(&collection, "id"),
                encode(value)
            );
            service.get(&path).expect_problem(400);
        }
    }
}

/// `crs` is described as a text parameter of the items and of one item.
#[test]
fn req_crs_fc_crs_definition() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in spatial(service) {
        let items = format!("/collections/{}/items", text(&collection, "id"));
        let schema = check_query_parameter(&document, &items, "crs");
        assert_eq!(schema["type"], "string", "{schema}");
        let one = format!("{items}/x");
        assert!(parameters(&document, "get", &one).contains_key("crs"));
    }
}

/// Each listed system is a value of `crs`.
#[test]
fn req_crs_fc_crs_valid_value() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        let name = text(&collection, "id");
        for uri in [CRS84, EPSG_4326, EPSG_3857] {
            service
                .get(&format!(
                    "/collections/{name}/items?limit=2&crs={}",
                    encode(uri)
                ))
                .expect(200);
        }
    }
    let collection = service.json("/collections/sample");
    for uri in systems(service, &collection) {
        service
            .get(&format!(
                "/collections/sample/items?limit=1&bbox=13,52,14,53&crs={}",
                encode(&uri)
            ))
            .expect(200);
    }
}

/// A system that is not listed is 400, for the items and for one item.
#[test]
fn req_crs_crs_exception() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        let name = text(&collection, "id");
        let feature = encode(&id(&service.features(name)[0]));
        for value in [UNKNOWN, "", "nonsense"] {
            for path in [
                format!("/collections/{name}/items"),
                format!("/collections/{name}/items/{feature}"),
            ] {
                service
                    .get(&format!("{path}?crs={}", encode(value)))
                    .expect_problem(400);
            }
        }
    }
}

/// Without `crs` coordinates are longitude and latitude, the same as with the default named.
#[test]
fn req_crs_fc_crs_default_value() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in spatial(service) {
        let path = format!("/collections/{}/items?limit=50", text(&collection, "id"));
        let default = service.json(&path);
        let named = service.json(&format!("{path}&crs={}", encode(CRS84)));
        assert_eq!(default["features"], named["features"], "{path}");
    }
}

/// Coordinates are in the system of `crs`, in the order of its axes.
#[test]
fn req_crs_fc_crs_action() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let berlin =
        |uri: &str| first_position(&service.json(&format!("{BERLIN}?crs={}", encode(uri))));
    check_near(&berlin(CRS84), [13.4, 52.5], 1e-9);
    check_near(&berlin(EPSG_4326), [52.5, 13.4], 1e-9);
    // x = a lambda, y = a ln tan(pi/4 + phi/2), with a = 6 378 137 m.
    let radius_m = 6_378_137.0_f64;
    let x = radius_m * 13.4_f64.to_radians();
    let y = radius_m
        * (std::f64::consts::FRAC_PI_4 + 52.5_f64.to_radians() / 2.0)
            .tan()
            .ln();
    check_near(&berlin(EPSG_3857), [x, y], 1e-3);

    let list = service.json(&format!(
        "/collections/sample/items?bbox=13,52,14,53&crs={}",
        encode(EPSG_4326)
    ));
    let listed = array(&list, "features")
        .iter()
        .find(|feature| feature["id"] == "sample:berlin")
        .expect("Berlin");
    check_near(&first_position(listed), [52.5, 13.4], 1e-9);
}

/// A system that a zone's coordinates belong to gives metres in that zone.
#[test]
fn req_crs_fc_crs_action_of_a_projected_system() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let utm = "http://www.opengis.net/def/crs/EPSG/0/32633";
    let collection = service.json("/collections/sample");
    if !systems(service, &collection).iter().any(|uri| uri == utm) {
        return;
    }
    let feature = service.json(&format!("{BERLIN}?crs={}", encode(utm)));
    // pyproj 3.7: Transformer.from_crs("OGC:CRS84", "EPSG:32633").transform(13.4, 52.5)
    check_near(
        &first_position(&feature),
        [391_390.731, 5_817_855.241],
        0.01,
    );
}

/// Every answer with coordinates names their system in `Content-Crs`.
#[test]
fn req_crs_ogc_crs_header() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collections() {
        let name = text(&collection, "id");
        let feature = encode(&id(&service.features(name)[0]));
        for path in [
            format!("/collections/{name}/items?limit=1"),
            format!("/collections/{name}/items/{feature}"),
        ] {
            let reply = service.get(&path).expect(200);
            assert!(reply.header("content-crs").is_some(), "{path}");
        }
    }
}

/// The value of the header is the URI of the system in angle brackets.
#[test]
fn req_crs_ogc_crs_header_value() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for path in ["/collections/sample/items?limit=1", BERLIN] {
        let separator = if path.contains('?') { '&' } else { '?' };
        for (query, uri) in [
            (String::new(), CRS84),
            (format!("{separator}crs={}", encode(CRS84)), CRS84),
            (format!("{separator}crs={}", encode(EPSG_4326)), EPSG_4326),
            (format!("{separator}crs={}", encode(EPSG_3857)), EPSG_3857),
        ] {
            let reply = service.get(&format!("{path}{query}")).expect(200);
            assert_eq!(
                reply.header("content-crs"),
                Some(format!("<{uri}>").as_str()),
                "{path}{query}"
            );
        }
    }
}

/// GeoJSON in another system than WGS 84 is a prior arrangement: no `crs` member in the document.
#[test]
fn req_crs_geojson() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = service.json(&format!(
        "/collections/sample/items?crs={}",
        encode(EPSG_3857)
    ));
    assert!(document.get("crs").is_none());
}
