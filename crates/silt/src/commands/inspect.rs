//! Commands that show what the store holds.

use anyhow::Result;
use serde_json::json;
use silt_model::{FeatureId, ObservedState};
use silt_store::Store;

use super::{Outcome, open_to_read, open_to_write};
use crate::cli::Cli;
use crate::output;

/// `silt init`
pub(crate) fn init(cli: &Cli) -> Result<Outcome> {
    open_to_write(cli)?;
    output::line(format!(
        "store ready: {}",
        super::store_path(&cli.data).display()
    ));
    Ok(Outcome::Done)
}

/// `silt collections`
pub(crate) fn collections(cli: &Cli) -> Result<Outcome> {
    let infos = open_to_read(cli)?.collections()?;
    if cli.json {
        output::line(serde_json::to_string_pretty(&infos)?);
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = infos
        .iter()
        .map(|info| {
            let bbox = info.bbox.map_or_else(
                || "-".to_owned(),
                |[west, south, east, north]| format!("{west:.2},{south:.2},{east:.2},{north:.2}"),
            );
            let mark = if info.synthetic { "synthetic" } else { "" };
            vec![
                info.schema.id.clone(),
                output::grouped(info.features),
                bbox,
                mark.to_owned(),
            ]
        })
        .collect();
    output::table(
        &["collection", "features", "west,south,east,north", ""],
        &rows,
    );
    Ok(Outcome::Done)
}

/// `silt editions`
pub(crate) fn editions(cli: &Cli, source: Option<&str>) -> Result<Outcome> {
    let editions = open_to_read(cli)?.editions(source)?;
    if cli.json {
        output::line(serde_json::to_string_pretty(&editions)?);
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = editions
        .iter()
        .map(|edition| {
            let kind = format!("{:?}", edition.kind).to_lowercase();
            vec![
                edition.source.clone(),
                edition.edition.clone(),
                kind,
                output::grouped(edition.records),
                edition.collection.clone(),
                edition.file.clone(),
            ]
        })
        .collect();
    output::table(
        &["source", "edition", "kind", "records", "collection", "file"],
        &rows,
    );
    Ok(Outcome::Done)
}

/// `silt report`
pub(crate) fn report(cli: &Cli, source: &str, edition: &str) -> Result<Outcome> {
    let store = open_to_read(cli)?;
    let Some(mut report) = store.report(source, edition)? else {
        anyhow::bail!(
            "the store has no edition {edition} of `{source}`; `silt editions` lists them"
        );
    };
    let entries = store.report_entries(source, edition)?;
    if cli.json {
        report.entries = entries;
        output::line(serde_json::to_string_pretty(&report)?);
        return Ok(Outcome::Done);
    }
    report.entries.clear();
    report.entries_total = 0;
    output::report(&report);
    for entry in &entries {
        output::line(format!("  {}", output::entry_text(entry)));
    }
    Ok(Outcome::Done)
}

/// `silt history`
pub(crate) fn history(cli: &Cli, id: &str, collection: Option<&str>) -> Result<Outcome> {
    let store = open_to_read(cli)?;
    let Some(feature_id) = FeatureId::parse(id) else {
        anyhow::bail!(
            "`{id}` is not a feature id; write source:record, for example brazil-sigbm:8972"
        );
    };
    let collection = match collection {
        Some(collection) => collection.to_owned(),
        None => collection_of(&store, &feature_id.source)?,
    };
    let states = store.history(&collection, &feature_id)?;
    if states.is_empty() {
        anyhow::bail!("there was never a feature `{id}` in `{collection}`");
    }
    if cli.json {
        output::line(serde_json::to_string_pretty(
            &json!({"id": id, "collection": collection, "states": states}),
        )?);
        return Ok(Outcome::Done);
    }
    output::line(format!("{id} in {collection}"));
    let mut before = None;
    for state in &states {
        show_state(state, before);
        before = Some(state);
    }
    Ok(Outcome::Done)
}

fn collection_of(store: &dyn Store, source: &str) -> Result<String> {
    match store.editions(Some(source))?.pop() {
        Some(edition) => Ok(edition.collection),
        None => anyhow::bail!("the store has no source `{source}`; `silt editions` lists them"),
    }
}

/// Shows a state: whole the first time, then only what differs from the one before.
fn show_state(state: &ObservedState, before: Option<&ObservedState>) {
    let until = state.until_edition.as_deref().unwrap_or("now");
    output::line(format!("from {} until {until}", state.from_edition));
    if state.state.is_null() {
        output::line("  not in the register");
        return;
    }
    let previous = before.map(|state| &state.state["properties"]);
    if let Some(properties) = state.state["properties"].as_object() {
        for (name, value) in properties {
            let unchanged = previous.is_some_and(|earlier| earlier.get(name) == Some(value));
            if name.starts_with("silt_") || unchanged {
                continue;
            }
            output::line(format!("  {name}: {value}"));
        }
        let earlier_names = previous
            .and_then(|earlier| earlier.as_object())
            .into_iter()
            .flat_map(|map| map.keys());
        for name in earlier_names
            .filter(|name| !properties.contains_key(*name) && !name.starts_with("silt_"))
        {
            output::line(format!("  {name}: -"));
        }
    }
    let geometry = &state.state["geometry"];
    if before.is_none_or(|earlier| &earlier.state["geometry"] != geometry) {
        let mut text = geometry.to_string();
        if text.chars().count() > 120 {
            text = format!("{} …", text.chars().take(120).collect::<String>());
        }
        output::line(format!("  geometry: {text}"));
    }
}
