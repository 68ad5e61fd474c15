//! The normal distribution.

use std::f64::consts::SQRT_2;

/// Probability that a standard normal variable lies at least as far from 0 as `z`, on either side.
#[must_use]
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

#[cfg(test)]
#[path = "normal_tests.rs"]
mod tests;
