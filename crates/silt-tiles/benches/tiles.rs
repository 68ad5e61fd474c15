//! Times of clipping, clustering and encoding: `cargo bench -p silt-tiles`.
//!
//! Every figure is per tile; tiles are drawn in turn from those that hold data, so no two in a row are
//! equal.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geo_types::{Geometry, LineString, Polygon, coord};
use silt_tiles::{
    ClusterGrid, FeatureSource, PointPyramid, Properties, PropertyValue, ShapePyramid, TileContent,
    TileId, TileOptions,
};

const POINTS: u32 = 1_000_000;

/// Three properties per feature: a number, a repeated text and a text of its own.
struct Source;

impl FeatureSource for Source {
    fn id(&self, row: u32) -> Option<u64> {
        Some(u64::from(row))
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        let kinds = ["mine", "quarry", "pond", "dam"];
        let heights = rows.iter().map(|&row| f64::from(row % 997));
        out.column(
            "height_m",
            heights.map(|height| Some(PropertyValue::Double(height))),
        );
        let codes = rows.iter().map(|&row| Some(row % kinds.len() as u32));
        out.coded_texts("kind", codes, kinds.len(), |code| kinds[code as usize]);
        let names: Vec<String> = rows.iter().map(|row| format!("site {row}")).collect();
        let names = names.iter().map(|name| Some(PropertyValue::Text(name)));
        out.column("name", names);
    }
}

/// Splitmix64, so that every run draws the same data.
struct Random(u64);

impl Random {
    fn between(&mut self, from: f64, to: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let unit = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        from + unit * (to - from)
    }
}

fn points() -> PointPyramid {
    let mut random = Random(1);
    PointPyramid::build((0..POINTS).map(|row| {
        // Half in clumps, as places are, half anywhere.
        let clump = f64::from(row % 500);
        if row % 2 == 0 {
            let west = (clump * 73.0) % 350.0 - 175.0;
            let south = (clump * 31.0) % 130.0 - 60.0;
            (
                row,
                random.between(west, west + 2.0),
                random.between(south, south + 2.0),
            )
        } else {
            (
                row,
                random.between(-180.0, 180.0),
                random.between(-60.0, 70.0),
            )
        }
    }))
}

/// A grid of polygons with ragged borders, as many vertices as the administrative divisions of the world.
fn shapes() -> ShapePyramid {
    let mut random = Random(2);
    let vertices = 300;
    ShapePyramid::build((0..4500_u32).map(|row| {
        let centre = coord! {
            x: f64::from(row % 90) * 4.0 - 178.0,
            y: f64::from(row / 90) * 2.6 - 60.0,
        };
        let ring: LineString<f64> = (0..vertices)
            .map(|step| {
                let angle = f64::from(step) / f64::from(vertices) * std::f64::consts::TAU;
                let distance = random.between(1.2, 1.5);
                coord! { x: centre.x + distance * angle.cos(), y: centre.y + distance * angle.sin() }
            })
            .collect();
        (row, Geometry::Polygon(Polygon::new(ring, vec![])))
    }))
}

fn tile_bench(
    criterion: &mut Criterion,
    name: &str,
    tiles: &[TileId],
    collect: impl Fn(&mut TileContent),
) {
    let mut group = criterion.benchmark_group("tile");
    group.throughput(Throughput::Elements(1));
    let mut next = 0;
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let tile = tiles[next % tiles.len()];
            next += 1;
            let mut content = TileContent::new(tile, TileOptions::default());
            collect(&mut content);
            black_box(content.encode("layer", &Source).expect("a layer"))
        });
    });
    group.finish();
}

fn cluster_and_encode(criterion: &mut Criterion) {
    let points = points();
    let grid = ClusterGrid::default();
    let bitmap: Vec<u64> = (0..POINTS.div_ceil(64))
        .map(|word| u64::from(word) * 0x9E37_79B9)
        .collect();
    let passes = |row: u32| bitmap[row as usize / 64] >> (row % 64) & 1 == 1;
    for z in [0, 3, 6, 9] {
        let tiles: Vec<TileId> = points.tiles(z).collect();
        tile_bench(
            criterion,
            &format!("clusters, zoom {z}"),
            &tiles,
            |content| {
                points.collect_clusters(content, grid, None);
            },
        );
        tile_bench(
            criterion,
            &format!("clusters with a bitmap, zoom {z}"),
            &tiles,
            |content| {
                points.collect_clusters(content, grid, Some(&passes));
            },
        );
        points.prepare_cells(silt_tiles::h3_resolution_for_zoom(z));
        tile_bench(
            criterion,
            &format!("h3 cells, zoom {z}"),
            &tiles,
            |content| {
                points.collect_cells(content, silt_tiles::h3_resolution_for_zoom(z), None);
            },
        );
    }
    for z in [0, 6, 10, 14] {
        let tiles: Vec<TileId> = points.tiles(z).take(50_000).collect();
        tile_bench(
            criterion,
            &format!("plain points, zoom {z}"),
            &tiles,
            |content| {
                points.collect_points(content, None);
            },
        );
    }
    let mut group = criterion.benchmark_group("points");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(u64::from(POINTS)));
    group.bench_function("filtered", |bencher| {
        bencher.iter(|| black_box(points.filtered(&passes)))
    });
    group.finish();
}

fn clip_and_encode(criterion: &mut Criterion) {
    let shapes = shapes();
    for z in [0_u8, 2, 4, 7, 10] {
        shapes.prepare(z);
        let side = 1_u32 << z;
        let tiles: Vec<TileId> = (0..side * side)
            .step_by((side * side / 500).max(1) as usize)
            .filter_map(|place| TileId::new(z, place % side, place / side).ok())
            .filter(|&tile| shapes.may_hold(tile, 64))
            .collect();
        tile_bench(
            criterion,
            &format!("polygons, zoom {z}"),
            &tiles,
            |content| {
                shapes.collect(content, None, None);
            },
        );
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = cluster_and_encode, clip_and_encode
}
criterion_main!(benches);
