//! The set of cells that a question is about.

use std::cmp::Reverse;

use h3o::{CellIndex, Resolution};

use crate::error::AreaError;
use crate::lattice;

/// Cells with consecutive positions that all belong to the area.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// [`lattice::position`] of the first cell.
    first: u64,
    /// Position after the last cell.
    end: u64,
    /// Slot of the first cell; the others follow.
    slot: u64,
}

/// The cells of a study area at one resolution, in memory that grows with its outline rather than
/// with its size.
///
/// Cells with consecutive indexes are kept as one run, so that a country of 300,000 cells takes
/// some thousand runs and the whole world one. Neighbours outside the area do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyArea {
    resolution: Resolution,
    runs: Vec<Run>,
    finder: Finder,
    /// Differs between areas of different cells.
    key: u64,
    cells: u64,
    slots: u64,
    world: bool,
}

impl StudyArea {
    /// Every cell on Earth at a resolution.
    #[must_use]
    pub fn world(resolution: Resolution) -> Self {
        let slots = lattice::BASE_CELLS * lattice::power_of_seven(resolution.into());
        let runs = vec![Run {
            first: 0,
            end: slots,
            slot: 0,
        }];
        Self {
            resolution,
            finder: Finder::of(&runs),
            key: key_of(&runs),
            runs,
            cells: resolution.cell_count(),
            slots,
            world: true,
        }
    }

    /// An area of cells at `resolution`, given in any order, as they are or compacted: a coarser
    /// cell stands for its descendants. A cell given twice, or within another, counts once.
    ///
    /// # Errors
    /// [`AreaError`] when a cell is finer than `resolution`, or when there is none.
    pub fn from_cells(
        resolution: Resolution,
        cells: impl IntoIterator<Item = CellIndex>,
    ) -> Result<Self, AreaError> {
        let cells = cells.into_iter();
        let mut given = Vec::with_capacity(cells.size_hint().0);
        for cell in cells {
            if cell.resolution() > resolution {
                return Err(AreaError::TooFine {
                    cell: cell.into(),
                    found: cell.resolution(),
                    expected: resolution,
                });
            }
            if cell.resolution() == resolution {
                let position = lattice::position(cell.into(), resolution.into());
                given.push((position, Reverse(position + 1), 1));
                continue;
            }
            let positions = lattice::descendants(cell, resolution.into());
            let count = cell.children_count(resolution);
            given.push((positions.start, Reverse(positions.end), count));
        }
        // The coarsest first among those that begin with the same cell.
        given.sort_unstable();

        let mut runs: Vec<Run> = Vec::new();
        let (mut count, mut slots) = (0, 0);
        for (first, Reverse(end), cells) in given {
            match runs.last_mut() {
                Some(run) if end <= run.end => continue,
                Some(run) if first == run.end => run.end = end,
                _ => runs.push(Run {
                    first,
                    end,
                    slot: slots,
                }),
            }
            count += cells;
            slots += end - first;
        }
        if runs.is_empty() {
            return Err(AreaError::Empty { resolution });
        }
        runs.shrink_to_fit();
        Ok(Self {
            resolution,
            finder: Finder::of(&runs),
            key: key_of(&runs),
            runs,
            cells: count,
            slots,
            world: count == resolution.cell_count(),
        })
    }

    /// Resolution of the cells.
    #[must_use]
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Number of cells, the empty ones included: the `n` of every formula.
    #[must_use]
    pub fn cell_count(&self) -> u64 {
        self.cells
    }

    /// Whether the area is the whole world.
    #[must_use]
    pub fn is_world(&self) -> bool {
        self.world
    }

    /// Whether a cell of the area's resolution belongs to it. A cell of another resolution does
    /// not.
    #[must_use]
    pub fn contains(&self, cell: CellIndex) -> bool {
        cell.resolution() == self.resolution && self.slot(cell).is_some()
    }

