//! OGC API Features Part 1, class Core: landing page, conformance, collections, one feature.

use std::collections::BTreeSet;

use serde_json::Value;

use super::openapi::{OPENAPI_JSON, definition};
use super::service::{
    Service, array, check_links, encode, id, link, link_of_type, links, service_of, shortened, text,
};

const CLASS: &str = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// Encodings in which features are offered.
const ENCODINGS: [&str; 2] = ["application/geo+json", "text/html"];

/// A landing page answers GET at the root.
#[test]
fn req_core_root_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for path in ["/", ""] {
        service.get_as(path, "application/json").expect(200);
    }
}

/// The landing page links to itself, the API definition, the conformance declaration and the data.
#[test]
fn req_core_root_success() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let landing = service.json("/");
    check_links(&landing);
    for rel in ["self", "conformance", "data"] {
        assert!(link(&landing, rel).is_some(), "no link `{rel}`: {landing}");
    }
    link_of_type(&landing, "service-desc", OPENAPI_JSON);
    link_of_type(&landing, "service-doc", "text/html");
    link_of_type(&landing, "alternate", "text/html");
    for link in array(&landing, "links") {
        if link["templated"] != true {
            service.get_as(text(link, "href"), "*/*").expect(200);
        }
    }
}

/// The API definition is there for GET.
#[test]
fn req_core_api_definition_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let landing = service.json("/");
    for rel in ["service-desc", "service-doc"] {
        for link in links(&landing, rel) {
            service
                .get_as(text(link, "href"), text(link, "type"))
                .expect(200);
        }
    }
}

/// The API definition has the content that its media type names.
#[test]
fn req_core_api_definition_success() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = definition(service);
    assert!(text(&document, "openapi").starts_with("3.0"), "{document}");
    let landing = service.json("/");
    let page = link_of_type(&landing, "service-doc", "text/html");
    let page = service
        .get_as(text(page, "href"), "text/html")
        .expect(200)
        .expect_media_type("text/html");
    assert!(page.text().to_lowercase().contains("<html"));
}

/// The conformance declaration is there for GET.
#[test]
fn req_core_conformance_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    service
        .get_as("/conformance", "application/json")
        .expect(200)
        .expect_media_type("application/json");
}

/// The declaration lists classes as URIs, Core among them, each once.
#[test]
fn req_core_conformance_success() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = service.json("/conformance");
    let classes = array(&document, "conformsTo");
    let distinct: BTreeSet<&str> = classes
        .iter()
        .map(|class| class.as_str().expect("a text"))
        .collect();
    assert_eq!(distinct.len(), classes.len(), "a class twice: {document}");
    assert!(distinct.contains(CLASS));
    assert!(distinct.iter().all(|class| class.starts_with("http://")));
}

/// The server follows HTTP/1.1: HEAD answers as GET without content, a method that a resource does
/// not have is 405 with `Allow`, an unknown path 404, a media type that is not there 406.
#[test]
fn req_core_http() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let collection = service.collection_ids().remove(0);
    let paths = [
        "/".to_owned(),
        "/conformance".to_owned(),
        "/collections".to_owned(),
        format!("/collections/{collection}"),
        format!("/collections/{collection}/items?limit=1"),
    ];
    for path in &paths {
        let head = service.send("HEAD", path, &[], None).expect(200);
        let get = service.get(path).expect(200);
        assert!(head.content.is_empty(), "{path}");
        assert_eq!(head.media_type(), get.media_type(), "{path}");
        let refused = service
            .send("DELETE", path, &[], None)
            .expect_one_of(&[401, 405]);
        if refused.status == 405 {
            assert!(refused.header_values("allow").contains("GET"), "{path}");
        }
        service.get_as(path, "image/png").expect_problem(406);
        let vary = get.header_values("vary").to_ascii_lowercase();
        assert!(vary.contains("accept"), "{path}: Vary is {vary:?}");
    }
    service.get("/nowhere").expect_problem(404);
    service
        .get(&format!("/collections/{collection}/nowhere"))
        .expect_problem(404);
}

