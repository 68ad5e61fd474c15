//! Disks of H3 cells, several times as fast as by the general algorithm.
//!
//! Digits of an H3 index are positions in a lattice in which every cell has seven children, so that
//! a step to a neighbour changes the last digit and, as an addition does, may carry into the digit
//! before. While no carry leaves the base cell, and no cell of a pentagon's deleted wedge is
//! entered, that is all there is to it; for the rest h3o's algorithm is asked.

use h3o::CellIndex;

/// Cells of a disk of radius k on an undisturbed lattice.
pub(crate) fn full_disk(k: u32) -> u64 {
    let k = u64::from(k);
    (3 * k).saturating_mul(k + 1).saturating_add(1)
}

/// Unit vectors of the digits 0 to 6 in axial coordinates: centre, k, j, jk, i, ik, ij of the H3
/// documentation.
const DIGITS: [(i32, i32); 7] = [(0, 0), (-1, -1), (0, 1), (-1, 0), (1, 0), (0, -1), (1, 1)];
/// The six directions in the order in which a walk around a ring turns through them.
const AROUND: [u8; 6] = [4, 6, 2, 3, 1, 5];

/// Sum of a digit and a direction: the digit that results, and the carry into the coarser digit.
type Sums = [[(u8, u8); 7]; 7];
/// By the parity of the resolution of the digit.
static SUMS: [Sums; 2] = [sums((3, 1), (-1, 2)), sums((2, -1), (1, 3))];

/// Table of sums for a lattice whose coarser unit vectors are `i` and `j` in finer ones.
const fn sums(i: (i32, i32), j: (i32, i32)) -> Sums {
    let mut table = [[(0, 0); 7]; 7];
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

/// Where the base cell stands in an index.
const BASE_SHIFT: u32 = 45;
/// Base cells that are pentagons, one bit each (H3 documentation, table of base cells).
const PENTAGONS: u128 = {
    let numbers = [4_u32, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117];
    let mut mask = 0;
    let mut at = 0;
    while at < numbers.len() {
        mask |= 1 << numbers[at];
        at += 1;
    }
    mask
};

fn digit_shift(resolution: u8) -> u32 {
    3 * (15 - u32::from(resolution))
}

fn in_pentagon_base(bits: u64) -> bool {
    let base = (bits >> BASE_SHIFT) & 0x7f;
    PENTAGONS >> base & 1 == 1
}

/// Whether an index of a pentagon's base cell lies in its deleted wedge (its first digit that is
/// not 0 is 1), where no cell exists.
fn in_deleted_wedge(bits: u64, resolution: u8) -> bool {
    let digits = (bits & ((1 << BASE_SHIFT) - 1)) >> digit_shift(resolution);
    if digits == 0 {
        return false;
    }
    let leading = (63 - digits.leading_zeros()) / 3 * 3;
    digits >> leading == 1
}

/// The cell next to another in a direction; `None` where the lattice is not regular.
fn step(bits: u64, resolution: u8, direction: u8) -> Option<u64> {
    let mut moved = bits;
    let mut carry = direction;
    let mut level = resolution;
    while level > 0 {
        let shift = digit_shift(level);
        let digit = (moved >> shift & 7) as usize;
        let (sum, up) = SUMS[usize::from(level & 1)][digit % 7][usize::from(carry % 7)];
        moved = moved & !(7 << shift) | u64::from(sum) << shift;
        if up == 0 {
            let irregular = in_pentagon_base(moved) && in_deleted_wedge(moved, resolution);
            return (!irregular).then_some(moved);
        }
        carry = up;
        level -= 1;
    }
    None
}

fn regular_disk(centre: u64, resolution: u8, k: u32, disk: &mut Vec<u64>) -> Option<()> {
    disk.push(centre);
    if k == 1 {
        // By far the most frequent. Six steps from the centre do not wait for one another.
        for direction in AROUND {
            disk.push(step(centre, resolution, direction)?);
        }
        return Some(());
    }
    let mut corner = centre;
    for radius in 1..=k {
        corner = step(corner, resolution, AROUND[0])?;
        let mut cell = corner;
        for side in 0..6 {
            let direction = AROUND[(side + 2) % 6];
            for _ in 0..radius {
                disk.push(cell);
                cell = step(cell, resolution, direction)?;
            }
        }
    }
    Some(())
}

/// Fills `disk` with the cells within `k` steps of a cell, itself included, nearer rings first. The
/// order depends on nothing but the cell and `k`. Returns where the outermost ring begins.
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
    let Ok(cell) = CellIndex::try_from(centre) else {
        return 0;
    };
    let mut by_distance: Vec<(u32, u64)> = cell
        .grid_disk_distances_safe(k)
        .map(|(near, steps)| (steps, near.into()))
        .collect();
    by_distance.sort_unstable();
    disk.extend(by_distance.iter().map(|&(_, near)| near));
    by_distance.partition_point(|&(steps, _)| steps < k)
}

