//! The paths of hotspots in the OpenAPI document.

use serde_json::{Map, Value, json};

use super::joint_question::{OF_COLLECTION, SHARED};
use crate::config::ServerConfig;
use crate::openapi::{read_responses, reference};

fn query(name: &str, description: &str, schema: Value) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": description,
           "schema": schema, "style": "form", "explode": false})
}

fn needed(name: &str, description: &str, schema: Value) -> Value {
    let mut parameter = query(name, description, schema);
    parameter["required"] = true.into();
    parameter
}

/// What is computed.
fn of_question(config: &ServerConfig) -> Vec<Value> {
    let text = || json!({"type": "string"});
    let most = config.limits.hotspot_permutations;
    vec![
        query(
            "value",
            "Value of a cell: count, density (features per 1000 km2), sum:FIELD or mean:FIELD of a field of numbers",
            json!({"type": "string", "default": "count"}),
        ),
        query(
            "method",
            "gi-star: Getis-Ord Gi*; local-moran; emerging: Gi* in space and time; dbscan: clusters by distance",
            json!({"type": "string", "enum": ["gi-star", "local-moran", "emerging", "dbscan"], "default": "gi-star"}),
        ),
        query(
            "resolution",
            "H3 resolution; without, the finest that makes at most 50,000 cells of the place",
            json!({"type": "integer", "minimum": 0, "maximum": 15}),
        ),
        query(
            "reference",
            "Compared with the cells of the place asked for, or with those of the whole world",
            json!({"type": "string", "enum": ["region", "global"], "default": "region"}),
        ),
        query(
            "weights",
            "Weights of Gi*; both give the same z",
            json!({"type": "string", "enum": ["binary", "row"], "default": "binary"}),
        ),
        query(
            "neighbours",
            "Cells within so many steps on the grid are neighbours",
            json!({"type": "integer", "minimum": 0, "maximum": 81, "default": 1}),
        ),
        query(
            "distance_km",
            "Instead: cells whose centre lies within this distance, km",
            json!({"type": "number", "minimum": 0, "maximum": 20000}),
        ),
        query(
            "alpha",
            "False discovery rate at which a cell counts as significant; 0.05, for emerging 0.10",
            json!({"type": "number", "minimum": 0, "maximum": 1}),
        ),
        query(
            "permutations",
            "Conditional permutations beside the analytic p (local-moran: 999 without)",
            json!({"type": "integer", "minimum": 1, "maximum": most}),
        ),
        query(
            "seed",
            "Seed of the permutations",
            json!({"type": "integer", "minimum": 0, "default": 0}),
        ),
        query(
            "step",
            "Time steps of emerging",
            json!({"type": "string", "enum": ["month", "year"], "default": "year"}),
        ),
        query(
            "steps_back",
            "Steps before a step that belong to its neighbourhood",
            json!({"type": "integer", "minimum": 0, "maximum": 100, "default": 1}),
        ),
        query(
            "radius_km",
            "Radius of dbscan, km",
            json!({"type": "number", "minimum": 0, "maximum": 20000, "default": 10}),
        ),
        query(
            "min_points",
            "Features within the radius that make a core point of dbscan, itself included",
            json!({"type": "integer", "minimum": 1, "default": 5}),
        ),
        reference("parameters", "region"),
        reference("parameters", "bbox"),
        reference("parameters", "bbox-crs"),
        reference("parameters", "datetime"),
        reference("parameters", "source"),
        query(
            "filter",
            "CQL2 expression: only these features count; the study area stays",
            text(),
        ),
        reference("parameters", "filter-lang"),
        reference("parameters", "filter-crs"),
    ]
}

/// What is listed.
fn of_view(config: &ServerConfig) -> Vec<Value> {
    vec![
        limit(config),
        query(
            "cold",
            "The coldest cells first instead of the hottest",
            json!({"type": "boolean", "default": false}),
        ),
        query(
            "significant",
            "Only cells with q of at most alpha",
            json!({"type": "boolean", "default": false}),
        ),
        query(
            "members",
            "List the ids of the features of each cell, at most 100",
            json!({"type": "boolean", "default": false}),
        ),
    ]
}

