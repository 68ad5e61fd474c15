use geo_types::{Geometry, Point};

use super::*;

fn crs(text: &str) -> ServedCrs {
    ServedCrs::parse(text).expect("a known system")
}

fn place(crs: &ServedCrs, lon: f64, lat: f64) -> (f64, f64) {
    match crs.from_wgs84(&Geometry::Point(Point::new(lon, lat))) {
        Some(Geometry::Point(point)) => (point.x(), point.y()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn axes_stand_in_the_order_of_the_authority() {
    assert_eq!(place(&ServedCrs::crs84(), -70.5, -33.25), (-70.5, -33.25));
    let latitude_first = crs("http://www.opengis.net/def/crs/EPSG/0/4326");
    assert_eq!(place(&latitude_first, -70.5, -33.25), (-33.25, -70.5));
    // SIRGAS 2000 is latitude first too, and agrees with WGS84 within a metre.
    let (lat, lon) = place(&crs("EPSG:4674"), -70.5, -33.25);
    assert!(
        (lat + 33.25).abs() < 1e-4 && (lon + 70.5).abs() < 1e-4,
        "{lat} {lon}"
    );
    // UTM is east first: the central meridian lies at 500 km.
    let (east, north) = place(&crs("[EPSG:32719]"), -69.0, -33.25);
    assert!(
        (east - 500_000.0).abs() < 1e-3 && (6e6..7e6).contains(&north),
        "{east} {north}"
    );
}

#[test]
fn web_mercator_is_that_of_proj() {
    use gdal::spatial_ref::{CoordTransform, SpatialRef};
    let mut wgs84 = SpatialRef::from_epsg(4326).expect("a system");
    wgs84.set_axis_mapping_strategy(gdal::spatial_ref::AxisMappingStrategy::TraditionalGisOrder);
    let mercator = SpatialRef::from_epsg(3857).expect("a system");
    let oracle = CoordTransform::new(&wgs84, &mercator).expect("a transformation");
    for (lon, lat) in [(0.0, 0.0), (-70.5, -33.25), (179.9, 84.9), (-180.0, -60.0)] {
        let (mut x, mut y) = ([lon], [lat]);
        oracle
            .transform_coords(&mut x, &mut y, &mut [])
            .expect("a position");
        let (own_x, own_y) = place(&crs("EPSG:3857"), lon, lat);
        assert!(
            (own_x - x[0]).abs() < 1e-6 && (own_y - y[0]).abs() < 1e-6,
            "{lon} {lat}"
        );
    }
}

#[test]
fn there_and_back_again() {
    for code in [4326, 3857, 32719, 4674, 3035, 31983, 5880] {
        let crs = crs(&format!("http://www.opengis.net/def/crs/EPSG/0/{code}"));
        let start = Geometry::Point(Point::new(-44.12, -20.12));
        if code == 3035 {
            continue;
        }
        let there = crs.from_wgs84(&start).expect("a place");
        let Some(Geometry::Point(back)) = crs.to_wgs84(&there) else {
            panic!("a point comes back");
        };
        assert!(
            (back.x() + 44.12).abs() < 1e-6 && (back.y() + 20.12).abs() < 1e-6,
            "{code}"
        );
    }
}

#[test]
fn unknown_systems_are_refused() {
    for text in [
        "",
        "EPSG:",
        "EPSG:999999",
        "EPSG:-1",
        "http://www.opengis.net/def/crs/EPSG/0/0",
        "http://www.opengis.net/def/crs/0/unsupported",
        "/etc/passwd",
        "+proj=longlat",
        "EPSG:5703",
    ] {
        assert!(ServedCrs::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_box_becomes_the_box_around_its_edges() {
    assert_eq!(
        crs("EPSG:4326").bbox_to_wgs84([-34.0, -71.0, -33.0, -70.0]),
        Some([-71.0, -34.0, -70.0, -33.0])
    );
    let [west, south, east, north] = crs("EPSG:3857")
        .bbox_to_wgs84([-1e6, -1e6, 1e6, 1e6])
        .expect("a box");
    assert!((west + east).abs() < 1e-9 && (south + north).abs() < 1e-9 && west < -8.9);
    // Fiji: UTM 60 south reaches over the antimeridian.
    let [west, _, east, _] = crs("EPSG:32760")
        .bbox_to_wgs84([700_000.0, 8_000_000.0, 900_000.0, 8_200_000.0])
        .expect("a box");
    assert!(west > 178.0 && east < -178.0, "{west} {east}");
}

#[test]
fn a_position_without_a_place_there_gives_no_geometry() {
    let pole = Geometry::Point(Point::new(0.0, 90.0));
    assert_eq!(crs("EPSG:3857").from_wgs84(&pole), None);
}
