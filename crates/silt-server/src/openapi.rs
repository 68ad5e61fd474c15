//! The OpenAPI document: what paths there are, with which parameters and answers.
//!
//! It is made from the collections that are served, so that each has its own parameters. The
//! document is OpenAPI 3.0; [`as_31`] makes 3.1 of it.

use serde_json::{Map, Value, json};

use crate::config::ServerConfig;
use crate::crs::SERVED_CRS;
use crate::describe::{field_schema, parameter_fields};
use crate::links::Links;
use crate::world::World;

/// The document for the collections of this world.
pub(crate) fn document(
    world: &World,
    processes: &[&str],
    config: &ServerConfig,
    links: &Links,
) -> Value {
    let ids: Vec<&str> = world.collections.keys().map(String::as_str).collect();
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Silt",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Registers of mine tailings, mines and marine sand, with their history.",
            "license": {"name": "MIT OR Apache-2.0", "url": "https://opensource.org/license/mit"},
        },
        "servers": [{"url": links.href("")}],
        "tags": [
            {"name": "Capabilities", "description": "What there is"},
            {"name": "Data", "description": "Features and their history"},
            {"name": "Edits", "description": "Changes of single features, with an API key"},
            {"name": "Hotspots", "description": "Where features lie more densely than chance would have it"},
            {"name": "Tiles", "description": "Vector tiles, TileJSON and styles"},
            {"name": "Processes", "description": "Computations, at once or as jobs"},
            {"name": "Operation", "description": "Health and metrics"},
        ],
        "paths": paths(world, config),
        "components": {
            "parameters": parameters(&ids, processes, config),
            "responses": responses(),
            "schemas": schemas(),
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer",
                           "description": "A key made by `silt key create --scope edit`"},
            },
        },
    })
}

