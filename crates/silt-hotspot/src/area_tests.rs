use h3o::{CellIndex, Resolution};

use super::Cursor;
use crate::testing::disk;
use crate::{AreaError, StudyArea};

#[test]
fn an_area_holds_what_it_was_given_in_any_order_and_number() {
    let mut cells = disk(Resolution::Six, 12);
    let area = StudyArea::from_cells(Resolution::Six, cells.iter().copied()).expect("an area");
    assert_eq!(area.cell_count(), cells.len() as u64);
    assert_eq!(area.cells().collect::<Vec<_>>(), cells);
    let ring = cells[0]
        .grid_disk_safe(40)
        .filter(|cell| !cells.contains(cell))
        .count();
    assert!(ring > 100);
    assert!(
        cells[0]
            .grid_disk_safe(40)
            .all(|cell| area.contains(cell) == cells.contains(&cell))
    );
    assert!(!area.contains(cells[0].parent(Resolution::Five).expect("a parent")));

    cells.reverse();
    cells.extend_from_within(3..40);
    assert_eq!(
        StudyArea::from_cells(Resolution::Six, cells).expect("an area"),
        area
    );
}

#[test]
fn compacted_cells_stand_for_their_descendants() {
    let cells = disk(Resolution::Seven, 30);
    let mut compacted = cells.clone();
    CellIndex::compact(&mut compacted).expect("compact");
    assert!(compacted.len() * 2 < cells.len());
    let from_all =
        StudyArea::from_cells(Resolution::Seven, cells.iter().copied()).expect("an area");
    // A cell within another one counts once.
    let overlapping = compacted.into_iter().chain(cells[100..140].iter().copied());
    assert_eq!(
        StudyArea::from_cells(Resolution::Seven, overlapping).expect("an area"),
        from_all
    );
}

#[test]
fn slots_ascend_and_lead_back() {
    let pentagon = Resolution::Two.pentagons().nth(3).expect("a pentagon");
    let coarse = pentagon.grid_disk_safe(2);
    let area = StudyArea::from_cells(Resolution::Four, coarse).expect("an area");
    let mut before = None;
    for cell in area.cells() {
        let slot = area.slot(cell).expect("a slot");
        assert!(before.is_none_or(|previous| previous < slot) && slot < area.slots());
        assert_eq!(area.cell_near(slot, &mut Cursor::default()), Some(cell));
        before = Some(slot);
    }
    assert_eq!(area.cells().count() as u64, area.cell_count());
    let mut cursor = Cursor::default();
    for slot in 0..area.slots() {
        let alone = area.cell_near(slot, &mut Cursor::default());
        assert_eq!(area.cell_near(slot, &mut cursor), alone);
    }
    assert_eq!(
        (0..area.slots())
            .filter(|&slot| area.cell_near(slot, &mut Cursor::default()).is_some())
            .count() as u64,
        area.cell_count()
    );
}

#[test]
fn the_world_is_one_run_however_it_is_given() {
    let world = StudyArea::world(Resolution::Seven);
    assert_eq!(world.cell_count(), 98_825_162);
    let base_cells =
        StudyArea::from_cells(Resolution::Seven, CellIndex::base_cells()).expect("an area");
    assert_eq!(base_cells, world);
    assert!(base_cells.is_world());
    assert_eq!(StudyArea::world(Resolution::Two).cells().count(), 5882);
    assert!(world.contains(disk(Resolution::Seven, 0)[0]));
}

#[test]
fn what_is_no_area_is_refused() {
    assert_eq!(
        StudyArea::from_cells(Resolution::Four, []),
        Err(AreaError::Empty {
            resolution: Resolution::Four
        })
    );
    let fine = disk(Resolution::Six, 0)[0];
    let refused = StudyArea::from_cells(Resolution::Four, [fine]).expect_err("too fine");
    assert!(
        refused
            .to_string()
            .contains("finer than the study area's resolution 4"),
        "{refused}"
    );
}
