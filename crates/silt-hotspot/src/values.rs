//! The values of a study area's cells, without the zeros of the empty ones.

use h3o::{CellIndex, Resolution};
use serde::Serialize;

use crate::area::StudyArea;
use crate::error::ValueError;
use crate::sums::{self, Exactness};

/// Number, mean and spread of the values of a study area.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StudySummary {
    /// H3 resolution of the cells, 0 to 15.
    pub resolution: u8,
    /// Cells of the study area, empty ones included: `n`.
    pub cells: u64,
    /// Cells that have a value, be it 0.
    pub cells_with_value: u64,
    /// Values given for cells outside the study area, which take no part.
    pub rows_outside: u64,
    /// Sum of the values.
    pub total: f64,
    /// Mean over all `n` cells.
    pub mean: f64,
    /// Standard deviation over all `n` cells, with `n` as divisor (ddof = 0): `s`.
    pub standard_deviation: f64,
}

/// Largest absolute value of a cell: its square, summed over all cells of the world, is still
/// finite.
const LARGEST: f64 = 1e100;

fn is_usable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// Values of cells, ascending by cell; every other cell of the study area has the value 0.
#[derive(Clone, Debug, PartialEq)]
pub struct CellValues {
    pub(crate) resolution: Resolution,
    pub(crate) area_cells: u64,
    area_key: u64,
    pub(crate) cells: Vec<CellIndex>,
    slots: Vec<u64>,
    pub(crate) values: Vec<f64>,
    rows_outside: u64,
}

impl CellValues {
    /// Sums rows by cell: give 1.0 for a count. The order of the rows changes nothing, not even the
    /// last bit. Rows of cells outside the study area are counted ([`StudySummary::rows_outside`])
    /// and otherwise ignored.
    ///
    /// # Errors
    /// [`ValueError`] for a cell of another resolution than the study area's, and for a value or
    /// sum that is not finite or beyond 1e100.
    pub fn sum(
        area: &StudyArea,
        rows: impl IntoIterator<Item = (CellIndex, f64)>,
    ) -> Result<Self, ValueError> {
        let rows = rows.into_iter();
        let mut given = Vec::with_capacity(rows.size_hint().0);
        let mut exactness = Exactness::default();
        for (cell, value) in rows {
            if cell.resolution() != area.resolution() {
                return Err(ValueError::Resolution {
                    cell: cell.into(),
                    found: cell.resolution(),
                    expected: area.resolution(),
                });
            }
            if !is_usable(value) {
                return Err(ValueError::NotFinite { cell: cell.into() });
            }
            exactness.meet(value);
            given.push((cell, value));
        }
        let sums::ByCell {
            cells,
            slots,
            values,
            rows_outside,
        } = sums::by_cell(area, &given, exactness.is_exact());
        if let Some(at) = values.iter().position(|&value| !is_usable(value)) {
            return Err(ValueError::NotFinite {
                cell: cells[at].into(),
            });
        }
        Ok(Self {
            resolution: area.resolution(),
            area_cells: area.cell_count(),
            area_key: area.key(),
            cells,
            slots,
            values,
            rows_outside,
        })
    }

    /// Cells that have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether no cell has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Cells and their values, ascending by cell.
    pub fn iter(&self) -> impl Iterator<Item = (CellIndex, f64)> + '_ {
        self.cells.iter().copied().zip(self.values.iter().copied())
    }

    /// Number, mean and spread over the whole study area.
    #[must_use]
    pub fn summary(&self) -> StudySummary {
        self.summary_of(&Moments::of(self.area_cells, std::slice::from_ref(self)))
    }

    /// As [`Self::summary`], of moments that are known already.
    pub(crate) fn summary_of(&self, moments: &Moments) -> StudySummary {
        StudySummary {
            resolution: self.resolution.into(),
            cells: self.area_cells,
            cells_with_value: self.cells.len() as u64,
            rows_outside: self.rows_outside,
            total: moments.total,
            mean: moments.mean,
            standard_deviation: moments.standard_deviation(),
        }
    }

    /// Slots of the cells in an area; `None` where it is not the one that the rows were summed for.
    pub(crate) fn slots_in(&self, area: &StudyArea) -> Option<&[u64]> {
        let is_same = self.resolution == area.resolution()
            && self.area_cells == area.cell_count()
            && self.area_key == area.key();
        is_same.then_some(&self.slots)
    }

    pub(crate) fn rows_outside(&self) -> u64 {
        self.rows_outside
    }
}

/// Moments over the cells of one study area, or over its cells at several times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub(crate) n: f64,
    pub(crate) total: f64,
    pub(crate) mean: f64,
    /// Sum of the squared deviations from the mean; exactly 0 when all values are equal.
    pub(crate) squares: f64,
}

impl Moments {
    pub(crate) fn of(area_cells: u64, steps: &[CellValues]) -> Self {
        let all = area_cells * steps.len() as u64;
        let stored: u64 = steps.iter().map(|step| step.values.len() as u64).sum();
        let empty = all - stored;
        let each = || steps.iter().flat_map(|step| step.values.iter().copied());
        let n = all as f64;
        let total: f64 = each().sum();
        let mean = total / n;

        let zero = (empty > 0).then_some(0.0);
        let (least, greatest) = each().chain(zero).fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(least, greatest), value| (least.min(value), greatest.max(value)),
        );
        let squares = if least < greatest {
            each()
                .map(|value| (value - mean) * (value - mean))
                .sum::<f64>()
                + empty as f64 * mean * mean
        } else {
            // The mean of equal values may differ from them in its last bit, and must not make a
            // spread of it.
            0.0
        };
        Self {
            n,
            total,
            mean,
            squares,
        }
    }

    /// ddof = 0.
    pub(crate) fn standard_deviation(&self) -> f64 {
        (self.squares / self.n).sqrt()
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
