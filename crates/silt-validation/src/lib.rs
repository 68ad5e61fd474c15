//! The validation report of marine sand: synthetic truth, real negatives, published figures.

mod arithmetic;
mod config;
mod fleet;
mod scores;
mod synthetic;
mod tonnes;

pub use config::{ConfigError, MOST_FLEETS, ValidationConfig};
pub use scores::{CaseFound, OtherVessels, STATES};
pub use synthetic::{CycleScores, SpeedCounts, Synthetic, TonnesScore};
pub use tonnes::{Calibration, Interval, Part};

use geo_types::Polygon;

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
}

/// x
pub fn synthetic_only(config: &ValidationConfig) -> Result<(Synthetic, TonnesScore), ValidationError> {
    let land = bundled_land();
    let a = arithmetic::intervals(config.arithmetic_cases, config.seed, config.draws, &config.priors)?;
    let s = synthetic::run(config, &land, &|| {})?;
    Ok((s, TonnesScore::of(a)?))
}

/// Land of the bundled countries, as `silt dredging detect` takes it.
#[must_use]
pub fn bundled_land() -> Vec<Polygon<f64>> {
    use silt_index::regions::{RegionKind, RegionSet};
    let set = RegionSet::bundled();
    let countries = set
        .iter()
        .filter(|region| region.kind == RegionKind::Country);
    countries
        .filter_map(|region| set.geometry(&region.id).ok())
        .flat_map(|polygons| polygons.0)
        .collect()
}
