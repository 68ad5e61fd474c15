//! Disks of H3 cells, many times as fast as by the general algorithm.
//!
//! Digits of an H3 index are places in a lattice in which every cell has seven children, so that a
//! step to a neighbour changes the last digit and, as an addition does, may carry into the digit
//! before. A carry out of the first digit leads into another base cell, whose directions are turned
//! by a multiple of 60 degrees. Only beside the twelve pentagons is there more to it; there h3o's
//! algorithm is asked.

use std::sync::LazyLock;

use h3o::{CellIndex, CoordIJ, LocalIJ, Resolution};

use crate::lattice::{self, BASE_CELLS};

/// Cells of a disk of radius k on an undisturbed lattice.
pub(crate) fn full_disk(k: u32) -> u64 {
    let k = u64::from(k);
    (3 * k).saturating_mul(k + 1).saturating_add(1)
}

/// Unit vectors of the digits 0 to 6 in axial coordinates: centre, k, j, jk, i, ik, ij of the H3
/// documentation.
const DIGITS: [(i32, i32); 7] = [(0, 0), (-1, -1), (0, 1), (-1, 0), (1, 0), (0, -1), (1, 1)];
/// The six directions, each turned by 60 degrees from the one before.
const AROUND: [u8; 6] = [4, 6, 2, 3, 1, 5];

/// Unit vectors i and j of the coarser lattice in finer ones, by the parity of the finer
/// resolution.
const COARSER: [[(i32, i32); 2]; 2] = [[(3, 1), (-1, 2)], [(2, -1), (1, 3)]];

/// Sum of a digit and a direction: the digit that results, and the carry into the coarser digit.
/// An eighth place, never used, saves a check.
type Sums = [[(u8, u8); 8]; 8];
/// By the parity of the resolution of the digit.
static SUMS: [Sums; 2] = [sums(COARSER[0]), sums(COARSER[1])];

const fn sums(coarser: [(i32, i32); 2]) -> Sums {
    let [i, j] = coarser;
    let mut table = [[(0, 0); 8]; 8];
    let mut digit = 0;
    while digit < 7 {
        let mut direction = 0;
        while direction < 7 {
            let a = DIGITS[digit].0 + DIGITS[direction].0;
            let b = DIGITS[digit].1 + DIGITS[direction].1;
            // The seven digits are a residue system of the coarser lattice: exactly one carry
            // leaves a digit.
            let mut carry = 0;
            while carry < 7 {
                let (up_a, up_b) = DIGITS[carry];
                let rest_a = a - (up_a * i.0 + up_b * j.0);
                let rest_b = b - (up_a * i.1 + up_b * j.1);
                let mut rest = 0;
                while rest < 7 {
                    if DIGITS[rest].0 == rest_a && DIGITS[rest].1 == rest_b {
                        table[digit][direction] = (rest as u8, carry as u8);
                    }
                    rest += 1;
                }
                carry += 1;
            }
            direction += 1;
        }
        digit += 1;
    }
    table
}

/// A digit turned by so many times 60 degrees.
static TURNED: [[u8; 8]; 8] = {
    let mut table = [[0; 8]; 8];
    let mut turns = 0;
    while turns < 6 {
        let mut at = 0;
        while at < 6 {
            table[turns][AROUND[at] as usize] = AROUND[(at + turns) % 6];
            at += 1;
        }
        turns += 1;
    }
    table
};

fn turned(digit: u8, turns: u8) -> u8 {
    TURNED[usize::from(turns & 7)][usize::from(digit & 7)]
}

/// Turns each digit of a number of base 7.
fn turned_number(number: u64, turns: u8) -> u64 {
    let (mut rest, mut weight, mut result) = (number, 1, 0);
    while rest != 0 {
        result += u64::from(turned((rest % 7) as u8, turns)) * weight;
        weight *= 7;
        rest /= 7;
    }
    result
}

/// What lies beyond an edge of a base cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Crossing {
    base: u8,
    /// By how much directions are turned there.
    turns: u8,
}

/// By base cell and direction; `None` beside pentagons.
static CROSSINGS: LazyLock<Vec<[Option<Crossing>; 7]>> = LazyLock::new(|| {
    let of_base = |base: u8| {
        let mut crossings = [None; 7];
        for direction in AROUND {
            crossings[usize::from(direction)] = crossing(base, direction);
        }
        crossings
    };
    (0..BASE_CELLS as u8).map(of_base).collect()
});

