//! OGC API Features Part 1, class Core: the features of a collection and their parameters.

use std::collections::BTreeSet;

use geo::{BoundingRect, Intersects};
use serde_json::Value;

use super::openapi::{check_query_parameter, definition};
use super::sample::{SAMPLE, feature_id, rows};
use super::service::{
    Service, array, check_links, id, link, link_of_type, service_of, shortened, text,
};

const CLASS: &str = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core";

fn items(collection: &str) -> String {
    format!("/collections/{collection}/items")
}

fn page(service: &Service, collection: &str, query: &str) -> Value {
    service
        .get_as(
            &format!("{}?{query}", items(collection)),
            "application/geo+json",
        )
        .expect(200)
        .json()
}

/// The features of each collection are there for GET.
#[test]
fn req_core_fc_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        service
            .get(&items(&collection))
            .expect(200)
            .expect_media_type("application/geo+json");
    }
    service.get(&items("nowhere")).expect_problem(404);
}

/// The API definition describes `limit` as an integer with minimum, maximum and default.
#[test]
fn req_core_fc_limit_definition() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let schema = check_query_parameter(&document, &items(&collection), "limit");
        assert_eq!(schema["type"], "integer", "{schema}");
        let [minimum, default, maximum] =
            ["minimum", "default", "maximum"].map(|name| schema[name].as_u64().expect("a number"));
        assert!(
            1 <= minimum && minimum <= default && default <= maximum,
            "{schema}"
        );
    }
}

/// No answer has more features than `limit` allows, nor more than the maximum.
#[test]
fn req_core_fc_limit_response() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let schema = check_query_parameter(&document, &items(&collection), "limit");
        let maximum = schema["maximum"].as_u64().expect("a maximum");
        let default = schema["default"].as_u64().expect("a default");
        let total = service.features(&collection).len() as u64;
        for (query, most) in [
            (String::new(), default),
            ("limit=1".to_owned(), 1),
            ("limit=7".to_owned(), 7),
            (format!("limit={maximum}"), maximum),
            (format!("limit={}", maximum + 1), maximum),
            (format!("limit={}", u32::MAX), maximum),
        ] {
            let found = array(&page(service, &collection, &query), "features").len() as u64;
            assert_eq!(found, most.min(total), "{collection}?{query}");
        }
    }
}

/// The API definition describes `bbox` as an array of 4 to 6 numbers.
#[test]
fn req_core_fc_bbox_definition() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let schema = check_query_parameter(&document, &items(&collection), "bbox");
        assert_eq!(schema["type"], "array", "{schema}");
        assert_eq!(schema["items"]["type"], "number", "{schema}");
        // Version 1.0 has the one, version 1.0.1 the other.
        let range = schema["minItems"] == 4 && schema["maxItems"] == 6;
        let either = [4, 6].iter().all(|length| {
            schema["oneOf"].as_array().is_some_and(|choices| {
                choices
                    .iter()
                    .any(|choice| choice["minItems"] == *length && choice["maxItems"] == *length)
            })
        });
        assert!(range || either, "{schema}");
    }
}

/// `bbox` selects the features whose geometry meets the closed box, and those without geometry.
#[test]
fn req_core_fc_bbox_response() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let features = service.features(&collection);
        let geometries: Vec<(String, Option<geo_types::Geometry<f64>>)> = features
            .iter()
            .map(|feature| (id(feature), geometry(feature)))
            .collect();
        // The box of one feature, so that there is something on the edge, and a wide one.
        let mut boxes = vec![geo_types::Rect::new((-72.0, -34.0), (-69.0, -25.0))];
        boxes.extend(
            geometries
                .iter()
                .filter_map(|(_, geometry)| geometry.as_ref()?.bounding_rect())
                .step_by(97)
                .take(4),
        );
        for area in boxes {
            let expected: BTreeSet<String> = geometries
                .iter()
                .filter(|(_, geometry)| {
                    geometry
                        .as_ref()
                        .is_none_or(|geometry| geometry.intersects(&area))
                })
                .map(|(id, _)| id.clone())
                .collect();
            let [west, south] = [area.min().x, area.min().y];
            let [east, north] = [area.max().x, area.max().y];
            for query in [
                format!("bbox={west},{south},{east},{north}"),
                format!("bbox={west}%2C{south}%2C{east}%2C{north}"),
            ] {
                assert_eq!(
                    service.ids(&collection, &query),
                    expected,
                    "{collection} {query}"
                );
            }
        }
    }
}

fn geometry(feature: &Value) -> Option<geo_types::Geometry<f64>> {
    if feature["geometry"].is_null() {
        return None;
    }
    let parsed: geojson::Geometry =
        serde_json::from_value(feature["geometry"].clone()).expect("a GeoJSON geometry");
    Some(parsed.try_into().expect("a geometry of geo-types"))
}

/// A box whose western edge is greater than its eastern one crosses the antimeridian.
#[test]
fn req_core_fc_bbox_response_across_the_antimeridian() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    assert_eq!(
        service.ids(SAMPLE, "bbox=170,-20,-170,-10"),
        rows(&["fiji-west", "fiji-east", "placeless"])
    );
    assert_eq!(
        service.ids(SAMPLE, "bbox=-180,-20,-170,-10"),
        rows(&["fiji-east", "placeless"])
    );
}

/// Six numbers give heights as well, which features without heights do not fail.
#[test]
fn req_core_fc_bbox_response_with_heights() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    assert_eq!(
        service.ids(SAMPLE, "bbox=13,52,-100,14,53,9000"),
        rows(&["berlin", "triangle", "placeless"])
    );
}

/// The API definition describes `datetime` as text.
#[test]
fn req_core_fc_time_definition() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let schema = check_query_parameter(&document, &items(&collection), "datetime");
        assert_eq!(schema["type"], "string", "{schema}");
    }
}

