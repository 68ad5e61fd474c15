//! What a request must not do: arrive malformed, ask while too many are worked on, take too long.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::config::Limits;
use crate::error::{PROBLEM_JSON, Problem};

/// Most bytes of a refused body that are read before the answer.
const DISCARDED_BYTES: usize = 8 << 20;
/// Longest time for reading them.
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Permits and limits of the handlers.
pub(crate) struct Guard {
    permits: Semaphore,
    queue: Duration,
    request_seconds: u64,
    uri_bytes: u64,
    body_bytes: u64,
}

impl Guard {
    pub(crate) fn new(limits: &Limits) -> Self {
        let concurrency = usize::try_from(limits.concurrency).unwrap_or(Semaphore::MAX_PERMITS);
        Guard {
            permits: Semaphore::new(concurrency.min(Semaphore::MAX_PERMITS)),
            queue: Duration::from_millis(limits.queue_milliseconds),
            request_seconds: limits.request_seconds,
            uri_bytes: limits.uri_bytes,
            body_bytes: limits.body_bytes,
        }
    }

    /// Refuses what no handler should see.
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let uri = request.uri();
        let path_and_query = uri.path_and_query().map_or("", |both| both.as_str());
        if path_and_query.len() as u64 > self.uri_bytes {
            return Err(Problem::uri_too_long(self.uri_bytes));
        }
        check_escapes(uri.path(), "path")?;
        check_escapes(uri.query().unwrap_or(""), "query")?;
        if request.body().size_hint().lower() > self.body_bytes {
            return Err(Problem::payload_too_large(self.body_bytes));
        }
        Ok(())
    }
}

/// Checks a request, waits for its turn and gives it its time.
pub(crate) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if let Err(problem) = guard.check(&request) {
        discard(request.into_body()).await;
        return Err(problem);
    }
    // Held until the answer begins. A streamed answer that follows is bounded by its own time,
    // so that clients that read slowly do not keep others from being answered.
    let _permit = match guard.permits.try_acquire() {
        Ok(permit) => permit,
        Err(_) => match tokio::time::timeout(guard.queue, guard.permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(Problem::overloaded(guard.queue)),
        },
    };
    let limit = Duration::from_secs(guard.request_seconds);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => Ok(response),
        Err(_) => Err(Problem::timeout(guard.request_seconds)),
    }
}

/// Reads what is left of a refused body, up to a limit: most clients send all of it before they
/// look at the answer, and closing the connection on them would lose it.
async fn discard(mut body: Body) {
    let read_and_drop = async {
        let mut left_bytes = DISCARDED_BYTES;
        while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let bytes = frame.data_ref().map_or(0, |data| data.len());
            match left_bytes.checked_sub(bytes) {
                Some(left) => left_bytes = left,
                None => return,
            }
        }
    };
    // A client that takes longer loses the answer, as it would have without this.
    let _ = tokio::time::timeout(DISCARD_TIME, read_and_drop).await;
}

/// Refuses `%` without two digits, and escapes that are not UTF-8 together.
fn check_escapes(text: &str, place: &str) -> Result<(), Problem> {
    if !text.contains('%') {
        return Ok(());
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let (Some(high), Some(low)) = (hex_digit(rest.next()), hex_digit(rest.next())) else {
            return Err(Problem::bad_request(format!(
                "the {place} has a `%` that is not followed by two hexadecimal digits"
            )));
        };
        decoded.push(high * 16 + low);
    }
    if std::str::from_utf8(&decoded).is_err() {
        return Err(Problem::bad_request(format!(
            "the {place} is not UTF-8 once its escapes are read"
        )));
    }
    Ok(())
}

fn hex_digit(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// Answers a plain `OPTIONS` with the methods that the path has, as the router knows them.
pub(crate) async fn options(request: Request, next: Next) -> Response {
    let is_options = request.method() == Method::OPTIONS;
    let posted = match request.uri().path().starts_with("/processes/") {
        true => "application/json",
        false => "application/geo+json",
    };
    let response = next.run(request).await;
    if !is_options || response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let Some(allow) = response.headers().get(header::ALLOW) else {
        return response;
    };
    let allowed = match allow.to_str() {
        Ok(methods) if !methods.is_empty() => format!("{methods},OPTIONS"),
        _ => "OPTIONS".to_owned(),
    };
    // OGC API Features Part 4 wants 200, and what may be sent with which method.
    let mut answer = StatusCode::OK.into_response();
    let headers = answer.headers_mut();
    if allowed.contains("POST") {
        headers.insert(ACCEPT_POST, HeaderValue::from_static(posted));
    }
    if allowed.contains("PATCH") {
        headers.insert(
            ACCEPT_PATCH,
            HeaderValue::from_static("application/merge-patch+json"),
        );
    }
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        headers.insert(header::ALLOW, value);
    }
    answer
}

/// Makes a problem document of every error that is none: what extractors and layers answer.
///
/// Their own text is left out, since it tells of the inside.
pub(crate) async fn problems_only(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_problem = media_type.is_some_and(|value| value.as_bytes() == PROBLEM_JSON.as_bytes());
    if is_problem {
        return response;
    }
    let (mut parts, _text) = response.into_parts();
    let (problem, body) = Problem::of_status(status).into_response().into_parts();
    for name in [
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::ETAG,
    ] {
        parts.headers.remove(name);
    }
    for (name, value) in &problem.headers {
        parts.headers.insert(name, value.clone());
    }
    Response::from_parts(parts, Body::new(body))
}
