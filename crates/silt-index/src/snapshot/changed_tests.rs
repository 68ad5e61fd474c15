use std::collections::BTreeMap;

use geo_types::{Geometry, LineString, Point};
use proptest::prelude::*;
use silt_model::{
    CollectionSchema, Feature, Field, FieldType, Flag, FlagCode, StoredFeature, Value,
};

use crate::snapshot::{CollectionSnapshot, SnapshotBuilder};

fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("mines");
    schema.fields.push(Field::new("height_m", FieldType::Real));
    schema.fields.push(Field::new("name", FieldType::Text));
    schema
        .fields
        .push(Field::new("is_open", FieldType::Boolean));
    schema.fields.push(Field::new("year", FieldType::Integer));
    schema
}

/// A feature whose content depends on `content` alone, besides its ids.
fn feature(fid: i64, content: u8) -> StoredFeature {
    let geometry = match content % 7 {
        0 => None,
        6 => Some(Geometry::from(LineString::from(vec![
            (0.0, 0.0),
            (1.0, f64::from(content)),
        ]))),
        _ => Some(Geometry::from(Point::new(f64::from(content), 1.5))),
    };
    let text = format!("name {}", content % 5);
    let mut properties: Vec<(std::sync::Arc<str>, Value)> = vec![("name".into(), text.into())];
    if content.is_multiple_of(2) {
        properties.push(("height_m".into(), f64::from(content).into()));
        properties.push(("year".into(), i64::from(content).into()));
    }
    if content.is_multiple_of(3) {
        properties.push(("is_open".into(), (content.is_multiple_of(4)).into()));
    }
    let mut flags = Vec::new();
    if content.is_multiple_of(11) {
        flags.push(Flag::new(FlagCode::NullIsland, "at 0 0"));
    }
    StoredFeature {
        fid,
        source: format!("source {}", content % 2).into(),
        edition: "2024".into(),
        synthetic: content.is_multiple_of(2),
        feature: Feature {
            row: 0,
            record_id: format!("r{fid}"),
            geometry,
            properties,
            original: None,
            source_crs: (content % 3 == 1).then(|| "EPSG:32719".into()),
            location_accuracy: None,
            flags,
            regions: (0..content % 3)
                .map(|n| format!("iso3:{}", n + content % 4).into())
                .collect(),
        },
    }
}

fn whole(features: &BTreeMap<i64, u8>, version: u64) -> CollectionSnapshot {
    let mut builder = SnapshotBuilder::new(schema(), version);
    for (&fid, &content) in features {
        builder.push(feature(fid, content));
    }
    builder.finish()
}

/// All that can be seen of a snapshot. Maps print in any order, so they are left out; what they
/// find is asked for.
fn seen(snapshot: &CollectionSnapshot) -> String {
    let rows = 0..snapshot.len() as u32;
    let features: Vec<StoredFeature> = rows.map(|row| snapshot.feature(row)).collect();
    let heads = [
        snapshot.sources(),
        snapshot.records(),
        snapshot.editions(),
        snapshot.flags(),
    ];
    let regions: Vec<(&str, &[u32])> = snapshot
        .region_ids()
        .iter()
        .map(|id| (&**id, snapshot.rows_in_region(id)))
        .collect();
    let by_box = snapshot.rows_in_bbox([0.5, 0.0, 100.0, 40.0]);
    format!(
        "{features:?} {heads:?} {:?} {regions:?} {by_box:?} {:?} {:?} {} {}",
        snapshot.columns(),
        snapshot.bounds(),
        snapshot.rows_without_geometry(),
        snapshot.is_all_points(),
        snapshot.version()
    )
}

proptest! {
    #[test]
    fn a_changed_snapshot_is_the_one_read_whole(
        before in prop::collection::btree_map(1..200_i64, any::<u8>(), 0..150),
        changes in prop::collection::btree_map(1..300_i64, prop::option::of(any::<u8>()), 0..40),
    ) {
        let mut after = before.clone();
        for (&fid, change) in &changes {
            match change {
                Some(content) => after.insert(fid, *content),
                None => after.remove(&fid),
            };
        }
        let touched: Vec<i64> = changes.keys().copied().collect();
        let written = changes.iter().filter_map(|(&fid, change)| Some(feature(fid, (*change)?)));
        let changed = whole(&before, 1)
            .with_changes(schema(), 2, &touched, written.collect())
            .expect("the fields are the same");
        prop_assert_eq!(seen(&changed), seen(&whole(&after, 2)));
    }
}

#[test]
fn new_fields_and_mixed_values_are_read_whole() {
    let before = whole(&BTreeMap::from([(1, 3), (2, 4)]), 1);
    let mut wider = schema();
    wider.fields.push(Field::new("owner", FieldType::Text));
    assert!(before.with_changes(wider, 2, &[], Vec::new()).is_none());

    let mut odd = feature(3, 3);
    odd.feature.properties = vec![("year".into(), "about 1950".into())];
    let mixed = before
        .with_changes(schema(), 2, &[3], vec![odd])
        .expect("nothing follows the odd value");
    assert_eq!(mixed.value(2, "year"), "about 1950".into());
    assert!(mixed.with_changes(schema(), 3, &[], Vec::new()).is_none());
}
