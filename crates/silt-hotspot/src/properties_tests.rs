//! What must hold for any field.

use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{CellIndex, Resolution};
use proptest::prelude::*;

use crate::testing::{area_of, disk, random, rings, sum};
use crate::{
    GiCell, GiCells, GiOptions, GiResult, Limits, Neighbourhood, Permutations, StudyArea, Weights,
    gi_star,
};

fn gi(prepared: &Neighbourhood, rows: &[(CellIndex, f64)], weights: Weights) -> GiResult {
    let permutations = Some(Permutations { count: 99, seed: 3 });
    let options = GiOptions {
        weights,
        permutations,
        alpha: 0.05,
    };
    gi_star(
        prepared,
        &sum(prepared.area(), rows),
        &options,
        &Limits::default(),
    )
    .expect("a result")
}

fn z_by_cell(cells: &GiCells) -> BTreeMap<CellIndex, f64> {
    cells
        .iter()
        .filter_map(|cell| Some((cell.cell, cell.score?.z)))
        .collect()
}

/// A disk of 271 cells with values in some of them.
fn field() -> impl Strategy<Value = Vec<(usize, f64)>> {
    let value = prop_oneof![4 => 0.0..100.0, 1 => -50.0..50.0, 1 => Just(1.0)];
    prop::collection::vec((0..271_usize, value), 1..120)
}

