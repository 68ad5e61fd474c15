//! Getis-Ord Gi*: is the sum of a cell's neighbourhood more than chance would gather there?

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::caveat::{self, Caveat};
use crate::error::OptionError;
use crate::fdr;
use crate::gi_cells::GiCells;
use crate::lag::{Lag, LagCell};
use crate::limits::Effort;
use crate::neighbours::Neighbourhood;
use crate::normal::two_sided_p;
use crate::permutation::{Permutations, Reference};
use crate::values::{CellValues, Moments, StudySummary};

/// Weight of a neighbour. Both give the same z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// 1 for each cell of the neighbourhood.
    #[default]
    Binary,
    /// 1 divided by the number of cells of the neighbourhood.
    RowStandardised,
}

/// What is asked of [`gi_star`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GiOptions {
    /// Weight of a neighbour.
    pub weights: Weights,
    /// False discovery rate at which a cell counts as hot or cold. Default 0.05.
    pub alpha: f64,
    /// Conditional permutations; none by default.
    pub permutations: Option<Permutations>,
}

impl Default for GiOptions {
    fn default() -> Self {
        Self {
            weights: Weights::Binary,
            alpha: 0.05,
            permutations: None,
        }
    }
}

/// Score of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GiScore {
    /// Standard deviations that the neighbourhood's sum lies above (hot) or below (cold) what
    /// chance gives it.
    pub z: f64,
    /// False discovery rate of Benjamini and Hochberg over all cells of the study area.
    pub q: f64,
    /// `(M + 1) / (R + 1)` by conditional permutations, where asked for: one-sided, on the side
    /// where the cell lies; not adjusted.
    pub p_permutation: Option<f64>,
}

impl GiScore {
    /// Two-sided p of `z` by the normal distribution, not adjusted for the number of cells.
    #[must_use]
    pub fn p(&self) -> f64 {
        two_sided_p(self.z)
    }

    /// -3 to 3 by `q`: see [`crate::bin_of_q`].
    #[must_use]
    pub fn bin(&self) -> i8 {
        fdr::bin_of_q(self.z, self.q)
    }
}

impl Serialize for GiScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut score = serializer.serialize_struct("GiScore", 5)?;
        score.serialize_field("z", &self.z)?;
        score.serialize_field("p", &self.p())?;
        score.serialize_field("q", &self.q)?;
        score.serialize_field("bin", &self.bin())?;
        score.serialize_field("p_permutation", &self.p_permutation)?;
        score.end()
    }
}

/// Cells without a value in their neighbourhood, which are counted and not listed. Those with
/// equally large neighbourhoods share one score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EmptyCells {
    /// Cells of the neighbourhood in the study area, the cell itself included.
    pub neighbourhood: u32,
    /// How many cells these are.
    pub cells: u64,
    /// The score they share; `None` as in [`crate::GiCell::score`].
    pub score: Option<GiScore>,
}

/// The hotspots of a study area.
#[derive(Clone, Debug, PartialEq)]
pub struct GiResult {
    /// Number, mean and spread of the study area's values.
    pub study: StudySummary,
    /// Cells with a value or a neighbour with one, ascending by cell.
    pub cells: GiCells,
    /// All other cells, ascending by the size of the neighbourhood.
    pub empty: Vec<EmptyCells>,
    /// Cells with `z > 0` and `q` of at most alpha.
    pub hot: u64,
    /// Cells with `z < 0` and `q` of at most alpha, those not listed included.
    pub cold: u64,
    /// What to know before relying on the scores.
    pub caveats: Vec<Caveat>,
}

/// Getis-Ord Gi* of each cell, itself included in its neighbourhood (Ord and Getis 1995):
///
/// ```text
/// z = (sum_j w_j x_j - mean * W) / (s * sqrt((n * S1 - W^2) / (n - 1)))
/// W = sum_j w_j    S1 = sum_j w_j^2
/// ```
///
/// # Errors
/// [`OptionError`] for a level outside (0, 1), for permutations or pairs beyond a limit, and when
/// the values belong to another area.
pub fn gi_star<'a>(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    options: &GiOptions,
    effort: impl Into<Effort<'a>>,
) -> Result<GiResult, OptionError> {
    let effort = effort.into();
    check_level("alpha", options.alpha)?;
    if let Some(permutations) = options.permutations {
        permutations.check(effort.limits)?;
    }
    // Entered once: a call from outside the pool waits for its threads to wake each time.
    rayon::scope(|_| scored(neighbourhood, values, options, effort))
}