fn paths(world: &World, config: &ServerConfig) -> Value {
    let mut paths = Map::new();
    let mut add = |path: &str, item: Value| {
        paths.insert(path.to_owned(), item);
    };
    let reading = |id: &str, tag: &str, summary: &str, parameters: Value, answer: Value| {
        json!({"get": {"operationId": id, "tags": [tag], "summary": summary, "parameters": parameters,
            "responses": read_responses(answer)}})
    };
    let object = || json!({"application/json": {"schema": {"type": "object"}}, "text/html": {"schema": {"type": "string"}}});
    let page = || json!([reference("parameters", "f")]);
    add(
        "/",
        reading(
            "getLandingPage",
            "Capabilities",
            "The front page",
            page(),
            json!({
        "application/json": {"schema": reference("schemas", "landingPage")}, "text/html": {"schema": {"type": "string"}}}),
        ),
    );
    add(
        "/conformance",
        reading(
            "getConformance",
            "Capabilities",
            "Standards that the service conforms to",
            page(),
            json!({
        "application/json": {"schema": reference("schemas", "confClasses")}, "text/html": {"schema": {"type": "string"}}}),
        ),
    );
    add(
        "/collections",
        reading(
            "getCollections",
            "Capabilities",
            "All collections",
            page(),
            json!({
        "application/json": {"schema": reference("schemas", "collections")}, "text/html": {"schema": {"type": "string"}}}),
        ),
    );
    add(
        "/collections/{collectionId}",
        reading(
            "describeCollection",
            "Capabilities",
            "One collection",
            json!([
                reference("parameters", "collectionId"),
                reference("parameters", "f")
            ]),
            json!({
        "application/json": {"schema": reference("schemas", "collection")}, "text/html": {"schema": {"type": "string"}}}),
        ),
    );
    for (name, id, summary) in [
        ("queryables", "getQueryables", "What filters can ask for"),
        ("schema", "getSchema", "Fields of the features"),
        (
            "feature-schema",
            "getFeatureSchema",
            "A feature as GeoJSON, as JSON Schema",
        ),
    ] {
        let parameters = json!([
            reference("parameters", "collectionId"),
            reference("parameters", "f")
        ]);
        add(
            &format!("/collections/{{collectionId}}/{name}"),
            reading(
                id,
                "Capabilities",
                summary,
                parameters,
                json!({
            "application/schema+json": {"schema": {"type": "object"}}, "text/html": {"schema": {"type": "string"}}}),
            ),
        );
    }
    for (collection, layer) in &world.collections {
        let title = &layer.info.schema.title;
        let mut parameters: Vec<Value> = ITEM_PARAMETERS
            .iter()
            .map(|name| reference("parameters", name))
            .collect();
        for field in parameter_fields(&layer.info.schema) {
            let mut schema = field_schema(&field, true);
            let description = schema["description"].as_str().unwrap_or("").to_owned();
            // An equality parameter takes a date at any precision.
            if let Some(members) = schema.as_object_mut() {
                let unwanted = ["title", "description", "x-ogc-unit", "format", "enum"];
                unwanted
                    .iter()
                    .for_each(|name| drop(members.shift_remove(*name)));
            }
            parameters.push(json!({"name": field.name, "in": "query", "required": false,
                "description": format!("Only features with this value. {description}").trim(),
                "schema": schema, "style": "form", "explode": false}));
        }
        let items = json!({
            "get": {"operationId": format!("{collection}.getItems"), "tags": ["Data"],
                "summary": format!("Features of {title}"), "parameters": parameters,
                "responses": read_responses(features_content())},
            "post": {"operationId": format!("{collection}.createItem"), "tags": ["Edits"],
                "summary": format!("Add a feature to {title}"), "security": [{"apiKey": []}],
                "parameters": [reference("parameters", "Content-Crs")],
                "requestBody": feature_body("application/geo+json"),
                "responses": write_responses("201", "Created; Location is its address")},
        });
        add(&format!("/collections/{collection}/items"), items);
    }
    add_item(&mut add);
    let of_collection = || vec![reference("parameters", "collectionId")];
    let with = |names: &[&str]| {
        let mut all = of_collection();
        all.extend(names.iter().map(|name| reference("parameters", name)));
        Value::Array(all)
    };
    add(
        "/collections/{collectionId}/items/{featureId}/history",
        reading(
            "getHistory",
            "Data",
            "All observed states of a feature",
            with(&["featureId", "crs", "f"]),
            object(),
        ),
    );
    add(
        "/collections/{collectionId}/aggregate",
        reading(
            "getAggregate",
            "Data",
            "Statistics of fields by group",
            with(&[
                "by",
                "metrics",
                "aggregateFormat",
                "bbox",
                "datetime",
                "region",
                "source",
                "filter",
                "filter-lang",
                "filter-crs",
            ]),
            json!({
            "application/json": {"schema": {"type": "object", "required": ["groups"]}},
            "text/csv": {"schema": {"type": "string"}}, "text/html": {"schema": {"type": "string"}}}),
        ),
    );
    let tile_filters = [
        "datetime",
        "region",
        "source",
        "filter",
        "filter-lang",
        "filter-crs",
        "cluster",
    ];
    let tile = |names: &[&str]| {
        let mut all: Vec<&str> = names.to_vec();
        all.extend(tile_filters);
        with(&all)
    };
    let mut tile_answers = read_responses(
        json!({"application/vnd.mapbox-vector-tile": {"schema": {"type": "string", "format": "binary"}}}),
    );
    tile_answers["204"] = json!({"description": "Nothing lies in the tile"});
    let tile_path = |id: &str, summary: &str, parameters: Value| {
        json!({"get": {"operationId": id, "tags": ["Tiles"], "summary": summary,
            "parameters": parameters, "responses": tile_answers}})
    };
    add(
        "/tiles/{collectionId}",
        reading(
            "getTileJson",
            "Tiles",
            "TileJSON 3.0",
            tile(&[]),
            json!({"application/json": {"schema": {"type": "object", "required": ["tilejson", "tiles", "vector_layers"]}}}),
        ),
    );
    add(
        "/tiles/{collectionId}/{z}/{x}/{y}",
        tile_path("getTileByXyz", "A vector tile", tile(&["z", "x", "y"])),
    );
    add(
        "/collections/{collectionId}/tiles",
        reading(
            "silt.collection.vector.getTileSetsList",
            "Tiles",
            "Tilesets of a collection",
            with(&["f"]),
            object(),
        ),
    );
    add(
        "/collections/{collectionId}/tiles/{tileMatrixSetId}",
        reading(
            "silt.collection.vector.getTileSet",
            "Tiles",
            "A tileset",
            with(&["tileMatrixSetId", "f"]),
            object(),
        ),
    );
    add(
        "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        tile_path(
            "silt.collection.vector.getTile",
            "A vector tile",
            tile(&["tileMatrixSetId", "tileMatrix", "tileRow", "tileCol"]),
        ),
    );
    add(
        "/tileMatrixSets",
        reading(
            "getTileMatrixSetsList",
            "Tiles",
            "Tile matrix sets",
            page(),
            object(),
        ),
    );
    add(
        "/tileMatrixSets/{tileMatrixSetId}",
        reading(
            "getTileMatrixSet",
            "Tiles",
            "A tile matrix set",
            json!([
                reference("parameters", "tileMatrixSetId"),
                reference("parameters", "f")
            ]),
            object(),
        ),
    );
    add(
        "/styles/{styleName}",
        reading(
            "getStyle",
            "Tiles",
            "A MapLibre style",
            json!([{"name": "styleName", "in": "path", "required": true, "description": "Name of a style with .json; all.json shows every collection",
                "schema": {"type": "string", "enum": crate::styles::names(world)}}]),
            json!({"application/json": {"schema": {"type": "object", "required": ["version", "sources", "layers"]}}}),
        ),
    );
    let change_parameters: Vec<Value> = [
        "changesCollection",
        "source",
        "since",
        "until",
        "field",
        "region",
        "limit",
        "f",
    ]
    .iter()
    .map(|name| reference("parameters", name))
    .collect();
    add(
        "/changes",
        reading(
            "getChanges",
            "Data",
            "What changed between editions",
            change_parameters.into(),
            object(),
        ),
    );
    add(
        "/sources",
        reading(
            "getSources",
            "Capabilities",
            "Sources, licences and editions",
            page(),
            object(),
        ),
    );
    for (path, id, media) in [
        ("/healthz", "getHealth", "text/plain"),
        ("/readyz", "getReadiness", "text/plain"),
        ("/metrics", "getMetrics", "text/plain"),
    ] {
        add(
            path,
            json!({"get": {"operationId": id, "tags": ["Operation"], "summary": "State of the service",
            "responses": {"200": {"description": "As asked", "content": {media: {"schema": {"type": "string"}}}},
                          "503": reference("responses", "ServerError")}}}),
        );
    }
    crate::hotspots::openapi::add_paths(&mut paths, config);
    paths.extend(crate::processes::openapi::paths());
    Value::Object(paths)
}

