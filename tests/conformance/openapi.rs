//! The API definition, as far as the tests read it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::service::{Service, link_of_type, text};

/// Media type of OpenAPI 3.0 in JSON, without parameters.
pub(super) const OPENAPI_JSON: &str = "application/vnd.oai.openapi+json";

/// The API definition that the landing page leads to.
pub(super) fn definition(service: &Service) -> Value {
    let landing = service.json("/");
    let link = link_of_type(&landing, "service-desc", OPENAPI_JSON);
    let media_type = text(link, "type");
    service
        .get_as(text(link, "href"), media_type)
        .expect(200)
        .json()
}

/// Follows a local `$ref`, through as many as there are.
pub(super) fn resolved<'a>(definition: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    for _ in 0..20 {
        let Some(reference) = value["$ref"].as_str() else {
            return value;
        };
        let pointer = reference
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("a reference that leads out of the document: {reference}"));
        value = definition
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing at {reference}"));
    }
    panic!("a circle of references");
}

/// The path item of a path, literal or by a template.
pub(super) fn path_item<'a>(definition: &'a Value, path: &str) -> Option<&'a Value> {
    let paths = definition["paths"].as_object().expect("paths");
    if let Some(item) = paths.get(path) {
        return Some(item);
    }
    let wanted: Vec<&str> = path.split('/').collect();
    paths
        .iter()
        .filter(|(template, _)| {
            let found: Vec<&str> = template.split('/').collect();
            found.len() == wanted.len()
                && found
                    .iter()
                    .zip(&wanted)
                    .all(|(part, value)| part.starts_with('{') || part == value)
        })
        // The template with the fewest variables is the closest.
        .min_by_key(|(template, _)| template.matches('{').count())
        .map(|(_, item)| item)
}

/// The operation of a path; it must be described.
#[track_caller]
pub(super) fn operation<'a>(definition: &'a Value, method: &str, path: &str) -> &'a Value {
    let item = path_item(definition, path).unwrap_or_else(|| panic!("{path} is not described"));
    let operation = &item[method];
    assert!(
        operation.is_object(),
        "{method} of {path} is not described: {item}"
    );
    operation
}

/// The parameters of an operation by name, those of its path included.
#[track_caller]
pub(super) fn parameters<'a>(
    definition: &'a Value,
    method: &str,
    path: &str,
) -> BTreeMap<&'a str, &'a Value> {
    let item = path_item(definition, path).unwrap_or_else(|| panic!("{path} is not described"));
    let of_operation = &operation(definition, method, path)["parameters"];
    [&item["parameters"], of_operation]
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .map(|parameter| resolved(definition, parameter))
        .map(|parameter| (text(parameter, "name"), parameter))
        .collect()
}

/// Requires a query parameter with `style: form` and `explode: false` spelt out, and not required;
/// gives its schema.
#[track_caller]
pub(super) fn check_query_parameter<'a>(
    definition: &'a Value,
    path: &str,
    name: &str,
) -> &'a Value {
    let parameters = parameters(definition, "get", path);
    let parameter = parameters
        .get(name)
        .unwrap_or_else(|| panic!("{path} has no parameter `{name}`"));
    assert_eq!(parameter["in"], "query", "{parameter}");
    assert_ne!(parameter["required"], true, "{parameter}");
    assert_eq!(parameter["style"], "form", "{parameter}");
    assert_eq!(parameter["explode"], false, "{parameter}");
    resolved(definition, &parameter["schema"])
}
