//! Errors of estimates, and how often their intervals hold the truth.

use serde::{Deserialize, Serialize};

use super::ScoreError;
use crate::summary::{mean_and_sd, percentile};

/// Distribution of relative errors `estimate / truth - 1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorSummary {
    /// Pairs that were compared.
    pub n: usize,
    /// Pairs left out since the truth is zero.
    pub truth_is_zero: usize,
    /// Of those, pairs whose estimate is not zero: tonnes from nothing.
    pub from_nothing: usize,
    /// Mean error: the bias.
    pub mean: Option<f64>,
    /// Mean of the absolute errors.
    pub mean_absolute: Option<f64>,
    /// 5th percentile.
    pub p05: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
}

/// Relative errors of `estimated` against `truth`, pair by pair.
///
/// # Errors
/// Lists of different lengths.
pub fn relative_errors(truth: &[f64], estimated: &[f64]) -> Result<ErrorSummary, ScoreError> {
    if truth.len() != estimated.len() {
        return Err(ScoreError::Lengths {
            truth: truth.len(),
            estimated: estimated.len(),
        });
    }
    let pairs = || truth.iter().zip(estimated);
    let mut errors: Vec<f64> = pairs()
        .filter(|&(&true_value, _)| true_value > 0.0)
        .map(|(true_value, estimate)| estimate / true_value - 1.0)
        .collect();
    errors.sort_unstable_by(f64::total_cmp);
    let absolute: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    let any = |value: f64| (!errors.is_empty()).then_some(value);
    Ok(ErrorSummary {
        n: errors.len(),
        truth_is_zero: truth.len() - errors.len(),
        from_nothing: pairs()
            .filter(|&(&t, &estimate)| t <= 0.0 && estimate > 0.0)
            .count(),
        mean: any(mean_and_sd(&errors).0),
        mean_absolute: any(mean_and_sd(&absolute).0),
        p05: any(percentile(&errors, 0.05)),
        p50: any(percentile(&errors, 0.50)),
        p95: any(percentile(&errors, 0.95)),
    })
}

/// A true value and the interval that should hold it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct IntervalCase {
    /// True value.
    pub truth: f64,
    /// Lower end, e.g. p05.
    pub low: f64,
    /// Upper end, e.g. p95.
    pub high: f64,
}

/// How often intervals hold the truth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct IntervalCoverage {
    /// Cases.
    pub n: u64,
    /// Cases whose truth lies in the interval, ends included.
    pub covered: u64,
    /// Cases whose truth lies below it.
    pub truth_below: u64,
    /// Cases whose truth lies above it.
    pub truth_above: u64,
    /// Covered share.
    pub share: Option<f64>,
    /// 95 % interval of the share, see [`binomial_interval`].
    pub share_low: f64,
    /// Its upper end.
    pub share_high: f64,
}

/// Covered share over many cases, e.g. seeded fleets. A case with NaN counts as not covered.
#[must_use]
pub fn interval_coverage(cases: &[IntervalCase]) -> IntervalCoverage {
    let count =
        |holds: fn(&IntervalCase) -> bool| cases.iter().filter(|case| holds(case)).count() as u64;
    let n = cases.len() as u64;
    let covered = count(|case| case.low <= case.truth && case.truth <= case.high);
    let (share_low, share_high) = binomial_interval(covered, n, 0.95);
    IntervalCoverage {
        n,
        covered,
        truth_below: count(|case| case.truth < case.low),
        truth_above: count(|case| case.truth > case.high),
        share: (n > 0).then(|| covered as f64 / n as f64),
        share_low,
        share_high,
    }
}

/// Clopper-Pearson interval of a binomial share: the shares at which `hits` or more, and `hits`
/// or fewer, of `n` would have the probability `(1 - confidence) / 2`. Of no cases it is 0 to 1.
#[must_use]
pub fn binomial_interval(hits: u64, n: u64, confidence: f64) -> (f64, f64) {
    if n == 0 || hits > n {
        return (0.0, 1.0);
    }
    let tail = 0.5 * (1.0 - confidence.clamp(0.0, 1.0));
    let low = if hits == 0 {
        0.0
    } else {
        // At least `hits`: one minus at most `hits - 1`; it grows with the share.
        bisect(|share| 1.0 - at_most(hits - 1, n, share) < tail)
    };
    let high = if hits == n {
        1.0
    } else {
        bisect(|share| at_most(hits, n, share) > tail)
    };
    (low, high)
}

/// Largest share for which `is_below` holds, which holds up to some share and not beyond.
fn bisect(is_below: impl Fn(f64) -> bool) -> f64 {
    const STEPS: u32 = 60;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..STEPS {
        let middle = 0.5 * (low + high);
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Probability of at most `hits` of `n` at `share`, summed in logarithms.
fn at_most(hits: u64, n: u64, share: f64) -> f64 {
    if share <= 0.0 {
        return 1.0;
    }
    if share >= 1.0 {
        return if hits >= n { 1.0 } else { 0.0 };
    }
    let (ln_share, ln_rest) = (libm::log(share), libm::log1p(-share));
    let total = n as f64;
    let mut ln_choose = 0.0;
    let mut probability = 0.0;
    for k in 0..=hits {
        let count = k as f64;
        if k > 0 {
            ln_choose += libm::log((total - count + 1.0) / count);
        }
        probability += libm::exp(ln_choose + count * ln_share + (total - count) * ln_rest);
    }
    probability.min(1.0)
}
