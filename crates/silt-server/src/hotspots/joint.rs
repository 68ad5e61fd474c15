//! `/hotspots/joint`: cells that are hot in several collections.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use h3o::Resolution;
use serde_json::{Map, Value, json};
use silt_analysis::{Hotspots, METHOD_VERSION, Part, joint as join};

use super::joint_question::{JointPart, JointQuestion, OF_COLLECTION};
use super::request::{Request, question_limits, versions_key};
use super::{Asked, HotspotState, Made, listed_layer, page, problem};
use crate::describe::attribution_of;
use crate::error::Problem;
use crate::layer::Layer;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::selection::Deadline;
use crate::state::AppState;
use crate::world::World;

const FORMATS: [Format; 3] = [Format::GeoJson, Format::Html, Format::Csv];

/// Members of the parameters in force that have no meaning for joined cells.
const OF_ONE_LIST: [&str; 4] = ["collection", "members", "cold", "significant"];

/// The handler.
pub(super) async fn joint(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::of(&state.config);
    let world = state.world();
    let question = JointQuestion::read(uri.query())?;
    let format = choose(&headers, question.parameters.get("f"), &FORMATS)?;
    let mut layers = Vec::new();
    let mut key = String::new();
    for part in &question.parts {
        let layer = listed_layer(&world, &part.collection)?;
        key.push_str(&versions_key(&world, &layer));
        layers.push(layer);
    }
    key.push_str(&question.parameters.key_without("f"));
    let asked = Asked::new("hotspots_joint", key, format, &headers);
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let shared = state.clone();
    asked
        .answer(&state, move || {
            let requests = requests_of(&shared, &world, layers, &question, deadline)?;
            let scored = score_all(&question, requests, &shared.hotspots)?;
            made(&shared, &question, &scored, format, &links)
        })
        .await
}

/// The question as each collection is asked it.
fn requests_of(
    state: &AppState,
    world: &Arc<World>,
    layers: Vec<Arc<Layer>>,
    question: &JointQuestion,
    deadline: Deadline,
) -> Result<Vec<Request>, Problem> {
    let mut requests = Vec::new();
    for (part, layer) in question.parts.iter().zip(layers) {
        let request = Request::by_get(state, Arc::clone(world), layer, &part.parameters, deadline);
        requests.push(request.map_err(|problem| part.named(problem))?);
    }
    Ok(requests)
}

/// What was found for one collection.
struct Scored {
    request: Request,
    found: Arc<Hotspots>,
    /// What its own answer would say before its cells.
    head: Map<String, Value>,
}

impl Scored {
    fn id(&self) -> &str {
        self.request.layer().id()
    }

    /// A parameter in force.
    fn parameter(&self, name: &str) -> Option<&Value> {
        self.head.get("parameters")?.get(name)
    }
}

/// Computes every collection at the coarsest of the resolutions that suit them: all are compared cell
/// by cell.
fn score_all(
    question: &JointQuestion,
    requests: Vec<Request>,
    own: &HotspotState,
) -> Result<Vec<Scored>, Problem> {
    let mut resolutions = Vec::new();
    for request in &requests {
        resolutions.push(suitable_resolution(request, own)?);
    }
    let coarsest = resolutions.into_iter().min();
    let mut scored = Vec::new();
    for (part, request) in question.parts.iter().zip(requests) {
        scored.push(score(part, request, coarsest, own)?);
    }
    Ok(scored)
}

/// The resolution that was asked for, or that suits the place in the domain of the collection.
fn suitable_resolution(request: &Request, own: &HotspotState) -> Result<Resolution, Problem> {
    request.with_subject(own, |subject| {
        subject.areas.resolution(
            subject.within,
            subject.data.schema().domain,
            request.question.resolution,
            subject.regions,
            subject.stop,
        )
    })
}

fn score(
    part: &JointPart,
    mut request: Request,
    resolution: Option<Resolution>,
    own: &HotspotState,
) -> Result<Scored, Problem> {
    if let Some(resolution) = resolution {
        request.at_resolution(resolution);
    }
    let found = request
        .compute(own)
        .map_err(|problem| part.named(problem))?;
    let asked = silt_analysis::Asked {
        selecting: request.selecting(),
        // Said once, of all collections.
        attribution: "",
    };
    let head = request.with_subject(own, |subject| {
        Ok(found.head(subject, &request.view, &asked, 0, 0))
    })?;
    Ok(Scored {
        request,
        found,
        head,
    })
}

