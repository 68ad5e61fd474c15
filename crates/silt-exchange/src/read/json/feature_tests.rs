use super::*;

fn decode_text(text: &str, plain_objects: bool) -> Row {
    let piece = Piece {
        row: 7,
        bytes: text.as_bytes(),
        offset: 1000,
        max_depth: 16,
        plain_objects,
    };
    decode(piece, &mut SharedNames::default())
}

fn record(text: &str) -> Record {
    match decode_text(text, false) {
        Row::Record(record) => record,
        Row::Reject(reject) => panic!("{text}: {}", reject.reason),
    }
}

fn reject(text: &str) -> Reject {
    match decode_text(text, false) {
        Row::Reject(reject) => reject,
        Row::Record(record) => panic!("{text}: {record:?}"),
    }
}

#[test]
fn every_kind_of_value_is_kept() {
    let record = record(
        r#"{"type":"Feature","id":12,"properties":{"text":"x","whole":-5,"real":1.50,"yes":true,"none":null,
        "nested":{"a": [1, 2]},"large":18446744073709551615,"huge":1e999,"nan":NaN,"minus":-0},"geometry":null}"#,
    );
    assert_eq!(record.id.as_deref(), Some("12"));
    assert_eq!(record.row, 7);
    assert_eq!(record.geometry, RawGeometry::Absent);
    let expected = [
        ("text", Value::Text("x".into())),
        ("whole", Value::Int(-5)),
        ("real", Value::Real(1.5)),
        ("yes", Value::Bool(true)),
        ("none", Value::Null),
        ("nested", Value::Json(r#"{"a":[1,2]}"#.into())),
        ("large", Value::Text("18446744073709551615".into())),
        ("huge", Value::Text("1e999".into())),
        ("nan", Value::Text("NaN".into())),
        ("minus", Value::Real(-0.0)),
    ];
    let found: Vec<(&str, Value)> = record
        .fields
        .iter()
        .map(|(name, value)| (name.as_ref(), value.clone()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn members_may_stand_in_any_order_and_foreign_ones_are_fields() {
    let record = record(
        r#"{"bbox":[0,0,1,1],"geometry":{"coordinates":[1,2],"type":"Point"},"properties":{"a":1},"title":"T","a":9,"type":"Feature"}"#,
    );
    assert_eq!(
        record.field("a"),
        Some(&Value::Int(1)),
        "a property goes before a foreign member"
    );
    assert_eq!(record.field("title"), Some(&Value::Text("T".into())));
    assert!(matches!(
        record.geometry,
        RawGeometry::Parsed {
            had_elevation: false,
            ..
        }
    ));
}

#[test]
fn of_a_repeated_key_the_last_value_stays_and_is_noted() {
    let record = record(r#"{"type":"Feature","properties":{"a":1,"b":2,"a":3},"geometry":null}"#);
    assert_eq!(record.field("a"), Some(&Value::Int(3)));
    assert_eq!(record.fields.len(), 2);
    assert_eq!(record.notes[0].code, "duplicate_key");
    assert_eq!(record.notes[0].field.as_deref(), Some("a"));
}

#[test]
fn a_bare_geometry_is_a_record() {
    let record = record(r#"{"type":"Point","coordinates":[1,2]}"#);
    assert!(record.fields.is_empty());
    assert!(matches!(record.geometry, RawGeometry::Parsed { .. }));
}

#[test]
fn plain_objects_are_records_where_they_are_asked_for() {
    let text = r#"{"id":5,"type":"dam","geometry":{"x":1},"name":"A"}"#;
    let Row::Record(record) = decode_text(text, true) else {
        panic!("a record")
    };
    assert_eq!(record.field("id"), Some(&Value::Int(5)));
    assert_eq!(record.field("type"), Some(&Value::Text("dam".into())));
    assert_eq!(record.geometry, RawGeometry::Absent);
    assert_eq!(reject(text).code, "not_a_feature");
}

#[test]
fn what_is_no_feature_is_rejected_with_its_row_and_value() {
    for text in [
        "5",
        "null",
        "\"x\"",
        "[1,2]",
        "true",
        r#"{"a":1}"#,
        r#"{"type":"FeatureCollection"}"#,
        r#"{"type":"Feature","properties":[1]}"#,
    ] {
        let reject = reject(text);
        assert_eq!((reject.row, reject.code), (7, "not_a_feature"), "{text}");
        assert_eq!(reject.value.as_deref(), Some(text));
    }
}

#[test]
fn an_unreadable_geometry_keeps_the_rest_of_the_row() {
    let record = record(
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":["a",2]},"properties":{"name":"A"}}"#,
    );
    assert_eq!(record.field("name"), Some(&Value::Text("A".into())));
    let RawGeometry::Unreadable { value, reason } = record.geometry else {
        panic!("unreadable")
    };
    assert_eq!(value, r#"{"type":"Point","coordinates":["a",2]}"#);
    assert_eq!(
        reason,
        "geometry: byte 1060: a coordinate is text, not a number"
    );
}

#[test]
fn broken_and_deep_json_is_rejected_with_its_byte() {
    let broken = reject(r#"{"type":"Feature","properties":{"a":1,},"geometry":null}"#);
    assert_eq!(broken.code, "invalid_json");
    assert!(
        broken.reason.starts_with("byte 1038: "),
        "{}",
        broken.reason
    );
    let deep = reject(&format!(
        r#"{{"type":"Feature","properties":{{"a":{}1{}}}}}"#,
        "[".repeat(17),
        "]".repeat(17)
    ));
    assert_eq!(deep.code, "too_deep");
    let text = b"{\"type\":\"Feature\",\"properties\":{\"name\":\"Jos\xe9\"}}";
    let piece = Piece {
        row: 3,
        bytes: text,
        offset: 10,
        max_depth: 16,
        plain_objects: false,
    };
    let Row::Reject(latin) = decode(piece, &mut SharedNames::default()) else {
        panic!("a reject")
    };
    assert_eq!((latin.row, latin.code), (3, "invalid_utf8"));
    assert!(latin.reason.starts_with("byte 53 "), "{}", latin.reason);
}

#[test]
fn long_values_are_cut_in_reports() {
    let text = format!(r#"{{"a":"{}"}}"#, "é".repeat(500));
    assert_eq!(reject(&text).value.expect("a value").chars().count(), 201);
}
