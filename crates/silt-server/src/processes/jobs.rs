//! `/jobs` and `/jobs/{id}`: what is queued, running and finished; dismissing.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use silt_jobs::{Job, Status};
use silt_query::datetime;
use silt_query::time::Period;

use super::describe::{PAGES, crumbs};
use super::{REL_EXCEPTIONS, REL_RESULTS};
use crate::core::{front, respond};
use crate::error::Problem;
use crate::item::set_header;
use crate::links::Links;
use crate::negotiate::{Format, choose};
use crate::query::Parameters;
use crate::state::AppState;

/// Parameters of the list.
const KNOWN: [&str; 9] = [
    "type",
    "processID",
    "status",
    "datetime",
    "minDuration",
    "maxDuration",
    "limit",
    "cursor",
    "f",
];

const STATUSES: [Status; 5] = [
    Status::Accepted,
    Status::Running,
    Status::Successful,
    Status::Failed,
    Status::Dismissed,
];

/// `GET /jobs`, the newest first.
pub(crate) async fn jobs(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    if !state.config.jobs.listed {
        return Err(Problem::forbidden(
            "this service does not list jobs; ask for one by its id",
        ));
    }
    let parameters = Parameters::read(uri.query(), &KNOWN)?;
    let format = choose(&headers, parameters.get("f"), &PAGES)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let limit = parameters.limit(state.config.default_limit, state.config.max_limit)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let filter = Filter::read(&parameters)?;
    let processes = Arc::clone(&state.processes);
    let listed = state.blocking(move || Ok(processes.jobs()?.list())).await?;
    let now = Timestamp::now();
    let mut matching = listed
        .iter()
        .filter(|job| filter.takes(job, now))
        .peekable();
    let page: Vec<&Job> = matching.by_ref().take(limit).collect();
    let mut all = links.self_and_alternates(format, &PAGES);
    if let (Some(last), Some(_)) = (page.last(), matching.peek()) {
        let path = links.with_parameter("cursor", Some(&cursor_of(last)));
        all.push(links.link("next", &path, format.link_type(), "Older jobs"));
    }
    let documents: Vec<Value> = page
        .into_iter()
        .map(|job| document(job, &links, &[]))
        .collect();
    let document = json!({"jobs": documents, "links": all});
    let mut response = respond(format, "Jobs", &front(&links), &document);
    set_header(&mut response, header::CACHE_CONTROL, "no-store");
    Ok(response)
}

/// `GET /jobs/{id}`.
pub(crate) async fn job(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let parameters = Parameters::read(uri.query(), &["f"])?;
    let format = choose(&headers, parameters.get("f"), &PAGES)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let job = find(&state, id).await?;
    Ok(shown(&job, format, &links))
}