/// The cells that the collections share, in a format.
fn made(
    state: &AppState,
    question: &JointQuestion,
    scored: &[Scored],
    format: Format,
    links: &Links,
) -> Result<Made, Problem> {
    let limits = &state.config.limits;
    let parts: Vec<Part> = scored
        .iter()
        .map(|one| Part {
            collection: one.id().to_owned(),
            found: Arc::clone(&one.found),
        })
        .collect();
    let limit = match scored.first() {
        Some(first) => first.request.view.limit,
        None => question_limits(limits).default_limit,
    };
    let (table, matched) = join(&parts, question.minimum, limit)
        .map_err(|error| problem(error, limits.request_seconds))?;
    if format == Format::Csv {
        return Ok(Made::Bytes(table.csv().into_bytes()));
    }
    let head = head(question, scored, matched, table.rows.len());
    if format == Format::Html {
        let page = page::page(None, links, &FORMATS, &table, head);
        return Ok(Made::Page(page));
    }
    Ok(Made::Bytes(table.geojson(&head)))
}

/// All that stands before the cells.
fn head(
    question: &JointQuestion,
    scored: &[Scored],
    matched: u64,
    returned: usize,
) -> Map<String, Value> {
    let of_collections = |of: &dyn Fn(&Scored) -> Value| -> Value {
        let members = scored.iter().map(|one| (one.id().to_owned(), of(one)));
        Value::Object(members.collect())
    };
    let mut head = Map::new();
    let mut put = |name: &str, value: Value| {
        head.insert(name.to_owned(), value);
    };
    put("title", "Hotspots that collections share".into());
    put("parameters", shared_parameters(question, scored).into());
    put(
        "method",
        json!({
            "name": "Getis-Ord Gi* of each collection",
            "statement": "each collection is compared with the cells of its own study area (land or sea) at one \
                resolution; a cell is listed when z is above 0 and q at most alpha in at least `minimum` of them; \
                those hot in most collections first, among them those whose weakest z is strongest",
        }),
    );
    put("collections", of_collections(&of_collection));
    put("numberMatched", matched.into());
    put("numberReturned", returned.into());
    put(
        "dataVersion",
        of_collections(&|one| one.request.layer().info.version.into()),
    );
    put("methodVersion", METHOD_VERSION.into());
    if scored.iter().any(|one| one.found.gathered.synthetic) {
        put("synthetic", true.into());
    }
    put("attribution", attribution(scored).into());
    head
}

/// The question with the values in force. What collections have of their own stands here only where
/// it is the same for all of them.
fn shared_parameters(question: &JointQuestion, scored: &[Scored]) -> Map<String, Value> {
    let of_first = scored
        .first()
        .and_then(|first| first.head.get("parameters"));
    let mut members = of_first
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for name in OF_ONE_LIST {
        members.shift_remove(name);
    }
    for name in OF_COLLECTION {
        let is_shared = scored
            .windows(2)
            .all(|pair| pair[0].parameter(name) == pair[1].parameter(name));
        if !is_shared {
            members.shift_remove(name);
        }
    }
    let ids: Value = scored.iter().map(Scored::id).collect();
    members.insert("collections".to_owned(), ids);
    members.insert("minimum".to_owned(), question.minimum.into());
    members.insert(
        "resolution_chosen".to_owned(),
        question.parameters.get("resolution").is_none().into(),
    );
    members
}

/// What the answer says of one collection.
fn of_collection(scored: &Scored) -> Value {
    let parameters: Map<String, Value> = OF_COLLECTION
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), scored.parameter(name)?.clone())))
        .collect();
    let mut own = json!({"parameters": parameters});
    for name in ["study_area", "selected", "caveats"] {
        own[name] = scored.head.get(name).cloned().unwrap_or(Value::Null);
    }
    own
}

/// Who published what takes part, each source once.
fn attribution(scored: &[Scored]) -> String {
    let mut said = BTreeSet::new();
    let sources = scored
        .iter()
        .flat_map(|one| one.request.sources(&one.found));
    attribution_of(sources.filter(|source| said.insert(source.id.as_str())))
}