/// Parameters of the items path that every collection has, by their names in the components.
const ITEM_PARAMETERS: [&str; 16] = [
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "limit",
    "cursor",
    "sortby",
    "properties",
    "region",
    "source",
    "ids",
    "filter",
    "filter-lang",
    "filter-crs",
    "itemsFormat",
    "skipGeometry",
];

fn add_item(add: &mut impl FnMut(&str, Value)) {
    let path = || {
        vec![
            reference("parameters", "collectionId"),
            reference("parameters", "featureId"),
        ]
    };
    let with = |names: &[&str]| {
        let mut all = path();
        all.extend(names.iter().map(|name| reference("parameters", name)));
        Value::Array(all)
    };
    let feature = json!({"application/geo+json": {"schema": reference("schemas", "featureGeoJSON")}, "text/html": {"schema": {"type": "string"}}});
    let mut read = read_responses(feature);
    read["304"] = json!({"description": "The feature is as the client knows it"});
    let item = json!({
        "get": {"operationId": "getItem", "tags": ["Data"], "summary": "One feature",
            "parameters": with(&["crs", "f"]), "responses": read},
        "put": {"operationId": "replaceItem", "tags": ["Edits"], "summary": "Replace a feature",
            "security": [{"apiKey": []}], "parameters": with(&["If-Match", "Content-Crs"]),
            "requestBody": feature_body("application/geo+json"),
            "responses": write_responses("200", "Replaced; ETag is that of the new state")},
        "patch": {"operationId": "updateItem", "tags": ["Edits"], "summary": "Change parts of a feature (JSON merge patch)",
            "security": [{"apiKey": []}], "parameters": with(&["If-Match", "Content-Crs"]),
            "requestBody": {"required": true, "content": {"application/merge-patch+json": {"schema": {"type": "object"}}}},
            "responses": write_responses("200", "Changed; ETag is that of the new state")},
        "delete": {"operationId": "deleteItem", "tags": ["Edits"], "summary": "Remove a feature; its history stays",
            "security": [{"apiKey": []}], "parameters": with(&["If-Match"]),
            "responses": write_responses("204", "Removed")},
    });
    add("/collections/{collectionId}/items/{featureId}", item);
}

