use std::sync::Arc;

use h3o::{CellIndex, Resolution};

use super::{Lag, Method, Scratch};
use crate::area::Cursor;
use crate::testing::{area_of, assert_near, band, disk, random, rings, scattered, sum};
use crate::{Limits, Neighbourhood, OptionError, StudyArea};

fn assert_same(neighbourhood: &Neighbourhood, rows: &[(CellIndex, f64)]) {
    let values = sum(neighbourhood.area(), rows);
    let by = |method| {
        Lag::by(neighbourhood, &values, (&Limits::default()).into(), method).expect("sums")
    };
    let chosen = by(Method::Chosen).cells;
    // Not a bit may differ: sums are compared as numbers, and none is -0.0.
    assert_eq!(by(Method::Scattered).cells, chosen);
    assert_eq!(by(Method::Sorted).cells, chosen);
    let area = neighbourhood.area();
    let mut scratch = Scratch::new(neighbourhood);
    for found in chosen {
        let mut expected = 0.0;
        for &near in neighbourhood.find(found.cell(), &mut scratch) {
            let near = area
                .cell_near(near, &mut Cursor::default())
                .expect("a cell");
            let known = values.cells.binary_search(&near).ok();
            expected += known.map_or(0.0, |at| values.values[at]);
        }
        assert_near(found.sum, expected, 1e-12, "sum");
        assert!(found.sum != 0.0 || found.sum.is_sign_positive());
        let row = values.cells.binary_search(&found.cell()).ok();
        assert_eq!(found.own, row.map_or(0.0, |at| values.values[at]));
        assert_eq!(found.row().map(|row| row as usize), row);
        assert_eq!(
            found.size as usize,
            1 + neighbourhood.find(found.cell(), &mut scratch).len()
        );
    }
}

#[test]
fn all_ways_give_the_same_bits() {
    let cells = disk(Resolution::Six, 20);
    let area = area_of(&cells);
    let mut next = random(7);
    let rows: Vec<_> = scattered(&cells, &mut next, 0.3, |value| value * 100.0 - 20.0);
    for k in [0, 1, 3] {
        assert_same(&rings(&area, k), &rows);
    }
    assert_same(&band(&area, 17.0), &rows);
    assert_same(&rings(&area, 1), &[]);

    let world = Arc::new(StudyArea::world(Resolution::Three));
    let near_pentagons: Vec<_> = Resolution::Three
        .pentagons()
        .flat_map(|cell| cell.grid_disk_safe(2))
        .map(|cell| (cell, next()))
        .collect();
    assert_same(&rings(&world, 2), &near_pentagons);
}

#[test]
fn values_of_another_area_are_refused() {
    let cells = disk(Resolution::Six, 4);
    let (one, other) = (area_of(&cells[..30]), area_of(&cells[20..50]));
    let values = sum(&other, &[(cells[45], 1.0)]);
    let refused = Lag::of(&rings(&one, 1), &values, (&Limits::default()).into()).err();
    assert_eq!(refused, Some(OptionError::OtherArea));
    let limits = Limits {
        max_pairs: 6,
        ..Limits::default()
    };
    let refused = Lag::of(&rings(&other, 1), &values, (&limits).into()).err();
    assert_eq!(
        refused,
        Some(OptionError::TooManyPairs {
            cells: 1,
            neighbours: 7,
            limit: 6
        })
    );
}
