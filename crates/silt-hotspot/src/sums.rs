//! Sums of rows by cell, the same to the last bit whatever the order of the rows.

use h3o::CellIndex;
use rayon::prelude::*;

use crate::area::StudyArea;

/// Whether the order of a sum matters. Integers below 2^53 are added without rounding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exactness {
    are_integers: bool,
    /// Sum of the absolute values, which no sum of some of them exceeds.
    magnitude: f64,
}

impl Default for Exactness {
    fn default() -> Self {
        Self {
            are_integers: true,
            magnitude: 0.0,
        }
    }
}

impl Exactness {
    pub(crate) fn meet(&mut self, value: f64) {
        self.are_integers &= (value as i64) as f64 == value;
        self.magnitude += value.abs();
    }

    pub(crate) fn is_exact(self) -> bool {
        self.are_integers && self.magnitude <= (1_u64 << f64::MANTISSA_DIGITS) as f64
    }
}

/// Cells that have rows, ascending, and the sums of those.
pub(crate) struct ByCell {
    pub(crate) cells: Vec<CellIndex>,
    pub(crate) values: Vec<f64>,
    pub(crate) rows_outside: u64,
}

/// A row as a number: the slot above, below it the value so that numbers have the order of
/// [`f64::total_cmp`].
type Row = u128;

const SIGN: u64 = 1 << 63;

fn row(slot: u64, value: f64) -> Row {
    let bits = value.to_bits();
    let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    u128::from(slot) << 64 | u128::from(ordered)
}

fn slot_of(row: Row) -> u64 {
    (row >> 64) as u64
}

fn value_of(row: Row) -> f64 {
    let ordered = row as u64;
    f64::from_bits(if ordered & SIGN == 0 {
        !ordered
    } else {
        ordered & !SIGN
    })
}

/// Rows of a bucket, on average, and most buckets **\[inferred\]**: a bucket lies in the cache of a
/// core, and so do the ends of all buckets.
const ROWS_PER_BUCKET: usize = 256;
const MOST_BUCKETS: u64 = 1024;
/// Rows that one task looks up at least.
const TASK_ROWS: usize = 4096;
/// A table over the slots of a bucket is used where it has at most this many for each row.
const SLOTS_PER_ROW: u64 = 8;

const OUTSIDE: u64 = u64::MAX;

/// Sums rows by cell, in the order of their values where the sum is not exact.
pub(crate) fn by_cell(area: &StudyArea, rows: &[(CellIndex, f64)], is_exact: bool) -> ByCell {
    let slots: Vec<u64> = rows
        .par_iter()
        .with_min_len(TASK_ROWS)
        .map_init(
            || 0,
            |hint, &(cell, _)| area.slot_near(cell, hint).unwrap_or(OUTSIDE),
        )
        .collect();

    let most = ((rows.len() / ROWS_PER_BUCKET) as u64).clamp(1, MOST_BUCKETS);
    let mut shift = 0;
    while area.slots() >> shift >= most.max(2) {
        shift += 1;
    }
    let mut buckets: Vec<Vec<Row>> = vec![Vec::new(); (area.slots() >> shift) as usize + 1];
    let mut rows_outside = 0;
    for (&slot, &(_, value)) in slots.iter().zip(rows) {
        if slot == OUTSIDE {
            rows_outside += 1;
        } else {
            buckets[(slot >> shift) as usize].push(row(slot, value));
        }
    }

    let sums: Vec<(Vec<CellIndex>, Vec<f64>)> = buckets
        .into_par_iter()
        .enumerate()
        .map(|(bucket, rows)| {
            let first = (bucket as u64) << shift;
            let width = 1 << shift;
            if is_exact && width <= SLOTS_PER_ROW * rows.len() as u64 {
                by_table(area, first, width, &rows)
            } else {
                by_order(area, rows)
            }
        })
        .collect();
    let (cells, values): (Vec<Vec<CellIndex>>, Vec<Vec<f64>>) = sums.into_iter().unzip();
    ByCell {
        cells: cells.concat(),
        values: values.concat(),
        rows_outside,
    }
}

fn by_table(area: &StudyArea, first: u64, width: u64, rows: &[Row]) -> (Vec<CellIndex>, Vec<f64>) {
    let mut sums = vec![f64::NAN; width as usize];
    for &row in rows {
        let sum = &mut sums[(slot_of(row) - first) as usize];
        // Not -0.0, which would print as a negative value.
        *sum = value_of(row) + if sum.is_nan() { 0.0 } else { *sum };
    }
    let mut hint = 0;
    let found = (first..).zip(sums).filter(|(_, sum)| !sum.is_nan());
    found
        .filter_map(|(slot, sum)| Some((area.cell_near(slot, &mut hint)?, sum)))
        .unzip()
}

fn by_order(area: &StudyArea, mut rows: Vec<Row>) -> (Vec<CellIndex>, Vec<f64>) {
    rows.sort_unstable();
    let mut hint = 0;
    let of_cell = rows.chunk_by(|&a, &b| slot_of(a) == slot_of(b));
    of_cell
        .filter_map(|rows| {
            let cell = area.cell_near(slot_of(rows[0]), &mut hint)?;
            let sum = rows.iter().fold(0.0, |sum, &row| sum + value_of(row));
            Some((cell, sum))
        })
        .unzip()
}

#[cfg(test)]
#[path = "sums_tests.rs"]
mod tests;