fn scored(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    options: &GiOptions,
    effort: Effort<'_>,
) -> Result<GiResult, OptionError> {
    let lag = Lag::of(neighbourhood, values, effort)?;
    let moments = Moments::of(values.area_cells, std::slice::from_ref(values));
    let empty_sizes = empty_sizes(neighbourhood, &lag);
    let scale = Scale::new(&moments, options.weights, neighbourhood.largest());

    let z = |cell: &LagCell| scale.z(cell.sum + cell.own, cell.size);
    let cells = lag.cells.par_iter().with_min_len(TASK_CELLS);
    let p: Vec<f64> = cells
        .map_init(PMemory::default, |memory, cell| {
            z(cell).map_or(f64::NAN, |z| memory.two_sided_p(z))
        })
        .collect();
    let empty_z: Vec<Option<f64>> = empty_sizes
        .iter()
        .map(|(&size, _)| scale.z(0.0, size))
        .collect();
    let empty_p: Vec<Option<(f64, u64)>> = empty_z
        .iter()
        .zip(empty_sizes.values())
        .map(|(z, &cells)| z.map(|z| (two_sided_p(z), cells)))
        .collect();
    let unscored = p.iter().any(|p| p.is_nan()) || empty_p.iter().any(Option::is_none);
    let q = fdr::q_values(&p, &empty_p);
    drop(p);
    let chance = options
        .permutations
        .map(|permutations| Chance::draw(&lag, &empty_sizes, values, permutations, effort))
        .transpose()?;

    let empty: Vec<EmptyCells> = empty_sizes
        .iter()
        .enumerate()
        .map(|(at, (&size, &cells))| EmptyCells {
            neighbourhood: size,
            cells,
            score: empty_z[at].map(|z| GiScore {
                z,
                q: q.groups[at],
                p_permutation: chance.as_ref().and_then(|chance| chance.p_of_empty(size)),
            }),
        })
        .collect();
    let is_significant = |q: f64| q <= options.alpha;
    let sides = |z: Option<f64>| {
        let cold = z.is_some_and(|z| z < 0.0);
        (u64::from(z > Some(0.0)), u64::from(cold))
    };
    let scored = lag.cells.par_iter().zip(&q.listed);
    let (mut hot, mut cold) = scored
        .with_min_len(COUNTED_CELLS)
        .filter(|&(_, &q)| is_significant(q))
        .map(|(cell, _)| sides(z(cell)))
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    for group in &empty {
        let score = group.score.filter(|score| is_significant(score.q));
        let of_one = sides(score.map(|score| score.z));
        hot += of_one.0 * group.cells;
        cold += of_one.1 * group.cells;
    }
    let mut caveats = caveat::of_field(values.area_cells, moments.squares);
    if unscored && moments.squares > 0.0 {
        caveats.push(Caveat::NeighbourhoodIsWholeArea);
    }
    let p_permutation = chance.map(|chance| {
        let numbered = lag.cells.par_iter().enumerate().with_min_len(TASK_CELLS);
        let p = numbered.map(|(at, cell)| chance.p(at, cell).unwrap_or(f64::NAN));
        p.collect()
    });
    Ok(GiResult {
        study: values.summary_of(&moments),
        cells: GiCells::new(lag, q.listed, p_permutation, scale),
        empty,
        hot,
        cold,
        caveats,
    })
}

/// Cells that one task takes at least.
const TASK_CELLS: usize = 4096;
/// Cells that one task counts at least.
const COUNTED_CELLS: usize = 1 << 16;

/// p of the scores met last: where values are counts, few differ.
struct PMemory {
    /// Bits of z, and its p.
    known: Vec<(u64, f64)>,
}

impl Default for PMemory {
    fn default() -> Self {
        let zero = 0.0_f64;
        Self {
            known: vec![(zero.to_bits(), two_sided_p(zero)); 1 << Self::SLOTS_LOG2],
        }
    }
}

impl PMemory {
    const SLOTS_LOG2: u32 = 9;

    fn two_sided_p(&mut self, z: f64) -> f64 {
        let known = &mut self.known[fdr::hashed(z.to_bits(), Self::SLOTS_LOG2)];
        if known.0 != z.to_bits() {
            *known = (z.to_bits(), two_sided_p(z));
        }
        known.1
    }
}

pub(crate) fn check_level(name: &'static str, value: f64) -> Result<(), OptionError> {
    if value > 0.0 && value < 1.0 {
        Ok(())
    } else {
        Err(OptionError::Level { name, value })
    }
}

