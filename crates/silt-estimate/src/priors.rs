//! What is assumed, in one place: every number with its source, or \[inferred\].

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::distribution::{Distribution, DistributionError};
use crate::quantity::METRES_PER_NAUTICAL_MILE;
use crate::regression::LogLogFit;

/// Version of the default priors; a change of any default changes it.
pub const PRIOR_VERSION: &str = "2026-2";
/// Version of the method of this crate: formulas, sharing of draws, random streams.
pub const METHOD_VERSION: &str = "2026-1";

/// What a full hopper weighs. Either two factors or one, never both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum LoadPrior {
    /// Share of the hopper that is filled, and bulk density in it.
    FillAndDensity {
        /// Loaded volume over hopper volume.
        fill: Distribution,
        /// Bulk density in the hopper, t/m3.
        density_t_m3: Distribution,
    },
    /// Tonnes per m3 of hopper. Fill is inside it, so "hopper m3" is then the capacity moved.
    TonnesPerHopperM3 {
        /// Tonnes loaded per m3 of hopper volume.
        tonnes_per_hopper_m3: Distribution,
    },
}

impl LoadPrior {
    /// Fill Tri(0.70, 0.85, 1.0) and density Tri(1.5, 1.75, 2.0) t/m3 (METHODS 1.6, inferred there).
    pub const SEPARATE: Self = Self::FillAndDensity {
        fill: Distribution::Triangular {
            low: 0.70,
            mode: 0.85,
            high: 1.0,
        },
        density_t_m3: Distribution::Triangular {
            low: 1.5,
            mode: 1.75,
            high: 2.0,
        },
    };
    /// U(1.5, 1.83) t per m3 of hopper (METHODS 1.5: Belgium's permits and the UK fleet).
    pub const COMBINED: Self = Self::TonnesPerHopperM3 {
        tonnes_per_hopper_m3: Distribution::Uniform {
            low: 1.5,
            high: 1.83,
        },
    };
}

/// All priors of an estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Priors {
    /// Version that results carry. Give changed priors a name of their own.
    pub version: String,
    /// What a full hopper weighs; drawn once per iteration for all vessels.
    pub load: LoadPrior,
    /// Bulk density of the bed, t/m3; drawn once per iteration. Default Tri(1.85, 1.95, 2.10): sand
    /// of 35 to 50 % pores full of sea water \[inferred\].
    pub in_situ_density_t_m3: Distribution,
    /// Density of water in the balance of grains, t/m3; 1.0 as in `Cv` of METHODS 1.5.
    pub water_density_t_m3: f64,
    /// Share of the activity that the positions show; drawn once per iteration, may be replaced per
    /// group. Default Tri(0.35, 0.50, 0.65) around "about half of the fleet" (METHODS 1.1) \[inferred\].
    pub coverage: Distribution,
    /// True cycles per detected complete cycle, i.e. precision over recall; drawn once per
    /// iteration. Default 1: to be set from a validation report \[inferred\].
    pub true_cycles_per_detected: Distribution,
    /// Standard deviation of one trip's load about its vessel's, relative; one draw per trip.
    /// Default 0.10 \[inferred\].
    pub trip_sd: f64,
    /// Standard deviation of a position, m (METHODS 1.6).
    pub position_error_sd_m: f64,
    /// Speed while dredging, kn; with the position error it gives the error of the duration of a
    /// dredging phase. UK aggregate dredgers of 2011: 55,000 km in 18,344 h (METHODS 1.4).
    pub dredging_speed_kn: f64,
    /// Log standard deviation of a stated hopper volume: registers round, and name volumes to
    /// different overflow levels. Default 0.05 \[inferred\].
    pub stated_hopper_sigma: f64,
    /// Hopper volume in m3 by length in m, see [`crate::regression`].
    pub hopper_by_length: LogLogFit,
    /// Hopper volume in m3 by gross tonnage.
    pub hopper_by_gross_tonnage: LogLogFit,
    /// Hours to fill a hopper where none are stated; drawn once per vessel. Default log-normal, median 2 h,
    /// sigma 0.6, so 0.75 to 5.4 h: about 1 h is published for Vasco da Gama, and the UK fleet
    /// needs some 5 h (20 Mt in 18,344 h, loads of 5,500 t) \[inferred\].
    pub load_time_h: Distribution,
    /// Log standard deviation of a stated load time. Default 0.2 \[inferred\].
    pub stated_load_time_sigma: f64,
    /// Share of the time on site in which a cutter pumps; drawn once per vessel. Tri(0.30, 0.46, 0.65)
    /// (METHODS 1.6; a cutter log ran 45.8 % of a day).
    pub cutter_utilisation: Distribution,
    /// Velocity in the discharge pipe, m/s; drawn once per vessel. Tri(5.0, 6.27, 7.0): the log's
    /// velocity (METHODS 1.5), its spread \[inferred\].
    pub cutter_velocity_m_s: Distribution,
    /// Share of the flow that is bed material, over the time in which the cutter runs; drawn once per vessel. METHODS
    /// 1.5 gives 0.068 to 0.086 for its log, and 1.4 that soil came in 68 % of the running time. Whether the
    /// one is a mean over the other is not stated, so the prior holds both readings: U(0.046, 0.086), from
    /// 0.068 x 0.68 up \[inferred\].
    pub cutter_concentration: Distribution,
}

