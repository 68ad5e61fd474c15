use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::*;

fn polygon(ring: &[(f64, f64)]) -> MultiPolygon<f64> {
    MultiPolygon::new(vec![Polygon::new(
        LineString::from(ring.to_vec()),
        Vec::new(),
    )])
}

fn holds(shape: &Shape, x: f64, y: f64) -> bool {
    shape.contains(Coord { x, y })
}

#[test]
fn a_ring_across_the_antimeridian_may_be_cut_or_not() {
    let jumping = [
        (170.0, 0.0),
        (-170.0, 0.0),
        (-170.0, 10.0),
        (170.0, 10.0),
        (170.0, 0.0),
    ];
    let going_on = [
        (170.0, 0.0),
        (190.0, 0.0),
        (190.0, 10.0),
        (170.0, 10.0),
        (170.0, 0.0),
    ];
    for ring in [jumping, going_on] {
        let shape = Shape::of_polygons(polygon(&ring), 100).expect("a shape");
        for (x, inside) in [
            (175.0, true),
            (-175.0, true),
            (180.0, true),
            (165.0, false),
            (0.0, false),
        ] {
            assert_eq!(holds(&shape, x, 5.0), inside, "{ring:?} {x}");
        }
    }
    let bbox = Shape::of_bbox([170.0, 0.0, -170.0, 10.0]);
    assert!(holds(&bbox, -175.0, 5.0) && !holds(&bbox, 0.0, 5.0));
}

#[test]
fn holes_are_holes() {
    let ring = |low: f64, high: f64| {
        LineString::from(vec![
            (low, low),
            (high, low),
            (high, high),
            (low, high),
            (low, low),
        ])
    };
    let polygons = MultiPolygon::new(vec![Polygon::new(ring(0.0, 10.0), vec![ring(4.0, 6.0)])]);
    let shape = Shape::of_polygons(polygons, 100).expect("a shape");
    assert!(holds(&shape, 2.0, 2.0) && !holds(&shape, 5.0, 5.0) && !holds(&shape, 11.0, 5.0));
}

#[test]
fn what_is_no_polygon_is_refused_with_the_place() {
    let bow_tie = [
        (0.0, 0.0),
        (10.0, 10.0),
        (10.0, 0.0),
        (0.0, 10.0),
        (0.0, 0.0),
    ];
    let error = Shape::of_polygons(polygon(&bow_tie), 100).expect_err("it crosses itself");
    let text = error.to_string();
    assert!(
        text.contains("longitude 5.000000, latitude 5.000000"),
        "{text}"
    );
    let around_pole = [(0.0, 80.0), (120.0, 80.0), (-120.0, 80.0), (0.0, 80.0)];
    let open = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let nowhere = [(0.0, 0.0), (1.0, 0.0), (1.0, 91.0), (0.0, 0.0)];
    let not_a_number = [(0.0, 0.0), (1.0, 0.0), (f64::NAN, 1.0), (0.0, 0.0)];
    for ring in [&around_pole[..], &open, &nowhere, &not_a_number] {
        // `Polygon::new` closes rings; an open one is closed by it and fine.
        let result = Shape::of_polygons(polygon(ring), 100);
        assert_eq!(
            result.is_ok(),
            ring.len() == 4 && ring[3] == (0.0, 1.0),
            "{ring:?}"
        );
    }
    let many: Vec<(f64, f64)> = (0..=100)
        .map(|at| {
            let angle = f64::from(at % 100) / 100.0 * std::f64::consts::TAU;
            (angle.cos(), angle.sin())
        })
        .collect();
    assert!(Shape::of_polygons(polygon(&many), 101).is_ok());
    let error = Shape::of_polygons(polygon(&many), 100).expect_err("too many vertices");
    assert!(error.to_string().contains("101 vertices"), "{error}");
    assert!(Shape::of_polygons(MultiPolygon::new(Vec::new()), 100).is_err());
}
