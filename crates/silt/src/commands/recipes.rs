//! `silt sources`: recipes of public sources and their files.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};
use silt_exchange::fetch::{FetchOptions, fetch};
use silt_exchange::recipe::{Recipe, RecipeFile};

use super::import::unknown_source;
use super::{Outcome, recipes};
use crate::cli::{Cli, FetchArgs, SourcesCommand};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &SourcesCommand) -> Result<Outcome> {
    let recipes = recipes(cli)?;
    match command {
        SourcesCommand::List => {
            let rows: Vec<Vec<String>> = recipes
                .iter()
                .map(|recipe| {
                    vec![
                        recipe.id.clone(),
                        recipe.collection.clone(),
                        recipe.files.len().to_string(),
                        recipe.title.clone(),
                        recipe.licence.clone(),
                    ]
                })
                .collect();
            if cli.json {
                let all: Vec<Value> = recipes.iter().map(summary).collect();
                output::line(serde_json::to_string_pretty(&all)?);
            } else {
                output::table(
                    &["source", "collection", "files", "title", "licence"],
                    &rows,
                );
            }
        }
        SourcesCommand::Show { source } => {
            let recipe = recipes
                .get(source)
                .ok_or_else(|| unknown_source(&recipes, source))?;
            if cli.json {
                output::line(serde_json::to_string_pretty(&summary(recipe))?)
            } else {
                show(recipe)
            }
        }
        SourcesCommand::Fetch { source, fetch } => {
            for id in source {
                let recipe = recipes
                    .get(id)
                    .ok_or_else(|| unknown_source(&recipes, id))?;
                anyhow::ensure!(
                    !recipe.files.is_empty(),
                    "the recipe of `{id}` names no file: {}",
                    recipe.notes.trim()
                );
                for file in &recipe.files {
                    let path = fetch_file(cli, recipe, file, fetch)?;
                    output::line(format!("{id} {}: {}", file.edition, path.display()));
                }
            }
        }
    }
    Ok(Outcome::Done)
}

fn summary(recipe: &Recipe) -> Value {
    let files: Vec<Value> = recipe
        .files
        .iter()
        .map(|file| json!({"edition": file.edition, "url": file.url, "mirror": file.mirror, "sha256": file.sha256}))
        .collect();
    json!({
        "id": recipe.id,
        "title": recipe.title,
        "publisher": recipe.publisher,
        "licence": recipe.licence,
        "citation": recipe.citation,
        "homepage": recipe.homepage,
        "notes": recipe.notes,
        "collection": recipe.collection,
        "redistributable": recipe.redistributable,
        "synthetic": recipe.synthetic,
        "files": files,
        "fields": recipe.schema().fields,
    })
}

fn show(recipe: &Recipe) {
    let lines = [
        ("title", recipe.title.as_str()),
        ("publisher", recipe.publisher.as_str()),
        ("licence", recipe.licence.as_str()),
        ("cite", recipe.citation.as_str()),
        ("page", recipe.homepage.as_str()),
        ("collection", recipe.collection.as_str()),
        ("notes", recipe.notes.trim()),
    ];
    output::line(&recipe.id);
    for (name, text) in lines {
        output::line(format!("  {name}: {text}"));
    }
    output::line("  files:");
    for file in &recipe.files {
        let from = file
            .url
            .as_deref()
            .or(file.mirror.as_deref())
            .unwrap_or("-");
        output::line(format!("    {} {from}", file.edition));
        if let Some(sha256) = &file.sha256 {
            output::line(format!("      sha256 {sha256}"));
        }
    }
    output::line("  fields:");
    for field in recipe.schema().fields {
        let unit = field
            .unit
            .map_or_else(String::new, |unit| format!(" [{unit}]"));
        output::line(format!(
            "    {}{unit}: {}",
            field.name,
            field.title.unwrap_or_default()
        ));
    }
}

/// The verified local path of one file of a source, fetched where need be.
pub(crate) fn fetch_file(
    cli: &Cli,
    recipe: &Recipe,
    file: &RecipeFile,
    args: &FetchArgs,
) -> Result<PathBuf> {
    let options = FetchOptions {
        cache_dir: cli.data.join("cache"),
        mirror: args.mirror.clone(),
        network: !args.offline,
    };
    let bar = output::progress(&format!("{} {}", recipe.id, file.edition), 0);
    let path = fetch(recipe, file, &options, &mut |done, total| {
        bar.set_length(total.unwrap_or(done));
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(path?)
}
