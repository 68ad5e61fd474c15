use geo_types::{Geometry, LineString, Polygon};
use silt_model::Domain;

use super::*;
use crate::testing::{Site, at, snapshot};

fn site(geometry: Geometry<f64>) -> Site {
    Site {
        geometry: Some(geometry),
        ..Site::default()
    }
}

fn find(sites: &[Site], place: (f64, f64), radius_km: f64) -> Near {
    let data = snapshot(Domain::Any, sites);
    near(&data, place, radius_km, 100, &silt_query::never_stop).expect("no one stops")
}

#[test]
fn the_nearest_come_first_and_the_antimeridian_is_no_border() {
    let sites = [
        at(-179.9, 0.0),
        at(179.5, 0.0),
        at(179.9, 0.3),
        at(0.0, 0.0),
    ];
    let found = find(&sites, (179.95, 0.0), 60.0);
    let rows: Vec<u32> = found.features.iter().map(|feature| feature.row).collect();
    assert_eq!(rows, [0, 2, 1]);
    let all = find(&sites, (0.0, 89.9), 20_100.0);
    assert_eq!(all.matched, 4, "round the pole");
}

#[test]
fn lines_and_polygons_are_near_by_their_nearest_place() {
    let line = LineString::from(vec![(0.0, 0.0), (10.0, 0.0)]);
    let ring = LineString::from(vec![
        (5.0, 1.0),
        (6.0, 1.0),
        (6.0, 2.0),
        (5.0, 2.0),
        (5.0, 1.0),
    ]);
    let sites = [
        site(Geometry::LineString(line)),
        site(Geometry::Polygon(Polygon::new(ring, Vec::new()))),
    ];
    let found = find(&sites, (5.5, 0.5), 100.0);
    let degree = EARTH_RADIUS_KM.to_radians();
    for feature in &found.features {
        assert!(
            (feature.distance_km - degree / 2.0).abs() < 0.01,
            "{feature:?}"
        );
        assert!((feature.nearest.0 - 5.5).abs() < 0.01, "{feature:?}");
    }
    assert_eq!(found.features.len(), 2);
    let inside = find(&sites, (5.5, 1.5), 1.0);
    assert_eq!(inside.features.len(), 1);
    assert_eq!(inside.features[0].distance_km, 0.0);
}

#[test]
fn the_box_never_loses_what_is_near() {
    let mut sites = Vec::new();
    for lon in -18..18 {
        for lat in -9..=9 {
            sites.push(at(f64::from(lon) * 10.0, f64::from(lat) * 10.0 * 0.999));
        }
    }
    for place in [(0.0, 0.0), (179.9, 60.0), (-170.0, -85.0), (30.0, 90.0)] {
        for radius_km in [10.0, 500.0, 5_000.0, 12_000.0, 20_000.0] {
            let expected = sites
                .iter()
                .filter_map(|site| match &site.geometry {
                    Some(Geometry::Point(point)) => Some((point.x(), point.y())),
                    _ => None,
                })
                .filter(|&at| great_circle_km(place, at) <= radius_km)
                .count();
            let found = find(&sites, place, radius_km);
            assert_eq!(found.matched as usize, expected, "{place:?} {radius_km}");
        }
    }
}
