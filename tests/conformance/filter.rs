//! OGC API Features Part 3: queryables, queryables as query parameters, filter, features filter.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::openapi::{check_query_parameter, definition, parameters};
use super::sample::{SAMPLE, rows, where_row};
use super::service::{Service, array, encode, link_of_type, service_of, text};

const QUERYABLES: &str = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables";
const PARAMETERS: &str =
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters";
const FILTER: &str = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter";
const FEATURES_FILTER: &str =
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter";
const QUERYABLES_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
const SCHEMA_JSON: &str = "application/schema+json";
const EPSG_4326: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";
const EPSG_3857: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";

/// What a queryable holds, as CQL2 names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Timestamp,
    Geometry,
    Other,
}

impl Kind {
    /// Whether values may be known to the year or month only.
    pub(super) fn is_date(self) -> bool {
        matches!(self, Kind::Date)
    }

    /// A literal of the kind, as the abstract tests have it.
    pub(super) fn literal(self) -> Option<&'static str> {
        match self {
            Kind::Text => Some("'foo'"),
            Kind::Integer => Some("1"),
            Kind::Number => Some("3.14"),
            Kind::Boolean => Some("true"),
            Kind::Date => Some("DATE('2022-04-14')"),
            Kind::Timestamp => Some("TIMESTAMP('2022-04-14T14:48:46Z')"),
            Kind::Geometry | Kind::Other => None,
        }
    }
}

/// The queryables of a collection with their kinds.
pub(super) fn queryables(service: &Service, collection: &str) -> BTreeMap<String, Kind> {
    let document = service
        .get_as(
            &format!("/collections/{collection}/queryables"),
            SCHEMA_JSON,
        )
        .expect(200)
        .json();
    document["properties"]
        .as_object()
        .expect("properties")
        .iter()
        .map(|(name, schema)| (name.clone(), kind(schema)))
        .collect()
}

fn kind(schema: &Value) -> Kind {
    let format = schema["format"].as_str().unwrap_or_default();
    let is_geometry = format.starts_with("geometry")
        || schema["x-ogc-role"] == "primary-geometry"
        || schema["$ref"]
            .as_str()
            .is_some_and(|reference| reference.starts_with("https://geojson.org/schema/"));
    match (schema["type"].as_str(), format) {
        _ if is_geometry => Kind::Geometry,
        (Some("string"), "date") => Kind::Date,
        (Some("string"), "date-time") => Kind::Timestamp,
        (Some("string"), _) => Kind::Text,
        (Some("integer"), _) => Kind::Integer,
        (Some("number"), _) => Kind::Number,
        (Some("boolean"), _) => Kind::Boolean,
        _ => Kind::Other,
    }
}

/// The name of the geometry among the queryables.
#[track_caller]
pub(super) fn geometry_name(service: &Service, collection: &str) -> String {
    queryables(service, collection)
        .into_iter()
        .find(|(_, kind)| *kind == Kind::Geometry)
        .map(|(name, _)| name)
        .expect("a queryable geometry")
}

/// A property name as CQL2 text has it, quoted.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// The queryables of each collection are there for GET.
#[test]
fn req_queryables_get_queryables_op() {
    let Some(service) = service_of(QUERYABLES) else {
        return;
    };
    for collection in service.collection_ids() {
        service
            .get_as(
                &format!("/collections/{collection}/queryables"),
                SCHEMA_JSON,
            )
            .expect(200);
    }
    service
        .get("/collections/nowhere/queryables")
        .expect_problem(404);
}

/// They are a JSON Schema of an object whose properties are the queryables.
#[test]
fn req_queryables_get_queryables_response() {
    let Some(service) = service_of(QUERYABLES) else {
        return;
    };
    let dialects = [
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ];
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/queryables");
        let document = service
            .get_as(&path, SCHEMA_JSON)
            .expect(200)
            .expect_media_type(SCHEMA_JSON)
            .json();
        assert!(dialects.contains(&text(&document, "$schema")), "{document}");
        assert_eq!(
            text(&document, "$id"),
            format!("{}{path}", service.address())
        );
        assert_eq!(document["type"], "object");
        let found = queryables(service, &collection);
        assert!(!found.is_empty());
        assert!(
            found.values().any(|kind| kind.literal().is_some()),
            "{collection}: something to compare with a literal"
        );
    }
    let sample = queryables(service, SAMPLE);
    for (name, kind) in [
        ("name", Kind::Text),
        ("count", Kind::Integer),
        ("ratio", Kind::Number),
        ("flag", Kind::Boolean),
        ("day", Kind::Date),
    ] {
        assert_eq!(sample.get(name), Some(&kind), "{name}");
    }
    geometry_name(service, SAMPLE);
}

