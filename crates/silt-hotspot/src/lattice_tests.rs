use h3o::{CellIndex, Resolution};

use super::{at_position, descendants, fill_disk, full_disk, position, regular_disk};

fn all_cells(resolution: Resolution) -> impl Iterator<Item = CellIndex> {
    CellIndex::base_cells().flat_map(move |base| base.children(resolution))
}

fn assert_same_disk(cell: CellIndex, k: u32) {
    let mut ours = Vec::new();
    fill_disk(u64::from(cell), u8::from(cell.resolution()), k, &mut ours);
    let mut theirs: Vec<u64> = cell.grid_disk_safe(k).map(u64::from).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs, "disk of {k} around {cell}");
}

#[test]
fn disks_of_the_whole_world_are_those_of_h3o() {
    for (resolution, largest) in [
        (Resolution::Zero, 2),
        (Resolution::One, 3),
        (Resolution::Two, 4),
        (Resolution::Three, 3),
    ] {
        for cell in all_cells(resolution) {
            for k in 0..=largest {
                assert_same_disk(cell, k);
            }
        }
    }
}

#[test]
fn disks_of_fine_cells_are_those_of_h3o() {
    for resolution in [
        Resolution::Four,
        Resolution::Six,
        Resolution::Nine,
        Resolution::Fifteen,
    ] {
        for base in CellIndex::base_cells() {
            let count = base.children_count(resolution);
            for part in 0..40 {
                let cell = base
                    .child_at(count / 40 * part, resolution)
                    .expect("within the count");
                assert_same_disk(cell, 1);
                assert_same_disk(cell, 5);
            }
        }
        for pentagon in resolution.pentagons() {
            for near in pentagon.grid_disk_safe(4) {
                assert_same_disk(near, 1);
                assert_same_disk(near, 3);
            }
        }
    }
}

#[test]
fn the_fast_way_is_the_usual_one() {
    let mut disk = Vec::new();
    let cells: Vec<CellIndex> = all_cells(Resolution::Four).collect();
    let mut fast = 0;
    for &cell in &cells {
        disk.clear();
        if regular_disk(u64::from(cell), 4, 1, &mut disk).is_some() {
            assert_eq!(disk.len() as u64, full_disk(1));
            fast += 1;
        }
    }
    assert!(fast * 10 > cells.len() * 8, "{fast} of {}", cells.len());
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
        before = Some(at);
    }
    let existing = (0..122 * 343)
        .filter(|&at| at_position(at, 3).is_some())
        .count();
    assert_eq!(existing, cells.len());
}

#[test]
fn descendants_lie_between_their_bounds() {
    for parent in all_cells(Resolution::One).step_by(5) {
        for resolution in [Resolution::One, Resolution::Two, Resolution::Four] {
            let mut children: Vec<u64> = parent.children(resolution).map(u64::from).collect();
            children.sort_unstable();
            let bounds = descendants(parent, resolution.into());
            assert_eq!(Some(&bounds.0), children.first());
            assert_eq!(Some(&bounds.1), children.last());
        }
    }
}
