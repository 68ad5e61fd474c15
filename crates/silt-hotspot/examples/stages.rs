//! Where the time of a request goes: milliseconds of each stage, on made-up fields of the sizes
//! that a service meets.
//!
//! ```text
//! stages country|world|million|full|permutations RUNS
//! ```
//!
//! `country` has 200,000 rows in some thousand of 236,000 cells of resolution 6, `world` 60,000
//! rows in all cells of resolution 5, `million` a million rows in them, `full` a value in each of
//! 100,000 cells, and `permutations` the same with 999 permutations. A line per run; the last line
//! has a digest of every bit of the result.

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
        "    area  prepare      sum       gi | the same in ms of processor time"
    )?;
    let mut result = None;
    for _ in 0..runs {
        let mut clock = Clock::new();
        let area = Arc::new(match &listed {
            Some(cells) => StudyArea::from_cells(resolution, cells.iter().copied())?,
            None => StudyArea::world(resolution),
        });
        clock.stop();
        let neighbours = Neighbours::Ring { k: 1 };
        let prepared = Neighbourhood::prepare(Arc::clone(&area), neighbours, &limits)?;
        clock.stop();
        let values = CellValues::sum(&area, rows.iter().copied())?;
        clock.stop();
        let found = gi_star(&prepared, &values, &options, &limits)?;
        clock.stop();
        let show = |ms: &[f64]| -> String { ms.iter().map(|ms| format!("{ms:8.2} ")).collect() };
        writeln!(
            out,
            "{}| {}",
            show(&clock.wall_ms),
            show(&clock.processor_ms)
        )?;
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

/// Time of each stage, and what all threads worked in it: on a machine with other work the latter
/// says more.
struct Clock {
    start: Instant,
    processor_start_ms: f64,
    wall_ms: Vec<f64>,
    processor_ms: Vec<f64>,
}

impl Clock {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            processor_start_ms: processor_ms(),
            wall_ms: Vec::new(),
            processor_ms: Vec::new(),
        }
    }

    fn stop(&mut self) {
        self.wall_ms.push(self.start.elapsed().as_secs_f64() * 1e3);
        let now_ms = processor_ms();
        self.processor_ms.push(now_ms - self.processor_start_ms);
        self.processor_start_ms = processor_ms();
        self.start = Instant::now();
    }
}

/// Processor time of all threads so far, as Linux tells it; 0 elsewhere.
fn processor_ms() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return 0.0;
    };
    let of_thread = |path: std::path::PathBuf| -> Option<f64> {
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    let nanoseconds = threads.filter_map(|thread| of_thread(thread.ok()?.path()));
    nanoseconds.sum::<f64>() / 1e6
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
            let (z, p, q) = (score.z.to_bits(), score.p().to_bits(), score.q.to_bits());
            [z, p, q, score.bin() as u64, permuted]
        })
    };
    for cell in result.cells.iter() {
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
