//! The values of cells: how many features lie in each, and what their field adds up to.

use h3o::CellIndex;
use rayon::slice::ParallelSliceMut as _;
use silt_hotspot::{CellValues, StudyArea};
use silt_index::snapshot::{CollectionSnapshot, Column};
use silt_model::FieldType;
use silt_query::query::Rows;

use crate::error::AnalysisError;
use crate::question::CellValue;
use crate::within::Within;

/// What lies in one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellFacts {
    /// The cell.
    pub cell: CellIndex,
    /// Features in it.
    pub features: u64,
    /// Features whose field has a value; all, where no field is asked for.
    pub observed: u64,
    /// Value of the cell.
    pub value: f64,
    /// Sums of the bounds of the field's interval, where the collection has them.
    pub bounds: Option<(f64, f64)>,
}

/// The features selected, by cell.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Ascending by cell.
    pub cells: Vec<CellFacts>,
    /// Features selected.
    pub features: u64,
    /// Of these, how many have no position and lie in no cell.
    pub without_position: u64,
    /// Of these, how many have no value in the field; they count in no cell.
    pub not_observed: u64,
    /// Whether any of them is synthetic.
    pub synthetic: bool,
    /// Names of the fields that hold the interval, where there is one.
    pub interval: Option<(String, String)>,
}

/// Fields with the 5th and the 95th percentile of a field: `tonnes_p05` and `tonnes_p95` of
/// `tonnes`, `tonnes_mean` or `tonnes_p50`.
fn interval_of(data: &CollectionSnapshot, field: &str) -> Option<(String, String)> {
    let stem = ["_mean", "_p50"]
        .iter()
        .find_map(|ending| field.strip_suffix(ending))
        .unwrap_or(field);
    let bounds = (format!("{stem}_p05"), format!("{stem}_p95"));
    let is_there = |name: &str| {
        let own = data.schema().field(name);
        own.is_some_and(|own| matches!(own.field_type, FieldType::Integer | FieldType::Real))
    };
    (is_there(&bounds.0) && is_there(&bounds.1)).then_some(bounds)
}

/// The number of a row, where it has one.
pub(crate) fn number_of(column: &Column, row: u32) -> Option<f64> {
    let number = match column {
        Column::Integer(numbers) => numbers.get(row).map(|number| number as f64),
        Column::Real(numbers) => numbers.get(row),
        Column::Mixed(values) => values[row as usize].as_f64(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// The rows that lie in a cell, with it; how many have no position is counted.
pub(crate) fn placed_rows<'d>(
    data: &'d CollectionSnapshot,
    rows: &'d Rows,
    within: &'d Within,
    cells: &'d [Option<CellIndex>],
    gathered: &'d mut Gathered,
) -> impl Iterator<Item = (CellIndex, u32)> + 'd {
    let any_synthetic = data.any_synthetic();
    rows.iter().filter_map(move |row| {
        let Some(cell) = cells[row as usize] else {
            gathered.features += 1;
            gathered.without_position += 1;
            return None;
        };
        if !within.holds_row(data, row) {
            return None;
        }
        gathered.features += 1;
        gathered.synthetic |= any_synthetic && data.is_synthetic(row);
        Some((cell, row))
    })
}

/// Adds up the rows by cell. The order of the rows changes nothing, not even the last bit.
pub(crate) fn gather(
    data: &CollectionSnapshot,
    rows: &Rows,
    within: &Within,
    cells: &[Option<CellIndex>],
    value: &CellValue,
) -> Gathered {
    let mut gathered = Gathered::default();
    let column = value.field().and_then(|name| data.column(name));
    let Some(column) = column else {
        let mut placed: Vec<CellIndex> = placed_rows(data, rows, within, cells, &mut gathered)
            .map(|(cell, _)| cell)
            .collect();
        placed.par_sort_unstable();
        gathered.cells = placed
            .chunk_by(|a, b| a == b)
            .map(|same| counted(same[0], same.len() as u64, value))
            .collect();
        return gathered;
    };

    let interval = match value {
        CellValue::Sum(field) => interval_of(data, field),
        _ => None,
    };
    let bounds = interval
        .as_ref()
        .and_then(|(low, high)| Some((data.column(low)?, data.column(high)?)));
    // Not-a-number marks what was not observed; it sorts behind every number.
    let read = |(cell, row): (CellIndex, u32)| {
        let or_nan = |column: &Column| number_of(column, row).unwrap_or(f64::NAN);
        let (low, high) = bounds.map_or((0.0, 0.0), |(low, high)| (or_nan(low), or_nan(high)));
        (cell, [or_nan(column), low, high])
    };
    let mut placed: Vec<(CellIndex, [f64; 3])> =
        placed_rows(data, rows, within, cells, &mut gathered)
            .map(read)
            .collect();
    placed.par_sort_unstable_by(|(a, x), (b, y)| {
        let by_number = |at: usize| x[at].total_cmp(&y[at]);
        a.cmp(b)
            .then_with(|| by_number(0))
            .then_with(|| by_number(1))
            .then_with(|| by_number(2))
    });
    for same in placed.chunk_by(|(a, _), (b, _)| a == b) {
        let facts = added_up(same, value, bounds.is_some());
        gathered.not_observed += facts.features - facts.observed;
        gathered.cells.push(facts);
    }
    gathered.interval = interval;
    gathered
}

/// Area to which a density refers, km2.
const DENSITY_KM2: f64 = 1_000.0;

fn counted(cell: CellIndex, features: u64, value: &CellValue) -> CellFacts {
    let count = features as f64;
    CellFacts {
        cell,
        features,
        observed: features,
        value: match value {
            CellValue::Density => count * DENSITY_KM2 / cell.area_km2(),
            _ => count,
        },
        bounds: None,
    }
}

fn added_up(same: &[(CellIndex, [f64; 3])], value: &CellValue, has_bounds: bool) -> CellFacts {
    let observed = same.iter().filter(|(_, numbers)| !numbers[0].is_nan());
    let mut count = 0;
    let mut sums = [0.0; 3];
    for (_, numbers) in observed {
        count += 1;
        for (sum, number) in sums.iter_mut().zip(numbers) {
            // A bound that is not stated is the value itself.
            *sum += if number.is_nan() { numbers[0] } else { *number };
        }
    }
    let value = match value {
        CellValue::Mean(_) if count > 0 => sums[0] / count as f64,
        _ => sums[0],
    };
    CellFacts {
        cell: same[0].0,
        features: same.len() as u64,
        observed: count,
        value,
        bounds: has_bounds.then_some((sums[1], sums[2])),
    }
}

impl Gathered {
    /// The values of the cells of a study area; a cell in which nothing was observed has none.
    pub(crate) fn values(&self, area: &StudyArea) -> Result<CellValues, AnalysisError> {
        let observed = self.cells.iter().filter(|facts| facts.observed > 0);
        let rows = observed.map(|facts| (facts.cell, facts.value));
        Ok(CellValues::sum(area, rows)?)
    }

    /// Features in cells outside a study area.
    pub(crate) fn outside(&self, area: &StudyArea) -> u64 {
        let outside = self.cells.iter().filter(|facts| !area.contains(facts.cell));
        outside.map(|facts| facts.features).sum()
    }

    /// What lies in a cell.
    pub fn of_cell(&self, cell: CellIndex) -> Option<&CellFacts> {
        let at = self.cells.binary_search_by_key(&cell, |facts| facts.cell);
        at.ok().map(|at| &self.cells[at])
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
