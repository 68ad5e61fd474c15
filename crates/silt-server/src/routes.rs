//! Paths of the service.

use std::ops::ControlFlow;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::{Value, json};
use silt_index::regions::DISCLAIMER;
use silt_model::geojson::to_geojson;
use silt_model::{FeatureId, StoredFeature};
use silt_store::{ChangeFilter, CollectionInfo};

use crate::error::Problem;
use crate::pages;
use crate::query::Parameters;
use crate::state::AppState;

type Pairs = Query<Vec<(String, String)>>;
const GEOJSON: &str = "application/geo+json";

pub(crate) fn routes(state: AppState) -> Router {
    Router::new()
        .route("/", get(landing))
        .route("/healthz", get(|| async { "ok" }))
        .route("/collections", get(collections))
        .route("/collections/{collection}", get(collection))
        .route("/collections/{collection}/items", get(items))
        .route("/collections/{collection}/items/{id}", get(item))
        .route("/collections/{collection}/items/{id}/history", get(history))
        .route("/changes", get(changes))
        .route("/sources", get(sources))
        .fallback(|uri: Uri| async move {
            Problem::not_found(format!("there is nothing at {}", uri.path()))
        })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .with_state(state)
}

async fn landing(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let infos = state.read(|store| Ok(store.collections()?)).await?;
    if pages::wants_html(&headers) {
        return Ok(Html(pages::landing(&infos)).into_response());
    }
    let document = json!({
        "title": "Silt",
        "description": "Registers of mine tailings, mines and marine sand, with their history.",
        "attribution": DISCLAIMER,
        "links": [
            {"rel": "self", "href": "/", "type": "application/json"},
            {"rel": "data", "href": "/collections", "type": "application/json"},
            {"rel": "changes", "href": "/changes", "type": "application/json"},
            {"rel": "sources", "href": "/sources", "type": "application/json"},
        ],
    });
    Ok(Json(document).into_response())
}

