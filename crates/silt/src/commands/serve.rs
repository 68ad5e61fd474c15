//! `silt serve`: the store over HTTP.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use silt_server::{AppState, LogFormat, ServerConfig, Sources, StoreAccess};
use silt_store::geopackage::{GeoPackageStore, OpenMode};
use silt_store::{Store, StoreError};
use tracing_subscriber::EnvFilter;

use super::{Outcome, open_to_read, region_set, store_path};
use crate::cli::{Cli, ServeArgs};
use crate::output;

/// Runs the command until it is interrupted.
pub(crate) fn run(cli: &Cli, args: &ServeArgs) -> Result<Outcome> {
    let (config, filter) = match config(cli, args) {
        Ok(usable) => usable,
        Err(error) => {
            output::error(&error);
            return Ok(Outcome::WrongUsage);
        }
    };
    if args.print_config {
        output::line(config.to_toml().trim_end());
        return Ok(Outcome::Done);
    }
    start_log(config.log.format, filter);

    // Says what to do where there is no store, before anything else is tried.
    open_to_read(cli)?;
    let listen = config.listen;
    let state = AppState::new(store_access(cli), config)?;
    let runtime = tokio::runtime::Runtime::new().context("the async runtime did not start")?;
    runtime
        .block_on(silt_server::serve(
            state,
            |address| output::line(format!("serving on http://{address}/ (Ctrl-C ends)")),
            interrupted(),
        ))
        .with_context(|| format!("{listen} cannot be served on; --listen names another address"))?;
    Ok(Outcome::Done)
}

/// The configuration from file, environment and flags, with what is to be logged.
///
/// # Errors
/// A source cannot be read, or has a key or value that cannot be.
pub(crate) fn config(cli: &Cli, args: &ServeArgs) -> Result<(ServerConfig, EnvFilter)> {
    let mut settings = args.set.clone();
    if let Some(address) = args.listen {
        settings.push(format!("listen={address}"));
    }
    // A name or value that is not UTF-8 becomes one that no key has, and is reported as such.
    let environment = std::env::vars_os()
        .map(|(name, value)| {
            let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
            (text(name), text(value))
        })
        .collect();
    let config = ServerConfig::load(&Sources {
        file: args.config.clone(),
        optional_file: Some(cli.data.join("silt.toml")),
        environment,
        settings,
    })?;
    let filter = EnvFilter::try_new(&config.log.filter)
        .with_context(|| format!("`log.filter` cannot be {:?}", config.log.filter))?;
    Ok((config, filter))
}

fn start_log(format: LogFormat, filter: EnvFilter) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

fn store_access(cli: &Cli) -> StoreAccess {
    let path = store_path(&cli.data);
    let open = move |mode| -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(GeoPackageStore::open(&path, mode)?))
    };
    let open_writer = open.clone();
    StoreAccess {
        reader: Box::new(move || open(OpenMode::ReadOnly)),
        writer: Some(Box::new(move || open_writer(OpenMode::ReadWriteCreate))),
        data: cli.data.clone(),
        regions: Box::new(|store| {
            region_set(Some(store)).map_err(|error| StoreError::Invalid(format!("{error:#}")))
        }),
    }
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
