use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};

use super::{Neighbourhood, Scratch, SizeCursor, sort};
use crate::area::Cursor;
use crate::testing::{area_of, band, disk, rings};
use crate::{Limits, NeighbourError, Neighbours, StudyArea};

fn neighbours_of(neighbourhood: &Neighbourhood, cell: CellIndex) -> Vec<u64> {
    let area = neighbourhood.area();
    let mut scratch = Scratch::new(neighbourhood);
    let near = neighbourhood.find(cell, &mut scratch).iter();
    let mut found: Vec<u64> = near
        .filter_map(|&slot| area.cell_near(slot, &mut Cursor::default()).map(u64::from))
        .collect();
    found.sort_unstable();
    found
}

fn kept_neighbours_of(neighbourhood: &Neighbourhood, cell: CellIndex) -> Vec<u64> {
    let area = neighbourhood.area();
    let slot = area.slot(cell).expect("in the area");
    let kept = neighbourhood.kept_neighbours(slot).iter();
    kept.filter_map(|&slot| {
        area.cell_near(slot.into(), &mut Cursor::default())
            .map(u64::from)
    })
    .collect()
}

fn counted(sizes: impl IntoIterator<Item = usize>) -> BTreeMap<u32, u64> {
    let mut count = BTreeMap::new();
    for size in sizes {
        *count.entry(size as u32).or_default() += 1;
    }
    count
}

#[test]
fn sizes_of_the_world_count_its_pentagons() {
    for (resolution, k) in [
        (Resolution::Three, 1),
        (Resolution::Two, 3),
        (Resolution::Zero, 2),
        (Resolution::Zero, 20),
    ] {
        let area = Arc::new(StudyArea::world(resolution));
        let expected = counted(area.cells().map(|cell| cell.grid_disk_safe(k).count()));
        assert_eq!(
            rings(&area, k).sizes().collect::<BTreeMap<_, _>>(),
            expected,
            "resolution {resolution}, k {k}"
        );
    }
}

#[test]
fn neighbours_outside_the_area_do_not_count() {
    let cells = disk(Resolution::Six, 6);
    let area = area_of(&cells);
    for k in [0, 1, 2, 4] {
        let prepared = rings(&area, k);
        let expected = |cell: CellIndex| {
            cell.grid_disk_safe(k)
                .filter(|near| cells.contains(near))
                .count()
        };
        assert_eq!(
            prepared.sizes().collect::<BTreeMap<_, _>>(),
            counted(cells.iter().map(|&cell| expected(cell)))
        );
        let mut cursor = SizeCursor::default();
        for &cell in &cells {
            let slot = area.slot(cell).expect("in the area");
            assert_eq!(
                prepared.size_near(slot, &mut cursor) as usize,
                expected(cell)
            );
            assert_eq!(neighbours_of(&prepared, cell).len() + 1, expected(cell));
        }
    }
}

#[test]
fn a_band_holds_the_cells_within_its_distance() {
    let pentagon = Resolution::Four.pentagons().nth(5).expect("a pentagon");
    let pole = LatLng::new(89.9, 10.0)
        .expect("a place")
        .to_cell(Resolution::Four);
    let fiji = LatLng::new(-17.0, 179.95)
        .expect("a place")
        .to_cell(Resolution::Four);
    for (centre, distance_km) in [(pentagon, 90.0), (pole, 130.0), (fiji, 75.0), (fiji, 20.0)] {
        let mut cells: Vec<CellIndex> = centre.grid_disk_safe(9).collect();
        cells.sort_unstable();
        let area = area_of(&cells);
        let prepared = band(&area, distance_km);
        // h3o's sphere has another radius than the mean radius of the IUGG.
        let scale = crate::EARTH_RADIUS_KM / h3o::EARTH_RADIUS_KM;
        let near = |a: CellIndex, b: CellIndex| {
            LatLng::from(a).distance_km(LatLng::from(b)) * scale <= distance_km
        };
        let mut sizes = Vec::new();
        for &cell in &cells {
            let expected: Vec<u64> = cells
                .iter()
                .filter(|&&other| other != cell && near(cell, other))
                .map(|&other| other.into())
                .collect();
            assert_eq!(
                neighbours_of(&prepared, cell),
                expected,
                "{cell} within {distance_km} km"
            );
            sizes.push(expected.len() + 1);
        }
        assert_eq!(prepared.sizes().collect::<BTreeMap<_, _>>(), counted(sizes));
    }
}

