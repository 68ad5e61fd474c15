use std::future::pending;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use tower::ServiceExt;

use super::*;

fn handlers() -> Router {
    async fn panics() -> &'static str {
        panic!("secret inside");
    }
    async fn length(body: Bytes) -> String {
        body.len().to_string()
    }
    async fn number(Query(query): Query<std::collections::BTreeMap<String, u8>>) -> String {
        query.len().to_string()
    }
    async fn typed(Path(kind): Path<String>) -> impl IntoResponse {
        let media_type = format!("application/{}", kind.replace('-', "/"));
        (
            [(
                header::CONTENT_TYPE,
                media_type.replace("application/image/", "image/"),
            )],
            "x".repeat(5_000),
        )
    }
    Router::new()
        .route("/text", get(|| async { "text" }).post(length))
        .route("/panics", get(panics))
        .route("/never", get(pending::<()>))
        .route("/number", get(number))
        .route("/typed/{kind}", get(typed))
        .fallback(|| async { Problem::not_found("nothing here") })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
}

fn small() -> ServerConfig {
    let mut config = ServerConfig::default();
    config.limits.body_bytes = 1_024;
    config.limits.uri_bytes = 256;
    config.limits.queue_milliseconds = 0;
    config.limits.request_seconds = 1;
    config.limits.concurrency = 1;
    config
}

fn service(config: &ServerConfig) -> Router {
    assemble(handlers(), config, Arc::new(AtomicBool::new(true)))
}

async fn send(service: &Router, request: Request<Body>) -> Response {
    let answer = service.clone().oneshot(request).await;
    answer.expect("services do not fail")
}

fn get_request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 16 << 20)
        .await
        .expect("a body");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Checks that an answer is a problem document of this status and kind; gives its headers.
async fn assert_problem(response: Response, status: u16, kind: &str) -> HeaderMap {
    let headers = response.headers().clone();
    assert_eq!(response.status().as_u16(), status, "{headers:?}");
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    let text = text(response).await;
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["type"], format!("/problems/{kind}"), "{text}");
    assert_eq!(document["status"], status);
    assert!(document["title"].is_string() && document["detail"].is_string());
    assert!(!text.contains("secret inside"), "{text}");
    assert!(!text.contains("deserialize"), "{text}");
    headers
}

#[tokio::test]
async fn every_error_is_a_problem_document() {
    let service = service(&small());
    let long = format!("/text?a={}", "b".repeat(300));
    for (path, status, kind) in [
        ("/nowhere", 404, "not-found"),
        ("/panics", 500, "internal"),
        ("/number?a=x", 400, "bad-request"),
        ("/text?a=%zz", 400, "bad-request"),
        ("/text?a=%", 400, "bad-request"),
        ("/text?a=%ff", 400, "bad-request"),
        ("/te%ffxt", 400, "bad-request"),
        ("/te%F", 400, "bad-request"),
        (long.as_str(), 414, "uri-too-long"),
        ("/problems/nonsense", 404, "not-found"),
        ("/api-ui/nonsense.js", 404, "not-found"),
    ] {
        let response = send(&service, get_request(path)).await;
        let headers = assert_problem(response, status, kind).await;
        assert!(headers.contains_key("x-request-id"), "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    }
    let fine = send(&service, get_request("/text?a=%C3%A9%20+")).await;
    assert_eq!(fine.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_method_lists_the_right_ones() {
    let service = service(&small());
    for (method, path, allowed) in [
        ("DELETE", "/text", "GET,HEAD,POST"),
        ("BREW", "/text", "GET,HEAD,POST"),
        ("POST", "/healthz", "GET,HEAD"),
    ] {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).expect("a request");
        let response = send(&service, request).await;
        let headers = assert_problem(response, 405, "method-not-allowed").await;
        assert_eq!(headers[header::ALLOW], allowed, "{method} {path}");
    }
    let options = Request::options("/text")
        .body(Body::empty())
        .expect("a request");
    let response = send(&service, options).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::ALLOW], "GET,HEAD,POST,OPTIONS");
    let options = Request::options("/nowhere")
        .body(Body::empty())
        .expect("a request");
    assert_problem(send(&service, options).await, 404, "not-found").await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_and_without_its_length() {
    let service = service(&small());
    let post = |body: Body| Request::post("/text").body(body).expect("a request");
    let fits = send(&service, post(Body::from(vec![b'a'; 1_024]))).await;
    assert_eq!(text(fits).await, "1024");
    let too_large = send(&service, post(Body::from(vec![b'a'; 1_025]))).await;
    assert_problem(too_large, 413, "payload-too-large").await;
    let streamed = StreamedBody { pieces_left: 3 };
    let streamed = send(&service, post(Body::new(streamed))).await;
    assert_problem(streamed, 413, "payload-too-large").await;
}

/// A body of pieces of 512 bytes whose length is not known before.
struct StreamedBody {
    pieces_left: usize,
}

impl hyper::body::Body for StreamedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        if self.pieces_left == 0 {
            return std::task::Poll::Ready(None);
        }
        self.pieces_left -= 1;
        let piece = Bytes::from_static(&[b'a'; 512]);
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(piece))))
    }
}

