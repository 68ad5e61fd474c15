use super::*;
use geo_types::{line_string, polygon};

fn shapes(geometry: Geometry<f64>) -> ShapeStore {
    let mut store = ShapeStore::default();
    push_geometry(&mut store, 0, &geometry);
    store
}

fn parts(store: &ShapeStore) -> Vec<Vec<Vec<[i32; 2]>>> {
    store
        .parts(0)
        .map(|part| part.rings(u8::MAX).map(Iterator::collect).collect())
        .collect()
}

#[test]
fn exteriors_and_holes_turn_as_their_role_wants() {
    for is_reversed in [false, true] {
        let mut exterior = line_string![(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0), (x: 0.0, y: 0.0)];
        let mut hole =
            line_string![(x: 3.0, y: 3.0), (x: 6.0, y: 3.0), (x: 6.0, y: 6.0), (x: 3.0, y: 3.0)];
        if is_reversed {
            exterior.0.reverse();
            hole.0.reverse();
        }
        let store = shapes(Polygon::new(exterior, vec![hole]).into());
        let rings = &parts(&store)[0];
        assert_eq!((rings[0].len(), rings[1].len()), (4, 3));
        assert!(signed_area(&rings[0]) > 0);
        assert!(signed_area(&rings[1]) < 0);
    }
}

#[test]
fn a_hole_follows_its_exterior_across_the_antimeridian() {
    let exterior = line_string![(x: 170.0, y: 0.0), (x: -170.0, y: 0.0), (x: -170.0, y: 9.0), (x: 170.0, y: 9.0), (x: 170.0, y: 0.0)];
    let hole = line_string![(x: -178.0, y: 3.0), (x: -174.0, y: 3.0), (x: -174.0, y: 6.0), (x: -178.0, y: 3.0)];
    let store = shapes(Polygon::new(exterior, vec![hole]).into());
    let rings = &parts(&store)[0];
    let west = rings[0]
        .iter()
        .map(|vertex| vertex[0])
        .min()
        .expect("not empty");
    let east = rings[0]
        .iter()
        .map(|vertex| vertex[0])
        .max()
        .expect("not empty");
    assert!(
        rings[1]
            .iter()
            .all(|vertex| (west..east).contains(&vertex[0]))
    );
    assert!(i64::from(east) > SHAPE_WORLD);
}

#[test]
fn a_point_of_a_line_is_not_a_line_but_two_are() {
    let mut store = ShapeStore::default();
    let line = Geometry::LineString(line_string![(x: 1.0, y: 1.0)]);
    assert!(!push_geometry(&mut store, 0, &line));
    let point = Geometry::Point(geo_types::Point::new(1.0, 1.0));
    assert!(push_geometry(&mut store, 0, &point));
    assert_eq!(store.len(), 0);
}

#[test]
fn deep_collections_need_no_stack() {
    let mut geometry =
        Geometry::Polygon(polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 0.0, y: 1.0)]);
    for _ in 0..2000 {
        geometry = Geometry::GeometryCollection(geo_types::GeometryCollection(vec![geometry]));
    }
    assert_eq!(shapes(geometry).len(), 1);
}
