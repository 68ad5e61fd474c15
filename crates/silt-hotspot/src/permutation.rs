//! Conditional permutations: how often would chance put such neighbours beside a cell?
//!
//! The value of the cell stays, and the values of all other cells of the study area are dealt anew
//! to its neighbours. Only the number of neighbours matters for that, not which cells they are. So
//! one set of random draws serves all cells with equally many neighbours, as the shared random ids
//! of esda do: `k + 1` different cells are drawn from all `n`, of which the first `k` become the
//! neighbours. Where the cell itself is among them, the last one takes its place, which leaves
//! every choice of `k` other cells equally likely. The sums of the draws are the same for all cells
//! but for those few, and a cell's rank among them is found by bisection. Each p is that of
//! independent permutations; between cells they are correlated, as they are in esda.

use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use crate::error::OptionError;
use crate::limits::{Effort, Limits};

/// Conditional permutations asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permutations {
    /// Number R of permutations: no p is below 1 / (R + 1).
    pub count: u32,
    /// Seed of the draws. The same seed gives the same p on any machine and any number of threads.
    pub seed: u64,
}

impl Default for Permutations {
    /// 999 permutations, as esda has it.
    fn default() -> Self {
        Self {
            count: 999,
            seed: 0,
        }
    }
}

impl Permutations {
    pub(crate) fn check(self, limits: &Limits) -> Result<(), OptionError> {
        if self.count == 0 || self.count > limits.max_permutations {
            return Err(OptionError::Permutations {
                asked: self.count,
                limit: limits.max_permutations,
            });
        }
        Ok(())
    }
}

/// Sums that differ by less than this share count as equal: they may hold the same values added in
/// another order.
const TIE: f64 = 1e-12;

/// Cells drawn between two questions whether to stop.
const CELLS_BETWEEN_CHECKS: usize = 1 << 16;

/// Sums of `k` values under permutation, shared by all cells with `k` neighbours.
pub(crate) struct Reference {
    /// Ascending.
    sums: Vec<f64>,
    /// Position of a drawn cell, the sum it was drawn for, and the sum with its stand-in; ascending
    /// by position.
    replaced: Vec<(u64, f64, f64)>,
}

impl Reference {
    /// Draws from `n` cells, of which those at the positions `0..values.len()` have `values`, and
    /// the others 0.
    pub(crate) fn draw(
        values: &[f64],
        n: u64,
        k: u32,
        permutations: Permutations,
        effort: Effort<'_>,
    ) -> Result<Self, OptionError> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&permutations.seed.to_le_bytes());
        seed[8..12].copy_from_slice(&k.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(seed);

        let value_at = |position: u64| {
            usize::try_from(position)
                .ok()
                .and_then(|at| values.get(at))
                .copied()
                .unwrap_or(0.0)
        };
        let k = k as usize;
        let mut sums = Vec::with_capacity(permutations.count as usize);
        let mut replaced = Vec::new();
        let mut drawn = Vec::new();
        let mut cells_drawn = 0;
        for _ in 0..permutations.count {
            cells_drawn += k + 1;
            if cells_drawn > CELLS_BETWEEN_CHECKS {
                effort.check()?;
                cells_drawn = 0;
            }
            draw_different(&mut rng, n, k + 1, &mut drawn);
            let (neighbours, stand_in) = (&drawn[..k.min(drawn.len())], drawn.get(k));
            let sum: f64 = neighbours.iter().map(|&position| value_at(position)).sum();
            sums.push(sum);
            let Some(&stand_in) = stand_in else { continue };
            for &out in neighbours {
                let without = neighbours
                    .iter()
                    .map(|&position| value_at(if position == out { stand_in } else { position }));
                replaced.push((out, sum, without.sum::<f64>()));
            }
        }
        sums.sort_unstable_by(f64::total_cmp);
        replaced.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0)
                .then(a.1.total_cmp(&b.1))
                .then(a.2.total_cmp(&b.2))
        });
        Ok(Self { sums, replaced })
    }

    /// `(M + 1) / (R + 1)`, where M of the R sums lie at least as far out as `observed`, on the
    /// side where fewer do. Sums that equal the observed one count on both sides, so that a common
    /// sum is never significant.
    pub(crate) fn p(&self, position: u64, observed: f64) -> f64 {
        let tie = TIE * observed.abs();
        let (low, high) = (observed - tie, observed + tie);
        let mut at_least = self.sums.len() - self.sums.partition_point(|&sum| sum < low);
        let mut at_most = self.sums.partition_point(|&sum| sum <= high);
        let first = self.replaced.partition_point(|&(out, ..)| out < position);
        for &(_, sum, instead) in self.replaced[first..]
            .iter()
            .take_while(|&&(out, ..)| out == position)
        {
            at_least = at_least + usize::from(instead >= low) - usize::from(sum >= low);
            at_most = at_most + usize::from(instead <= high) - usize::from(sum <= high);
        }
        (at_least.min(at_most) + 1) as f64 / (self.sums.len() + 1) as f64
    }
}

/// Fills `drawn` with `count` different numbers below `n` in random order: the first steps of a
/// Fisher-Yates shuffle.
fn draw_different(rng: &mut ChaCha8Rng, n: u64, count: usize, drawn: &mut Vec<u64>) {
    drawn.clear();
    // Few numbers are looked through faster than hashed.
    if count <= 64 {
        while drawn.len() < count.min(usize::try_from(n).unwrap_or(usize::MAX)) {
            let number = below(rng, n);
            if !drawn.contains(&number) {
                drawn.push(number);
            }
        }
        return;
    }
    let mut moved: HashMap<u64, u64> = HashMap::new();
    for step in 0..(count as u64).min(n) {
        let chosen = step + below(rng, n - step);
        let number = moved.get(&chosen).copied().unwrap_or(chosen);
        let displaced = moved.get(&step).copied().unwrap_or(step);
        moved.insert(chosen, displaced);
        drawn.push(number);
    }
}

/// A number below `bound` without bias: D. Lemire, "Fast Random Integer Generation in an Interval"
/// (2019). Written out so that a seed keeps its meaning when a library changes its own.
fn below(rng: &mut ChaCha8Rng, bound: u64) -> u64 {
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        let low = product as u64;
        if low >= bound || low >= bound.wrapping_neg() % bound {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
#[path = "permutation_tests.rs"]
mod tests;
