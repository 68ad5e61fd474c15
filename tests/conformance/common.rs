//! OGC API Common Parts 1 and 2 and Features Part 5 (Schemas), where they are declared.

use super::openapi::{OPENAPI_JSON, definition};
use super::service::{array, check_links, link, link_of_type, service_of, text};

const CORE: &str = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core";
const LANDING_PAGE: &str = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page";
const JSON: &str = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json";
const HTML: &str = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html";
const OPENAPI: &str = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30";
const COLLECTIONS: &str = "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections";
const SCHEMAS: &str = "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas";
const RECEIVABLES: &str =
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables";
const SCHEMA_JSON: &str = "application/schema+json";

/// The server follows HTTP and its parameters are told apart by exact name.
#[test]
fn req_common_core_http() {
    let Some(service) = service_of(CORE) else {
        return;
    };
    service.get("/?F=json").expect_problem(400);
    service.get("/conformance?F=json").expect_problem(400);
}

/// The landing page, the API definition and the conformance declaration are there.
#[test]
fn req_common_landing_page_root_success() {
    let Some(service) = service_of(LANDING_PAGE) else {
        return;
    };
    let landing = service.json("/");
    check_links(&landing);
    for rel in ["self", "conformance", "service-desc", "service-doc"] {
        assert!(link(&landing, rel).is_some(), "{rel}");
    }
}

/// Metadata is there as JSON.
#[test]
fn req_common_json_definition() {
    let Some(service) = service_of(JSON) else {
        return;
    };
    for path in ["/", "/conformance", "/collections"] {
        service
            .get_as(path, "application/json")
            .expect(200)
            .expect_media_type("application/json")
            .json();
    }
}

/// Metadata is there as HTML.
#[test]
fn req_common_html_definition() {
    let Some(service) = service_of(HTML) else {
        return;
    };
    for path in ["/", "/conformance", "/collections"] {
        service
            .get_as(path, "text/html")
            .expect(200)
            .expect_media_type("text/html");
    }
}

/// The API definition is OpenAPI 3.0.
#[test]
fn req_common_oas30_oas_definition() {
    let Some(service) = service_of(OPENAPI) else {
        return;
    };
    let document = definition(service);
    assert!(text(&document, "openapi").starts_with("3.0."));
    link_of_type(&service.json("/"), "service-desc", OPENAPI_JSON);
}

/// Collections have an id, links and an extent.
#[test]
fn req_common_collections_rc_md_success() {
    let Some(service) = service_of(COLLECTIONS) else {
        return;
    };
    for collection in service.collections() {
        text(&collection, "id");
        assert!(!array(&collection, "links").is_empty());
    }
}

/// Each collection links to its schema, a JSON Schema with every property that its features have.
#[test]
fn req_schemas_schema_op() {
    let Some(service) = service_of(SCHEMAS) else {
        return;
    };
    for collection in service.collections() {
        let name = text(&collection, "id");
        let rel = "http://www.opengis.net/def/rel/ogc/1.0/schema";
        let link = link_of_type(&collection, rel, SCHEMA_JSON);
        let schema = service
            .get_as(text(link, "href"), SCHEMA_JSON)
            .expect(200)
            .expect_media_type(SCHEMA_JSON)
            .json();
        assert_eq!(schema["type"], "object");
        assert!(text(&schema, "$schema").starts_with("https://json-schema.org/draft/"));
        assert_eq!(
            text(&schema, "$id"),
            format!("{}/collections/{name}/schema", service.address())
        );
        let properties = schema["properties"].as_object().expect("properties");
        for feature in service.features(name).iter() {
            for property in feature["properties"]
                .as_object()
                .expect("properties")
                .keys()
            {
                assert!(
                    properties.contains_key(property),
                    "{name}: `{property}` is not in the schema"
                );
            }
        }
    }
}

/// The schema tells what is read-only from what may be sent.
#[test]
fn req_returnables_and_receivables_schema() {
    let Some(service) = service_of(RECEIVABLES) else {
        return;
    };
    for collection in service.collection_ids() {
        let schema = service
            .get_as(&format!("/collections/{collection}/schema"), SCHEMA_JSON)
            .expect(200)
            .json();
        let properties = schema["properties"].as_object().expect("properties");
        assert!(
            properties
                .values()
                .any(|property| property["x-ogc-role"] == "id"),
            "{collection}: no property with the role of the id"
        );
    }
}
