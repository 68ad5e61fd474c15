//! `/processes` and `/processes/{id}`: what can be computed, from what, to what.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri};
use serde_json::{Map, Value, json};
use silt_jobs::{JobControl, ProcessDescription};

use super::{REL_EXECUTE, REL_JOB_LIST};
use crate::core::{front, respond};
use crate::error::Problem;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::state::AppState;

/// JSON and a page.
pub(super) const PAGES: [Format; 2] = [Format::Json, Format::Html];

/// `GET /processes`.
pub(crate) async fn processes(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let parameters = Parameters::read(uri.query(), &["limit", "f"])?;
    let format = choose(&headers, parameters.get("f"), &PAGES)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let limit = parameters.limit(state.config.default_limit, state.config.max_limit)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let listed: Vec<Value> = state
        .processes
        .all()
        .take(limit)
        .map(|process| {
            let mut summary = summary(process);
            let path = path_of(process);
            let about = links.link("self", &path, "application/json", &process.title);
            summary["links"] = json!([about]);
            summary
        })
        .collect();
    let mut all = links.self_and_alternates(format, &PAGES);
    if state.config.jobs.listed {
        all.push(links.link(REL_JOB_LIST, "/jobs", "application/json", "Jobs"));
    }
    let document = json!({"processes": listed, "links": all});
    Ok(respond(format, "Processes", &front(&links), &document))
}

/// `GET /processes/{id}`.
pub(crate) async fn process(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let process = state.processes.one(&id)?;
    let parameters = Parameters::read(uri.query(), &["f"])?;
    let format = choose(&headers, parameters.get("f"), &PAGES)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let mut document = summary(process);
    let inputs: Map<String, Value> = process
        .inputs
        .iter()
        .map(|input| {
            let described = json!({
                "title": input.title,
                "description": input.description,
                "minOccurs": u8::from(input.required),
                "maxOccurs": 1,
                "schema": input.schema,
            });
            (input.id.clone(), described)
        })
        .collect();
    let outputs: Map<String, Value> = process
        .outputs
        .iter()
        .map(|output| {
            let described = json!({
                "title": output.title,
                "description": output.description,
                "schema": output.schema,
            });
            (output.id.clone(), described)
        })
        .collect();
    document["inputs"] = inputs.into();
    document["outputs"] = outputs.into();
    let mut all = links.self_and_alternates(format, &PAGES);
    let execution = format!("{}/execution", path_of(process));
    all.push(links.link(
        REL_EXECUTE,
        &execution,
        "application/json",
        "Execute by POST",
    ));
    document["links"] = all.into();
    let crumbs = crumbs(&links);
    Ok(respond(format, &process.title, &crumbs, &document))
}

/// The way from the front page down to the processes.
pub(super) fn crumbs(links: &Links) -> Vec<(String, String)> {
    let mut way = front(links);
    way.push((links.href("/processes"), "Processes".to_owned()));
    way
}

fn path_of(process: &ProcessDescription) -> String {
    format!("/processes/{}", process.id)
}

fn summary(process: &ProcessDescription) -> Value {
    let control: Vec<&str> = process
        .job_control
        .iter()
        .copied()
        .map(JobControl::name)
        .collect();
    json!({
        "id": process.id,
        "version": process.version,
        "title": process.title,
        "description": process.description,
        "keywords": process.keywords,
        "jobControlOptions": control,
        "outputTransmission": ["value", "reference"],
    })
}
