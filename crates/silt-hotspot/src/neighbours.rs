//! Which cells are neighbours, and how many each cell of a study area has.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use h3o::CellIndex;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::area::{Cursor, StudyArea};
use crate::disk::{self, Families};
use crate::error::NeighbourError;
use crate::geodesy::{self, UnitVector};
use crate::lattice;
use crate::limits::{Effort, Limits};

/// Cells that count as neighbours of a cell. The cell itself always belongs to its neighbourhood of
/// Gi*.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Neighbours {
    /// Cells within `k` steps on the H3 grid: 7, 19, 37 ... cells, one less where a pentagon lies
    /// among them.
    Ring {
        /// Steps; 0 leaves the cell alone.
        k: u32,
    },
    /// Cells whose centre lies within a great-circle distance of the cell's centre.
    Band {
        /// Distance, km.
        distance_km: f64,
    },
}

/// The neighbourhoods of a study area: what [`crate::gi_star`] needs and what does not depend on
/// any value, to be prepared once and kept. Preparing looks at each cell of the area (15 ms of
/// processor time for 236,000 cells), but for the whole world with rings where its neighbours are
/// too many to keep.
#[derive(Clone, Debug)]
pub struct Neighbourhood {
    area: Arc<StudyArea>,
    neighbours: Neighbours,
    kind: Kind,
    /// Number of cells by the size of their neighbourhood, themselves included.
    sizes: BTreeMap<u32, u64>,
    kept: Option<Kept>,
}

/// The neighbours of all cells.
#[derive(Clone, Debug)]
struct Kept {
    /// Where the neighbours of a slot begin; those of the next begin where they end.
    first: Vec<u32>,
    /// Slots of the neighbours, the cells themselves left out.
    neighbours: Vec<u32>,
}

/// What a scan finds in some consecutive slots.
#[derive(Default)]
struct Scanned {
    /// Size of each slot's neighbourhood; 0 for a slot without a cell.
    sizes: Vec<u32>,
    /// Slots of the neighbours, when they are to be kept.
    neighbours: Vec<u32>,
}

#[derive(Clone, Debug)]
enum Kind {
    Ring {
        k: u32,
        full: u32,
        /// Slots of the cells whose neighbourhood is smaller than `full`, ascending, and its size.
        smaller: Vec<(u64, u32)>,
    },
    Band {
        chord2: f64,
        /// Beyond this squared chord no cell of a ring can reach back into the band.
        chord2_of_reach: f64,
        first_k: u32,
        /// By slot.
        centres: Vec<UnitVector>,
        /// By slot; 0 for a slot without a cell.
        sizes: Vec<u32>,
    },
}

/// What is used again from one cell to the next.
pub(crate) struct Scratch {
    disk: Vec<u64>,
    near: Vec<u64>,
    run_hint: usize,
    families: Families,
}

impl Scratch {
    pub(crate) fn new(neighbourhood: &Neighbourhood) -> Self {
        Self {
            disk: Vec::new(),
            near: Vec::new(),
            run_hint: 0,
            families: Families::new(neighbourhood.area.level()),
        }
    }
}

/// Bound of a cell's circumradius in mean edge lengths of its resolution **\[inferred\]**: cells
/// grow to 1.2 times the mean area.
const CIRCUMRADIUS_EDGES: f64 = 1.5;
/// Slots that one task of the scan looks at.
const SCAN_CHUNK: u64 = 8192;

