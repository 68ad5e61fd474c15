use h3o::{CellIndex, Resolution};

use super::{at_position, cell_at_position, descendants, exists, position};

fn all_cells(resolution: Resolution) -> impl Iterator<Item = CellIndex> {
    CellIndex::base_cells().flat_map(move |base| base.children(resolution))
}

#[test]
fn positions_ascend_with_the_index_and_lead_back() {
    let mut cells: Vec<u64> = all_cells(Resolution::Three).map(u64::from).collect();
    cells.sort_unstable();
    let mut before = None;
    for &cell in &cells {
        let at = position(cell, 3);
        assert!(before.is_none_or(|previous| previous < at));
        assert_eq!(at_position(at, 3), Some(cell));
        assert_eq!(cell_at_position(at, 3).map(u64::from), Some(cell));
        before = Some(at);
    }
    let existing = (0..122 * 343)
        .filter(|&at| at_position(at, 3).is_some())
        .count();
    assert_eq!(existing, cells.len());
    assert!((0..123 * 343).all(|at| exists(at, 3) == at_position(at, 3).is_some()));
}

#[test]
fn descendants_lie_between_their_bounds() {
    for parent in all_cells(Resolution::One).step_by(5) {
        for resolution in [Resolution::One, Resolution::Two, Resolution::Four] {
            let level = resolution.into();
            let mut children: Vec<u64> = parent
                .children(resolution)
                .map(|cell| position(cell.into(), level))
                .collect();
            children.sort_unstable();
            let positions = descendants(parent, level);
            assert_eq!(Some(&positions.start), children.first());
            assert_eq!(Some(&(positions.end - 1)), children.last());
            let found = positions.filter(|&at| exists(at, level));
            assert!(found.eq(children));
        }
    }
}
