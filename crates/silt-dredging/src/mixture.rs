//! A vessel's own speeds as a mixture of Gaussians on log speed (METHODS 1.4, after
//! dredging-footprint-pipeline). Expectation maximisation on a histogram in steps of AIS's 0.1 kn,
//! started at quantiles: no chance is involved.

use serde::{Deserialize, Serialize};

use crate::config::{MixtureRules, StateRules};

const BINS: usize = 501;
const BINS_PER_KN: f64 = 10.0;
/// A component of one reported speed would otherwise become infinitely narrow.
const SIGMA_MIN: f64 = 0.05;

/// One component.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpeedComponent {
    /// Share of the time.
    pub weight: f64,
    /// Speed at the mean of the logarithms, in knots.
    pub median_kn: f64,
    /// Standard deviation of the natural logarithm of the speed.
    pub log_sigma: f64,
}

/// The mixture with the smallest Bayesian information criterion, and the thresholds it gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpeedMixture {
    /// Components by speed.
    pub components: Vec<SpeedComponent>,
    /// Bayesian information criterion.
    pub bic: f64,
    /// Which component is dredging: the heaviest with a median of 1 to 3.5 kn.
    pub dredge_component: Option<usize>,
    /// Lower threshold of dredging, in knots.
    pub idle_max_kn: f32,
    /// Upper threshold of dredging, in knots.
    pub dredge_max_kn: f32,
}

/// `None` with too few positions.
pub(crate) fn fit(
    speeds_kn: &[f32],
    intervals_ms: &[i32],
    rules: &MixtureRules,
    states: &StateRules,
) -> Option<SpeedMixture> {
    let histogram = Histogram::of(speeds_kn, intervals_ms, rules);
    if histogram.positions < rules.positions_min.max(1) || histogram.weight <= 0.0 {
        return None;
    }
    let mut best: Option<(f64, Vec<Gaussian>)> = None;
    for count in rules.components_min.max(1)..=rules.components_max {
        let (log_likelihood, gaussians) = histogram.maximise(count, rules);
        let parameters = (3 * count - 1) as f64;
        let bic = parameters * libm::log(histogram.positions as f64) - 2.0 * log_likelihood;
        if best.as_ref().is_none_or(|(best_bic, _)| bic < *best_bic) {
            best = Some((bic, gaussians));
        }
    }
    let (bic, mut gaussians) = best?;
    gaussians.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    Some(describe(&gaussians, bic, rules, states))
}

#[derive(Debug, Clone, Copy)]
struct Gaussian {
    weight: f64,
    mean: f64,
    sigma: f64,
}

impl Gaussian {
    fn density(&self, x: f64) -> f64 {
        const INVERSE_ROOT_TWO_PI: f64 = 0.398_942_280_401_432_7;
        let z = (x - self.mean) / self.sigma;
        self.weight * INVERSE_ROOT_TWO_PI / self.sigma * libm::exp(-0.5 * z * z)
    }
}

struct Histogram {
    /// Logarithm of the speed and number of positions (by time) of each bin that has any.
    bins: Vec<(f64, f64)>,
    positions: usize,
    weight: f64,
}

impl Histogram {
    fn of(speeds_kn: &[f32], intervals_ms: &[i32], rules: &MixtureRules) -> Self {
        let mut time_ms = vec![0_i64; BINS];
        let mut positions = 0;
        for (&speed_kn, &interval_ms) in speeds_kn.iter().zip(intervals_ms) {
            if speed_kn.is_nan() || interval_ms <= 0 {
                continue;
            }
            let bin = ((f64::from(speed_kn) * BINS_PER_KN + 0.5) as usize).min(BINS - 1);
            time_ms[bin] += i64::from(interval_ms);
            positions += 1;
        }
        let total_ms: i64 = time_ms.iter().sum();
        let bins = time_ms
            .iter()
            .enumerate()
            .filter(|(_, time_ms)| **time_ms > 0)
            .map(|(bin, &bin_ms)| {
                let speed_kn = (bin as f64 / BINS_PER_KN).max(rules.floor_kn);
                let count = bin_ms as f64 / total_ms as f64 * positions as f64;
                (libm::log(speed_kn), count)
            })
            .collect();
        Self {
            bins,
            positions,
            weight: total_ms as f64,
        }
    }