/// Whatever can be filtered leads to its queryables, in a `Link` header too.
#[test]
fn req_queryables_queryables_link() {
    let Some(service) = service_of(QUERYABLES) else {
        return;
    };
    for collection in service.collection_ids() {
        let address = format!("{}/collections/{collection}/queryables", service.address());
        let document = service.json(&format!("/collections/{collection}"));
        let link = link_of_type(&document, QUERYABLES_REL, SCHEMA_JSON);
        let found = service.get_as(text(link, "href"), SCHEMA_JSON).expect(200);
        assert_eq!(text(&found.json(), "$id"), address);
        let header = service
            .get(&format!("/collections/{collection}/items?limit=1"))
            .header_values("link");
        assert!(
            header.contains(QUERYABLES_REL) && header.contains("/queryables>"),
            "{header:?}"
        );
    }
}

/// Names that are not among the queryables are refused, if the schema forbids further properties.
#[test]
fn req_queryables_expression_construction() {
    let Some(service) = service_of(QUERYABLES) else {
        return;
    };
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/queryables");
        let document = service.get_as(&path, SCHEMA_JSON).json();
        let status = service.filter_status(&collection, "this_is_not_a_queryable IS NULL");
        if document["additionalProperties"] == false {
            assert_eq!(status, 400, "{collection}");
        } else {
            assert!([200, 400].contains(&status), "{collection}: {status}");
        }
    }
}

/// Each queryable with a simple value is a query parameter of the items, and selects by equality.
#[test]
fn req_queryables_query_parameters_parameters() {
    let Some(service) = service_of(PARAMETERS) else {
        return;
    };
    for (query, expected) in [
        ("name=Berlin", rows(&["berlin"])),
        ("name=K%C3%B8benhavn", rows(&["copenhagen"])),
        ("name=O%27Brien%20%5C%20S%C3%B8n", rows(&["placeless"])),
        ("name=100%20%25%20pure_salt", rows(&["fiji-east"])),
        ("count=7", where_row(|row| row.count == Some(7))),
        ("count=-3", rows(&["berlin"])),
        ("ratio=2.5", where_row(|row| row.ratio == Some(2.5))),
        ("flag=true", where_row(|row| row.flag == Some(true))),
        ("flag=false&count=7", rows(&["ascii", "fiji-east"])),
        ("day=2022-04-16", rows(&["ascii", "fiji-west"])),
        ("name=nobody", BTreeSet::new()),
    ] {
        assert_eq!(service.ids(SAMPLE, query), expected, "{query}");
    }
    for query in ["count=many", "ratio=x", "flag=perhaps", "count=1.5"] {
        service
            .get(&format!("/collections/{SAMPLE}/items?{query}"))
            .expect_problem(400);
    }
    let document = definition(service);
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/items");
        let described = parameters(&document, "get", &path);
        let free_form = described
            .values()
            .any(|parameter| parameter["schema"]["additionalProperties"].is_object());
        for (name, kind) in queryables(service, &collection) {
            if kind.literal().is_some() && !free_form {
                assert!(
                    described.contains_key(name.as_str()),
                    "{path}: parameter `{name}` is not described"
                );
            }
        }
    }
}

/// `filter` is described as a text parameter, and selects.
#[test]
fn req_filter_filter_param() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/items");
        assert_eq!(
            check_query_parameter(&document, &path, "filter")["type"],
            "string"
        );
        for name in queryables(service, &collection).keys() {
            assert_eq!(
                service.filter_status(&collection, &format!("{} IS NULL", quoted(name))),
                200,
                "{collection}: {name}"
            );
        }
        for broken in ["THIS IS NOT A FILTER", "name = ", "(", "", "name LIKE"] {
            service
                .get(&format!("{path}?filter={}", encode(broken)))
                .expect_problem(400);
        }
    }
}

