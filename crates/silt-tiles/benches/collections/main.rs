//! Tiles of whole collections, from the snapshot to the bytes: `cargo bench -p silt-tiles --bench collections`.
//!
//! Every figure is per tile; tiles are drawn at random, as many people's maps would.

mod data;
mod rows;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use silt_index::snapshot::CollectionSnapshot;
use silt_tiles::{PointPyramid, ShapePyramid, TileContent, TileId, TileOptions};

use data::{Random, divisions, points, position};
use rows::RowSource;

/// Tiles of the zooms at random places where there are data.
fn random_tiles(zooms: std::ops::RangeInclusive<u8>, count: usize) -> Vec<TileId> {
    let mut random = Random(7);
    let all_zooms: Vec<u8> = zooms.collect();
    (0..count)
        .filter_map(|number| {
            let z = all_zooms[number % all_zooms.len()];
            let place = position(&mut random);
            let side = f64::from(1_u32 << z);
            let x = (place.x + 180.0) / 360.0 * side;
            let y = (0.5 - place.y.to_radians().sin().atanh() / std::f64::consts::TAU) * side;
            TileId::new(z, x as u32, y as u32).ok()
        })
        .collect()
}

fn bench(
    criterion: &mut Criterion,
    name: &str,
    data: &CollectionSnapshot,
    tiles: &[TileId],
    collect: impl Fn(&mut TileContent),
) {
    let source = RowSource { data };
    let mut group = criterion.benchmark_group("collection");
    group.throughput(Throughput::Elements(1));
    let mut next = 0;
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let tile = tiles[next % tiles.len()];
            next += 1;
            let mut content = TileContent::new(tile, TileOptions::default());
            collect(&mut content);
            black_box(content.encode("layer", &source).expect("a layer"))
        });
    });
    group.finish();
}

fn points_of_ten_attributes(criterion: &mut Criterion) {
    let data = points(1_000_000);
    let pyramid = PointPyramid::build((0..data.len() as u32).filter_map(|row| {
        let point = data.point(row)?;
        Some((row, point.x, point.y))
    }));
    for zooms in [6..=12, 6..=6, 7..=7, 9..=9, 12..=12] {
        let tiles = random_tiles(zooms.clone(), 20_000);
        bench(
            criterion,
            &format!("points, zooms {zooms:?}"),
            &data,
            &tiles,
            |content| pyramid.collect_points(content, None),
        );
    }
}

fn divisions_of_forty_attributes(criterion: &mut Criterion) {
    let data = divisions();
    let shapes = ShapePyramid::build((0..data.len() as u32).filter_map(|row| {
        let geometry = data.geometry(row)?;
        Some((row, geometry.into_owned()))
    }));
    (0..=12).for_each(|z| shapes.prepare(z));
    for zooms in [3..=10, 3..=3, 5..=5, 7..=7, 9..=9, 12..=12] {
        let tiles: Vec<TileId> = random_tiles(zooms.clone(), 20_000)
            .into_iter()
            .filter(|&tile| shapes.may_hold(tile, 64))
            .collect();
        bench(
            criterion,
            &format!("divisions, zooms {zooms:?}"),
            &data,
            &tiles,
            |content| shapes.collect(content, None, None),
        );
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = points_of_ten_attributes, divisions_of_forty_attributes
}
criterion_main!(benches);
