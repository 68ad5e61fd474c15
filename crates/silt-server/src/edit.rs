//! Creating, replacing, changing and deleting features, each an observation in their history.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use geo::Validation;
use geo_types::Geometry;
use serde_json::{Map, Value};
use silt_exchange::served_crs::ServedCrs;
use silt_index::regions::{
    DEFAULT_COAST_TOLERANCE_KM, RegionRule, clear_position_flags, place_feature,
};
use silt_model::{CollectionSchema, Feature, FeatureId, Flag, FlagCode, StoredFeature};
use silt_store::Store;

use crate::audit::WriteRequest;
use crate::config::ServerConfig;
use crate::error::Problem;
use crate::item::{
    self, CONTENT_CRS, etag_of, no_such_item, parse_id, set_header, tag_of_representation,
};
use crate::keys::Scope;
use crate::links::{Links, encoded};
use crate::negotiate::Format;
use crate::query::Parameters;
use crate::state::AppState;
use crate::world::World;

const MERGE_PATCH: &str = "application/merge-patch+json";

/// What was written: the id, and the feature before and after.
struct Done {
    id: FeatureId,
    before: Option<StoredFeature>,
    after: Option<StoredFeature>,
}

/// POST on items.
pub(crate) async fn create(
    State(state): State<AppState>,
    Path(collection): Path<String>,
    uri: Uri,
    request: WriteRequest,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    let context = Context::begin(&state, &collection, &uri, &request.headers)?;
    let links = context.links.clone();
    let headers = request.headers.clone();
    let pending = state
        .writes
        .begin(request, Scope::Edit, &collection, None)
        .await?;
    let work = async {
        let body = read_body(
            &headers,
            &body,
            &[Format::GeoJson.media_type(), "application/json"],
        )?;
        let draft = Draft::of_feature(&body, &context, &headers)?;
        let id = match &draft.id {
            Some(text) => parse_id(&collection, text).map_err(|_| {
                Problem::unprocessable("the id of a new feature is source:record, or left out")
            })?,
            None => new_id(&collection),
        };
        let collection = collection.clone();
        state
            .write(move |store| {
                if store.feature(&collection, &id)?.is_some() {
                    return Err(Problem::conflict(format!(
                        "there is an item `{id}` already"
                    )));
                }
                let feature = draft.onto(empty(&id), &context);
                observe(store, &collection, &id, Some(&feature))?;
                let after = store.feature(&collection, &id)?;
                Ok(Done {
                    id,
                    before: None,
                    after,
                })
            })
            .await
    };
    match work.await {
        Ok(done) => {
            let id = done.id.to_string();
            let path = format!("/collections/{collection}/items/{}", encoded(&id));
            let mut response = StatusCode::CREATED.into_response();
            set_header(&mut response, header::LOCATION, &links.href(&path));
            let tag = set_etag(&mut response, done.after.as_ref());
            pending
                .finish(StatusCode::CREATED, Some(id), None, tag)
                .await;
            Ok(response)
        }
        Err(problem) => {
            pending.finish(problem.status(), None, None, None).await;
            Err(problem)
        }
    }
}

/// PUT on an item.
pub(crate) async fn replace(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    uri: Uri,
    request: WriteRequest,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    change(state, collection, id, uri, request, |headers, context| {
        let body = read_body(
            headers,
            &body,
            &[Format::GeoJson.media_type(), "application/json"],
        )?;
        let draft = Draft::of_feature(&body, context, headers)?;
        Ok(Change::Draft(Box::new(draft)))
    })
    .await
}

/// PATCH on an item: a JSON merge patch of the GeoJSON feature.
pub(crate) async fn update(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    uri: Uri,
    request: WriteRequest,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    change(state, collection, id, uri, request, |headers, context| {
        let body = read_body(headers, &body, &[MERGE_PATCH])?;
        let draft = Draft::of_patch(&body, context, headers)?;
        Ok(Change::Draft(Box::new(draft)))
    })
    .await
}