pub(crate) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn features_content() -> Value {
    json!({
        "application/geo+json": {"schema": reference("schemas", "featureCollectionGeoJSON")},
        "text/html": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
        "application/vnd.flatgeobuf": {"schema": {"type": "string", "format": "binary"}},
        "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
    })
}

fn feature_body(media_type: &str) -> Value {
    json!({"required": true, "content": {media_type: {"schema": reference("schemas", "featureBody")}}})
}

pub(crate) fn read_responses(content: Value) -> Value {
    json!({
        "200": {"description": "As asked", "content": content},
        "400": reference("responses", "InvalidParameter"),
        "404": reference("responses", "NotFound"),
        "406": reference("responses", "NotAcceptable"),
        "500": reference("responses", "ServerError"),
        "503": reference("responses", "ServerError"),
        "504": reference("responses", "ServerError"),
    })
}

fn write_responses(status: &str, description: &str) -> Value {
    let mut responses = Map::new();
    responses.insert(status.to_owned(), json!({"description": description}));
    let others = [
        ("400", "InvalidParameter"),
        ("401", "Unauthorized"),
        ("403", "Forbidden"),
        ("404", "NotFound"),
        ("409", "Conflict"),
        ("412", "PreconditionFailed"),
        ("413", "TooLarge"),
        ("415", "UnsupportedMediaType"),
        ("422", "Unprocessable"),
        ("500", "ServerError"),
        ("503", "ServerError"),
    ];
    for (status, name) in others {
        responses.insert(status.to_owned(), reference("responses", name));
    }
    Value::Object(responses)
}

fn responses() -> Value {
    let problem = |description: &str| {
        json!({"description": description,
               "content": {"application/problem+json": {"schema": reference("schemas", "problem")}}})
    };
    json!({
        "InvalidParameter": problem("A parameter or the body has a value that it cannot have"),
        "NotFound": problem("There is no such resource"),
        "NotAcceptable": problem("The Accept header allows none of the formats"),
        "Unauthorized": problem("No valid API key"),
        "Forbidden": problem("The key does not have the scope"),
        "Dismissed": problem("The job was dismissed"),
        "Conflict": problem("A feature with this id is there already"),
        "PreconditionFailed": problem("The feature changed meanwhile: If-Match does not match"),
        "TooLarge": problem("The body is larger than the limit"),
        "UnsupportedMediaType": problem("The body has a media type that is not taken"),
        "Unprocessable": problem("What was sent can be read and cannot be done"),
        "ServerError": problem("The service cannot answer now"),
    })
}