/// `DELETE /jobs/{id}`: cancels, or removes the results.
pub(crate) async fn dismiss(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response<Body>, Problem> {
    let parameters = Parameters::read(uri.query(), &["f"])?;
    let format = choose(&headers, parameters.get("f"), &PAGES)?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let processes = Arc::clone(&state.processes);
    let dismissed = state.blocking(move || {
        let dismissed = processes.jobs()?.dismiss(&id).map_err(|error| {
            tracing::error!(%error, "a job cannot be dismissed");
            Problem::internal()
        })?;
        dismissed.ok_or_else(Problem::no_such_job)
    });
    let job = dismissed.await?;
    Ok(shown(&job, format, &links))
}

/// The job of this id.
pub(super) async fn find(state: &AppState, id: String) -> Result<Job, Problem> {
    let processes = Arc::clone(&state.processes);
    let found = state.blocking(move || Ok(processes.jobs()?.job(&id)));
    found.await?.ok_or_else(Problem::no_such_job)
}

fn shown(job: &Job, format: Format, links: &Links) -> Response<Body> {
    let mut document = document(job, links, &links.self_and_alternates(format, &PAGES));
    document["inputs"] = Value::Object(job.inputs.clone());
    document["processVersion"] = job.process_version.clone().into();
    let mut way = crumbs(links);
    way.push((
        links.href(&format!("/processes/{}", job.process)),
        job.process.clone(),
    ));
    let mut response = respond(format, &format!("Job {}", job.id), &way, &document);
    set_header(&mut response, header::CACHE_CONTROL, "no-store");
    response
}

pub(super) fn path_of(job: &Job) -> String {
    format!("/jobs/{}", job.id)
}

/// The state of a job as OGC API Processes has it; `own` are the links to this document, by default
/// to the job.
pub(super) fn document(job: &Job, links: &Links, own: &[Value]) -> Value {
    let path = path_of(job);
    let mut all = own.to_vec();
    if all.is_empty() {
        all.push(links.link("self", &path, "application/json", "State of this job"));
    }
    let results = format!("{path}/results");
    match job.status {
        Status::Successful => {
            all.push(links.link(REL_RESULTS, &results, "application/json", "Results"));
            for file in &job.results {
                let path = format!("{results}/{}", file.id);
                all.push(links.link("item", &path, &file.media_type, &file.file_name));
            }
        }
        Status::Failed => {
            let title = "Why there is no result";
            all.push(links.link(REL_EXCEPTIONS, &results, "application/problem+json", title));
        }
        Status::Accepted | Status::Running | Status::Dismissed => {}
    }
    let mut document = json!({
        "jobID": job.id,
        "processID": job.process,
        "type": "process",
        "status": job.status.name(),
        "message": job.message,
        "progress": job.progress,
        "created": moment(job.created),
        "started": job.started.map(moment),
        "finished": job.finished.map(moment),
        "updated": moment(job.updated),
        "links": all,
    });
    // The schema of the standard has no null.
    if let Some(members) = document.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    document
}

/// RFC 3339 with milliseconds.
fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Where a page of the list ends.
fn cursor_of(job: &Job) -> String {
    format!("{}_{}", job.created.as_nanosecond(), job.id)
}

/// Which jobs a list is of.
#[derive(Debug, Default)]
struct Filter {
    processes: Option<Vec<String>>,
    statuses: Option<Vec<Status>>,
    created: Option<Period>,
    min_seconds: Option<f64>,
    max_seconds: Option<f64>,
    /// Only jobs after this one in the list: nanoseconds and id.
    after: Option<(i128, String)>,
}

impl Filter {
    fn read(parameters: &Parameters) -> Result<Filter, Problem> {
        let list = |name: &str| -> Option<Vec<String>> {
            let text = parameters.get(name)?;
            Some(text.split(',').map(|own| own.trim().to_owned()).collect())
        };
        if list("type").is_some_and(|types| types.iter().any(|own| own != "process")) {
            return Err(Problem::invalid_parameter("type", "is not `process`"));
        }
        let statuses = list("status").map(|names| {
            let status = |name: &String| STATUSES.into_iter().find(|own| own.name() == name);
            names.iter().map(status).collect::<Option<Vec<Status>>>()
        });
        let statuses = match statuses {
            Some(None) => {
                let names = STATUSES.map(Status::name).join(", ");
                return Err(Problem::invalid_parameter(
                    "status",
                    format!("is none of {names}"),
                ));
            }
            known => known.flatten(),
        };
        let created = parameters.get("datetime").map(datetime::parse).transpose();
        let created =
            created.map_err(|error| Problem::invalid_parameter("datetime", error.to_string()))?;
        let seconds = |name: &str| -> Result<Option<f64>, Problem> {
            let Some(text) = parameters.get(name) else {
                return Ok(None);
            };
            let number = text
                .parse()
                .ok()
                .filter(|own: &f64| own.is_finite() && *own >= 0.0);
            let wrong = || Problem::invalid_parameter(name, "is not a number of seconds");
            number.ok_or_else(wrong).map(Some)
        };
        let after = match parameters.get("cursor") {
            None => None,
            Some(text) => {
                let parts = text.split_once('_');
                let parsed = parts.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
                let wrong = || {
                    let detail = "is not one that a `next` link gave";
                    Problem::invalid_parameter("cursor", detail)
                };
                Some(parsed.ok_or_else(wrong)?)
            }
        };
        Ok(Filter {
            processes: list("processID"),
            statuses,
            created,
            min_seconds: seconds("minDuration")?,
            max_seconds: seconds("maxDuration")?,
            after,
        })
    }

    fn takes(&self, job: &Job, now: Timestamp) -> bool {
        let created_us = job.created.as_microsecond();
        let is_in = |period: &Period| (period.start_us()..=period.end_us()).contains(&created_us);
        let is_behind = |(at, id): &(i128, String)| {
            let own = job.created.as_nanosecond();
            own < *at || (own == *at && job.id > *id)
        };
        self.processes
            .as_ref()
            .is_none_or(|ids| ids.contains(&job.process))
            && self
                .statuses
                .as_ref()
                .is_none_or(|own| own.contains(&job.status))
            && self.created.as_ref().is_none_or(is_in)
            && self.after.as_ref().is_none_or(is_behind)
            && self.takes_duration(job, now)
    }

    /// A job that was never begun has no duration.
    fn takes_duration(&self, job: &Job, now: Timestamp) -> bool {
        if self.min_seconds.is_none() && self.max_seconds.is_none() {
            return true;
        }
        let Some(started) = job.started else {
            return false;
        };
        let seconds = job
            .finished
            .unwrap_or(now)
            .duration_since(started)
            .as_secs_f64();
        self.min_seconds.is_none_or(|least| seconds >= least)
            && self.max_seconds.is_none_or(|most| seconds <= most)
    }
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
