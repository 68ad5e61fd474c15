//! Numbers of H3 cells: where a cell stands among all of its resolution.
//!
//! An H3 index is a number of base 7 behind a base cell, written with three bits a digit. As a plain
//! number, its *position*, it serves as the place of an array, and a cell's children follow one
//! another.

use std::ops::Range;

use h3o::CellIndex;

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

/// Number of base cells.
pub(crate) const BASE_CELLS: u64 = 122;

/// Whether a base cell is a pentagon.
pub(crate) fn is_pentagon(base: u8) -> bool {
    PENTAGONS >> (base & 0x7f) & 1 == 1
}

/// Whether a position of a pentagon's base cell lies in its deleted wedge (its first digit that is
/// not 0 is 1), where no cell exists.
pub(crate) fn in_deleted_wedge(position: u64, resolution: u8) -> bool {
    let within = position % power_of_seven(resolution);
    let mut unit = 1;
    while unit * 7 <= within {
        unit *= 7;
    }
    within / unit == 1
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
    if !exists(position, resolution) {
        return None;
    }
    let unused = (1 << digit_shift(resolution)) - 1;
    let header = 1 << 59 | u64::from(resolution) << 52 | base << BASE_SHIFT;
    Some(header | digits << digit_shift(resolution) | unused)
}

/// Whether there is a cell at a position.
pub(crate) fn exists(position: u64, resolution: u8) -> bool {
    let base = position / power_of_seven(resolution);
    base < BASE_CELLS && !(is_pentagon(base as u8) && in_deleted_wedge(position, resolution))
}

/// The cell at a position; `None` in a deleted wedge.
pub(crate) fn cell_at_position(position: u64, resolution: u8) -> Option<CellIndex> {
    CellIndex::try_from(at_position(position, resolution)?).ok()
}

/// Knows the last cell that was found, which shares all but its last digit with what follows it.
#[derive(Default)]
pub(crate) struct Cursor {
    /// Parent's position, and the index of its first child.
    family: Option<(u64, u64)>,
}

impl Cursor {
    /// As [`at_position`]. Of a deleted wedge this may be an index that is none.
    pub(crate) fn index_at(&mut self, position: u64, resolution: u8) -> Option<u64> {
        let (family, digit) = (position / 7, position % 7);
        if let Some((known, first)) = self.family
            && known == family
        {
            return Some(first | digit << digit_shift(resolution));
        }
        let index = at_position(position, resolution)?;
        if resolution > 0 {
            let first = index & !(7 << digit_shift(resolution));
            self.family = Some((family, first));
        }
        Some(index)
    }
}

/// Positions of the descendants of a cell at a resolution that is not coarser, with those of a
/// deleted wedge.
pub(crate) fn descendants(cell: CellIndex, resolution: u8) -> Range<u64> {
    let own = u8::from(cell.resolution());
    let each = power_of_seven(resolution.saturating_sub(own));
    let first = position(cell.into(), own) * each;
    first..first + each
}

#[cfg(test)]
#[path = "lattice_tests.rs"]
mod tests;
