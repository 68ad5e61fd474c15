//! What a request costs over a million points with ten attributes.

use std::f64::consts::TAU;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use geo_types::{Geometry, Point};
use silt_index::snapshot::{CollectionSnapshot, SnapshotBuilder};
use silt_model::{CollectionSchema, Feature, Field, FieldType, StoredFeature, Value};
use silt_query::cql::{Language, Limits, parse};
use silt_query::filter::Filter;
use silt_query::never_stop;
use silt_query::query::{Query, Rows};
use silt_query::sort::{Sort, page};

const ROWS: u64 = 1_000_000;
const CIRCLE_VERTICES: usize = 20_000;

fn schema() -> CollectionSchema {
    let mut schema = CollectionSchema::new("bench");
    let fields = [
        ("name", FieldType::Text),
        ("status", FieldType::Text),
        ("height_m", FieldType::Real),
        ("year", FieldType::Integer),
        ("date", FieldType::Date),
        ("active", FieldType::Boolean),
    ];
    schema.fields = fields.map(|(name, kind)| Field::new(name, kind)).into();
    schema
}

/// A permutation of the numbers of 32 bits that looks random.
fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 29;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ (x >> 32)
}

fn snapshot() -> CollectionSnapshot {
    let mut builder = SnapshotBuilder::new(schema(), 1);
    let names: Vec<Arc<str>> = ["name", "status", "height_m", "year", "date", "active"]
        .map(Arc::from)
        .into();
    let source: Arc<str> = "synthetic".into();
    let edition: Arc<str> = "2024-01-01".into();
    let status = ["active", "inactive", "closed", "planned"];
    for row in 0..ROWS {
        let chance = mixed(row);
        let values = [
            Value::Text(format!("Site {}", chance % 500_000)),
            Value::from(status[(chance >> 7) as usize % status.len()]),
            Value::Real((chance % 3000) as f64 / 10.0),
            Value::Int(1900 + (chance >> 11) as i64 % 120),
            Value::Text(format!(
                "{}-{:02}",
                1950 + (chance >> 13) % 70,
                1 + (chance >> 3) % 12
            )),
            Value::Bool(chance.is_multiple_of(3)),
        ];
        let lon = (chance % 3_600_000) as f64 / 10_000.0 - 180.0;
        let lat = ((chance >> 20) % 1_700_000) as f64 / 10_000.0 - 85.0;
        builder.push(StoredFeature {
            fid: row as i64 + 1,
            source: source.clone(),
            edition: edition.clone(),
            synthetic: true,
            feature: Feature {
                row,
                record_id: row.to_string(),
                geometry: Some(Geometry::Point(Point::new(lon, lat))),
                properties: names.iter().cloned().zip(values).collect(),
                original: None,
                source_crs: None,
                location_accuracy: None,
                flags: Vec::new(),
                regions: Vec::new(),
            },
        });
    }
    builder.finish()
}

fn filter(text: &str) -> Filter {
    let limits = Limits {
        max_bytes: 16 << 20,
        ..Limits::default()
    };
    parse(text, Language::Text, &schema(), &limits, None).expect("a filter")
}

/// A wavy ring of many vertices around 10° E, 10° N.
fn ring() -> String {
    let position = |step: usize| {
        let angle = TAU * step as f64 / CIRCLE_VERTICES as f64;
        let radius = 30.0 + (angle * 40.0).sin() * 5.0;
        format!(
            "{} {}",
            10.0 + radius * angle.cos(),
            10.0 + radius * angle.sin()
        )
    };
    let positions: Vec<String> = (0..CIRCLE_VERTICES).map(position).collect();
    format!("POLYGON(({}))", positions.join(","))
}

fn filters(c: &mut Criterion) {
    let snapshot = snapshot();
    let mut group = c.benchmark_group("filter_1m");
    group.sample_size(10);
    let cases = [
        ("number", "height_m > 100".to_owned()),
        ("text_equal", "status = 'active'".to_owned()),
        ("like_500k_texts", "name LIKE '%99%'".to_owned()),
        ("date", "date >= DATE('2000-01-01')".to_owned()),
        (
            "and_or",
            "status = 'active' AND height_m > 100 AND (year < 1950 OR active)".to_owned(),
        ),
        ("arithmetic", "height_m * 2 + year > 2000".to_owned()),
        ("bbox", "S_INTERSECTS(geometry, BBOX(0,0,10,10))".to_owned()),
        ("polygon_20k", format!("S_WITHIN(geometry, {})", ring())),
    ];
    for (name, text) in &cases {
        let filter = filter(text);
        group.bench_function(*name, |b| {
            b.iter(|| black_box(filter.select(&snapshot, None, &never_stop)));
        });
    }
    let sort = Sort::parse("-height_m,name", snapshot.schema()).expect("a sort");
    group.bench_function("sorted_page_of_1000", |b| {
        b.iter(|| black_box(page(&snapshot, &Rows::All(ROWS as u32), &sort, None, 1000)));
    });
    group.bench_function("bbox_page_of_1000", |b| {
        let query = Query {
            bbox: Some([0.0, 0.0, 10.0, 10.0]),
            bbox_needs_geometry: true,
            ..Query::default()
        };
        b.iter(|| {
            let rows = query.rows(&snapshot, &never_stop).expect("not stopped");
            black_box(page(&snapshot, &rows, &Sort::default(), None, 1000))
        });
    });
    group.finish();
    let long = (0..5000)
        .map(|number| format!("year = {number}"))
        .collect::<Vec<_>>()
        .join(" OR ");
    c.bench_function("parse_or_of_5000", |b| b.iter(|| black_box(filter(&long))));
    let polygon = format!("S_WITHIN(geometry, {})", ring());
    c.bench_function("parse_polygon_20k", |b| {
        b.iter(|| black_box(filter(&polygon)))
    });
}

criterion_group!(benches, filters);
criterion_main!(benches);