impl Default for Priors {
    fn default() -> Self {
        Self {
            version: PRIOR_VERSION.to_owned(),
            load: LoadPrior::SEPARATE,
            in_situ_density_t_m3: Distribution::Triangular {
                low: 1.85,
                mode: 1.95,
                high: 2.10,
            },
            water_density_t_m3: 1.0,
            coverage: Distribution::Triangular {
                low: 0.35,
                mode: 0.50,
                high: 0.65,
            },
            true_cycles_per_detected: Distribution::Fixed { value: 1.0 },
            trip_sd: 0.10,
            position_error_sd_m: 30.0,
            dredging_speed_kn: 1.62,
            stated_hopper_sigma: 0.05,
            hopper_by_length: LogLogFit::hopper_by_length(),
            hopper_by_gross_tonnage: LogLogFit::hopper_by_gross_tonnage(),
            load_time_h: Distribution::LogNormal {
                median: 2.0,
                sigma: 0.6,
            },
            stated_load_time_sigma: 0.2,
            cutter_utilisation: Distribution::Triangular {
                low: 0.30,
                mode: 0.46,
                high: 0.65,
            },
            cutter_velocity_m_s: Distribution::Triangular {
                low: 5.0,
                mode: 6.27,
                high: 7.0,
            },
            cutter_concentration: Distribution::Uniform {
                low: 0.046,
                high: 0.086,
            },
        }
    }
}

/// Why priors cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PriorsError {
    /// A distribution is not valid for its purpose.
    #[error("prior {field}: {source}")]
    Distribution {
        /// Field of [`Priors`].
        field: &'static str,
        /// What is wrong.
        source: DistributionError,
    },
    /// A number is outside what makes sense.
    #[error("prior {field} is {value}; it must be between {low} and {high}")]
    Number {
        /// Field of [`Priors`].
        field: &'static str,
        /// Its value.
        value: f64,
        /// Smallest allowed.
        low: f64,
        /// Largest allowed.
        high: f64,
    },
    /// A relation holds numbers that predict nothing.
    #[error("prior {field} is not a usable relation; leave it out to take the default")]
    Relation {
        /// Field of [`Priors`].
        field: &'static str,
    },
}