#[test]
fn neighbours_are_the_same_whether_kept_or_found_anew() {
    let cells = disk(Resolution::Six, 8);
    let area = area_of(&cells);
    let none = Limits {
        max_kept_neighbours: 0,
        ..Limits::default()
    };
    for neighbours in [
        Neighbours::Ring { k: 2 },
        Neighbours::Band { distance_km: 14.0 },
    ] {
        let prepare = |limits| Neighbourhood::prepare(Arc::clone(&area), neighbours, limits);
        let (kept, anew) = (prepare(&Limits::default()), prepare(&none));
        let (kept, anew) = (kept.expect("neighbours"), anew.expect("neighbours"));
        assert!(kept.kept.is_some() && anew.kept.is_none());
        assert!(kept.sizes().eq(anew.sizes()));
        for &cell in &cells {
            assert_eq!(kept_neighbours_of(&kept, cell), neighbours_of(&anew, cell));
        }
    }
}

#[test]
fn a_band_may_reach_around_the_world() {
    let area = Arc::new(StudyArea::world(Resolution::Zero));
    let prepared = band(&area, 19_999.0);
    assert!(prepared.sizes().all(|(size, _)| size >= 121));
}

#[test]
fn limits_are_told_with_the_count_it_would_be() {
    let limits = Limits {
        max_scanned_cells: 1000,
        max_neighbourhood_cells: 50,
        ..Limits::default()
    };
    let area = area_of(&disk(Resolution::Six, 30));
    let prepare = |neighbours| {
        Neighbourhood::prepare(Arc::clone(&area), neighbours, &limits).expect_err("a limit")
    };
    let too_many = prepare(Neighbours::Ring { k: 1 });
    assert!(
        too_many
            .to_string()
            .contains("has 2791 cells at resolution 6, more than the 1000 allowed"),
        "{too_many}"
    );
    assert_eq!(
        prepare(Neighbours::Ring { k: 4 }),
        NeighbourError::TooManyNeighbours {
            cells: 61,
            limit: 50
        }
    );
    assert!(matches!(
        prepare(Neighbours::Ring { k: u32::MAX }),
        NeighbourError::TooManyNeighbours { .. }
    ));
    assert!(matches!(
        prepare(Neighbours::Band { distance_km: 500.0 }),
        NeighbourError::TooManyNeighbours { .. }
    ));
    for distance_km in [0.0, -1.0, f64::NAN, f64::INFINITY, 20_001.0] {
        assert!(matches!(
            prepare(Neighbours::Band { distance_km }),
            NeighbourError::Distance { .. }
        ));
    }
    // The world with rings is not looked at cell by cell.
    let world = Arc::new(StudyArea::world(Resolution::Fifteen));
    assert!(Neighbourhood::prepare(Arc::clone(&world), Neighbours::Ring { k: 3 }, &limits).is_ok());
    assert!(
        Neighbourhood::prepare(world, Neighbours::Band { distance_km: 0.001 }, &limits).is_err()
    );
}

#[test]
fn six_numbers_are_sorted() {
    // By the 0-1 principle a network that sorts all of zeros and ones sorts everything.
    for bits in 0..64_u32 {
        let mut numbers: [u64; 6] = std::array::from_fn(|at| u64::from(bits >> at & 1));
        sort(&mut numbers);
        assert!(numbers.is_sorted(), "{bits:b}");
        assert_eq!(numbers.iter().sum::<u64>(), u64::from(bits.count_ones()));
    }
}