/// `filter-lang` names the language; CQL2 text is the default, an unknown one is 400.
#[test]
fn req_filter_filter_lang_param() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/items");
        let schema = check_query_parameter(&document, &path, "filter-lang");
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["default"], "cql2-text", "{schema}");
        let languages = array(schema, "enum");
        for language in ["cql2-text", "cql2-json", "cql-text"] {
            assert!(languages.iter().any(|value| value == language), "{schema}");
        }
    }
    let filter = encode("count > 7");
    let expected = where_row(|row| row.count > Some(7));
    for query in [
        format!("filter={filter}"),
        format!("filter={filter}&filter-lang=cql2-text"),
        format!("filter={filter}&filter-lang=cql-text"),
        format!(
            "filter={}&filter-lang=cql2-json",
            encode(r#"{"op":">","args":[{"property":"count"},7]}"#)
        ),
    ] {
        assert_eq!(service.ids(SAMPLE, &query), expected, "{query}");
    }
    service
        .get(&format!(
            "/collections/{SAMPLE}/items?filter={filter}&filter-lang=sql"
        ))
        .expect_problem(400);
    service
        .get(&format!(
            "/collections/{SAMPLE}/items?filter={}",
            encode(r#"{"op":">","args":[{"property":"count"},7]}"#)
        ))
        .expect_problem(400);
}

/// Coordinates in a filter are longitude and latitude; those that cannot be are 400.
#[test]
fn req_filter_filter_crs_wgs84() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    let geometry = quoted(&geometry_name(service, SAMPLE));
    assert_eq!(
        service.filtered(
            SAMPLE,
            &format!("S_INTERSECTS({geometry},BBOX(13,52,14,53))")
        ),
        rows(&["berlin", "triangle"]),
        "a feature without geometry does not meet a box in a filter"
    );
    let beyond = format!("S_INTERSECTS({geometry},BBOX(1000000,1000000,2000000,2000000))");
    service
        .get(&format!(
            "/collections/{SAMPLE}/items?filter={}",
            encode(&beyond)
        ))
        .expect_problem(400);
    // The box of the collection holds all that have a geometry.
    for collection in service.collections() {
        let Some(bbox) = collection["extent"]["spatial"]["bbox"][0].as_array() else {
            continue;
        };
        let name = text(&collection, "id");
        let corners: Vec<String> = bbox.iter().map(Value::to_string).collect();
        let geometry = quoted(&geometry_name(service, name));
        let filter = format!("S_INTERSECTS({geometry},BBOX({}))", corners.join(","));
        let placed: BTreeSet<String> = service
            .features(name)
            .iter()
            .filter(|feature| !feature["geometry"].is_null())
            .map(super::service::id)
            .collect();
        assert_eq!(service.filtered(name, &filter), placed, "{name}");
    }
}

/// `filter-crs` gives the system of the coordinates in a filter; one that is not listed is 400.
#[test]
fn req_filter_filter_crs_param() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    let document = definition(service);
    let path = format!("/collections/{SAMPLE}/items");
    let schema = check_query_parameter(&document, &path, "filter-crs");
    assert_eq!(schema["type"], "string");
    let geometry = quoted(&geometry_name(service, SAMPLE));
    for (corners, uri) in [
        ("52,13,53,14", EPSG_4326),
        ("1447000,6800000,1559000,6983000", EPSG_3857),
    ] {
        let filter = format!("S_INTERSECTS({geometry},BBOX({corners}))");
        let query = format!("filter={}&filter-crs={}", encode(&filter), encode(uri));
        assert_eq!(
            service.ids(SAMPLE, &query),
            rows(&["berlin", "triangle"]),
            "{uri}"
        );
    }
    let filter = encode(&format!("S_INTERSECTS({geometry},BBOX(13,52,14,53))"));
    for unknown in ["http://www.opengis.net/def/crs/OGC/0/does_not_exist", "x"] {
        service
            .get(&format!(
                "{path}?filter={filter}&filter-crs={}",
                encode(unknown)
            ))
            .expect_problem(400);
    }
}

