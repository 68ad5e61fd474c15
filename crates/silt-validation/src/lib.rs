//! The validation report of marine sand: what the detection and the estimate do where the truth is
//! known, what they do on real files, and what none of that shows.
//!
//! [`validate`] computes everything; [`Report::to_json`] and [`Report::to_html`] write it. The same
//! configuration and files give the same bytes on any number of threads.
//!
//! Four experiments of tonnes build on each other, so that a failure can be placed:
//!
//! 1. truths drawn from the priors, cycles known: the Monte Carlo alone;
//! 2. loads of synthetic fleets, cycles known: the priors against loads that they do not describe;
//! 3. loads of synthetic fleets, cycles detected: the whole, as the service computes it, against what
//!    was dredged within hearing, which is what an observed figure is of;
//! 4. with `true_cycles_per_detected` fitted on other fleets, against all that was dredged.
//!
//! Real files are known by their names; the report says which were there. Nothing here needs polars.

mod arithmetic;
mod config;
mod findings;
mod fleet;
mod html;
mod real;
mod report;
mod scores;
mod synthetic;
mod tonnes;

use std::path::PathBuf;

use geo_types::Polygon;
use silt_index::regions::{RegionKind, RegionSet};

pub use config::{ConfigError, MOST_FLEETS, ValidationConfig};
pub use findings::{Finding, NOT_SHOWN};
pub use real::{
    DredgerSeen, FeedSeen, Input, Negative, ObservedSpeeds, OtherType, Real, RealError, Role,
    Type33,
};
pub use report::{Report, Versions};
pub use scores::{CaseFound, OtherVessels, STATES};
pub use synthetic::{CycleScores, SpeedCounts, Synthetic, TonnesScore};
pub use tonnes::{Calibration, Interval, Part};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The configuration cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A fleet cannot be made.
    #[error(transparent)]
    Fleet(#[from] silt_synth::ConfigError),
    /// Nothing can be estimated with these priors or draws.
    #[error(transparent)]
    Estimate(#[from] silt_estimate::EstimateError),
    /// Intervals cannot be scored, which is a defect.
    #[error(transparent)]
    Score(#[from] silt_estimate::score::ScoreError),
    /// A real file cannot be used.
    #[error(transparent)]
    Real(#[from] RealError),
    /// The report cannot be written as JSON, which is a defect.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Computes the report. `real` are files and folders with real data; without any, that part is
/// left out and the report says so. `done` is told after each of the
/// [`ValidationConfig::fleets`] and [`ValidationConfig::calibration_fleets`].
///
/// # Errors
/// See [`ValidationError`]; there is no report then.
pub fn validate(
    config: &ValidationConfig,
    real: &[PathBuf],
    done: &(dyn Fn() + Sync),
) -> Result<Report, ValidationError> {
    config.validate()?;
    let land = bundled_land();
    let found = if real.is_empty() {
        None
    } else {
        Some(real::run(config, real, &land)?)
    };
    let arithmetic = arithmetic::intervals(
        config.arithmetic_cases,
        config.seed,
        config.draws,
        &config.priors,
    )?;
    let arithmetic = TonnesScore::of(arithmetic)?;
    let synthetic = synthetic::run(config, &land, done)?;
    Ok(Report::new(config.clone(), arithmetic, synthetic, found))
}

/// Land of the bundled countries, as detection takes it.
fn bundled_land() -> Vec<Polygon<f64>> {
    let set = RegionSet::bundled();
    let countries = set
        .iter()
        .filter(|region| region.kind == RegionKind::Country);
    countries
        .filter_map(|region| set.geometry(&region.id).ok())
        .flat_map(|polygons| polygons.0)
        .collect()
}

#[cfg(test)]
#[path = "validation_tests.rs"]
mod tests;
