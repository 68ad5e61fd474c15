//! What is validated and how; every default with its reason.

use serde::{Deserialize, Serialize};
use silt_dredging::Config as KernelConfig;
use silt_estimate::Priors;
use silt_estimate::score::DEFAULT_MIN_OVERLAP;
use silt_synth::FleetConfig;

/// Most fleets of either kind, so that the seeds of both stay apart.
pub const MOST_FLEETS: u32 = 400_000;

/// A validation. The same configuration and files give the same bytes on any number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValidationConfig {
    /// Synthetic fleets on which everything is scored. 200 as the requirement names them.
    pub fleets: u32,
    /// Other fleets, of other seeds, on which `true_cycles_per_detected` is fitted \[inferred\].
    pub calibration_fleets: u32,
    /// Vessels of each fleet, dredgers and others \[inferred: some five hopper dredgers, few
    /// enough that one vessel matters\].
    pub vessels: u32,
    /// Days of each fleet \[inferred\].
    pub days: u32,
    /// Seed of everything.
    pub seed: u64,
    /// Draws of each Monte Carlo (METHODS 1.6: at least 1,000).
    pub draws: u32,
    /// Cases of the experiment on arithmetic alone; they are cheap, so there are more of them
    /// \[inferred\].
    pub arithmetic_cases: u32,
    /// Overlap from which two dredging phases are the same cycle.
    pub cycle_overlap: f64,
    /// A silence longer than this is time in which a vessel was not heard, s. METHODS 1.2: the
    /// longest gap across which hours are counted.
    pub heard_gap_s: f64,
    /// Share of 90 % intervals that should hold the truth, lowest and highest.
    pub coverage_wanted: [f64; 2],
    /// Thresholds of the kernel.
    pub kernel: KernelConfig,
    /// Priors of the estimate.
    pub priors: Priors,
}

impl Default for ValidationConfig {
    fn default() -> ValidationConfig {
        let mut kernel = KernelConfig::default();
        // Lines are for maps; nothing here looks at them.
        kernel.tracks.enabled = false;
        ValidationConfig {
            fleets: 200,
            calibration_fleets: 100,
            vessels: 16,
            days: 21,
            seed: 1,
            draws: 1_000,
            arithmetic_cases: 1_000,
            cycle_overlap: DEFAULT_MIN_OVERLAP,
            heard_gap_s: 1_200.0,
            coverage_wanted: [0.85, 0.95],
            kernel,
            priors: Priors::default(),
        }
    }
}

/// A configuration that nothing can be validated with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A number lies outside what it may be.
    #[error("{field} is {value}; it must be {must_be}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        must_be: &'static str,
    },
}

impl ValidationConfig {
    /// # Errors
    /// A number that makes no report.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let bounds = [
            ("fleets", self.fleets, 1, MOST_FLEETS, "1 to 400000"),
            (
                "calibration_fleets",
                self.calibration_fleets,
                2,
                MOST_FLEETS,
                "2 to 400000",
            ),
            ("vessels", self.vessels, 1, 10_000, "1 to 10000"),
            ("days", self.days, 1, 3_660, "1 to 3660"),
            (
                "arithmetic_cases",
                self.arithmetic_cases,
                1,
                1_000_000,
                "1 to 1000000",
            ),
        ];
        for (field, value, low, high, must_be) in bounds {
            if !(low..=high).contains(&value) {
                return Err(ConfigError::OutOfRange {
                    field,
                    value: f64::from(value),
                    must_be,
                });
            }
        }
        let [low, high] = self.coverage_wanted;
        if !(0.0 <= low && low <= high && high <= 1.0) {
            return Err(ConfigError::OutOfRange {
                field: "coverage_wanted",
                value: low,
                must_be: "two shares, the lower first",
            });
        }
        Ok(())
    }

    /// The fleet of a number, of those that are scored.
    pub(crate) fn test_fleet(&self, number: u32) -> FleetConfig {
        self.fleet(u64::from(number))
    }

    /// The fleet of a number, of those that the correction is fitted on.
    pub(crate) fn calibration_fleet(&self, number: u32) -> FleetConfig {
        self.fleet(u64::from(number) + FIRST_CALIBRATION)
    }

    fn fleet(&self, number: u64) -> FleetConfig {
        FleetConfig {
            vessels: self.vessels,
            days: self.days,
            seed: self
                .seed
                .wrapping_mul(SEEDS_PER_VALIDATION)
                .wrapping_add(number),
            ..FleetConfig::default()
        }
    }
}

const SEEDS_PER_VALIDATION: u64 = 1_000_000;
/// Above [`MOST_FLEETS`], so that no fleet is both fitted on and scored.
const FIRST_CALIBRATION: u64 = 500_000;

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