    fn maximise(&self, count: usize, rules: &MixtureRules) -> (f64, Vec<Gaussian>) {
        let total = self.positions as f64;
        let mut gaussians = self.start(count);
        let mut log_likelihood = f64::NEG_INFINITY;
        for _ in 0..rules.steps_max.max(1) {
            let mut sums = vec![[0.0_f64; 3]; count];
            let mut new_likelihood = 0.0;
            for &(x, bin_count) in &self.bins {
                let densities: Vec<f64> = gaussians.iter().map(|part| part.density(x)).collect();
                let density = densities.iter().sum::<f64>().max(f64::MIN_POSITIVE);
                new_likelihood += bin_count * libm::log(density);
                for (sum, part) in sums.iter_mut().zip(&densities) {
                    let share = bin_count * part / density;
                    sum[0] += share;
                    sum[1] += share * x;
                    sum[2] += share * x * x;
                }
            }
            for (gaussian, [share, x, x_2]) in gaussians.iter_mut().zip(sums) {
                if share <= 0.0 {
                    gaussian.weight = 0.0;
                    continue;
                }
                let mean = x / share;
                let variance = (x_2 / share - mean * mean).max(SIGMA_MIN * SIGMA_MIN);
                *gaussian = Gaussian {
                    weight: share / total,
                    mean,
                    sigma: variance.sqrt(),
                };
            }
            let gain = (new_likelihood - log_likelihood) / total;
            log_likelihood = new_likelihood;
            if gain.abs() < rules.tolerance {
                break;
            }
        }
        (log_likelihood, gaussians)
    }

    /// Means at quantiles of the time.
    fn start(&self, count: usize) -> Vec<Gaussian> {
        let total = self.positions as f64;
        let mean = self.bins.iter().map(|(x, n)| x * n).sum::<f64>() / total;
        let variance = self
            .bins
            .iter()
            .map(|(x, n)| n * (x - mean) * (x - mean))
            .sum::<f64>()
            / total;
        let sigma = (variance.sqrt() / count as f64).max(SIGMA_MIN);
        (0..count)
            .map(|part| {
                let wanted = total * (part as f64 + 0.5) / count as f64;
                let mut below = 0.0;
                let mut quantile = mean;
                for &(x, n) in &self.bins {
                    below += n;
                    quantile = x;
                    if below >= wanted {
                        break;
                    }
                }
                Gaussian {
                    weight: 1.0 / count as f64,
                    mean: quantile,
                    sigma,
                }
            })
            .collect()
    }
}

fn describe(
    gaussians: &[Gaussian],
    bic: f64,
    rules: &MixtureRules,
    states: &StateRules,
) -> SpeedMixture {
    let components: Vec<SpeedComponent> = gaussians
        .iter()
        .map(|part| SpeedComponent {
            weight: part.weight,
            median_kn: libm::exp(part.mean),
            log_sigma: part.sigma,
        })
        .collect();
    let [mean_min_kn, mean_max_kn] = rules.dredge_mean_kn;
    let mut dredge_component: Option<usize> = None;
    for (number, part) in components.iter().enumerate() {
        let is_dredging = (mean_min_kn..=mean_max_kn).contains(&part.median_kn);
        let is_heavier = dredge_component.is_none_or(|best| part.weight > components[best].weight);
        if is_dredging && part.weight > 0.0 && is_heavier {
            dredge_component = Some(number);
        }
    }
    let (mut idle_max_kn, mut dredge_max_kn) = (states.idle_max_kn, states.dredge_max_kn);
    if let Some(dredge) = dredge_component {
        // Dredging may take several components when its speeds are not log-normal.
        let first = components
            .iter()
            .take_while(|part| part.median_kn < mean_min_kn)
            .count();
        let end = components
            .iter()
            .take_while(|part| part.median_kn <= mean_max_kn)
            .count();
        let own = &gaussians[first..end];
        let from = gaussians[dredge].mean;
        if let Some(kn) = crossing_kn(own, &gaussians[..first], from, -1.0) {
            let [low, high] = rules.idle_max_bounds_kn;
            idle_max_kn = kn.max(low).min(high);
        }
        if let Some(kn) = crossing_kn(own, &gaussians[end..], from, 1.0) {
            let [low, high] = rules.dredge_max_bounds_kn;
            dredge_max_kn = kn.max(low).min(high);
        }
    }
    SpeedMixture {
        components,
        bic,
        dredge_component,
        idle_max_kn,
        dredge_max_kn,
    }
}

/// The first speed from a mean, up or down by steps of 0.1 kn, at which the other components are denser.
fn crossing_kn(own: &[Gaussian], others: &[Gaussian], from: f64, step: f64) -> Option<f32> {
    if others.is_empty() {
        return None;
    }
    let density_of =
        |parts: &[Gaussian], x: f64| -> f64 { parts.iter().map(|part| part.density(x)).sum() };
    let mut bin = (libm::exp(from) * BINS_PER_KN).round();
    while bin >= 1.0 && bin < BINS as f64 {
        let x = libm::log(bin / BINS_PER_KN);
        if density_of(others, x) > density_of(own, x) {
            return Some((bin / BINS_PER_KN) as f32);
        }
        bin += step;
    }
    None
}

#[cfg(test)]
#[path = "mixture_tests.rs"]
mod tests;
