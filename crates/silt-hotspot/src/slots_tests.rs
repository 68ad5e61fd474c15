use super::SlotSet;

#[test]
fn members_are_listed_once_in_ascending_order() {
    let members = [0, 1, 63, 64, 127, 128, 500, 639];
    let mut set = SlotSet::new(640);
    for slot in members.iter().rev().chain(&members[2..5]) {
        set.insert(*slot);
    }
    assert_eq!(set.to_vec(), members);
    assert!(SlotSet::new(0).to_vec().is_empty());
}
