//! `silt demo`: real registers where they can be had, else a small synthetic one, a synthetic fleet
//! beside the real positions, then serve.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use silt_exchange::map::PlainOptions;
use silt_exchange::read::ReadOptions;
use silt_exchange::recipe::{Recipe, Recipes, built_in_schema};
use silt_extraction::import::ImportOptions;
use silt_index::regions::DEFAULT_COAST_TOLERANCE_KM;
use silt_ingest::{ImportJob, Mapping};
use silt_model::CollectionSchema;
use silt_store::SourceInfo;
use silt_synth::FleetConfig;

use super::ais::{import_one, open_archive, show};
use super::import::Importer;
use super::recipes::fetch_file;
use super::synth::write_fleet;
use super::{Outcome, dredging, recipes, serve};
use crate::cli::{Cli, DemoArgs, DetectArgs, FetchArgs, SynthFormat};
use crate::output;

/// Sources of the demo, in the order of their import.
const DEMO_SOURCES: [&str; 13] = [
    "chile-sernageomin",
    "brazil-sigbm",
    "us-nid-tailings",
    "canada-mincan",
    "gem-coal-mines",
    "gem-coal-boundaries",
    "csp2-failures",
    "brumadinho-2019",
    "wpi-ports",
    "dredger-registry",
    "natural-earth-countries",
    "geonames",
    "minmod",
];

/// Real vessel positions of the demo: minutes each, too short for a dredging cycle.
const DEMO_POSITIONS: [&str; 4] = [
    "dma-ais-20131112",
    "digitraffic-baltic-202512",
    "noaa-marinecadastre-sample",
    "solent-ais-20160112",
];

/// The synthetic register that stands in where no real one can be had.
const SYNTHETIC_REGISTER: &str = include_str!("../../../../datasets/synthetic/register.geojson");

/// Vessels of the demo's synthetic fleet: enough for every case that breaks the rules.
const FLEET_VESSELS: u32 = 40;
/// A month, so that there is something to add up, and to detect within seconds.
const FLEET_DAYS: u32 = 31;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &DemoArgs) -> Result<Outcome> {
    // A wrong setting is told before the imports, not after them.
    if let Err(error) = serve::config(cli, &args.serve) {
        output::error(&error);
        return Ok(Outcome::WrongUsage);
    }
    let recipes = recipes(cli)?;
    let mut importer = Importer::open(cli)?;
    let mut fetch_args = FetchArgs {
        mirror: args.fetch.mirror.clone(),
        offline: args.fetch.offline,
    };
    let mut imported = 0;
    for id in DEMO_SOURCES {
        let recipe = recipes
            .get(id)
            .with_context(|| format!("the bundled recipe `{id}` is missing"))?;
        let files = fetch_all(cli, recipe, &mut fetch_args);
        for (edition, path) in files {
            let job = job(path, Mapping::Recipe(recipe), edition);
            match importer.import(&job) {
                Ok(report) => {
                    output::counts(&report);
                    imported += 1;
                }
                Err(error) => output::hint(format!("{id}: not imported: {error:#}")),
            }
        }
    }
    if imported == 0 {
        output::hint(
            "no source could be had from a mirror or the network: importing a small SYNTHETIC register, marked as such everywhere",
        );
        let file = write_synthetic(cli, "synthetic-register.geojson", SYNTHETIC_REGISTER)?;
        synthetic(
            &mut importer,
            &file,
            "synthetic-register",
            "tailings_facilities",
        )?;
    }
    sand(cli, &recipes, &mut importer, &mut fetch_args)?;
    drop(importer);
    dredging::show(&dredging::run_detect(cli, &DetectArgs::default())?);
    if args.no_serve {
        Ok(Outcome::Done)
    } else {
        serve::run(cli, &args.serve)
    }
}

