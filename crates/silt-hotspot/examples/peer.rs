//! Our side of `scripts/bench_hotspot_peers.py`: reads a table of cells and values, and times
//! itself.
//!
//! ```text
//! peer gi FILE RUNS            z of every cell
//! peer permutations FILE RUNS  z, and p by 999 conditional permutations
//! peer ranking FILE RUNS       sums points by cell, z of every cell, in descending order
//! ```
//!
//! FILE has a line per cell, `cell,value`, or per point, `lon,lat,value`. The study area is made of
//! the cells of the file, or for points of the cells in the file FILE.area. Seconds of each run go
//! to standard output, a line each, after a line with a checksum.

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use h3o::{CellIndex, LatLng};
use rayon::prelude::*;
use silt_hotspot::{
    CellValues, GiCell, GiOptions, GiResult, Limits, Neighbourhood, Neighbours, Permutations,
    StudyArea, gi_star,
};

type Failure = Box<dyn Error>;

/// That of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, task, file, runs] = arguments.as_slice() else {
        return Err("usage: peer gi|permutations|ranking FILE RUNS".into());
    };
    let runs: usize = runs.parse()?;
    let text = std::fs::read_to_string(file)?;
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let mut out = std::io::stdout().lock();
    for run in 0..runs {
        let (seconds, result) = match task.as_str() {
            "ranking" => ranking(&rows, &std::fs::read_to_string(format!("{file}.area"))?)?,
            "permutations" => scores(&rows, Some(Permutations::default()))?,
            _ => scores(&rows, None)?,
        };
        if run == 0 {
            let sum: f64 = result
                .cells
                .iter()
                .filter_map(|cell| cell.score)
                .map(|score| score.z.abs())
                .sum();
            writeln!(out, "{} {sum:.9}", result.cells.len())?;
        }
        writeln!(out, "{seconds:.6}")?;
    }
    Ok(())
}

/// Timed as esda is: neighbours are known, values become scores.
fn scores(
    rows: &[Vec<&str>],
    permutations: Option<Permutations>,
) -> Result<(f64, GiResult), Failure> {
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let [cell, value] = row.as_slice() else {
            return Err("a line is not cell,value".into());
        };
        values.push((cell.parse::<CellIndex>()?, value.parse::<f64>()?));
    }
    let resolution = values.first().ok_or("no cell")?.0.resolution();
    let area = Arc::new(StudyArea::from_cells(
        resolution,
        values.iter().map(|row| row.0),
    )?);
    let neighbours = Neighbours::Ring { k: 1 };
    let prepared = Neighbourhood::prepare(Arc::clone(&area), neighbours, &Limits::default())?;

    let start = Instant::now();
    let values = CellValues::sum(&area, values)?;
    let options = GiOptions {
        permutations,
        ..GiOptions::default()
    };
    let result = gi_star(&prepared, &values, &options, &Limits::default())?;
    Ok((start.elapsed().as_secs_f64(), result))
}

/// Timed as a database is: the grid of the study area and its neighbours are known, points become
/// ranked cells.
fn ranking(rows: &[Vec<&str>], area: &str) -> Result<(f64, GiResult), Failure> {
    let mut points = Vec::with_capacity(rows.len());
    for row in rows {
        let [lon, lat, value] = row.as_slice() else {
            return Err("a line is not lon,lat,value".into());
        };
        points.push((
            LatLng::new(lat.parse()?, lon.parse()?)?,
            value.parse::<f64>()?,
        ));
    }
    let cells: Vec<CellIndex> = area.lines().map(str::parse).collect::<Result<_, _>>()?;
    let resolution = cells.first().ok_or("no cell")?.resolution();
    let area = Arc::new(StudyArea::from_cells(resolution, cells)?);

    let prepared = Neighbourhood::prepare(
        Arc::clone(&area),
        Neighbours::Ring { k: 1 },
        &Limits::default(),
    )?;

    let start = Instant::now();
    let rows: Vec<(CellIndex, f64)> = points
        .par_iter()
        .map(|&(place, value)| (place.to_cell(resolution), value))
        .collect();
    let values = CellValues::sum(&area, rows)?;
    let result = gi_star(
        &prepared,
        &values,
        &GiOptions::default(),
        &Limits::default(),
    )?;
    let z = |cell: &GiCell| cell.score.map_or(f64::NEG_INFINITY, |score| score.z);
    let mut ranked: Vec<GiCell> = result.cells.iter().collect();
    ranked.sort_unstable_by(|a, b| z(b).total_cmp(&z(a)).then(a.cell.cmp(&b.cell)));
    let seconds = start.elapsed().as_secs_f64();
    // Looked at, so that the order is made.
    assert!(ranked.is_sorted_by(|a, b| z(a) >= z(b)));
    Ok((seconds, result))
}