/// DELETE on an item. Its history stays.
pub(crate) async fn delete(
    State(state): State<AppState>,
    Path((collection, id)): Path<(String, String)>,
    uri: Uri,
    request: WriteRequest,
) -> Result<Response<Body>, Problem> {
    change(state, collection, id, uri, request, |_, _| {
        Ok(Change::Removal)
    })
    .await
}

enum Change {
    Draft(Box<Draft>),
    Removal,
}

async fn change(
    state: AppState,
    collection: String,
    id: String,
    uri: Uri,
    request: WriteRequest,
    read: impl FnOnce(&HeaderMap, &Context) -> Result<Change, Problem>,
) -> Result<Response<Body>, Problem> {
    let context = Context::begin(&state, &collection, &uri, &request.headers)?;
    let headers = request.headers.clone();
    let pending = state
        .writes
        .begin(request, Scope::Edit, &collection, Some(&id))
        .await?;
    let work = async {
        let feature_id = parse_id(&collection, &id)?;
        let change = read(&headers, &context)?;
        if let Change::Draft(draft) = &change
            && draft.id.as_ref().is_some_and(|own| *own != id)
        {
            return Err(Problem::unprocessable(
                "the id of a feature cannot be changed",
            ));
        }
        let collection = collection.clone();
        state
            .write(move |store| {
                let Some(before) = store.feature(&collection, &feature_id)? else {
                    return Err(no_such_item(&collection, &id));
                };
                check_match(&headers, &before)?;
                let feature = match change {
                    Change::Draft(draft) => Some(draft.onto(before.feature.clone(), &context)),
                    Change::Removal => None,
                };
                observe(store, &collection, &feature_id, feature.as_ref())?;
                let after = store.feature(&collection, &feature_id)?;
                Ok(Done {
                    id: feature_id,
                    before: Some(before),
                    after,
                })
            })
            .await
    };
    match work.await {
        Ok(done) => {
            let status = match done.after {
                Some(_) => StatusCode::OK,
                None => StatusCode::NO_CONTENT,
            };
            let mut response = match &done.after {
                Some(after) => {
                    let layer = state.world().layer(&collection)?;
                    let crs = ServedCrs::crs84();
                    let document = item::document(after, layer.data.schema(), &crs, Vec::new());
                    item::geojson(status, &document)
                }
                None => status.into_response(),
            };
            let tag = set_etag(&mut response, done.after.as_ref());
            let old = done.before.as_ref().map(etag_of);
            pending
                .finish(status, Some(done.id.to_string()), old, tag)
                .await;
            Ok(response)
        }
        Err(problem) => {
            pending.finish(problem.status(), None, None, None).await;
            Err(problem)
        }
    }
}

/// Answers 412 where `If-Match` names another state; weak tags never match.
fn check_match(headers: &HeaderMap, before: &StoredFeature) -> Result<(), Problem> {
    let Some(wanted) = item::tags(headers, header::IF_MATCH) else {
        return Ok(());
    };
    let own = etag_of(before);
    let names_own = |tag: &String| tag == "*" || tag.split('.').next() == Some(own.as_str());
    if wanted.iter().any(names_own) {
        Ok(())
    } else {
        Err(Problem::precondition_failed(
            "the feature is in another state than If-Match names",
        ))
    }
}

fn set_etag(response: &mut Response<Body>, after: Option<&StoredFeature>) -> Option<String> {
    let state_tag = etag_of(after?);
    let tag = tag_of_representation(&state_tag, Format::GeoJson, &ServedCrs::crs84());
    set_header(response, header::ETAG, &format!("\"{tag}\""));
    Some(state_tag)
}

fn observe(
    store: &mut dyn Store,
    collection: &str,
    id: &FeatureId,
    feature: Option<&Feature>,
) -> Result<(), Problem> {
    let now = jiff::Timestamp::now().to_string();
    store.edit(collection, id, feature, &now)?;
    Ok(())
}

/// What a write needs to know of the service.
struct Context {
    world: Arc<World>,
    schema: CollectionSchema,
    config: Arc<ServerConfig>,
    links: Links,
}

