//! Building a snapshot with its R-tree, and looking up windows in it.
//!
//!     cargo bench -p silt-index --bench snapshot

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use geo_types::{Geometry, LineString, Point};
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{CollectionSchema, Feature, Field, FieldType, StoredFeature, Value};

const POINTS: u32 = 200_000;
const TRACKS: u32 = 2_000;
const VERTICES_PER_TRACK: u32 = 500;

/// Numbers in 0..1 that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn feature(fid: u32, geometry: Geometry<f64>) -> StoredFeature {
    StoredFeature {
        fid: i64::from(fid) + 1,
        source: "bench".into(),
        edition: "2026".into(),
        synthetic: true,
        feature: Feature {
            row: 0,
            record_id: fid.to_string(),
            geometry: Some(geometry),
            properties: vec![
                (Arc::from("name"), Value::Text(format!("site {fid}"))),
                (Arc::from("height_m"), Value::Real(f64::from(fid % 300))),
            ],
            original: None,
            source_crs: None,
            location_accuracy: None,
            flags: Vec::new(),
            regions: vec![Arc::from("iso3:BRA")],
        },
    }
}

fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("bench");
    schema.fields = vec![
        Field::new("name", FieldType::Text),
        Field::new("height_m", FieldType::Real),
    ];
    schema
}

fn points() -> Vec<StoredFeature> {
    let mut numbers = Numbers(1);
    let mut point = || {
        Point::new(
            numbers.next() * 360.0 - 180.0,
            numbers.next() * 170.0 - 85.0,
        )
    };
    (0..POINTS)
        .map(|fid| feature(fid, point().into()))
        .collect()
}

fn tracks() -> Vec<StoredFeature> {
    let mut numbers = Numbers(2);
    let mut track = || -> LineString<f64> {
        let (mut x, mut y) = (
            numbers.next() * 340.0 - 170.0,
            numbers.next() * 120.0 - 60.0,
        );
        (0..VERTICES_PER_TRACK)
            .map(|_| {
                x += numbers.next() * 0.02 - 0.01;
                y += numbers.next() * 0.02 - 0.01;
                (x, y)
            })
            .collect()
    };
    (0..TRACKS)
        .map(|fid| feature(fid, track().into()))
        .collect()
}

fn snapshot(features: Vec<StoredFeature>) -> CollectionSnapshot {
    let mut builder = SnapshotBuilder::new(schema(), 1);
    features
        .into_iter()
        .for_each(|feature| builder.push(feature));
    builder.finish()
}

fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10);
    for (name, features) in [("points", points()), ("tracks", tracks())] {
        group.throughput(Throughput::Elements(features.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| features.clone(), snapshot, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn window(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("window of 2 by 2 degrees");
    for (name, features) in [("points", points()), ("tracks", tracks())] {
        let snapshot = snapshot(features);
        let mut numbers = Numbers(3);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let (x, y) = (
                    numbers.next() * 350.0 - 175.0,
                    numbers.next() * 110.0 - 55.0,
                );
                black_box(snapshot.rows_in_bbox([x, y, x + 2.0, y + 2.0]))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, build, window);
criterion_main!(benches);
