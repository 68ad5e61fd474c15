use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use h3o::{CellIndex, LatLng, Resolution};

use crate::testing::{area_of, assert_near, band, disk, random, rings, scattered, slow_gi, sum};
use crate::{
    Caveat, CellValues, Effort, GiOptions, GiResult, Limits, NeighbourError, Neighbourhood,
    Neighbours, OptionError, Permutations, StudyArea, Weights, gi_star,
};

fn gi(neighbourhood: &Neighbourhood, values: &CellValues, options: &GiOptions) -> GiResult {
    gi_star(neighbourhood, values, options, &Limits::default()).expect("a result")
}

fn assert_is_slow_gi(
    neighbourhood: &Neighbourhood,
    cells: &[CellIndex],
    rows: &[(CellIndex, f64)],
    near: impl Fn(CellIndex, CellIndex) -> bool,
) {
    let value = |cell: CellIndex| {
        rows.iter()
            .filter(|row| row.0 == cell)
            .map(|row| row.1)
            .sum()
    };
    let mut expected = slow_gi(cells, value, near);
    let values = sum(neighbourhood.area(), rows);
    for weights in [Weights::Binary, Weights::RowStandardised] {
        let result = gi(
            neighbourhood,
            &values,
            &GiOptions {
                weights,
                ..GiOptions::default()
            },
        );
        for cell in result.cells.iter() {
            let (size, z) = expected[&cell.cell];
            assert_eq!(cell.neighbourhood, size);
            assert_near(cell.score.expect("a score").z, z, 1e-9, "z");
        }
        let listed = result.cells.len() as u64;
        let empty: u64 = result.empty.iter().map(|group| group.cells).sum();
        assert_eq!(listed + empty, cells.len() as u64);
    }
    // What is not listed shares the score of its group.
    let result = gi(neighbourhood, &values, &GiOptions::default());
    for cell in result.cells.iter() {
        expected.remove(&cell.cell);
    }
    for group in &result.empty {
        let of_size: Vec<f64> = expected
            .values()
            .filter(|(size, _)| *size == group.neighbourhood)
            .map(|(_, z)| *z)
            .collect();
        assert_eq!(of_size.len() as u64, group.cells);
        for z in of_size {
            assert_near(
                group.score.expect("a score").z,
                z,
                1e-9,
                "z of an empty cell",
            );
        }
    }
}

#[test]
fn z_is_that_of_the_formula_over_all_cells() {
    let cells = disk(Resolution::Six, 9);
    let mut next = random(1);
    let rows: Vec<_> = scattered(&cells, &mut next, 0.06, |value| value * 50.0 - 5.0);
    let area = area_of(&cells);
    for k in [1, 2] {
        assert_is_slow_gi(&rings(&area, k), &cells, &rows, |a, b| {
            a.grid_distance(b).expect("near") <= k as i32
        });
    }
    let scale = crate::EARTH_RADIUS_KM / h3o::EARTH_RADIUS_KM;
    assert_is_slow_gi(&band(&area, 15.0), &cells, &rows, |a, b| {
        LatLng::from(a).distance_km(LatLng::from(b)) * scale <= 15.0
    });
}

#[test]
fn z_is_that_of_the_formula_around_a_pentagon() {
    let pentagon = Resolution::Five.pentagons().nth(2).expect("a pentagon");
    let mut cells: Vec<CellIndex> = pentagon.grid_disk_safe(6).collect();
    cells.sort_unstable();
    let rows: Vec<_> = pentagon
        .grid_disk_safe(1)
        .chain([cells[3], cells[50]])
        .map(|cell| (cell, 2.5))
        .collect();
    let near = |a: CellIndex, b: CellIndex| a.grid_disk_safe(2).any(|cell| cell == b);
    assert_is_slow_gi(&rings(&area_of(&cells), 2), &cells, &rows, near);
}

