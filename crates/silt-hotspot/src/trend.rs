//! The Mann-Kendall test for a trend.

use serde::Serialize;

use crate::normal::two_sided_p;

/// Result of a Mann-Kendall test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MannKendall {
    /// Pairs that rise minus pairs that fall.
    pub s: i64,
    /// Variance of `s` without a trend, corrected for ties.
    pub variance: f64,
    /// `s` in standard deviations, with continuity correction; 0 when all values are equal.
    pub z: f64,
    /// Two-sided p.
    pub p: f64,
    /// Kendall's tau: `s` divided by the number of pairs.
    pub tau: f64,
}

/// Tests a series, in the order of time, for a monotonic trend (Mann 1945, Kendall 1975). `None`
/// for fewer than two values, and when one is not finite.
#[must_use]
pub fn mann_kendall(series: &[f64]) -> Option<MannKendall> {
    if series.len() < 2 || series.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut s = 0_i64;
    for (at, earlier) in series.iter().enumerate() {
        for later in &series[at + 1..] {
            s += i64::from(later > earlier) - i64::from(later < earlier);
        }
    }

    let kendall_term = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0);
    let mut sorted = series.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let ties: f64 = sorted
        .chunk_by(|a, b| a == b)
        .map(|tied| kendall_term(tied.len() as f64))
        .sum();
    let n = series.len() as f64;
    let variance = (kendall_term(n) - ties) / 18.0;

    let towards_zero = (s - s.signum()) as f64;
    let z = if variance > 0.0 {
        towards_zero / variance.sqrt()
    } else {
        0.0
    };
    Some(MannKendall {
        s,
        variance,
        z,
        p: two_sided_p(z),
        tau: s as f64 / (n * (n - 1.0) / 2.0),
    })
}

#[cfg(test)]
#[path = "trend_tests.rs"]
mod tests;
