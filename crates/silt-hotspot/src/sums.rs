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
#[derive(Default)]
pub(crate) struct ByCell {
    pub(crate) cells: Vec<CellIndex>,
    pub(crate) slots: Vec<u64>,
    pub(crate) values: Vec<f64>,
    pub(crate) rows_outside: u64,
}

#[derive(Clone, Copy)]
struct Row {
    slot: u64,
    cell: CellIndex,
    value: f64,
}

const SIGN: u64 = 1 << 63;

/// A value as a number: numbers have the order of [`f64::total_cmp`].
fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn value_of(ordered: u64) -> f64 {
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
/// Rows from which more threads than one are asked **\[inferred\]**: waking them takes as long as
/// some ten thousand rows.
const PARALLEL_ROWS: usize = 1 << 16;
/// Rows that one task looks up at least.
const TASK_ROWS: usize = 4096;
/// A table over the slots of a bucket is used where it has at most this many for each row.
const SLOTS_PER_ROW: u64 = 16;

const OUTSIDE: u64 = u64::MAX;

/// Sums rows by cell, in the order of their values where the sum is not exact.
pub(crate) fn by_cell(area: &StudyArea, rows: &[(CellIndex, f64)], is_exact: bool) -> ByCell {
    let slot_of = |hint: &mut usize, &(cell, _): &(CellIndex, f64)| {
        area.slot_near(cell, hint).unwrap_or(OUTSIDE)
    };
    let one_by_one = || {
        let mut hint = 0;
        rows.iter().map(|row| slot_of(&mut hint, row)).collect()
    };
    let in_parallel = || {
        let rows = rows.par_iter().with_min_len(TASK_ROWS);
        rows.map_init(|| 0, slot_of).collect()
    };
    let is_large = rows.len() >= PARALLEL_ROWS;
    let is_summed = rows.is_sorted_by(|a, b| a.0 < b.0);
    match (is_summed, is_large) {
        (true, true) => summed_before(rows, in_parallel()),
        (true, false) => summed_before(rows, one_by_one()),
        (false, false) => in_buckets(area, rows, &one_by_one(), is_exact, false),
        // Entered once: a call from outside the pool waits for its threads to wake each time.
        (false, true) => rayon::scope(|_| in_buckets(area, rows, &in_parallel(), is_exact, true)),
    }
}

/// One row for each cell, ascending: what others have summed already.
fn summed_before(rows: &[(CellIndex, f64)], slots: Vec<u64>) -> ByCell {
    // As every sum begins with 0.
    let value = |&(_, value): &(CellIndex, f64)| 0.0 + value;
    if !slots.contains(&OUTSIDE) {
        return ByCell {
            cells: rows.iter().map(|&(cell, _)| cell).collect(),
            values: rows.iter().map(value).collect(),
            slots,
            rows_outside: 0,
        };
    }
    let placed = rows.iter().zip(&slots);
    let inside: Vec<&(CellIndex, f64)> = placed
        .filter(|&(_, &slot)| slot != OUTSIDE)
        .map(|(row, _)| row)
        .collect();
    ByCell {
        cells: inside.iter().map(|&&(cell, _)| cell).collect(),
        values: inside.into_iter().map(value).collect(),
        rows_outside: slots.iter().filter(|&&slot| slot == OUTSIDE).count() as u64,
        slots: slots.into_iter().filter(|&slot| slot != OUTSIDE).collect(),
    }
}

fn in_buckets(
    area: &StudyArea,
    rows: &[(CellIndex, f64)],
    slots: &[u64],
    is_exact: bool,
    in_parallel: bool,
) -> ByCell {
    let most = ((rows.len() / ROWS_PER_BUCKET) as u64).clamp(2, MOST_BUCKETS);
    let mut shift = 0;
    while area.slots() >> shift >= most {
        shift += 1;
    }
    let mut rows_of = vec![0; (area.slots() >> shift) as usize + 1];
    let inside = || slots.iter().filter(|&&slot| slot != OUTSIDE);
    inside().for_each(|slot| rows_of[(slot >> shift) as usize] += 1);
    let mut buckets: Vec<Vec<Row>> = rows_of.into_iter().map(Vec::with_capacity).collect();
    let mut rows_outside = 0;
    for (&slot, &(cell, value)) in slots.iter().zip(rows) {
        if slot == OUTSIDE {
            rows_outside += 1;
        } else {
            buckets[(slot >> shift) as usize].push(Row { slot, cell, value });
        }
    }

    let sum = |(bucket, rows): (usize, Vec<Row>)| {
        let first = (bucket as u64) << shift;
        let width = 1 << shift;
        if width <= SLOTS_PER_ROW * rows.len() as u64 {
            by_table(&rows, first, width as usize, is_exact)
        } else {
            by_order(rows)
        }
    };
    let parts: Vec<ByCell> = if in_parallel {
        buckets.into_par_iter().enumerate().map(sum).collect()
    } else {
        buckets.into_iter().enumerate().map(sum).collect()
    };
    let cells = parts.iter().map(|part| part.cells.len()).sum();
    let mut result = ByCell {
        cells: Vec::with_capacity(cells),
        slots: Vec::with_capacity(cells),
        values: Vec::with_capacity(cells),
        rows_outside,
    };
    for part in parts {
        result.cells.extend_from_slice(&part.cells);
        result.slots.extend_from_slice(&part.slots);
        result.values.extend_from_slice(&part.values);
    }
    result
}

impl ByCell {
    fn push(&mut self, cell: CellIndex, slot: u64, values: impl Iterator<Item = f64>) {
        self.cells.push(cell);
        self.slots.push(slot);
        // Begins with 0, so that no sum is -0.0, which would print as a negative value.
        self.values.push(values.fold(0.0, |sum, value| sum + value));
    }
}

/// Rows whose slots lie in `first..first + width`.
fn by_table(rows: &[Row], first: u64, width: usize, is_exact: bool) -> ByCell {
    let place = |row: &Row| (row.slot - first) as usize;
    let mut table: Vec<(Option<CellIndex>, u32)> = vec![(None, 0); width];
    for row in rows {
        let (cell, count) = &mut table[place(row)];
        *cell = Some(row.cell);
        *count += 1;
    }
    // Beginnings from here on; each moves to its end as the values come.
    let mut total = 0;
    for (_, count) in &mut table {
        total += *count;
        *count = total - *count;
    }
    let mut values = vec![0; rows.len()];
    for row in rows {
        let (_, next) = &mut table[place(row)];
        values[*next as usize] = ordered(row.value);
        *next += 1;
    }
    let mut begin = 0;
    let mut sums = ByCell::default();
    for (slot, (cell, end)) in (first..).zip(table) {
        let of_cell = &mut values[begin..end as usize];
        begin = end as usize;
        let Some(cell) = cell else { continue };
        if !is_exact {
            of_cell.sort_unstable();
        }
        sums.push(cell, slot, of_cell.iter().copied().map(value_of));
    }
    sums
}

/// Rows of any slots.
fn by_order(mut rows: Vec<Row>) -> ByCell {
    rows.sort_unstable_by_key(|row| (row.slot, ordered(row.value)));
    let mut sums = ByCell::default();
    for of_cell in rows.chunk_by(|a, b| a.slot == b.slot) {
        let Row { slot, cell, .. } = of_cell[0];
        sums.push(cell, slot, of_cell.iter().map(|row| row.value));
    }
    sums
}

#[cfg(test)]
#[path = "sums_tests.rs"]
mod tests;