    /// As [`Self::contains`] for many cells, faster where they come in order.
    #[must_use]
    pub fn members(&self) -> Members<'_> {
        Members {
            area: self,
            run_hint: 0,
        }
    }

    /// The cells in the order of their indexes.
    pub fn cells(&self) -> impl Iterator<Item = CellIndex> + '_ {
        let level = self.level();
        self.runs
            .iter()
            .flat_map(|run| run.first..run.end)
            .filter_map(move |position| lattice::cell_at_position(position, level))
    }

    pub(crate) fn level(&self) -> u8 {
        self.resolution.into()
    }

    /// A number that differs between areas of different cells.
    pub(crate) fn key(&self) -> u64 {
        self.key
    }

    /// Number of slots: at least the number of cells, as the deleted wedge of a pentagon leaves
    /// slots without a cell.
    pub(crate) fn slots(&self) -> u64 {
        self.slots
    }

    /// The place of a cell in an array over the area, ascending with the index of the cell.
    pub(crate) fn slot(&self, cell: CellIndex) -> Option<u64> {
        self.slot_near(cell, &mut 0)
    }

    /// As [`Self::slot`], looked for first in the run that answered before: neighbours mostly share
    /// it.
    pub(crate) fn slot_near(&self, cell: CellIndex, run_hint: &mut usize) -> Option<u64> {
        self.slot_at(lattice::position(cell.into(), self.level()), run_hint)
    }

    /// As [`Self::slot_near`], of the cell at a position.
    pub(crate) fn slot_at(&self, position: u64, run_hint: &mut usize) -> Option<u64> {
        let run = self.run_near(position, run_hint)?;
        Some(run.slot + (position - run.first))
    }

    /// The slot of the first of some consecutive positions, where all of them have consecutive
    /// slots.
    pub(crate) fn slot_of_all(&self, first: u64, count: u64, run_hint: &mut usize) -> Option<u64> {
        let run = self.run_near(first, run_hint)?;
        (first + count <= run.end).then(|| run.slot + (first - run.first))
    }

    fn run_near(&self, position: u64, run_hint: &mut usize) -> Option<&Run> {
        let hinted = self.runs.get(*run_hint)?;
        if position >= hinted.first && position < hinted.end {
            return Some(hinted);
        }
        // Cells that come in order leave a run for the gap behind it or for the next run.
        if position >= hinted.end {
            match self.runs.get(*run_hint + 1) {
                Some(next) if position < next.first => return None,
                Some(next) if position < next.end => {
                    *run_hint += 1;
                    return Some(next);
                }
                Some(_) => {}
                None => return None,
            }
        }
        let at = self.finder.find(&self.runs, position)?;
        *run_hint = at;
        self.runs.get(at)
    }

    /// The position of a slot, looked for first in the run that answered before and in the next.
    pub(crate) fn position_near(&self, slot: u64, run_hint: &mut usize) -> Option<u64> {
        let is_within = |at: usize| {
            let run = self.runs.get(at)?;
            let inside = slot.checked_sub(run.slot)?;
            (inside < run.end - run.first).then_some(run.first + inside)
        };
        // Ascending slots leave a run for the next one.
        if let Some(position) = is_within(*run_hint) {
            return Some(position);
        }
        *run_hint += 1;
        if let Some(position) = is_within(*run_hint) {
            return Some(position);
        }
        *run_hint = self
            .runs
            .partition_point(|run| run.slot <= slot)
            .saturating_sub(1);
        is_within(*run_hint)
    }

    /// The cell in a slot; `None` for a slot without a cell. Ascending slots that share a cursor are
    /// found faster.
    pub(crate) fn cell_near(&self, slot: u64, cursor: &mut Cursor) -> Option<CellIndex> {
        CellIndex::try_from(self.index_near(slot, cursor)?).ok()
    }

    /// As [`Self::cell_near`], the index as a plain number. Of a slot without a cell it may be a
    /// number that is no index.
    pub(crate) fn index_near(&self, slot: u64, cursor: &mut Cursor) -> Option<u64> {
        let position = self.position_near(slot, &mut cursor.run)?;
        cursor.lattice.index_at(position, self.level())
    }
}

/// Tells which cells belong to an area; knows where it found the last one.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    area: &'a StudyArea,
    run_hint: usize,
}

impl Members<'_> {
    /// As [`StudyArea::contains`].
    #[must_use]
    pub fn contains(&mut self, cell: CellIndex) -> bool {
        cell.resolution() == self.area.resolution
            && self.area.slot_near(cell, &mut self.run_hint).is_some()
    }
}

/// FNV-1a (Fowler, Noll and Vo) of the bounds of all runs.
fn key_of(runs: &[Run]) -> u64 {
    runs.iter()
        .flat_map(|run| [run.first, run.end])
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, number| {
            (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

/// Where something was found in an area, for what follows it.
#[derive(Default)]
pub(crate) struct Cursor {
    run: usize,
    lattice: lattice::Cursor,
}

/// Finds the run of a position by a table over equal parts of the area's span, in a step or two
/// where a search in all runs takes a dozen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finder {
    first: u64,
    /// Parts are two to the power of this many positions.
    shift: u32,
    /// By part: the first run that ends after the beginning of the part. A last entry closes the
    /// table.
    first_runs: Vec<u32>,
}

/// Parts of the table for each run **\[inferred\]**: 64 bytes beside the 24 of the run. Most of the
/// span of a country lies outside of it, so that about one run is left in a part inside.
const PARTS_PER_RUN: u64 = 16;

impl Finder {
    fn of(runs: &[Run]) -> Self {
        let first = runs.first().map_or(0, |run| run.first);
        let span = runs.last().map_or(0, |run| run.end) - first;
        let mut shift = 0;
        while span >> shift > PARTS_PER_RUN * runs.len() as u64 {
            shift += 1;
        }
        let parts = (span >> shift) + 1;
        let mut first_runs = Vec::with_capacity(parts as usize + 1);
        let mut at = 0;
        for part in 0..=parts {
            let beginning = first + (part << shift);
            while runs.get(at).is_some_and(|run| run.end <= beginning) {
                at += 1;
            }
            first_runs.push(at as u32);
        }
        Self {
            first,
            shift,
            first_runs,
        }
    }

    fn find(&self, runs: &[Run], position: u64) -> Option<usize> {
        let part = usize::try_from(position.checked_sub(self.first)? >> self.shift).ok()?;
        let from = *self.first_runs.get(part)? as usize;
        let to = *self.first_runs.get(part + 1)? as usize;
        // The run that reaches into the next part is among those that may hold the position.
        let candidates = &runs[from..runs.len().min(to + 1)];
        let at = candidates.partition_point(|run| run.end <= position);
        let run = candidates.get(at)?;
        (run.first <= position).then_some(from + at)
    }
}

#[cfg(test)]
#[path = "area_tests.rs"]
mod tests;
