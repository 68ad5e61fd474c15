//! Emerging hot spot analysis: Gi* in space and time, and what became of each cell.

use h3o::CellIndex;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::caveat::{self, Caveat};
use crate::classes::{self, EmergingClass};
use crate::error::OptionError;
use crate::fdr;
use crate::gi::{Scale, Weights, check_level};
use crate::lag::Lag;
use crate::limits::Effort;
use crate::neighbours::Neighbourhood;
use crate::normal::two_sided_p;
use crate::trend::{MannKendall, mann_kendall};
use crate::values::{CellValues, Moments};

/// What is asked of [`emerging_hotspots`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmergingOptions {
    /// Steps before a step that belong to its neighbourhood, with the same cells in each. Default 1
    /// (ArcGIS documentation).
    pub steps_back: u32,
    /// False discovery rate at which a cell counts as hot or cold in a step. Default 0.10 (ArcGIS
    /// documentation: 90 % confidence).
    pub alpha: f64,
    /// p at which the Mann-Kendall test of a cell's z counts as a trend. Default 0.10 (ArcGIS
    /// documentation: 90 % confidence).
    pub trend_alpha: f64,
}

impl Default for EmergingOptions {
    fn default() -> Self {
        Self {
            steps_back: 1,
            alpha: 0.10,
            trend_alpha: 0.10,
        }
    }
}

/// Number, mean and spread of the values of all cells in all steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SpaceTimeSummary {
    /// H3 resolution of the cells, 0 to 15.
    pub resolution: u8,
    /// Cells of the study area, empty ones included.
    pub cells: u64,
    /// Time steps.
    pub steps: u64,
    /// Mean over all cells in all steps.
    pub mean: f64,
    /// Standard deviation over all cells in all steps (ddof = 0).
    pub standard_deviation: f64,
    /// Values given for cells outside the study area, which take no part.
    pub rows_outside: u64,
}

/// A cell whose neighbourhood holds a value in at least one step.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergingCell {
    /// The cell.
    pub cell: CellIndex,
    /// Sum of its values over all steps.
    pub total: f64,
    /// What became of it.
    pub class: EmergingClass,
    /// z in each step; empty where no score exists, for which [`EmergingResult::caveats`] names the
    /// reason.
    pub z: Vec<f64>,
    /// -3 to 3 in each step, by the false discovery rate over all cells in all steps; as long as
    /// `z`.
    pub bins: Vec<i8>,
    /// The trend of z; `None` with fewer than two steps or without scores.
    pub trend: Option<MannKendall>,
}

/// Cells whose neighbourhood never holds a value, which share one fate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmergingEmpty {
    /// Cells of the neighbourhood in one step, the cell itself included.
    pub neighbourhood: u32,
    /// How many cells these are.
    pub cells: u64,
    /// What became of them.
    pub class: EmergingClass,
    /// z in each step.
    pub z: Vec<f64>,
    /// As [`EmergingCell::bins`].
    pub bins: Vec<i8>,
}

/// The emerging hotspots of a study area.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergingResult {
    /// Number, mean and spread.
    pub study: SpaceTimeSummary,
    /// Cells whose neighbourhood ever holds a value, ascending by cell.
    pub cells: Vec<EmergingCell>,
    /// All other cells, ascending by the size of the neighbourhood.
    pub empty: Vec<EmergingEmpty>,
    /// What to know before relying on the classes.
    pub caveats: Vec<Caveat>,
}

/// Scores of a row of steps.
struct Series {
    z: Vec<f64>,
    bins: Vec<i8>,
    trend: Option<MannKendall>,
    class: EmergingClass,
}