impl Neighbourhood {
    /// Counts the neighbours of each cell of a study area.
    ///
    /// # Errors
    /// [`NeighbourError`] when a limit would be passed, and for a distance that is none.
    pub fn prepare<'a>(
        area: Arc<StudyArea>,
        neighbours: Neighbours,
        effort: impl Into<Effort<'a>>,
    ) -> Result<Self, NeighbourError> {
        let effort = effort.into();
        match neighbours {
            Neighbours::Ring { k } => Self::rings(area, k, effort),
            Neighbours::Band { distance_km } => Self::band(area, distance_km, effort),
        }
    }

    fn rings(area: Arc<StudyArea>, k: u32, effort: Effort<'_>) -> Result<Self, NeighbourError> {
        let limits = effort.limits;
        let cells = disk::full_disk(k);
        check_size(cells, limits)?;
        let full = u32::try_from(cells).map_err(|_| too_many_neighbours(cells, limits))?;
        let kind = Kind::Ring {
            k,
            full,
            smaller: Vec::new(),
        };
        let mut prepared = Self {
            area,
            neighbours: Neighbours::Ring { k },
            kind,
            sizes: BTreeMap::new(),
            kept: None,
        };

        let keeps = prepared.keeps_within(cells, limits)
            && prepared.area.cell_count() <= limits.max_scanned_cells;
        let smaller = if prepared.area.is_world() && !keeps {
            prepared.smaller_near_pentagons(k, full)
        } else {
            check_scan(&prepared.area, limits)?;
            let sizes = prepared.scan(cells, effort)?;
            let numbered = sizes
                .into_iter()
                .enumerate()
                .map(|(slot, size)| (slot as u64, size));
            numbered
                .filter(|&(_, size)| size != full && size != 0)
                .collect()
        };
        for &(_, size) in &smaller {
            *prepared.sizes.entry(size).or_default() += 1;
        }
        let undisturbed = prepared.area.cell_count() - smaller.len() as u64;
        if undisturbed > 0 {
            prepared.sizes.insert(full, undisturbed);
        }
        prepared.kind = Kind::Ring { k, full, smaller };
        Ok(prepared)
    }

    fn band(
        area: Arc<StudyArea>,
        distance_km: f64,
        effort: Effort<'_>,
    ) -> Result<Self, NeighbourError> {
        let limits = effort.limits;
        if !(distance_km > 0.0 && distance_km <= geodesy::MAX_DISTANCE_KM) {
            return Err(NeighbourError::Distance { distance_km });
        }
        let resolution = area.resolution();
        let share_of_sphere = (1.0 - libm::cos(distance_km / geodesy::EARTH_RADIUS_KM)) / 2.0;
        let about = (share_of_sphere * resolution.cell_count() as f64).ceil() as u64;
        check_size(about, limits)?;
        check_scan(&area, limits)?;

        let edge_km = resolution.edge_length_km();
        let reach_km = CIRCUMRADIUS_EDGES * edge_km;
        // Rows of a regular lattice lie 1.5 edges apart.
        let first_k = ((distance_km + reach_km) / (1.5 * edge_km)).ceil() as u32;
        let mut centres = vec![[0.0; 3]; usize::try_from(area.slots()).unwrap_or(usize::MAX)];
        centres
            .par_chunks_mut(SCAN_CHUNK as usize)
            .enumerate()
            .for_each(|(chunk, centres)| {
                let first = chunk as u64 * SCAN_CHUNK;
                let mut cursor = Cursor::default();
                for (slot, centre) in (first..).zip(centres) {
                    if let Some(cell) = area.cell_near(slot, &mut cursor) {
                        *centre = geodesy::cell_centre(cell);
                    }
                }
            });
        let kind = Kind::Band {
            chord2: geodesy::chord2_of_km(distance_km),
            chord2_of_reach: geodesy::chord2_of_km(distance_km + reach_km),
            first_k,
            centres,
            sizes: Vec::new(),
        };
        let mut prepared = Self {
            area,
            neighbours: Neighbours::Band { distance_km },
            kind,
            sizes: BTreeMap::new(),
            kept: None,
        };
        let by_slot = prepared.scan(about, effort)?;
        for &size in by_slot.iter().filter(|&&size| size > 0) {
            *prepared.sizes.entry(size).or_default() += 1;
        }
        if let Kind::Band { sizes, .. } = &mut prepared.kind {
            *sizes = by_slot;
        }
        Ok(prepared)
    }

    /// In the whole world only a pentagon among the neighbours makes a neighbourhood smaller.
    fn smaller_near_pentagons(&self, k: u32, full: u32) -> Vec<(u64, u32)> {
        let level = self.area.level();
        let mut near = Vec::new();
        let mut disk = Vec::new();
        for pentagon in self.area.resolution().pentagons() {
            let position = lattice::position(pentagon.into(), level);
            disk::fill_disk(position, level, k, &mut disk);
            near.extend_from_slice(&disk);
        }
        near.sort_unstable();
        near.dedup();
        let mut smaller = Vec::new();
        for cell in near {
            disk::fill_disk(cell, level, k, &mut disk);
            let size = disk.len() as u32;
            if let Some(slot) = self.area.slot_at(cell, &mut 0)
                && size != full
            {
                smaller.push((slot, size));
            }
        }
        smaller
    }

    /// Whether the neighbours of all cells may be kept, where a neighbourhood has so many cells.
    fn keeps_within(&self, cells_of_each: u64, limits: &Limits) -> bool {
        let cells = self.area.cell_count();
        let about = cells.saturating_mul(cells_of_each.saturating_sub(1));
        about <= limits.max_kept_neighbours && self.area.slots() <= u64::from(u32::MAX)
    }

    /// Looks at every cell of the area, and keeps its neighbours where they are not too many.
    /// Returns the size of each slot's neighbourhood, 0 for a slot without a cell.
    fn scan(&mut self, cells_of_each: u64, effort: Effort<'_>) -> Result<Vec<u32>, NeighbourError> {
        let slots = self.area.slots();
        let keep = self.keeps_within(cells_of_each, effort.limits);
        let scanned: Vec<Scanned> = (0..slots.div_ceil(SCAN_CHUNK))
            .into_par_iter()
            .map(|chunk| chunk * SCAN_CHUNK..slots.min((chunk + 1) * SCAN_CHUNK))
            .map(|slots| {
                if (effort.stop)() {
                    return Err(NeighbourError::Stopped);
                }
                Ok(self.scan_slots(slots, keep))
            })
            .collect::<Result<_, _>>()?;
        let sizes: Vec<u32> = scanned
            .iter()
            .flat_map(|part| part.sizes.iter().copied())
            .collect();
        let found: usize = scanned.iter().map(|part| part.neighbours.len()).sum();
        if keep && u32::try_from(found).is_ok() {
            let mut first = Vec::with_capacity(sizes.len() + 1);
            let mut end = 0;
            first.push(end);
            for size in &sizes {
                end += size.saturating_sub(1);
                first.push(end);
            }
            let mut neighbours = Vec::with_capacity(found);
            for part in scanned {
                neighbours.extend(part.neighbours);
            }
            self.kept = Some(Kept { first, neighbours });
        }
        Ok(sizes)
    }

    fn scan_slots(&self, slots: Range<u64>, keep: bool) -> Scanned {
        let first_slot = slots.start;
        let mut scanned = Scanned {
            sizes: vec![0; (slots.end - slots.start) as usize],
            neighbours: Vec::new(),
        };
        self.each_of(slots, |slot, near| {
            scanned.sizes[(slot - first_slot) as usize] = near.len() as u32 + 1;
            if !keep {
                return;
            }
            // So that each cell sums its neighbours in ascending order.
            sort(near);
            let near = near.iter().map(|&near| near as u32);
            scanned.neighbours.extend(near);
        });
        scanned
    }

    /// Bytes in memory, without those of the area.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let kept = self.kept.as_ref().map_or(0, |kept| {
            size_of_val(kept.first.as_slice()) + size_of_val(kept.neighbours.as_slice())
        });
        let of_kind = match &self.kind {
            Kind::Ring { smaller, .. } => size_of_val(smaller.as_slice()),
            Kind::Band { centres, sizes, .. } => {
                size_of_val(centres.as_slice()) + size_of_val(sizes.as_slice())
            }
        };
        size_of::<Self>() + kept + of_kind
    }

    /// The study area.
    #[must_use]
    pub fn area(&self) -> &Arc<StudyArea> {
        &self.area
    }

    /// What counts as a neighbour.
    #[must_use]
    pub fn neighbours(&self) -> Neighbours {
        self.neighbours
    }

    /// Number of cells by the size of their neighbourhood within the study area, themselves
    /// included, ascending.
    pub fn sizes(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.sizes.iter().map(|(&size, &cells)| (size, cells))
    }

    /// The largest neighbourhood, the cell itself included.
    pub(crate) fn largest(&self) -> u32 {
        self.sizes.last_key_value().map_or(1, |(&size, _)| size)
    }

    /// Whether the neighbours of each cell are at hand, and need no search.
    pub(crate) fn keeps_neighbours(&self) -> bool {
        self.kept.is_some()
    }

    /// Slots of the neighbours of a slot, ascending, the cell itself left out; none where they are
    /// not kept.
    pub(crate) fn kept_neighbours(&self, slot: u64) -> &[u32] {
        let Some(Kept { first, neighbours }) = &self.kept else {
            return &[];
        };
        let slot = slot as usize;
        &neighbours[first[slot] as usize..first[slot + 1] as usize]
    }

    /// Finds the slots of the neighbours of a cell, in no particular order; the cell itself is left
    /// out. For any two cells, either is a neighbour of the other or neither is.
    pub(crate) fn find<'found>(
        &self,
        cell: CellIndex,
        scratch: &'found mut Scratch,
    ) -> &'found [u64] {
        self.find_at(lattice::position(cell.into(), self.area.level()), scratch)
    }

    fn find_at<'found>(&self, cell: u64, scratch: &'found mut Scratch) -> &'found [u64] {
        let level = self.area.level();
        let is_one_step = matches!(self.kind, Kind::Ring { k: 1, .. });
        let is_in_family = is_one_step && self.look_at_family(cell, scratch);
        let Scratch {
            disk,
            near,
            run_hint,
            families,
        } = scratch;
        near.clear();
        if is_in_family {
            near.extend_from_slice(&families.neighbours(cell % 7));
            return near;
        }
        match &self.kind {
            Kind::Ring { k, .. } => {
                disk::fill_disk(cell, level, *k, disk);
                let others = disk.iter().filter(|&&other| other != cell);
                near.extend(others.filter_map(|&other| self.area.slot_at(other, run_hint)));
            }
            Kind::Band {
                chord2,
                chord2_of_reach,
                first_k,
                centres,
                ..
            } => {
                let Some(index) = lattice::cell_at_position(cell, level) else {
                    return near;
                };
                let centre = geodesy::cell_centre(index);
                fill_reach(cell, centre, level, *first_k, *chord2_of_reach, disk);
                for &other in disk.iter().filter(|&&other| other != cell) {
                    if let Some(slot) = self.area.slot_at(other, run_hint)
                        && geodesy::chord2(centre, centres[slot as usize]) <= *chord2
                    {
                        near.push(slot);
                    }
                }
            }
        }
        near
    }

    /// Calls `take` with each slot of a range that has a cell, and with the slots of its neighbours
    /// in no particular order, the cell itself left out.
    pub(crate) fn each_of(&self, slots: Range<u64>, mut take: impl FnMut(u64, &mut [u64])) {
        let level = self.area.level();
        let is_one_step = matches!(self.kind, Kind::Ring { k: 1, .. });
        let mut scratch = Scratch::new(self);
        let mut hint = 0;
        let mut slot = slots.start;
        while slot < slots.end {
            let position = self.area.position_near(slot, &mut hint);
            let Some(position) = position.filter(|&at| lattice::exists(at, level)) else {
                slot += 1;
                continue;
            };
            let is_family = is_one_step && position % 7 == 0 && slot + 7 <= slots.end;
            if is_family && self.look_at_family(position, &mut scratch) {
                for digit in 0..7 {
                    take(slot + digit, &mut scratch.families.neighbours(digit));
                }
                slot += 7;
                continue;
            }
            self.find_at(position, &mut scratch);
            take(slot, &mut scratch.near);
            slot += 1;
        }
    }

    /// Whether the family of a cell, and those beside it, lie in the area as a whole; then
    /// `scratch.families` knows the neighbours of its members.
    fn look_at_family(&self, position: u64, scratch: &mut Scratch) -> bool {
        let Scratch {
            families, run_hint, ..
        } = scratch;
        let slot_of_family = |first| self.area.slot_of_all(first, 7, run_hint);
        families.look_at(position, slot_of_family)
    }

    /// Size of the neighbourhood of a slot, the cell itself included. Ascending slots that share a
    /// cursor are found faster.
    pub(crate) fn size_near(&self, slot: u64, cursor: &mut SizeCursor) -> u32 {
        if self.kept.is_some() {
            return self.kept_neighbours(slot).len() as u32 + 1;
        }
        match &self.kind {
            Kind::Ring { full, smaller, .. } => {
                let at = cursor
                    .next_smaller
                    .get_or_insert_with(|| smaller.partition_point(|&(other, _)| other < slot));
                while smaller.get(*at).is_some_and(|&(other, _)| other < slot) {
                    *at += 1;
                }
                match smaller.get(*at) {
                    Some(&(other, size)) if other == slot => size,
                    _ => *full,
                }
            }
            Kind::Band { sizes, .. } => sizes[slot as usize],
        }
    }
}

