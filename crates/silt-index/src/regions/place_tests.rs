use geo_types::{Geometry, Point};

use super::*;

/// 3.3 km off the generalised coastline of Chile.
const OFF_COAST: (f64, f64) = (-70.499_607_89, -25.099_173_24);
const INLAND: (f64, f64) = (-70.0, -25.1);

fn at(position: Option<(f64, f64)>, flags: &[FlagCode]) -> Feature {
    Feature {
        row: 1,
        record_id: "1".to_owned(),
        geometry: position.map(|(x, y)| Geometry::Point(Point::new(x, y))),
        properties: Vec::new(),
        original: None,
        source_crs: None,
        location_accuracy: None,
        flags: flags.iter().map(|code| Flag::new(*code, "old")).collect(),
        regions: vec!["iso3:BRA".into()],
    }
}

fn codes(feature: &Feature) -> Vec<FlagCode> {
    feature.flags.iter().map(|flag| flag.code).collect()
}

fn place(feature: &mut Feature, domain: Domain) {
    let rule = RegionRule::for_domain(domain, 5.0);
    place_feature(feature, RegionIndex::bundled(), rule);
}

fn is_in(feature: &Feature, region: &str) -> bool {
    feature.regions.iter().any(|id| id.as_ref() == region)
}

#[test]
fn the_tolerance_flag_comes_goes_and_keeps_its_place() {
    let others = [FlagCode::DuplicateId, FlagCode::ValueUnreadable];
    let mut feature = at(Some(OFF_COAST), &others);
    place(&mut feature, Domain::Land);
    assert!(is_in(&feature, "iso3:CHL") && !is_in(&feature, "iso3:BRA"));
    let [duplicate, unreadable] = others;
    let tolerance = FlagCode::RegionByTolerance;
    assert_eq!(codes(&feature), [duplicate, unreadable, tolerance]);

    feature.flags.rotate_right(1);
    feature.flags.push(Flag::new(tolerance, "one too many"));
    place(&mut feature, Domain::Land);
    assert_eq!(codes(&feature), [tolerance, duplicate, unreadable]);
    assert!(feature.flags[0].reason.contains("km off"), "{feature:?}");
    let once = feature.clone();
    place(&mut feature, Domain::Land);
    assert_eq!(feature, once);

    feature.geometry = at(Some(INLAND), &[]).geometry;
    place(&mut feature, Domain::Land);
    assert_eq!(codes(&feature), others);
    assert!(is_in(&feature, "iso3:CHL"));
}

#[test]
fn at_sea_there_is_no_tolerance() {
    let mut feature = at(Some(OFF_COAST), &[FlagCode::RegionByTolerance]);
    place(&mut feature, Domain::Sea);
    assert!(!is_in(&feature, "iso3:CHL"));
    assert_eq!(codes(&feature), []);
    place(&mut feature, Domain::Any);
    assert!(is_in(&feature, "iso3:CHL"));
}

#[test]
fn without_geometry_the_stated_regions_stay() {
    let missing = FlagCode::CoordinatesMissing;
    let mut feature = at(None, &[missing, FlagCode::RegionByTolerance]);
    place(&mut feature, Domain::Land);
    assert!(is_in(&feature, "iso3:BRA"));
    assert_eq!(codes(&feature), [missing]);
}

#[test]
fn what_speaks_of_other_things_than_the_position_stays() {
    let mut feature = at(None, &FlagCode::ALL);
    clear_position_flags(&mut feature);
    assert_eq!(
        codes(&feature),
        [
            FlagCode::DuplicateId,
            FlagCode::SourceDuplicate,
            FlagCode::ValueUnreadable,
            FlagCode::ValueOutOfRange
        ]
    );
}
