//! `silt demo`: real registers where they can be had, else a small synthetic one, then serve.

use std::path::PathBuf;

use anyhow::{Context, Result};
use silt_exchange::map::PlainOptions;
use silt_exchange::read::ReadOptions;
use silt_exchange::recipe::{Recipe, built_in_schema};
use silt_index::regions::DEFAULT_COAST_TOLERANCE_KM;
use silt_ingest::{ImportJob, Mapping};
use silt_model::CollectionSchema;
use silt_store::SourceInfo;

use super::import::Importer;
use super::recipes::fetch_file;
use super::{Outcome, recipes, serve};
use crate::cli::{Cli, DemoArgs, FetchArgs};
use crate::output;

/// Sources of the demo, in the order of their import.
const DEMO_SOURCES: [&str; 12] = [
    "chile-sernageomin",
    "brazil-sigbm",
    "us-nid-tailings",
    "canada-mincan",
    "gem-coal-mines",
    "gem-coal-boundaries",
    "csp2-failures",
    "brumadinho-2019",
    "wpi-ports",
    "natural-earth-countries",
    "geonames",
    "minmod",
];

/// Synthetic data that stands in where no real source can be had: file name, content, collection.
const SYNTHETIC: [(&str, &str, &str); 2] = [
    (
        "synthetic-register",
        include_str!("../../../../datasets/synthetic/register.geojson"),
        "tailings_facilities",
    ),
    (
        "synthetic-fleet",
        include_str!("../../../../datasets/synthetic/fleet.geojson"),
        "vessels",
    ),
];

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
        synthetic(cli, &mut importer)?;
    }
    drop(importer);
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

fn synthetic(cli: &Cli, importer: &mut Importer<'_>) -> Result<()> {
    output::hint(
        "no source could be had from a mirror or the network: importing a small SYNTHETIC register and fleet, marked as such everywhere",
    );
    let folder = cli.data.join("cache").join("synthetic");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    for (source_id, content, collection) in SYNTHETIC {
        let path = folder.join(format!("{source_id}.geojson"));
        std::fs::write(&path, content)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        let mapping = Mapping::Plain {
            schema: built_in_schema(collection)
                .unwrap_or_else(|| CollectionSchema::new(collection)),
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
        output::counts(&importer.import(&job(path, mapping, "2026".to_owned()))?);
    }
    Ok(())
}
