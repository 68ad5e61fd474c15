use geo_types::{line_string, point, polygon};

use super::*;

fn geometry(text: &str) -> Geometry<f64> {
    parse_wkt(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .geometry
        .expect("not empty")
}

#[test]
fn points_as_registers_write_them() {
    let expected = Geometry::Point(point!(x: 146.33, y: -42.66));
    for text in [
        "POINT (146.33 -42.66)",
        "POINT(146.33 -42.66)",
        "  point ( 146.33   -42.66 ) ",
        "SRID=4326;POINT(146.33 -42.66)",
        "POINT Z (146.33 -42.66 12)",
        "POINTZ(146.33 -42.66 12)",
        "POINT ZM (146.33 -42.66 12 4)",
    ] {
        assert_eq!(geometry(text), expected, "{text}");
    }
    assert_eq!(
        parse_wkt("SRID=2994;POINT(1 2)").expect("valid").srid,
        Some(2994)
    );
    assert!(parse_wkt("POINT Z (1 2 3)").expect("valid").had_elevation);
    assert!(!parse_wkt("POINT (1 2)").expect("valid").had_elevation);
}

#[test]
fn every_type() {
    assert_eq!(
        geometry("LINESTRING (0 0, 1 1)"),
        Geometry::LineString(line_string![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0)])
    );
    assert_eq!(
        geometry("POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))"),
        Geometry::Polygon(polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0)],
            interiors: [[(x: 1.0, y: 1.0), (x: 2.0, y: 1.0), (x: 2.0, y: 2.0)]],
        ))
    );
    assert_eq!(
        geometry("MULTIPOINT (1 2, 3 4)"),
        geometry("MULTIPOINT ((1 2), (3 4))")
    );
    assert!(
        matches!(geometry("MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"), Geometry::MultiLineString(lines) if lines.0.len() == 2)
    );
    assert!(
        matches!(geometry("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"), Geometry::MultiPolygon(parts) if parts.0.len() == 1)
    );
    assert!(matches!(
        geometry("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1), POINT EMPTY)"),
        Geometry::GeometryCollection(members) if members.0.len() == 2
    ));
    assert_eq!(parse_wkt("POLYGON EMPTY").expect("valid").geometry, None);
}

#[test]
fn open_rings_are_closed_and_counted() {
    let read = parse_wkt("POLYGON ((0 0, 4 0, 4 4))").expect("readable");
    assert_eq!(read.rings_closed, 1);
    assert_eq!(
        geometry("POLYGON ((0 0, 4 0, 4 4, 0 0))"),
        read.geometry.expect("not empty")
    );
}

#[test]
fn what_is_no_geometry_says_where() {
    let cases = [
        ("", 1, "not the name of a geometry type"),
        ("CIRCLE (1 2)", 1, "not the name of a geometry type"),
        ("POINT 1 2", 7, "`(` is missing"),
        ("POINT (1)", 9, "not a number"),
        ("POINT (1 b)", 10, "not a number"),
        ("POINT (1 NaN)", 10, "not a finite number"),
        ("POINT (1 1e999)", 10, "not a finite number"),
        ("POINT (1 2", 11, "`)` is missing, or a coordinate too many"),
        ("POINT (1 2) x", 13, "text after the geometry"),
        ("LINESTRING (0 0, 1 1", 21, "`)` or `,` is missing"),
        ("SRID=x;POINT (1 2)", 1, "SRID is not a number"),
        ("PÖINT (1 2)", 1, "not the name of a geometry type"),
    ];
    for (text, at, reason) in cases {
        assert_eq!(parse_wkt(text), Err(WktError { at, reason }), "{text}");
    }
    let nested = "GEOMETRYCOLLECTION(".repeat(10_000);
    assert_eq!(
        parse_wkt(&nested).expect_err("too deep").reason,
        "collections are nested too deep"
    );
}
