use geo_types::{line_string, point, polygon};

use super::*;

fn read(text: &str) -> Result<Option<Geometry<f64>>, String> {
    let mut cursor = Cursor::new(text, 128);
    GeometryReader::new(&mut cursor)
        .read()
        .map_err(|problem| problem.reason)
}

#[test]
fn equals_the_geojson_crate_on_every_type() {
    let texts = [
        r#"{"type":"Point","coordinates":[1.5,-2]}"#,
        r#"{"coordinates":[[1,2],[3,4]],"type":"MultiPoint"}"#,
        r#"{"type":"LineString","coordinates":[[1,2],[3,4.25]]}"#,
        r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}"#,
        r#"{"coordinates":[[[0,0],[4,0],[4,4],[0,0]],[[1,1],[2,1],[2,2],[1,1]]],"type":"Polygon"}"#,
        r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,0]]],[[[9,9],[8,9],[8,8],[9,9]]]]}"#,
        r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"LineString","coordinates":[[1,2],[3,4]]}]}"#,
    ];
    for text in texts {
        let by_crate: geojson::Geometry = text.parse().expect("valid GeoJSON");
        let expected: Geometry<f64> = by_crate.try_into().expect("a geometry");
        assert_eq!(read(text), Ok(Some(expected)), "{text}");
    }
}

#[test]
fn more_than_two_dimensions_are_noted() {
    let mut cursor = Cursor::new(
        r#"{"type":"LineString","coordinates":[[1,2,300],[3,4,null,7]]}"#,
        128,
    );
    let mut reader = GeometryReader::new(&mut cursor);
    let line = line_string![(x: 1.0, y: 2.0), (x: 3.0, y: 4.0)];
    assert_eq!(reader.read().expect("a line"), Some(line.into()));
    assert!(reader.had_elevation);
}

#[test]
fn empty_geometries_are_absent() {
    for text in [
        r#"{"type":"Point","coordinates":[]}"#,
        r#"{"type":"Polygon","coordinates":[]}"#,
        r#"{"type":"Polygon","coordinates":[[]]}"#,
        r#"{"type":"MultiPolygon","coordinates":null}"#,
        r#"{"type":"GeometryCollection","geometries":[]}"#,
    ] {
        assert_eq!(read(text), Ok(None), "{text}");
    }
}

#[test]
fn an_open_ring_is_closed_and_counted() {
    let mut cursor = Cursor::new(
        r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4]]]}"#,
        128,
    );
    let mut reader = GeometryReader::new(&mut cursor);
    let closed = polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 0.0)];
    assert_eq!(reader.read().expect("a polygon"), Some(closed.into()));
    assert_eq!(reader.rings_closed, 1);
}

#[test]
fn faults_say_what_is_wrong() {
    let cases = [
        (
            r#"{"type":"Pint","coordinates":[1,2]}"#,
            "`Pint` is not a geometry type",
        ),
        (r#"{"coordinates":[1,2]}"#, "no `type`"),
        (r#"{"type":"Point"}"#, "no `coordinates`"),
        (r#"{"type":"Point","coordinates":[1]}"#, "one number only"),
        (r#"{"type":"Point","coordinates":["1","2"]}"#, "is text"),
        (r#"{"type":"Point","coordinates":[1,NaN]}"#, "is NaN"),
        (
            r#"{"type":"Point","coordinates":[-Infinity,2]}"#,
            "is -Infinity",
        ),
        (r#"{"type":"Point","coordinates":[1e999,2]}"#, "too large"),
        (r#"{"type":"Point","coordinates":[null,2]}"#, "is null"),
        (
            r#"{"type":"Point","coordinates":[[1,2]]}"#,
            "one array too many",
        ),
        (
            r#"{"type":"Polygon","coordinates":[[1,2],[3,4]]}"#,
            "an array is missing",
        ),
        (
            r#"{"type":"LineString","coordinates":[1,2]}"#,
            "an array is missing",
        ),
        (r#"{"type":7,"coordinates":[1,2]}"#, "not text"),
        (r#"[1,2]"#, "not an object"),
    ];
    for (text, expected) in cases {
        let reason = read(text).expect_err(text);
        assert!(reason.contains(expected), "{text}: {reason}");
    }
}

#[test]
fn collections_cannot_exhaust_the_stack() {
    let open = r#"{"type":"GeometryCollection","geometries":["#;
    let text = format!(
        "{}{}{}",
        open.repeat(100_000),
        r#"{"type":"Point","coordinates":[1,2]}"#,
        "]}".repeat(100_000)
    );
    assert!(read(&text).expect_err("too deep").contains("nested deeper"));
    assert_eq!(
        read(r#"{"type":"Point","coordinates":[1,2]}"#),
        Ok(Some(point!(x: 1.0, y: 2.0).into()))
    );
}