impl Priors {
    /// Checks every prior.
    ///
    /// # Errors
    /// The first prior that cannot be used.
    pub fn validate(&self) -> Result<(), PriorsError> {
        match self.load {
            LoadPrior::FillAndDensity { fill, density_t_m3 } => {
                within("load.fill", fill, 0.0, 1.0)?;
                within(
                    "load.density_t_m3",
                    density_t_m3,
                    self.water_density_t_m3,
                    LARGEST_DENSITY,
                )?;
            }
            LoadPrior::TonnesPerHopperM3 {
                tonnes_per_hopper_m3: tonnes,
            } => {
                within(
                    "load.tonnes_per_hopper_m3",
                    tonnes,
                    self.water_density_t_m3,
                    LARGEST_DENSITY,
                )?;
            }
        }
        let water = self.water_density_t_m3;
        number("water_density_t_m3", water, 0.9, 1.1)?;
        within(
            "in_situ_density_t_m3",
            self.in_situ_density_t_m3,
            water,
            LARGEST_DENSITY,
        )?;
        self.validate_coverage(self.coverage)?;
        within(
            "true_cycles_per_detected",
            self.true_cycles_per_detected,
            0.0,
            10.0,
        )?;
        number("trip_sd", self.trip_sd, 0.0, 1.0)?;
        number(
            "position_error_sd_m",
            self.position_error_sd_m,
            0.0,
            10_000.0,
        )?;
        number("dredging_speed_kn", self.dredging_speed_kn, 0.1, 10.0)?;
        number("stated_hopper_sigma", self.stated_hopper_sigma, 0.0, 3.0)?;
        if !self.hopper_by_length.is_usable() {
            return Err(PriorsError::Relation {
                field: "hopper_by_length",
            });
        }
        if !self.hopper_by_gross_tonnage.is_usable() {
            return Err(PriorsError::Relation {
                field: "hopper_by_gross_tonnage",
            });
        }
        within("load_time_h", self.load_time_h, 0.0, f64::INFINITY)?;
        // A divisor near zero would make any rate.
        number(
            "load_time_h (first percentile)",
            self.load_time_h.quantile(0.01),
            0.01,
            1000.0,
        )?;
        number(
            "stated_load_time_sigma",
            self.stated_load_time_sigma,
            0.0,
            3.0,
        )?;
        within("cutter_utilisation", self.cutter_utilisation, 0.0, 1.0)?;
        within("cutter_velocity_m_s", self.cutter_velocity_m_s, 0.0, 20.0)?;
        within("cutter_concentration", self.cutter_concentration, 0.0, 1.0)
    }

    /// Checks a coverage, the priors' own or a group's: above zero, since it divides, and at most one.
    ///
    /// # Errors
    /// Where values outside are possible, or below one per cent, where nothing can be concluded.
    pub fn validate_coverage(&self, coverage: Distribution) -> Result<(), PriorsError> {
        within("coverage", coverage, 0.0, 1.0)?;
        number("coverage (lowest)", coverage.support().0, 0.01, 1.0)
    }

    /// Standard deviation of the duration of one dredging phase, h: its beginning and its end are each
    /// misplaced by the position error, at dredging speed.
    #[must_use]
    pub fn phase_duration_sd_h(&self) -> f64 {
        let speed_m_h = self.dredging_speed_kn * METRES_PER_NAUTICAL_MILE;
        std::f64::consts::SQRT_2 * self.position_error_sd_m / speed_m_h
    }
}

/// Denser than any sediment.
const LARGEST_DENSITY: f64 = 4.0;

fn within(
    field: &'static str,
    distribution: Distribution,
    above: f64,
    up_to: f64,
) -> Result<(), PriorsError> {
    distribution
        .validate_within(above, up_to)
        .map_err(|source| PriorsError::Distribution { field, source })
}

fn number(field: &'static str, value: f64, low: f64, high: f64) -> Result<(), PriorsError> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(PriorsError::Number {
            field,
            value,
            low,
            high,
        })
    }
}

#[cfg(test)]
#[path = "priors_tests.rs"]
mod tests;