/// Found out by local coordinates of h3o: where the centre of the base cell next to this one lies,
/// and which digit the cell beside that has there.
fn crossing(base: u8, direction: u8) -> Option<Crossing> {
    let cell = CellIndex::base_cells().nth(base.into())?;
    let anchor = cell.center_child(Resolution::One)?;
    let origin = anchor.to_local_ij(anchor).ok()?.coord;
    let (a, b) = DIGITS[usize::from(direction)];
    let [i, j] = COARSER[1];
    let position = |(step_i, step_j): (i32, i32)| {
        let coordinate = CoordIJ::new(
            origin.i + a * i.0 + b * j.0 + step_i,
            origin.j + a * i.1 + b * j.1 + step_j,
        );
        let cell = CellIndex::try_from(LocalIJ::new(anchor, coordinate)).ok()?;
        Some(lattice::position(cell.into(), 1))
    };
    let centre = position(DIGITS[0])?;
    let beside = position(DIGITS[usize::from(AROUND[0])])?;
    let other = (centre / 7) as u8;
    let is_regular = centre % 7 == 0 && beside / 7 == centre / 7;
    if !is_regular || lattice::is_pentagon(base) || lattice::is_pentagon(other) {
        return None;
    }
    let turns = (0..6).find(|&turns| u64::from(turned(AROUND[0], turns)) == beside % 7)?;
    Some(Crossing { base: other, turns })
}

/// Where a walk has come to.
#[derive(Clone, Copy, Debug)]
struct Place {
    position: u64,
    base: u8,
    /// By how much directions are turned here, against those where the walk began.
    turns: u8,
}

impl Place {
    fn new(position: u64, resolution: u8) -> Self {
        Self {
            position,
            base: (position / lattice::power_of_seven(resolution)) as u8,
            turns: 0,
        }
    }

    /// The cell next to this one in a direction; `None` where the lattice is not regular.
    fn step(self, resolution: u8, direction: u8) -> Option<Self> {
        let mut carry = turned(direction, self.turns);
        let mut position = self.position;
        let mut rest = self.position;
        let mut weight = 1;
        let mut level = resolution;
        while level > 0 {
            let digit = rest % 7;
            rest /= 7;
            let (sum, up) =
                SUMS[usize::from(level & 1)][(digit & 7) as usize][usize::from(carry & 7)];
            position = position + u64::from(sum) * weight - digit * weight;
            if up == 0 {
                let is_irregular = lattice::is_pentagon(self.base)
                    && lattice::in_deleted_wedge(position, resolution);
                return (!is_irregular).then_some(Self { position, ..self });
            }
            carry = up;
            weight *= 7;
            level -= 1;
        }
        let of_base = CROSSINGS.get(usize::from(self.base))?;
        let crossing = of_base[usize::from(carry % 7)]?;
        // All digits are summed, and only their base cell is still the one left behind.
        let within = position - u64::from(self.base) * weight;
        Some(Self {
            position: u64::from(crossing.base) * weight + turned_number(within, crossing.turns),
            base: crossing.base,
            turns: (self.turns + crossing.turns) % 6,
        })
    }
}

fn regular_disk(centre: u64, resolution: u8, k: u32, disk: &mut Vec<u64>) -> Option<()> {
    disk.push(centre);
    let mut corner = Place::new(centre, resolution);
    for radius in 1..=k {
        corner = corner.step(resolution, AROUND[0])?;
        let mut cell = corner;
        for side in 0..6 {
            let direction = AROUND[(side + 2) % 6];
            for _ in 0..radius {
                disk.push(cell.position);
                cell = cell.step(resolution, direction)?;
            }
        }
    }
    Some(())
}

/// Fills `disk` with the positions of the cells within `k` steps of a cell, itself included, nearer
/// rings first. The order depends on nothing but the cell and `k`. Returns where the outermost ring
/// begins.
pub(crate) fn fill_disk(centre: u64, resolution: u8, k: u32, disk: &mut Vec<u64>) -> usize {
    disk.clear();
    if k == 0 {
        disk.push(centre);
        return 0;
    }
    if regular_disk(centre, resolution, k, disk).is_some() {
        return disk.len() - 6 * k as usize;
    }
    disk.clear();
    let Some(cell) = lattice::cell_at_position(centre, resolution) else {
        return 0;
    };
    let mut by_distance: Vec<(u32, u64)> = cell
        .grid_disk_distances_safe(k)
        .map(|(near, steps)| (steps, lattice::position(near.into(), resolution)))
        .collect();
    by_distance.sort_unstable();
    disk.extend(by_distance.iter().map(|&(_, near)| near));
    by_distance.partition_point(|&(steps, _)| steps < k)
}

