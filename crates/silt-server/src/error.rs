//! Errors as RFC 9457 problem documents. What went wrong inside is logged, never sent.
//!
//! `type` is a relative reference such as `/problems/not-found`: it resolves at whatever address
//! the service has, and the service answers there with what the type means.

use std::any::Any;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use silt_store::StoreError;

use crate::problems::{self, Kind};

/// Media type of every error.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// An answer other than success.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: &'static Kind,
    status: StatusCode,
    detail: String,
    violations: Vec<Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

// The set is complete, so that no handler needs to invent a kind of its own.
#[allow(dead_code)]
impl Problem {
    fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Problem {
            kind,
            status: kind.status,
            detail: detail.into(),
            violations: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What went wrong, a sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// Name and message of the first reason.
    pub(crate) fn first_violation(&self) -> Option<(&str, &str)> {
        let violation = self.violations.first()?;
        Some((
            violation["parameter"].as_str()?,
            violation["message"].as_str()?,
        ))
    }

    /// Adds one reason; `place` is `query`, `header`, `path` or `body`, `name` the parameter or a
    /// JSON pointer.
    pub(crate) fn with_violation(
        mut self,
        place: &str,
        name: &str,
        message: impl Into<String>,
    ) -> Self {
        self.violations
            .push(json!({"in": place, "parameter": name, "message": message.into()}));
        self
    }

    /// Adds a header to the answer; one that cannot be sent is left out.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// A parameter has a value that it cannot have (400).
    pub(crate) fn invalid_parameter(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let shown = format!("parameter `{name}`: {detail}");
        Problem::new(&problems::INVALID_PARAMETER, shown).with_violation("query", name, detail)
    }

    /// The request cannot be read: its address, its headers (400).
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Problem::new(&problems::BAD_REQUEST, detail)
    }

    /// The body is not what its media type says, for example not JSON (400).
    pub(crate) fn invalid_body(detail: impl Into<String>) -> Self {
        Problem::new(&problems::INVALID_BODY, detail)
    }

