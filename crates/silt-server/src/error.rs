//! Errors as RFC 9457 problem documents. What went wrong inside is logged, never sent.

use std::any::Any;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use silt_store::StoreError;

/// An answer other than success.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    violations: Vec<Value>,
}

impl Problem {
    /// A parameter has a value that it cannot have.
    pub(crate) fn invalid_parameter(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Problem {
            status: StatusCode::BAD_REQUEST,
            code: "invalid-parameter",
            violations: vec![json!({"in": "query", "parameter": name, "message": detail})],
            detail: format!("parameter `{name}`: {detail}"),
        }
    }

    /// The path names something that does not exist.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Problem {
            status: StatusCode::NOT_FOUND,
            code: "not-found",
            detail: detail.into(),
            violations: Vec::new(),
        }
    }

    /// The path exists, but not with this method.
    pub(crate) fn method_not_allowed() -> Self {
        Problem {
            status: StatusCode::METHOD_NOT_ALLOWED,
            code: "method-not-allowed",
            detail: "this resource is read with GET".to_owned(),
            violations: Vec::new(),
        }
    }

    fn internal() -> Self {
        Problem {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "internal",
            detail: "the service failed to answer; the log has the cause".to_owned(),
            violations: Vec::new(),
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
            "type": format!("about:silt/{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if !self.violations.is_empty() {
            document["violations"] = Value::Array(self.violations);
        }
        let mut response = (self.status, Json(document)).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        response
    }
}

/// The answer to a request whose handler panicked.
pub(crate) fn panic_response(_panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request handler panicked");
    Problem::internal().into_response()
}
