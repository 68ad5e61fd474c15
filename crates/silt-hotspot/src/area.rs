//! The set of cells that a question is about.

use h3o::{CellIndex, Resolution};

use crate::error::AreaError;
use crate::lattice;

/// Cells with consecutive indexes that all belong to the area.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    first: u64,
    last: u64,
    /// Slot of the first cell; the others follow.
    slot: u64,
    /// [`lattice::position`] of the first cell.
    position: u64,
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
    cells: u64,
    slots: u64,
    world: bool,
}

impl StudyArea {
    /// Every cell on Earth at a resolution.
    #[must_use]
    pub fn world(resolution: Resolution) -> Self {
        let level = u8::from(resolution);
        let slots = 122 * lattice::power_of_seven(level);
        let first = lattice::at_position(0, level).unwrap_or_default();
        let last = lattice::at_position(slots - 1, level).unwrap_or(u64::MAX);
        Self {
            resolution,
            runs: vec![Run {
                first,
                last,
                slot: 0,
                position: 0,
            }],
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
        let level = u8::from(resolution);
        let mut given = Vec::new();
        for cell in cells {
            if cell.resolution() > resolution {
                return Err(AreaError::TooFine {
                    cell: cell.into(),
                    found: cell.resolution(),
                    expected: resolution,
                });
            }
            let (first, last) = lattice::descendants(cell, level);
            given.push((first, last, cell.children_count(resolution)));
        }
        // The coarsest first among those that begin with the same cell.
        given.sort_unstable_by_key(|&(first, last, _)| (first, std::cmp::Reverse(last)));

        let mut area = Self {
            resolution,
            runs: Vec::new(),
            cells: 0,
            slots: 0,
            world: false,
        };
        let mut after_last = 0;
        for (first, last, count) in given {
            if area.runs.last().is_some_and(|run| last <= run.last) {
                continue;
            }
            let position = lattice::position(first, level);
            let end = lattice::position(last, level) + 1;
            match area.runs.last_mut() {
                Some(run) if position == after_last => run.last = last,
                _ => area.runs.push(Run {
                    first,
                    last,
                    slot: area.slots,
                    position,
                }),
            }
            area.cells += count;
            area.slots += end - position;
            after_last = end;
        }
        if area.runs.is_empty() {
            return Err(AreaError::Empty { resolution });
        }
        area.runs.shrink_to_fit();
        area.world = area.cells == resolution.cell_count();
        Ok(area)
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
        cell.resolution() == self.resolution && self.slot(cell.into()).is_some()
    }

    /// The cells in the order of their indexes.
    pub fn cells(&self) -> impl Iterator<Item = CellIndex> + '_ {
        let level = self.level();
        self.runs
            .iter()
            .flat_map(move |run| run.position..=lattice::position(run.last, level))
            .filter_map(move |position| lattice::at_position(position, level))
            .filter_map(|bits| CellIndex::try_from(bits).ok())
    }

    pub(crate) fn level(&self) -> u8 {
        self.resolution.into()
    }

    /// Number of slots: at least the number of cells, as the deleted wedge of a pentagon leaves
    /// slots without a cell.
    pub(crate) fn slots(&self) -> u64 {
        self.slots
    }

    /// The place of a cell in an array over the area, ascending with the index of the cell.
    pub(crate) fn slot(&self, bits: u64) -> Option<u64> {
        self.slot_near(bits, &mut 0)
    }

    /// As [`Self::slot`], beginning in the run that answered before: neighbours mostly share it.
    pub(crate) fn slot_near(&self, bits: u64, run_hint: &mut usize) -> Option<u64> {
        let mut run = self.runs.get(*run_hint)?;
        if bits < run.first || bits > run.last {
            let after = self
                .runs
                .partition_point(|candidate| candidate.first <= bits);
            let at = after.checked_sub(1)?;
            run = &self.runs[at];
            if bits > run.last {
                return None;
            }
            *run_hint = at;
        }
        Some(run.slot + lattice::position(bits, self.level()) - run.position)
    }

    /// The cells in slots, given in ascending order; slots without a cell are left out.
    pub(crate) fn cells_at(
        &self,
        slots: impl IntoIterator<Item = u64>,
    ) -> impl Iterator<Item = (u64, CellIndex)> {
        let mut at = 0;
        slots.into_iter().filter_map(move |slot| {
            let is_within = |at: usize| self.runs.get(at + 1).is_none_or(|next| slot < next.slot);
            if at == 0 || !is_within(at) {
                at = self
                    .runs
                    .partition_point(|run| run.slot <= slot)
                    .saturating_sub(1);
            }
            let run = self.runs.get(at)?;
            let bits = lattice::at_position(run.position + (slot - run.slot), self.level())?;
            Some((slot, CellIndex::try_from(bits).ok()?))
        })
    }

    /// The cell in a slot; `None` for a slot without a cell.
    pub(crate) fn cell_at(&self, slot: u64) -> Option<CellIndex> {
        self.cells_at([slot]).next().map(|(_, cell)| cell)
    }
}

#[cfg(test)]
#[path = "area_tests.rs"]
mod tests;
