//! The values of cells: how many features lie in each, and what their field adds up to.

use h3o::CellIndex;
use rayon::prelude::*;
use silt_hotspot::{CellValues, Members, StudyArea};
use silt_index::snapshot::{CollectionSnapshot, Column, RowCells, TextColumn};
use silt_model::FieldType;
use silt_query::query::Rows;

use crate::counting;
use crate::error::AnalysisError;
use crate::question::CellValue;
use crate::within::Within;

/// What lies in one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellFacts {
    /// The cell.
    pub cell: CellIndex,
    /// Value of the cell.
    pub value: f64,
    /// Features in it.
    pub features: u32,
    /// Features whose field has a value; all, where no field is asked for.
    pub observed: u32,
}

/// The features selected, by cell.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Those of the study area that have a feature, ascending by cell.
    pub cells: Vec<CellFacts>,
    /// By cell the sums of the bounds of the field's interval; empty where there is none.
    bounds: Vec<(f64, f64)>,
    /// Features selected.
    pub features: u64,
    /// Of these, how many have no position and lie in no cell.
    pub without_position: u64,
    /// Of these, how many lie in no cell of the study area.
    pub outside: u64,
    /// Of those in its cells, how many have no value in the field; they count in no cell.
    pub not_observed: u64,
    /// Whether any of them is synthetic.
    pub synthetic: bool,
    /// By code of the collection's sources, where it has several: whether any of them is of it.
    of_source: Vec<bool>,
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

/// The rows that lie in a cell, with its number; how many have no position is counted.
pub(crate) fn placed_rows<'d>(
    data: &'d CollectionSnapshot,
    rows: &'d Rows,
    within: &'d Within,
    cells: &'d RowCells,
    gathered: &'d mut Gathered,
) -> impl Iterator<Item = (u32, u32)> + 'd {
    let any_synthetic = data.any_synthetic();
    let sources = data.sources();
    if sources.texts.len() > 1 {
        gathered.of_source.resize(sources.texts.len(), false);
    }
    rows.iter().filter_map(move |row| {
        let Some(number) = cells.number(row) else {
            gathered.without_position += 1;
            gathered.take(row, sources);
            return None;
        };
        if !within.holds_row(data, row) {
            return None;
        }
        gathered.take(row, sources);
        gathered.synthetic |= any_synthetic && data.is_synthetic(row);
        Some((number, row))
    })
}

/// What the features of a cell add up to, with the sums of their bounds; or how many they are where
/// the cell lies outside the study area.
type Summed = Result<(CellFacts, (f64, f64)), u64>;

