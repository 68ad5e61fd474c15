//! Schemas of the built-in collections, kept as JSON Schema in `datasets/schemas/`.

use serde_json::Value as Json;
use silt_model::{CollectionSchema, Domain, Field, FieldType};

use super::Recipe;
use crate::values::Unit;

/// Id and JSON Schema text of every built-in collection.
pub const BUILT_IN_COLLECTIONS: [(&str, &str); 12] = [
    (
        "tailings_facilities",
        include_str!("../../../../datasets/schemas/tailings_facilities.json"),
    ),
    (
        "mines",
        include_str!("../../../../datasets/schemas/mines.json"),
    ),
    (
        "mine_boundaries",
        include_str!("../../../../datasets/schemas/mine_boundaries.json"),
    ),
    (
        "mineral_sites",
        include_str!("../../../../datasets/schemas/mineral_sites.json"),
    ),
    (
        "dams",
        include_str!("../../../../datasets/schemas/dams.json"),
    ),
    (
        "tailings_failures",
        include_str!("../../../../datasets/schemas/tailings_failures.json"),
    ),
    (
        "failure_extents",
        include_str!("../../../../datasets/schemas/failure_extents.json"),
    ),
    (
        "ports",
        include_str!("../../../../datasets/schemas/ports.json"),
    ),
    (
        "vessels",
        include_str!("../../../../datasets/schemas/vessels.json"),
    ),
    (
        "dredging_areas",
        include_str!("../../../../datasets/schemas/dredging_areas.json"),
    ),
    (
        "places",
        include_str!("../../../../datasets/schemas/places.json"),
    ),
    (
        "regions",
        include_str!("../../../../datasets/schemas/regions.json"),
    ),
];

/// A JSON Schema cannot be read as the schema of a collection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schema of {collection}: {reason}")]
pub struct SchemaError {
    /// Collection id.
    pub collection: String,
    /// What is wrong.
    pub reason: String,
}

/// The schema of a built-in collection, or `None` for any other id.
pub fn built_in_schema(collection: &str) -> Option<CollectionSchema> {
    let (id, text) = BUILT_IN_COLLECTIONS
        .iter()
        .find(|(id, _)| *id == collection)?;
    let schema = parse_schema(id, text).expect("bundled schemas are tested");
    Some(schema)
}

/// Reads the JSON Schema of a collection. Units stand under `x-unit`, the domain under
/// `x-domain`; a text of the format `partial-date` is a date.
///
/// # Errors
///
/// [`SchemaError`] where the text is not JSON, or has a type that no field can have.
pub fn parse_schema(collection: &str, text: &str) -> Result<CollectionSchema, SchemaError> {
    let fail = |reason: String| SchemaError {
        collection: collection.to_owned(),
        reason,
    };
    let json: Json = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
    let mut schema = CollectionSchema::new(collection);
    if let Some(title) = text_of(&json, "title") {
        schema.title = title;
    }
    schema.description = text_of(&json, "description").unwrap_or_default();
    schema.domain = match json["x-domain"].as_str() {
        None | Some("land") => Domain::Land,
        Some("sea") => Domain::Sea,
        Some("any") => Domain::Any,
        Some(other) => return Err(fail(format!("`{other}` is not a domain"))),
    };
    let properties = json["properties"]
        .as_object()
        .ok_or_else(|| fail("no `properties`".into()))?;
    for (name, property) in properties {
        let field_type =
            field_type_of(property).ok_or_else(|| fail(format!("type of `{name}`")))?;
        let mut field = Field::new(name, field_type);
        field.title = text_of(property, "title");
        field.description = text_of(property, "description");
        field.unit = text_of(property, "x-unit");
        if let Some(allowed) = property["enum"].as_array() {
            field.allowed = allowed
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect();
        }
        schema.fields.push(field);
    }
    Ok(schema)
}

fn text_of(json: &Json, key: &str) -> Option<String> {
    json[key].as_str().map(str::to_owned)
}

fn field_type_of(property: &Json) -> Option<FieldType> {
    let is_date = property["format"].as_str() == Some("partial-date");
    match property["type"].as_str()? {
        "boolean" => Some(FieldType::Boolean),
        "integer" => Some(FieldType::Integer),
        "number" => Some(FieldType::Real),
        "string" if is_date => Some(FieldType::Date),
        "string" => Some(FieldType::Text),
        "array" | "object" => Some(FieldType::Json),
        _ => None,
    }
}

/// The built-in schema, if any, with the fields that only the recipe has.
pub(super) fn of_recipe(recipe: &Recipe) -> CollectionSchema {
    let mut schema = built_in_schema(&recipe.collection)
        .unwrap_or_else(|| CollectionSchema::new(&recipe.collection));
    for (name, rule) in recipe.fields.iter() {
        if schema.field(name).is_some() {
            continue;
        }
        let mut field = Field::new(name, rule.field_type.unwrap_or(FieldType::Text));
        field.title.clone_from(&rule.title);
        field.description.clone_from(&rule.description);
        let unit = rule.unit.as_deref().and_then(|unit| Unit::parse(unit).ok());
        field.unit = unit.map(|unit| unit.symbol().to_owned());
        schema.fields.push(field);
    }
    schema
}
