use h3o::{CellIndex, Resolution};

use super::{AROUND, CROSSINGS, Families, fill_disk, full_disk, regular_disk};
use crate::lattice::{is_pentagon, position};

fn all_cells(resolution: Resolution) -> impl Iterator<Item = CellIndex> {
    CellIndex::base_cells().flat_map(move |base| base.children(resolution))
}

fn assert_same_disk(cell: CellIndex, k: u32) {
    let level = u8::from(cell.resolution());
    let place = |cell: CellIndex| position(cell.into(), level);
    let mut ours = Vec::new();
    let ring = fill_disk(place(cell), level, k, &mut ours);
    let mut outermost: Vec<u64> = ours[ring..].to_vec();
    let mut theirs: Vec<u64> = cell.grid_disk_safe(k).map(place).collect();
    let distances = cell.grid_disk_distances_safe(k);
    let furthest = distances.filter(|&(_, steps)| steps == k);
    let mut expected_ring: Vec<u64> = furthest.map(|(near, _)| place(near)).collect();
    outermost.sort_unstable();
    expected_ring.sort_unstable();
    assert_eq!(outermost, expected_ring, "ring {k} of {cell}");
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
        if regular_disk(position(cell.into(), 4), 4, 1, &mut disk).is_some() {
            assert_eq!(disk.len() as u64, full_disk(1));
            fast += 1;
        }
    }
    assert!(fast * 100 > cells.len() * 97, "{fast} of {}", cells.len());
}

#[test]
fn every_edge_between_hexagons_is_crossed_both_ways() {
    let mut crossed = 0;
    for (base, of_base) in CROSSINGS.iter().enumerate() {
        assert_eq!(of_base[0], None);
        for direction in AROUND {
            let Some(crossing) = of_base[usize::from(direction)] else {
                continue;
            };
            crossed += 1;
            assert!(!is_pentagon(crossing.base) && !is_pentagon(base as u8));
            let back = CROSSINGS[usize::from(crossing.base)].iter().flatten();
            let back: Vec<_> = back.filter(|back| usize::from(back.base) == base).collect();
            assert_eq!(back.len(), 1);
            assert_eq!((back[0].turns + crossing.turns) % 6, 0);
        }
    }
    // 110 hexagons with 6 edges, of which 5 at each of the 12 pentagons.
    assert_eq!(crossed, 110 * 6 - 12 * 5);
}

#[test]
fn neighbours_by_families_are_those_of_h3o() {
    for resolution in [
        Resolution::Zero,
        Resolution::One,
        Resolution::Two,
        Resolution::Three,
        Resolution::Four,
    ] {
        let level = resolution.into();
        let (mut by_family, mut all) = (0, 0);
        let mut families = Families::new(level);
        for cell in all_cells(resolution) {
            all += 1;
            let at = position(cell.into(), level);
            if !families.look_at(at, Some) {
                continue;
            }
            by_family += 1;
            let mut found = families.neighbours(at % 7);
            found.sort_unstable();
            let ring = cell.grid_disk_safe(1).filter(|&near| near != cell);
            let mut expected: Vec<u64> = ring.map(|near| position(near.into(), level)).collect();
            expected.sort_unstable();
            assert_eq!(found[..], expected, "{cell}");
        }
        let least_percent = [0, 0, 70, 85, 95][usize::from(level)];
        assert!(
            by_family * 100 >= all * least_percent,
            "{by_family} of {all}"
        );
    }
}
