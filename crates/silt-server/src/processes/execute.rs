//! `POST /processes/{id}/execution`: at once, or as a job that the client follows.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use silt_jobs::{Job, Submission, SubmitError};

use super::request::{Execution, Preference, is_async};
use super::{Processes, jobs, results};
use crate::edit::read_body;
use crate::error::Problem;
use crate::item::set_header;
use crate::links::Links;
use crate::query::Parameters;
use crate::state::AppState;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// When to ask again while the queue is full.
const RETRY_FULL: Duration = Duration::from_secs(10);

/// The handler.
pub(crate) async fn execute(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    let process = state.processes.one(&id)?;
    Parameters::read(uri.query(), &[])?;
    let links = Links::new(&headers, &uri, state.config.base_url.as_deref());
    let most_bytes = state.config.jobs.input_bytes;
    if body.len() as u64 > most_bytes {
        return Err(Problem::payload_too_large(most_bytes));
    }
    let members = read_body(&headers, &body, &["application/json"])?;
    let execution = Execution::read(members, process)?;
    let preference = Preference::of(&headers);
    let runs_async = is_async(process, preference);
    let note = serde_json::to_value(&execution.form).unwrap_or_default();
    let submission = Submission {
        process: id,
        inputs: execution.inputs,
        note,
        attended: !runs_async,
    };
    let processes = Arc::clone(&state.processes);
    let submitted = state.blocking(move || {
        let jobs = processes.jobs()?;
        jobs.submit(submission).map_err(refused)
    });
    let job = submitted.await?;
    let most = state.config.jobs.sync_seconds;
    let wait_seconds = match runs_async {
        true => preference.wait_seconds.unwrap_or(0).min(most),
        false => most,
    };
    let abandoned = Abandoned {
        processes: Arc::clone(&state.processes),
        id: (!runs_async).then(|| job.id.clone()),
    };
    let job = match wait_seconds {
        0 => job,
        seconds => ended(&state, job, Duration::from_secs(seconds)).await?,
    };
    if job.status.is_final() {
        abandoned.keep();
        let mut response = results::answer(&state, &job, &links).await?;
        if runs_async {
            let applied = format!("wait={wait_seconds}");
            set_header(&mut response, PREFERENCE_APPLIED, &applied);
        }
        return Ok(response);
    }
    if !runs_async {
        return Err(Problem::took_too_long(most));
    }
    let mut response = (
        StatusCode::CREATED,
        [(header::CONTENT_TYPE, "application/json")],
        jobs::document(&job, &links, &[]).to_string(),
    )
        .into_response();
    set_header(
        &mut response,
        header::LOCATION,
        &links.href(&jobs::path_of(&job)),
    );
    if preference.respond_async {
        set_header(&mut response, PREFERENCE_APPLIED, "respond-async");
    }
    Ok(response)
}

/// The job once it has ended, or after the time.
async fn ended(state: &AppState, job: Job, most: Duration) -> Result<Job, Problem> {
    let processes = Arc::clone(&state.processes);
    let waited = state.blocking(move || Ok(processes.jobs()?.wait(&job.id, most).unwrap_or(job)));
    waited.await
}

/// Cancels a job for whose answer nobody waits any more: the time is over, or the client gone.
struct Abandoned {
    processes: Arc<Processes>,
    id: Option<String>,
}

impl Abandoned {
    fn keep(mut self) {
        self.id = None;
    }
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else {
            return;
        };
        if let Ok(jobs) = self.processes.jobs()
            && let Err(error) = jobs.dismiss(&id)
        {
            tracing::warn!(job = id, %error, "an abandoned job cannot be dismissed");
        }
    }
}

fn refused(error: SubmitError) -> Problem {
    match error {
        SubmitError::NoSuchProcess(id) => Problem::no_such_process(&id),
        SubmitError::Input(error) => Problem::invalid_input(&error.input, error.reason),
        SubmitError::TooLarge { most, .. } => Problem::payload_too_large(most as u64),
        SubmitError::QueueFull(_) => Problem::overloaded(RETRY_FULL),
        SubmitError::Ending => Problem::unavailable("the service is about to end"),
        SubmitError::Io(error) => {
            tracing::error!(%error, "a job cannot be kept");
            Problem::internal()
        }
    }
}
