//! For operators: `/metrics`, `/healthz`, `/readyz`, and the pages that explain problems. These
//! answer while the service is at its limits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::Problem;
use crate::problems;

/// Upper bounds of the histogram of durations, seconds.
const DURATION_BUCKETS: [f64; 14] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// The recorder of the process; the first call installs it.
///
/// `None` when another recorder is installed already, by a program that uses this crate: then
/// that one gets the metrics, and `/metrics` says that it has none.
pub(crate) fn metrics_handle() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let durations = Matcher::Suffix("_duration_seconds".to_owned());
            let recorder = PrometheusBuilder::new()
                .set_buckets_for_metric(durations, &DURATION_BUCKETS)
                .ok()?
                .build_recorder();
            let handle = recorder.handle();
            metrics::set_global_recorder(recorder).ok()?;
            describe();
            Some(handle)
        })
        .clone()
}

fn describe() {
    metrics::describe_counter!("http_requests_total", "Requests answered.");
    metrics::describe_histogram!(
        "http_request_duration_seconds",
        metrics::Unit::Seconds,
        "Time until the answer began."
    );
    metrics::describe_gauge!(
        "http_requests_in_flight",
        "Requests not yet answered in full."
    );
    metrics::describe_gauge!("http_connections", "Open connections.");
}

/// The routes for operators; `ready` is true while requests can be answered in full.
pub(crate) fn ops_routes(ready: Arc<AtomicBool>) -> Router {
    // The first request must find the recorder.
    metrics_handle();
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_text))
        .route("/problems", get(problems::list))
        .route("/problems/{code}", get(problems::one))
        .with_state(ready)
}

async fn readyz(State(ready): State<Arc<AtomicBool>>) -> Result<&'static str, Problem> {
    if ready.load(Ordering::Acquire) {
        Ok("ready\n")
    } else {
        Err(Problem::unavailable(
            "the service is starting or about to end",
        ))
    }
}

async fn metrics_text() -> Result<impl IntoResponse, Problem> {
    let Some(handle) = metrics_handle() else {
        return Err(Problem::unavailable("metrics are recorded elsewhere"));
    };
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], handle.render()))
}