/// Where the size of a neighbourhood was found, for the slots that follow.
#[derive(Default)]
pub(crate) struct SizeCursor {
    /// Among the cells with smaller neighbourhoods.
    next_smaller: Option<usize>,
}

/// Fills `disk` so that it holds every cell whose centre lies within the band, and others.
///
/// A great circle from the centre to such a cell leads through cells whose centres lie no further
/// than the band plus a circumradius. Once a whole ring lies beyond that, no great circle of the
/// band leads through it.
fn fill_reach(
    cell: u64,
    centre: UnitVector,
    level: u8,
    first_k: u32,
    chord2_of_reach: f64,
    disk: &mut Vec<u64>,
) {
    let mut k = first_k;
    loop {
        let ring = disk::fill_disk(cell, level, k, disk);
        let beyond = disk[ring..]
            .iter()
            .filter_map(|&near| lattice::cell_at_position(near, level))
            .all(|near| geodesy::chord2(centre, geodesy::cell_centre(near)) > chord2_of_reach);
        if beyond {
            return;
        }
        k += 1;
    }
}

const NETWORK: [(usize, usize); 12] = [
    (0, 5),
    (1, 3),
    (2, 4),
    (1, 2),
    (3, 4),
    (0, 3),
    (2, 5),
    (0, 1),
    (2, 3),
    (4, 5),
    (1, 2),
    (3, 4),
];

