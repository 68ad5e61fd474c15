//! The computations behind a request, on fields of the sizes that a service meets.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use h3o::{CellIndex, LatLng, Resolution};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use silt_hotspot::{
    CellValues, DbscanOptions, EmergingOptions, GiOptions, Limits, LocalMoranOptions,
    Neighbourhood, Neighbours, Permutations, StudyArea, dbscan, emerging_hotspots, gi_star,
    local_moran,
};

/// That of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn rings(area: &Arc<StudyArea>, k: u32) -> Neighbourhood {
    let neighbours = Neighbours::Ring { k };
    Neighbourhood::prepare(Arc::clone(area), neighbours, &Limits::default()).expect("rings")
}

/// As large as Brazil: 236,000 cells of resolution 6.
fn country() -> Arc<StudyArea> {
    let centre = LatLng::new(-10.0, -52.0)
        .expect("a place")
        .to_cell(Resolution::Six);
    let cells = centre.grid_disk_safe(280);
    Arc::new(StudyArea::from_cells(Resolution::Six, cells).expect("an area"))
}

/// Points in knots, as mines are.
fn knotted(area: &StudyArea, points: usize) -> Vec<(CellIndex, f64)> {
    let cells: Vec<CellIndex> = area.cells().collect();
    let mut next = numbers(1);
    let mut rows = Vec::with_capacity(points);
    let mut at = 0.0;
    for _ in 0..points {
        let jump = next() < 0.02;
        at = if jump {
            next() * cells.len() as f64
        } else {
            at + next() * 40.0 - 20.0
        };
        rows.push((
            cells[at.rem_euclid(cells.len() as f64) as usize % cells.len()],
            next(),
        ));
    }
    rows
}

/// A million features on the two sevenths of the world that are land here.
fn million_on_land() -> Vec<(CellIndex, f64)> {
    let coarse = StudyArea::world(Resolution::Two);
    let land: Vec<CellIndex> = coarse
        .cells()
        .enumerate()
        .filter(|(at, _)| at % 7 < 2)
        .flat_map(|(_, cell)| cell.children(Resolution::Five))
        .collect();
    let mut next = numbers(2);
    (0..1_000_000)
        .map(|_| (land[(next() * land.len() as f64) as usize], 1.0))
        .collect()
}

fn of_gi(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("gi_star");
    group.sample_size(20);

    let area = country();
    let prepared = rings(&area, 1);
    let values = CellValues::sum(&area, knotted(&area, 1000)).expect("values");
    let name = format!(
        "country of {} cells, {} with value",
        area.cell_count(),
        values.len()
    );
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            gi_star(
                &prepared,
                black_box(&values),
                &GiOptions::default(),
                &limits,
            )
        });
    });
    let rows = knotted(&area, 100_000);
    let values = CellValues::sum(&area, rows.iter().copied()).expect("values");
    let name = format!(
        "country of {} cells, {} with value",
        area.cell_count(),
        values.len()
    );
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            gi_star(
                &prepared,
                black_box(&values),
                &GiOptions::default(),
                &limits,
            )
        });
    });
    group.bench_function("sum of 100,000 rows by cell", |bencher| {
        bencher.iter(|| CellValues::sum(&area, black_box(&rows).iter().copied()));
    });
    group.bench_function("country: prepare rings", |bencher| {
        bencher.iter(|| rings(&area, 1))
    });

    let world = Arc::new(StudyArea::world(Resolution::Five));
    let prepared = rings(&world, 1);
    let values = CellValues::sum(&world, million_on_land()).expect("values");
    let name = format!("world at resolution 5, {} cells with value", values.len());
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            gi_star(
                &prepared,
                black_box(&values),
                &GiOptions::default(),
                &limits,
            )
        });
    });
    let world = Arc::new(StudyArea::world(Resolution::Seven));
    let prepared = rings(&world, 1);
    let values = CellValues::sum(&world, knotted(&country_at_seven(), 100_000)).expect("values");
    let name = format!("world at resolution 7, {} cells with value", values.len());
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            gi_star(
                &prepared,
                black_box(&values),
                &GiOptions::default(),
                &limits,
            )
        });
    });
}

fn country_at_seven() -> StudyArea {
    let centre = LatLng::new(-10.0, -52.0)
        .expect("a place")
        .to_cell(Resolution::Seven);
    StudyArea::from_cells(Resolution::Seven, centre.grid_disk_safe(250)).expect("an area")
}

fn of_permutations(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("999 permutations");
    group.sample_size(20);
    let centre = LatLng::new(-10.0, -52.0)
        .expect("a place")
        .to_cell(Resolution::Six);
    let cells: Vec<CellIndex> = centre.grid_disk_safe(182).collect();
    let area =
        Arc::new(StudyArea::from_cells(Resolution::Six, cells.iter().copied()).expect("an area"));
    let mut next = numbers(3);
    let values = CellValues::sum(&area, cells.iter().map(|&cell| (cell, next()))).expect("values");
    let prepared = rings(&area, 1);
    let options = GiOptions {
        permutations: Some(Permutations::default()),
        ..GiOptions::default()
    };
    group.bench_function(format!("gi_star of {} cells", values.len()), |bencher| {
        bencher.iter(|| gi_star(&prepared, black_box(&values), &options, &limits));
    });
    group.bench_function(
        format!("local_moran of {} cells", values.len()),
        |bencher| {
            let options = LocalMoranOptions::default();
            bencher.iter(|| local_moran(&prepared, black_box(&values), &options, &limits));
        },
    );
}

fn of_time_and_points(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("other");
    group.sample_size(10);
    let area = country();
    let prepared = rings(&area, 1);
    let rows = knotted(&area, 60_000);
    let steps: Vec<CellValues> = rows
        .chunks(rows.len() / 24)
        .map(|rows| CellValues::sum(&area, rows.iter().copied()).expect("values"))
        .collect();
    group.bench_function(
        format!("emerging hotspots of {} steps", steps.len()),
        |bencher| {
            bencher.iter(|| {
                emerging_hotspots(
                    &prepared,
                    black_box(&steps),
                    &EmergingOptions::default(),
                    &limits,
                )
            });
        },
    );
    let mut next = numbers(4);
    let points: Vec<(f64, f64)> = (0..100_000)
        .map(|_| {
            (
                next() * 360.0 - 180.0,
                (next() * 2.0 - 1.0).asin().to_degrees(),
            )
        })
        .collect();
    let options = DbscanOptions {
        radius_km: 50.0,
        min_points: 4,
    };
    group.bench_function("dbscan of 100,000 points", |bencher| {
        bencher.iter(|| dbscan(black_box(&points), &options, &limits));
    });
}

criterion_group!(benches, of_gi, of_permutations, of_time_and_points);
criterion_main!(benches);
