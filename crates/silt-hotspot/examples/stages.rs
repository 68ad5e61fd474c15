//! Where the time of a request goes: milliseconds of each stage, on made-up fields of the sizes
//! that a service meets.
//!
//! ```text
//! stages country|world|million|full RUNS
//! ```
//!
//! `country` has 200,000 rows in some thousand of 236,000 cells of resolution 6, `world` 60,000
//! rows in all cells of resolution 5, `million` a million rows in them, `full` a value in each of
//! 100,000 cells. A line per run: area, neighbourhood, sum, Gi*, and 999 permutations instead of
//! Gi* where asked for; the last line is a digest of every bit of the result.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use h3o::{CellIndex, LatLng, Resolution};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use silt_hotspot::{
    CellValues, GiOptions, GiResult, GiScore, Limits, Neighbourhood, Neighbours, Permutations,
    StudyArea, gi_star,
};

type Failure = Box<dyn Error>;
type Rows = Vec<(CellIndex, f64)>;

/// That of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, task, runs] = arguments.as_slice() else {
        return Err("usage: stages country|world|million|full|permutations RUNS".into());
    };
    let runs: usize = runs.parse()?;
    let (resolution, listed, rows) = field(task)?;
    let limits = Limits::default();
    let options = GiOptions {
        permutations: (task == "permutations").then(Permutations::default),
        ..GiOptions::default()
    };
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:>8} {:>8} {:>8} {:>8} ms",
        "area", "prepare", "sum", "gi"
    )?;
    let mut result = None;
    for _ in 0..runs {
        let start = Instant::now();
        let area = Arc::new(match &listed {
            Some(cells) => StudyArea::from_cells(resolution, cells.iter().copied())?,
            None => StudyArea::world(resolution),
        });
        let of_area = start.elapsed();
        let start = Instant::now();
        let neighbours = Neighbours::Ring { k: 1 };
        let prepared = Neighbourhood::prepare(Arc::clone(&area), neighbours, &limits)?;
        let of_neighbours = start.elapsed();
        let start = Instant::now();
        let values = CellValues::sum(&area, rows.iter().copied())?;
        let of_sum = start.elapsed();
        let start = Instant::now();
        let found = gi_star(&prepared, &values, &options, &limits)?;
        let of_gi = start.elapsed();
        let ms = [of_area, of_neighbours, of_sum, of_gi].map(|time| time.as_secs_f64() * 1e3);
        let [area, neighbours, sum, gi] = ms;
        writeln!(out, "{area:8.2} {neighbours:8.2} {sum:8.2} {gi:8.2}")?;
        result = Some(found);
    }
    let result = result.ok_or("no run")?;
    let study = result.study;
    writeln!(
        out,
        "{} rows, {} of {} cells with a value, {} listed, digest {:016x}",
        rows.len(),
        study.cells_with_value,
        study.cells,
        result.cells.len(),
        digest(&result)
    )?;
    Ok(())
}

fn field(task: &str) -> Result<(Resolution, Option<Vec<CellIndex>>, Rows), Failure> {
    let disk = |k| -> Result<Vec<CellIndex>, Failure> {
        let centre = LatLng::new(-10.0, -52.0)?.to_cell(Resolution::Six);
        let mut cells: Vec<CellIndex> = centre.grid_disk_safe(k).collect();
        cells.sort_unstable();
        Ok(cells)
    };
    let mut next = numbers(1);
    Ok(match task {
        "country" => {
            let cells = disk(280)?;
            let rows = knotted(&cells, 60, 200_000, &mut next);
            (Resolution::Six, Some(cells), rows)
        }
        "world" | "million" => {
            let cells: Vec<CellIndex> = StudyArea::world(Resolution::Five).cells().collect();
            let rows = if task == "world" {
                knotted(&cells, 2, 60_000, &mut next)
            } else {
                let land: Vec<CellIndex> = cells
                    .chunks(343)
                    .enumerate()
                    .filter(|(at, _)| at % 7 < 2)
                    .flat_map(|(_, cells)| cells.iter().copied())
                    .collect();
                let mut anywhere = || land[(next() * land.len() as f64) as usize];
                (0..1_000_000).map(|_| (anywhere(), 1.0)).collect()
            };
            (Resolution::Five, None, rows)
        }
        "full" | "permutations" => {
            let cells = disk(182)?;
            let rows = cells
                .iter()
                .map(|&cell| (cell, (next() * 8.0).exp()))
                .collect();
            (Resolution::Six, Some(cells), rows)
        }
        _ => return Err(format!("no task {task}").into()),
    })
}

fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Rows in knots, as mines are: about `rows_per_cell` in a cell that has any.
fn knotted(
    cells: &[CellIndex],
    rows_per_cell: usize,
    rows: usize,
    next: &mut impl FnMut() -> f64,
) -> Rows {
    let mut places = Vec::new();
    let mut at = 0.0;
    for _ in 0..rows / rows_per_cell {
        at = if next() < 0.02 {
            next() * cells.len() as f64
        } else {
            at + next() * 40.0 - 20.0
        };
        let index = at.rem_euclid(cells.len() as f64) as usize;
        places.push(cells[index % cells.len()]);
    }
    (0..rows)
        .map(|_| {
            let place = places[(next() * places.len() as f64) as usize];
            (place, next() * 100.0)
        })
        .collect()
}

/// FNV-1a over every number of a result.
fn digest(result: &GiResult) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |number: u64| hash = (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3);
    let numbers_of = |score: Option<GiScore>| {
        score.map_or([1; 5], |score| {
            let permuted = score.p_permutation.map_or(2, f64::to_bits);
            let (z, p, q) = (score.z.to_bits(), score.p.to_bits(), score.q.to_bits());
            [z, p, q, score.bin as u64, permuted]
        })
    };
    for cell in &result.cells {
        let of_cell = [
            u64::from(cell.cell),
            cell.value.to_bits(),
            u64::from(cell.has_value),
            cell.sum.to_bits(),
            u64::from(cell.neighbourhood),
        ];
        of_cell.into_iter().for_each(&mut add);
        numbers_of(cell.score).into_iter().for_each(&mut add);
    }
    for group in &result.empty {
        add(u64::from(group.neighbourhood));
        add(group.cells);
        numbers_of(group.score).into_iter().for_each(&mut add);
    }
    let study = result.study;
    let moments = [study.total, study.mean, study.standard_deviation];
    moments.map(f64::to_bits).into_iter().for_each(&mut add);
    [result.hot, result.cold].into_iter().for_each(&mut add);
    hash
}