/// What several collections are asked together.
fn of_joint(config: &ServerConfig) -> Vec<Value> {
    let list = json!({"type": "array", "minItems": 2, "maxItems": 10, "items": {"type": "string"}});
    let mut parameters = vec![
        needed("collections", "Collections to compare", list),
        query(
            "value",
            "Value of a cell: count, or density (features per 1000 km2); of a field with the name of a collection before it",
            json!({"type": "string", "enum": ["count", "density"], "default": "count"}),
        ),
    ];
    let shared = of_question(config).into_iter().filter(|parameter| {
        let name = name_of(parameter);
        name != "value" && SHARED.contains(&name)
    });
    parameters.extend(shared);
    parameters.push(of_single_collections());
    parameters.push(query(
        "minimum",
        "In how many of them a cell must be hot",
        json!({"type": "integer", "minimum": 1, "default": 2}),
    ));
    parameters.push(limit(config));
    parameters.push(format(&["geojson", "json", "html", "csv"]));
    parameters
}

/// The name of a parameter, also of one that stands among the components.
fn name_of(parameter: &Value) -> &str {
    let of_reference = || parameter["$ref"].as_str()?.rsplit('/').next();
    let name = parameter["name"].as_str().or_else(of_reference);
    name.unwrap_or_default()
}

/// Parameters of a single collection of a joint question. Their names depend on the question, which
/// OpenAPI writes as an object whose members are parameters.
fn of_single_collections() -> Value {
    let names = OF_COLLECTION.map(|name| format!("`{{collection}}.{name}`"));
    let description = format!(
        "Parameters of one collection, named {}, each for a collection that `collections` names; \
         `value` and `datetime` go before the shared ones, and a `value` may be sum:FIELD or mean:FIELD here",
        names.join(", ")
    );
    json!({"name": "ofCollection", "in": "query", "required": false, "description": description,
    "style": "form", "explode": true,
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    "example": {
        "tailings_facilities.filter": "hazard_rating='H'",
        "tailings_facilities.value": "sum:storage_m3",
        "mines.source": "gem-coal-mines",
    }})
}

fn limit(config: &ServerConfig) -> Value {
    let most = config.limits.hotspot_cells_listed;
    query(
        "limit",
        "Rows of the answer; more is lowered to the maximum",
        json!({"type": "integer", "minimum": 1, "maximum": most, "default": 1000}),
    )
}

fn format(names: &[&str]) -> Value {
    query(
        "f",
        "Format, where the Accept header does not say",
        json!({"type": "string", "enum": names}),
    )
}

