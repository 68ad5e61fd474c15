//! What there is: front page, conformance, collections, schemas, sources, changes.

use std::ops::ControlFlow;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use silt_index::regions::DISCLAIMER;
use silt_store::ChangeFilter;

use crate::crs::SERVED_CRS;
use crate::describe;
use crate::error::Problem;
use crate::item::set_header;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::openapi;
use crate::pages;
use crate::processes;
use crate::query::Parameters;
use crate::state::AppState;

/// Standards that the service conforms to; each has tests in `tests/conformance`.
const CONFORMANCE: [&str; 32] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/datetime",
];

const PAGES: [Format; 2] = [Format::Json, Format::Html];
const SCHEMAS: [Format; 2] = [Format::Schema, Format::Html];

/// Format and links of a request without other parameters.
fn plain(
    state: &AppState,
    headers: &HeaderMap,
    uri: &Uri,
    offered: &[Format],
) -> Result<(Format, Links), Problem> {
    let parameters = Parameters::read(uri.query(), &["f"])?;
    let format = choose(headers, parameters.get("f"), offered)?;
    Ok((
        format,
        Links::new(headers, uri, state.config.base_url.as_deref()),
    ))
}

/// The document in the format chosen.
pub(crate) fn respond(
    format: Format,
    title: &str,
    crumbs: &[(String, String)],
    document: &Value,
) -> Response<Body> {
    let mut response = match format {
        Format::Html => pages::document(title, crumbs, document),
        other => {
            let content_type = [(header::CONTENT_TYPE, other.media_type())];
            (content_type, document.to_string()).into_response()
        }
    };
    set_header(&mut response, header::VARY, "Accept");
    response
}

pub(crate) async fn landing(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let (format, links) = plain(&state, &headers, &uri, &PAGES)?;
    let world = state.world();
    let mut all = links.self_and_alternates(format, &PAGES);
    all.extend([
        links.link(
            "service-desc",
            "/api",
            Format::OpenApi30.media_type(),
            "OpenAPI 3.0",
        ),
        links.link(
            "service-desc",
            "/api?f=openapi31",
            Format::OpenApi31.media_type(),
            "OpenAPI 3.1",
        ),
        links.link(
            "service-doc",
            "/api?f=html",
            "text/html",
            "Documentation of the API",
        ),
        links.link(
            "conformance",
            "/conformance",
            "application/json",
            "Standards",
        ),
        links.link("data", "/collections", "application/json", "Collections"),
        links.link(
            "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
            "/tileMatrixSets",
            "application/json",
            "Tile matrix sets",
        ),
        links.link(
            "describedby",
            "/styles/all.json",
            "application/json",
            "MapLibre style of everything",
        ),
        links.link("changes", "/changes", "application/json", "What changed"),
        links.link(
            "sources",
            "/sources",
            "application/json",
            "Sources, licences and editions",
        ),
        links.link(
            processes::REL_PROCESSES,
            "/processes",
            "application/json",
            "Processes",
        ),
    ]);
    let is_served = |id: &str| world.collections.contains_key(id);
    if is_served("tailings_facilities") && is_served("mines") {
        all.push(links.link(
            "hotspots",
            "/hotspots/joint?collections=tailings_facilities,mines",
            "application/geo+json",
            "Where tailings and mines are both hot",
        ));
    }
    if state.extraction.is_there() {
        all.push(links.link(
            "extraction",
            "/extraction",
            "application/json",
            "Marine sand: totals of what was dredged",
        ));
    }
    if state.config.jobs.listed {
        all.push(links.link(processes::REL_JOB_LIST, "/jobs", "application/json", "Jobs"));
    }
    let document = json!({
        "title": "Silt",
        "description": "Registers of mine tailings, mines and marine sand, with their history.",
        "attribution": DISCLAIMER,
        "dataVersion": world.version,
        "links": all,
    });
    if format == Format::Html {
        let mut page = pages::landing(&world, &links, &document);
        set_header(&mut page, header::VARY, "Accept");
        return Ok(page);
    }
    Ok(respond(format, "Silt", &[], &document))
}

pub(crate) async fn conformance(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let (format, links) = plain(&state, &headers, &uri, &PAGES)?;
    let mut classes = CONFORMANCE.to_vec();
    classes.extend(processes::CONFORMANCE);
    if state.config.jobs.listed {
        classes.push(processes::CONFORMANCE_JOB_LIST);
    }
    let document = json!({
        "conformsTo": classes,
        "links": links.self_and_alternates(format, &PAGES),
    });
    Ok(respond(format, "Conformance", &front(&links), &document))
}

/// The front page, where every way begins.
pub(crate) fn front(links: &Links) -> Vec<(String, String)> {
    vec![(links.href("/"), "Silt".to_owned())]
}

