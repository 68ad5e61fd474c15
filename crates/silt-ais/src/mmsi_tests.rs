use super::*;

#[test]
fn each_block_of_numbers_has_its_kind() {
    let cases = [
        (219_000_751, MmsiKind::Vessel),
        (799_999_999, MmsiKind::Vessel),
        (2_190_045, MmsiKind::CoastStation),
        (24_466_031, MmsiKind::GroupOfShips),
        (111_219_501, MmsiKind::SarAircraft),
        (111_111_111, MmsiKind::Unallocated),
        (123_456_789, MmsiKind::Unallocated),
        (812_345_678, MmsiKind::Handheld),
        (970_012_345, MmsiKind::EmergencyDevice),
        (912_190_065, MmsiKind::Unallocated),
        (982_190_065, MmsiKind::CraftOfShip),
        (993_310_001, MmsiKind::AidToNavigation),
        (3_638, MmsiKind::TooShort),
        (0, MmsiKind::TooShort),
        (1_000_000_000, MmsiKind::TooLong),
    ];
    for (number, kind) in cases {
        assert_eq!(mmsi_kind(number), kind, "{number}");
    }
}

#[test]
fn pseudonyms_keep_small_numbers_and_tell_large_ones_apart() {
    assert_eq!(fold_pseudonym(1), 1);
    let large: Vec<u32> = (0..300_u64)
        .map(|vessel| fold_pseudonym(12_639_560_807_591 + vessel * 7_919_001))
        .collect();
    let distinct: std::collections::BTreeSet<u32> = large.iter().copied().collect();
    assert_eq!(distinct.len(), large.len());
    assert!(large.iter().all(|folded| *folded >= 1_000_000_000));
}