/// Adds the paths.
pub(crate) fn add_paths(paths: &mut Map<String, Value>, config: &ServerConfig) {
    let collection = || reference("parameters", "collectionId");
    let features = json!({"schema": reference("schemas", "featureCollectionGeoJSON")});
    let html = json!({"schema": {"type": "string"}});
    let binary = json!({"schema": {"type": "string", "format": "binary"}});
    let cells = json!({"application/geo+json": features, "text/html": html, "text/csv": html,
        "application/vnd.apache.parquet": binary});
    let rows = json!({"application/geo+json": features, "text/html": html, "text/csv": html});
    let known = |mut answers: Value| {
        answers["304"] = json!({"description": "The answer is as the client knows it"});
        answers
    };
    let tags = json!(["Hotspots"]);

    let mut parameters = vec![collection()];
    parameters.extend(of_question(config));
    let of_map = parameters.clone();
    parameters.extend(of_view(config));
    parameters.push(format(&["geojson", "json", "html", "csv", "parquet"]));
    let mut posted = known(read_responses(cells.clone()));
    posted["413"] = reference("responses", "TooLarge");
    paths.insert(
        "/hotspots/{collectionId}".to_owned(),
        json!({
            "get": {"operationId": "getHotspots", "tags": tags, "summary": "Hotspots of a collection",
                "description": "Cells ranked by z, with p, q by Benjamini and Hochberg, and the study area that makes \
                    them: enough to compute them again.",
                "parameters": parameters, "responses": known(read_responses(cells))},
            "post": {"operationId": "postHotspots", "tags": tags, "summary": "Hotspots in a polygon of one's own",
                "parameters": parameters,
                "requestBody": {"required": true, "description": "A Polygon or MultiPolygon, alone or in features",
                    "content": {"application/geo+json": {"schema": {"type": "object"}}}},
                "responses": posted},
        }),
    );

    let mut parameters = of_map.clone();
    parameters.push(query(
        "level",
        "Which regions",
        json!({"type": "string", "enum": ["iso3", "admin1", "m49", "un", "sea"], "default": "iso3"}),
    ));
    parameters.push(limit(config));
    parameters.push(format(&["json", "html", "csv", "geojson", "parquet"]));
    let documents = json!({"application/json": {"schema": {"type": "object", "required": ["regions"]}},
        "text/html": html, "text/csv": html, "application/geo+json": features,
        "application/vnd.apache.parquet": binary});
    paths.insert(
        "/hotspots/{collectionId}/regions".to_owned(),
        json!({"get": {"operationId": "getHotspotRegions", "tags": tags,
            "summary": "Regions by value, with the share of their cells that is hot",
            "description": "As GeoJSON and GeoParquet with the outline of each region.",
            "parameters": parameters, "responses": known(read_responses(documents))}}),
    );

    paths.insert(
        "/hotspots/joint".to_owned(),
        json!({"get": {"operationId": "getJointHotspots", "tags": tags,
            "summary": "Cells that are hot in several collections",
            "description": "Every collection is compared with its own study area at one resolution. `value` and \
                `datetime` apply to all; a collection can have its own, and its own `filter` and `source`. The answer \
                says under `collections` what was in force for each.",
            "parameters": of_joint(config),
            "responses": known(read_responses(rows.clone()))}}),
    );

    let degrees =
        |most: u32| json!({"type": "number", "minimum": -f64::from(most), "maximum": most});
    let parameters = json!([
        needed("lon", "Longitude, degrees", degrees(180)),
        needed("lat", "Latitude, degrees", degrees(90)),
        query(
            "radius_km",
            "Distance, km",
            json!({"type": "number", "minimum": 0, "maximum": 2000, "default": 50})
        ),
        query(
            "collections",
            "Collections; all without",
            json!({"type": "array", "minItems": 1, "items": {"type": "string"}})
        ),
        query(
            "limit",
            "Features of each collection",
            json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 20})
        ),
        format(&["geojson", "json", "html", "csv"]),
    ]);
    paths.insert(
        "/near".to_owned(),
        json!({"get": {"operationId": "getNear", "tags": tags, "summary": "What lies near a place",
            "parameters": parameters, "responses": known(read_responses(rows))}}),
    );

    let mut parameters = of_map.clone();
    parameters.push(format(&["json"]));
    paths.insert(
        "/tiles/hotspots/{collectionId}".to_owned(),
        json!({"get": {"operationId": "getHotspotTileJson", "tags": ["Tiles"], "summary": "TileJSON 3.0 of hotspots",
            "parameters": parameters,
            "responses": read_responses(json!({"application/json": {"schema": {"type": "object"}}}))}}),
    );
    let mut parameters = of_map;
    parameters.extend(["z", "x", "y"].map(|name| reference("parameters", name)));
    let mut answers = known(read_responses(
        json!({"application/vnd.mapbox-vector-tile": binary}),
    ));
    answers["204"] = json!({"description": "Nothing lies in the tile"});
    paths.insert(
        "/tiles/hotspots/{collectionId}/{z}/{x}/{y}".to_owned(),
        json!({"get": {"operationId": "getHotspotTile", "tags": ["Tiles"], "summary": "A vector tile of hotspots",
            "parameters": parameters, "responses": answers}}),
    );
}
