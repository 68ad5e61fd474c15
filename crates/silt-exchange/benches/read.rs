//! Reading and decoding on one thread, from a file in the page cache. The `geojson` crate reads
//! the same files for comparison.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use silt_exchange::read::{ReadOptions, Reader};

const POINTS: usize = 50_000;
const POLYGONS: usize = 2_000;
const VERTICES: usize = 100;

/// A small generator with a fixed seed (Knuth's MMIX constants): the files are the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// A coordinate with six decimals within plus or minus `limit` degrees.
    fn degrees(&mut self, limit: u64) -> f64 {
        self.next(2 * limit * 1_000_000) as f64 / 1e6 - limit as f64
    }
}

fn points() -> String {
    let mut random = Random(1);
    let mut text = r#"{"type":"FeatureCollection","features":["#.to_owned();
    for index in 0..POINTS {
        let comma = if index == 0 { "" } else { ",\n" };
        let (x, y, height) = (
            random.degrees(180),
            random.degrees(90),
            random.next(2000) as f64 / 10.0,
        );
        write!(
            text,
            r#"{comma}{{"type":"Feature","id":{index},"properties":{{"name":"Site {index}","status":"inactive","height_m":{height},"year":{}}},"geometry":{{"type":"Point","coordinates":[{x:.6},{y:.6}]}}}}"#,
            1900 + random.next(120)
        )
        .expect("a text takes all");
    }
    text + "]}"
}

fn polygons() -> String {
    let mut random = Random(2);
    let mut text = r#"{"type":"FeatureCollection","features":["#.to_owned();
    for index in 0..POLYGONS {
        let comma = if index == 0 { "" } else { ",\n" };
        let (x, y) = (random.degrees(170), random.degrees(80));
        write!(text, r#"{comma}{{"type":"Feature","id":{index},"properties":{{"name":"Pit {index}"}},"geometry":{{"type":"Polygon","coordinates":[["#).expect("a text takes all");
        for vertex in 0..=VERTICES {
            let angle = (vertex % VERTICES) as f64 / VERTICES as f64 * std::f64::consts::TAU;
            let comma = if vertex == 0 { "" } else { "," };
            write!(
                text,
                "{comma}[{:.6},{:.6}]",
                x + 0.01 * angle.cos(),
                y + 0.01 * angle.sin()
            )
            .expect("a text takes all");
        }
        text.push_str("]]}}");
    }
    text + "]}"
}

fn table() -> String {
    let mut random = Random(3);
    let mut text = "id;name;status;height;volume;x;y\n".to_owned();
    for index in 0..POINTS {
        let (x, y) = (random.degrees(180), random.degrees(90));
        writeln!(
            text,
            "{index};\"Site {index}\";inactive;{};{};{x:.6};{y:.6}",
            random.next(200),
            random.next(1_000_000)
        )
        .expect("a text takes all");
    }
    text
}

fn read(path: &Path) -> usize {
    let mut reader = Reader::open(path, &ReadOptions::default()).expect("a file just written");
    let mut rows = 0;
    while let Some(batch) = reader.next_batch().expect("a file just written") {
        rows += batch.decode().len();
    }
    rows
}

fn read_with_geojson_crate(path: &Path) -> usize {
    let file = std::io::BufReader::new(std::fs::File::open(path).expect("a file just written"));
    let features = geojson::FeatureReader::from_reader(file).features();
    let mut rows = 0;
    for feature in features {
        let geometry = feature
            .expect("a feature")
            .geometry
            .expect("every feature has one");
        std::hint::black_box(geo_types::Geometry::<f64>::try_from(geometry).expect("a polygon"));
        rows += 1;
    }
    rows
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let files = [
        ("geojson_points", write("points.geojson", points()), POINTS),
        (
            "geojson_polygons",
            write("polygons.geojson", polygons()),
            POLYGONS,
        ),
        ("csv", write("table.csv", table()), POINTS),
    ];
    for (name, path, rows) in &files {
        let mut group = criterion.benchmark_group(*name);
        group.sample_size(20).throughput(Throughput::Bytes(
            std::fs::metadata(path).expect("a file just written").len(),
        ));
        group.bench_function("silt", |bencher| {
            bencher.iter(|| assert_eq!(read(path), *rows));
        });
        if name.starts_with("geojson") {
            group.bench_function("geojson_crate", |bencher| {
                bencher.iter(|| assert_eq!(read_with_geojson_crate(path), *rows));
            });
        }
        group.finish();
    }
}

criterion_group!(group, benches);
criterion_main!(group);
