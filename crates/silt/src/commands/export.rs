//! `silt export`: a collection as a file.

use std::ops::ControlFlow;

use anyhow::{Context, Result};
use silt_exchange::write::{ExportFormat, ExportMeta, WriteError, create};
use silt_index::regions::DISCLAIMER;
use silt_store::{Selection, Store};

use super::{Outcome, leaf_regions, open_to_read};
use crate::cli::{Cli, ExportArgs};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &ExportArgs) -> Result<Outcome> {
    let format = match &args.format {
        Some(name) => ExportFormat::parse(name)?,
        None => ExportFormat::from_path(&args.output)?,
    };
    let store = open_to_read(cli)?;
    let infos = store.collections()?;
    let Some(info) = infos.iter().find(|info| info.schema.id == args.collection) else {
        anyhow::bail!(
            "there is no collection `{}`; `silt collections` lists them",
            args.collection
        );
    };
    let selection = Selection {
        bbox: args.bbox.as_deref().map(bbox).transpose()?,
        regions: leaf_regions(&store, args.region.as_deref())?,
        source: args.source.clone(),
        ..Selection::default()
    };
    let (licences, citations) = attribution(&store, &args.collection)?;
    let meta = ExportMeta {
        title: Some(info.schema.title.clone()),
        synthetic: info.synthetic,
        licences,
        citations,
        disclaimer: Some(DISCLAIMER.to_owned()),
        data_version: Some(store.data_version()?.to_string()),
    };
    let mut writer = create(&args.output, format, &info.schema, &meta)?;
    let mut failed: Option<WriteError> = None;
    store.scan(
        &args.collection,
        &selection,
        &mut |feature| match writer.write(&feature) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        },
    )?;
    if let Some(error) = failed {
        return Err(error).with_context(|| format!("{} was not written", args.output.display()));
    }
    let summary = writer.finish()?;
    if cli.json {
        output::line(
            serde_json::json!({"file": args.output, "features": summary.features}).to_string(),
        );
    } else {
        output::line(format!(
            "{}: {} features",
            args.output.display(),
            output::grouped(summary.features)
        ));
        for note in &summary.notes {
            output::line(format!("  note: {note}"));
        }
    }
    Ok(Outcome::Done)
}

/// Licence and citation of each source of the collection.
fn attribution(store: &dyn Store, collection: &str) -> Result<(Vec<String>, Vec<String>)> {
    let editions = store.editions(None)?;
    let (mut licences, mut citations) = (Vec::new(), Vec::new());
    for source in store.sources()? {
        let in_collection = editions
            .iter()
            .any(|edition| edition.source == source.id && edition.collection == collection);
        if !in_collection {
            continue;
        }
        let cited = if source.citation.is_empty() {
            &source.title
        } else {
            &source.citation
        };
        citations.push(format!("{}: {cited}", source.id));
        if !source.licence.is_empty() {
            licences.push(format!("{}: {}", source.id, source.licence));
        }
    }
    Ok((licences, citations))
}

/// Reads `west,south,east,north` in degrees.
fn bbox(text: &str) -> Result<[f64; 4]> {
    let refuse = || format!("`{text}` is not west,south,east,north in degrees");
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .with_context(refuse)?;
    let [west, south, east, north] = numbers.as_slice() else {
        anyhow::bail!(refuse());
    };
    let in_range = [*west, *east].iter().all(|x| (-180.0..=180.0).contains(x))
        && [*south, *north].iter().all(|y| (-90.0..=90.0).contains(y));
    anyhow::ensure!(in_range && south <= north, refuse());
    Ok([*west, *south, *east, *north])
}
