//! The report as data.

use serde::Serialize;
use silt_estimate::manifest::canonical_json;

use crate::ValidationError;
use crate::config::ValidationConfig;
use crate::findings::{Finding, NOT_SHOWN, findings};
use crate::html;
use crate::real::Real;
use crate::synthetic::{Synthetic, TonnesScore};

/// A validation report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Whether any of it rests on synthetic data. Always true.
    pub synthetic: bool,
    /// What was validated.
    pub versions: Versions,
    /// How.
    pub config: ValidationConfig,
    /// What was found, in plain words.
    pub findings: Vec<Finding>,
    /// What the report does not show.
    pub not_shown: Vec<&'static str>,
    /// Experiment 1: the Monte Carlo alone.
    pub arithmetic: TonnesScore,
    /// Synthetic fleets.
    pub synthetic_fleets: Synthetic,
    /// Real files; `None` where none were given.
    pub real: Option<Real>,
}

/// Versions of what was validated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Versions {
    /// Silt.
    pub silt: &'static str,
    /// Method of detection.
    pub dredging_method: &'static str,
    /// Method of the estimates.
    pub estimate_method: &'static str,
    /// Priors.
    pub priors: String,
}

impl Report {
    pub(crate) fn new(
        config: ValidationConfig,
        arithmetic: TonnesScore,
        synthetic_fleets: Synthetic,
        real: Option<Real>,
    ) -> Report {
        Report {
            synthetic: true,
            versions: Versions {
                silt: env!("CARGO_PKG_VERSION"),
                dredging_method: silt_dredging::METHOD_VERSION,
                estimate_method: silt_estimate::METHOD_VERSION,
                priors: config.priors.version.clone(),
            },
            findings: findings(&config, &arithmetic, &synthetic_fleets, real.as_ref()),
            not_shown: NOT_SHOWN.to_vec(),
            config,
            arithmetic,
            synthetic_fleets,
            real,
        }
    }

    /// Canonical JSON: keys by their bytes, so that the same report is the same bytes.
    ///
    /// # Errors
    /// None that is known; a number that JSON cannot hold becomes null.
    pub fn to_json(&self) -> Result<String, ValidationError> {
        Ok(canonical_json(&serde_json::to_value(self)?))
    }

    /// One page without scripts or other files.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::page(self)
    }
}
