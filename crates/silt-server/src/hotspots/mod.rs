//! `/hotspots`: where the features of a collection lie more densely than chance would have it.

mod file;
mod joint;
mod joint_question;
mod near;
pub(crate) mod openapi;
mod page;
pub(crate) mod process;
mod ranking;
mod request;
mod tiles;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::get;
use moka::policy::EvictionPolicy;
use silt_analysis::{AnalysisError, Areas, Hotspots};

use crate::config::Limits;
use crate::error::Problem;
use crate::item::{is_known, set_header};
use crate::layer::Layer;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;
use crate::world::World;

pub use file::{HotspotFile, polygons_of, render};
use request::{Request, Until, known};

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
    /// Cells as tiles draw them.
    maps: moka::sync::Cache<String, Arc<tiles::CellMap>>,
}

impl HotspotState {
    pub(crate) fn new(limits: &Limits) -> HotspotState {
        // Areas take a half, scores, answers and maps share the rest.
        let half = limits.hotspot_cache_bytes / 2;
        let share = half / 3;
        let weight = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        // What was asked last is asked again. By frequency, a question would have to be asked
        // several times before it took the place of others that never come back.
        HotspotState {
            areas: Arc::new(Areas::new(request::area_options(limits, half))),
            computed: moka::sync::Cache::builder()
                .max_capacity(share)
                .eviction_policy(EvictionPolicy::lru())
                .weigher(move |key: &String, found: &Arc<Hotspots>| {
                    weight(key.len() + request::bytes_of(found))
                })
                .build(),
            bodies: moka::sync::Cache::builder()
                .max_capacity(share)
                .eviction_policy(EvictionPolicy::lru())
                .weigher(move |key: &String, body: &Bytes| weight(key.len() + body.len() + 200))
                .build(),
            maps: moka::sync::Cache::builder()
                .max_capacity(share)
                .eviction_policy(EvictionPolicy::lru())
                .weigher(move |key: &String, map: &Arc<tiles::CellMap>| {
                    weight(key.len() + map.bytes())
                })
                .build(),
        }
    }
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/hotspots/joint", get(joint::joint))
        .route("/hotspots/{collection}", get(by_get).post(by_post))
        .route("/hotspots/{collection}/regions", get(ranking::regions))
        .route("/tiles/hotspots/{collection}", get(tiles::tile_json))
        .route("/tiles/hotspots/{collection}/{z}/{x}/{y}", get(tiles::tile))
        .route("/near", get(near::near))
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
    let parameters = Parameters::read(uri.query(), &known())?;
    let format = choose(headers, parameters.get("f"), &FORMATS)?;
    let mut key = request::versions_key(&world, &layer);
    key.push_str(&parameters.key_without("f"));
    if let Some(body) = &body {
        key.push_str(&request::body_key(body));
    }
    let asked = Asked::new("hotspots", key, format, headers);
    let links = Links::new(headers, uri, state.config.base_url.as_deref());
    let shared = state.clone();
    asked
        .answer(state, move || {
            let request = Request::read(
                Arc::clone(&shared.config),
                world,
                layer,
                &parameters,
                body,
                Until::Deadline(deadline),
            )?;
            let found = request.compute(&shared.hotspots)?;
            match file_format(format) {
                Some(file) => {
                    let bytes = request.render(&shared.hotspots, &found, file)?;
                    Ok(Made::Bytes(bytes))
                }
                None => {
                    let page = request.page(&shared.hotspots, &found, &links)?;
                    Ok(Made::Page(page))
                }
            }
        })
        .await
}

fn file_format(format: Format) -> Option<HotspotFile> {
    match format {
        Format::Csv => Some(HotspotFile::Csv),
        Format::Parquet => Some(HotspotFile::GeoParquet),
        Format::Html => None,
        _ => Some(HotspotFile::GeoJson),
    }
}

/// What was made for a request.
enum Made {
    /// The same bytes for everyone: kept.
    Bytes(Vec<u8>),
    /// A page, whose links depend on who asks.
    Page(Response<Body>),
}

/// A request for something that is the same for equal keys.
struct Asked {
    /// Name of the resource, and of a file of it without its ending.
    file: &'static str,
    key: String,
    format: Format,
    tag: String,
    is_known: bool,
}

impl Asked {
    fn new(file: &'static str, key: String, format: Format, headers: &HeaderMap) -> Asked {
        let key = format!("{file} {} {key}", format.name());
        let tag = request::tag(&key);
        Asked {
            file,
            is_known: is_known(headers, &tag),
            key,
            format,
            tag,
        }
    }

    /// The answer, from memory or made off the async threads.
    async fn answer(
        self,
        state: &AppState,
        make: impl FnOnce() -> Result<Made, Problem> + Send + 'static,
    ) -> Result<Response<Body>, Problem> {
        if self.is_known {
            return Ok(self.with_headers(StatusCode::NOT_MODIFIED.into_response()));
        }
        if let Some(bytes) = state.hotspots.bodies.get(&self.key) {
            return Ok(self.respond(bytes));
        }
        match state.blocking(make).await? {
            Made::Bytes(bytes) => {
                let bytes = Bytes::from(bytes);
                state
                    .hotspots
                    .bodies
                    .insert(self.key.clone(), bytes.clone());
                Ok(self.respond(bytes))
            }
            Made::Page(page) => Ok(self.with_headers(page)),
        }
    }

    fn respond(&self, bytes: Bytes) -> Response<Body> {
        let content_type = [(header::CONTENT_TYPE, self.format.media_type())];
        let mut response = (content_type, bytes).into_response();
        if matches!(self.format, Format::Csv | Format::Parquet) {
            let disposition = format!(
                "attachment; filename=\"{}.{}\"",
                self.file,
                self.format.name()
            );
            set_header(&mut response, header::CONTENT_DISPOSITION, &disposition);
        }
        self.with_headers(response)
    }

    fn with_headers(&self, mut response: Response<Body>) -> Response<Body> {
        set_header(&mut response, header::ETAG, &format!("\"{}\"", self.tag));
        let fresh = format!("public, max-age={FRESH_SECONDS}");
        set_header(&mut response, header::CACHE_CONTROL, &fresh);
        set_header(&mut response, header::VARY, "Accept");
        response
    }
}

/// A collection of the parameter `collections`.
fn listed_layer(world: &World, id: &str) -> Result<Arc<Layer>, Problem> {
    world.layer(id).map_err(|_| {
        let detail = format!("there is no collection `{id}`; /collections lists them");
        Problem::invalid_parameter("collections", detail)
    })
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
