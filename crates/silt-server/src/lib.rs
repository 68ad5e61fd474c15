//! HTTP service of Silt: collections and their items as GeoJSON, history and changes.
//!
//! Every request reads one committed state of the store; an import under way is invisible to it
//! until it is complete.

mod aggregate;
mod audit;
mod config;
mod core;
mod cors;
mod crs;
mod describe;
mod edit;
mod error;
mod extraction;
mod features_json;
mod guard;
mod hex;
mod hotspots;
mod item;
mod items;
mod keys;
mod layer;
mod layer_tiles;
mod layers;
mod links;
mod negotiate;
mod observe;
mod openapi;
mod ops;
mod pages;
mod problems;
mod processes;
mod query;
mod routes;
mod selection;
mod serve;
mod state;
mod stream;
mod styles;
mod swagger;
mod tile_routes;
mod world;

pub use config::{
    ConfigError, Cors, ExtractionLimits, JobLimits, Limits, Log, LogFormat, ServerConfig, Sources,
};
pub use keys::{KeyError, KeyFile, KeyRecord, Scope, parse_expiry};
pub use state::{AppState, OpenStore, StoreAccess, StoreRegions};

/// Hotspots as files, for the service and the command line.
pub mod hotspot_files {
    pub use crate::hotspots::{HotspotFile, polygons_of, render};
}

/// Vector tiles of a collection, for the service and for archives.
pub mod tiles {
    pub use crate::layer_tiles::{Clustering, LAST_ZOOM, LayerTiles, layer_info};
}

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How often the metrics tidy up what they gathered.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// The service as an axum router. `ready` is what `/readyz` tells.
pub fn router(state: AppState, ready: Arc<AtomicBool>) -> Router {
    let config = Arc::clone(&state.config);
    layers::assemble(routes::routes(state), &config, ready)
}

/// Serves until `shutdown` completes, then lets open requests finish, for as long as the
/// configuration says.
///
/// `listening` is told the address once the socket accepts connections, so that a caller may ask
/// for port 0.
///
/// # Errors
/// The address cannot be bound.
pub async fn serve(
    state: AppState,
    listening: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let config = Arc::clone(&state.config);
    let listener = TcpListener::bind(config.listen).await?;
    let ready = Arc::new(AtomicBool::new(true));
    let app = router(state.clone(), Arc::clone(&ready));
    let processes = Arc::clone(&state.processes);
    // Ended when the set is dropped.
    let mut background = JoinSet::new();
    background.spawn(state.follow());
    background.spawn(keep_metrics());
    listening(listener.local_addr()?);
    let ending = async move {
        shutdown.await;
        ready.store(false, Ordering::Release);
    };
    serve::run(listener, app, &config.limits, ending).await;
    let drain = Duration::from_secs(config.limits.drain_seconds);
    let stopped = tokio::task::spawn_blocking(move || processes.stop(drain)).await;
    if !stopped.unwrap_or(false) {
        tracing::warn!("a job was still computed; it begins anew at the next start");
    }
    Ok(())
}

async fn keep_metrics() {
    loop {
        tokio::time::sleep(METRICS_UPKEEP).await;
        if let Some(handle) = ops::metrics_handle() {
            handle.run_upkeep();
        }
    }
}
