//! Sums of the neighbours' values, for the cells that have a value or a neighbour with one.

use h3o::CellIndex;
use rayon::prelude::*;

use crate::area::Cursor;
use crate::error::OptionError;
use crate::limits::Effort;
use crate::neighbours::{Neighbourhood, Scratch, SizeCursor};
use crate::slots::SlotSet;
use crate::values::CellValues;

/// A cell whose neighbourhood holds a value: half a line of the processor's cache, as a result may
/// have millions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LagCell {
    /// Index of the cell, a plain number: to check that it is one takes as long as all else.
    pub(crate) index: u64,
    /// Sum over the neighbours, the cell itself left out.
    pub(crate) sum: f64,
    /// The cell's own value.
    pub(crate) own: f64,
    /// Size of the neighbourhood, the cell itself included.
    pub(crate) size: u32,
    /// Row of the cell among the values; [`NO_ROW`] for an empty cell.
    row: u32,
}

const NO_ROW: u32 = u32::MAX;

impl LagCell {
    pub(crate) fn cell(&self) -> CellIndex {
        CellIndex::try_from(self.index).expect("only cells are listed")
    }

    pub(crate) fn row(&self) -> Option<u32> {
        (self.row != NO_ROW).then_some(self.row)
    }
}

/// The cells whose neighbourhood holds a value, ascending. The neighbours of a cell are summed in
/// ascending order, however they are found.
#[derive(Debug)]
pub(crate) struct Lag {
    pub(crate) cells: Vec<LagCell>,
}

/// Cells with a value that one task looks at, and tasks whose neighbours are held at a time.
const CHUNK_PAIRS: usize = 1 << 15;
const CHUNKS_AT_ONCE: usize = 16;
/// An array over all slots is used when it has at most so many, and at most so many for each pair;
/// else pairs are sorted.
const ARRAY_SLOTS: u64 = 1 << 24;
const SLOTS_PER_PAIR: u64 = 64;
/// Cells with a value whose neighbours one task lists at least, in a set of its own.
const LISTED_CELLS: usize = 1 << 14;
/// Cells that one task of a plain loop takes at least.
const TASK_CELLS: usize = 4096;

/// Slots touched by a chunk of cells with a value, and how many by each cell.
type Touched = (Vec<u64>, Vec<u32>);

impl Lag {
    pub(crate) fn of(
        neighbourhood: &Neighbourhood,
        values: &CellValues,
        effort: Effort<'_>,
    ) -> Result<Self, OptionError> {
        Self::by(neighbourhood, values, effort, Method::Chosen)
    }

    fn by(
        neighbourhood: &Neighbourhood,
        values: &CellValues,
        effort: Effort<'_>,
        method: Method,
    ) -> Result<Self, OptionError> {
        effort.check()?;
        let area = neighbourhood.area();
        let own_slots = values.slots_in(area).ok_or(OptionError::OtherArea)?;
        let cells = values.cells.len() as u64;
        let neighbours = u64::from(neighbourhood.largest());
        let pairs = cells * neighbours;
        let limit = effort.limits.max_pairs;
        if pairs > limit {
            return Err(OptionError::TooManyPairs {
                cells,
                neighbours,
                limit,
            });
        }
        let is_dense = area.slots() <= ARRAY_SLOTS && area.slots() / SLOTS_PER_PAIR <= pairs;
        match method {
            Method::Chosen if neighbourhood.keeps_neighbours() => {
                Ok(gathered(neighbourhood, values, own_slots))
            }
            Method::Chosen if is_dense => scattered(neighbourhood, values, own_slots, effort),
            Method::Chosen => sorted(neighbourhood, values, own_slots, effort),
            #[cfg(test)]
            Method::Scattered => scattered(neighbourhood, values, own_slots, effort),
            #[cfg(test)]
            Method::Sorted => sorted(neighbourhood, values, own_slots, effort),
        }
    }

    /// Adds what is known of the cells themselves to the sums of their neighbours.
    fn new(
        neighbourhood: &Neighbourhood,
        values: &CellValues,
        own_slots: &[u64],
        slots: &[u64],
        sum_of: impl Fn(usize, u64) -> f64 + Sync,
    ) -> Self {
        let area = neighbourhood.area();
        let first_row = |slot: u64| own_slots.partition_point(|&own| own < slot);
        let list = |known: &mut Known, (at, &slot): (usize, &u64)| {
            let row = known.next_row.unwrap_or_else(|| first_row(slot));
            // Each cell with a value is among the slots, and both ascend.
            let has_value = own_slots.get(row) == Some(&slot);
            known.next_row = Some(row + usize::from(has_value));
            let index = if has_value {
                values.cells[row].into()
            } else {
                area.index_near(slot, &mut known.cell)
                    .expect("only cells are listed")
            };
            LagCell {
                index,
                sum: sum_of(at, slot),
                own: if has_value { values.values[row] } else { 0.0 },
                size: neighbourhood.size_near(slot, &mut known.size),
                row: if has_value { row as u32 } else { NO_ROW },
            }
        };
        let numbered = slots.par_iter().enumerate().with_min_len(TASK_CELLS);
        Self {
            cells: numbered.map_init(Known::default, list).collect(),
        }
    }
}