fn parameters(ids: &[&str], processes: &[&str], config: &ServerConfig) -> Value {
    let query = |name: &str, description: &str, schema: Value| {
        json!({"name": name, "in": "query", "required": false, "description": description,
               "schema": schema, "style": "form", "explode": false})
    };
    let path = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema});
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "required": false, "description": description, "schema": {"type": "string"}});
    let text = || json!({"type": "string"});
    let crs_list = || json!({"type": "string", "format": "uri", "default": SERVED_CRS[0]});
    let format = |names: &[&str]| json!({"type": "string", "enum": names});
    let (default_limit, max_limit) = (config.default_limit, config.max_limit);
    let mut all = json!({
        "collectionId": path("collectionId", "Collection", json!({"type": "string", "enum": ids})),
        "featureId": path("featureId", "Feature id, source:record", text()),
        "bbox": query("bbox", "Only features that meet this box: west, south, east, north in degrees (or in bbox-crs), \
            or with two heights; west > east crosses the antimeridian. Features without geometry are always there.",
            json!({"type": "array", "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}], "items": {"type": "number"}})),
        "bbox-crs": query("bbox-crs", "Reference system of bbox", crs_list()),
        "crs": query("crs", "Reference system of the answer: one of the collection's list, or any EPSG code that PROJ knows", crs_list()),
        "datetime": query("datetime", "Only features of this time: an instant, or an interval a/b with .. for an open end. \
            Features without time are always there.", text()),
        "limit": {"name": "limit", "in": "query", "required": false, "description": "Features in one answer; more is lowered to the maximum",
            "schema": {"type": "integer", "minimum": 1, "maximum": max_limit, "default": default_limit}, "style": "form", "explode": false},
        "cursor": query("cursor", "Where the page begins, as a `next` link gives it", text()),
        "sortby": query("sortby", "Fields to sort by, with - before a descending one", json!({"type": "array", "minItems": 1, "items": {"type": "string"}})),
        "properties": query("properties", "Only these properties", json!({"type": "array", "minItems": 1, "items": {"type": "string"}})),
        "region": query("region", "Only features in this region: iso3:BRA, admin1:BR-MG, un:GRULAC, m49:019, sea:north-sea", text()),
        "source": query("source", "Only features of this source", text()),
        "ids": query("ids", "Only these features, by id", json!({"type": "array", "minItems": 1, "items": {"type": "string"}})),
        "filter": query("filter", "CQL2 expression", text()),
        "filter-lang": query("filter-lang", "Language of the filter", json!({"type": "string", "enum": ["cql2-text", "cql2-json", "cql-text"], "default": "cql2-text"})),
        "filter-crs": query("filter-crs", "Reference system of geometries in the filter", crs_list()),
        "skipGeometry": query("skipGeometry", "Leave the geometries out", json!({"type": "boolean", "default": false})),
        "f": query("f", "Format, where the Accept header does not say", format(&["json", "html"])),
        "itemsFormat": query("f", "Format, where the Accept header does not say", format(&["geojson", "json", "html", "csv", "fgb", "parquet"])),
        "aggregateFormat": query("f", "Format, where the Accept header does not say", format(&["json", "html", "csv"])),
        "by": query("by", "Fields to group by; region:iso3, region:admin1, region:sea, region:m49 and region:un group by regions",
            json!({"type": "array", "minItems": 1, "items": {"type": "string"}})),
        "metrics": query("metrics", "count, and sum, mean, min, max, median, std of a number field: count,sum(storage_m3)", text()),
        "cluster": query("cluster", "Points at low zoom: clusters, H3 cells, or as they are", json!({"type": "string", "enum": ["auto", "grid", "h3", "none"], "default": "auto"})),
        "since": query("since", "Changes shown by editions from this date on", text()),
        "until": query("until", "Changes shown by editions up to this date", text()),
        "field": query("field", "Changes of this field; added and removed are such too", text()),
        "changesCollection": query("collection", "Changes in this collection", text()),
        "tileMatrixSetId": path("tileMatrixSetId", "Tile matrix set", json!({"type": "string", "enum": ["WebMercatorQuad"]})),
        "tileMatrix": path("tileMatrix", "Zoom level", json!({"type": "integer", "minimum": 0, "maximum": 22})),
        "tileRow": path("tileRow", "Row from the north", json!({"type": "integer", "minimum": 0})),
        "tileCol": path("tileCol", "Column from the west", json!({"type": "integer", "minimum": 0})),
        "z": path("z", "Zoom level", json!({"type": "integer", "minimum": 0, "maximum": 22})),
        "x": path("x", "Column from the west", json!({"type": "integer", "minimum": 0})),
        "y": path("y", "Row from the north", json!({"type": "integer", "minimum": 0})),
        "If-Match": header("If-Match", "ETag of the state that the change is based on"),
        "Content-Crs": header("Content-Crs", "Reference system of the body: its URI in angle brackets"),
    });
    if let Some(members) = all.as_object_mut() {
        members.extend(crate::processes::openapi::parameters(processes, config));
    }
    all
}

fn schemas() -> Value {
    let mut all = json!({
        "link": {"type": "object", "required": ["href", "rel"], "properties": {
            "href": {"type": "string"}, "rel": {"type": "string"}, "type": {"type": "string"},
            "title": {"type": "string"}, "templated": {"type": "boolean"}}},
        "landingPage": {"type": "object", "required": ["links"], "properties": {
            "title": {"type": "string"}, "description": {"type": "string"},
            "links": {"type": "array", "items": reference("schemas", "link")}}},
        "confClasses": {"type": "object", "required": ["conformsTo"], "properties": {
            "conformsTo": {"type": "array", "items": {"type": "string"}}}},
        "collections": {"type": "object", "required": ["links", "collections"], "properties": {
            "links": {"type": "array", "items": reference("schemas", "link")},
            "collections": {"type": "array", "items": reference("schemas", "collection")}}},
        "collection": {"type": "object", "required": ["id", "links"], "properties": {
            "id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
            "links": {"type": "array", "items": reference("schemas", "link")},
            "extent": {"type": "object"}, "itemType": {"type": "string"},
            "crs": {"type": "array", "items": {"type": "string"}}, "storageCrs": {"type": "string"},
            "synthetic": {"type": "boolean"}, "numberOfFeatures": {"type": "integer"}}},
        "featureCollectionGeoJSON": {"type": "object", "required": ["type", "features"], "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": reference("schemas", "featureGeoJSON")},
            "links": {"type": "array", "items": reference("schemas", "link")},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "synthetic": {"type": "boolean"}}},
        "featureGeoJSON": {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": true},
            "properties": {"type": "object", "nullable": true},
            "links": {"type": "array", "items": reference("schemas", "link")}}},
        "featureBody": {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": true},
            "properties": {"type": "object", "nullable": true}}},
        "problem": {"type": "object", "required": ["type", "title", "status"], "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "violations": {"type": "array", "items": {"type": "object"}}}},
    });
    if let Some(members) = all.as_object_mut() {
        members.extend(crate::processes::openapi::schemas());
    }
    all
}

/// The same document as OpenAPI 3.1: `nullable` becomes a type.
pub(crate) fn as_31(document: Value) -> Value {
    let mut newer = without_nullable(document);
    newer["openapi"] = "3.1.0".into();
    newer
}

fn without_nullable(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nullable).collect(),
        Value::Object(members) => {
            let nullable = members.get("nullable") == Some(&Value::Bool(true));
            let kept = members
                .into_iter()
                .filter(|(name, _)| name != "nullable" || !nullable);
            let mut newer: Map<String, Value> = kept
                .map(|(name, member)| (name, without_nullable(member)))
                .collect();
            if nullable && let Some(own) = newer.get("type").cloned() {
                newer.insert("type".to_owned(), json!([own, "null"]));
            }
            Value::Object(newer)
        }
        other => other,
    }
}