/// Adds up the rows by cell. The order of the rows changes nothing, not even the last bit.
pub(crate) fn gather(
    data: &CollectionSnapshot,
    rows: &Rows,
    within: &Within,
    cells: &RowCells,
    value: &CellValue,
    area: &StudyArea,
) -> Gathered {
    let mut gathered = Gathered::default();
    let placed = placed_rows(data, rows, within, cells, &mut gathered);
    let column = value.field().and_then(|name| data.column(name));
    let Some(column) = column else {
        let numbers = placed.map(|(number, _)| number);
        let counts = counting::counts(numbers, rows.len(), cells.cells().len());
        gathered.add_counts(&counts, cells.cells(), value, area);
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
    let read = |&(_, row): &(u32, u32)| {
        let or_nan = |column: &Column| number_of(column, row).unwrap_or(f64::NAN);
        let (low, high) = bounds.map_or((0.0, 0.0), |(low, high)| (or_nan(low), or_nan(high)));
        [or_nan(column), low, high]
    };
    let mut pairs = Vec::with_capacity(rows.len());
    // Inner iteration: twice as fast as a loop over rows that are all or a list.
    placed.for_each(|pair| pairs.push(pair));
    let add_up = |(members, numbers): &mut (Members<'_>, Vec<[f64; 3]>), same: &[(u32, u32)]| {
        let cell = cells.cells()[same[0].0 as usize];
        if !members.contains(cell) {
            return Err(same.len() as u64);
        }
        numbers.clear();
        numbers.extend(same.iter().map(read));
        Ok(added_up(cell, numbers, value))
    };
    let found: Vec<Summed> = counting::by_number(pairs)
        .par_chunk_by(|a, b| a.0 == b.0)
        .map_init(|| (area.members(), Vec::new()), add_up)
        .collect();
    for of_cell in found {
        match of_cell {
            Ok((facts, bounds_of_cell)) => {
                gathered.not_observed += u64::from(facts.features - facts.observed);
                gathered.cells.push(facts);
                gathered.bounds.extend(bounds.map(|_| bounds_of_cell));
            }
            Err(features) => gathered.outside += features,
        }
    }
    gathered.interval = interval;
    gathered
}

/// Cells that one task looks at.
const TASK_CELLS: usize = 1 << 15;

/// Area to which a density refers, km2.
const DENSITY_KM2: f64 = 1_000.0;

fn counted(cell: CellIndex, features: u32, value: &CellValue) -> CellFacts {
    let count = f64::from(features);
    CellFacts {
        cell,
        features,
        observed: features,
        value: match value {
            CellValue::Density => count * DENSITY_KM2 / cell.area_km2(),
            _ => count,
        },
    }
}

/// What the numbers of the features in a cell add up to: value, lower and upper bound of each.
fn added_up(
    cell: CellIndex,
    numbers: &mut [[f64; 3]],
    value: &CellValue,
) -> (CellFacts, (f64, f64)) {
    numbers.sort_unstable_by(|a, b| {
        let by_number = |at: usize| a[at].total_cmp(&b[at]);
        by_number(0)
            .then_with(|| by_number(1))
            .then_with(|| by_number(2))
    });
    let observed = numbers.partition_point(|numbers| !numbers[0].is_nan());
    let mut sums = [0.0; 3];
    for numbers in &numbers[..observed] {
        for (sum, number) in sums.iter_mut().zip(numbers) {
            // A bound that is not stated is the value itself.
            *sum += if number.is_nan() { numbers[0] } else { *number };
        }
    }
    let facts = CellFacts {
        cell,
        value: match value {
            CellValue::Mean(_) if observed > 0 => sums[0] / observed as f64,
            _ => sums[0],
        },
        features: numbers.len() as u32,
        observed: observed as u32,
    };
    (facts, (sums[1], sums[2]))
}

impl Gathered {
    /// Counts a feature.
    fn take(&mut self, row: u32, sources: &TextColumn) {
        self.features += 1;
        // None where there is but one source.
        if !self.of_source.is_empty()
            && let Some(is_there) = self.of_source.get_mut(sources.codes[row as usize] as usize)
        {
            *is_there = true;
        }
    }

    /// Whether any of the features selected is of a source.
    pub fn is_of_source(&self, data: &CollectionSnapshot, source: &str) -> bool {
        let mut texts = data.sources().texts.iter();
        match texts.position(|text| text == source) {
            Some(0) if self.of_source.is_empty() => self.features > 0,
            Some(code) => self.of_source.get(code).is_some_and(|is_there| *is_there),
            None => false,
        }
    }

    /// Takes numbers of cells with how many features lie in each.
    fn add_counts(
        &mut self,
        counts: &[(u32, u32)],
        cells: &[CellIndex],
        value: &CellValue,
        area: &StudyArea,
    ) {
        let of_task = |counts: &[(u32, u32)]| {
            let mut members = area.members();
            let mut inside = Vec::with_capacity(counts.len());
            let mut outside = 0;
            for &(number, features) in counts {
                let cell = cells[number as usize];
                if members.contains(cell) {
                    inside.push(counted(cell, features, value));
                } else {
                    outside += u64::from(features);
                }
            }
            (inside, outside)
        };
        let tasks = counts.par_chunks(TASK_CELLS);
        for (inside, outside) in tasks.map(of_task).collect::<Vec<_>>() {
            self.cells.extend_from_slice(&inside);
            self.outside += outside;
        }
    }

    /// The values of the cells of a study area; a cell in which nothing was observed has none.
    pub(crate) fn values(&self, area: &StudyArea) -> Result<CellValues, AnalysisError> {
        let observed = self.cells.iter().filter(|facts| facts.observed > 0);
        let rows = observed.map(|facts| (facts.cell, facts.value));
        Ok(CellValues::sum(area, rows)?)
    }

    /// What lies in a cell.
    pub fn of_cell(&self, cell: CellIndex) -> Option<&CellFacts> {
        self.cells.get(self.place_of(cell)?)
    }

    /// Sums of the bounds of the field's interval in a cell, where the collection has them.
    pub fn bounds_of_cell(&self, cell: CellIndex) -> Option<(f64, f64)> {
        self.bounds.get(self.place_of(cell)?).copied()
    }

    fn place_of(&self, cell: CellIndex) -> Option<usize> {
        let at = self.cells.binary_search_by_key(&cell, |facts| facts.cell);
        at.ok()
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        size_of_val(self.cells.as_slice()) + size_of_val(self.bounds.as_slice())
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