/// A query parameter that the API definition does not name is 400, on every resource.
#[test]
fn req_core_query_param_unknown() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let collection = service.collection_ids().remove(0);
    let feature = encode(&id(&service.features(&collection)[0]));
    for path in [
        "/".to_owned(),
        "/conformance".to_owned(),
        "/collections".to_owned(),
        format!("/collections/{collection}"),
        format!("/collections/{collection}/items/{feature}"),
    ] {
        service
            .get(&format!("{path}?unknownQueryParameter=1"))
            .expect_problem(400);
    }
    for collection in service.collection_ids() {
        service
            .get(&format!(
                "/collections/{collection}/items?unknownQueryParameter=1"
            ))
            .expect_problem(400);
    }
}

/// A value that a parameter cannot have is 400.
#[test]
fn req_core_query_param_invalid() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let collection = service.collection_ids().remove(0);
    for query in [
        "limit=unlimited",
        "limit=0",
        "limit=-1",
        "limit=1.5",
        "limit=",
        "limit=99999999999999999999999",
        "limit=1&limit=2",
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=a,b,c,d",
        "bbox=1,2,3,NaN",
        "bbox=1,2,3,inf",
        "bbox=0,50,10,40",
        "bbox=0,0,0,91",
        "bbox=-181,0,0,1",
        "bbox=",
        "datetime=yesterday",
        "datetime=2018-13-01",
        "datetime=2018-02-30T00:00:00Z",
        "datetime=2020-01-01/2019-01-01",
        "datetime=2018-01-01/2019-01-01/2020-01-01",
        "datetime=",
        "f=nonsense",
    ] {
        service
            .get(&format!("/collections/{collection}/items?{query}"))
            .expect_problem(400);
    }
}

/// Coordinates are WGS 84 longitude and latitude unless asked for otherwise.
#[test]
fn req_core_crs84() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        for feature in service.features(&collection).iter() {
            for_each_position(&feature["geometry"]["coordinates"], &mut |x, y| {
                assert!(
                    (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y),
                    "{collection} {}: {x} {y}",
                    id(feature)
                );
            });
        }
    }
    // Longitude comes first: the deposits of Chile lie west of 66 degrees.
    let berlin = service.json("/collections/sample/items/sample:berlin");
    assert_eq!(berlin["geometry"]["coordinates"][0], 13.4);
    assert_eq!(berlin["geometry"]["coordinates"][1], 52.5);
}

fn for_each_position(coordinates: &Value, check: &mut impl FnMut(f64, f64)) {
    let Some(items) = coordinates.as_array() else {
        return;
    };
    if let (Some(x), Some(y)) = (
        items.first().and_then(Value::as_f64),
        items.get(1).and_then(Value::as_f64),
    ) {
        check(x, y);
        return;
    }
    for item in items {
        for_each_position(item, check);
    }
}

/// The collections are there for GET.
#[test]
fn req_core_fc_md_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let landing = service.json("/");
    let data = link(&landing, "data").expect("a link to the data");
    service
        .get_as(text(data, "href"), "application/json")
        .expect(200)
        .expect_media_type("application/json");
}

/// The answer holds `links` and `collections`.
#[test]
fn req_core_fc_md_success() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = service.json("/collections");
    array(&document, "links");
    array(&document, "collections");
}

/// The collections link to themselves and to their other encodings.
#[test]
fn req_core_fc_md_links() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let document = service.json("/collections");
    check_links(&document);
    link_of_type(&document, "self", "application/json");
    link_of_type(&document, "alternate", "text/html");
}

/// Every collection of the store is listed, each once.
#[test]
fn req_core_fc_md_items() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    let ids = service.collection_ids();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len());
    assert!(ids.iter().any(|id| id == "sample"), "{ids:?}");
    assert!(ids.iter().any(|id| id == "tailings_facilities"), "{ids:?}");
}

/// Each collection in the list links to its items in each encoding, with the media type.
#[test]
fn req_core_fc_md_items_links() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collections() {
        check_links(&collection);
        for media_type in ENCODINGS {
            let items = link_of_type(&collection, "items", media_type);
            service
                .get_as(text(items, "href"), media_type)
                .expect(200)
                .expect_media_type(media_type);
        }
    }
}

/// The extent of a collection holds all its geometries; the temporal extent is RFC 3339.
#[test]
fn req_core_fc_md_extent() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collections() {
        check_extent(service, &collection);
    }
}

