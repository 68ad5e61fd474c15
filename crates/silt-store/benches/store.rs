//! Import, open and query of a store of 1,000,000 generated points with six attributes.
//!
//! `SILT_BENCH_POINTS` sets another number of points.
#![allow(
    missing_docs,
    reason = "criterion's macros write functions without documentation"
)]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use silt_model::{CollectionSchema, Feature, Value};
use silt_store::{
    FileSummary, GeoPackageStore, ImportSpec, OpenMode, Selection, SourceInfo, Store,
};

const BATCH: u64 = 1_000;

fn points() -> u64 {
    let given = std::env::var("SILT_BENCH_POINTS").ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000)
}

/// A number in 0..1 that depends on the seed only (splitmix64).
fn fraction(seed: u64) -> f64 {
    let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

struct Names {
    fields: [Arc<str>; 6],
    regions: Vec<[Arc<str>; 2]>,
}

fn names() -> Names {
    Names {
        fields: ["name", "status", "height_m", "year", "active", "remark"].map(Arc::from),
        regions: (0..200_u32)
            .map(|number| {
                [
                    format!("admin1:C{number}").into(),
                    format!("iso3:C{number}").into(),
                ]
            })
            .collect(),
    }
}

fn feature(number: u64, names: &Names, edition: u64) -> Feature {
    let [name, status, height, year, active, remark] = &names.fields;
    let changed = edition > 0 && number.is_multiple_of(100);
    let storage = if changed {
        99.5
    } else {
        fraction(number + 3) * 100.0
    };
    Feature {
        row: number + 1,
        record_id: format!("record-{number}"),
        geometry: Some(geo_types::Geometry::Point(geo_types::Point::new(
            fraction(number * 2) * 360.0 - 180.0,
            fraction(number * 2 + 1) * 180.0 - 90.0,
        ))),
        properties: vec![
            (
                Arc::clone(name),
                Value::Text(format!("Facility no. {number}")),
            ),
            (Arc::clone(status), Value::Text("Active".to_owned())),
            (Arc::clone(height), Value::Real(storage)),
            (Arc::clone(year), Value::Int(1_950 + (number % 70) as i64)),
            (Arc::clone(active), Value::Bool(number.is_multiple_of(2))),
            (
                Arc::clone(remark),
                Value::Text("Care and maintenance".to_owned()),
            ),
        ],
        original: None,
        source_crs: None,
        location_accuracy: None,
        flags: Vec::new(),
        regions: names.regions[(number % 200) as usize].to_vec(),
    }
}

/// Imports an edition; returns the time the store took, without making the features.
fn import(store: &mut GeoPackageStore, edition: u64, count: u64) -> Duration {
    let names = names();
    let spec = ImportSpec {
        schema: CollectionSchema::new("sites"),
        source: SourceInfo {
            id: "bench".to_owned(),
            ..SourceInfo::default()
        },
        edition: format!("20{edition:02}"),
        file: "generated".to_owned(),
        sha256: None,
        dry_run: false,
        partial: false,
        again: false,
    };
    let mut spent = Duration::ZERO;
    let start = Instant::now();
    let mut import = store.begin_import(&spec).expect("an import");
    spent += start.elapsed();
    for batch in 0..count.div_ceil(BATCH) {
        let numbers = batch * BATCH..((batch + 1) * BATCH).min(count);
        let features = numbers
            .map(|number| feature(number, &names, edition))
            .collect();
        let start = Instant::now();
        import.put(features).expect("features are taken");
        spent += start.elapsed();
    }
    let start = Instant::now();
    let summary = FileSummary {
        sha256: format!("generated {edition}"),
        rows_read: count,
    };
    import.finish(summary).expect("a report");
    spent + start.elapsed()
}

fn create(path: &Path) -> GeoPackageStore {
    GeoPackageStore::open(path, OpenMode::ReadWriteCreate).expect("a store")
}

fn count_of(store: &GeoPackageStore, selection: &Selection) -> u64 {
    let mut found = 0;
    store
        .scan("sites", selection, &mut |_| {
            found += 1;
            ControlFlow::Continue(())
        })
        .expect("a scan");
    found
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let count = points();

    let mut group = criterion.benchmark_group(format!("store of {count} points"));
    group.sample_size(10);
    group.bench_function("first edition", |bencher| {
        bencher.iter_custom(|rounds| {
            (0..rounds)
                .map(|_| {
                    let folder = tempfile::tempdir().expect("a folder");
                    let mut store = create(&folder.path().join("bench.gpkg"));
                    import(&mut store, 1, count)
                })
                .sum()
        });
    });

    let path = folder.path().join("bench.gpkg");
    import(&mut create(&path), 0, count);
    let window = Selection {
        bbox: Some([10.0, 10.0, 18.1, 18.1]),
        ..Selection::default()
    };
    group.bench_function("open and first window", |bencher| {
        bencher.iter(|| count_of(&create(&path), &window));
    });
    let store = create(&path);
    eprintln!("the window holds {} features", count_of(&store, &window));
    group.bench_function("window", |bencher| {
        bencher.iter(|| count_of(&store, &window));
    });
    let region = Selection {
        regions: Some(vec!["iso3:C7".to_owned()]),
        ..Selection::default()
    };
    group.bench_function("region of one in 200", |bencher| {
        bencher.iter(|| count_of(&store, &region));
    });
    group.bench_function("scan of everything", |bencher| {
        bencher.iter(|| count_of(&store, &Selection::default()));
    });
    drop(store);
    group.bench_function("next edition, one percent changed", |bencher| {
        bencher.iter_batched(
            || {
                let folder = tempfile::tempdir().expect("a folder");
                let copy = folder.path().join("bench.gpkg");
                std::fs::copy(&path, &copy).expect("a copy");
                (create(&copy), folder)
            },
            |(mut store, _folder)| import(&mut store, 1, count),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(store, benches);
criterion_main!(store);