/// A cell and the six around it, none of them a pentagon: by direction, 0 for the cell itself.
#[derive(Clone, Copy, Debug, Default)]
struct Around {
    positions: [u64; 8],
    turns: [u8; 8],
}

impl Around {
    /// `None` where the lattice is not regular.
    fn of(position: u64, resolution: u8) -> Option<Self> {
        let is_whole = |place: Place| {
            let is_base = place
                .position
                .is_multiple_of(lattice::power_of_seven(resolution));
            !(is_base && lattice::is_pentagon(place.base))
        };
        let centre = Place::new(position, resolution);
        if !is_whole(centre) || !lattice::exists(position, resolution) {
            return None;
        }
        let mut around = Self::default();
        around.positions[0] = position;
        for direction in AROUND {
            let beside = centre.step(resolution, direction)?;
            if !is_whole(beside) {
                return None;
            }
            around.positions[usize::from(direction)] = beside.position;
            around.turns[usize::from(direction)] = beside.turns;
        }
        Some(around)
    }

    /// The child of the cell with a digit, and the six around that. Children of cells that are
    /// no pentagons are none either.
    fn of_child(&self, digit: u64, resolution: u8) -> Self {
        let sums = &SUMS[usize::from(resolution & 1)][(digit & 7) as usize];
        let mut around = Self::default();
        around.positions[0] = self.positions[0] * 7 + digit;
        for direction in AROUND {
            let (digit, carry) = sums[usize::from(direction & 7)];
            let carry = usize::from(carry & 7);
            let turns = self.turns[carry];
            let place = usize::from(direction & 7);
            around.positions[place] = self.positions[carry] * 7 + u64::from(turned(digit, turns));
            around.turns[place] = turns;
        }
        around
    }
}

/// A cell's seven children are numbered one after another: a family. All neighbours of its members
/// belong to it or to the six families beside it, so that these serve for seven cells; and those
/// around the parent of a family serve for seven families.
pub(crate) struct Families {
    /// What [`Families::look_at`] was told of each family: by direction, 0 for the family itself.
    first: [u64; 8],
    turns: [u8; 8],
    resolution: u8,
    family: Option<u64>,
    is_usable: bool,
    /// The parent of the family, and what lies around it where the lattice is regular.
    parent: Option<(u64, Option<Around>)>,
}

impl Families {
    pub(crate) fn new(resolution: u8) -> Self {
        Self {
            first: [0; 8],
            turns: [0; 8],
            resolution,
            family: None,
            is_usable: false,
            parent: None,
        }
    }

    /// Sees to the family of a cell. `place_of` gives the place of a family's first member, from
    /// its position, where all of the family has consecutive places. Returns whether
    /// [`Self::neighbours`] can answer.
    pub(crate) fn look_at(
        &mut self,
        position: u64,
        place_of: impl FnMut(u64) -> Option<u64>,
    ) -> bool {
        let family = position / 7;
        if self.family != Some(family) {
            self.family = Some(family);
            self.is_usable = self.find(family, place_of).is_some();
        }
        self.is_usable
    }

    fn find(&mut self, family: u64, mut place_of: impl FnMut(u64) -> Option<u64>) -> Option<()> {
        let coarser = self.resolution.checked_sub(1)?;
        let around = match self.around_parent(family, coarser) {
            Some(around) => around.of_child(family % 7, coarser),
            None => Around::of(family, coarser)?,
        };
        for direction in 0..7 {
            self.first[direction] = place_of(around.positions[direction] * 7)?;
        }
        self.turns = around.turns;
        Some(())
    }

    fn around_parent(&mut self, family: u64, coarser: u8) -> Option<Around> {
        let coarsest = coarser.checked_sub(1)?;
        let parent = family / 7;
        match self.parent {
            Some((known, around)) if known == parent => around,
            _ => {
                let around = Around::of(parent, coarsest);
                self.parent = Some((parent, around));
                around
            }
        }
    }

    /// Places of the six neighbours of a member of the family that was looked at, by its digit.
    pub(crate) fn neighbours(&self, digit: u64) -> [u64; 6] {
        let sums = &SUMS[usize::from(self.resolution & 1)][(digit & 7) as usize];
        AROUND.map(|direction| {
            let (digit, carry) = sums[usize::from(direction & 7)];
            let carry = usize::from(carry & 7);
            self.first[carry] + u64::from(turned(digit, self.turns[carry]))
        })
    }
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