#[test]
fn the_world_counts_all_its_cells() {
    let world = Arc::new(StudyArea::world(Resolution::Seven));
    let dam = disk(Resolution::Seven, 0)[0];
    let result = gi(
        &rings(&world, 1),
        &sum(&world, &[(dam, 8.0)]),
        &GiOptions::default(),
    );
    assert_eq!(result.cells.len(), 7);
    assert_eq!(result.study.cells, 98_825_162);
    let n = 98_825_162.0_f64;
    let z = (8.0 - 7.0 * 8.0 / n)
        / (8.0 * (1.0 / n - 1.0 / n / n).sqrt() * ((n * 7.0 - 49.0) / (n - 1.0)).sqrt());
    assert_near(
        result
            .cells
            .get(0)
            .expect("a cell")
            .score
            .expect("a score")
            .z,
        z,
        1e-9,
        "z",
    );
    let groups: Vec<_> = result
        .empty
        .iter()
        .map(|group| (group.neighbourhood, group.cells))
        .collect();
    assert_eq!(groups, [(6, 12), (7, 98_825_162 - 12 - 7)]);
}

#[test]
fn q_ranks_among_all_cells() {
    let cells = disk(Resolution::Six, 8);
    let mut next = random(4);
    let rows: Vec<_> = scattered(&cells, &mut next, 0.05, |value| value * 9.0);
    let area = area_of(&cells);
    let result = gi(
        &rings(&area, 1),
        &sum(&area, &rows),
        &GiOptions {
            alpha: 0.2,
            ..GiOptions::default()
        },
    );
    let mut p = Vec::new();
    let listed = || {
        result
            .cells
            .iter()
            .map(|cell| (cell.score.expect("a score"), 1))
    };
    let empty = result
        .empty
        .iter()
        .map(|group| (group.score.expect("a score"), group.cells));
    for (score, times) in listed().chain(empty) {
        p.extend(std::iter::repeat_n(score.p(), times as usize));
    }
    let q = crate::benjamini_hochberg(&p);
    for ((score, _), expected) in listed().zip(&q) {
        assert_eq!(score.q, *expected);
        assert_eq!(score.bin(), crate::bin_of_q(score.z, score.q));
    }
    assert!(result.hot > 0);
    let hot = listed()
        .filter(|(score, _)| score.q <= 0.2 && score.z > 0.0)
        .count() as u64;
    assert_eq!(result.hot, hot);
}

#[test]
fn permutations_agree_with_z_and_are_the_same_on_any_number_of_threads() {
    let cells = disk(Resolution::Six, 15);
    let mut next = random(9);
    let mut rows: Vec<_> = cells.iter().map(|&cell| (cell, next())).collect();
    for cell in cells[300].grid_disk_safe(1) {
        rows.push((cell, 1.0));
    }
    let area = area_of(&cells);
    let values = sum(&area, &rows);
    let permutations = Permutations {
        count: 4999,
        seed: 11,
    };
    let options = GiOptions {
        permutations: Some(permutations),
        ..GiOptions::default()
    };
    let prepared = rings(&area, 1);
    let result = gi(&prepared, &values, &options);
    // Normal approximation of a sum of k of the other values, drawn without replacement.
    let n = cells.len() as f64;
    let squares: f64 = values.iter().map(|(_, value)| value * value).sum();
    for cell in result.cells.iter() {
        let p = cell
            .score
            .and_then(|score| score.p_permutation)
            .expect("asked for");
        let k = f64::from(cell.neighbourhood) - 1.0;
        let mean = (result.study.total - cell.value) / (n - 1.0);
        let variance = (squares - cell.value * cell.value) / (n - 1.0) - mean * mean;
        let spread = (variance * k * (n - 1.0 - k) / (n - 2.0)).sqrt();
        let expected = crate::two_sided_p((cell.sum - cell.value - k * mean) / spread) / 2.0;
        assert!((p - expected).abs() < 0.06, "{p} and {expected}");
    }
    let peak = result
        .cells
        .iter()
        .find(|cell| cell.cell == cells[300])
        .expect("listed");
    assert_eq!(
        peak.score.and_then(|score| score.p_permutation),
        Some(1.0 / 5000.0)
    );

    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        assert_eq!(pool.install(|| gi(&prepared, &values, &options)), result);
    }
    let other_seed = Permutations {
        seed: 12,
        ..permutations
    };
    let other = gi(
        &prepared,
        &values,
        &GiOptions {
            permutations: Some(other_seed),
            ..options
        },
    );
    assert_ne!(other.cells, result.cells);
}

