//! Regions of points and of polygons with 100 vertices, with a fixed seed.

use std::f64::consts::TAU;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geo_types::{Geometry, LineString, Point, Polygon};
use silt_index::regions::{RegionIndex, RegionRule, RegionSet};

const POINTS: usize = 100_000;
const POLYGONS: usize = 10_000;
const VERTICES: usize = 100;

/// Random numbers in [0, 1) (SplitMix64): the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly over the sphere.
    fn position(&mut self) -> (f64, f64) {
        let lon = self.next() * 360.0 - 180.0;
        let lat = (self.next() * 2.0 - 1.0).asin().to_degrees();
        (lon, lat)
    }
}

fn world_points(random: &mut Random) -> Vec<Geometry<f64>> {
    (0..POINTS)
        .map(|_| Point::from(random.position()).into())
        .collect()
}

/// Points in a box over Brazil, as a register of one country has them.
fn land_points(random: &mut Random) -> Vec<Geometry<f64>> {
    let point = |random: &mut Random| {
        Point::new(-60.0 + 20.0 * random.next(), -25.0 + 20.0 * random.next())
    };
    (0..POINTS).map(|_| point(random).into()).collect()
}

fn polygons(random: &mut Random) -> Vec<Geometry<f64>> {
    let circle = |random: &mut Random| {
        let (lon, lat) = random.position();
        let radius = 0.01 + 0.1 * random.next();
        let angle = |i: usize| TAU * (i % VERTICES) as f64 / VERTICES as f64;
        let vertex = |i: usize| {
            (
                lon + radius * angle(i).cos(),
                (lat + radius * angle(i).sin()).clamp(-90.0, 90.0),
            )
        };
        Polygon::new(
            (0..=VERTICES).map(vertex).collect::<LineString>(),
            Vec::new(),
        )
    };
    (0..POLYGONS).map(|_| circle(random).into()).collect()
}

fn bench_regions(criterion: &mut Criterion) {
    let set = RegionSet::bundled();
    let index = RegionIndex::new(&set);
    let mut random = Random(20_261_121);
    let world = world_points(&mut random);
    let land = land_points(&mut random);
    let areas = polygons(&mut random);

    let mut group = criterion.benchmark_group("regions_of");
    group.sample_size(10);
    let exact = RegionRule::EXACT;
    let tolerant = RegionRule::default();
    for (name, rule, geometries) in [
        ("points over the world, exact", exact, &world),
        ("points over the world, with tolerance", tolerant, &world),
        ("points over Brazil, with tolerance", tolerant, &land),
        ("polygons of 100 vertices, exact", exact, &areas),
        ("polygons of 100 vertices, with tolerance", tolerant, &areas),
    ] {
        group.throughput(Throughput::Elements(geometries.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for geometry in geometries {
                    black_box(index.regions_of(black_box(geometry), rule));
                }
            });
        });
    }
    group.finish();

    criterion.bench_function("build the index of the bundled regions", |bencher| {
        bencher.iter(|| black_box(RegionIndex::new(&set)));
    });
}

criterion_group!(benches, bench_regions);
criterion_main!(benches);
