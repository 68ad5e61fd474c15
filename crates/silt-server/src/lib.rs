//! HTTP service of Silt: collections and their items as GeoJSON, history and changes.
//!
//! Every request reads one committed state of the store; an import under way is invisible to it
//! until it is complete.

mod error;
mod pages;
mod query;
mod routes;
mod state;

pub use state::{AppState, ServerConfig};

use std::future::Future;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::trace::TraceLayer;

/// The service as an axum router.
pub fn router(state: AppState) -> axum::Router {
    routes::routes(state)
        .layer(CompressionLayer::new())
        .layer(CorsLayer::permissive())
        .layer(CatchPanicLayer::custom(error::panic_response))
        .layer(TraceLayer::new_for_http())
}

/// Serves until `shutdown` completes, then lets open requests finish.
///
/// `listening` is told the address once the socket accepts connections, so that a caller may ask
/// for port 0.
///
/// # Errors
/// The address cannot be bound, or the socket fails.
pub async fn serve(
    address: SocketAddr,
    state: AppState,
    listening: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    listening(listener.local_addr()?);
    axum::serve(listener, router(state))
        .with_graceful_shutdown(shutdown)
        .await
}
