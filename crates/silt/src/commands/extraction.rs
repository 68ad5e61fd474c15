//! `silt extraction`: totals of what was dredged.

use anyhow::{Context, Result};
use silt_estimate::{Priors, Settings};
use silt_extraction::aggregate::totals;
use silt_extraction::answer::{self, Format};
use silt_extraction::question::{Dimension, Question};
use silt_extraction::tables::{self, Detected};

use super::{Outcome, dredging_path, open_to_read, region_set, store_path};
use crate::cli::{AggregateArgs, Cli, ExtractionCommand};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, command: &ExtractionCommand) -> Result<Outcome> {
    match command {
        ExtractionCommand::Aggregate(args) => aggregate(cli, args),
        ExtractionCommand::Verify { manifest } => {
            let regions = regions(cli)?;
            let differences = answer::verify(&detected(cli)?, &regions, manifest)?;
            if differences.is_empty() {
                output::line(format!("{}: the same bytes", manifest.display()));
                return Ok(Outcome::Done);
            }
            for difference in &differences {
                output::line(serde_json::to_string(difference)?);
            }
            anyhow::bail!("{} fields differ", differences.len())
        }
    }
}

fn regions(cli: &Cli) -> Result<silt_index::regions::RegionSet> {
    if store_path(&cli.data).exists() {
        return region_set(Some(&open_to_read(cli)?));
    }
    region_set(None)
}

fn detected(cli: &Cli) -> Result<Detected> {
    let folder = dredging_path(&cli.data);
    tables::read(&folder)?.with_context(|| {
        format!(
            "nothing was detected yet in {}; `silt dredging detect` does it",
            cli.data.display()
        )
    })
}

fn aggregate(cli: &Cli, args: &AggregateArgs) -> Result<Outcome> {
    let priors = match &args.priors {
        None => Priors::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?
        }
    };
    let by = Dimension::parse_list(&args.by).map_err(|why| anyhow::anyhow!("--by: {why}"))?;
    let moment = |text: &Option<String>| -> Result<Option<i64>> {
        let parse = |text: &String| silt_extraction::question::moment_ms(text);
        text.as_ref()
            .map(parse)
            .transpose()
            .map_err(|why| anyhow::anyhow!(why))
    };
    let question = Question {
        by,
        region: args.region.clone(),
        from_ms: moment(&args.from)?,
        until_ms: moment(&args.to)?,
        purpose: args.purpose.clone(),
        settings: Settings {
            draws: args.draws,
            seed: args.seed,
            ..Settings::default()
        },
        priors,
    };
    let detected = detected(cli)?;
    let regions = regions(cli)?;
    match &args.output {
        None => {
            let answer = totals(&detected, &regions, &question)?;
            let bytes = answer::bytes(&detected, &question, &answer, Format::Json)?;
            output::line(String::from_utf8_lossy(&bytes).trim_end());
        }
        Some(path) => {
            let Some(format) = Format::of_path(path) else {
                anyhow::bail!(
                    "{}: the file must end in .parquet, .csv or .json",
                    path.display()
                );
            };
            let answer = answer::write(&detected, &regions, &question, path, format)?;
            let synthetic = if detected.info.synthetic {
                " [SYNTHETIC]"
            } else {
                ""
            };
            output::line(format!(
                "{} groups written to {}{synthetic}; manifest {}",
                answer.rows.len(),
                path.display(),
                answer::manifest_path(path).display()
            ));
        }
    }
    Ok(Outcome::Done)
}
