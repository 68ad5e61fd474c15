use geo_types::Coord;
use h3o::{CellIndex, Resolution};
use silt_model::Domain;

use super::*;
use crate::testing::regions;
use crate::within::{Membership, Within};

fn all_cells(resolution: Resolution) -> Vec<CellIndex> {
    CellIndex::base_cells()
        .flat_map(|base| base.children(resolution))
        .collect()
}

/// The descent against every cell of the world, one by one.
fn compare(within: &Within, domain: Domain, resolution: Resolution) -> usize {
    let members = Membership::new(within, domain, 5.0, regions()).expect("a region that is there");
    let mut countries = geo_types::MultiPolygon::new(Vec::new());
    for country in regions().set.list(silt_index::regions::RegionKind::Country) {
        let polygons = regions().set.geometry(&country.id).expect("a geometry");
        countries.0.extend(polygons);
    }
    let holds = |at: Coord<f64>| members.holds(at);
    let in_shapes = |at: Coord<f64>| members.in_shapes(at);
    let countries = edges_of(&countries);
    let cover = members
        .cover(&countries, &holds, &in_shapes)
        .expect("a cover");
    let found = cover
        .cells(resolution, &silt_query::never_stop)
        .expect("no one stops");
    let mut found: Vec<CellIndex> = found
        .into_iter()
        .flat_map(|cell| cell.children(resolution))
        .collect();
    found.sort_unstable();
    let mut expected: Vec<CellIndex> = all_cells(resolution)
        .into_par_iter()
        .filter(|&cell| members.holds(centre_of(cell)))
        .collect();
    expected.sort_unstable();
    assert_eq!(found, expected, "{within:?} {domain:?} {resolution}");
    expected.len()
}

#[test]
fn the_descent_finds_what_a_look_at_every_cell_finds() {
    let of = |id: &str| Within::new(Some(id.to_owned()), None);
    for (within, domain, resolution) in [
        (Within::default(), Domain::Land, Resolution::Three),
        (Within::default(), Domain::Sea, Resolution::Three),
        (of("iso3:BRA"), Domain::Land, Resolution::Four),
        (of("iso3:CHL"), Domain::Land, Resolution::Four),
        (of("iso3:FJI"), Domain::Land, Resolution::Four),
        (of("iso3:RUS"), Domain::Any, Resolution::Three),
        (of("iso3:ATA"), Domain::Land, Resolution::Three),
        (of("iso3:NLD"), Domain::Sea, Resolution::Four),
        (of("admin1:BR-MG"), Domain::Land, Resolution::Four),
        (of("sea:north-sea"), Domain::Sea, Resolution::Four),
        (of("un:GRULAC"), Domain::Land, Resolution::Three),
    ] {
        let count = compare(&within, domain, resolution);
        let is_small = within.region.as_deref() == Some("iso3:NLD");
        assert!(count > 3 || is_small, "{within:?}: {count} cells");
    }
}

#[test]
fn boxes_across_the_antimeridian_and_at_the_poles() {
    for bbox in [
        [-140.0, -40.0, -139.0, -39.0],
        [170.0, -30.0, -170.0, 10.0],
        [-180.0, 60.0, 180.0, 90.0],
        [-180.0, -90.0, 180.0, 90.0],
        [-75.0, -30.0, -65.0, -20.0],
        [179.0, 50.0, -179.5, 51.0],
    ] {
        let within = Within::new(None, Some(bbox));
        for domain in [Domain::Any, Domain::Land, Domain::Sea] {
            compare(&within, domain, Resolution::Three);
        }
    }
}

#[test]
fn a_stop_ends_the_descent() {
    let within = Within::new(Some("iso3:BRA".to_owned()), None);
    let members = Membership::new(&within, Domain::Land, 5.0, regions()).expect("Brazil");
    let holds = |at: Coord<f64>| members.holds(at);
    let cover = members.cover(&[], &holds, &|_| true).expect("a cover");
    let cells = cover.cells(Resolution::Five, &|| true);
    assert!(cells.is_err());
}