/// What a task knows from the slot before.
#[derive(Default)]
struct Known {
    cell: Cursor,
    size: SizeCursor,
    next_row: Option<usize>,
}

enum Method {
    Chosen,
    #[cfg(test)]
    Scattered,
    #[cfg(test)]
    Sorted,
}

/// Where the neighbours of every cell are at hand, each cell collects its sum.
fn gathered(neighbourhood: &Neighbourhood, values: &CellValues, own_slots: &[u64]) -> Lag {
    let area = neighbourhood.area();
    // Adding the 0 of an empty cell changes no bit of a sum, which is never -0.0.
    let mut by_slot = vec![0.0; area.slots() as usize];
    for (&slot, &value) in own_slots.iter().zip(&values.values) {
        by_slot[slot as usize] = value;
    }
    let sum_of = |_, slot: u64| {
        let kept = neighbourhood.kept_neighbours(slot);
        kept.iter()
            .fold(0.0, |sum, &near| sum + by_slot[near as usize])
    };
    if own_slots.len() as u64 == area.cell_count() {
        return Lag::new(neighbourhood, values, own_slots, own_slots, sum_of);
    }
    let with_neighbours = |mut listed: SlotSet, &slot: &u64| {
        listed.insert(slot);
        let kept = neighbourhood.kept_neighbours(slot);
        kept.iter().for_each(|&near| listed.insert(near.into()));
        listed
    };
    let none = || SlotSet::new(area.slots());
    let listed = own_slots
        .par_iter()
        .with_min_len(LISTED_CELLS)
        .fold(none, with_neighbours)
        .reduce(none, SlotSet::joined);
    Lag::new(neighbourhood, values, own_slots, &listed.to_vec(), sum_of)
}

/// Finds the neighbours of the cells with a value, in parallel, and hands them on in the order of
/// the cells: a sum has one order.
fn each_chunk(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    effort: Effort<'_>,
    mut take: impl FnMut(usize, Touched),
) -> Result<(), OptionError> {
    let neighbours = neighbourhood.largest() as usize - 1;
    let chunk = (CHUNK_PAIRS / (neighbours + 1)).max(1);
    let at_once = chunk * CHUNKS_AT_ONCE;
    for (batch_number, cells) in values.cells.chunks(at_once).enumerate() {
        effort.check()?;
        let touched: Vec<Touched> = cells
            .par_chunks(chunk)
            .map(|cells| {
                let mut scratch = Scratch::new(neighbourhood);
                let mut slots = Vec::with_capacity(cells.len() * neighbours);
                let mut counts = Vec::with_capacity(cells.len());
                for &cell in cells {
                    let near = neighbourhood.find(cell, &mut scratch);
                    slots.extend_from_slice(near);
                    counts.push(near.len() as u32);
                }
                (slots, counts)
            })
            .collect();
        for (chunk_number, slots) in touched.into_iter().enumerate() {
            take(
                (batch_number * CHUNKS_AT_ONCE + chunk_number) * chunk,
                slots,
            );
        }
    }
    Ok(())
}

/// Each cell with a value adds it to its neighbours, in an array over all slots.
fn scattered(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    own_slots: &[u64],
    effort: Effort<'_>,
) -> Result<Lag, OptionError> {
    let slots = neighbourhood.area().slots();
    let mut sums = vec![0.0; slots as usize];
    let mut listed = SlotSet::new(slots);
    own_slots.iter().for_each(|&slot| listed.insert(slot));
    each_chunk(neighbourhood, values, effort, |first, (touched, counts)| {
        let mut rest = touched.as_slice();
        for (value, count) in values.values[first..].iter().zip(counts) {
            let (of_cell, after) = rest.split_at(count as usize);
            for &slot in of_cell {
                sums[slot as usize] += value;
                listed.insert(slot);
            }
            rest = after;
        }
    })?;
    let sum_of = |_, slot: u64| sums[slot as usize];
    let slots = listed.to_vec();
    Ok(Lag::new(neighbourhood, values, own_slots, &slots, sum_of))
}

/// As [`scattered`], in memory that does not depend on the area.
fn sorted(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    own_slots: &[u64],
    effort: Effort<'_>,
) -> Result<Lag, OptionError> {
    let mut pairs: Vec<(u64, f64)> = own_slots.iter().map(|&slot| (slot, 0.0)).collect();
    each_chunk(neighbourhood, values, effort, |first, (touched, counts)| {
        let repeated = values.values[first..]
            .iter()
            .zip(counts)
            .flat_map(|(&value, count)| std::iter::repeat_n(value, count as usize));
        pairs.extend(touched.into_iter().zip(repeated));
    })?;
    // Stable: the neighbours of a cell are summed in their order.
    pairs.par_sort_by_key(|&(slot, _)| slot);
    let mut slots: Vec<u64> = Vec::new();
    let mut sums: Vec<f64> = Vec::new();
    for (slot, value) in pairs {
        match (slots.last(), sums.last_mut()) {
            (Some(&last), Some(sum)) if last == slot => *sum += value,
            _ => {
                slots.push(slot);
                sums.push(0.0 + value);
            }
        }
    }
    let sum_of = |at: usize, _| sums[at];
    Ok(Lag::new(neighbourhood, values, own_slots, &slots, sum_of))
}

#[cfg(test)]
#[path = "lag_tests.rs"]
mod tests;
