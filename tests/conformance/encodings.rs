//! OGC API Features Part 1, classes GeoJSON, HTML and OpenAPI 3.0.

use super::openapi::{OPENAPI_JSON, definition, operation, parameters, path_item, resolved};
use super::service::{
    Service, array, encode, id, link_of_type, links, service_of, shortened, text,
};

const GEOJSON_CLASS: &str = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson";
const HTML_CLASS: &str = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html";
const OPENAPI_CLASS: &str = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30";

/// Resources that lead from the landing page to one feature of each collection.
fn resources(service: &Service) -> Vec<String> {
    let mut paths = vec![
        "/".to_owned(),
        "/conformance".to_owned(),
        "/collections".to_owned(),
    ];
    for collection in service.collection_ids() {
        let feature = encode(&id(&service.features(&collection)[0]));
        paths.push(format!("/collections/{collection}"));
        paths.push(format!("/collections/{collection}/items"));
        paths.push(format!("/collections/{collection}/items/{feature}"));
    }
    paths
}

/// Features and single features are there as `application/geo+json`; other resources as JSON.
#[test]
fn req_geojson_definition() {
    let Some(service) = service_of(GEOJSON_CLASS) else {
        return;
    };
    for path in resources(service) {
        let of_features = path.contains("/items");
        let wanted = if of_features {
            "application/geo+json"
        } else {
            "application/json"
        };
        service
            .get_as(&path, wanted)
            .expect(200)
            .expect_media_type(wanted);
        // A client that asks for JSON in general is served as well.
        let general = service.get_as(&path, "application/json").expect(200);
        assert!(general.media_type().ends_with("json"), "{path}");
        service.get_as(&path, "*/*").expect(200);
    }
}

/// What is served as GeoJSON is GeoJSON, without members that RFC 7946 removed.
#[test]
fn req_geojson_content() {
    let Some(service) = service_of(GEOJSON_CLASS) else {
        return;
    };
    for collection in service.collection_ids() {
        let page = service
            .get_as(
                &format!("/collections/{collection}/items?limit=200"),
                "application/geo+json",
            )
            .expect(200);
        assert!(page.json().get("crs").is_none(), "{collection}");
        let parsed: geojson::FeatureCollection = page
            .text()
            .parse()
            .unwrap_or_else(|error| panic!("{collection}: {error}"));
        for feature in &parsed.features {
            let id = feature.id.as_ref().expect("each feature has an id");
            let id = match id {
                geojson::feature::Id::String(id) => id.clone(),
                geojson::feature::Id::Number(id) => id.to_string(),
            };
            assert!(!id.is_empty());
        }
        let first = encode(&id(&service.features(&collection)[0]));
        service
            .get_as(
                &format!("/collections/{collection}/items/{first}"),
                "application/geo+json",
            )
            .expect(200)
            .text()
            .parse::<geojson::Feature>()
            .expect("one feature");
    }
}

/// Every resource is there as `text/html`.
#[test]
fn req_html_definition() {
    let Some(service) = service_of(HTML_CLASS) else {
        return;
    };
    // As a browser asks.
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in resources(service) {
        for accept in ["text/html", browser] {
            service
                .get_as(&path, accept)
                .expect(200)
                .expect_media_type("text/html");
        }
        let asked = if path == "/" { "/?f=html" } else { &path };
        let separator = if asked.contains('?') { "" } else { "?f=html" };
        service
            .get_as(&format!("{asked}{separator}"), "application/json")
            .expect(200)
            .expect_media_type("text/html");
    }
}

/// A page is an HTML 5 document with what the JSON says, links included, and nothing is injected.
#[test]
fn req_html_content() {
    let Some(service) = service_of(HTML_CLASS) else {
        return;
    };
    for path in resources(service) {
        let page = service.get_as(&path, "text/html").expect(200).text();
        let lower = page.to_lowercase();
        assert!(lower.trim_start().starts_with("<!doctype html"), "{path}");
        for part in ["<html", "<title>", "<body", "</html>", "charset"] {
            assert!(lower.contains(part), "{path}: no {part}");
        }
    }
    let list = service.get_as("/collections", "text/html").text();
    for collection in service.collection_ids() {
        assert!(list.contains(&format!("/collections/{collection}")));
    }
    let items = service
        .get_as("/collections/sample/items", "text/html")
        .text();
    assert!(items.contains("København"));
    assert!(
        items.contains("O&#39;Brien")
            || items.contains("O&#x27;Brien")
            || items.contains("O'Brien")
    );
    let item = service
        .get_as("/collections/sample/items/sample:berlin", "text/html")
        .text();
    assert!(item.contains("Berlin") && item.contains("0.125"));
    for link in array(&service.json("/conformance"), "conformsTo") {
        let class = link.as_str().expect("a class");
        assert!(
            service
                .get_as("/conformance", "text/html")
                .text()
                .contains(class)
        );
    }
}

/// The landing page leads to an OpenAPI 3.0 document in JSON and to one for people.
#[test]
fn req_oas30_oas_definition_1() {
    let Some(service) = service_of(OPENAPI_CLASS) else {
        return;
    };
    let landing = service.json("/");
    let link = link_of_type(&landing, "service-desc", OPENAPI_JSON);
    assert!(
        text(link, "type").contains("version=3.0"),
        "clients look for the version: {link}"
    );
    let reply = service
        .get_as(text(link, "href"), text(link, "type"))
        .expect(200)
        .expect_media_type(OPENAPI_JSON);
    assert!(
        reply
            .header("content-type")
            .is_some_and(|value| value.contains("version=3.0"))
    );
    assert!(!links(&landing, "service-doc").is_empty());
}

