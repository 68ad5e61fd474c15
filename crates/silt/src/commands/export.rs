//! `silt export`: a collection as a file.

use std::ops::ControlFlow;

use anyhow::{Context, Result};
use silt_exchange::write::{ExportFormat, ExportMeta, WriteError, create};
use silt_index::regions::DISCLAIMER;
use silt_model::parse_bbox;
use silt_query::cql::{self, Language, Limits};
use silt_store::{CollectionInfo, Selection, Store};

use super::{Outcome, leaf_regions, open_to_read, snapshot_of};
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
        bbox: bbox_of(args)?,
        regions: leaf_regions(&store, args.region.as_deref())?,
        source: args.source.clone(),
        ..Selection::default()
    };
    let wanted = match &args.filter {
        Some(text) => Some(fids_of(&store, info, text)?),
        None => None,
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
    store.scan(&args.collection, &selection, &mut |feature| {
        let is_wanted = wanted
            .as_ref()
            .is_none_or(|fids| fids.binary_search(&feature.fid).is_ok());
        if !is_wanted {
            return ControlFlow::Continue(());
        }
        match writer.write(&feature) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
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

/// The fids of the features for which a CQL2 filter is true, ascending.
fn fids_of(store: &dyn Store, info: &CollectionInfo, text: &str) -> Result<Vec<i64>> {
    let filter = cql::parse(text, Language::Text, &info.schema, &Limits::default(), None)?;
    let data = snapshot_of(store, info)?;
    let rows = filter.select(&data, None, &silt_query::never_stop)?;
    Ok(rows.into_iter().map(|row| data.fid(row)).collect())
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

fn bbox_of(args: &ExportArgs) -> Result<Option<[f64; 4]>> {
    let Some(text) = &args.bbox else {
        return Ok(None);
    };
    let bbox = parse_bbox(text)
        .with_context(|| format!("`{text}` is not west,south,east,north in degrees"))?;
    Ok(Some(bbox))
}
