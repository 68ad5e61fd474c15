use geo_types::{Geometry, Point};
use silt_index::regions::{RegionIndex, RegionKind, RegionRule, RegionSet};

use super::*;
use crate::motion::{Path, distance_nm, unwrapped};
use crate::plan::hopper::wrapped;

// Quays lie on the coastline that Natural Earth generalises, some behind it.
const NEAR_PORT_NM: f64 = 4.0;

#[test]
fn routes_keep_off_land_but_near_the_port() {
    let set = RegionSet::bundled();
    let index = RegionIndex::new(&set);
    let is_land = |place: LonLat| {
        let point = Geometry::from(Point::new(wrapped(place.lon), place.lat));
        let found = index.regions_of(&point, RegionRule::EXACT);
        let country = format!("{}:", RegionKind::Country.as_str());
        found.regions.iter().any(|id| id.starts_with(&country))
    };
    // The check itself has to see land where there is some.
    assert!(
        is_land(LonLat {
            lon: 5.1,
            lat: 52.1
        }),
        "Utrecht"
    );
    for site in sites() {
        assert!(!is_land(site.pit), "{}: pit", site.name);
        let routes = [
            [&[site.pit], site.way, &[site.port]].concat(),
            vec![site.pit, site.dump],
            site.beach.map_or_else(Vec::new, |beach| {
                [&[site.pit], site.beach_way, &[beach]].concat()
            }),
        ];
        for route in routes.iter().filter(|route| !route.is_empty()) {
            let path = Path::through(route);
            let mut along_nm = 0.0;
            while along_nm < path.length_nm - NEAR_PORT_NM {
                let (place, _) = path.at(along_nm, &mut 0);
                assert!(
                    !is_land(place),
                    "{}: {along_nm:.1} nm from the pit, {place:?}",
                    site.name
                );
                along_nm += 0.5;
            }
        }
    }
}

#[test]
fn pits_ports_and_dumping_grounds_lie_apart() {
    for site in sites() {
        let port = unwrapped(site.port, site.pit);
        let dump = unwrapped(site.dump, site.pit);
        assert!(
            distance_nm(site.pit, port) > site.pit_radius_nm + 3.0,
            "{}: port",
            site.name
        );
        assert!(
            distance_nm(site.pit, dump) > site.pit_radius_nm + 1.0,
            "{}: dump",
            site.name
        );
        if let Some(beach) = site.beach {
            let beach = unwrapped(beach, site.pit);
            assert!(
                distance_nm(site.pit, beach) > site.pit_radius_nm + 1.0,
                "{}: beach",
                site.name
            );
        }
    }
}

#[test]
fn one_route_crosses_the_antimeridian_and_no_pit_does() {
    let crossing: Vec<&str> = sites()
        .iter()
        .filter(|site| (site.pit.lon - site.port.lon).abs() > 180.0)
        .map(|site| site.name)
        .collect();
    assert_eq!(crossing, ["Taveuni"]);
    for site in sites() {
        assert!(
            180.0 - site.pit.lon.abs() > 2.0 * site.pit_radius_nm / 60.0,
            "{}",
            site.name
        );
    }
}