/// Classifies the cells of a study area by their Gi* over time, with binary weights. The mean, the
/// spread and the false discovery rate are those of all cells in all steps; the neighbourhood of a
/// cell at a step is its neighbourhood in space at that step and the
/// [`EmergingOptions::steps_back`] before it, of which the first steps have fewer.
///
/// # Errors
/// [`OptionError`] for a level outside (0, 1), without a time step, beyond a limit, and when the
/// values belong to another area.
pub fn emerging_hotspots<'a>(
    neighbourhood: &Neighbourhood,
    steps: &[CellValues],
    options: &EmergingOptions,
    effort: impl Into<Effort<'a>>,
) -> Result<EmergingResult, OptionError> {
    let effort = effort.into();
    check_level("alpha", options.alpha)?;
    check_level("trend_alpha", options.trend_alpha)?;
    if steps.is_empty() {
        return Err(OptionError::NoTimeStep);
    }
    let area = neighbourhood.area();
    let cube = Cube::of(neighbourhood, steps, effort)?;
    let moments = Moments::of(area.cell_count(), steps);
    let steps_back = options.steps_back as usize;
    let largest = (steps_back.min(steps.len()) as u32 + 1).saturating_mul(neighbourhood.largest());
    let scale = Scale::new(&moments, Weights::Binary, largest);
    let depth = |step: usize| step.min(steps_back) as u32 + 1;

    let width = steps.len();
    let z: Vec<Option<f64>> = (0..cube.cells.len() * width)
        .into_par_iter()
        .map(|at| {
            let (row, step) = (at / width, at % width);
            let window = &cube.sums[row * width..][step.saturating_sub(steps_back)..=step];
            scale.z(window.iter().sum(), cube.sizes[row] * depth(step))
        })
        .collect();
    let p: Vec<f64> = z
        .par_iter()
        .map(|z| z.map_or(f64::NAN, two_sided_p))
        .collect();
    let empty = cube.empty(neighbourhood);
    let empty_z: Vec<Option<f64>> = empty
        .iter()
        .flat_map(|&(size, _)| (0..width).map(move |step| (size, step)))
        .map(|(size, step)| scale.z(0.0, size * depth(step)))
        .collect();
    let empty_p: Vec<Option<(f64, u64)>> = empty_z
        .iter()
        .enumerate()
        .map(|(at, z)| z.map(|z| (two_sided_p(z), empty[at / width].1)))
        .collect();
    let q = fdr::q_values(&p, &empty_p);

    let series = |z: &[Option<f64>], q: &[f64]| series(z, q, options);
    let cells: Vec<EmergingCell> = (0..cube.cells.len())
        .into_par_iter()
        .map(|row| {
            let of_row = row * width..(row + 1) * width;
            let Series {
                z,
                bins,
                trend,
                class,
            } = series(&z[of_row.clone()], &q.listed[of_row]);
            EmergingCell {
                cell: cube.cells[row],
                total: cube.totals[row],
                class,
                z,
                bins,
                trend,
            }
        })
        .collect();
    let empty: Vec<EmergingEmpty> = empty
        .iter()
        .enumerate()
        .map(|(row, &(size, cells))| {
            let of_row = row * width..(row + 1) * width;
            let Series { z, bins, class, .. } = series(&empty_z[of_row.clone()], &q.groups[of_row]);
            EmergingEmpty {
                neighbourhood: size,
                cells,
                class,
                z,
                bins,
            }
        })
        .collect();

    let mut caveats = caveat::of_field(area.cell_count(), moments.squares);
    if moments.squares > 0.0
        && (cells.iter().any(|cell| cell.z.is_empty())
            || empty.iter().any(|group| group.z.is_empty()))
    {
        caveats.push(Caveat::NeighbourhoodIsWholeArea);
    }
    if width < caveat::FEW_STEPS {
        caveats.push(Caveat::FewTimeSteps);
    }
    let study = SpaceTimeSummary {
        resolution: area.level(),
        cells: area.cell_count(),
        steps: width as u64,
        mean: moments.mean,
        standard_deviation: moments.standard_deviation(),
        rows_outside: steps.iter().map(CellValues::rows_outside).sum(),
    };
    Ok(EmergingResult {
        study,
        cells,
        empty,
        caveats,
    })
}

fn series(z: &[Option<f64>], q: &[f64], options: &EmergingOptions) -> Series {
    let scored: Option<Vec<(f64, f64)>> = z.iter().zip(q).map(|(z, &q)| Some(((*z)?, q))).collect();
    let Some(scored) = scored else {
        return Series {
            z: Vec::new(),
            bins: Vec::new(),
            trend: None,
            class: EmergingClass::None,
        };
    };
    let signs: Vec<i8> = scored
        .iter()
        .map(|&(z, q)| {
            if q > options.alpha {
                0
            } else {
                i8::from(z > 0.0) - i8::from(z < 0.0)
            }
        })
        .collect();
    let bins = scored.iter().map(|&(z, q)| fdr::bin_of_q(z, q)).collect();
    let z: Vec<f64> = scored.iter().map(|&(z, _)| z).collect();
    let trend = mann_kendall(&z);
    let direction = trend
        .filter(|trend| trend.p <= options.trend_alpha)
        .map_or(0, |trend| trend.s.signum() as i8);
    Series {
        class: classes::classify(&signs, direction),
        z,
        bins,
        trend,
    }
}

/// Sums of the neighbourhoods of all cells that ever have one with a value, by cell and step.
struct Cube {
    cells: Vec<CellIndex>,
    sizes: Vec<u32>,
    totals: Vec<f64>,
    /// By cell, then step; the cell itself included.
    sums: Vec<f64>,
}

impl Cube {
    fn of(
        neighbourhood: &Neighbourhood,
        steps: &[CellValues],
        effort: Effort<'_>,
    ) -> Result<Self, OptionError> {
        let lags: Vec<Lag> = steps
            .iter()
            .map(|step| Lag::of(neighbourhood, step, effort))
            .collect::<Result<_, _>>()?;
        let mut listed: Vec<(CellIndex, u32)> = lags
            .iter()
            .flat_map(|lag| lag.cells.iter().map(|cell| (cell.cell(), cell.size)))
            .collect();
        listed.par_sort_unstable();
        listed.dedup();
        let (cells, sizes): (Vec<CellIndex>, Vec<u32>) = listed.into_iter().unzip();
        let bins = cells.len() as u64 * steps.len() as u64;
        let limit = effort.limits.max_space_time_bins;
        if bins > limit {
            let (cells, steps) = (cells.len() as u64, steps.len() as u64);
            return Err(OptionError::TooManyBins {
                cells,
                steps,
                limit,
            });
        }
        let mut sums = vec![0.0; bins as usize];
        let mut totals = vec![0.0; cells.len()];
        for (step, lag) in lags.iter().enumerate() {
            let mut row = 0;
            for cell in &lag.cells {
                while u64::from(cells[row]) < cell.index {
                    row += 1;
                }
                sums[row * steps.len() + step] = cell.sum + cell.own;
                totals[row] += cell.own;
            }
        }
        Ok(Self {
            cells,
            sizes,
            totals,
            sums,
        })
    }

    /// Sizes of the neighbourhoods of all other cells, and how many cells have them.
    fn empty(&self, neighbourhood: &Neighbourhood) -> Vec<(u32, u64)> {
        let mut listed = vec![0_u64; neighbourhood.largest() as usize + 1];
        for &size in &self.sizes {
            listed[size as usize] += 1;
        }
        neighbourhood
            .sizes()
            .map(|(size, cells)| (size, cells.saturating_sub(listed[size as usize])))
            .filter(|&(_, cells)| cells > 0)
            .collect()
    }
}

#[cfg(test)]
#[path = "emerging_tests.rs"]
mod tests;
