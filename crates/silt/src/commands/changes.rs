//! `silt changes`: what changed between editions.

use std::ops::ControlFlow;

use anyhow::Result;
use serde_json::Value;
use silt_model::{Change, ChangeKind, PartialDate};
use silt_store::{ChangeFilter, Store};

use super::{Outcome, leaf_regions, open_to_read};
use crate::cli::{ChangesArgs, Cli};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &ChangesArgs) -> Result<Outcome> {
    for date in [&args.since, &args.until].into_iter().flatten() {
        date.parse::<PartialDate>()?;
    }
    let store = open_to_read(cli)?;
    let filter = ChangeFilter {
        collection: args.collection.clone(),
        source: args.source.clone(),
        since: args.since.clone(),
        until: args.until.clone(),
        field: args.field.clone(),
        regions: leaf_regions(&store, args.region.as_deref())?,
        record_id: None,
        limit: args.limit,
    };
    let mut count = 0_u64;
    store.changes(&filter, &mut |change| {
        count += 1;
        if cli.json {
            // One object per line: a change log can be long.
            output::line(serde_json::to_string(&change).unwrap_or_default());
        } else {
            output::line(text(&change));
        }
        ControlFlow::Continue(())
    })?;
    if !cli.json {
        output::hint(format!("{} changes", output::grouped(count)));
    }
    Ok(Outcome::Done)
}

/// A change in a line: `2022-07-01 (before 2022-05-05) brazil-sigbm:8972 Barragem X: status "active" -> "inactive"`.
fn text(change: &Change) -> String {
    let before = match &change.old_edition {
        Some(edition) => format!(" (before: {edition})"),
        None => String::new(),
    };
    let name = change.name.as_deref().unwrap_or("");
    let event = match change.kind {
        ChangeKind::Added => "added".to_owned(),
        ChangeKind::Removed => "removed".to_owned(),
        ChangeKind::Modified => format!(
            "{} {} -> {}",
            change.field.as_deref().unwrap_or("?"),
            shown(&change.old_value),
            shown(&change.new_value)
        ),
    };
    format!(
        "{}{before} {}:{} {name}: {event}",
        change.new_edition, change.source, change.record_id
    )
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => format!("\"{text}\""),
        other => {
            let text = other.to_string();
            if text.chars().count() <= 80 {
                text
            } else {
                format!("{} …", text.chars().take(80).collect::<String>())
            }
        }
    }
}
