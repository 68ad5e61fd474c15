//! Draws to mean, percentiles and coefficient of variation.

use serde::{Deserialize, Serialize};

/// Summary of the draws of one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary<Q> {
    /// Mean of the draws.
    pub mean: Q,
    /// 5th percentile, see [`percentile`].
    pub p05: Q,
    /// Median.
    pub p50: Q,
    /// 95th percentile.
    pub p95: Q,
    /// Standard deviation (n - 1) over mean; none where the mean is zero.
    pub cv: Option<f64>,
}

impl<Q: From<f64>> Summary<Q> {
    /// Summary of `draws`, which are sorted in place; `None` where there are none.
    #[must_use]
    pub fn of(draws: &mut [f64]) -> Option<Self> {
        if draws.is_empty() {
            return None;
        }
        draws.sort_unstable_by(f64::total_cmp);
        let (mean, sd) = mean_and_sd(draws);
        Some(Self {
            mean: Q::from(mean),
            p05: Q::from(percentile(draws, 0.05)),
            p50: Q::from(percentile(draws, 0.50)),
            p95: Q::from(percentile(draws, 0.95)),
            cv: (mean > 0.0).then(|| sd / mean),
        })
    }
}

/// Value at the share `p` of ascending `sorted`, by Hyndman and Fan's type 7 (the default of R and NumPy):
/// linear between the order statistics at `h = (n - 1) p`. Of no values it is NaN.
#[must_use]
pub fn percentile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = last as f64 * p.clamp(0.0, 1.0);
    let below = place.floor();
    let lower = sorted[below as usize];
    let upper = sorted[(below as usize + 1).min(last)];
    lower + (place - below) * (upper - lower)
}

/// Mean, and standard deviation with n - 1 (zero for one value).
#[must_use]
pub fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    if values.is_empty() {
        return (f64::NAN, f64::NAN);
    }
    let count = values.len() as f64;
    // Deviations are taken from the first value, so that equal values give exactly that mean.
    let origin = values[0];
    let mean = origin + values.iter().map(|value| value - origin).sum::<f64>() / count;
    if values.len() == 1 {
        return (mean, 0.0);
    }
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
