use super::SlotSet;

#[test]
fn members_are_listed_and_numbered_in_ascending_order() {
    let members = [0, 1, 63, 64, 127, 128, 500, 639];
    let mut set = SlotSet::new(640);
    for slot in members.iter().rev().chain(&members[2..5]) {
        set.insert(*slot);
    }
    assert_eq!(set.to_vec(), members);
    assert_eq!(set.len(), members.len());
    let numbered = set.numbered();
    let numbers: Vec<u64> = (0..700)
        .filter(|&slot| numbered.number(slot).is_some())
        .collect();
    assert_eq!(numbers, members);
    for (number, &slot) in members.iter().enumerate() {
        assert_eq!(numbered.number(slot), Some(number as u32));
    }
    assert!(SlotSet::new(0).to_vec().is_empty());
}