/// Sorts slots. Six of them, as most cells have, by a network of comparisons (Knuth, The Art of
/// Computer Programming 3, 5.3.4), several times as fast as in general.
pub(crate) fn sort(slots: &mut [u64]) {
    let Ok(six) = <&mut [u64; 6]>::try_from(&mut *slots) else {
        slots.sort_unstable();
        return;
    };
    for (a, b) in NETWORK {
        (six[a], six[b]) = (six[a].min(six[b]), six[a].max(six[b]));
    }
}

fn check_size(cells: u64, limits: &Limits) -> Result<(), NeighbourError> {
    if cells > limits.max_neighbourhood_cells {
        Err(too_many_neighbours(cells, limits))
    } else {
        Ok(())
    }
}

fn too_many_neighbours(cells: u64, limits: &Limits) -> NeighbourError {
    NeighbourError::TooManyNeighbours {
        cells,
        limit: limits.max_neighbourhood_cells,
    }
}

fn check_scan(area: &StudyArea, limits: &Limits) -> Result<(), NeighbourError> {
    if area.cell_count() > limits.max_scanned_cells {
        let (cells, resolution) = (area.cell_count(), area.resolution());
        return Err(NeighbourError::TooManyCells {
            cells,
            resolution,
            limit: limits.max_scanned_cells,
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "neighbours_tests.rs"]
mod tests;
