use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, Point, Polygon, Rect, line_string, polygon,
};

use super::*;

fn bounds_of(geometry: &Geometry<f64>) -> Vec<(f64, f64)> {
    let mut bounds = Vec::new();
    visit(geometry, &mut |_| {}, &mut |piece| {
        bounds.push((piece.bounds.min().x, piece.bounds.max().x));
    });
    bounds
}

#[test]
fn longitudes_are_wrapped_and_poles_kept_inside() {
    let x_of = |x: f64| wrapped(Coord { x, y: 0.0 }).x;
    assert_eq!([x_of(180.0), x_of(-180.0), x_of(540.0)], [-180.0; 3]);
    assert!((x_of(181.5) + 178.5).abs() < 1e-9);
    assert!((x_of(-185.0) - 175.0).abs() < 1e-9);
    assert!(wrapped(Coord { x: 0.0, y: -90.0 }).y > -89.999);
}

#[test]
fn a_track_over_the_antimeridian_continues_beyond_180() {
    let track: Geometry<f64> =
        line_string![(x: 179.0, y: 0.0), (x: -179.0, y: 1.0), (x: 178.0, y: 2.0)].into();
    assert_eq!(bounds_of(&track), [(178.0, 181.0)]);
}

#[test]
fn a_wide_area_is_wide() {
    let wide: Geometry<f64> = Rect::new((-170.0, -10.0), (170.0, 10.0)).into();
    assert_eq!(bounds_of(&wide), [(-170.0, 170.0)]);
}

#[test]
fn an_area_beyond_180_is_moved_by_whole_turns() {
    let area: Geometry<f64> =
        polygon![(x: 361.0, y: 0.0), (x: 363.0, y: 0.0), (x: 362.0, y: 1.0)].into();
    assert_eq!(bounds_of(&area), [(1.0, 3.0)]);
}

#[test]
fn parts_that_are_not_on_earth_are_left_out() {
    let empty = Polygon::new(LineString::new(Vec::new()), Vec::new());
    let collection = Geometry::GeometryCollection(GeometryCollection(vec![
        Point::new(f64::NAN, 0.0).into(),
        Point::new(0.0, 91.0).into(),
        Point::new(5.0, 5.0).into(),
        line_string![(x: 0.0, y: 0.0), (x: f64::INFINITY, y: 1.0)].into(),
        empty.into(),
    ]));
    let (mut points, mut pieces) = (0, 0);
    visit(&collection, &mut |_| points += 1, &mut |_| pieces += 1);
    assert_eq!((points, pieces), (1, 0));
}
