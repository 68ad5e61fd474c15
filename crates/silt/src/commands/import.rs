//! `silt import`: a file, or the files of a source that has a recipe.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use silt_exchange::map::PlainOptions;
use silt_exchange::read::ReadOptions;
use silt_exchange::recipe::{Recipe, Recipes, built_in_schema};
use silt_index::regions::RegionIndex;
use silt_ingest::{ImportJob, Mapping, import};
use silt_model::schema::check_collection_id;
use silt_model::{CollectionSchema, ImportReport, PartialDate};
use silt_store::{SourceInfo, Store};

use super::ais::POSITIONS;
use super::recipes::fetch_file;
use super::{Outcome, open_to_write, recipes, region_index};
use crate::cli::{Cli, ImportArgs};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &ImportArgs) -> Result<Outcome> {
    if let Some(edition) = &args.edition {
        edition.parse::<PartialDate>()?;
    }
    let recipes = recipes(cli)?;
    let recipe = args
        .source
        .as_deref()
        .and_then(|source| recipes.get(source));
    if let Some(recipe) = recipe.filter(|recipe| recipe.collection == POSITIONS) {
        anyhow::bail!(
            "`{0}` is a source of positions; `silt ais import --source {0}` reads it",
            recipe.id
        );
    }
    let recipe = recipe
        .map(|recipe| with_options(recipe, args))
        .transpose()?;
    match (&args.file, recipe.as_ref()) {
        (Some(file), Some(recipe)) => {
            let edition = match &args.edition {
                Some(edition) => edition.clone(),
                None => recipe
                    .edition_of_file_name(&silt_ingest::file_name(file))
                    .unwrap_or_else(today),
            };
            let mut importer = Importer::open(cli)?;
            importer.run(&job(file, Mapping::Recipe(recipe), edition, args), args)
        }
        (Some(file), None) => {
            let mapping = plain(args)?;
            let edition = args.edition.clone().unwrap_or_else(today);
            let mut importer = Importer::open(cli)?;
            importer.run(&job(file, mapping, edition, args), args)
        }
        (None, Some(recipe)) => all_files(cli, args, recipe),
        (None, None) => Err(unknown_source(
            &recipes,
            args.source.as_deref().unwrap_or_default(),
        )),
    }
}

/// Fetches and imports every edition of a source, oldest first.
fn all_files(cli: &Cli, args: &ImportArgs, recipe: &Recipe) -> Result<Outcome> {
    let wanted: Vec<_> = recipe
        .files
        .iter()
        .filter(|file| {
            args.edition
                .as_ref()
                .is_none_or(|edition| *edition == file.edition)
        })
        .collect();
    anyhow::ensure!(
        !wanted.is_empty(),
        "the recipe of `{}` has no such edition; `silt sources show {}` lists them",
        recipe.id,
        recipe.id
    );
    let mut importer = Importer::open(cli)?;
    let mut outcome = Outcome::Done;
    for file in wanted {
        let path = fetch_file(cli, recipe, file, &args.fetch)?;
        let job = job(&path, Mapping::Recipe(recipe), file.edition.clone(), args);
        outcome = outcome.and(importer.run(&job, args)?);
    }
    Ok(outcome)
}

/// The error for a source that has no recipe and no file.
pub(crate) fn unknown_source(recipes: &Recipes, id: &str) -> anyhow::Error {
    let known: Vec<&str> = recipes.iter().map(|recipe| recipe.id.as_str()).collect();
    anyhow::anyhow!("there is no recipe `{id}`; known are {}", known.join(", "))
}

fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

fn job<'a>(file: &Path, mapping: Mapping<'a>, edition: String, args: &ImportArgs) -> ImportJob<'a> {
    ImportJob {
        path: file.to_owned(),
        mapping,
        edition,
        dry_run: args.dry_run,
        partial: args.partial,
        again: args.again,
        coast_tolerance_km: args.coast_tolerance_km,
    }
}

