//! `/hotspots`: where the features of a collection lie more densely than chance would have it.

mod file;
mod page;
mod request;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::get;
use silt_analysis::{AnalysisError, Areas, Hotspots};

use crate::config::Limits;
use crate::error::Problem;
use crate::item::{is_known, set_header};
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;

pub use file::{HotspotFile, render};
use request::{KNOWN, Request};

const FORMATS: [Format; 4] = [Format::GeoJson, Format::Html, Format::Csv, Format::Parquet];
/// How long an answer may be used without asking again, seconds.
const FRESH_SECONDS: u32 = 60;

/// What the answers to questions of hotspots share.
#[derive(Clone)]
pub(crate) struct HotspotState {
    areas: Arc<Areas>,
    /// What was computed, by all that it depends on.
    computed: moka::sync::Cache<String, Arc<Hotspots>>,
    /// Answers as they were sent.
    bodies: moka::sync::Cache<String, Bytes>,
}

impl HotspotState {
    pub(crate) fn new(limits: &Limits) -> HotspotState {
        // Areas, scores and answers take a third each.
        let share = limits.hotspot_cache_bytes / 3;
        let weight = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        HotspotState {
            areas: Arc::new(Areas::new(request::area_options(limits, share))),
            computed: moka::sync::Cache::builder()
                .max_capacity(share)
                .weigher(move |key: &String, found: &Arc<Hotspots>| {
                    weight(key.len() + request::bytes_of(found))
                })
                .build(),
            bodies: moka::sync::Cache::builder()
                .max_capacity(share)
                .weigher(move |key: &String, body: &Bytes| weight(key.len() + body.len() + 200))
                .build(),
        }
    }
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/hotspots/{collection}", get(by_get).post(by_post))
}

async fn by_get(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    answer(&state, &collection, &headers, &uri, None).await
}

/// A question with a polygon of its own in the body.
async fn by_post(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    answer(&state, &collection, &headers, &uri, Some(body)).await
}

async fn answer(
    state: &AppState,
    collection: &str,
    headers: &HeaderMap,
    uri: &Uri,
    body: Option<Bytes>,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let layer = world.layer(collection)?;
    let parameters = Parameters::read(uri.query(), &KNOWN)?;
    let format = choose(headers, parameters.get("f"), &FORMATS)?;
    let key = request::answer_key(&world, &layer, &parameters, body.as_deref());
    let tag = request::tag(&key, format);
    if is_known(headers, &tag) {
        return Ok(with_headers(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let body_key = format!("{} {key}", format.name());
    if let Some(bytes) = state.hotspots.bodies.get(&body_key) {
        return Ok(respond(format, collection, bytes, &tag));
    }
    let links = Links::new(headers, uri, state.config.base_url.as_deref());
    let (own, shared) = (state.hotspots.clone(), state.clone());
    let work = state.blocking(move || {
        let request = Request::read(&shared, world, layer, parameters, body, deadline)?;
        let found = request.compute(&own)?;
        match file_format(format) {
            Some(file) => request.render(&own, &found, file).map(Ok),
            None => request.page(&own, &found, &links).map(Err),
        }
    });
    match work.await? {
        Ok(bytes) => {
            let bytes = Bytes::from(bytes);
            state.hotspots.bodies.insert(body_key, bytes.clone());
            Ok(respond(format, collection, bytes, &tag))
        }
        Err(page) => Ok(with_headers(page, &tag)),
    }
}

fn file_format(format: Format) -> Option<HotspotFile> {
    match format {
        Format::Csv => Some(HotspotFile::Csv),
        Format::Parquet => Some(HotspotFile::GeoParquet),
        Format::Html => None,
        _ => Some(HotspotFile::GeoJson),
    }
}

fn respond(format: Format, collection: &str, bytes: Bytes, tag: &str) -> Response<Body> {
    let content_type = [(header::CONTENT_TYPE, format.media_type())];
    let mut response = (content_type, bytes).into_response();
    if matches!(format, Format::Csv | Format::Parquet) {
        let name = format!("hotspots_{collection}.{}", format.name());
        let disposition = format!("attachment; filename=\"{name}\"");
        set_header(&mut response, header::CONTENT_DISPOSITION, &disposition);
    }
    with_headers(response, tag)
}

fn with_headers(mut response: Response<Body>, tag: &str) -> Response<Body> {
    set_header(&mut response, header::ETAG, &format!("\"{tag}\""));
    let fresh = format!("public, max-age={FRESH_SECONDS}");
    set_header(&mut response, header::CACHE_CONTROL, &fresh);
    set_header(&mut response, header::VARY, "Accept");
    response
}

/// The problem that an error of the analysis is to a client.
fn problem(error: AnalysisError, request_seconds: u64) -> Problem {
    match error {
        // The polygon comes in the body.
        AnalysisError::Parameter { name, detail } if name == "geometry" => {
            Problem::invalid_body(format!("the geometry {detail}"))
                .with_violation("body", "geometry", detail)
        }
        AnalysisError::Parameter { name, detail } => Problem::invalid_parameter(&name, detail),
        AnalysisError::Cancelled(_) => Problem::timeout(request_seconds),
        _ => Problem::internal(),
    }
}
