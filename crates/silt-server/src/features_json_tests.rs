use std::sync::Arc;

use geo_types::{Geometry, point, polygon};
use serde_json::{Value as Json, json};
use silt_index::snapshot::SnapshotBuilder;
use silt_model::{
    CollectionSchema, Feature, Field, FieldType, Flag, FlagCode, StoredFeature, Value,
};

use super::*;

fn snapshot(
    geometry: Option<Geometry<f64>>,
    properties: Vec<(Arc<str>, Value)>,
) -> CollectionSnapshot {
    let mut schema = CollectionSchema::new("mines");
    schema.fields = vec![
        Field::new("name", FieldType::Text),
        Field::new("height_m", FieldType::Real),
        Field::new("dams", FieldType::Integer),
        Field::new("active", FieldType::Boolean),
        Field::new("owners", FieldType::Json),
    ];
    let mut builder = SnapshotBuilder::new(schema, 1);
    builder.push(StoredFeature {
        fid: 1,
        source: "demo".into(),
        edition: "2024".into(),
        synthetic: true,
        feature: Feature {
            row: 0,
            record_id: "a \"quoted\" id".to_owned(),
            geometry,
            properties,
            original: None,
            source_crs: Some("EPSG:32719".into()),
            location_accuracy: None,
            flags: vec![Flag::new(FlagCode::NullIsland, "at 0 0")],
            regions: vec!["iso3:BRA".into(), "admin1:BR-MG".into()],
        },
    });
    builder.finish()
}

fn written(data: &CollectionSnapshot, shown: &Shown, project: Option<Project<'_>>) -> Json {
    let mut out = Vec::new();
    write_feature(&mut out, data, 0, shown, project);
    serde_json::from_slice(&out).expect("JSON")
}

#[test]
fn every_field_stands_in_every_feature() {
    let data = snapshot(
        Some(point!(x: -44.12, y: -20.0).into()),
        vec![
            ("name".into(), "São \u{1}\"x\"".into()),
            ("height_m".into(), 0.1.into()),
            ("owners".into(), Value::Json("[\"a\",{\"b\":1}]".into())),
        ],
    );
    let expected = json!({
        "type": "Feature",
        "id": "demo:a \"quoted\" id",
        "geometry": {"type": "Point", "coordinates": [-44.12, -20.0]},
        "properties": {
            "name": "São \u{1}\"x\"", "height_m": 0.1, "dams": null, "active": null, "owners": ["a", {"b": 1}],
            "silt_source": "demo", "silt_record": "a \"quoted\" id", "silt_edition": "2024",
            "silt_crs": "EPSG:32719", "silt_accuracy": null,
            "silt_flags": [{"code": "null_island", "reason": "at 0 0"}],
            "silt_regions": ["admin1:BR-MG", "iso3:BRA"], "silt_synthetic": true,
        },
    });
    assert_eq!(written(&data, &Shown::all(&data), None), expected);
}

#[test]
fn properties_come_as_asked_and_unknown_ones_are_named() {
    let data = snapshot(None, vec![("dams".into(), 3.into())]);
    let shown = Shown::named(&data, ["dams", "silt_synthetic", "dams"].into_iter());
    let feature = written(&data, &shown.expect("known names"), None);
    assert_eq!(
        feature["properties"],
        json!({"dams": 3, "silt_synthetic": true})
    );
    assert_eq!(feature["geometry"], Json::Null);
    let unknown = Shown::named(&data, ["dams", "colour"].into_iter());
    assert_eq!(unknown.err(), Some("colour"));
}

#[test]
fn a_geometry_without_a_place_in_the_system_is_null() {
    let data = snapshot(Some(point!(x: 0.0, y: 90.0).into()), Vec::new());
    let nowhere = |_: &Geometry<f64>| None;
    assert_eq!(
        written(&data, &Shown::all(&data), Some(&nowhere))["geometry"],
        Json::Null
    );
}

#[test]
fn geometries_are_those_that_the_geojson_crate_writes() {
    let area = polygon!(
        exterior: [(x: 0.0, y: 0.0), (x: 9.5, y: 0.0), (x: 9.5, y: 9.0), (x: 0.0, y: 0.0)],
        interiors: [[(x: 5.0, y: 1.0), (x: 6.0, y: 1.0), (x: 6.0, y: 2.0), (x: 5.0, y: 1.0)]],
    );
    let line: geo_types::LineString<f64> = vec![(0.0, 1e-7), (-179.999_999, 1e20)].into();
    let all: Vec<Geometry<f64>> = vec![
        point!(x: 1.0, y: -2.25).into(),
        geo_types::MultiPoint::from(vec![(1.0, 2.0), (3.0, 4.0)]).into(),
        line.clone().into(),
        geo_types::MultiLineString::new(vec![line.clone(), line]).into(),
        area.clone().into(),
        geo_types::MultiPolygon::new(vec![area.clone(), area.clone()]).into(),
        Geometry::GeometryCollection(geo_types::GeometryCollection::new_from(vec![
            point!(x: 1.0, y: 2.0).into(),
            area.into(),
        ])),
        Geometry::GeometryCollection(geo_types::GeometryCollection::new_from(Vec::new())),
    ];
    for geometry in all {
        let mut out = Vec::new();
        write_geometry(&mut out, &geometry);
        let own: Json = serde_json::from_slice(&out).expect("JSON");
        let oracle = serde_json::to_value(geojson::Geometry::from(&geometry)).expect("JSON");
        assert_eq!(own, oracle);
    }
}
