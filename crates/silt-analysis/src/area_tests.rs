use std::sync::Arc;

use silt_hotspot::Limits;
use silt_model::Domain;

use super::*;
use crate::testing::{at, region, regions, snapshot};

fn resolution(within: &Within, domain: Domain) -> u8 {
    let areas = Areas::new(AreaOptions::default());
    let chosen = areas.resolution(within, domain, None, regions(), &silt_query::never_stop);
    chosen.expect("a resolution").into()
}

#[test]
fn the_resolution_follows_from_the_size() {
    for (id, expected) in [
        ("iso3:BRA", 5),
        ("iso3:CHL", 6),
        ("iso3:LUX", 8),
        ("un:GRULAC", 4),
    ] {
        assert_eq!(resolution(&region(id), Domain::Land), expected, "{id}");
    }
    assert_eq!(resolution(&Within::default(), Domain::Land), 3);
    assert_eq!(resolution(&Within::default(), Domain::Any), 3);
    let vatican = resolution(&region("iso3:VAT"), Domain::Land);
    assert!((8..=10).contains(&vatican), "{vatican}");
}

#[test]
fn an_area_is_made_once() {
    let areas = Areas::new(AreaOptions::default());
    let data = snapshot(Domain::Land, &[at(-44.0, -20.0)]);
    let of = |id: &str| {
        let study = areas.study(
            &data,
            &region(id),
            Resolution::Four,
            regions(),
            &silt_query::never_stop,
        );
        study.expect("an area")
    };
    let first = of("iso3:BRA");
    assert!(Arc::ptr_eq(&first, &of("iso3:BRA")));
    assert!(!Arc::ptr_eq(&first, &of("iso3:CHL")));
    let limits = Limits::default();
    let ring = |k: u32| {
        let prepared = areas.neighbourhood(&first, Neighbours::Ring { k }, (&limits).into());
        prepared.expect("neighbours")
    };
    assert!(Arc::ptr_eq(&ring(1), &ring(1)));
    assert!(!Arc::ptr_eq(&ring(1), &ring(2)));
}

#[test]
fn an_unknown_region_suggests_what_was_meant() {
    let areas = Areas::new(AreaOptions::default());
    let asked = areas.resolution(
        &region("iso3:BRZ"),
        Domain::Land,
        None,
        regions(),
        &silt_query::never_stop,
    );
    let error = asked.expect_err("no such region");
    assert!(error.to_string().starts_with("region: "), "{error}");
}