/// How many cells the listed ones leave, by the size of their neighbourhood.
pub(crate) fn empty_sizes(neighbourhood: &Neighbourhood, lag: &Lag) -> BTreeMap<u32, u64> {
    let mut left: BTreeMap<u32, u64> = neighbourhood.sizes().collect();
    let sizes = neighbourhood.largest() as usize + 1;
    let count = |mut listed: Vec<u64>, cells: &[LagCell]| {
        for cell in cells {
            listed[cell.size as usize] += 1;
        }
        listed
    };
    let listed = lag
        .cells
        .par_chunks(COUNTED_CELLS)
        .fold(|| vec![0; sizes], count)
        .reduce(
            || vec![0; sizes],
            |a, b| a.iter().zip(b).map(|(a, b)| a + b).collect(),
        );
    for (&size, cells) in &mut left {
        *cells = cells.saturating_sub(listed[size as usize]);
    }
    left.retain(|_, cells| *cells > 0);
    left
}

/// The part of the formula of z that depends only on the size of a neighbourhood.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    weights: Weights,
    /// By size: expected value, and standard deviation of the neighbourhood's sum; `None` where
    /// that is 0.
    by_size: Vec<Option<(f64, f64)>>,
}

impl Scale {
    pub(crate) fn new(moments: &Moments, weights: Weights, largest: u32) -> Self {
        let n = moments.n;
        let deviation = moments.standard_deviation();
        let of_size = |size: u32| {
            let cells = f64::from(size);
            // A neighbourhood of all cells has the same sum whatever the order of the values.
            if deviation <= 0.0 || cells >= n || size == 0 {
                return None;
            }
            let weight = weight(weights, cells);
            let sum_of_weights = weight * cells;
            let sum_of_squares = weight * weight * cells;
            let spread = deviation
                * ((n * sum_of_squares - sum_of_weights * sum_of_weights) / (n - 1.0)).sqrt();
            (spread > 0.0).then_some((moments.mean * sum_of_weights, spread))
        };
        Self {
            weights,
            by_size: (0..=largest).map(of_size).collect(),
        }
    }

    pub(crate) fn z(&self, sum: f64, size: u32) -> Option<f64> {
        let (expected, spread) = (*self.by_size.get(size as usize)?)?;
        Some((weight(self.weights, f64::from(size)) * sum - expected) / spread)
    }
}

fn weight(weights: Weights, cells: f64) -> f64 {
    match weights {
        Weights::Binary => 1.0,
        Weights::RowStandardised => 1.0 / cells,
    }
}

/// The draws of the permutations, by the size of a neighbourhood.
pub(crate) struct Chance {
    references: BTreeMap<u32, Reference>,
    /// Position of each listed cell among the `n` that are drawn from.
    positions: Vec<u64>,
    /// Position of one of the cells that are not listed.
    empty_position: u64,
}

impl Chance {
    pub(crate) fn draw(
        lag: &Lag,
        empty: &BTreeMap<u32, u64>,
        values: &CellValues,
        permutations: Permutations,
        effort: Effort<'_>,
    ) -> Result<Self, OptionError> {
        let listed = lag.cells.iter().map(|cell| cell.size);
        let mut sizes: Vec<u32> = listed.chain(empty.keys().copied()).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let draw = |size: u32| {
            let others = size - 1;
            let reference = Reference::draw(
                &values.values,
                values.area_cells,
                others,
                permutations,
                effort,
            )?;
            Ok((size, reference))
        };
        let references = sizes.into_par_iter().map(draw).collect::<Result<_, _>>()?;
        // First the cells with a value, then the empty ones that are listed, then all others.
        let mut next_empty = values.values.len() as u64;
        let mut position = |cell: &LagCell| {
            cell.row().map_or_else(
                || {
                    next_empty += 1;
                    next_empty - 1
                },
                u64::from,
            )
        };
        let positions = lag.cells.iter().map(&mut position).collect();
        Ok(Self {
            references,
            positions,
            empty_position: next_empty,
        })
    }

    /// Of a listed cell and its number among them.
    pub(crate) fn p(&self, at: usize, cell: &LagCell) -> Option<f64> {
        let reference = self.references.get(&cell.size)?;
        Some(reference.p(self.positions[at], cell.sum))
    }

    pub(crate) fn p_of_empty(&self, size: u32) -> Option<f64> {
        Some(self.references.get(&size)?.p(self.empty_position, 0.0))
    }
}

#[cfg(test)]
#[path = "gi_tests.rs"]
mod tests;
