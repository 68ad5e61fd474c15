use proptest::prelude::*;

use super::*;

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-(1_i64 << 53)..(1_i64 << 53)).prop_map(Value::Int),
        prop::num::f64::NORMAL.prop_map(Value::Real),
        ".{0,8}".prop_map(Value::Text),
        Just(Value::Text("2019-02".to_owned())),
        Just(Value::Json("[1]".to_owned())),
        Just(Value::Json("no json".to_owned())),
    ]
}

proptest! {
    #[test]
    fn widening_ends_and_then_every_value_fits(
        values in prop::collection::vec(any_value(), 1..12),
        start in prop_oneof![Just(FieldType::Date), Just(FieldType::Boolean), Just(FieldType::Integer)],
    ) {
        let mut field_type = start;
        for value in &values {
            if let Some(wider) = widening_for(field_type, value) {
                prop_assert_eq!(field_type.widened_with(wider), wider);
                field_type = wider;
            }
        }
        for value in &values {
            prop_assert_eq!(widening_for(field_type, value), None);
            let held = in_type(value.clone(), field_type);
            // What a field holds does not change when it is written once more.
            prop_assert_eq!(&in_type(held.clone(), field_type), &held);
        }
    }
}

#[test]
fn dates_stay_dates() {
    let date = |text: &str| Value::Text(text.to_owned());
    assert_eq!(widening_for(FieldType::Date, &date("2019-02-28")), None);
    let not_a_date = widening_for(FieldType::Date, &date("2019-02-30"));
    assert_eq!(not_a_date, Some(FieldType::Text));
    let number = widening_for(FieldType::Date, &Value::Int(2019));
    assert_eq!(number, Some(FieldType::Text));
}

#[test]
fn type_names_lead_back() {
    for name in ["boolean", "integer", "real", "text", "date", "json"] {
        assert_eq!(type_named(name).map(FieldType::name), Some(name));
    }
    assert_eq!(type_named("blob"), None);
}