impl Context {
    fn begin(
        state: &AppState,
        collection: &str,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Context, Problem> {
        Parameters::read(uri.query(), &[])?;
        let world = state.world();
        Ok(Context {
            schema: world.layer(collection)?.data.schema().clone(),
            world,
            config: Arc::clone(&state.config),
            links: Links::new(headers, uri, state.config.base_url.as_deref()),
        })
    }
}

pub(crate) fn read_body(
    headers: &HeaderMap,
    body: &Bytes,
    accepted: &[&str],
) -> Result<Map<String, Value>, Problem> {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return Err(Problem::bad_request(format!(
            "the Content-Type is missing: send {}",
            accepted.join(" or ")
        )));
    };
    let media_type = content_type.to_str().unwrap_or_default();
    let media_type = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if !accepted.contains(&media_type.as_str()) {
        return Err(Problem::unsupported_media_type(accepted));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Problem::invalid_body("the body is no JSON object")),
        Err(error) => Err(Problem::invalid_body(format!(
            "the body is not JSON: {error}"
        ))),
    }
}

/// A feature as a request describes it.
struct Draft {
    id: Option<String>,
    /// `None` leaves the geometry as it is.
    geometry: Option<Option<Geometry<f64>>>,
    elevations: bool,
    properties: Vec<(Arc<str>, silt_model::Value)>,
    /// Whether properties that are not named are removed.
    replaces: bool,
}

impl Draft {
    /// A whole GeoJSON feature.
    fn of_feature(
        body: &Map<String, Value>,
        context: &Context,
        headers: &HeaderMap,
    ) -> Result<Draft, Problem> {
        if body.get("type").and_then(Value::as_str) != Some("Feature") {
            return Err(Problem::unprocessable(
                "the body is no GeoJSON feature: its `type` is not `Feature`",
            ));
        }
        for member in ["geometry", "properties"] {
            if !body.contains_key(member) {
                return Err(Problem::unprocessable(format!(
                    "a GeoJSON feature has the member `{member}`; it may be null"
                )));
            }
        }
        let mut draft = Draft::of_patch(body, context, headers)?;
        draft.replaces = true;
        Ok(draft)
    }

    fn of_patch(
        body: &Map<String, Value>,
        context: &Context,
        headers: &HeaderMap,
    ) -> Result<Draft, Problem> {
        const KNOWN: [&str; 6] = ["type", "id", "geometry", "properties", "links", "bbox"];
        if let Some(other) = body.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            let shown: String = other.chars().take(60).collect();
            return Err(Problem::unprocessable(format!(
                "a feature here has no member `{shown}`"
            )));
        }
        let id = match body.get("id") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                return Err(Problem::unprocessable(
                    "the id of a feature is a text, source:record",
                ));
            }
        };
        let mut elevations = false;
        let geometry = match body.get("geometry") {
            None => None,
            Some(Value::Null) => Some(None),
            Some(value) => {
                let crs = body_crs(headers)?;
                elevations = has_elevations(&value["coordinates"]);
                Some(Some(geometry(value, &crs, &context.config)?))
            }
        };
        let properties = match body.get("properties") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(members)) => properties(members, &context.schema)?,
            Some(_) => return Err(Problem::unprocessable("`properties` is no object")),
        };
        Ok(Draft {
            id,
            geometry,
            elevations,
            properties,
            replaces: false,
        })
    }

    /// The feature after the change, placed in its regions.
    fn onto(self, mut feature: Feature, context: &Context) -> Feature {
        if self.replaces {
            feature.properties.clear();
        }
        for (name, value) in self.properties {
            feature.properties.retain(|(own, _)| *own != name);
            if !value.is_null() {
                feature.properties.push((name, value));
            }
        }
        let Some(geometry) = self.geometry else {
            return feature;
        };
        if geometry == feature.geometry && !self.elevations {
            return feature;
        }
        clear_position_flags(&mut feature);
        if geometry.is_none() {
            // The regions that it had followed from the position that it had.
            feature.regions.clear();
        }
        feature.geometry = geometry;
        if self.elevations {
            let reason = "elevations were left out: geometries here have two dimensions";
            feature
                .flags
                .push(Flag::new(FlagCode::ElevationDropped, reason));
        }
        let rule = RegionRule::for_domain(context.schema.domain, DEFAULT_COAST_TOLERANCE_KM);
        place_feature(&mut feature, context.world.region_index(), rule);
        feature
    }
}