/// The files of a source that can be had; says which cannot. A network that does not answer is
/// not asked again for the other sources.
fn fetch_all(cli: &Cli, recipe: &Recipe, args: &mut FetchArgs) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for file in &recipe.files {
        match fetch_file(cli, recipe, file, args) {
            Ok(path) => files.push((file.edition.clone(), path)),
            Err(error) => {
                output::hint(format!("{} {}: {error:#}", recipe.id, file.edition));
                let unreachable = error
                    .downcast_ref::<silt_exchange::fetch::FetchError>()
                    .is_some_and(silt_exchange::fetch::FetchError::network_is_unreachable);
                if unreachable && !args.offline {
                    output::hint("the network does not answer; going on without it");
                    args.offline = true;
                }
            }
        }
    }
    files
}

fn job(path: PathBuf, mapping: Mapping<'_>, edition: String) -> ImportJob<'_> {
    ImportJob {
        path,
        mapping,
        edition,
        dry_run: false,
        partial: false,
        again: false,
        coast_tolerance_km: DEFAULT_COAST_TOLERANCE_KM,
    }
}

/// Positions: a synthetic fleet, since no tracks of dredgers are free, and real feeds.
fn sand(
    cli: &Cli,
    recipes: &Recipes,
    importer: &mut Importer<'_>,
    fetch_args: &mut FetchArgs,
) -> Result<()> {
    output::hint("writing a SYNTHETIC fleet: no tracks of real dredgers are free");
    let folder = cli.data.join("cache").join("synthetic-fleet");
    let config = FleetConfig {
        vessels: FLEET_VESSELS,
        days: FLEET_DAYS,
        ..FleetConfig::default()
    };
    write_fleet(config, &folder, SynthFormat::Parquet)?;
    let vessels = recipes
        .get("synthetic-vessels")
        .context("the bundled recipe of synthetic vessels is missing")?;
    let register = job(
        folder.join("vessels.csv"),
        Mapping::Recipe(vessels),
        "2026".to_owned(),
    );
    output::counts(&importer.import(&register)?);
    let areas = folder.join("areas.geojson");
    synthetic(importer, &areas, "synthetic-areas", "dredging_areas")?;
    let collections = importer.store().collections()?;
    if !collections.iter().any(|info| info.schema.id == "ports") {
        synthetic(
            importer,
            &folder.join("ports.geojson"),
            "synthetic-ports",
            "ports",
        )?;
    }
    let mut archive = open_archive(cli, None)?;
    let mut files = vec![folder.join("positions.parquet")];
    for id in DEMO_POSITIONS {
        let recipe = recipes
            .get(id)
            .with_context(|| format!("the bundled recipe `{id}` is missing"))?;
        files.extend(
            fetch_all(cli, recipe, fetch_args)
                .into_iter()
                .map(|(_, path)| path),
        );
    }
    for file in files {
        match import_one(&mut archive, &file, &ImportOptions::default()) {
            Ok(report) => show(&report),
            Err(error) => output::hint(format!("{}: not imported: {error:#}", file.display())),
        }
    }
    Ok(())
}

fn write_synthetic(cli: &Cli, name: &str, content: &str) -> Result<PathBuf> {
    let folder = cli.data.join("cache").join("synthetic");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let path = folder.join(name);
    std::fs::write(&path, content)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn synthetic(
    importer: &mut Importer<'_>,
    file: &Path,
    source_id: &str,
    collection: &str,
) -> Result<()> {
    let mapping = Mapping::Plain {
        schema: built_in_schema(collection).unwrap_or_else(|| CollectionSchema::new(collection)),
        source: SourceInfo {
            id: source_id.to_owned(),
            title: "Synthetic data, not observations".to_owned(),
            publisher: "Silt".to_owned(),
            licence: "CC0-1.0".to_owned(),
            synthetic: true,
            ..SourceInfo::default()
        },
        read: ReadOptions::default(),
        columns: PlainOptions::default(),
    };
    let job = job(file.to_owned(), mapping, "2026".to_owned());
    output::counts(&importer.import(&job)?);
    Ok(())
}
