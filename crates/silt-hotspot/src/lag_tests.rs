use std::sync::Arc;

use h3o::{CellIndex, Resolution};

use super::{Lag, Method};
use crate::testing::{area_of, band, disk, random, rings, scattered, sum};
use crate::{Limits, Neighbourhood, OptionError, StudyArea};

fn assert_same(neighbourhood: &Neighbourhood, rows: &[(CellIndex, f64)]) {
    let values = sum(neighbourhood.area(), rows);
    let by = |method| Lag::by(neighbourhood, &values, &Limits::default(), method).expect("sums");
    let (dense, sorted) = (by(Method::Dense), by(Method::Sorted));
    assert_eq!(dense.cells, sorted.cells);
    assert_eq!(dense.row, sorted.row);
    let bits = |lag: &Lag| lag.sums.iter().map(|sum| sum.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&dense), bits(&sorted));
    for (at, &index) in dense.cells.iter().enumerate() {
        let cell = u64::from(index);
        let slot = neighbourhood.area().slot(cell).expect("in the area");
        let mut expected = 0.0;
        neighbourhood.each_neighbour(cell, slot, &mut super::Scratch::default(), |near| {
            let near = neighbourhood.area().cell_at(near).expect("a cell");
            let known = values.cells.binary_search(&near).ok();
            expected += known.map_or(0.0, |at| values.values[at]);
        });
        crate::testing::assert_near(dense.sums[at], expected, 1e-12, "sum");
        assert_eq!(
            dense.own[at],
            values
                .cells
                .binary_search(&index)
                .map_or(0.0, |at| values.values[at])
        );
        assert_eq!(dense.slots[at], slot);
    }
}

#[test]
fn both_ways_give_the_same_bits() {
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
    let refused = Lag::of(&rings(&one, 1), &values, &Limits::default()).err();
    assert_eq!(refused, Some(OptionError::OtherArea));
    let limits = Limits {
        max_pairs: 6,
        ..Limits::default()
    };
    let refused = Lag::of(&rings(&other, 1), &values, &limits).err();
    assert_eq!(
        refused,
        Some(OptionError::TooManyPairs {
            cells: 1,
            neighbours: 7,
            limit: 6
        })
    );
}
