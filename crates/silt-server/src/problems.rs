//! The kinds of problems that the service tells of, and the pages that explain them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::error::Problem;

/// A kind of problem, with a reference that does not change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Last part of the reference.
    pub(crate) code: &'static str,
    /// The name that a standard gives it, instead of the reference.
    pub(crate) standard: Option<&'static str>,
    pub(crate) status: StatusCode,
    /// What it is, for people.
    pub(crate) title: &'static str,
    /// What it means and what to do, a sentence.
    pub(crate) meaning: &'static str,
}

impl Kind {
    /// The `type` of a problem document.
    pub(crate) fn reference(&self) -> String {
        match self.standard {
            Some(name) => name.to_owned(),
            None => self.page(),
        }
    }

    /// Where it is explained.
    fn page(&self) -> String {
        format!("/problems/{}", self.code)
    }

    fn described(&self) -> Value {
        json!({
            "type": self.reference(),
            "page": self.page(),
            "status": self.status.as_u16(),
            "title": self.title,
            "description": self.meaning,
        })
    }
}

const fn first(names: &[&'static str]) -> Option<&'static str> {
    match names {
        [] => None,
        [name, ..] => Some(name),
    }
}

macro_rules! kinds {
    ($($name:ident = $code:literal, $status:ident, $title:literal, $meaning:literal $(, $standard:literal)?;)*) => {
        $(pub(crate) static $name: Kind = Kind {
            code: $code,
            standard: first(&[$($standard)?]),
            status: StatusCode::$status,
            title: $title,
            meaning: $meaning,
        };)*
        /// All kinds; of those with one status the most general stands first.
        static ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    BAD_REQUEST = "bad-request", BAD_REQUEST, "Bad request",
        "the request cannot be read; its address or a header is malformed";
    INVALID_PARAMETER = "invalid-parameter", BAD_REQUEST, "Invalid parameter",
        "a parameter is not known here, stands twice or has a value that it cannot have; `violations` names it";
    INVALID_BODY = "invalid-body", BAD_REQUEST, "Invalid body",
        "the body is not what its media type says";
    UNAUTHORIZED = "unauthorized", UNAUTHORIZED, "Key needed",
        "this needs a valid key in `Authorization: Bearer KEY` or `X-API-Key: KEY`; `silt key create` makes one";
    FORBIDDEN = "forbidden", FORBIDDEN, "Not allowed",
        "the key is valid and lacks the scope that this needs";
    NOT_FOUND = "not-found", NOT_FOUND, "Not found",
        "there is nothing at this address";
    NOTHING_DETECTED = "nothing-detected", NOT_FOUND, "Nothing detected",
        "there are no totals yet; `silt ais import` and `silt dredging detect` make what they are computed from";
    NO_SUCH_PROCESS = "no-such-process", NOT_FOUND, "No such process",
        "there is no process of this name; /processes lists them",
        "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process";
    NO_SUCH_JOB = "no-such-job", NOT_FOUND, "No such job",
        "there is no job of this name, or none any more; old jobs make room for new ones",
        "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job";
    RESULT_NOT_READY = "result-not-ready", NOT_FOUND, "Result not ready",
        "the job is not finished; ask for its state until it is",
        "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready";
    METHOD_NOT_ALLOWED = "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "the address exists, but not with this method; the `Allow` header lists those that are possible";
    NOT_ACCEPTABLE = "not-acceptable", NOT_ACCEPTABLE, "Not acceptable",
        "none of the formats that the `Accept` header names is offered";
    REQUEST_TIMEOUT = "request-timeout", REQUEST_TIMEOUT, "Request timeout",
        "the request did not arrive in time";
    CONFLICT = "conflict", CONFLICT, "Conflict",
        "the current state does not allow this";
    DISMISSED = "dismissed", GONE, "Dismissed",
        "the job was cancelled, or its results were removed";
    PRECONDITION_FAILED = "precondition-failed", PRECONDITION_FAILED, "Precondition failed",
        "`If-Match` names another state than the current one; read it again, then repeat the change";
    PAYLOAD_TOO_LARGE = "payload-too-large", PAYLOAD_TOO_LARGE, "Body too large",
        "the body is larger than the service takes";
    URI_TOO_LONG = "uri-too-long", URI_TOO_LONG, "Address too long",
        "the address with its query is longer than the service takes";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "the body has a media type that is not read here";
    UNPROCESSABLE = "unprocessable", UNPROCESSABLE_ENTITY, "Unprocessable content",
        "the body can be read and says something that cannot be done; `violations` names it";
    JOB_FAILED = "job-failed", UNPROCESSABLE_ENTITY, "Job failed",
        "the job has no result; `detail` says why";
    PRECONDITION_REQUIRED = "precondition-required", PRECONDITION_REQUIRED, "Precondition required",
        "a change needs `If-Match` with the `ETag` of the state that it changes";
    HEADERS_TOO_LARGE = "headers-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "Headers too large",
        "the headers of the request are larger than the service takes";
    INTERNAL = "internal", INTERNAL_SERVER_ERROR, "Internal error",
        "the service failed to answer; its log has the cause under the request id";
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE, "Unavailable",
        "something that the answer needs is not there at the moment; try again later";
    OVERLOADED = "overloaded", SERVICE_UNAVAILABLE, "Overloaded",
        "too many requests are worked on; try again after the time in `Retry-After`";
    TIMEOUT = "timeout", SERVICE_UNAVAILABLE, "Took too long",
        "the answer did not begin in time; ask for less";
}

/// The most general kind of a status.
pub(crate) fn of_status(status: StatusCode) -> &'static Kind {
    let same = ALL.iter().find(|kind| kind.status == status);
    match same {
        Some(kind) => kind,
        None if status.is_client_error() => &BAD_REQUEST,
        None => &INTERNAL,
    }
}

/// `GET /problems`: all kinds.
pub(crate) async fn list() -> Json<Value> {
    let all: Vec<Value> = ALL.iter().map(|kind| kind.described()).collect();
    Json(json!({"problems": all}))
}

/// `GET /problems/{code}`: what one kind means.
pub(crate) async fn one(Path(code): Path<String>) -> Result<Json<Value>, Problem> {
    match ALL.iter().find(|kind| kind.code == code) {
        Some(kind) => Ok(Json(kind.described())),
        None => Err(Problem::not_found(
            "there is no such kind of problem; /problems lists them",
        )),
    }
}