/// `datetime` takes instants and intervals, open ends included; what it selects is consistent, and
/// features that are not tied to a time match always.
#[test]
fn req_core_fc_time_response() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let all: BTreeSet<String> = service.features(&collection).iter().map(id).collect();
        let at = |interval: &str| service.ids(&collection, &format!("datetime={interval}"));
        let far = at("2999-01-01T00:00:00Z");
        let before = at("../1999-12-31T23:59:59Z");
        let after = at("2000-01-01T00:00:00Z/..");
        let united: BTreeSet<String> = before.union(&after).cloned().collect();
        assert_eq!(
            united, all,
            "{collection}: every feature is before, after or timeless"
        );
        for (forms, expected) in [
            (
                vec![
                    "/1999-12-31T23:59:59Z",
                    "..%2F1999-12-31T23:59:59Z",
                    "../1999-12-31T23:59:59.000Z",
                    "../2000-01-01T01:59:59%2B02:00",
                ],
                &before,
            ),
            (
                vec![
                    "2000-01-01T00:00:00Z/",
                    "2000-01-01t00:00:00z/..",
                    "2000-01-01/..",
                ],
                &after,
            ),
        ] {
            for form in forms {
                assert_eq!(&at(form), expected, "{collection} {form}");
            }
        }
        let within = at("2000-01-01T00:00:00Z/2010-12-31T23:59:59Z");
        assert!(
            within.is_subset(&after),
            "{collection}: an interval within an interval"
        );
        // An instant in the interval selects no more than the interval.
        assert!(
            at("2005-06-01T12:00:00Z").is_subset(&within),
            "{collection}"
        );
        let timeless: BTreeSet<String> = before.intersection(&far).cloned().collect();
        assert!(
            timeless.is_subset(&at("2005-06-01T12:00:00Z")),
            "{collection}: timeless features match any time"
        );
    }
}

/// The answer is a feature collection, with members that are what they must be.
#[test]
fn req_core_fc_response() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let document = page(service, &collection, "limit=20");
        assert_eq!(document["type"], "FeatureCollection");
        for feature in array(&document, "features") {
            assert_eq!(feature["type"], "Feature", "{}", shortened(feature));
            id(feature);
            assert!(
                feature.get("geometry").is_some(),
                "null where there is none"
            );
            assert!(feature["properties"].is_object());
        }
    }
}

/// The answer links to itself and to its other encodings, and to the next page while there is one.
#[test]
fn req_core_fc_links() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let document = page(service, &collection, "limit=5&bbox=-180,-90,180,90");
        check_links(&document);
        let itself = link_of_type(&document, "self", "application/geo+json");
        let again = service
            .get_as(text(itself, "href"), "application/geo+json")
            .expect(200)
            .json();
        assert_eq!(
            again["features"], document["features"],
            "`self` repeats the request"
        );
        let page = link_of_type(&document, "alternate", "text/html");
        service
            .get_as(text(page, "href"), "text/html")
            .expect(200)
            .expect_media_type("text/html");
        let matched = document["numberMatched"].as_u64().expect("numberMatched");
        let has_next = link(&document, "next").is_some();
        assert_eq!(
            has_next,
            matched > 5,
            "{collection}: a next page only where there is one"
        );
    }
}

/// Links carry their relation and their media type, the next page and the parameters included.
#[test]
fn req_core_fc_rel_type() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = page(service, SAMPLE, "limit=2&bbox=-20,30,20,60");
    check_links(&document);
    let next = link_of_type(&document, "next", "application/geo+json");
    let mut seen: BTreeSet<String> = array(&document, "features").iter().map(id).collect();
    let rest: BTreeSet<String> = service.all(text(next, "href")).iter().map(id).collect();
    assert!(seen.is_disjoint(&rest), "no feature on two pages");
    seen.extend(rest);
    assert_eq!(
        seen,
        service.ids(SAMPLE, "bbox=-20,30,20,60"),
        "the next pages keep the box"
    );
    assert!(!seen.contains(&feature_id("fiji-east")));
}

/// `timeStamp` is the time of the answer, as RFC 3339 has it.
#[test]
fn req_core_fc_timestamp() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let document = page(service, &collection, "limit=1");
        let stamp = text(&document, "timeStamp");
        // With a time zone, in this century; clocks are not compared.
        let zoned = stamp.ends_with('Z') || stamp.ends_with("+00:00");
        assert!(
            stamp.starts_with("20") && stamp.contains('T') && zoned,
            "{stamp}"
        );
    }
}

/// `numberMatched` counts what the selection matches, on every page.
#[test]
fn req_core_fc_number_matched() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        for query in ["limit=100", "limit=100&bbox=-71,-33,-70,-26"] {
            let mut path = format!("{}?{query}", items(&collection));
            let mut returned = 0;
            let mut matched = BTreeSet::new();
            loop {
                let document = service
                    .get_as(&path, "application/geo+json")
                    .expect(200)
                    .json();
                returned += array(&document, "features").len() as u64;
                matched.insert(document["numberMatched"].as_u64().expect("numberMatched"));
                match link(&document, "next") {
                    Some(next) => path = text(next, "href").to_owned(),
                    None => break,
                }
            }
            assert_eq!(
                matched,
                BTreeSet::from([returned]),
                "{collection}?{query}: the same on each page, and true"
            );
        }
    }
}

/// `numberReturned` counts the features of the answer.
#[test]
fn req_core_fc_number_returned() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        for query in ["limit=3", "limit=500", "limit=10&bbox=-71,-33,-70,-26"] {
            let document = page(service, &collection, query);
            let count = array(&document, "features").len() as u64;
            assert_eq!(document["numberReturned"], count, "{collection}?{query}");
        }
    }
}