fn rows_of(cells: &[CellIndex], field: &[(usize, f64)]) -> Vec<(CellIndex, f64)> {
    field
        .iter()
        .map(|&(at, value)| (cells[at], value))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_rows_and_cells_changes_no_bit(
        field in field(),
        swaps in any::<prop::sample::Index>(),
        k in 0..4_u32,
    ) {
        let cells = disk(Resolution::Seven, 9);
        let rows = rows_of(&cells, &field);
        let expected = gi(&rings(&area_of(&cells), k), &rows, Weights::Binary);
        let mut turned = rows.clone();
        turned.rotate_left(swaps.index(rows.len()));
        turned.reverse();
        let mut turned_cells = cells.clone();
        turned_cells.rotate_left(swaps.index(cells.len()));
        let found = gi(&rings(&area_of(&turned_cells), k), &turned, Weights::Binary);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_compacted_area_gives_the_same_bits(field in field()) {
        let cells = disk(Resolution::Seven, 9);
        let mut compacted = cells.clone();
        CellIndex::compact(&mut compacted).expect("compact");
        let area = StudyArea::from_cells(Resolution::Seven, compacted).expect("an area");
        let rows = rows_of(&cells, &field);
        let found = gi(&rings(&Arc::new(area), 1), &rows, Weights::Binary);
        prop_assert_eq!(found, gi(&rings(&area_of(&cells), 1), &rows, Weights::Binary));
    }

    #[test]
    fn scaling_changes_no_score(field in field(), power in -40..40_i32) {
        let cells = disk(Resolution::Seven, 9);
        let rows = rows_of(&cells, &field);
        let prepared = rings(&area_of(&cells), 1);
        let expected = gi(&prepared, &rows, Weights::Binary);
        // A power of two scales without rounding: not a bit may differ.
        let by = |factor: f64| {
            rows.iter().map(|&(cell, value)| (cell, value * factor)).collect::<Vec<_>>()
        };
        let scaled = by(2_f64.powi(power));
        let found = gi(&prepared, &scaled, Weights::Binary);
        prop_assert_eq!(found.cells.len(), expected.cells.len());
        for (a, b) in found.cells.iter().zip(expected.cells.iter()) {
            prop_assert_eq!(a.score, b.score);
        }
        prop_assert_eq!(found.empty, expected.empty);
        // Any other factor may only round.
        let found = z_by_cell(&gi(&prepared, &by(1234.5), Weights::Binary).cells);
        for (cell, z) in z_by_cell(&expected.cells) {
            prop_assert!((found[&cell] - z).abs() <= 1e-9 * z.abs().max(1.0));
        }
    }

    #[test]
    fn binary_and_row_standardised_weights_give_one_z(field in field(), k in 0..4_u32) {
        let cells = disk(Resolution::Seven, 9);
        let rows = rows_of(&cells, &field);
        let prepared = rings(&area_of(&cells), k);
        let binary = gi(&prepared, &rows, Weights::Binary);
        let rows = gi(&prepared, &rows, Weights::RowStandardised);
        for (a, b) in binary.cells.iter().zip(rows.cells.iter()) {
            let (Some(a), Some(b)) = (a.score, b.score) else { panic!("a score is missing") };
            prop_assert!((a.z - b.z).abs() <= 1e-9 * a.z.abs().max(1.0), "{} and {}", a.z, b.z);
            prop_assert_eq!(a.p_permutation, b.p_permutation);
        }
    }

    #[test]
    fn the_same_field_elsewhere_has_the_same_scores(field in field()) {
        // Moved to another base cell, with other names for all cells and another order among them.
        let here = disk(Resolution::Seven, 9);
        let centre = disk(Resolution::Seven, 0)[0];
        let there = h3o::LatLng::new(52.0, 20.0).expect("a place").to_cell(Resolution::Seven);
        let moved = |cell: CellIndex| {
            let ij = cell.to_local_ij(centre).expect("near");
            let origin = centre.to_local_ij(centre).expect("itself").coord;
            let target = there.to_local_ij(there).expect("itself").coord;
            let (i, j) = (ij.coord.i - origin.i, ij.coord.j - origin.j);
            let moved = h3o::CoordIJ::new(target.i + i, target.j + j);
            CellIndex::try_from(h3o::LocalIJ::new(there, moved)).expect("a cell")
        };
        let rows = rows_of(&here, &field);
        let moved_cells: Vec<CellIndex> = here.iter().map(|&cell| moved(cell)).collect();
        let moved_rows: Vec<_> = rows.iter().map(|&(cell, value)| (moved(cell), value)).collect();
        let z = |cells: &[CellIndex], rows: &[(CellIndex, f64)]| {
            z_by_cell(&gi(&rings(&area_of(cells), 1), rows, Weights::Binary).cells)
        };
        let (expected, found) = (z(&here, &rows), z(&moved_cells, &moved_rows));
        prop_assert_eq!(found.len(), expected.len());
        for (cell, z) in expected {
            prop_assert!((found[&moved(cell)] - z).abs() <= 1e-9 * z.abs().max(1.0));
        }
    }

    #[test]
    fn no_result_holds_a_nan(field in field(), k in 0..12_u32, cells in 1..40_usize) {
        let cells = &disk(Resolution::Seven, 9)[..cells];
        let rows: Vec<_> =
            field.iter().map(|&(at, value)| (cells[at % cells.len()], value)).collect();
        let result = gi(&rings(&area_of(cells), k), &rows, Weights::Binary);
        let empty = result.empty.iter().map(|group| group.score);
        let scores = result.cells.iter().map(|cell| cell.score).chain(empty);
        let mut missing = false;
        for score in scores {
            missing |= score.is_none();
            if let Some(score) = score {
                let numbers = [score.z, score.p(), score.q, score.p_permutation.unwrap_or(f64::NAN)];
                prop_assert!(numbers.iter().all(|number| number.is_finite()), "{:?}", score);
            }
        }
        prop_assert!(!missing || !result.caveats.is_empty());
        prop_assert!(result.study.mean.is_finite() && result.study.standard_deviation.is_finite());
    }
}

#[test]
fn a_planted_cluster_is_found_and_its_neighbours_rank_below_it() {
    let cells = disk(Resolution::Six, 20);
    let prepared = rings(&area_of(&cells), 1);
    for seed in 0..20 {
        let mut next = random(seed);
        let mut rows: Vec<_> = cells.iter().map(|&cell| (cell, next())).collect();
        let inner: Vec<_> = cells
            .iter()
            .filter(|cell| cell.grid_disk_safe(3).all(|near| cells.contains(&near)))
            .collect();
        let centre = *inner[(next() * inner.len() as f64) as usize];
        rows.extend(centre.grid_disk_safe(1).map(|cell| (cell, 2.0)));
        let result = gi(&prepared, &rows, Weights::Binary);
        let mut ranked: Vec<GiCell> = result.cells.iter().collect();
        ranked.sort_by(|a, b| {
            b.score
                .map(|s| s.z)
                .partial_cmp(&a.score.map(|s| s.z))
                .expect("numbers")
        });
        assert_eq!(ranked[0].cell, centre, "seed {seed}");
        assert_eq!(ranked[0].score.map(|score| score.bin()), Some(3));
        let ring: Vec<CellIndex> = centre.grid_disk_safe(1).collect();
        assert!(
            ranked[1..7].iter().all(|cell| ring.contains(&cell.cell)),
            "seed {seed}"
        );
    }
}

#[test]
fn random_fields_have_false_discoveries_at_most_at_alpha() {
    // Without any hotspot each discovery is false, and the false discovery rate is the share of
    // fields with one.
    const FIELDS: u32 = 500;
    const ALPHA: f64 = 0.05;
    let cells = disk(Resolution::Six, 11);
    let prepared = rings(&area_of(&cells), 1);
    let options = GiOptions {
        alpha: ALPHA,
        ..GiOptions::default()
    };
    let mut with_discovery = 0;
    for seed in 0..FIELDS {
        let mut next = random(u64::from(seed) + 1000);
        let rows: Vec<_> = cells.iter().map(|&cell| (cell, next())).collect();
        let values = sum(prepared.area(), &rows);
        let result = gi_star(&prepared, &values, &options, &Limits::default()).expect("a result");
        with_discovery += u32::from(result.hot + result.cold > 0);
    }
    let rate = f64::from(with_discovery) / f64::from(FIELDS);
    let binomial_error = (ALPHA * (1.0 - ALPHA) / f64::from(FIELDS)).sqrt();
    assert!(rate <= ALPHA + 2.0 * binomial_error, "{rate}");
    // The procedure does decide: with no correction nearly every field of 397 cells would have a
    // discovery.
    assert!(with_discovery > 0);
}