/// The document is OpenAPI 3.0: its version, its info, unique operation ids, references that hold.
#[test]
fn req_oas30_oas_definition_2() {
    let Some(service) = service_of(OPENAPI_CLASS) else {
        return;
    };
    let document = definition(service);
    assert!(text(&document, "openapi").starts_with("3.0."));
    text(&document["info"], "title");
    text(&document["info"], "version");
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        assert!(path.starts_with('/'), "{path}");
        for method in ["get", "put", "post", "delete", "options", "head", "patch"] {
            let operation = &item[method];
            if operation.is_null() {
                continue;
            }
            let id = text(operation, "operationId");
            assert!(ids.insert(id.to_owned()), "{id} stands for two operations");
            assert!(
                operation["responses"]
                    .as_object()
                    .is_some_and(|responses| !responses.is_empty()),
                "{method} {path} has no response"
            );
            for variable in path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            {
                let found = parameters(&document, method, path);
                let parameter = found
                    .get(variable)
                    .unwrap_or_else(|| panic!("{method} {path}: {variable} is not described"));
                assert_eq!(parameter["in"], "path");
                assert_eq!(parameter["required"], true);
            }
        }
    }
    check_references(&document, &document);
}

fn check_references(document: &serde_json::Value, value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            if members.get("$ref").is_some_and(|value| {
                value
                    .as_str()
                    .is_some_and(|reference| reference.starts_with('#'))
            }) {
                resolved(document, value);
            }
            for member in members.values() {
                check_references(document, member);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                check_references(document, item);
            }
        }
        _ => {}
    }
}

/// What the document describes is there.
#[test]
fn req_oas30_oas_impl() {
    let Some(service) = service_of(OPENAPI_CLASS) else {
        return;
    };
    let document = definition(service);
    for path in document["paths"].as_object().expect("paths").keys() {
        if path.contains('{')
            || path_item(&document, path).is_some_and(|item| item["get"].is_null())
        {
            continue;
        }
        let required = parameters(&document, "get", path)
            .values()
            .any(|parameter| parameter["required"] == true);
        if !required {
            let reply = service.get(path);
            // Totals are there once dredging was detected; until then they say what to do.
            let is_empty =
                reply.status == 404 && text(&reply.json(), "type") == "/problems/nothing-detected";
            assert!(
                reply.status < 400 || is_empty,
                "{path} is described and answers {}",
                reply.status
            );
        }
    }
}

/// Every resource of the standard is described, with the media types of its answer.
#[test]
fn req_oas30_completeness() {
    let Some(service) = service_of(OPENAPI_CLASS) else {
        return;
    };
    let document = definition(service);
    for path in resources(service) {
        let operation = operation(&document, "get", &path);
        let success = resolved(&document, &operation["responses"]["200"]);
        let content = success["content"]
            .as_object()
            .unwrap_or_else(|| panic!("{path}: {}", shortened(operation)));
        let wanted = if path.contains("/items") {
            "application/geo+json"
        } else {
            "application/json"
        };
        for media_type in [wanted, "text/html"] {
            assert!(content.contains_key(media_type), "{path}: {media_type}");
        }
    }
}

/// Status codes of errors are described.
#[test]
fn req_oas30_exceptions_codes() {
    let Some(service) = service_of(OPENAPI_CLASS) else {
        return;
    };
    let document = definition(service);
    for collection in service.collection_ids() {
        for (path, statuses) in [
            (
                format!("/collections/{collection}/items"),
                &["400", "404"][..],
            ),
            (format!("/collections/{collection}/items/x"), &["404"][..]),
        ] {
            let responses = &operation(&document, "get", &path)["responses"];
            for status in statuses {
                let group = format!("{}XX", &status[..1]);
                assert!(
                    [status, group.as_str(), "default"]
                        .iter()
                        .any(|name| responses.get(*name).is_some()),
                    "{path}: {status} is not described"
                );
            }
        }
    }
}

/// Where an operation needs a key, the document says which kind, and the server enforces it.
#[test]
fn req_oas30_security() {
    let Some(service) = service_of(OPENAPI_CLASS) else {
        return;
    };
    let document = definition(service);
    let schemes = &document["components"]["securitySchemes"];
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["post", "put", "patch", "delete"] {
            let operation = &item[method];
            let Some(needs) = operation["security"].as_array() else {
                continue;
            };
            for name in needs
                .iter()
                .filter_map(|need| need.as_object())
                .flat_map(|need| need.keys())
            {
                assert!(schemes.get(name).is_some(), "{method} {path}: {name}");
            }
            assert!(
                operation["responses"].get("401").is_some(),
                "{method} {path}: 401 is not described"
            );
        }
    }
    let refused = service
        .send(
            "POST",
            "/collections/edited/items",
            &[("content-type", "application/geo+json")],
            Some(b"{}"),
        )
        .expect_problem(401);
    assert!(refused.header("www-authenticate").is_some());
}
