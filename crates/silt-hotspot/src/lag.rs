//! Sums of the neighbours' values, for the cells that have a value or a neighbour with one.

use h3o::CellIndex;
use rayon::prelude::*;

use crate::error::OptionError;
use crate::limits::Limits;
use crate::neighbours::{Neighbourhood, Scratch};
use crate::values::CellValues;

/// The cells whose neighbourhood holds a value, ascending, as columns of equal length.
pub(crate) struct Lag {
    pub(crate) slots: Vec<u64>,
    pub(crate) cells: Vec<CellIndex>,
    /// Sum over the neighbours, the cell itself left out.
    pub(crate) sums: Vec<f64>,
    /// Size of the neighbourhood, the cell itself included.
    pub(crate) sizes: Vec<u32>,
    /// The cell's own value.
    pub(crate) own: Vec<f64>,
    /// Row of the cell among the values; `None` for an empty cell.
    pub(crate) row: Vec<Option<u32>>,
}

/// Cells with a value that one task looks at, and tasks whose neighbours are held at a time.
const CHUNK_PAIRS: usize = 1 << 15;
const CHUNKS_AT_ONCE: usize = 128;
/// An array over all slots is used when it has at most this many, or this many times the pairs;
/// else pairs are sorted.
const DENSE_SLOTS: u64 = 1 << 24;
const DENSE_SLOTS_PER_PAIR: u64 = 64;

/// Slots touched by a chunk of cells with a value, and how many by each cell.
type Touched = (Vec<u64>, Vec<u32>);

impl Lag {
    pub(crate) fn of(
        neighbourhood: &Neighbourhood,
        values: &CellValues,
        limits: &Limits,
    ) -> Result<Self, OptionError> {
        Self::by(neighbourhood, values, limits, Method::Chosen)
    }

    fn by(
        neighbourhood: &Neighbourhood,
        values: &CellValues,
        limits: &Limits,
        method: Method,
    ) -> Result<Self, OptionError> {
        let area = neighbourhood.area();
        if values.resolution != area.resolution() || values.area_cells != area.cell_count() {
            return Err(OptionError::OtherArea);
        }
        let cells = values.cells.len() as u64;
        let neighbours = u64::from(neighbourhood.largest());
        let pairs = cells * neighbours;
        if pairs > limits.max_pairs {
            return Err(OptionError::TooManyPairs {
                cells,
                neighbours,
                limit: limits.max_pairs,
            });
        }
        let mut hint = 0;
        let own_slots: Option<Vec<u64>> = values
            .cells
            .iter()
            .map(|&cell| area.slot_near(cell.into(), &mut hint))
            .collect();
        let own_slots = own_slots.ok_or(OptionError::OtherArea)?;

        let dense = match method {
            Method::Chosen => {
                area.slots() <= DENSE_SLOTS && area.slots() / DENSE_SLOTS_PER_PAIR <= pairs
            }
            #[cfg(test)]
            Method::Dense => true,
            #[cfg(test)]
            Method::Sorted => false,
        };
        let sums = if dense { dense_sums } else { sorted_sums };
        let (slots, sums) = sums(neighbourhood, values, &own_slots);
        Ok(Self::with_own(
            neighbourhood,
            values,
            &own_slots,
            slots,
            sums,
        ))
    }

    /// Adds what is known of the cells themselves to the sums of their neighbours.
    fn with_own(
        neighbourhood: &Neighbourhood,
        values: &CellValues,
        own_slots: &[u64],
        slots: Vec<u64>,
        sums: Vec<f64>,
    ) -> Self {
        let area = neighbourhood.area();
        let sizes = neighbourhood.sizes_of(&slots);
        let mut cells = Vec::with_capacity(slots.len());
        let mut own = Vec::with_capacity(slots.len());
        let mut row = Vec::with_capacity(slots.len());
        // Each cell with a value is among the slots, and both ascend.
        let mut next = 0;
        for &slot in &slots {
            if own_slots.get(next) == Some(&slot) {
                cells.push(values.cells[next]);
                own.push(values.values[next]);
                row.push(u32::try_from(next).ok());
                next += 1;
            } else {
                cells.extend(area.cell_at(slot));
                own.push(0.0);
                row.push(None);
            }
        }
        Self {
            slots,
            cells,
            sums,
            sizes,
            own,
            row,
        }
    }
}

