//! Local Moran's I (Anselin 1995): is a cell like its neighbours, or unlike them?

use h3o::CellIndex;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::caveat::{self, Caveat};
use crate::error::OptionError;
use crate::fdr;
use crate::gi::{Chance, check_level, empty_sizes};
use crate::lag::Lag;
use crate::limits::Effort;
use crate::neighbours::Neighbourhood;
use crate::permutation::Permutations;
use crate::values::{CellValues, Moments, StudySummary};

/// What is asked of [`local_moran`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalMoranOptions {
    /// False discovery rate at which a cell counts as significant. Default 0.05.
    pub alpha: f64,
    /// Conditional permutations, from which p comes. Default 999. With many cells more are needed
    /// for any to be significant: the smallest p is 1 / (R + 1), and q is up to n times as large.
    pub permutations: Permutations,
}

impl Default for LocalMoranOptions {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            permutations: Permutations::default(),
        }
    }
}

/// A cell and its neighbours, against the mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Above the mean among neighbours above it: part of a cluster.
    HighHigh,
    /// Below the mean among neighbours above it.
    LowHigh,
    /// Below the mean among neighbours below it.
    LowLow,
    /// Above the mean among neighbours below it: alone.
    HighLow,
}

/// Score of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LocalMoranScore {
    /// `I = d * mean of the neighbours' d * (n - 1) / sum of d^2`, where d is the deviation from
    /// the mean; neighbours without the cell itself, row-standardised, as esda has it.
    pub i: f64,
    /// Where cell and neighbours lie.
    pub quadrant: Quadrant,
    /// `(M + 1) / (R + 1)` by conditional permutations, on the side where the cell lies.
    pub p: f64,
    /// False discovery rate of Benjamini and Hochberg over all cells that have a score.
    pub q: f64,
    /// Whether `q` is at most alpha.
    pub significant: bool,
}

/// A cell that has a value, or a neighbour with one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalMoranCell {
    /// The cell.
    pub cell: CellIndex,
    /// Its own value, 0 when it has none.
    pub value: f64,
    /// Its neighbours in the study area, itself left out.
    pub neighbours: u32,
    /// The score; `None` where none exists, for which [`LocalMoranResult::caveats`] names the
    /// reason.
    pub score: Option<LocalMoranScore>,
}

/// Cells without a value in their neighbourhood, which share one score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MoranEmptyCells {
    /// Neighbours in the study area, the cell itself left out.
    pub neighbours: u32,
    /// How many cells these are.
    pub cells: u64,
    /// The score they share.
    pub score: Option<LocalMoranScore>,
}

/// Local Moran's I of a study area.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalMoranResult {
    /// Number, mean and spread of the study area's values.
    pub study: StudySummary,
    /// Cells with a value or a neighbour with one, ascending by cell.
    pub cells: Vec<LocalMoranCell>,
    /// All other cells, ascending by the number of neighbours.
    pub empty: Vec<MoranEmptyCells>,
    /// What to know before relying on the scores.
    pub caveats: Vec<Caveat>,
}

/// Local Moran's I of each cell, with p by conditional permutations.
///
/// # Errors
/// [`OptionError`] for a level outside (0, 1), for permutations or pairs beyond a limit, and when
/// the values belong to another area.
pub fn local_moran<'a>(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    options: &LocalMoranOptions,
    effort: impl Into<Effort<'a>>,
) -> Result<LocalMoranResult, OptionError> {
    let effort = effort.into();
    check_level("alpha", options.alpha)?;
    options.permutations.check(effort.limits)?;
    let lag = Lag::of(neighbourhood, values, effort)?;
    let moments = Moments::of(values.area_cells, std::slice::from_ref(values));
    let empty_sizes = empty_sizes(neighbourhood, &lag);
    let chance = Chance::draw(&lag, &empty_sizes, values, options.permutations, effort)?;

    let varies = moments.squares > 0.0 && moments.n > 1.0;
    // Cell's deviation, neighbours' mean deviation; none where there is no neighbour or no
    // variation.
    let deviations = |own: f64, sum: f64, size: u32| {
        let neighbours = f64::from(size) - 1.0;
        (varies && neighbours > 0.0).then(|| (own - moments.mean, sum / neighbours - moments.mean))
    };
    let listed: Vec<Option<((f64, f64), f64)>> = lag
        .cells
        .par_iter()
        .enumerate()
        .map(|(at, cell)| {
            Some((
                deviations(cell.own, cell.sum, cell.size)?,
                chance.p(at, cell)?,
            ))
        })
        .collect();
    let groups: Vec<Option<((f64, f64), f64)>> = empty_sizes
        .keys()
        .map(|&size| Some((deviations(0.0, 0.0, size)?, chance.p_of_empty(size)?)))
        .collect();
    let listed_p: Vec<f64> = listed
        .iter()
        .map(|found| found.map_or(f64::NAN, |(_, p)| p))
        .collect();
    let group_p: Vec<Option<(f64, u64)>> = groups
        .iter()
        .zip(empty_sizes.values())
        .map(|(found, &cells)| found.map(|(_, p)| (p, cells)))
        .collect();
    let q = fdr::q_values(&listed_p, &group_p);

    let score = |found: Option<((f64, f64), f64)>, q: f64| {
        let ((own, others), p) = found?;
        let i = own * others * ((moments.n - 1.0) / moments.squares);
        let quadrant = match (own > 0.0, others > 0.0) {
            (true, true) => Quadrant::HighHigh,
            (false, true) => Quadrant::LowHigh,
            (false, false) => Quadrant::LowLow,
            (true, false) => Quadrant::HighLow,
        };
        Some(LocalMoranScore {
            i,
            quadrant,
            p,
            q,
            significant: q <= options.alpha,
        })
    };
    let cells: Vec<LocalMoranCell> = lag
        .cells
        .iter()
        .enumerate()
        .map(|(at, cell)| LocalMoranCell {
            cell: cell.cell(),
            value: cell.own,
            neighbours: cell.size - 1,
            score: score(listed[at], q.listed[at]),
        })
        .collect();
    let empty: Vec<MoranEmptyCells> = empty_sizes
        .iter()
        .enumerate()
        .map(|(at, (&size, &cells))| MoranEmptyCells {
            neighbours: size - 1,
            cells,
            score: score(groups[at], q.groups[at]),
        })
        .collect();
    let mut caveats = caveat::of_field(values.area_cells, moments.squares);
    if varies
        && (cells.iter().any(|cell| cell.score.is_none())
            || empty.iter().any(|group| group.score.is_none()))
    {
        caveats.push(Caveat::CellsWithoutNeighbour);
    }
    Ok(LocalMoranResult {
        study: values.summary_of(&moments),
        cells,
        empty,
        caveats,
    })
}

#[cfg(test)]
#[path = "moran_tests.rs"]
mod tests;
