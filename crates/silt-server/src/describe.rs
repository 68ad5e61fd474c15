//! Documents about collections: description, schema, queryables.

use serde_json::{Map, Value, json};
use silt_index::snapshot::Column;
use silt_model::geojson::RESERVED;
use silt_model::{CollectionSchema, Field, FieldType};
use silt_store::SourceInfo;

use crate::crs::{CRS84, SERVED_CRS};
use crate::layer::Layer;
use crate::links::{Links, REL_QUERYABLES, REL_SCHEMA, REL_TILESETS};
use crate::negotiate::Format;
use crate::world::World;

/// Formats of items.
pub(crate) const ITEM_FORMATS: [Format; 5] = [
    Format::GeoJson,
    Format::Html,
    Format::Csv,
    Format::FlatGeobuf,
    Format::Parquet,
];

/// Dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// One collection, as `/collections` lists it and `/collections/{c}` describes it.
pub(crate) fn collection(world: &World, layer: &Layer, links: &Links) -> Value {
    let schema = &layer.info.schema;
    let path = format!("/collections/{}", schema.id);
    let mut all = vec![
        links.link("self", &path, "application/json", "This collection"),
        links.link(
            "alternate",
            &format!("{path}?f=html"),
            "text/html",
            "This collection as a page",
        ),
    ];
    for format in ITEM_FORMATS {
        let items = format!("{path}/items?f={}", format.name());
        let href = if format == Format::GeoJson {
            format!("{path}/items")
        } else {
            items
        };
        let title = format!("Features as {}", format.name());
        all.push(links.link("items", &href, format.link_type(), &title));
    }
    let more = [
        (
            REL_QUERYABLES,
            "queryables",
            "application/schema+json",
            "What filters can ask for",
        ),
        (
            REL_SCHEMA,
            "schema",
            "application/schema+json",
            "Fields of the features",
        ),
        (
            "describedby",
            "feature-schema",
            "application/schema+json",
            "JSON Schema of a feature as GeoJSON",
        ),
        (REL_TILESETS, "tiles", "application/json", "Vector tiles"),
        (
            "aggregate",
            "aggregate",
            "application/json",
            "Statistics of the fields",
        ),
    ];
    all.push(links.link(
        "hotspots",
        &format!("/hotspots/{}", schema.id),
        "application/geo+json",
        "Hotspots: cells with Gi* and its false discovery rate",
    ));
    for (rel, name, media_type, title) in more {
        all.push(links.link(rel, &format!("{path}/{name}"), media_type, title));
    }
    let tile_json = format!("/tiles/{}", schema.id);
    all.push(links.link(
        "describedby",
        &tile_json,
        "application/json",
        "TileJSON of the vector tiles",
    ));
    for source in sources_of(world, layer) {
        if source.url.starts_with("http") {
            let title = format!("{} ({})", source.title, source.licence);
            all.push(
                json!({"rel": "via", "href": source.url, "type": "text/html", "title": title}),
            );
        }
    }
    let mut document = json!({
        "id": schema.id,
        "title": schema.title,
        "description": schema.description,
        "itemType": "feature",
        "numberOfFeatures": layer.data.len(),
        "synthetic": layer.info.synthetic,
        "dataVersion": layer.info.version,
        "attribution": attribution(world, layer, None),
        "crs": *SERVED_CRS,
        "storageCrs": CRS84,
        "links": all,
    });
    let extent = extent(layer);
    if !extent.is_empty() {
        document["extent"] = Value::Object(extent);
    }
    document
}

pub(crate) fn sources_of<'w>(
    world: &'w World,
    layer: &'w Layer,
) -> impl Iterator<Item = &'w SourceInfo> {
    let used = layer.data.sources();
    let is_used = |id: &str| used.texts.iter().any(|text| text == id);
    world
        .sources
        .iter()
        .filter(move |source| is_used(&source.id))
}

/// Who published the data, and what must be said with it: the sources of the collection, or of these
/// the one that the parameter `source` selects.
pub(crate) fn attribution(world: &World, layer: &Layer, source: Option<&str>) -> String {
    attribution_of(selected_sources(world, layer, source))
}

