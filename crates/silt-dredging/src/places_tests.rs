use geo_types::{LineString, Polygon};

use super::*;
use crate::sphere::EARTH_RADIUS_M;

fn square(lon: f64, lat: f64, size: f64) -> Polygon<f64> {
    let ring = vec![
        (lon, lat),
        (lon + size, lat),
        (lon + size, lat + size),
        (lon, lat + size),
        (lon, lat),
    ];
    Polygon::new(LineString::from(ring), Vec::new())
}

fn port(id: &str, lon_deg: f64, lat_deg: f64) -> Port {
    Port {
        id: id.to_owned(),
        lon_deg,
        lat_deg,
    }
}

fn km_north(km: f64) -> f64 {
    (km * 1000.0 / EARTH_RADIUS_M).to_degrees()
}

#[test]
fn a_port_is_entered_at_three_and_left_at_four_kilometres() {
    for lon_deg in [4.0, 180.0, -180.0] {
        let places = Places::new(vec![port("p", lon_deg, 52.0)], &[], Vec::new());
        let mut tracker = PortTracker::new(&places, &StateRules::default());
        let mut at = |km: f64| tracker.advance(lon_deg, 52.0 + km_north(km)).is_some();
        let distances = [20.0, 3.9, 3.1, 2.9, 0.0, 3.5, 3.95, 4.05, 3.5, 2.5];
        let inside = [
            false, false, false, true, true, true, true, false, false, true,
        ];
        assert_eq!(distances.map(&mut at), inside, "{lon_deg}");
        tracker.reset();
        assert!(tracker.advance(lon_deg, 52.0 + km_north(3.5)).is_none());
    }
}

#[test]
fn ports_on_the_other_side_of_the_antimeridian_and_at_the_pole_are_found() {
    let places = Places::new(
        vec![port("east", 179.99, -17.0), port("pole", 0.0, 90.0)],
        &[],
        Vec::new(),
    );
    let mut tracker = PortTracker::new(&places, &StateRules::default());
    assert_eq!(tracker.advance(-179.99, -17.0), Some(0));
    assert_eq!(tracker.advance(123.0, 89.99), Some(1));
    assert_eq!(tracker.advance(0.0, 0.0), None);
}

#[test]
fn land_and_coast_are_told_apart() {
    let places = Places::new(
        Vec::new(),
        &[square(4.0, 52.0, 1.0), square(4.5, 52.5, 1.0)],
        Vec::new(),
    );
    assert!(places.is_at_sea((3.0, 52.5), 5.0));
    assert!(!places.is_at_sea((4.5, 52.2), 5.0));
    // Where two polygons overlap it is land all the same.
    assert!(!places.is_at_sea((4.75, 52.75), 0.0));
    assert!(places.is_at_sea((4.5, 52.0 + km_north(3.0)), 5.0));
    assert!(places.is_near_coast((4.2, 52.0 - km_north(1.9)), 2.0));
    assert!(!places.is_near_coast((4.2, 52.0 - km_north(2.2)), 2.0));
    assert!(!Places::default().knows_coast());
    assert!(Places::default().is_at_sea((4.5, 52.5), 0.0));
}

#[test]
fn polygons_may_be_cut_at_the_antimeridian_or_go_beyond_it() {
    let cut = [square(179.0, -17.0, 1.0), square(-180.0, -17.0, 1.0)];
    let beyond = [Polygon::new(
        LineString::from(vec![
            (179.0, -17.0),
            (181.0, -17.0),
            (181.0, -16.0),
            (179.0, -16.0),
            (179.0, -17.0),
        ]),
        Vec::new(),
    )];
    for land in [&cut[..], &beyond[..]] {
        let places = Places::new(Vec::new(), land, Vec::new());
        assert!(!places.is_at_sea((179.5, -16.5), 0.0));
        assert!(!places.is_at_sea((-179.5, -16.5), 0.0));
        assert!(places.is_at_sea((-178.5, -16.5), 0.0));
        // The cut is no coast.
        assert!(!places.is_near_coast((180.0, -16.5), 20.0));
        assert!(places.is_near_coast((-178.99, -16.5), 2.0));
    }
}

#[test]
fn areas_are_found_by_kind_in_the_order_given() {
    let area = |id: &str, kind, lon: f64| Area {
        id: id.to_owned(),
        kind,
        outline: MultiPolygon(vec![square(lon, 10.0, 2.0)]),
    };
    let places = Places::new(
        vec![port("nowhere", f64::NAN, 0.0)],
        &[],
        vec![
            area("channel", AreaKind::Channel, 179.0),
            area("first", AreaKind::Licence, 179.0),
            area("second", AreaKind::Licence, 179.0),
            Area {
                id: "empty".to_owned(),
                kind: AreaKind::Licence,
                outline: MultiPolygon(Vec::new()),
            },
        ],
    );
    assert_eq!(places.refused(), ["nowhere", "empty"]);
    for lon_deg in [179.5, -179.5] {
        let found = places.area_at(AreaKind::Licence, (lon_deg, 11.0));
        assert_eq!(found.map(|area| area.id.as_str()), Some("first"));
    }
    assert!(places.area_at(AreaKind::Licence, (178.5, 11.0)).is_none());
    assert!(places.area_at(AreaKind::Wharf, (179.5, 11.0)).is_none());
}
