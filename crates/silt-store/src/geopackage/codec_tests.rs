use proptest::prelude::*;

use super::*;

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL)
            .prop_map(Value::Real),
        any::<String>().prop_map(Value::Text),
        Just(Value::Json(
            r#"{ "b": 1.50, "a": [1e2, "\u0041"] }"#.to_owned()
        )),
        Just(Value::Json("[ ]".to_owned())),
    ]
}

proptest! {
    #[test]
    fn values_survive_the_json_of_the_history(
        properties in prop::collection::vec((any::<String>(), any_value()), 0..8),
    ) {
        let named = properties.iter().map(|(name, value)| (name.as_str(), value));
        let text = properties_to_text(named).expect("JSON");
        prop_assert_eq!(properties_from_text(&text).expect("properties"), properties);
    }

    #[test]
    fn regions_come_back(ids in prop::collection::vec(any::<String>(), 0..5)) {
        let ids: Vec<Arc<str>> = ids.into_iter().map(Arc::from).collect();
        let text = regions_to_text(&ids).expect("JSON");
        let mut reader = RegionReader::default();
        for _ in 0..2 {
            prop_assert_eq!(&reader.read(text.as_deref()).expect("regions"), &ids);
        }
    }
}
