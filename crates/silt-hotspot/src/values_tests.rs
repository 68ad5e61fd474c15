use h3o::Resolution;

use crate::testing::{area_of, disk, sum};
use crate::{CellValues, StudyArea, ValueError};

#[test]
fn rows_are_summed_by_cell_in_any_order() {
    let cells = disk(Resolution::Six, 3);
    let area = area_of(&cells);
    let rows = [
        (cells[5], 0.1),
        (cells[2], 1.0),
        (cells[5], 0.2),
        (cells[5], 0.3),
        (cells[5], 1e9),
    ];
    let values = sum(&area, &rows);
    let mut reversed = rows;
    reversed.reverse();
    assert_eq!(sum(&area, &reversed), values);
    assert_eq!(
        values.iter().map(|(cell, _)| cell).collect::<Vec<_>>(),
        [cells[2], cells[5]]
    );

    let summary = values.summary();
    assert_eq!(
        (
            summary.cells,
            summary.cells_with_value,
            summary.rows_outside
        ),
        (37, 2, 0)
    );
    let (a, b) = (1.0, 1e9 + 0.6);
    let mean = (a + b) / 37.0;
    assert!((summary.mean / mean - 1.0).abs() < 1e-15);
    let s = ((a * a + b * b) / 37.0 - mean * mean).sqrt();
    assert!((summary.standard_deviation / s - 1.0).abs() < 1e-12);
}

#[test]
fn what_lies_outside_changes_nothing_but_its_own_count() {
    let cells = disk(Resolution::Six, 3);
    let area = area_of(&cells[..20]);
    let inside = sum(&area, &[(cells[1], 3.0)]);
    let both = sum(
        &area,
        &[(cells[1], 3.0), (cells[30], 7.0), (cells[31], 7.0)],
    );
    assert_eq!(both.summary().rows_outside, 2);
    assert_eq!(
        (both.summary().mean, both.len()),
        (inside.summary().mean, 1)
    );
}

#[test]
fn equal_values_have_no_spread_at_all() {
    let cells = disk(Resolution::Six, 3);
    let rows: Vec<_> = cells.iter().map(|&cell| (cell, 0.1)).collect();
    assert_eq!(
        sum(&area_of(&cells), &rows).summary().standard_deviation,
        0.0
    );
    // One cell is left empty, which is a zero.
    assert!(
        sum(&area_of(&cells), &rows[1..])
            .summary()
            .standard_deviation
            > 0.0
    );
}

#[test]
fn unusable_rows_are_refused() {
    let cell = disk(Resolution::Six, 0)[0];
    let area = StudyArea::world(Resolution::Six);
    for value in [f64::NAN, f64::INFINITY, -f64::INFINITY, 1e101] {
        assert_eq!(
            CellValues::sum(&area, [(cell, value)]),
            Err(ValueError::NotFinite { cell: cell.into() })
        );
    }
    let five = disk(Resolution::Five, 0)[0];
    let refused = CellValues::sum(&area, [(five, 1.0)]).expect_err("another resolution");
    assert!(
        refused
            .to_string()
            .contains("has resolution 5, but the study area has 6"),
        "{refused}"
    );
}