    /// The body can be read, and says something that cannot be done (422).
    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        Problem::new(&problems::UNPROCESSABLE, detail)
    }

    /// The path names something that does not exist (404).
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Problem::new(&problems::NOT_FOUND, detail)
    }

    /// No dredging was detected yet (404).
    pub(crate) fn nothing_detected() -> Self {
        Problem::new(
            &problems::NOTHING_DETECTED,
            problems::NOTHING_DETECTED.meaning,
        )
    }

    /// There is no such process (404).
    pub(crate) fn no_such_process(id: &str) -> Self {
        let shown: String = id.chars().take(60).collect();
        let detail = format!("there is no process `{shown}`; /processes lists them");
        Problem::new(&problems::NO_SUCH_PROCESS, detail)
    }

    /// There is no such job (404).
    pub(crate) fn no_such_job() -> Self {
        Problem::new(&problems::NO_SUCH_JOB, problems::NO_SUCH_JOB.meaning)
    }

    /// The job is not finished (404).
    pub(crate) fn result_not_ready(detail: impl Into<String>) -> Self {
        Problem::new(&problems::RESULT_NOT_READY, detail)
    }

    /// The job was dismissed (410).
    pub(crate) fn dismissed() -> Self {
        Problem::new(&problems::DISMISSED, problems::DISMISSED.meaning)
    }

    /// The job has no result, and that is not the service's fault (422).
    pub(crate) fn job_failed(detail: impl Into<String>) -> Self {
        Problem::new(&problems::JOB_FAILED, detail)
    }

    /// An input of a process cannot be what it is (400).
    pub(crate) fn invalid_input(name: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let shown: String = name.chars().take(60).collect();
        Problem::new(
            &problems::INVALID_PARAMETER,
            format!("input `{shown}`: {reason}"),
        )
        .with_violation("body", &format!("/inputs/{shown}"), reason)
    }

    /// The path exists, but not with this method (405). The router adds `Allow`.
    pub(crate) fn method_not_allowed() -> Self {
        let detail = "this method is not possible here; the `Allow` header lists those that are";
        Problem::new(&problems::METHOD_NOT_ALLOWED, detail)
    }

    /// The path exists, but not with this method (405); `allow` lists those that it has.
    pub(crate) fn method_not_allowed_but(allow: &str) -> Self {
        Problem::method_not_allowed().with_header(header::ALLOW, allow)
    }

    /// No key, or one that is not valid (401).
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Problem::new(&problems::UNAUTHORIZED, detail)
            .with_header(header::WWW_AUTHENTICATE, "Bearer realm=\"silt\"")
    }

    /// The key is valid and may not do this (403).
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Problem::new(&problems::FORBIDDEN, detail)
    }

    /// No offered representation is one that the client accepts (406).
    pub(crate) fn not_acceptable(offered: &[&str]) -> Self {
        let detail = format!("the answer can be had as {}", offered.join(", "));
        Problem::new(&problems::NOT_ACCEPTABLE, detail)
    }

    /// The state is not one in which this can be done (409).
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Problem::new(&problems::CONFLICT, detail)
    }

    /// `If-Match` names another state than the current one (412).
    pub(crate) fn precondition_failed(detail: impl Into<String>) -> Self {
        Problem::new(&problems::PRECONDITION_FAILED, detail)
    }

    /// A change needs `If-Match` (428).
    pub(crate) fn precondition_required(detail: impl Into<String>) -> Self {
        Problem::new(&problems::PRECONDITION_REQUIRED, detail)
    }

    /// The body is larger than `limit_bytes` (413).
    pub(crate) fn payload_too_large(limit_bytes: u64) -> Self {
        let detail = format!("the body may have at most {limit_bytes} bytes");
        Problem::new(&problems::PAYLOAD_TOO_LARGE, detail)
    }

    /// The address is longer than `limit_bytes` (414).
    pub(crate) fn uri_too_long(limit_bytes: u64) -> Self {
        let detail = format!("the address with its query may have at most {limit_bytes} bytes");
        Problem::new(&problems::URI_TOO_LONG, detail)
    }

    /// The body has a media type that is not read here (415).
    pub(crate) fn unsupported_media_type(accepted: &[&str]) -> Self {
        let detail = format!("the body is read as {}", accepted.join(", "));
        Problem::new(&problems::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// Too many requests are worked on (503).
    pub(crate) fn overloaded(retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs().max(1).to_string();
        let detail = "too many requests are worked on at the moment; try again later";
        Problem::new(&problems::OVERLOADED, detail).with_header(header::RETRY_AFTER, &seconds)
    }

    /// The answer would take too long (503).
    pub(crate) fn timeout(limit_seconds: u64) -> Self {
        let detail = format!(
            "the answer did not begin within {limit_seconds} s; ask for less, for example a smaller bbox"
        );
        Problem::new(&problems::TIMEOUT, detail)
    }

    /// A synchronous execution takes longer than it may (503).
    pub(crate) fn took_too_long(limit_seconds: u64) -> Self {
        let detail = format!(
            "the result was not there within {limit_seconds} s; with the header `Prefer: respond-async` it is computed as a job"
        );
        Problem::new(&problems::TIMEOUT, detail)
    }

    /// Something that the answer needs is not there at the moment (503).
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Problem::new(&problems::UNAVAILABLE, detail).with_header(header::RETRY_AFTER, "5")
    }

    /// The service failed; the caller has logged why (500).
    pub(crate) fn internal() -> Self {
        let detail = "the service failed to answer; the log has the cause";
        Problem::new(&problems::INTERNAL, detail)
    }

    /// The problem that a status alone tells of.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let kind = problems::of_status(status);
        Problem {
            status,
            ..Problem::new(kind, kind.meaning)
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchCollection(id) => Problem::not_found(format!(
                "there is no collection `{id}`; /collections lists them"
            )),
            other => {
                tracing::error!(error = %other, "the store failed");
                Problem::internal()
            }
        }
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        tracing::error!(%error, "a reader stopped");
        Problem::internal()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut document = json!({
            "type": self.kind.reference(),
            "title": self.kind.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if !self.violations.is_empty() {
            document["violations"] = Value::Array(self.violations);
        }
        let mut response = Response::new(Body::from(document.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        // No cache keeps an error.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }
}

/// The answer to a request whose handler panicked.
pub(crate) fn panic_response(_panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request handler panicked");
    Problem::internal().into_response()
}
