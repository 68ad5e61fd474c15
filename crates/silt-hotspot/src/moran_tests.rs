use h3o::Resolution;

use crate::testing::{area_of, assert_near, disk, random, rings, scattered, sum};
use crate::{Caveat, Limits, LocalMoranOptions, Permutations, Quadrant, local_moran};

#[test]
fn i_is_that_of_the_formula_over_all_cells() {
    let cells = disk(Resolution::Six, 8);
    let mut next = random(2);
    let rows: Vec<_> = scattered(&cells, &mut next, 0.1, |value| value * 10.0);
    let value = |cell| {
        rows.iter()
            .filter(|row| row.0 == cell)
            .map(|row| row.1)
            .sum::<f64>()
    };
    let n = cells.len() as f64;
    let mean = cells.iter().map(|&cell| value(cell)).sum::<f64>() / n;
    let squares: f64 = cells.iter().map(|&cell| (value(cell) - mean).powi(2)).sum();

    let area = area_of(&cells);
    let limits = Limits::default();
    let result = local_moran(
        &rings(&area, 1),
        &sum(&area, &rows),
        &LocalMoranOptions::default(),
        &limits,
    )
    .expect("a result");
    assert!(result.cells.len() > 40);
    for cell in &result.cells {
        let near: Vec<_> = cells
            .iter()
            .filter(|&&other| {
                other != cell.cell && cell.cell.grid_distance(other).expect("near") == 1
            })
            .collect();
        assert_eq!(cell.neighbours as usize, near.len());
        let lag = near.iter().map(|&&other| value(other) - mean).sum::<f64>() / near.len() as f64;
        let own = value(cell.cell) - mean;
        let score = cell.score.expect("a score");
        assert_near(score.i, own * lag * (n - 1.0) / squares, 1e-9, "I");
        let expected = match (own > 0.0, lag > 0.0) {
            (true, true) => Quadrant::HighHigh,
            (false, true) => Quadrant::LowHigh,
            (false, false) => Quadrant::LowLow,
            (true, false) => Quadrant::HighLow,
        };
        assert_eq!(score.quadrant, expected);
    }
    let total: u64 = result.empty.iter().map(|group| group.cells).sum();
    assert_eq!(total + result.cells.len() as u64, cells.len() as u64);
    let empty = result.empty[0].score.expect("a score");
    assert_eq!(empty.quadrant, Quadrant::LowLow);
    assert_near(
        empty.i,
        mean * mean * (n - 1.0) / squares,
        1e-9,
        "I of empty cells",
    );
    assert!(!empty.significant);
}

#[test]
fn a_planted_cluster_is_high_among_high() {
    let cells = disk(Resolution::Six, 12);
    let area = area_of(&cells);
    let mut next = random(3);
    let mut rows: Vec<_> = cells.iter().map(|&cell| (cell, next())).collect();
    let centre = cells[200];
    rows.extend(centre.grid_disk_safe(1).map(|cell| (cell, 20.0)));
    let options = LocalMoranOptions {
        alpha: 0.05,
        permutations: Permutations {
            count: 9999,
            seed: 1,
        },
    };
    let limits = Limits::default();
    let result =
        local_moran(&rings(&area, 1), &sum(&area, &rows), &options, &limits).expect("a result");
    let found = result
        .cells
        .iter()
        .find(|cell| cell.cell == centre)
        .and_then(|cell| cell.score);
    let score = found.expect("a score");
    assert!(score.significant && score.quadrant == Quadrant::HighHigh && score.p == 1e-4);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let again =
            pool.install(|| local_moran(&rings(&area, 1), &sum(&area, &rows), &options, &limits));
        assert_eq!(again.as_ref(), Ok(&result));
    }
}

#[test]
fn cells_without_neighbours_have_no_score() {
    let cells = disk(Resolution::Six, 9);
    // One cell lies apart from the others.
    let mut apart = cells[..60].to_vec();
    let far = *cells
        .iter()
        .find(|&&cell| {
            cells[..60]
                .iter()
                .all(|&near| near.grid_distance(cell).is_ok_and(|steps| steps > 3))
        })
        .expect("far");
    apart.push(far);
    let area = area_of(&apart);
    let values = sum(&area, &[(far, 4.0), (apart[0], 1.0)]);
    let limits = Limits::default();
    let result = local_moran(
        &rings(&area, 1),
        &values,
        &LocalMoranOptions::default(),
        &limits,
    )
    .expect("a result");
    let alone = result
        .cells
        .iter()
        .find(|cell| cell.cell == far)
        .expect("listed");
    assert!(alone.neighbours == 0 && alone.score.is_none());
    assert_eq!(result.caveats, [Caveat::CellsWithoutNeighbour]);

    let one = area_of(&[far]);
    let values = sum(&one, &[(far, 4.0)]);
    let result = local_moran(
        &rings(&one, 1),
        &values,
        &LocalMoranOptions::default(),
        &limits,
    )
    .expect("a result");
    assert_eq!(result.caveats, [Caveat::SingleCell, Caveat::FewCells]);
    assert!(result.cells[0].score.is_none());
}