fn body_crs(headers: &HeaderMap) -> Result<ServedCrs, Problem> {
    let Some(value) = headers.get(CONTENT_CRS) else {
        return Ok(ServedCrs::crs84());
    };
    let text = value.to_str().unwrap_or_default().trim();
    let uri = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(text);
    ServedCrs::parse(uri).map_err(|error| Problem::bad_request(format!("Content-Crs is {error}")))
}

fn properties(
    members: &Map<String, Value>,
    schema: &CollectionSchema,
) -> Result<Vec<(Arc<str>, silt_model::Value)>, Problem> {
    schema.properties_from_json(members).map_err(|problems| {
        let mut problem =
            Problem::unprocessable("properties do not fit the schema of the collection");
        for found in problems {
            let pointer = format!("/properties/{}", found.property);
            problem = problem.with_violation("body", &pointer, found.error.to_string());
        }
        problem
    })
}

fn has_elevations(coordinates: &Value) -> bool {
    match coordinates.as_array() {
        Some(items) if items.first().is_some_and(Value::is_number) => items.len() > 2,
        Some(items) => items.iter().any(has_elevations),
        None => false,
    }
}

fn geometry(
    value: &Value,
    crs: &ServedCrs,
    config: &ServerConfig,
) -> Result<Geometry<f64>, Problem> {
    let refuse =
        |detail: String| {
            Problem::unprocessable(format!("the geometry cannot be taken: {detail}"))
                .with_violation("body", "/geometry", &detail)
        };
    let read = serde_json::from_value::<geojson::Geometry>(value.clone());
    let read = read.map_err(|error| refuse(format!("it is no GeoJSON geometry ({error})")))?;
    let geometry = Geometry::<f64>::try_from(read)
        .map_err(|error| refuse(format!("it is no GeoJSON geometry ({error})")))?;
    let vertices = geo::CoordsIter::coords_count(&geometry) as u64;
    if vertices == 0 {
        return Err(refuse(
            "it has no position; a feature without a place has the geometry null".to_owned(),
        ));
    }
    if vertices > config.limits.geometry_vertices {
        let most = config.limits.geometry_vertices;
        return Err(refuse(format!(
            "it has {vertices} positions; {most} are the most"
        )));
    }
    let geometry = crs
        .to_wgs84(&geometry)
        .ok_or_else(|| refuse("a position has no place on Earth".to_owned()))?;
    let on_earth = |at: geo_types::Coord<f64>| at.x.abs() <= 180.0 && at.y.abs() <= 90.0;
    if !geo::CoordsIter::coords_iter(&geometry).all(on_earth) {
        return Err(refuse(
            "longitudes lie in -180..180 and latitudes in -90..90".to_owned(),
        ));
    }
    if let Some(error) = geometry.validation_errors().into_iter().next() {
        return Err(refuse(format!("it is not valid: {error}")));
    }
    Ok(geometry)
}

fn empty(id: &FeatureId) -> Feature {
    Feature {
        row: 0,
        record_id: id.record.clone(),
        geometry: None,
        properties: Vec::new(),
        original: None,
        source_crs: None,
        location_accuracy: None,
        flags: Vec::new(),
        regions: Vec::new(),
    }
}

/// An id that sorts by time: microseconds and a random part.
fn new_id(collection: &str) -> FeatureId {
    let mut random = [0_u8; 4];
    // Without randomness the time alone tells edits apart: they are made one at a time.
    let _ = getrandom::fill(&mut random);
    let now = jiff::Timestamp::now().as_microsecond();
    FeatureId {
        source: format!("{collection}-edits"),
        record: format!("{now:x}{:08x}", u32::from_be_bytes(random)),
    }
}
