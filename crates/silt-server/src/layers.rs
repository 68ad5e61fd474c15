//! The layers around the handlers, in one place, so that their order can be seen.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;

use crate::config::ServerConfig;
use crate::error::{self, Problem};
use crate::guard::{self, Guard};
use crate::{cors, observe, ops, swagger};

/// Puts the handlers behind limits, beside the operators' routes, and under observation.
///
/// From the outside in: a request is observed, gets its cross-origin headers, its answer is
/// compressed and any error in it made a problem document. The handlers also stand behind the
/// limits, the operators' routes do not: they must answer while the service is at its limits.
pub(crate) fn assemble(handlers: Router, config: &ServerConfig, ready: Arc<AtomicBool>) -> Router {
    let body_bytes = usize::try_from(config.limits.body_bytes).unwrap_or(usize::MAX);
    let guard = Arc::new(Guard::new(&config.limits));
    let guarded = handlers
        .layer(CatchPanicLayer::custom(error::panic_response))
        .layer(from_fn(observe::note_route))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(body_bytes))
        .layer(from_fn_with_state(guard, guard::guard));

    let mut router = ops::ops_routes(ready);
    if config.swagger {
        router = router.merge(swagger::routes());
    }
    let everything = router
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(from_fn(observe::note_route))
        .fallback_service(guarded);

    // A router around it all: only from outside can its layers see the `Allow` header that axum
    // adds to an answer.
    let longest_answer = Duration::from_secs(config.limits.export_seconds);
    let cors_rules = Arc::new(config.cors.clone());
    Router::new()
        .fallback_service(everything)
        .layer(from_fn(guard::options))
        .layer(from_fn(guard::problems_only))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(from_fn_with_state(cors_rules, cors::cors))
        .layer(from_fn_with_state(longest_answer, observe::observe))
}

/// All but what is small or compressed in itself.
fn compressible() -> impl Predicate {
    // The default leaves out small answers, pictures and event streams.
    DefaultPredicate::new()
        .and(NotForContentType::const_new(
            "application/vnd.apache.parquet",
        ))
        .and(NotForContentType::const_new("application/x-parquet"))
        .and(NotForContentType::const_new("application/vnd.pmtiles"))
        .and(NotForContentType::const_new("application/zip"))
}

#[cfg(test)]
#[path = "layers_tests.rs"]
mod tests;
