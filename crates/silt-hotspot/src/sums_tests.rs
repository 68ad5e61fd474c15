use h3o::Resolution;

use super::{Exactness, PARALLEL_ROWS, Row, by_cell, by_order, in_buckets, ordered, value_of};
use crate::StudyArea;
use crate::testing::{area_of, disk, random};

#[test]
fn numbers_have_the_order_of_their_values() {
    let values = [
        -1e100, -2.5, -1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0, 2.5, 1e100,
    ];
    assert!(values.is_sorted_by_key(|&value| ordered(value)));
    for value in values {
        assert_eq!(value_of(ordered(value)).to_bits(), value.to_bits());
    }
}

#[test]
fn integers_are_exact_until_their_sum_is_too_large() {
    let of = |values: &[f64]| {
        let mut exactness = Exactness::default();
        values.iter().for_each(|&value| exactness.meet(value));
        exactness.is_exact()
    };
    assert!(of(&[]) && of(&[1.0, -7.0, 0.0, -0.0, 1e15]));
    assert!(!of(&[1.0, 0.5]) && !of(&[1e100]) && !of(&[1e15, -1e16]));
}

#[test]
fn a_table_and_an_order_give_the_same_sums() {
    let cells = disk(Resolution::Six, 30);
    let area = area_of(&cells);
    let mut next = random(21);
    let mut rows = Vec::new();
    for _ in 0..20_000 {
        let cell = cells[(next() * cells.len() as f64) as usize];
        rows.push((cell, (next() * 41.0).floor() - 20.0));
    }
    let fractions: Vec<_> = rows
        .iter()
        .map(|&(cell, value)| (cell, value * 0.1))
        .collect();
    for (rows, is_exact) in [(&rows, true), (&rows, false), (&fractions, false)] {
        let found = by_cell(&area, rows, is_exact);
        let row = |&(cell, value)| Row {
            slot: area.slot(cell).expect("in the area"),
            cell,
            value,
        };
        let ordered = by_order(rows.iter().map(row).collect());
        assert_eq!(found.cells, ordered.cells);
        assert_eq!(found.slots, ordered.slots);
        let bits = |values: &[f64]| {
            values
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&found.values), bits(&ordered.values));
        assert!(found.cells.is_sorted() && found.rows_outside == 0);
    }

    let few = StudyArea::from_cells(Resolution::Six, cells[..9].iter().copied()).expect("cells");
    let inside = rows.iter().filter(|row| few.contains(row.0)).count();
    let of_few = by_cell(&few, &rows, true);
    assert_eq!(of_few.rows_outside as usize, rows.len() - inside);
    assert_eq!(of_few.cells, cells[..9]);
}

#[test]
fn many_rows_are_summed_as_few_are() {
    let cells = disk(Resolution::Six, 10);
    let area = area_of(&cells);
    let mut next = random(4);
    let rows: Vec<_> = (0..PARALLEL_ROWS + 1)
        .map(|_| (cells[(next() * cells.len() as f64) as usize], next() - 0.2))
        .collect();
    let parallel = by_cell(&area, &rows, false);
    let slots: Vec<u64> = rows
        .iter()
        .map(|row| area.slot(row.0).expect("in the area"))
        .collect();
    let one_by_one = in_buckets(&area, &rows, &slots, false, false);
    assert_eq!(
        (parallel.cells, parallel.values),
        (one_by_one.cells, one_by_one.values)
    );
}

#[test]
fn rows_that_were_summed_before_stay_as_they_are() {
    let cells = disk(Resolution::Six, 20);
    let area = area_of(&cells[100..]);
    let mut next = random(8);
    let rows: Vec<_> = cells.iter().map(|&cell| (cell, next() - 0.5)).collect();
    let mut turned = rows.clone();
    turned.reverse();
    let (found, expected) = (by_cell(&area, &rows, false), by_cell(&area, &turned, false));
    assert_eq!(found.cells, cells[100..]);
    assert_eq!(
        (&found.cells, &found.slots),
        (&expected.cells, &expected.slots)
    );
    assert_eq!(found.values, expected.values);
    assert_eq!((found.rows_outside, expected.rows_outside), (100, 100));
    let zero = by_cell(&area, &[(cells[100], -0.0)], true);
    assert!(zero.values[0].is_sign_positive());
}
