//! One module per command. They wire the crates together and hold no logic of their own.

mod ais;
mod changes;
mod demo;
mod doctor;
mod dredging;
mod edit;
mod export;
mod extraction;
mod hotspots;
mod import;
mod inspect;
mod key;
mod recipes;
mod regions;
mod serve;
mod synth;
mod tiles;
mod validate;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use silt_exchange::recipe::Recipes;
use silt_index::regions::{RegionIndex, RegionSet};
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_store::geopackage::{GeoPackageStore, OpenMode};
use silt_store::{CollectionInfo, Selection, Store};

use crate::cli::{Cli, Command};

/// How a command ended, other than by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was done.
    Done,
    /// Done, and some rows were rejected.
    DoneWithRejects,
    /// Nothing was done, because what was asked for cannot be; the reason is on standard error.
    WrongUsage,
}

impl Outcome {
    /// 0 done, 2 wrong usage, 3 done with rejects; errors give 1.
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::DoneWithRejects => ExitCode::from(3),
            Outcome::WrongUsage => ExitCode::from(2),
        }
    }

    pub(crate) fn and(self, other: Outcome) -> Outcome {
        if self == Outcome::Done { other } else { self }
    }
}

/// Runs the command that was asked for.
pub(crate) fn run(cli: &Cli) -> Result<Outcome> {
    match &cli.command {
        Command::Demo(args) => demo::run(cli, args),
        Command::Init => inspect::init(cli),
        Command::Doctor => doctor::run(cli),
        Command::Sources(command) => recipes::run(cli, command),
        Command::Import(args) => import::run(cli, args),
        Command::Collections => inspect::collections(cli),
        Command::Editions { source } => inspect::editions(cli, source.as_deref()),
        Command::Report { source, edition } => inspect::report(cli, source, edition),
        Command::Changes(args) => changes::run(cli, args),
        Command::History { id, collection } => inspect::history(cli, id, collection.as_deref()),
        Command::Edit(args) => edit::run(cli, args),
        Command::Export(args) => export::run(cli, args),
        Command::Hotspots(args) => hotspots::run(cli, args),
        Command::Near(args) => hotspots::near(cli, args),
        Command::Tiles(command) => tiles::run(cli, command),
        Command::Regions(command) => regions::run(cli, command),
        Command::Ais(command) => ais::run(cli, command),
        Command::Dredging(command) => dredging::run(cli, command),
        Command::Extraction(command) => extraction::run(cli, command),
        Command::Synth(command) => synth::run(cli, command),
        Command::Serve(args) => serve::run(cli, args),
        Command::Key(command) => key::run(cli, command),
    }
}

/// The store file in the data folder.
pub(crate) fn store_path(data: &Path) -> PathBuf {
    data.join("silt.gpkg")
}

/// The folder of the archive of positions.
pub(crate) fn positions_path(data: &Path) -> PathBuf {
    data.join("positions")
}

/// The folder of what detection leaves behind.
pub(crate) fn dredging_path(data: &Path) -> PathBuf {
    data.join("dredging")
}

/// Opens the store to read; it must exist.
pub(crate) fn open_to_read(cli: &Cli) -> Result<GeoPackageStore> {
    let path = store_path(&cli.data);
    if !path.exists() {
        anyhow::bail!(
            "there is no store in {}; `silt import FILE --collection NAME` makes one, --data names another folder",
            cli.data.display()
        );
    }
    Ok(GeoPackageStore::open(&path, OpenMode::ReadOnly)?)
}

/// Opens the store to write, creating folder and file where they are missing.
pub(crate) fn open_to_write(cli: &Cli) -> Result<GeoPackageStore> {
    std::fs::create_dir_all(&cli.data)
        .with_context(|| format!("the data folder {} cannot be made", cli.data.display()))?;
    Ok(GeoPackageStore::open(
        store_path(&cli.data),
        OpenMode::ReadWriteCreate,
    )?)
}

/// The bundled recipes and those of the user's folder.
pub(crate) fn recipes(cli: &Cli) -> Result<Recipes> {
    match &cli.sources {
        Some(folder) => Ok(Recipes::with_folder(folder)?),
        None => Ok(Recipes::bundled()?),
    }
}

/// Bundled regions and those that the user added to the store.
pub(crate) fn region_set(store: Option<&dyn Store>) -> Result<RegionSet> {
    let bundled = RegionSet::bundled();
    match store {
        None => Ok(bundled),
        Some(store) => Ok(bundled.with_user_regions(regions::user_regions(store)?)?),
    }
}

/// A collection in memory, without the published records.
pub(crate) fn snapshot_of(store: &dyn Store, info: &CollectionInfo) -> Result<CollectionSnapshot> {
    let mut builder = SnapshotBuilder::new(info.schema.clone(), info.version);
    let selection = Selection {
        without_original: true,
        ..Selection::default()
    };
    store.scan(&info.schema.id, &selection, &mut |feature| {
        builder.push(feature);
        ControlFlow::Continue(())
    })?;
    Ok(builder.finish())
}

/// The index that places features in regions.
pub(crate) fn region_index(store: &dyn Store) -> Result<RegionIndex> {
    Ok(RegionIndex::new(&region_set(Some(store))?))
}

/// Leaf regions of a region id, or `None` where none is asked for.
pub(crate) fn leaf_regions(store: &dyn Store, region: Option<&str>) -> Result<Option<Vec<String>>> {
    let Some(id) = region else {
        return Ok(None);
    };
    let leaves = region_set(Some(store))?.expand(id)?;
    Ok(Some(leaves.iter().map(|leaf| leaf.to_string()).collect()))
}