#[test]
fn empty_cells_are_never_significant_by_permutation() {
    let cells = disk(Resolution::Six, 20);
    let area = area_of(&cells);
    let options = GiOptions {
        permutations: Some(Permutations::default()),
        ..GiOptions::default()
    };
    let result = gi(&rings(&area, 1), &sum(&area, &[(cells[7], 1.0)]), &options);
    for group in &result.empty {
        // Nearly all permutations gather nothing either.
        assert!(
            group
                .score
                .and_then(|score| score.p_permutation)
                .is_some_and(|p| p > 0.9)
        );
    }
}

#[test]
fn fields_without_variation_have_no_score_and_say_why() {
    let options = GiOptions {
        permutations: Some(Permutations::default()),
        ..GiOptions::default()
    };
    let one = area_of(&disk(Resolution::Six, 0));
    let cell = disk(Resolution::Six, 0)[0];
    let single = gi(&rings(&one, 1), &sum(&one, &[(cell, 5.0)]), &options);
    assert_eq!(single.caveats, [Caveat::SingleCell, Caveat::FewCells]);
    assert!(single.cells.iter().map(|cell| cell.score).eq([None]));

    let cells = disk(Resolution::Six, 5);
    let area = area_of(&cells);
    let equal: Vec<_> = cells.iter().map(|&cell| (cell, 0.1)).collect();
    for rows in [&equal[..], &[]] {
        let result = gi(&rings(&area, 2), &sum(&area, rows), &options);
        assert_eq!(result.caveats, [Caveat::AllValuesEqual]);
        assert!(result.cells.iter().all(|cell| cell.score.is_none()));
        assert!(result.empty.iter().all(|group| group.score.is_none()));
        assert_eq!((result.hot, result.cold), (0, 0));
    }

    let seven = disk(Resolution::Six, 1);
    let area = area_of(&seven);
    let result = gi(&rings(&area, 2), &sum(&area, &[(seven[0], 1.0)]), &options);
    assert_eq!(
        result.caveats,
        [Caveat::FewCells, Caveat::NeighbourhoodIsWholeArea]
    );
    assert!(result.cells.iter().all(|cell| cell.score.is_none()));
}

#[test]
fn options_out_of_range_are_refused() {
    let cells = disk(Resolution::Six, 3);
    let area = area_of(&cells);
    let values = sum(&area, &[(cells[0], 1.0)]);
    let refused = |options: GiOptions| {
        gi_star(&rings(&area, 1), &values, &options, &Limits::default()).expect_err("out of range")
    };
    for alpha in [0.0, 1.0, 2.0, -0.1, f64::NAN] {
        let error = refused(GiOptions {
            alpha,
            ..GiOptions::default()
        });
        assert!(matches!(error, OptionError::Level { name: "alpha", .. }));
    }
    let permutations = Some(Permutations {
        count: 1_000_000_000,
        seed: 0,
    });
    let error = refused(GiOptions {
        permutations,
        ..GiOptions::default()
    });
    assert_eq!(
        error.to_string(),
        "permutations must lie between 1 and 99999, not 1000000000"
    );
}

#[test]
fn a_computation_ends_when_nobody_wants_it() {
    let cells = disk(Resolution::Six, 20);
    let area = area_of(&cells);
    let values = sum(&area, &[(cells[7], 1.0), (cells[300], 4.0)]);
    let limits = Limits::default();
    let asked = AtomicU64::new(0);
    // Of a hundred thousand permutations of 36 neighbours only the first are made.
    let stop = || asked.fetch_add(1, Ordering::Relaxed) >= 3;
    let effort = Effort {
        limits: &limits,
        stop: &stop,
    };
    let options = GiOptions {
        permutations: Some(Permutations {
            count: limits.max_permutations,
            seed: 1,
        }),
        ..GiOptions::default()
    };
    let stopped = gi_star(&rings(&area, 3), &values, &options, effort);
    assert_eq!(stopped.err(), Some(OptionError::Stopped));
    assert!(asked.load(Ordering::Relaxed) < 30);

    let at_once = Effort {
        limits: &limits,
        stop: &|| true,
    };
    let neighbours = Neighbours::Band { distance_km: 20.0 };
    let stopped = Neighbourhood::prepare(Arc::clone(&area), neighbours, at_once);
    assert_eq!(stopped.err(), Some(NeighbourError::Stopped));
}
