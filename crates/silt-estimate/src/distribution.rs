//! Distributions of priors, sampled by inverting their distribution function.
//!
//! Inversion takes exactly one uniform number per value and is monotone in it. So the place of each
//! random number in its stream is fixed, and two quantities drawn from one number move together.
//! Logarithms and exponentials come from `libm`, which gives the same bits on every machine.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::normal::normal_quantile;

/// A probability distribution of one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Distribution {
    /// Always the same value.
    Fixed {
        /// The value.
        value: f64,
    },
    /// Every value between the two is equally likely.
    Uniform {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
    },
    /// Density rising from `low` to `mode` and falling to `high`.
    Triangular {
        /// Smallest value.
        low: f64,
        /// Most likely value.
        mode: f64,
        /// Largest value.
        high: f64,
    },
    /// The logarithm is normal.
    LogNormal {
        /// Median, `exp(mu)`.
        median: f64,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
}

/// Why a distribution cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DistributionError {
    /// A parameter is not a number between the bounds below.
    #[error("{0} is not a number between 0 and 1e6; check the parameters of the distribution")]
    OutOfRange(f64),
    /// `low <= mode <= high` does not hold.
    #[error("low {low}, mode {mode}, high {high} are not in ascending order")]
    NotAscending {
        /// Smallest value.
        low: f64,
        /// Most likely value; for a uniform one the same as `low`.
        mode: f64,
        /// Largest value.
        high: f64,
    },
    /// The spread of a log-normal is negative or so wide that it says nothing.
    #[error(
        "sigma {0} is not between 0 and 3; sigma is the standard deviation of the natural logarithm"
    )]
    Sigma(f64),
    /// The smallest value must be above a limit, e.g. a divisor above zero.
    #[error("values down to {lowest} are possible, but only values above {limit} make sense here")]
    TooLow {
        /// The smallest value that the distribution can take.
        lowest: f64,
        /// The limit, itself not allowed.
        limit: f64,
    },
    /// The largest value must not be above a limit, e.g. a share above one.
    #[error("values up to {highest} are possible, but only values up to {limit} make sense here")]
    TooHigh {
        /// The largest value that the distribution can take.
        highest: f64,
        /// The limit, itself allowed.
        limit: f64,
    },
}

/// Bound of all parameters; keeps every product of draws finite.
const LARGEST_PARAMETER: f64 = 1e6;
/// A log-normal of sigma 3 already spans a factor of 20,000 between p05 and p95.
const LARGEST_SIGMA: f64 = 3.0;

impl Distribution {
    /// Value below which the share `u` (between 0 and 1, both excluded) of all values lies.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Fixed { value } => value,
            Self::Uniform { low, high } => low + (high - low) * u,
            Self::Triangular { low, mode, high } => triangular_quantile(low, mode, high, u),
            Self::LogNormal { median, sigma } => median * libm::exp(sigma * normal_quantile(u)),
        }
    }

    /// Expectation.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Fixed { value } => value,
            Self::Uniform { low, high } => 0.5 * (low + high),
            Self::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Self::LogNormal { median, sigma } => median * libm::exp(0.5 * sigma * sigma),
        }
    }

    /// Variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match *self {
            Self::Fixed { .. } => 0.0,
            Self::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Self::Triangular { low, mode, high } => {
                let squares = low * low + mode * mode + high * high;
                (squares - low * mode - low * high - mode * high) / 18.0
            }
            Self::LogNormal { sigma, .. } => {
                let mean = self.mean();
                mean * mean * libm::expm1(sigma * sigma)
            }
        }
    }

    /// Smallest and largest value; a log-normal has none above, and none below but zero.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        match *self {
            Self::Fixed { value } => (value, value),
            Self::Uniform { low, high } | Self::Triangular { low, high, .. } => (low, high),
            Self::LogNormal { median, sigma: 0.0 } => (median, median),
            Self::LogNormal { .. } => (f64::MIN_POSITIVE, f64::INFINITY),
        }
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// A parameter that is no number, negative or above 1e6, or not in order.
    pub fn validate(&self) -> Result<(), DistributionError> {
        let in_range = |value: f64| {
            if (0.0..=LARGEST_PARAMETER).contains(&value) {
                Ok(())
            } else {
                Err(DistributionError::OutOfRange(value))
            }
        };
        match *self {
            Self::Fixed { value } => in_range(value),
            Self::Uniform { low, high } => {
                in_range(low)?;
                in_range(high)?;
                ascending(low, low, high)
            }
            Self::Triangular { low, mode, high } => {
                in_range(low)?;
                in_range(mode)?;
                in_range(high)?;
                ascending(low, mode, high)
            }
            Self::LogNormal { median, sigma } => {
                in_range(median)?;
                if median <= 0.0 {
                    return Err(DistributionError::TooLow {
                        lowest: median,
                        limit: 0.0,
                    });
                }
                if (0.0..=LARGEST_SIGMA).contains(&sigma) {
                    Ok(())
                } else {
                    Err(DistributionError::Sigma(sigma))
                }
            }
        }
    }

    /// Checks the parameters and that all values lie in `(above, up_to]`.
    ///
    /// # Errors
    /// As [`Distribution::validate`], and where values outside are possible.
    pub fn validate_within(&self, above: f64, up_to: f64) -> Result<(), DistributionError> {
        self.validate()?;
        let (lowest, highest) = self.support();
        if lowest <= above {
            return Err(DistributionError::TooLow {
                lowest,
                limit: above,
            });
        }
        if highest > up_to {
            return Err(DistributionError::TooHigh {
                highest,
                limit: up_to,
            });
        }
        Ok(())
    }
}

fn ascending(low: f64, mode: f64, high: f64) -> Result<(), DistributionError> {
    if low <= mode && mode <= high {
        Ok(())
    } else {
        Err(DistributionError::NotAscending { low, mode, high })
    }
}

fn triangular_quantile(low: f64, mode: f64, high: f64, u: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return low;
    }
    let share_below_mode = (mode - low) / width;
    if u < share_below_mode {
        low + (u * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * width * (high - mode)).sqrt()
    }
}

#[cfg(test)]
#[path = "distribution_tests.rs"]
mod tests;