/// A filter and other selections hold together.
#[test]
fn req_filter_mixing_expressions() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    let filter = encode("count >= 0 AND count < 10");
    for (more, expected) in [
        (
            "bbox=0,40,10,50",
            rows(&["square", "triangle", "inner", "line", "edge", "scattered"]),
        ),
        ("bbox=170,-20,-170,-10", rows(&["fiji-east"])),
        ("bbox=100,0,101,1", BTreeSet::new()),
        ("count=7", rows(&["ascii", "fiji-east"])),
    ] {
        assert_eq!(
            service.ids(SAMPLE, &format!("filter={filter}&{more}")),
            expected,
            "{more}"
        );
    }
}

/// Only features for which the filter is true are in the answer: not those for which it is unknown.
#[test]
fn req_filter_response() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    for (filter, expected) in [
        ("count = 7", where_row(|row| row.count == Some(7))),
        (
            "NOT (count = 7)",
            where_row(|row| row.count.is_some_and(|count| count != 7)),
        ),
        (
            "count = 7 OR count <> 7",
            where_row(|row| row.count.is_some()),
        ),
        ("count IS NULL", where_row(|row| row.count.is_none())),
        ("count = 7 AND flag = true", BTreeSet::new()),
        (
            "flag = true OR ratio > 40",
            where_row(|row| row.flag == Some(true) || row.ratio > Some(40.0)),
        ),
    ] {
        assert_eq!(service.filtered(SAMPLE, filter), expected, "{filter}");
    }
}

/// Items can be filtered, with paging, counting and every encoding as without a filter.
#[test]
fn req_features_filter_response() {
    let Some(service) = service_of(FEATURES_FILTER) else {
        return;
    };
    let filter = encode("name IS NOT NULL");
    let path = format!("/collections/{SAMPLE}/items?filter={filter}&limit=5");
    let document = service.json(&path);
    let expected = where_row(|row| row.name.is_some());
    assert_eq!(document["numberMatched"], expected.len());
    assert_eq!(document["numberReturned"], 5);
    let all: BTreeSet<String> = service.all(&path).iter().map(super::service::id).collect();
    assert_eq!(all, expected, "the filter holds on every page");
    let page = service.get_as(&path, "text/html").expect(200);
    assert_eq!(page.media_type(), "text/html");
    let csv = service.get(&format!("{path}&f=csv")).expect(200);
    assert_eq!(csv.text().lines().count(), 6, "a header and five rows");
}

/// The parameters `filter`, `filter-lang` and `filter-crs` belong to the items of every collection.
#[test]
fn req_features_filter_parameters() {
    let Some(service) = service_of(FEATURES_FILTER) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        let path = format!("/collections/{collection}/items");
        for name in ["filter", "filter-lang", "filter-crs"] {
            check_query_parameter(&document, &path, name);
        }
    }
}

/// A filter on a real register selects what a walk over all its features finds.
#[test]
fn req_features_filter_response_of_registers() {
    let Some(service) = service_of(FEATURES_FILTER) else {
        return;
    };
    for collection in service.collection_ids() {
        let features = service.features(&collection);
        let numeric: Vec<String> = queryables(service, &collection)
            .into_iter()
            .filter(|(name, kind)| {
                matches!(kind, Kind::Number | Kind::Integer) && !name.starts_with("silt_")
            })
            .map(|(name, _)| name)
            .collect();
        for name in numeric {
            let values: Vec<f64> = features
                .iter()
                .filter_map(|feature| feature["properties"][&name].as_f64())
                .collect();
            let Some(middle) = values.get(values.len() / 2) else {
                continue;
            };
            let expected: BTreeSet<String> = features
                .iter()
                .filter(|feature| {
                    feature["properties"][&name]
                        .as_f64()
                        .is_some_and(|value| value <= *middle)
                })
                .map(super::service::id)
                .collect();
            let filter = format!("{} <= {}", quoted(&name), json!(middle));
            assert_eq!(
                service.filtered(&collection, &filter),
                expected,
                "{collection}: {filter}"
            );
        }
    }
}

/// Property names with other letters than those of an identifier are quoted.
#[test]
fn req_filter_expression_construction() {
    let Some(service) = service_of(FILTER) else {
        return;
    };
    assert_eq!(
        service.filtered(SAMPLE, "\"name\" = 'Berlin'"),
        rows(&["berlin"])
    );
    assert_eq!(
        service.filter_status(SAMPLE, "this_is_not_a_queryable IS NULL"),
        400
    );
    assert_eq!(service.filter_status(SAMPLE, "\"na me\" = 'x'"), 400);
}
