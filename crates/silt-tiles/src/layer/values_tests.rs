use super::*;

#[test]
fn equal_values_of_one_type_have_one_number() {
    let mut values = ValueSet::default();
    values.clear();
    let all = [
        (PropertyValue::Text("a"), 0),
        (PropertyValue::Text("b"), 1),
        (PropertyValue::Text("a"), 0),
        (PropertyValue::Int(5), 2),
        (PropertyValue::Uint(5), 2),
        (PropertyValue::Int(-5), 3),
        (PropertyValue::Double(5.0), 4),
        (PropertyValue::Double(0.0), 5),
        (PropertyValue::Double(-0.0), 6),
        (PropertyValue::Bool(true), 7),
        (PropertyValue::Text(""), 8),
        (PropertyValue::Bool(true), 7),
    ];
    for (value, expected) in all {
        assert_eq!(values.number_of(value), Some(expected), "{value:?}");
    }
    assert_eq!(values.len(), 9);
    assert_eq!(values.message(0), b"\x0a\x01a");
    assert_eq!(values.message(3), [0x30, 9]);
    assert!(!values.is_overfull());
}

#[test]
fn what_json_does_not_know_has_no_number() {
    let mut values = ValueSet::default();
    values.clear();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(values.number_of(PropertyValue::Double(number)), None);
    }
    assert_eq!((values.len(), values.bytes()), (0, 0));
}

#[test]
fn numbers_stay_when_the_table_grows_and_go_when_it_is_cleared() {
    let mut values = ValueSet::default();
    values.clear();
    for _ in 0..2 {
        for number in 0..20_000 {
            let found = values.number_of(PropertyValue::Uint(number));
            assert_eq!(found, Some(number as u32));
        }
    }
    values.clear();
    assert_eq!(values.number_of(PropertyValue::Uint(7)), Some(0));
}
