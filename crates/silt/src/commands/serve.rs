//! `silt serve`: the store over HTTP.

use anyhow::{Context, Result};
use silt_server::{AppState, ServerConfig};
use silt_store::Store;
use silt_store::geopackage::{GeoPackageStore, OpenMode};

use super::{Outcome, open_to_read, region_set, store_path};
use crate::cli::{Cli, ServeArgs};
use crate::output;

/// Runs the command until it is interrupted.
pub(crate) fn run(cli: &Cli, args: &ServeArgs) -> Result<Outcome> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SILT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,tower_http=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();

    let regions = region_set(Some(&open_to_read(cli)?))?;
    let path = store_path(&cli.data);
    let open =
        move || Ok(Box::new(GeoPackageStore::open(&path, OpenMode::ReadOnly)?) as Box<dyn Store>);
    let state = AppState::new(open, regions, ServerConfig::default())?;
    let runtime = tokio::runtime::Runtime::new().context("the async runtime did not start")?;
    runtime
        .block_on(silt_server::serve(
            args.listen,
            state,
            |address| output::line(format!("serving on http://{address}/ (Ctrl-C ends)")),
            interrupted(),
        ))
        .with_context(|| {
            format!(
                "{} cannot be served on; --listen names another address",
                args.listen
            )
        })?;
    Ok(Outcome::Done)
}

/// Completes on Ctrl-C or SIGTERM.
async fn interrupted() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