/// The sources of a collection, or of these the one that the parameter `source` selects.
fn selected_sources<'w>(
    world: &'w World,
    layer: &'w Layer,
    source: Option<&'w str>,
) -> impl Iterator<Item = &'w SourceInfo> {
    sources_of(world, layer).filter(move |one| source.is_none_or(|wanted| one.id == wanted))
}

/// Who published the data of these sources, and what must be said with it.
pub(crate) fn attribution_of<'w>(sources: impl Iterator<Item = &'w SourceInfo>) -> String {
    silt_analysis::attribution(sources.map(|one| (one.title.as_str(), one.licence.as_str())))
}

fn extent(layer: &Layer) -> Map<String, Value> {
    let mut extent = Map::new();
    if let Some(bbox) = layer.data.bounds() {
        extent.insert("spatial".to_owned(), json!({"bbox": [bbox], "crs": CRS84}));
    }
    if let Some((start, end)) = layer.temporal_extent() {
        let trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
        extent.insert(
            "temporal".to_owned(),
            json!({"interval": [[start, end]], "trs": trs}),
        );
    }
    extent
}

/// `/collections/{c}/schema` or `/collections/{c}/queryables`.
pub(crate) fn json_schema(layer: &Layer, links: &Links, queryables: bool) -> Value {
    let schema = &layer.info.schema;
    let name = if queryables { "queryables" } else { "schema" };
    let mut properties = Map::new();
    if !queryables {
        properties.insert(
            "silt_id".to_owned(),
            json!({"title": "id", "description": meaning("silt_id"), "type": "string",
                   "x-ogc-role": "id", "readOnly": true}),
        );
    }
    properties.insert("geometry".to_owned(), geometry_schema(layer));
    for field in &schema.fields {
        properties.insert(field.name.clone(), field_schema(field, queryables));
    }
    let added = added_properties();
    for (name, mut property) in added {
        if !queryables {
            property["readOnly"] = true.into();
        } else if name == "silt_flags" {
            // A filter sees the codes of the flags.
            property = json!({"title": "silt_flags", "type": "array", "items": {"type": "string"},
                              "description": "codes of what is doubtful"});
        }
        if queryables && name == "silt_edition" {
            // A filter compares editions as times.
            property["format"] = "date-time".into();
        }
        properties.insert(name.to_owned(), property);
    }
    if queryables {
        properties.insert(
            "silt_id".to_owned(),
            json!({"title": "id", "description": meaning("silt_id"), "type": "string"}),
        );
    }
    json!({
        "$schema": DIALECT,
        "$id": links.href(&format!("/collections/{}/{name}", schema.id)),
        "title": schema.title,
        "description": schema.description,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// `/collections/{c}/feature-schema`: a feature as GeoJSON. GDAL learns the types of columns here,
/// among them of those that are empty in the first features that it looks at.
pub(crate) fn feature_schema(layer: &Layer, links: &Links) -> Value {
    let schema = &layer.info.schema;
    let mut properties = Map::new();
    for (field, column) in schema.fields.iter().zip(layer.data.columns()) {
        let mut property = field_schema(field, false);
        // Readers take `integer` for 32 bits.
        if let Column::Integer(numbers) = column {
            let is_small = |number: &i64| i32::try_from(*number).is_ok();
            if !numbers.values.iter().all(is_small) {
                property["type"] = "number".into();
            }
        }
        properties.insert(field.name.clone(), property);
    }
    for (name, property) in added_properties() {
        properties.insert(name.to_owned(), property);
    }
    json!({
        "$schema": DIALECT,
        "$id": links.href(&format!("/collections/{}/feature-schema", schema.id)),
        "title": schema.title,
        "description": schema.description,
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": geometry_schema(layer),
            "properties": {"type": "object", "properties": properties},
        },
    })
}

fn geometry_schema(layer: &Layer) -> Value {
    let kind = layer.geometry_kind();
    let (format, reference) = match kind {
        Some("Point") => ("geometry-point", "Point"),
        Some("LineString") => ("geometry-linestring", "LineString"),
        Some("Polygon") => ("geometry-polygon", "Polygon"),
        Some("MultiPoint") => ("geometry-multipoint", "MultiPoint"),
        Some("MultiLineString") => ("geometry-multilinestring", "MultiLineString"),
        Some("MultiPolygon") => ("geometry-multipolygon", "MultiPolygon"),
        _ => ("geometry-any", "Geometry"),
    };
    json!({
        "title": "Geometry",
        "x-ogc-role": "primary-geometry",
        "format": format,
        "$ref": format!("https://geojson.org/schema/{reference}.json"),
    })
}

/// One field of a collection as JSON Schema.
pub(crate) fn field_schema(field: &Field, queryable: bool) -> Value {
    let mut property = Map::new();
    let mut insert = |name: &str, value: Value| {
        property.insert(name.to_owned(), value);
    };
    insert(
        "title",
        field.title.as_deref().unwrap_or(&field.name).into(),
    );
    if let Some(description) = &field.description {
        insert("description", description.as_str().into());
    }
    match field.field_type {
        FieldType::Boolean => insert("type", "boolean".into()),
        FieldType::Integer => insert("type", "integer".into()),
        FieldType::Real => insert("type", "number".into()),
        FieldType::Text => insert("type", "string".into()),
        FieldType::Date => {
            // Dates have the precision of their source: 2019, 2019-01 or 2019-01-25.
            insert("type", "string".into());
            if queryable {
                insert("format", "date".into());
            } else {
                insert("pattern", r"^\d{4}(-\d{2}(-\d{2})?)?$".into());
            }
        }
        // The array operators of a filter take these.
        FieldType::Json if queryable => insert("type", "array".into()),
        FieldType::Json => insert("type", json!(["array", "object"])),
    }
    if let Some(unit) = &field.unit {
        insert("x-ogc-unit", unit.as_str().into());
    }
    if !field.allowed.is_empty() {
        insert("enum", field.allowed.clone().into());
    }
    Value::Object(property)
}

fn meaning(name: &str) -> &'static str {
    RESERVED
        .iter()
        .find(|(own, _)| *own == name)
        .map_or("", |(_, meaning)| meaning)
}

/// What Silt adds to each feature, as JSON Schema.
fn added_properties() -> Vec<(&'static str, Value)> {
    let text = |name: &'static str| {
        (
            name,
            json!({"title": name, "type": "string", "description": meaning(name)}),
        )
    };
    vec![
        text("silt_source"),
        text("silt_record"),
        (
            "silt_edition",
            // An edition is a date at the precision of its source, or the time of an edit.
            json!({"title": "silt_edition", "type": "string", "description": meaning("silt_edition")}),
        ),
        text("silt_crs"),
        (
            "silt_accuracy",
            json!({"title": "silt_accuracy", "type": "string", "description": meaning("silt_accuracy"),
                   "enum": ["exact", "approximate", "centroid"]}),
        ),
        (
            "silt_flags",
            json!({"title": "silt_flags", "type": "array", "description": meaning("silt_flags"),
                   "items": {"type": "object"}}),
        ),
        (
            "silt_regions",
            json!({"title": "silt_regions", "type": "array", "description": meaning("silt_regions"),
                   "items": {"type": "string"}}),
        ),
        (
            "silt_synthetic",
            json!({"title": "silt_synthetic", "type": "boolean", "description": meaning("silt_synthetic")}),
        ),
    ]
}

/// Fields that an equality parameter of the items path can ask for: those with one value each, of
/// the collection and of those that Silt adds.
pub(crate) fn parameter_fields(schema: &CollectionSchema) -> Vec<Field> {
    let own = schema
        .fields
        .iter()
        .filter(|field| field.field_type != FieldType::Json)
        .filter(|field| !crate::items::RESERVED_PARAMETERS.contains(&field.name.as_str()))
        .cloned();
    let added = [
        "silt_id",
        "silt_source",
        "silt_record",
        "silt_edition",
        "silt_crs",
        "silt_accuracy",
    ];
    let added = added.into_iter().map(|name| (name, FieldType::Text));
    let added = added.chain([("silt_synthetic", FieldType::Boolean)]);
    own.chain(added.map(|(name, field_type)| {
        let mut field = Field::new(name, field_type);
        field.description = Some(meaning(name).to_owned());
        field
    }))
    .collect()
}
