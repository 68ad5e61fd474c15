//! Cross-origin requests: which web pages may read and write from a browser.
//!
//! A layer of its own rather than the one of tower-http, because that one answers every `OPTIONS`
//! as a preflight, and OGC API Features Part 4 wants `OPTIONS` to list the methods of a path.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::Cors;

const READ_METHODS: &str = "GET, HEAD, OPTIONS";
const ALL_METHODS: &str = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE";
const READ_HEADERS: &str = "Accept, Accept-Language, If-None-Match, X-Request-Id";
const ALL_HEADERS: &str = "Accept, Accept-Language, If-None-Match, X-Request-Id, Authorization, \
                           X-API-Key, Content-Type, Content-Crs, If-Match, Prefer";
const EXPOSED_HEADERS: &str = "Allow, Content-Crs, Content-Disposition, ETag, Link, Location, Preference-Applied, Retry-After, X-Request-Id";
/// How long a browser may keep the answer to a preflight.
const PREFLIGHT_SECONDS: &str = "86400";

/// Answers preflights and adds the headers that let web pages read.
pub(crate) async fn cors(State(rules): State<Arc<Cors>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let is_preflight = request.method() == Method::OPTIONS
        && origin.is_some()
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight {
        let mut response = next.run(request).await;
        allow_origin(&rules, origin.as_ref(), response.headers_mut());
        response.headers_mut().insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED_HEADERS),
        );
        return response;
    }
    let (methods, names) = if rules.writes {
        (ALL_METHODS, ALL_HEADERS)
    } else {
        (READ_METHODS, READ_HEADERS)
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    allow_origin(&rules, origin.as_ref(), headers);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, names),
        (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn allow_origin(rules: &Cors, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    let any = rules.origins.iter().any(|known| known == "*");
    if any {
        let value = HeaderValue::from_static("*");
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        return;
    }
    // The answer depends on who asks, and a cache must know it.
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else {
        return;
    };
    let is_known = |known: &String| known.as_bytes() == origin.as_bytes();
    if rules.origins.iter().any(is_known) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
}
