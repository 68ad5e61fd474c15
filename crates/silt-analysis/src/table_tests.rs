use geo_types::Point;
use serde_json::json;

use super::*;

fn table() -> Table {
    let column = |name: &'static str, kind: FieldType| TableColumn {
        name,
        kind,
        meaning: "",
    };
    Table {
        columns: vec![
            column("name", FieldType::Text),
            column("z", FieldType::Real),
            column("members", FieldType::Json),
        ],
        rows: vec![
            TableRow {
                id: "a".to_owned(),
                geometry: Geometry::Point(Point::new(-0.000_000_001, 1.234_567_891)),
                values: vec![json!("x,\"y\""), number(f64::NAN), json!(["s:1", "s:2"])],
            },
            TableRow {
                id: "b".to_owned(),
                geometry: Geometry::Point(Point::new(1.0, 2.0)),
                values: vec![Json::Null, number(2.0), Json::Null],
            },
        ],
    }
}

#[test]
fn geojson_is_what_rfc_7946_wants() {
    let mut head = Map::new();
    head.insert("title".to_owned(), "a \"title\"".into());
    let text = table().geojson(&head);
    let document: Json = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(document["type"], "FeatureCollection");
    assert_eq!(document["title"], "a \"title\"");
    assert_eq!(
        document["features"][0]["geometry"]["coordinates"],
        json!([0.0, 1.2345679])
    );
    assert!(document["features"][0]["properties"]["z"].is_null());
    let again: geojson_like::Collection = serde_json::from_slice(&text).expect("a collection");
    assert_eq!(again.features.len(), 2);
}

mod geojson_like {
    #[derive(serde::Deserialize)]
    pub(super) struct Collection {
        pub(super) features: Vec<Feature>,
    }

    #[derive(serde::Deserialize)]
    pub(super) struct Feature {
        #[serde(rename = "id")]
        _id: String,
    }
}

#[test]
fn csv_quotes_what_needs_it() {
    let expected = "id,name,z,members\r\na,\"x,\"\"y\"\"\",,s:1 s:2\r\nb,,2.0,\r\n";
    assert_eq!(table().csv(), expected);
}

#[test]
fn features_have_typed_values() {
    let table = table();
    let features: Vec<StoredFeature> = table.features(true).collect();
    assert!(features.iter().all(|feature| feature.synthetic));
    assert_eq!(features[1].feature.property("z"), &Value::Real(2.0));
    assert_eq!(
        features[0].feature.property("members"),
        &Value::Json("[\"s:1\",\"s:2\"]".to_owned())
    );
    assert_eq!(table.schema("hotspots", "Hotspots").fields.len(), 3);
}