fn check_extent(service: &Service, collection: &Value) {
    let name = text(collection, "id");
    let features = service.features(name);
    let placed = features
        .iter()
        .any(|feature| !feature["geometry"].is_null());
    let spatial = &collection["extent"]["spatial"];
    if !placed {
        assert!(spatial.is_null(), "{name} has no geometry, yet an extent");
        return;
    }
    if let Some(crs) = spatial.get("crs") {
        assert_eq!(crs, CRS84);
    }
    let boxes = array(spatial, "bbox");
    let bbox: Vec<f64> = boxes[0]
        .as_array()
        .expect("a box is an array")
        .iter()
        .map(|number| number.as_f64().expect("a number"))
        .collect();
    let (west, south, east, north) = match bbox[..] {
        [west, south, east, north] | [west, south, _, east, north, _] => (west, south, east, north),
        _ => panic!("{name}: a box of {bbox:?}"),
    };
    assert!(south <= north, "{name}: {bbox:?}");
    for feature in features.iter() {
        for_each_position(&feature["geometry"]["coordinates"], &mut |x, y| {
            let within = if west <= east {
                (west..=east).contains(&x)
            } else {
                x >= west || x <= east
            };
            assert!(
                within && (south..=north).contains(&y),
                "{name} {}: {x} {y} outside {bbox:?}",
                id(feature)
            );
        });
    }
    if let Some(intervals) = collection["extent"]["temporal"]["interval"].as_array() {
        for bound in intervals.iter().filter_map(Value::as_array).flatten() {
            let Some(bound) = bound.as_str() else {
                assert!(bound.is_null(), "{name}: {bound}");
                continue;
            };
            assert!(
                bound.len() >= 20 && bound.contains('T'),
                "{name}: {bound} is no date-time of RFC 3339"
            );
        }
    }
}

/// Each collection is there for GET under its id.
#[test]
fn req_core_sfc_md_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        service
            .get_as(&format!("/collections/{collection}"), "application/json")
            .expect(200)
            .expect_media_type("application/json");
    }
    service.get("/collections/nowhere").expect_problem(404);
}

/// A collection says of itself what the list says of it.
#[test]
fn req_core_sfc_md_success() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for listed in service.collections() {
        let name = text(&listed, "id");
        let alone = service.json(&format!("/collections/{name}"));
        for member in ["id", "title", "description", "extent", "itemType", "crs"] {
            assert_eq!(alone[member], listed[member], "{name}: {member}");
        }
        check_links(&alone);
        link_of_type(&alone, "self", "application/json");
        link_of_type(&alone, "alternate", "text/html");
        for media_type in ENCODINGS {
            let in_list = link_of_type(&listed, "items", media_type);
            let in_itself = link_of_type(&alone, "items", media_type);
            assert_eq!(in_list["href"], in_itself["href"], "{name}");
        }
    }
}

/// Each feature is there for GET under its id.
#[test]
fn req_core_f_op() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        for feature in service.features(&collection).iter().take(5) {
            let path = format!("/collections/{collection}/items/{}", encode(&id(feature)));
            service.get_as(&path, "application/geo+json").expect(200);
        }
        service
            .get(&format!("/collections/{collection}/items/nothing"))
            .expect_problem(404);
    }
}

/// A feature by its id is the feature of the list.
#[test]
fn req_core_f_success() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        for listed in service.features(&collection).iter().step_by(101) {
            let path = format!("/collections/{collection}/items/{}", encode(&id(listed)));
            let alone = service
                .get_as(&path, "application/geo+json")
                .expect(200)
                .expect_media_type("application/geo+json")
                .json();
            for member in ["type", "id", "geometry"] {
                assert_eq!(
                    alone[member],
                    listed[member],
                    "{path}: {}",
                    shortened(&alone)
                );
            }
            // The item may say more than the list, never something else.
            for (name, value) in listed["properties"].as_object().expect("properties") {
                assert_eq!(&alone["properties"][name], value, "{path}: {name}");
            }
        }
    }
}

/// A feature links to itself, to its other encodings and to its collection.
#[test]
fn req_core_f_links() {
    let Some(service) = service_of(CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let feature = &service.features(&collection)[0];
        let path = format!("/collections/{collection}/items/{}", encode(&id(feature)));
        let alone = service.get_as(&path, "application/geo+json").json();
        check_links(&alone);
        let itself = link_of_type(&alone, "self", "application/geo+json");
        let again = service
            .get_as(text(itself, "href"), "application/geo+json")
            .json();
        assert_eq!(again["id"], alone["id"]);
        link_of_type(&alone, "alternate", "text/html");
        let of = link(&alone, "collection").expect("a link to the collection");
        assert_eq!(service.json(text(of, "href"))["id"], collection.as_str());
    }
}
