use h3o::Resolution;

use super::{Exactness, Row, by_cell, by_order, ordered, value_of};
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
