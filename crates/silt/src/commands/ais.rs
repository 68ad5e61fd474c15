//! `silt ais`: files of vessel positions into the archive.

use std::path::Path;

use anyhow::{Context, Result};
use silt_ais::{FeedOptions, Format, VesselIds};
use silt_extraction::archive::Archive;
use silt_extraction::import::{FileFormat, ImportOptions, ImportReport, import_file};

use super::import::unknown_source;
use super::recipes::fetch_file;
use super::{Outcome, positions_path, recipes};
use crate::cli::{AisCommand, AisFormat, AisImportArgs, Cli};
use crate::output::{self, grouped};

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &AisCommand) -> Result<Outcome> {
    match command {
        AisCommand::Import(args) => import(cli, args),
        AisCommand::List => list(cli),
    }
}

fn import(cli: &Cli, args: &AisImportArgs) -> Result<Outcome> {
    let mut files = args.files.clone();
    if let Some(id) = &args.source {
        let recipes = recipes(cli)?;
        let recipe = recipes
            .get(id)
            .ok_or_else(|| unknown_source(&recipes, id))?;
        anyhow::ensure!(
            recipe.collection == POSITIONS,
            "`{id}` is a source of {}, not of positions; `silt import --source {id}` reads it",
            recipe.collection
        );
        for file in &recipe.files {
            files.push(fetch_file(cli, recipe, file, &args.fetch)?);
        }
    }
    let mut archive = open_archive(cli, args.buckets)?;
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let options = ImportOptions {
        format: match args.format {
            AisFormat::Auto => None,
            AisFormat::Csv => Some(FileFormat::Feed(Format::Csv)),
            AisFormat::Nmea => Some(FileFormat::Feed(Format::Nmea)),
            AisFormat::Json => Some(FileFormat::Feed(Format::Json)),
            AisFormat::Parquet => Some(FileFormat::Parquet),
        },
        feed: FeedOptions {
            now_ms: Some(now_ms),
            ids: if args.pseudonyms {
                VesselIds::Pseudonyms
            } else {
                VesselIds::Mmsi
            },
            ..FeedOptions::default()
        },
        synthetic: args.synthetic,
    };
    let mut reports: Vec<ImportReport> = Vec::new();
    for file in &files {
        let report = import_one(&mut archive, file, &options)?;
        if !cli.json {
            show(&report);
        }
        reports.push(report);
    }
    if let Some(path) = &args.report {
        let text = serde_json::to_vec_pretty(&reports)?;
        std::fs::write(path, text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if cli.json {
        output::line(serde_json::to_string_pretty(&reports)?);
    }
    let refused = reports.iter().any(|report| report.feed.refused.total() > 0);
    Ok(if refused {
        Outcome::DoneWithRejects
    } else {
        Outcome::Done
    })
}

/// The collection that recipes of positions name; the archive is what receives them.
pub(crate) const POSITIONS: &str = "positions";

/// The archive of the data directory, with its folder.
pub(crate) fn open_archive(cli: &Cli, buckets: Option<u32>) -> Result<Archive> {
    let root = positions_path(&cli.data);
    std::fs::create_dir_all(&root)
        .with_context(|| format!("the folder {} cannot be made", root.display()))?;
    Ok(Archive::open(&root, buckets)?)
}

/// Imports one file with a progress bar.
pub(crate) fn import_one(
    archive: &mut Archive,
    file: &Path,
    options: &ImportOptions,
) -> Result<ImportReport> {
    let bar = output::progress(&silt_ingest::file_name(file), 0);
    let report = import_file(archive, file, options, &|read, size| {
        bar.set_length(size);
        bar.set_position(read);
    });
    bar.finish_and_clear();
    Ok(report?)
}

pub(crate) fn show(report: &ImportReport) {
    let feed = &report.feed;
    let synthetic = if feed.synthetic > 0 {
        " [SYNTHETIC]"
    } else {
        ""
    };
    output::line(format!("{} ({}){synthetic}", report.file, feed.format));
    if report.already_present {
        output::line("  this file is in the archive already; nothing was changed");
        return;
    }
    output::line(format!(
        "  {} lines read, {} positions of {} vessels, {} static only, {} others, {} refused",
        grouped(feed.lines_read),
        grouped(feed.positions),
        grouped(feed.vessels),
        grouped(feed.static_only),
        grouped(feed.others.total()),
        grouped(feed.refused.total()),
    ));
    for (code, count) in feed.refused.by_code() {
        output::line(format!("  refused {code}: {}", grouped(count)));
    }
    for (code, count) in feed.notes.by_code() {
        output::line(format!("  note {code}: {}", grouped(count)));
    }
    if feed.clocks_backwards > 0 {
        let count = grouped(feed.clocks_backwards);
        output::line(format!(
            "  {count} positions older than the one before of their vessel"
        ));
    }
}

fn list(cli: &Cli) -> Result<Outcome> {
    let archive = Archive::open(&positions_path(&cli.data), None)?;
    let imports: Vec<_> = archive.imports().collect();
    if cli.json {
        output::line(serde_json::to_string_pretty(&imports)?);
        return Ok(Outcome::Done);
    }
    let time = |time_ms: Option<i64>| {
        let time = time_ms.and_then(|time_ms| jiff::Timestamp::from_millisecond(time_ms).ok());
        time.map_or(String::new(), |time| {
            time.strftime("%Y-%m-%d %H:%M").to_string()
        })
    };
    let rows: Vec<Vec<String>> = imports
        .iter()
        .map(|entry| {
            vec![
                entry.file.clone(),
                entry.format.clone(),
                grouped(entry.positions),
                time(entry.first_ms),
                time(entry.last_ms),
                if entry.synthetic { "SYNTHETIC" } else { "" }.to_owned(),
            ]
        })
        .collect();
    output::table(&["file", "format", "positions", "first", "last", ""], &rows);
    output::line(format!("data version {}", archive.data_version()));
    Ok(Outcome::Done)
}