#[tokio::test]
async fn requests_beyond_the_concurrency_are_turned_away_and_operators_still_answered() {
    let service = service(&small());
    let first = tokio::spawn({
        let service = service.clone();
        async move { send(&service, get_request("/never")).await }
    });
    tokio::task::yield_now().await;
    let second = send(&service, get_request("/text")).await;
    let headers = assert_problem(second, 503, "overloaded").await;
    assert_eq!(headers[header::RETRY_AFTER], "1");
    for path in ["/healthz", "/readyz", "/metrics"] {
        let response = send(&service, get_request(path)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
    let first = first.await.expect("the first request ends");
    assert_problem(first, 503, "timeout").await;
    let third = send(&service, get_request("/text")).await;
    assert_eq!(third.status(), StatusCode::OK, "its place is free again");
}

#[tokio::test]
async fn a_request_waits_its_turn() {
    let mut config = small();
    config.limits.queue_milliseconds = 40_000;
    let service = service(&config);
    let first = tokio::spawn({
        let service = service.clone();
        async move { send(&service, get_request("/never")).await }
    });
    tokio::task::yield_now().await;
    let second = send(&service, get_request("/text")).await;
    assert_eq!(second.status(), StatusCode::OK, "after the first timed out");
    assert_problem(first.await.expect("an answer"), 503, "timeout").await;
}

#[tokio::test]
async fn a_request_id_is_taken_over_where_it_is_sane() {
    let service = service(&small());
    let with_id = |id: &str| {
        let request = Request::get("/text").header("x-request-id", id);
        request.body(Body::empty()).expect("a request")
    };
    let id_of = |response: &Response| {
        let id = response.headers()["x-request-id"].to_str();
        id.expect("text").to_owned()
    };
    let echoed = send(&service, with_id("trace-7.a:b")).await;
    assert_eq!(id_of(&echoed), "trace-7.a:b");
    let long = "x".repeat(129);
    let mut made = std::collections::BTreeSet::new();
    for bad in ["", "two words", "a\"b", "{}", &long] {
        let response = send(&service, with_id(bad)).await;
        let id = id_of(&response);
        assert_ne!(id, bad);
        made.insert(id);
    }
    assert_eq!(made.len(), 5, "ids differ");
}

#[tokio::test]
async fn metrics_count_by_route_and_not_by_path() {
    let service = service(&small());
    send(&service, get_request("/typed/json")).await;
    send(&service, get_request("/nowhere/at/all")).await;
    let brew = Request::builder().method("BREW").uri("/number");
    send(&service, brew.body(Body::empty()).expect("a request")).await;
    let metrics = text(send(&service, get_request("/metrics")).await).await;
    for expected in [
        "http_requests_total{method=\"GET\",route=\"/typed/{kind}\",status=\"200\"}",
        "http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}",
        "http_requests_total{method=\"other\",route=\"/number\",status=\"405\"}",
        "http_request_duration_seconds_bucket{method=\"GET\",route=\"/typed/{kind}\",le=\"0.001\"}",
        "http_requests_in_flight",
    ] {
        assert!(metrics.contains(expected), "{expected}\n{metrics}");
    }
    assert!(!metrics.contains("/nowhere"), "{metrics}");
    assert!(!metrics.contains("BREW"), "{metrics}");
}

#[tokio::test]
async fn readiness_follows_its_flag() {
    let ready = Arc::new(AtomicBool::new(false));
    let service = assemble(handlers(), &small(), Arc::clone(&ready));
    let before = send(&service, get_request("/readyz")).await;
    assert_problem(before, 503, "unavailable").await;
    let alive = send(&service, get_request("/healthz")).await;
    assert_eq!(alive.status(), StatusCode::OK);
    ready.store(true, std::sync::atomic::Ordering::Release);
    let after = send(&service, get_request("/readyz")).await;
    assert_eq!(after.status(), StatusCode::OK);
}

#[tokio::test]
async fn answers_are_compressed_unless_they_are_already() {
    let service = service(&small());
    let encoding = |kind: &'static str, accepted: &'static str| {
        let request = Request::get(format!("/typed/{kind}"))
            .header(header::ACCEPT_ENCODING, accepted)
            .body(Body::empty())
            .expect("a request");
        let service = service.clone();
        async move {
            let response = send(&service, request).await;
            let value = response.headers().get(header::CONTENT_ENCODING);
            value.map(|value| value.to_str().expect("text").to_owned())
        }
    };
    for accepted in ["gzip", "br", "zstd"] {
        assert_eq!(
            encoding("geo+json", accepted).await.as_deref(),
            Some(accepted)
        );
        let tile = encoding("vnd.mapbox-vector-tile", accepted).await;
        assert_eq!(tile.as_deref(), Some(accepted));
        for kind in ["vnd.apache.parquet", "vnd.pmtiles", "image-png"] {
            assert_eq!(encoding(kind, accepted).await, None, "{kind}");
        }
    }
    assert_eq!(encoding("geo+json", "identity").await, None);
}

fn cross_origin(method: Method, origin: &str) -> Request<Body> {
    let mut request = Request::builder()
        .method(method.clone())
        .uri("/text")
        .header(header::ORIGIN, origin);
    if method == Method::OPTIONS {
        request = request.header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT");
    }
    request.body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn any_page_may_read_and_none_may_write_by_default() {
    let service = service(&small());
    let response = send(&service, cross_origin(Method::GET, "https://a.example")).await;
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let preflight = send(&service, cross_origin(Method::OPTIONS, "https://a.example")).await;
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    let methods = &preflight.headers()[header::ACCESS_CONTROL_ALLOW_METHODS];
    assert_eq!(methods, "GET, HEAD, OPTIONS");
    let names = preflight.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str();
    assert!(!names.expect("text").contains("Authorization"));
}

#[tokio::test]
async fn pages_of_listed_origins_may_read_and_write_where_configured() {
    let mut config = small();
    config.cors.origins = vec!["https://a.example".to_owned()];
    config.cors.writes = true;
    let service = service(&config);
    let known = send(&service, cross_origin(Method::OPTIONS, "https://a.example")).await;
    let headers = known.headers();
    assert_eq!(
        headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://a.example"
    );
    assert_eq!(headers[header::VARY], "origin");
    let methods = headers[header::ACCESS_CONTROL_ALLOW_METHODS].to_str();
    assert!(methods.expect("text").contains("PUT"));
    let names = headers[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str();
    assert!(names.expect("text").contains("Authorization"));
    let unknown = send(&service, cross_origin(Method::GET, "https://b.example")).await;
    assert_eq!(
        unknown.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN),
        None
    );
}

#[tokio::test]
async fn the_documentation_names_no_other_host() {
    let service = service(&small());
    let page = send(&service, get_request("/api.html")).await;
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str();
    let policy = policy.expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = text(page).await;
    let start = text(send(&service, get_request("/api-ui/start.js")).await).await;
    for served in [&page, &start, &policy] {
        assert!(!served.contains("//"), "an address of a host: {served}");
    }
    assert!(start.contains("validatorUrl: null"));
    for file in page.split('"').filter(|text| text.starts_with("api-ui/")) {
        let response = send(&service, get_request(&format!("/{file}"))).await;
        assert_eq!(response.status(), StatusCode::OK, "{file}");
        let media_type = response.headers()[header::CONTENT_TYPE].to_str();
        let media_type = media_type.expect("text").to_owned();
        assert!(media_type.contains("javascript") || media_type.contains("css"));
        assert!(text(response).await.len() > 50, "{file}");
    }
    let moved = send(&service, get_request("/docs")).await;
    assert_eq!(moved.headers()[header::LOCATION], "api.html");

    let mut config = small();
    config.swagger = false;
    let without = assemble(handlers(), &config, Arc::new(AtomicBool::new(true)));
    assert_problem(
        send(&without, get_request("/api.html")).await,
        404,
        "not-found",
    )
    .await;
}

#[tokio::test]
async fn every_kind_of_problem_is_explained_at_its_type() {
    let service = service(&small());
    let list: Value =
        serde_json::from_str(&text(send(&service, get_request("/problems")).await).await)
            .expect("JSON");
    let kinds = list["problems"].as_array().expect("a list");
    assert!(kinds.len() > 15);
    for kind in kinds {
        let page = kind["page"].as_str().expect("a page");
        let reference = kind["type"].as_str().expect("a reference");
        assert!(reference == page || reference.starts_with("http://www.opengis.net/"));
        let response = send(&service, get_request(page)).await;
        assert_eq!(response.status(), StatusCode::OK, "{page}");
        assert!(text(response).await.contains("description"));
    }
}
