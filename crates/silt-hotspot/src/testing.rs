//! Plain and slow versions of what the crate computes, and fields to compare on.

use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::{CellValues, Limits, Neighbourhood, Neighbours, StudyArea};

/// A disk of cells around a place in Minas Gerais.
pub(crate) fn disk(resolution: Resolution, k: u32) -> Vec<CellIndex> {
    let centre = LatLng::new(-20.1, -43.9)
        .expect("a place")
        .to_cell(resolution);
    let mut cells: Vec<CellIndex> = centre.grid_disk_safe(k).collect();
    cells.sort_unstable();
    cells
}

pub(crate) fn area_of(cells: &[CellIndex]) -> Arc<StudyArea> {
    Arc::new(StudyArea::from_cells(cells[0].resolution(), cells.iter().copied()).expect("an area"))
}

pub(crate) fn rings(area: &Arc<StudyArea>, k: u32) -> Neighbourhood {
    Neighbourhood::prepare(Arc::clone(area), Neighbours::Ring { k }, &Limits::default())
        .expect("rings")
}

pub(crate) fn band(area: &Arc<StudyArea>, distance_km: f64) -> Neighbourhood {
    Neighbourhood::prepare(
        Arc::clone(area),
        Neighbours::Band { distance_km },
        &Limits::default(),
    )
    .expect("a band")
}

pub(crate) fn sum(area: &StudyArea, rows: &[(CellIndex, f64)]) -> CellValues {
    CellValues::sum(area, rows.iter().copied()).expect("values")
}

pub(crate) fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A share of the cells with random values between 0 and 1, changed by `value`.
pub(crate) fn scattered(
    cells: &[CellIndex],
    next: &mut impl FnMut() -> f64,
    share: f64,
    value: impl Fn(f64) -> f64,
) -> Vec<(CellIndex, f64)> {
    let mut rows = Vec::new();
    for &cell in cells {
        if next() < share {
            rows.push((cell, value(next())));
        }
    }
    rows
}

/// Gi* by its formula over a list of all cells: (neighbourhood, z) by cell.
pub(crate) fn slow_gi(
    cells: &[CellIndex],
    value: impl Fn(CellIndex) -> f64,
    near: impl Fn(CellIndex, CellIndex) -> bool,
) -> BTreeMap<CellIndex, (u32, f64)> {
    let n = cells.len() as f64;
    let mean = cells.iter().map(|&cell| value(cell)).sum::<f64>() / n;
    let s = (cells.iter().map(|&cell| value(cell).powi(2)).sum::<f64>() / n - mean * mean).sqrt();
    let z = |cell: CellIndex| {
        let neighbours: Vec<CellIndex> = cells
            .iter()
            .copied()
            .filter(|&other| near(cell, other))
            .collect();
        let w = neighbours.len() as f64;
        let sum: f64 = neighbours.iter().map(|&other| value(other)).sum();
        (
            neighbours.len() as u32,
            (sum - mean * w) / (s * ((n * w - w * w) / (n - 1.0)).sqrt()),
        )
    };
    cells.iter().map(|&cell| (cell, z(cell))).collect()
}

pub(crate) fn assert_near(left: f64, right: f64, tolerance: f64, what: &str) {
    assert!(
        (left - right).abs() <= tolerance * right.abs().max(1.0),
        "{what}: {left} is not {right}"
    );
}
