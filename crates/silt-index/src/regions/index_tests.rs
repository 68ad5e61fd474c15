use geo::{BoundingRect, Contains, Intersects};
use geo_types::{
    Geometry, LineString, MultiPoint, MultiPolygon, Point, Polygon, Rect, line_string, point,
    polygon,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::super::UserRegion;
use super::*;

fn regions(geometry: impl Into<Geometry<f64>>, rule: RegionRule) -> Vec<String> {
    let assigned = RegionIndex::bundled().regions_of(&geometry.into(), rule);
    assigned.regions.iter().map(|id| id.to_string()).collect()
}

fn countries(geometry: impl Into<Geometry<f64>>) -> Vec<String> {
    let all = regions(geometry, RegionRule::EXACT);
    all.into_iter()
        .filter(|id| id.starts_with("iso3:") || id.starts_with("ne:"))
        .collect()
}

fn countries_at(lon: f64, lat: f64) -> Vec<String> {
    countries(Point::new(lon, lat))
}

#[test]
fn places_lie_where_they_should() {
    assert_eq!(
        regions(point!(x: -44.12, y: -20.12), RegionRule::EXACT),
        ["admin1:BR-MG", "iso3:BRA"]
    );
    assert_eq!(
        regions(point!(x: 3.0, y: 56.0), RegionRule::EXACT),
        ["sea:north-sea"]
    );
    assert_eq!(
        regions(point!(x: 18.0, y: 36.0), RegionRule::EXACT),
        ["sea:mediterranean-sea"]
    );
    for (lon, lat, country) in [
        (2.35, 48.86, "iso3:FRA"),
        (-53.0, 4.0, "iso3:GUF"),
        (10.75, 59.91, "iso3:NOR"),
        (17.0, 79.2, "iso3:SJM"),
        (20.9, 42.6, "iso3:XKX"),
        (44.1, 9.6, "ne:somaliland"),
        (33.5, 35.3, "ne:northern-cyprus"),
        (28.2, -29.6, "iso3:LSO"),
        (105.63, -10.49, "iso3:CXR"),
    ] {
        assert_eq!(countries_at(lon, lat), [country], "{lon} {lat}");
    }
}

#[test]
fn the_antimeridian_divides_no_country() {
    // Taveuni and Vanua Levu (Fiji), Chukotka and Wrangel Island (Russia), Antarctica.
    for (lon, lat, country) in [
        (179.97, -16.9, "iso3:FJI"),
        (179.3, -16.6, "iso3:FJI"),
        (178.0, -17.8, "iso3:FJI"),
        (-179.98, -16.85, "iso3:FJI"),
        (180.0, -16.85, "iso3:FJI"),
        (-180.0, -16.85, "iso3:FJI"),
        (179.0, 68.5, "iso3:RUS"),
        (-175.0, 66.5, "iso3:RUS"),
        (185.0, 66.5, "iso3:RUS"),
        (181.5, 68.0, "iso3:RUS"),
        (180.0, 68.0, "iso3:RUS"),
        (-180.0, 68.0, "iso3:RUS"),
        (180.0, 71.2, "iso3:RUS"),
        (-540.0, 68.0, "iso3:RUS"),
        (180.0, -85.0, "iso3:ATA"),
        (-180.0, -85.0, "iso3:ATA"),
        (179.999, -89.0, "iso3:ATA"),
    ] {
        assert_eq!(countries_at(lon, lat), [country], "{lon} {lat}");
    }
}

#[test]
fn the_poles_are_somewhere() {
    for lon in [-180.0, -90.0, 0.0, 45.0, 179.9, 180.0] {
        assert_eq!(countries_at(lon, -90.0), ["iso3:ATA"], "{lon}");
        assert_eq!(
            regions(Point::new(lon, 90.0), RegionRule::EXACT),
            ["sea:arctic-ocean"],
            "{lon}"
        );
    }
}

#[test]
fn lines_and_areas_over_the_antimeridian_reach_both_sides() {
    let near_fiji = [
        Geometry::from(
            polygon![(x: 178.0, y: -17.0), (x: 182.0, y: -17.0), (x: 182.0, y: -16.0), (x: 178.0, y: -16.0)],
        ),
        Geometry::from(
            polygon![(x: -182.0, y: -17.0), (x: -178.0, y: -17.0), (x: -178.0, y: -16.0), (x: -182.0, y: -16.0)],
        ),
        Geometry::from(line_string![(x: 179.0, y: -16.8), (x: -179.0, y: -16.8)]),
    ];
    for geometry in near_fiji {
        assert_eq!(countries(geometry.clone()), ["iso3:FJI"], "{geometry:?}");
    }
    // From Siberia to Alaska the short way, not through the rest of the world.
    let track = line_string![(x: 170.0, y: 66.0), (x: -160.0, y: 66.0)];
    assert_eq!(countries(track), ["iso3:RUS", "iso3:USA"]);
}

#[test]
fn what_is_not_on_earth_has_no_region() {
    for (lon, lat) in [
        (f64::NAN, 0.0),
        (0.0, f64::NAN),
        (f64::INFINITY, 0.0),
        (10.0, 91.0),
        (10.0, -90.001),
    ] {
        let assigned =
            RegionIndex::bundled().regions_of(&Point::new(lon, lat).into(), RegionRule::default());
        assert_eq!(assigned, Assigned::default(), "{lon} {lat}");
    }
    let empty = Geometry::from(LineString::<f64>::new(Vec::new()));
    assert_eq!(
        RegionIndex::bundled().regions_of(&empty, RegionRule::default()),
        Assigned::default()
    );
}

#[test]
fn the_coast_tolerance_is_measured_and_stated() {
    // A Chilean deposit 3.3 km off the 1:50m coastline.
    let deposit = Geometry::from(Point::new(-70.499_607_89, -25.099_173_24));
    let index = RegionIndex::bundled();
    let off = index.regions_of(&deposit, RegionRule::EXACT);
    assert!(
        !off.regions.iter().any(|id| id.starts_with("iso3:")),
        "{off:?}"
    );
    assert_eq!(
        (off.by_tolerance_km, off.admin1_by_tolerance_km),
        (None, None)
    );

    let on = index.regions_of(&deposit, RegionRule::default());
    let ids: Vec<&str> = on.regions.iter().map(|id| &**id).collect();
    assert_eq!(ids, ["admin1:CL-AN", "iso3:CHL", "sea:south-pacific-ocean"]);
    let km = on.by_tolerance_km.expect("the country came by tolerance");
    assert!((3.2..3.5).contains(&km), "{km}");

    let too_short = index.regions_of(
        &deposit,
        RegionRule {
            coast_tolerance_km: km - 0.01,
        },
    );
    assert_eq!(too_short.by_tolerance_km, None);
    let mid_ocean = index.regions_of(&Point::new(-120.0, -30.0).into(), RegionRule::default());
    assert_eq!(mid_ocean.by_tolerance_km, None);
}

#[test]
fn a_line_off_the_coast_takes_the_tolerance_of_its_nearest_vertex() {
    let quay = line_string![(x: -70.6, y: -25.1), (x: -70.5, y: -25.1)];
    let assigned = RegionIndex::bundled().regions_of(&quay.into(), RegionRule::default());
    assert!(
        assigned.regions.iter().any(|id| &**id == "iso3:CHL"),
        "{assigned:?}"
    );
    assert!(
        assigned.by_tolerance_km.is_some_and(|km| km < 4.0),
        "{assigned:?}"
    );
}

#[test]
fn an_area_around_a_country_contains_it() {
    let around_lesotho = Rect::new((26.0, -31.5), (30.5, -28.0));
    assert_eq!(countries(around_lesotho), ["iso3:LSO", "iso3:ZAF"]);
    // An island within an area of sea: no vertex on land, no border crossed.
    let around_nauru = Rect::new((166.0, -1.0), (168.0, 0.0));
    assert_eq!(countries(around_nauru), ["iso3:NRU"]);
    let everything = countries(Rect::new((-180.0, -90.0), (180.0, 90.0)));
    assert_eq!(everything.len(), 252);
}

#[test]
fn the_parts_of_a_collection_count_together() {
    let points = MultiPoint::from(vec![(-44.12, -20.12), (28.2, -29.6), (f64::NAN, 0.0)]);
    assert_eq!(countries(points), ["iso3:BRA", "iso3:LSO"]);
}

#[test]
fn user_regions_are_found_on_both_sides_of_the_antimeridian() {
    let area = polygon![(x: 179.0, y: -20.0), (x: 181.0, y: -20.0), (x: 181.0, y: -19.0), (x: 179.0, y: -19.0)];
    let region = UserRegion {
        id: "aoi:lau".to_owned(),
        name: "Lau basin".to_owned(),
        geometry: MultiPolygon::new(vec![area]),
    };
    let set = RegionSet::bundled()
        .with_user_regions(vec![region])
        .expect("the region is valid");
    let index = RegionIndex::new(&set);
    for lon in [179.5, 180.0, -180.0, -179.5, 180.5] {
        let assigned = index.regions_of(&Point::new(lon, -19.5).into(), RegionRule::EXACT);
        let ids: Vec<&str> = assigned.regions.iter().map(|id| &**id).collect();
        assert_eq!(ids, ["aoi:lau", "sea:south-pacific-ocean"], "{lon}");
    }
    // The neighbours keep their numbers although the list moved.
    let minas = index.regions_of(&Point::new(-44.12, -20.12).into(), RegionRule::EXACT);
    assert_eq!(
        minas.regions.iter().map(|id| &**id).collect::<Vec<_>>(),
        ["admin1:BR-MG", "iso3:BRA"]
    );
}

/// All country polygons, for the comparison with plain algorithms.
fn all_countries() -> Vec<(String, MultiPolygon<f64>)> {
    let set = RegionSet::bundled();
    let entries = set
        .entries()
        .iter()
        .filter(|entry| entry.region.kind == RegionKind::Country);
    entries
        .map(|entry| (entry.region.id.to_string(), entry.own_polygons()))
        .collect()
}

/// Countries by geo's predicates, polygon by polygon.
fn brute_force(
    countries: &[(String, MultiPolygon<f64>)],
    meets: impl Fn(&Polygon<f64>) -> bool,
) -> Vec<String> {
    let found = countries
        .iter()
        .filter(|(_, polygons)| polygons.iter().any(&meets));
    found.map(|(id, _)| id.clone()).collect()
}

fn boxes_meet(a: &Polygon<f64>, b: Rect<f64>) -> bool {
    a.bounding_rect().is_some_and(|rect| rect.intersects(&b))
}

#[test]
fn points_agree_with_brute_force() {
    let all = all_countries();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    // Half over the world, half beside a vertex of a border or coast.
    let vertices: Vec<Coord<f64>> = all
        .iter()
        .flat_map(|(_, p)| p.iter())
        .flat_map(|p| p.exterior().0.clone())
        .collect();
    let anywhere = (-180.0..180.0_f64, -89.9..89.9_f64).boxed();
    let near_border = (0..vertices.len(), -0.05..0.05_f64, -0.05..0.05_f64)
        .prop_map(move |(i, dx, dy)| (vertices[i].x + dx, vertices[i].y + dy))
        .prop_filter("inside the plane", |(x, y)| {
            x.abs() < 180.0 && y.abs() < 89.9
        })
        .boxed();
    let positions = prop::collection::vec(prop_oneof![anywhere, near_border], 4000);
    let tree = positions
        .new_tree(&mut runner)
        .expect("positions can be drawn");
    let mut on_land = 0;
    for (lon, lat) in tree.current() {
        let point = Point::new(lon, lat);
        let expected = brute_force(&all, |polygon| {
            boxes_meet(polygon, Rect::new(point, point)) && polygon.contains(&point)
        });
        on_land += usize::from(!expected.is_empty());
        assert_eq!(countries(point), expected, "{lon} {lat}");
    }
    assert!(
        (1000..3000).contains(&on_land),
        "{on_land} of 4000 on land: the sample is one-sided"
    );
}

#[test]
fn lines_and_areas_agree_with_brute_force() {
    let all = all_countries();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let vertices: Vec<Coord<f64>> = all
        .iter()
        .flat_map(|(_, p)| p.iter())
        .flat_map(|p| p.exterior().0.clone())
        .collect();
    let shapes = prop::collection::vec(
        (
            0..vertices.len(),
            0.001..3.0_f64,
            prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 3..12),
        ),
        400,
    );
    let tree = shapes.new_tree(&mut runner).expect("shapes can be drawn");
    let mut several = 0;
    for (vertex, size, offsets) in tree.current() {
        let centre = vertices[vertex];
        if centre.x.abs() > 176.0 || centre.y.abs() > 85.0 {
            continue;
        }
        let at = |&(dx, dy): &(f64, f64)| Coord {
            x: centre.x + size * dx,
            y: centre.y + size * dy,
        };
        let line: LineString<f64> = offsets.iter().map(at).collect();
        let bounds = line.bounding_rect().expect("the line has positions");
        let expected = brute_force(&all, |polygon| {
            boxes_meet(polygon, bounds) && polygon.intersects(&line)
        });
        several += usize::from(expected.len() > 1);
        assert_eq!(countries(line.clone()), expected, "{line:?}");

        let area = Rect::new(bounds.min(), bounds.max()).to_polygon();
        let expected = brute_force(&all, |polygon| {
            boxes_meet(polygon, bounds) && polygon.intersects(&area)
        });
        assert_eq!(countries(area), expected, "{bounds:?}");
    }
    assert!(several > 50, "only {several} shapes meet several countries");
}

/// The same place has the same regions on every turn of the globe.
#[test]
fn whole_turns_change_nothing() {
    proptest!(|(lon in -179.9..179.9_f64, lat in -89.9..89.9_f64, turns in -3..=3_i32)| {
        let turned = lon + 360.0 * f64::from(turns);
        // A turn costs some digits; skip what lies within them of a border.
        let back = turned - 360.0 * f64::from(turns);
        let rule = RegionRule::EXACT;
        prop_assert_eq!(regions(Point::new(turned, lat), rule), regions(Point::new(back, lat), rule));
    });
}