pub(crate) async fn api(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let offered = [Format::OpenApi30, Format::OpenApi31, Format::Html];
    let (format, links) = plain(&state, &headers, &uri, &offered)?;
    if format == Format::Html {
        let to = links.href("/api.html");
        let mut response = axum::http::StatusCode::SEE_OTHER.into_response();
        if state.config.swagger {
            set_header(&mut response, header::LOCATION, &to);
            return Ok(response);
        }
    }
    let executable: Vec<&str> = state.processes.all().map(|own| own.id.as_str()).collect();
    let document = openapi::document(&state.world(), &executable, &state.config, &links);
    let document = match format {
        Format::OpenApi31 => openapi::as_31(document),
        _ => document,
    };
    Ok(respond(format, "API", &front(&links), &document))
}

pub(crate) async fn collections(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let (format, links) = plain(&state, &headers, &uri, &PAGES)?;
    let world = state.world();
    let described: Vec<Value> = world
        .collections
        .values()
        .map(|layer| describe::collection(&world, layer, &links))
        .collect();
    let document = json!({
        "links": links.self_and_alternates(format, &PAGES),
        "collections": described,
        "crs": *SERVED_CRS,
    });
    Ok(respond(format, "Collections", &front(&links), &document))
}

pub(crate) async fn collection(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let world = state.world();
    let layer = world.layer(&id)?;
    let (format, links) = plain(&state, &headers, &uri, &PAGES)?;
    let document = describe::collection(&world, &layer, &links);
    let title = &layer.info.schema.title;
    Ok(respond(
        format,
        title,
        &pages::crumbs(&links, None),
        &document,
    ))
}

pub(crate) async fn queryables(
    state: State<AppState>,
    id: Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    json_schema(state, id, headers, uri, SchemaKind::Queryables)
}

pub(crate) async fn schema(
    state: State<AppState>,
    id: Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    json_schema(state, id, headers, uri, SchemaKind::Fields)
}

pub(crate) async fn feature_schema(
    state: State<AppState>,
    id: Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    json_schema(state, id, headers, uri, SchemaKind::Feature)
}

/// What a schema describes.
#[derive(Debug, Clone, Copy)]
enum SchemaKind {
    Queryables,
    Fields,
    Feature,
}

fn json_schema(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    kind: SchemaKind,
) -> Result<Response<Body>, Problem> {
    let layer = state.world().layer(&id)?;
    let (format, links) = plain(&state, &headers, &uri, &SCHEMAS)?;
    let (title, document) = match kind {
        SchemaKind::Queryables => ("Queryables", describe::json_schema(&layer, &links, true)),
        SchemaKind::Fields => ("Schema", describe::json_schema(&layer, &links, false)),
        SchemaKind::Feature => ("Feature", describe::feature_schema(&layer, &links)),
    };
    let crumbs = pages::crumbs(&links, Some(&layer));
    Ok(respond(format, title, &crumbs, &document))
}

pub(crate) async fn sources(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let (format, links) = plain(&state, &headers, &uri, &PAGES)?;
    let (sources, editions) = state
        .read(|store| Ok((store.sources()?, store.editions(None)?)))
        .await?;
    let document = json!({
        "sources": sources,
        "editions": editions,
        "links": links.self_and_alternates(format, &PAGES),
    });
    Ok(respond(format, "Sources", &front(&links), &document))
}

pub(crate) async fn changes(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let known = [
        "collection",
        "source",
        "since",
        "until",
        "field",
        "region",
        "limit",
        "f",
    ];
    let parameters = Parameters::read(uri.query(), &known)?;
    let format = choose(&headers, parameters.get("f"), &PAGES)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    for name in ["since", "until"] {
        if let Some(text) = parameters.get(name) {
            text.parse::<silt_model::PartialDate>()
                .map_err(|error| Problem::invalid_parameter(name, error.to_string()))?;
        }
    }
    let world = state.world();
    let owned = |name: &str| parameters.get(name).map(str::to_owned);
    let regions = match parameters.get("region") {
        None => None,
        Some(id) => {
            let leaves = world.regions.expand(id);
            let leaves = leaves
                .map_err(|unknown| Problem::invalid_parameter("region", unknown.to_string()))?;
            Some(leaves.iter().map(|leaf| leaf.to_string()).collect())
        }
    };
    let filter = ChangeFilter {
        collection: owned("collection"),
        source: owned("source"),
        since: owned("since"),
        until: owned("until"),
        field: owned("field"),
        regions,
        record_id: None,
        limit: Some(parameters.limit(state.config.default_limit, state.config.max_limit)?),
    };
    let found = state
        .read(move |store| {
            let mut found = Vec::new();
            store.changes(&filter, &mut |change| {
                found.push(change);
                ControlFlow::Continue(())
            })?;
            Ok(found)
        })
        .await?;
    let document = json!({
        "changes": found,
        "numberReturned": found.len(),
        "links": links.self_and_alternates(format, &PAGES),
    });
    Ok(respond(format, "Changes", &front(&links), &document))
}
