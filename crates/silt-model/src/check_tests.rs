use serde_json::json;

use super::*;
use crate::geojson::to_geojson;
use crate::{Feature, Flag, FlagCode, LocationAccuracy, StoredFeature};

fn checked(field_type: FieldType, json: Json) -> Result<Value, String> {
    let field = Field::new("field", field_type);
    field.check_value(&json).map_err(|error| error.to_string())
}

fn refused(field_type: FieldType, json: Json) -> String {
    let shown = json.to_string();
    match checked(field_type, json) {
        Ok(value) => panic!("{shown} became {value:?}"),
        Err(reason) => reason,
    }
}

#[test]
fn each_type_takes_its_own_values() {
    use FieldType::{Boolean, Date, Integer, Json as JsonField, Real, Text};
    let nested = json!({"a": [1, null]});
    let cases = [
        (Boolean, json!(true), Value::Bool(true)),
        (Integer, json!(-3), Value::Int(-3)),
        (Integer, json!(i64::MIN), Value::Int(i64::MIN)),
        (Integer, json!(3.0), Value::Int(3)),
        (Real, json!(1.5), Value::Real(1.5)),
        (Real, json!(12), Value::Real(12.0)),
        (Text, json!("007"), Value::Text("007".to_owned())),
        (Text, json!(""), Value::Text(String::new())),
        (Date, json!("2019"), Value::Text("2019".to_owned())),
        (Date, json!("2019-02"), Value::Text("2019-02".to_owned())),
        (
            Date,
            json!("2020-02-29"),
            Value::Text("2020-02-29".to_owned()),
        ),
        (
            JsonField,
            nested,
            Value::Json(r#"{"a":[1,null]}"#.to_owned()),
        ),
        (JsonField, json!([]), Value::Json("[]".to_owned())),
    ];
    for (field_type, json, expected) in cases {
        assert_eq!(checked(field_type, json), Ok(expected));
    }
    for field_type in [Boolean, Integer, Real, Text, Date, JsonField] {
        assert_eq!(checked(field_type, Json::Null), Ok(Value::Null));
    }
}

#[test]
fn nothing_is_rounded() {
    for json in [json!(1.5), json!(-0.1)] {
        let reason = refused(FieldType::Integer, json);
        assert!(reason.contains("whole"), "{reason}");
    }
    // 2^53 + 1 as a double is 2^53, and more digits than 64 bits hold are lost.
    for json in [
        json!(1e300),
        json!(9_007_199_254_740_992.0),
        json!(u64::MAX),
    ] {
        let reason = refused(FieldType::Integer, json);
        assert!(reason.contains("exactly"), "{reason}");
    }
    for json in [
        json!(9_007_199_254_740_993_i64),
        json!(i64::MAX),
        json!(u64::MAX),
    ] {
        let reason = refused(FieldType::Real, json);
        assert!(reason.contains("exactly"), "{reason}");
    }
    let power = 1_i64 << 60;
    assert_eq!(
        checked(FieldType::Real, json!(power)),
        Ok(Value::Real(power as f64))
    );
}

#[test]
fn other_kinds_of_values_are_refused() {
    use FieldType::{Boolean, Date, Integer, Json as JsonField, Real, Text};
    let cases = [
        (Boolean, json!("true")),
        (Boolean, json!(1)),
        (Integer, json!("3")),
        (Integer, json!(true)),
        (Real, json!("1.5")),
        (Text, json!(3)),
        (Text, json!({})),
        (Date, json!(2019)),
        (JsonField, json!("text")),
        (JsonField, json!(1)),
    ];
    for (field_type, json) in cases {
        let reason = refused(field_type, json);
        assert!(reason.starts_with("wants "), "{reason}");
    }
    for text in ["2019-02-29", "yesterday", "2019-01-25T00:00:00Z", ""] {
        let reason = refused(FieldType::Date, json!(text));
        assert!(reason.contains("YYYY"), "{reason}");
    }
}

#[test]
fn only_allowed_values_are_taken() {
    let mut field = Field::new("status", FieldType::Text);
    field.allowed = vec!["active".to_owned(), "closed".to_owned()];
    assert_eq!(
        field.check_value(&json!("closed")),
        Ok(Value::Text("closed".to_owned()))
    );
    assert_eq!(field.check_value(&Json::Null), Ok(Value::Null));
    let error = field.check_value(&json!("Closed")).expect_err("not listed");
    let reason = error.to_string();
    assert!(reason.contains("active, closed"), "{reason}");
    let long = field.check_value(&json!("x".repeat(10_000)));
    assert!(long.expect_err("not listed").to_string().len() < 300);
}

fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("sites");
    schema.fields = vec![
        Field::new("height_m", FieldType::Real),
        Field::new("name", FieldType::Text),
        Field::new("built", FieldType::Date),
    ];
    schema
}

#[test]
fn every_problem_is_named() {
    let properties = json!({"height_m": "high", "hight_m": 3, "name": "a", "silt_x": 1});
    let problems = schema()
        .properties_from_json(properties.as_object().expect("an object"))
        .expect_err("three problems");
    let names: Vec<&str> = problems
        .iter()
        .map(|problem| problem.property.as_str())
        .collect();
    assert_eq!(names, ["height_m", "hight_m", "silt_x"]);
    assert_eq!(problems[1].error, PropertyError::Unknown);
    assert_eq!(
        problems[0].to_string(),
        "`height_m`: wants a number, not a text"
    );
}

#[test]
fn problems_are_bounded() {
    let many: JsonObject = (0..1_000).map(|n| (format!("p{n}"), json!(n))).collect();
    let problems = schema().properties_from_json(&many).expect_err("unknown");
    assert_eq!(problems.len(), MAX_PROBLEMS);
}

#[test]
fn a_feature_that_was_fetched_can_be_sent_back() {
    let stored = StoredFeature {
        fid: 1,
        source: "register".into(),
        edition: "2024".into(),
        synthetic: true,
        feature: Feature {
            row: 1,
            record_id: "1".to_owned(),
            geometry: None,
            properties: vec![
                ("height_m".into(), Value::Real(3.0)),
                ("name".into(), Value::Null),
                ("built".into(), Value::Text("2019-02".to_owned())),
            ],
            original: Some("{}".to_owned()),
            source_crs: Some("EPSG:32719".into()),
            location_accuracy: Some(LocationAccuracy::Exact),
            flags: vec![Flag::new(FlagCode::CoordinatesMissing, "none given")],
            regions: vec!["iso3:BRA".into()],
        },
    };
    let sent = to_geojson(&stored).properties.expect("properties");
    assert!(sent.len() > 9, "{sent:?}");
    let values = schema().properties_from_json(&sent).expect("all fit");
    assert_eq!(values, stored.feature.properties);
}
