//! Paths of the service.

use axum::Router;
use axum::http::Uri;
use axum::routing::{get, post};

use crate::error::Problem;
use crate::processes::{describe, execute, jobs, results};
use crate::state::AppState;
use crate::{aggregate, core, edit, extraction, hotspots, item, items, styles, tile_routes};

pub(crate) fn routes(state: AppState) -> Router {
    let items = get(items::items).post(edit::create);
    let item = get(item::item)
        .put(edit::replace)
        .patch(edit::update)
        .delete(edit::delete);
    Router::new()
        .route("/", get(core::landing))
        .route("/api", get(core::api))
        .route("/conformance", get(core::conformance))
        .route("/collections", get(core::collections))
        .route("/collections/{collection}", get(core::collection))
        .route(
            "/collections/{collection}/queryables",
            get(core::queryables),
        )
        .route("/collections/{collection}/schema", get(core::schema))
        .route(
            "/collections/{collection}/feature-schema",
            get(core::feature_schema),
        )
        .route(
            "/collections/{collection}/aggregate",
            get(aggregate::aggregate),
        )
        .route("/collections/{collection}/items", items)
        .route("/collections/{collection}/items/{id}", item)
        .route(
            "/collections/{collection}/items/{id}/history",
            get(item::history),
        )
        .route("/changes", get(core::changes))
        .route("/sources", get(core::sources))
        .route("/styles/{name}", get(styles::style))
        .merge(tile_routes::routes())
        .merge(hotspots::routes())
        .route("/extraction", get(extraction::routes::extraction))
        .route("/extraction/manifest", get(extraction::routes::manifest))
        .route("/processes", get(describe::processes))
        .route("/processes/{process}", get(describe::process))
        .route("/processes/{process}/execution", post(execute::execute))
        .route("/jobs", get(jobs::jobs))
        .route("/jobs/{job}", get(jobs::job).delete(jobs::dismiss))
        .route("/jobs/{job}/results", get(results::results))
        .route("/jobs/{job}/results/{output}", get(results::result))
        .fallback(|uri: Uri| async move {
            let path: String = uri.path().chars().take(200).collect();
            Problem::not_found(format!("there is nothing at {path}"))
        })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .with_state(state)
}
