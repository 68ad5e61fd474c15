//! `silt dredging validate`: the validation report of marine sand.

use std::path::Path;

use anyhow::{Context, Result};
use silt_validation::{Report, ValidationConfig};

use super::Outcome;
use crate::cli::{Cli, ValidateArgs};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &ValidateArgs) -> Result<Outcome> {
    let config = ValidationConfig {
        fleets: args.fleets,
        calibration_fleets: args.calibration_fleets,
        vessels: args.vessels,
        days: args.days,
        seed: args.seed,
        draws: args.draws,
        ..ValidationConfig::default()
    };
    let folder = &args.output;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let fleets = u64::from(args.fleets) + u64::from(args.calibration_fleets);
    let bar = output::progress("fleets", fleets);
    let report = silt_validation::validate(&config, &args.real, &|| bar.inc(1))?;
    bar.finish_and_clear();
    write(&folder.join("validation.json"), report.to_json()?)?;
    write(&folder.join("validation.html"), report.to_html())?;
    let priors = serde_json::to_string_pretty(&report.synthetic_fleets.corrected_priors)?;
    write(&folder.join("corrected_priors.json"), priors + "\n")?;
    if cli.json {
        output::line(serde_json::to_string_pretty(&report.findings)?);
    } else {
        show(&report, folder);
    }
    Ok(Outcome::Done)
}

fn write(path: &Path, text: String) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn show(report: &Report, folder: &Path) {
    for finding in &report.findings {
        let verdict = match (finding.holds, &finding.wanted) {
            (Some(true), _) => " [as wanted]".to_owned(),
            (Some(false), Some(wanted)) => format!(" [NOT AS WANTED: {wanted}]"),
            _ => String::new(),
        };
        output::line(format!("{}{verdict}", finding.tested));
        output::line(format!("  {}", finding.result));
    }
    output::line(format!(
        "SYNTHETIC fleets, and what they do not show: {}",
        folder.join("validation.html").display()
    ));
}