async fn collections(
    State(state): State<AppState>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, Problem> {
    Parameters::checked(pairs, &[])?;
    let infos = state.read(|store| Ok(store.collections()?)).await?;
    let described: Vec<Value> = infos.iter().map(describe).collect();
    Ok(Json(json!({
        "collections": described,
        "links": [{"rel": "self", "href": "/collections", "type": "application/json"}],
    })))
}

async fn collection(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, Problem> {
    Parameters::checked(pairs, &[])?;
    let infos = state.read(|store| Ok(store.collections()?)).await?;
    match infos.iter().find(|info| info.schema.id == id) {
        Some(info) => Ok(Json(describe(info))),
        None => Err(Problem::not_found(format!(
            "there is no collection `{id}`; /collections lists them"
        ))),
    }
}

fn describe(info: &CollectionInfo) -> Value {
    let schema = &info.schema;
    let path = format!("/collections/{}", schema.id);
    let mut document = json!({
        "id": schema.id,
        "title": schema.title,
        "description": schema.description,
        "itemType": "feature",
        "numberOfFeatures": info.features,
        "synthetic": info.synthetic,
        "fields": schema.fields,
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": [
            {"rel": "self", "href": path, "type": "application/json"},
            {"rel": "items", "href": format!("{path}/items"), "type": GEOJSON},
        ],
    });
    if let Some(bbox) = info.bbox {
        document["extent"] = json!({"spatial": {
            "bbox": [bbox],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        }});
    }
    document
}

async fn items(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    uri: Uri,
    Query(pairs): Pairs,
) -> Result<Response<Body>, Problem> {
    let known = ["bbox", "region", "limit", "cursor", "source"];
    let parameters = Parameters::checked(pairs, &known)?;
    let mut selection = parameters.selection(&state.regions, &state.config)?;
    let limit = selection.limit.unwrap_or(state.config.default_limit);
    // One more than asked for tells whether there is a next page.
    selection.limit = Some(limit + 1);
    let features = state
        .read(move |store| {
            let mut features: Vec<StoredFeature> = Vec::new();
            store.scan(&collection, &selection, &mut |feature| {
                features.push(feature);
                ControlFlow::Continue(())
            })?;
            Ok(features)
        })
        .await?;
    let page_length = usize::try_from(limit)
        .unwrap_or(usize::MAX)
        .min(features.len());
    let (page, beyond) = features.split_at(page_length);
    let next_cursor = if beyond.is_empty() {
        None
    } else {
        page.last().map(|last| last.fid)
    };
    Ok(geojson_response(&feature_collection(
        page,
        next_cursor,
        &uri,
    )))
}

fn feature_collection(page: &[StoredFeature], next_cursor: Option<i64>, uri: &Uri) -> Value {
    let mut links = vec![json!({"rel": "self", "href": uri.to_string(), "type": GEOJSON})];
    if let Some(cursor) = next_cursor {
        links.push(json!({"rel": "next", "href": with_cursor(uri, cursor), "type": GEOJSON}));
    }
    let features: Vec<geojson::Feature> = page.iter().map(to_geojson).collect();
    let mut document = json!({
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": page.len(),
        "links": links,
    });
    if page.iter().any(|feature| feature.synthetic) {
        document["synthetic"] = true.into();
    }
    document
}

/// The same request with another cursor.
fn with_cursor(uri: &Uri, cursor: i64) -> String {
    let kept: Vec<&str> = uri
        .query()
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="))
        .collect();
    let mut query = kept.join("&");
    if !query.is_empty() {
        query.push('&');
    }
    format!("{}?{query}cursor={cursor}", uri.path())
}

async fn item(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    Query(pairs): Pairs,
) -> Result<Response<Body>, Problem> {
    Parameters::checked(pairs, &[])?;
    let found = state.read(move |store| {
        let no_such_item =
            || Problem::not_found(format!("there is no item `{id}` in `{collection}`"));
        let feature_id = FeatureId::parse(&id).ok_or_else(no_such_item)?;
        store
            .feature(&collection, &feature_id)?
            .ok_or_else(no_such_item)
    });
    let feature = to_geojson(&found.await?);
    let document = serde_json::to_value(feature).unwrap_or(Value::Null);
    Ok(geojson_response(&document))
}

async fn history(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, Problem> {
    Parameters::checked(pairs, &[])?;
    let shown_id = id.clone();
    let states = state
        .read(move |store| {
            let no_such_item =
                || Problem::not_found(format!("there was never an item `{id}` in `{collection}`"));
            let feature_id = FeatureId::parse(&id).ok_or_else(no_such_item)?;
            let states = store.history(&collection, &feature_id)?;
            if states.is_empty() {
                Err(no_such_item())
            } else {
                Ok(states)
            }
        })
        .await?;
    Ok(Json(json!({"id": shown_id, "states": states})))
}

async fn changes(
    State(state): State<AppState>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, Problem> {
    let known = [
        "collection",
        "source",
        "since",
        "until",
        "field",
        "region",
        "limit",
    ];
    let parameters = Parameters::checked(pairs, &known)?;
    for name in ["since", "until"] {
        if let Some(text) = parameters.get(name) {
            text.parse::<silt_model::PartialDate>()
                .map_err(|error| Problem::invalid_parameter(name, error.to_string()))?;
        }
    }
    let owned = |name: &str| parameters.get(name).map(str::to_owned);
    let filter = ChangeFilter {
        collection: owned("collection"),
        source: owned("source"),
        since: owned("since"),
        until: owned("until"),
        field: owned("field"),
        regions: parameters.regions(&state.regions)?,
        record_id: None,
        limit: Some(parameters.limit(&state.config)?),
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
    Ok(Json(
        json!({"changes": found, "numberReturned": found.len()}),
    ))
}

async fn sources(
    State(state): State<AppState>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, Problem> {
    Parameters::checked(pairs, &[])?;
    let (sources, editions) = state
        .read(|store| Ok((store.sources()?, store.editions(None)?)))
        .await?;
    Ok(Json(json!({"sources": sources, "editions": editions})))
}

fn geojson_response(document: &Value) -> Response<Body> {
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, GEOJSON)],
        document.to_string(),
    )
        .into_response()
}
