use geo::CoordinatePosition;
use geo::LinesIter;
use geo::coordinate_position::CoordPos;
use geo_types::{LineString, Polygon};
use proptest::prelude::*;

use super::*;

/// A star-shaped, hence valid, polygon on a coarse grid of positions, so that borders are met.
fn star(radii: &[u8]) -> Polygon<f64> {
    let count = radii.len();
    let position = |(step, radius): (usize, &u8)| {
        let angle = std::f64::consts::TAU * step as f64 / count as f64;
        let size = f64::from(*radius) + 1.0;
        Coord {
            x: size * angle.cos(),
            y: size * angle.sin(),
        }
    };
    let ring: Vec<Coord<f64>> = radii.iter().enumerate().map(position).collect();
    Polygon::new(LineString(ring), vec![])
}

proptest! {
    #[test]
    fn positions_are_located_as_geo_does(
        radii in prop::collection::vec(0_u8..20, 3..60),
        x in -40_i32..40,
        y in -40_i32..40,
        vertex: prop::sample::Index,
    ) {
        let polygon = star(&radii);
        let edges = Edges::new(polygon.lines_iter()).expect("edges");
        let free = Coord { x: f64::from(x) / 2.0, y: f64::from(y) / 2.0 };
        let on_vertex = *vertex.get(&polygon.exterior().0);
        let level = Coord { x: free.x, y: on_vertex.y };
        for position in [free, on_vertex, level] {
            let expected = match polygon.coordinate_position(&position) {
                CoordPos::Inside => Place::Inside,
                CoordPos::OnBoundary => Place::Boundary,
                CoordPos::Outside => Place::Outside,
            };
            prop_assert_eq!(edges.locate(position), expected);
        }
    }

    #[test]
    fn lines_meet_as_geo_says(
        radii in prop::collection::vec(0_u8..20, 3..40),
        ends in prop::array::uniform4(-40_i32..40),
    ) {
        let polygon = star(&radii);
        let edges = Edges::new(polygon.lines_iter()).expect("edges");
        let [x1, y1, x2, y2] = ends.map(|number| f64::from(number) / 2.0);
        let line = Line::new(Coord { x: x1, y: y1 }, Coord { x: x2, y: y2 });
        if line.start != line.end {
            let expected = polygon.lines_iter().any(|own| own.intersects(&line));
            prop_assert_eq!(edges.meets(&line), expected);
        }
    }
}

#[test]
fn points_are_edges_too() {
    let at = |x: f64, y: f64| Coord { x, y };
    let point = Line::new(at(1.0, 1.0), at(1.0, 1.0));
    let edges = Edges::new(std::iter::once(point)).expect("an edge");
    assert!(edges.meets(&point));
    assert!(edges.meets(&Line::new(at(0.0, 0.0), at(2.0, 2.0))));
    assert!(!edges.meets(&Line::new(at(0.0, 0.5), at(2.0, 2.0))));
    assert!(Edges::new(std::iter::empty()).is_none());
}

#[test]
fn a_zigzag_does_not_fill_the_memory() {
    let position = |step: u32| Coord {
        x: f64::from(step),
        y: f64::from(step % 2) * 100.0,
    };
    let count = 20_000;
    let lines = (0..count).map(|step| Line::new(position(step), position(step + 1)));
    let edges = Edges::new(lines).expect("edges");
    assert!(edges.edges.len() <= (MAX_COPIES + 2) * count as usize);
}
