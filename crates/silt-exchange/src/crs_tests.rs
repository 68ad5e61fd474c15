use geo_types::{LineString, Point, line_string, point};

use super::*;

#[test]
fn wgs84_by_every_name() {
    for name in [
        "EPSG:4326",
        "epsg:4326",
        "EPSG::4326",
        "4326",
        "WGS84",
        "WGS 84",
        "CRS84",
        "OGC:CRS84",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4326",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "+proj=longlat +datum=WGS84 +no_defs +type=crs",
        r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#,
    ] {
        let crs = Crs::parse(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(crs.source_name(), None, "{name}");
    }
}

#[test]
fn projected_by_every_name() {
    for name in [
        "EPSG:32723",
        "urn:ogc:def:crs:EPSG::32723",
        "urn:ogc:def:crs:EPSG:9.9:32723",
        "https://www.opengis.net/def/crs/EPSG/0/32723",
    ] {
        let crs = Crs::parse(name).expect("a known system");
        assert_eq!(crs.source_name().as_deref(), Some("EPSG:32723"), "{name}");
        assert_eq!(crs, Crs::utm(23, true));
    }
}

#[test]
fn unknown_names_are_named() {
    for name in [
        "EPSG:999999",
        "EPSG:",
        "",
        "moon",
        "/etc/passwd",
        "http://example.org/crs",
        "PROJCS[",
    ] {
        let error = Crs::parse(name).expect_err(name);
        assert!(error.to_string().contains(name), "{error}");
    }
}

/// Values of PROJ's `cs2cs EPSG:32719 EPSG:4326` and `EPSG:2994`, as pyproj 3.7 gives them.
#[test]
fn positions_agree_with_proj() {
    let cases = [
        (
            "EPSG:32719",
            541170.1216,
            7684083.9024,
            -68.604_014_18,
            -20.943_234_30,
        ),
        (
            "EPSG:2994",
            1_000_000.0,
            900_000.0,
            -121.691_546_20,
            44.212_880_88,
        ),
        (
            "EPSG:26912",
            450_000.0,
            4_400_000.0,
            -111.583_618_66,
            39.748_440_37,
        ),
    ];
    for (name, x, y, longitude, latitude) in cases {
        let crs = Crs::parse(name).expect("a known system");
        let (found_longitude, found_latitude) = crs.to_wgs84(x, y).expect("in its domain");
        // A metre: which of several datum shifts PROJ takes depends on the grids installed.
        assert!(
            (found_longitude - longitude).abs() < 1e-5,
            "{name} {found_longitude}"
        );
        assert!(
            (found_latitude - latitude).abs() < 1e-5,
            "{name} {found_latitude}"
        );
    }
}

#[test]
fn a_position_outside_the_domain_is_an_error_and_changes_nothing() {
    let crs = Crs::utm(19, true);
    let mut line = Geometry::LineString(line_string![
        (x: 500_000.0, y: 7_000_000.0),
        (x: 1e300, y: 1e300),
    ]);
    let before = line.clone();
    let error = crs.geometry_to_wgs84(&mut line).expect_err("no such place");
    assert!(matches!(error, CrsError::OutOfDomain { .. }));
    assert_eq!(line, before);
}

#[test]
fn a_geometry_is_converted_position_by_position() {
    let crs = Crs::utm(19, true);
    let positions = [(500_000.0, 7_000_000.0), (510_000.0, 7_100_000.0)];
    let mut line = Geometry::LineString(LineString::from(positions.to_vec()));
    crs.geometry_to_wgs84(&mut line).expect("in its domain");
    let expected: Vec<Point<f64>> = positions
        .iter()
        .map(|(x, y)| {
            let (longitude, latitude) = crs.to_wgs84(*x, *y).expect("in its domain");
            point!(x: longitude, y: latitude)
        })
        .collect();
    assert_eq!(line, Geometry::LineString(LineString::from(expected)));
}
