//! The tests that every backend must pass, behind the feature `behaviour`.
//!
//! [`run_all`] takes a function that makes an empty store. A failing behaviour panics with what
//! was expected, like any test.

mod editing;
mod importing;
pub mod oracle;
mod selecting;
mod typing;

use std::ops::ControlFlow;
use std::sync::Arc;

use geo_types::{Geometry, Point};
use silt_model::{
    Change, CollectionSchema, Feature, FeatureId, ImportReport, StoredFeature, Value,
};

use crate::types::{ChangeFilter, ImportSpec, Selection, SourceInfo};
use crate::{FileSummary, Store};

/// Makes an empty store.
pub type MakeStore<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// Runs every behaviour against stores of a backend.
pub fn run_all(make_store: MakeStore<'_>) {
    for (name, behaviour) in all() {
        eprintln!("behaviour: {name}");
        behaviour(make_store);
    }
}

/// A named behaviour.
pub type Behaviour = (&'static str, fn(MakeStore<'_>));

/// Every behaviour with its name.
pub fn all() -> Vec<Behaviour> {
    let mut behaviours = importing::all();
    behaviours.extend(editing::all());
    behaviours.extend(selecting::all());
    behaviours.extend(typing::all());
    behaviours.push(("random histories equal the oracle", random_histories));
    behaviours
}

fn random_histories(make_store: MakeStore<'_>) {
    for seed in 0..40 {
        let plan = oracle::random_plan(seed);
        oracle::check(make_store().as_mut(), &plan);
    }
}

/// A point feature with properties.
pub fn point(record: &str, x: f64, y: f64, properties: &[(&str, Value)]) -> Feature {
    Feature {
        row: 1,
        record_id: record.to_owned(),
        geometry: Some(Geometry::Point(Point::new(x, y))),
        properties: properties
            .iter()
            .map(|(name, value)| (Arc::from(*name), value.clone()))
            .collect(),
        original: None,
        source_crs: None,
        location_accuracy: None,
        flags: Vec::new(),
        regions: Vec::new(),
    }
}

/// The import of a full edition of source `register` into collection `sites`.
pub fn spec(edition: &str) -> ImportSpec {
    ImportSpec {
        schema: CollectionSchema::new("sites"),
        source: SourceInfo {
            id: "register".to_owned(),
            title: "Register".to_owned(),
            ..SourceInfo::default()
        },
        edition: edition.to_owned(),
        file: format!("register-{edition}.csv"),
        sha256: None,
        dry_run: false,
        partial: false,
        again: false,
    }
}

/// Imports features in batches of three, with the edition key as the checksum.
pub fn import(store: &mut dyn Store, spec: &ImportSpec, features: &[Feature]) -> ImportReport {
    import_file(store, spec, features, &format!("sha of {}", spec.edition))
}

/// Imports features of a file with this checksum.
pub fn import_file(
    store: &mut dyn Store,
    spec: &ImportSpec,
    features: &[Feature],
    sha256: &str,
) -> ImportReport {
    let mut import = store.begin_import(spec).expect("the import begins");
    for batch in features.chunks(3) {
        import.put(batch.to_vec()).expect("features are taken");
    }
    let summary = FileSummary {
        sha256: sha256.to_owned(),
        rows_read: features.len() as u64,
    };
    let report = import.finish(summary).expect("the import ends");
    assert_eq!(
        report.rows_read,
        report.created + report.updated + report.unchanged + report.rejected,
        "rows must add up: {report:?}"
    );
    report
}

/// The id of a record of source `register`.
pub fn id(record: &str) -> FeatureId {
    FeatureId {
        source: "register".to_owned(),
        record: record.to_owned(),
    }
}

/// The selected features of collection `sites`.
pub fn scan(store: &dyn Store, selection: &Selection) -> Vec<StoredFeature> {
    let mut found = Vec::new();
    store
        .scan("sites", selection, &mut |feature| {
            found.push(feature);
            ControlFlow::Continue(())
        })
        .expect("a scan");
    found
}

/// Record ids of the selected features.
pub fn records(store: &dyn Store, selection: &Selection) -> Vec<String> {
    let found = scan(store, selection);
    found
        .into_iter()
        .map(|stored| stored.feature.record_id)
        .collect()
}

/// The selected changes.
pub fn changes(store: &dyn Store, filter: &ChangeFilter) -> Vec<Change> {
    let mut found = Vec::new();
    store
        .changes(filter, &mut |change| {
            found.push(change);
            ControlFlow::Continue(())
        })
        .expect("the change log");
    found
}

/// Reports of an import as (created, updated, unchanged, removed).
pub fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (
        report.created,
        report.updated,
        report.unchanged,
        report.removed,
    )
}