/// The recipe with the reading options of the command line in place of its own. What a recipe
/// settles by its fields cannot be given beside it.
fn with_options(recipe: &Recipe, args: &ImportArgs) -> Result<Recipe> {
    for (option, given) in [
        ("--id-field", args.id_field.is_some()),
        ("--lon", args.lon.is_some()),
        ("--wkt", args.wkt.is_some()),
        ("--title", args.title.is_some()),
        ("--licence", args.licence.is_some()),
    ] {
        anyhow::ensure!(
            !given,
            "{option} cannot be given with --source {}: its recipe settles that",
            recipe.id
        );
    }
    if let Some(collection) = args
        .collection
        .as_ref()
        .filter(|collection| **collection != recipe.collection)
    {
        anyhow::bail!(
            "the recipe of `{}` fills `{}`, not `{collection}`",
            recipe.id,
            recipe.collection
        );
    }
    let mut recipe = recipe.clone();
    let given = read_options(args);
    let format = &mut recipe.format;
    format.sheet = given.sheet.or(format.sheet.take());
    format.header_row = given.header_row.or(format.header_row);
    format.layer = given.layer.or(format.layer.take());
    format.member = given.member.or(format.member.take());
    format.delimiter = given.delimiter.or(format.delimiter);
    format.encoding = given.encoding.or(format.encoding.take());
    recipe.geometry.crs = args.crs.clone().or(recipe.geometry.crs.take());
    recipe.synthetic |= args.synthetic;
    Ok(recipe)
}

/// The reading options of the command line.
fn read_options(args: &ImportArgs) -> ReadOptions {
    ReadOptions {
        sheet: args.sheet.clone(),
        header_row: args.header_row,
        layer: args.layer.clone(),
        member: args.member.clone(),
        delimiter: args.delimiter,
        encoding: args.encoding.clone(),
        ..ReadOptions::default()
    }
}

/// How a file without a recipe is read.
fn plain(args: &ImportArgs) -> Result<Mapping<'static>> {
    let Some(collection) = &args.collection else {
        anyhow::bail!(
            "--collection names the collection for the file; a new name makes a new collection"
        );
    };
    check_collection_id(collection)?;
    let source_id = args
        .source
        .clone()
        .unwrap_or_else(|| collection.replace('_', "-"));
    anyhow::ensure!(
        !source_id.is_empty() && !source_id.contains(':'),
        "`{source_id}` cannot name a source: it must not be empty or contain a colon"
    );
    let schema =
        built_in_schema(collection).unwrap_or_else(|| CollectionSchema::new(collection.clone()));
    let source = SourceInfo {
        title: args.title.clone().unwrap_or_else(|| source_id.clone()),
        id: source_id,
        licence: args.licence.clone().unwrap_or_default(),
        synthetic: args.synthetic,
        ..SourceInfo::default()
    };
    let read = read_options(args);
    let columns = PlainOptions {
        id_field: args.id_field.clone(),
        longitude: args.lon.clone(),
        latitude: args.lat.clone(),
        wkt: args.wkt.clone(),
        crs: args.crs.clone(),
        ..PlainOptions::default()
    };
    Ok(Mapping::Plain {
        schema,
        source,
        read,
        columns,
    })
}

/// A store open for imports, with the index that places features.
pub(crate) struct Importer<'a> {
    cli: &'a Cli,
    store: silt_store::geopackage::GeoPackageStore,
    regions: RegionIndex,
}

impl<'a> Importer<'a> {
    pub(crate) fn open(cli: &'a Cli) -> Result<Self> {
        let store = open_to_write(cli)?;
        let regions = region_index(&store)?;
        Ok(Importer {
            cli,
            store,
            regions,
        })
    }

    /// The store.
    pub(crate) fn store(&mut self) -> &mut dyn Store {
        &mut self.store
    }

    /// Imports one edition and shows its report.
    pub(crate) fn import(&mut self, job: &ImportJob<'_>) -> Result<ImportReport> {
        let label = silt_ingest::file_name(&job.path);
        let bar = output::progress(
            &label,
            std::fs::metadata(&job.path).map_or(0, |metadata| metadata.len()),
        );
        let report = import(&mut self.store, &self.regions, job, &mut |progress| {
            bar.set_position(progress.bytes_read);
            bar.set_prefix(format!("{} rows", output::grouped(progress.rows)));
        });
        bar.finish_and_clear();
        Ok(report?)
    }

    fn run(&mut self, job: &ImportJob<'_>, args: &ImportArgs) -> Result<Outcome> {
        let report = self.import(job)?;
        if self.cli.json {
            output::line(serde_json::to_string_pretty(&report)?);
        } else {
            output::report(&report);
        }
        if let Some(path) = &args.report {
            write_report(path, &report)?;
        }
        let rejects = report.rejected > 0 && !report.already_present;
        Ok(if rejects {
            Outcome::DoneWithRejects
        } else {
            Outcome::Done
        })
    }
}

fn write_report(path: &PathBuf, report: &ImportReport) -> Result<()> {
    let text = serde_json::to_string_pretty(report)?;
    std::fs::write(path, text)
        .with_context(|| format!("the report {} cannot be written", path.display()))
}
