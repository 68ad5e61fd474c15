//! Snapshots for the tests.

use std::sync::Arc;

use geo_types::Geometry;
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{
    CollectionSchema, Feature, Field, FieldType, Flag, FlagCode, LocationAccuracy, StoredFeature,
    Value,
};

/// A row of the test collection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) fid: i64,
    pub(crate) name: Option<String>,
    pub(crate) height_m: Option<f64>,
    pub(crate) year: Option<i64>,
    pub(crate) date: Option<String>,
    pub(crate) active: Option<bool>,
    pub(crate) geometry: Option<Geometry<f64>>,
    pub(crate) regions: Vec<&'static str>,
    pub(crate) tags: Option<String>,
    pub(crate) flagged: bool,
}

pub(crate) fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("tests");
    let fields = [
        ("name", FieldType::Text),
        ("height_m", FieldType::Real),
        ("year", FieldType::Integer),
        ("date", FieldType::Date),
        ("active", FieldType::Boolean),
        ("tags", FieldType::Json),
        ("Größe", FieldType::Real),
    ];
    schema.fields = fields.map(|(name, kind)| Field::new(name, kind)).into();
    schema
}

fn text(value: &Option<String>) -> Value {
    value.clone().map_or(Value::Null, Value::Text)
}

/// The record id is the fid; odd fids are synthetic, and come from source `b`.
pub(crate) fn snapshot(rows: &[Row]) -> CollectionSnapshot {
    let mut builder = SnapshotBuilder::new(schema(), 1);
    for row in rows {
        let is_odd = row.fid % 2 == 1;
        let properties: Vec<(Arc<str>, Value)> = vec![
            ("name".into(), text(&row.name)),
            (
                "height_m".into(),
                row.height_m.map_or(Value::Null, Value::Real),
            ),
            ("year".into(), row.year.map_or(Value::Null, Value::Int)),
            ("date".into(), text(&row.date)),
            ("active".into(), row.active.map_or(Value::Null, Value::Bool)),
            (
                "tags".into(),
                row.tags.clone().map_or(Value::Null, Value::Json),
            ),
        ];
        builder.push(StoredFeature {
            fid: row.fid,
            source: if is_odd { "b".into() } else { "a".into() },
            edition: "2024-03-01".into(),
            synthetic: is_odd,
            feature: Feature {
                row: row.fid as u64,
                record_id: row.fid.to_string(),
                geometry: row.geometry.clone(),
                properties,
                original: None,
                source_crs: is_odd.then(|| "EPSG:32719".into()),
                location_accuracy: is_odd.then_some(LocationAccuracy::Exact),
                flags: if row.flagged {
                    vec![Flag::new(FlagCode::CoordinatesSwapped, "exchanged")]
                } else {
                    Vec::new()
                },
                regions: row
                    .regions
                    .iter()
                    .map(|region| Arc::from(*region))
                    .collect(),
            },
        });
    }
    builder.finish()
}

pub(crate) fn point(x: f64, y: f64) -> Option<Geometry<f64>> {
    Some(Geometry::Point(geo_types::Point::new(x, y)))
}

/// Six rows with something of everything.
pub(crate) fn six() -> Vec<Row> {
    let name = |name: &str| Some(name.to_owned());
    vec![
        Row {
            fid: 1,
            name: name("Córrego do Feijão"),
            height_m: Some(86.0),
            year: Some(1976),
            date: name("2019-01-25"),
            active: Some(false),
            geometry: point(-44.12, -20.12),
            regions: vec!["admin1:BR-MG", "iso3:BRA"],
            tags: name(r#"["Fe","Mn",1]"#),
            flagged: false,
        },
        Row {
            fid: 2,
            name: name("STRASSE 100%_a"),
            height_m: Some(0.0),
            year: Some(9_007_199_254_740_993),
            date: name("2019"),
            active: Some(true),
            geometry: point(179.5, -17.0),
            regions: vec!["iso3:FJI"],
            tags: name(r#"["Au"]"#),
            flagged: true,
        },
        Row {
            fid: 3,
            name: name("Οδος"),
            height_m: None,
            year: None,
            date: name("2018-12"),
            active: None,
            geometry: None,
            regions: vec![],
            tags: None,
            flagged: false,
        },
        Row {
            fid: 4,
            name: None,
            height_m: Some(-3.5),
            year: Some(2000),
            date: None,
            active: Some(true),
            geometry: point(-179.5, -17.0),
            regions: vec!["iso3:FJI"],
            tags: name("[]"),
            flagged: false,
        },
        Row {
            fid: 5,
            name: name("O'Brien"),
            height_m: Some(12.5),
            year: Some(2001),
            date: name("2020-02-29"),
            active: Some(false),
            geometry: point(0.0, 0.0),
            regions: vec!["sea:gulf-of-guinea"],
            tags: name(r#"["Fe"]"#),
            flagged: false,
        },
        Row {
            fid: 6,
            name: name(""),
            height_m: Some(100.0),
            year: Some(-5),
            date: name("1998-04-25"),
            active: Some(true),
            geometry: point(10.0, 10.0),
            regions: vec!["iso3:NGA"],
            tags: name(r#"{"a":1}"#),
            flagged: true,
        },
    ]
}
