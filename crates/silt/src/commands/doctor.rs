//! `silt doctor`: is everything here that Silt needs, and is the store sound?

use anyhow::Result;
use silt_index::regions::RegionSet;
use silt_store::Store;

use super::{Outcome, open_to_read, recipes, store_path};
use crate::cli::Cli;
use crate::output;

/// Runs the command; the first thing that is wrong ends it with an error.
pub(crate) fn run(cli: &Cli) -> Result<Outcome> {
    output::line(format!("silt {}", env!("CARGO_PKG_VERSION")));
    output::line(format!("GDAL {}", silt_exchange::gdal_version()));
    output::line(format!("recipes: {}", recipes(cli)?.iter().count()));
    output::line(format!(
        "bundled regions: {}",
        RegionSet::bundled().iter().count()
    ));
    let path = store_path(&cli.data);
    if !path.exists() {
        output::line(format!("store: none yet at {}", path.display()));
        return Ok(Outcome::Done);
    }
    let store = open_to_read(cli)?;
    store.check()?;
    let features: u64 = store.collections()?.iter().map(|info| info.features).sum();
    output::line(format!(
        "store: {} sound, {} features",
        path.display(),
        output::grouped(features)
    ));
    Ok(Outcome::Done)
}
