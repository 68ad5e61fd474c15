use super::*;

fn column_of(field_type: FieldType, values: &[Value]) -> Column {
    let mut builder = ColumnBuilder::new(field_type);
    values.iter().for_each(|value| builder.push(value));
    builder.finish()
}

#[test]
fn every_type_gives_back_what_it_was_given() {
    let cases = [
        (FieldType::Boolean, vec![Value::Bool(true), Value::Null]),
        (FieldType::Integer, vec![Value::Int(i64::MIN), Value::Null]),
        (FieldType::Real, vec![Value::Real(0.1), Value::Null]),
        (
            FieldType::Text,
            vec!["a".into(), Value::Null, "".into(), "a".into()],
        ),
        (FieldType::Date, vec!["2019-01".into(), Value::Null]),
        (
            FieldType::Json,
            vec![Value::Json("[1]".into()), Value::Null],
        ),
    ];
    for (field_type, values) in cases {
        let column = column_of(field_type, &values);
        assert!(!matches!(column, Column::Mixed(_)), "{field_type:?}");
        let read: Vec<Value> = (0..values.len() as u32)
            .map(|row| column.value(row))
            .collect();
        assert_eq!(read, values, "{field_type:?}");
    }
}

#[test]
fn a_value_that_the_type_cannot_hold_is_kept_and_not_converted() {
    let values = [
        Value::Int(1),
        Value::Null,
        Value::Text("about 12".into()),
        Value::Real(0.5),
    ];
    for field_type in [FieldType::Integer, FieldType::Boolean, FieldType::Json] {
        let column = column_of(field_type, &values);
        let read: Vec<Value> = (0..4).map(|row| column.value(row)).collect();
        assert_eq!(read, values);
    }
    let beyond_double = Value::Int((1 << 53) + 1);
    let column = column_of(FieldType::Real, &[Value::Real(0.5), beyond_double.clone()]);
    assert_eq!(column.value(1), beyond_double);
}

#[test]
fn equal_texts_are_kept_once() {
    let Column::Text(texts) = column_of(FieldType::Text, &["x".into(), "y".into(), "x".into()])
    else {
        panic!("a text column");
    };
    assert_eq!(texts.codes, [0, 1, 0]);
    assert_eq!(texts.texts.iter().collect::<Vec<_>>(), ["x", "y"]);
}

#[test]
fn bits_count_and_list_what_is_set() {
    let mut bits = Bits::zeros(130);
    for row in [0, 63, 64, 129] {
        bits.set(row);
    }
    bits.push(true);
    bits.push(false);
    assert_eq!(bits.rows().collect::<Vec<_>>(), [0, 63, 64, 129, 130]);
    assert_eq!((bits.count(), bits.len()), (5, 132));
    assert!(!bits.get(1) && !bits.get(131) && !bits.get(1000));
}
