use geo::algorithm::{Rotate, Translate};
use geo_types::{LineString, MultiPolygon, Point};
use proptest::prelude::*;

use super::*;
use crate::never_stop;
use crate::test_data::{Row, snapshot};

const OPERATORS: [(&str, SpatialOperator); 8] = [
    ("s_intersects", SpatialOperator::Intersects),
    ("s_disjoint", SpatialOperator::Disjoint),
    ("s_within", SpatialOperator::Within),
    ("s_contains", SpatialOperator::Contains),
    ("s_touches", SpatialOperator::Touches),
    ("s_crosses", SpatialOperator::Crosses),
    ("s_overlaps", SpatialOperator::Overlaps),
    ("s_equals", SpatialOperator::Equals),
];

fn rect(x: f64, y: f64, width: f64, height: f64) -> Polygon<f64> {
    let corner = Coord { x, y };
    Rect::new(
        corner,
        corner
            + Coord {
                x: width,
                y: height,
            },
    )
    .to_polygon()
}

/// Points, lines, and polygons with holes and in parts, on a coarse grid so that they touch.
fn geometry() -> impl Strategy<Value = Geometry<f64>> {
    let coarse = || (-4_i32..5).prop_map(f64::from);
    let size = || (1_i32..6).prop_map(f64::from);
    prop_oneof![
        (coarse(), coarse()).prop_map(|(x, y)| Point::new(x, y).into()),
        (coarse(), coarse(), size(), size()).prop_map(|(x, y, w, h)| LineString::from(vec![
            (x, y),
            (x + w, y + h)
        ])
        .into()),
        (coarse(), coarse(), size(), size()).prop_map(|(x, y, w, h)| rect(x, y, w, h).into()),
        (coarse(), coarse(), size()).prop_map(|(x, y, w)| rect(x, y, w, w)
            .rotate_around_point(45.0, Point::new(x, y))
            .into()),
        (coarse(), coarse()).prop_map(|(x, y)| {
            let hole = rect(x + 1.0, y + 1.0, 4.0, 4.0).exterior().clone();
            Polygon::new(rect(x, y, 6.0, 6.0).exterior().clone(), vec![hole]).into()
        }),
        (coarse(), coarse(), size()).prop_map(|(x, y, w)| {
            let apart = rect(x, y, w, w).translate(w + 1.0, 0.0);
            MultiPolygon(vec![rect(x, y, w, w), apart]).into()
        }),
    ]
}

/// Geometries whose touching survives the rounding of a cut.
fn upright() -> impl Strategy<Value = Geometry<f64>> {
    geometry().prop_filter("slanted", |geometry| {
        edges_of(geometry)
            .iter()
            .all(|edge| edge.dx() == 0.0 || edge.dy() == 0.0)
    })
}

fn decide(operator: SpatialOperator, feature: &Geometry<f64>, literal: &Geometry<f64>) -> Truth {
    let row = Row {
        fid: 1,
        geometry: Some(feature.clone()),
        ..Row::default()
    };
    let snapshot = snapshot(&[row]);
    let shape = Shape::new(literal.clone());
    Decider::new(operator, &shape, &snapshot, &never_stop).decide(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn the_short_cuts_agree_with_the_exact_relation(a in geometry(), b in geometry()) {
        for (name, operator) in OPERATORS {
            prop_assert_eq!(decide(operator, &a, &b), of_literals(operator, &a, &b), "{}", name);
        }
    }

    #[test]
    fn what_lies_across_the_antimeridian_is_no_different(a in upright(), b in upright()) {
        let moved = |geometry: &Geometry<f64>| geometry.translate(180.5, 0.0);
        for (name, operator) in &OPERATORS[..2] {
            let expected = of_literals(*operator, &a, &b);
            prop_assert_eq!(decide(*operator, &moved(&a), &moved(&b)), expected, "{}", name);
            let back = moved(&a).translate(-360.0, 0.0);
            prop_assert_eq!(decide(*operator, &back, &moved(&b)), expected, "{} back", name);
        }
    }
}

#[test]
fn a_point_on_the_antimeridian_is_on_both_sides() {
    let point: Geometry<f64> = Point::new(180.0, 0.0).into();
    let east: Geometry<f64> = rect(-180.0, -1.0, 5.0, 2.0).into();
    assert_eq!(
        decide(SpatialOperator::Intersects, &point, &east),
        Truth::True
    );
    assert_eq!(decide(SpatialOperator::Touches, &point, &east), Truth::True);
}

#[test]
fn geometries_that_are_not_valid_are_no_panic() {
    let bow_tie = Polygon::new(
        LineString::from(vec![
            (0.0, 0.0),
            (4.0, 4.0),
            (4.0, 0.0),
            (0.0, 4.0),
            (0.0, 0.0),
        ]),
        vec![],
    );
    let flat = Polygon::new(
        LineString::from(vec![(0.0, 0.0), (1.0, 1.0), (0.0, 0.0)]),
        vec![],
    );
    let empty = Polygon::new(LineString(vec![]), vec![]);
    for feature in [&bow_tie, &flat, &empty] {
        for literal in [&bow_tie, &flat, &empty] {
            for (_, operator) in OPERATORS {
                decide(operator, &feature.clone().into(), &literal.clone().into());
            }
        }
    }
}