/// Base-7 values of four digits of three bits, for [`position`].
static BASE_SEVEN: [u16; 4096] = {
    let mut table = [0; 4096];
    let mut octal = 0;
    while octal < 4096 {
        let digits = [octal >> 9, octal >> 6 & 7, octal >> 3 & 7, octal & 7];
        table[octal] = (digits[0] * 343 + digits[1] * 49 + digits[2] * 7 + digits[3]) as u16;
        octal += 1;
    }
    table
};

/// 7 to the power of each resolution.
static POWERS: [u64; 16] = {
    let mut powers = [1; 16];
    let mut exponent = 1;
    while exponent < 16 {
        powers[exponent] = 7 * powers[exponent - 1];
        exponent += 1;
    }
    powers
};

pub(crate) fn power_of_seven(exponent: u8) -> u64 {
    POWERS[usize::from(exponent & 15)]
}

/// Number of a cell among all indexes of its resolution, the deleted wedges of pentagons included:
/// cells in the order of their indexes have ascending positions, and positions are consecutive but
/// for those wedges.
pub(crate) fn position(bits: u64, resolution: u8) -> u64 {
    let base = bits >> BASE_SHIFT & 0x7f;
    let digits = (bits & ((1 << BASE_SHIFT) - 1)) >> digit_shift(resolution);
    let mut value = base * power_of_seven(resolution);
    let mut weight = 1;
    let mut rest = digits;
    while rest != 0 {
        value += u64::from(BASE_SEVEN[(rest & 0xfff) as usize]) * weight;
        weight *= 2401;
        rest >>= 12;
    }
    value
}

/// Four digits of three bits for a number below 2401: the reverse of [`BASE_SEVEN`].
static OCTAL: [u16; 2401] = {
    let mut table = [0; 2401];
    let mut value = 0;
    while value < 2401 {
        let digits = [value / 343, value / 49 % 7, value / 7 % 7, value % 7];
        table[value] = (digits[0] << 9 | digits[1] << 6 | digits[2] << 3 | digits[3]) as u16;
        value += 1;
    }
    table
};

/// The index at a position; `None` in a deleted wedge.
pub(crate) fn at_position(position: u64, resolution: u8) -> Option<u64> {
    let span = power_of_seven(resolution);
    let (base, mut rest) = (position / span, position % span);
    let mut digits = 0;
    let mut shift = 0;
    while rest != 0 {
        digits |= u64::from(OCTAL[(rest % 2401) as usize]) << shift;
        rest /= 2401;
        shift += 12;
    }
    let unused = (1 << digit_shift(resolution)) - 1;
    let header = 1 << 59 | u64::from(resolution) << 52 | base << BASE_SHIFT;
    let bits = header | digits << digit_shift(resolution) | unused;
    let exists = !(in_pentagon_base(bits) && in_deleted_wedge(bits, resolution));
    exists.then_some(bits)
}

/// First and last index of the descendants of a cell at a resolution that is not coarser.
pub(crate) fn descendants(cell: CellIndex, resolution: u8) -> (u64, u64) {
    let own = u8::from(cell.resolution());
    let mut first = u64::from(cell) & !(0xf << 52) | u64::from(resolution) << 52;
    let mut last = first;
    for level in own + 1..=resolution {
        // Digits finer than an index are 7, all bits set.
        first &= !(7 << digit_shift(level));
        last = last & !(7 << digit_shift(level)) | 6 << digit_shift(level);
    }
    (first, last)
}

#[cfg(test)]
#[path = "lattice_tests.rs"]
mod tests;