enum Method {
    Chosen,
    #[cfg(test)]
    Dense,
    #[cfg(test)]
    Sorted,
}

/// Finds the neighbours of the cells with a value, in parallel, and hands them on in the order of
/// the cells: a sum has one order.
fn each_chunk(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    own_slots: &[u64],
    mut take: impl FnMut(usize, Touched),
) {
    let neighbours = neighbourhood.largest() as usize - 1;
    let chunk = (CHUNK_PAIRS / (neighbours + 1)).max(1);
    let at_once = chunk * CHUNKS_AT_ONCE;
    let batches = values.cells.chunks(at_once).zip(own_slots.chunks(at_once));
    for (batch_number, (cells, own)) in batches.enumerate() {
        let touched: Vec<Touched> = cells
            .par_chunks(chunk)
            .zip(own.par_chunks(chunk))
            .map(|(cells, own)| {
                let mut scratch = Scratch::default();
                let mut slots = Vec::with_capacity(cells.len() * neighbours);
                let mut counts = Vec::with_capacity(cells.len());
                for (&cell, &own) in cells.iter().zip(own) {
                    let before = slots.len();
                    neighbourhood.each_neighbour(cell.into(), own, &mut scratch, |slot| {
                        slots.push(slot);
                    });
                    counts.push((slots.len() - before) as u32);
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
}

fn dense_sums(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    own_slots: &[u64],
) -> (Vec<u64>, Vec<f64>) {
    let slots = neighbourhood.area().slots() as usize;
    let mut sums = vec![0.0; slots];
    // A byte each, as setting a bit would have to read the others first.
    let mut listed = vec![false; slots];
    let mut list = |slot: u64| listed[slot as usize] = true;
    for &slot in own_slots {
        list(slot);
    }
    if neighbourhood.keeps_neighbours() {
        let mut scratch = Scratch::default();
        for ((&cell, &value), &own) in values.cells.iter().zip(&values.values).zip(own_slots) {
            neighbourhood.each_neighbour(cell.into(), own, &mut scratch, |slot| {
                sums[slot as usize] += value;
                list(slot);
            });
        }
        return listed_sums(&listed, &sums);
    }
    each_chunk(
        neighbourhood,
        values,
        own_slots,
        |first, (touched, counts)| {
            let mut rest = touched.as_slice();
            for (value, count) in values.values[first..].iter().zip(counts) {
                let (of_cell, after) = rest.split_at(count as usize);
                for &slot in of_cell {
                    sums[slot as usize] += value;
                    list(slot);
                }
                rest = after;
            }
        },
    );

    listed_sums(&listed, &sums)
}

/// The listed slots, ascending, and their sums.
fn listed_sums(listed: &[bool], sums: &[f64]) -> (Vec<u64>, Vec<f64>) {
    let count = listed.iter().filter(|&&listed| listed).count();
    let mut slots = Vec::with_capacity(count);
    let mut kept = Vec::with_capacity(count);
    for (slot, (&is_listed, &sum)) in listed.iter().zip(sums).enumerate() {
        if is_listed {
            slots.push(slot as u64);
            kept.push(sum);
        }
    }
    (slots, kept)
}

fn sorted_sums(
    neighbourhood: &Neighbourhood,
    values: &CellValues,
    own_slots: &[u64],
) -> (Vec<u64>, Vec<f64>) {
    let mut pairs: Vec<(u64, f64)> = own_slots.iter().map(|&slot| (slot, 0.0)).collect();
    each_chunk(
        neighbourhood,
        values,
        own_slots,
        |first, (touched, counts)| {
            let repeated = values.values[first..]
                .iter()
                .zip(counts)
                .flat_map(|(&value, count)| std::iter::repeat_n(value, count as usize));
            pairs.extend(touched.into_iter().zip(repeated));
        },
    );
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
    (slots, sums)
}

#[cfg(test)]
#[path = "lag_tests.rs"]
mod tests;
