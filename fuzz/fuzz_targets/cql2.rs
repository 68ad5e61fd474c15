//! No filter makes the CQL2 readers or the evaluation panic or take long, a filter selects the
//! same rows with and without candidates, and no row is selected by a filter and by its negation.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{CollectionSchema, Feature, Field, FieldType, StoredFeature, Value};
use silt_query::cql::{Language, Limits, parse};
use silt_query::filter::Filter;
use silt_query::never_stop;

static SNAPSHOT: LazyLock<CollectionSnapshot> = LazyLock::new(snapshot);

fn snapshot() -> CollectionSnapshot {
    let mut schema = CollectionSchema::new("fuzz");
    let fields = [
        ("a", FieldType::Real),
        ("b", FieldType::Integer),
        ("c", FieldType::Text),
        ("d", FieldType::Date),
        ("e", FieldType::Boolean),
        ("f", FieldType::Json),
    ];
    schema.fields = fields.map(|(name, kind)| Field::new(name, kind)).into();
    let mut builder = SnapshotBuilder::new(schema, 1);
    for fid in 1..=8 {
        let properties = [
            ("a", Value::Real(fid as f64 / 2.0)),
            ("b", Value::Int(fid - 4)),
            ("c", Value::Text(format!("té{fid}"))),
            ("d", Value::Text(format!("201{fid}"))),
            ("e", Value::Bool(fid % 2 == 0)),
            ("f", Value::Json(format!("[{fid},\"x\"]"))),
        ];
        let known = properties.into_iter().skip(usize::from(fid == 5));
        let lon = fid as f64 * 50.0 - 200.0;
        let geometry = match fid % 3 {
            0 => geo_types::Point::new(lon, lon / 4.0).into(),
            1 => geo_types::LineString::from(vec![(lon, 0.0), (lon + 20.0, 5.0)]).into(),
            _ => geo_types::Rect::new((lon, 0.0), (lon + 5.0, 5.0))
                .to_polygon()
                .into(),
        };
        builder.push(StoredFeature {
            fid,
            source: "s".into(),
            edition: "2024".into(),
            synthetic: true,
            feature: Feature {
                row: fid as u64,
                record_id: fid.to_string(),
                geometry: (fid != 8).then_some(geometry),
                properties: known.map(|(name, value)| (name.into(), value)).collect(),
                original: None,
                source_crs: None,
                location_accuracy: None,
                flags: Vec::new(),
                regions: vec!["iso3:BRA".into()],
            },
        });
    }
    builder.finish()
}

fn read(text: &str, language: Language) -> Option<Filter> {
    parse(text, language, SNAPSHOT.schema(), &Limits::default(), None).ok()
}

fn select(filter: &Filter) -> Vec<u32> {
    let rows = filter.select(&SNAPSHOT, None, &never_stop);
    let all: Vec<u32> = (0..SNAPSHOT.len() as u32).collect();
    assert_eq!(rows, filter.select(&SNAPSHOT, Some(&all), &never_stop));
    rows.expect("never stopped")
}

fuzz_target!(|text: &str| {
    if let Some(filter) = read(text, Language::Text) {
        let rows = select(&filter);
        if let Some(negated) = read(&format!("NOT ({text})"), Language::Text) {
            assert!(select(&negated).iter().all(|row| !rows.contains(row)));
        }
    }
    if let Some(filter) = read(text, Language::Json) {
        select(&filter);
    }
});
