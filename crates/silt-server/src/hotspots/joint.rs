//! `/hotspots/joint`: cells that are hot in several collections.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use serde_json::{Map, Value, json};
use silt_analysis::{METHOD_VERSION, Part, joint as join};

use super::request::{Request, question_limits, versions_key};
use super::{Asked, Made, listed_layer, page, problem};
use crate::error::Problem;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::selection::Deadline;
use crate::state::AppState;

const FORMATS: [Format; 3] = [Format::GeoJson, Format::Html, Format::Csv];

/// Parameters of the path; those of a single collection's fields are left out.
pub(crate) const KNOWN: [&str; 14] = [
    "collections",
    "region",
    "bbox",
    "bbox-crs",
    "datetime",
    "value",
    "resolution",
    "weights",
    "neighbours",
    "distance_km",
    "alpha",
    "minimum",
    "limit",
    "f",
];

/// Most collections of one question.
const MAX_COLLECTIONS: usize = 10;

/// The handler.
pub(super) async fn joint(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let parameters = Parameters::read(uri.query(), &KNOWN)?;
    let format = choose(&headers, parameters.get("f"), &FORMATS)?;
    let ids = collections_of(&parameters)?;
    let minimum = minimum_of(&parameters, ids.len())?;
    if let Some(value) = parameters.get("value")
        && !matches!(value, "count" | "density")
    {
        return Err(Problem::invalid_parameter(
            "value",
            "is count or density here: collections do not share their fields",
        ));
    }
    let mut layers = Vec::new();
    let mut key = String::new();
    for id in &ids {
        let layer = listed_layer(&world, id)?;
        key.push_str(&versions_key(&world, &layer));
        layers.push(layer);
    }
    key.push_str(&parameters.key_without("f"));
    let asked = Asked::new("hotspots_joint", key, format, &headers);
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let shared = state.clone();
    asked
        .answer(&state, move || {
            let seconds = shared.config.limits.request_seconds;
            let mut requests = Vec::new();
            for layer in layers {
                let world = world.clone();
                requests.push(Request::by_get(&shared, world, layer, &parameters, deadline)?);
            }
            // The coarsest of the resolutions that suit: all are compared cell by cell.
            let mut resolution = None;
            for request in &requests {
                let own = request.with_subject(&shared.hotspots, |subject| {
                    let domain = subject.data.schema().domain;
                    subject.areas.resolution(
                        subject.within,
                        domain,
                        request.question.resolution,
                        subject.regions,
                        subject.stop,
                    )
                })?;
                resolution = Some(resolution.map_or(own, |known| own.min(known)));
            }
            let mut parts = Vec::new();
            let mut studies = Map::new();
            let mut versions = Map::new();
            let mut attributions: Vec<String> = Vec::new();
            let mut synthetic = false;
            let mut said = None;
            for request in &mut requests {
                if let Some(resolution) = resolution {
                    request.at_resolution(resolution);
                }
                let found = request.compute(&shared.hotspots)?;
                let collection = request.layer().id().to_owned();
                let attribution = request.attribution();
                let asked = silt_analysis::Asked {
                    selecting: request.selecting(),
                    attribution: &attribution,
                };
                let mut head = request.with_subject(&shared.hotspots, |subject| {
                    Ok(found.head(subject, &request.view, &asked, 0, 0))
                })?;
                let mut own = json!({});
                for name in ["study_area", "selected", "caveats"] {
                    own[name] = head.remove(name).unwrap_or(Value::Null);
                }
                studies.insert(collection.clone(), own);
                versions.insert(collection.clone(), request.layer().info.version.into());
                synthetic |= found.gathered.synthetic;
                said = said.or(Some(head));
                if !attributions.contains(&attribution) {
                    attributions.push(attribution);
                }
                parts.push(Part { collection, found });
            }
            let limit = match requests.first() {
                Some(request) => request.view.limit,
                None => question_limits(&shared.config.limits).default_limit,
            };
            let (table, matched) =
                join(&parts, minimum, limit).map_err(|error| problem(error, seconds))?;
            if format == Format::Csv {
                return Ok(Made::Bytes(table.csv().into_bytes()));
            }
            let said = said.unwrap_or_default();
            let mut question = said.get("parameters").cloned().unwrap_or_else(|| json!({}));
            if let Some(members) = question.as_object_mut() {
                for name in ["collection", "members", "cold", "significant"] {
                    members.shift_remove(name);
                }
                members.insert("collections".to_owned(), ids.clone().into());
                members.insert("minimum".to_owned(), minimum.into());
                members.insert(
                    "resolution_chosen".to_owned(),
                    parameters.get("resolution").is_none().into(),
                );
            }
            let mut head = Map::new();
            head.insert("title".to_owned(), "Hotspots that collections share".into());
            head.insert("parameters".to_owned(), question);
            head.insert(
                "method".to_owned(),
                json!({
                    "name": "Getis-Ord Gi* of each collection",
                    "statement": "each collection is compared with the cells of its own study area (land or sea) at one \
                        resolution; a cell is listed when z is above 0 and q at most alpha in at least `minimum` of \
                        them; those hot in most collections first, among them those whose weakest z is strongest",
                }),
            );
            head.insert("collections".to_owned(), Value::Object(studies));
            head.insert("numberMatched".to_owned(), matched.into());
            head.insert("numberReturned".to_owned(), table.rows.len().into());
            head.insert("dataVersion".to_owned(), Value::Object(versions));
            head.insert("methodVersion".to_owned(), METHOD_VERSION.into());
            if synthetic {
                head.insert("synthetic".to_owned(), true.into());
            }
            head.insert("attribution".to_owned(), attributions.join("; ").into());
            if format == Format::Html {
                let page = page::page(None, &links, &FORMATS, &table, head);
                return Ok(Made::Page(page));
            }
            Ok(Made::Bytes(table.geojson(&head)))
        })
        .await
}

fn collections_of(parameters: &Parameters) -> Result<Vec<String>, Problem> {
    let refuse = |detail: &str| Problem::invalid_parameter("collections", detail);
    let Some(text) = parameters.get("collections") else {
        return Err(refuse(
            "is missing; name two collections or more, with commas",
        ));
    };
    let mut ids: Vec<String> = Vec::new();
    for id in text.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if ids.iter().any(|known| known == id) {
            return Err(refuse("names a collection twice"));
        }
        ids.push(id.chars().take(80).collect());
    }
    if ids.len() < 2 || ids.len() > MAX_COLLECTIONS {
        return Err(refuse("needs two to ten collections, with commas"));
    }
    Ok(ids)
}

fn minimum_of(parameters: &Parameters, collections: usize) -> Result<usize, Problem> {
    let Some(text) = parameters.get("minimum") else {
        return Ok(2);
    };
    match text.parse::<usize>() {
        Ok(minimum) if (1..=collections).contains(&minimum) => Ok(minimum),
        _ => Err(Problem::invalid_parameter(
            "minimum",
            format!("is not a whole number from 1 to {collections}, the collections asked for"),
        )),
    }
}
