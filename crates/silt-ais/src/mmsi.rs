//! What an MMSI says about its sender (ITU-R M.585).

/// The kind of station that an MMSI is allocated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MmsiKind {
    /// MIDxxxxxx: a vessel.
    Vessel,
    /// 00MIDxxxx: a coast or base station. Its number has seven digits when zeros are dropped.
    CoastStation,
    /// 0MIDxxxxx: a group of ships, or a vessel's MMSI that lost a digit.
    GroupOfShips,
    /// 111MIDxxx: an aircraft in search and rescue.
    SarAircraft,
    /// 8MIDxxxxx: a handheld radio.
    Handheld,
    /// 970, 972, 974: search and rescue transmitter, man overboard, emergency beacon.
    EmergencyDevice,
    /// 98MIDxxxx: a craft that belongs to a ship.
    CraftOfShip,
    /// 99MIDxxxx: an aid to navigation.
    AidToNavigation,
    /// Nine digits of a block that is not allocated, e.g. 123456789.
    Unallocated,
    /// Fewer digits than any allocation has.
    TooShort,
    /// More than nine digits.
    TooLong,
}

/// The kind of sender that a number belongs to.
#[must_use]
pub fn mmsi_kind(number: u64) -> MmsiKind {
    match number {
        200_000_000..=799_999_999 => MmsiKind::Vessel,
        2_000_000..=7_999_999 => MmsiKind::CoastStation,
        20_000_000..=79_999_999 => MmsiKind::GroupOfShips,
        111_200_000..=111_799_999 => MmsiKind::SarAircraft,
        800_000_000..=899_999_999 => MmsiKind::Handheld,
        970_000_000..=970_999_999 | 972_000_000..=972_999_999 | 974_000_000..=974_999_999 => {
            MmsiKind::EmergencyDevice
        }
        980_000_000..=989_999_999 => MmsiKind::CraftOfShip,
        990_000_000..=999_999_999 => MmsiKind::AidToNavigation,
        100_000_000..=999_999_999 => MmsiKind::Unallocated,
        0..=99_999_999 => MmsiKind::TooShort,
        1_000_000_000.. => MmsiKind::TooLong,
    }
}

/// A pseudonym as a 32-bit number: itself where it fits, else folded into the numbers above
/// every MMSI. Two of a few hundred pseudonyms meet with a probability of about 1 in 10,000.
pub(crate) fn fold_pseudonym(number: u64) -> u32 {
    if let Ok(same) = u32::try_from(number) {
        return same;
    }
    const FIRST: u64 = 1_000_000_000;
    let mixed = (number ^ (number >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let folded = FIRST + (mixed >> 20) % (u64::from(u32::MAX) - FIRST);
    u32::try_from(folded).expect("the remainder keeps it below u32::MAX")
}

#[cfg(test)]
#[path = "mmsi_tests.rs"]
mod tests;
