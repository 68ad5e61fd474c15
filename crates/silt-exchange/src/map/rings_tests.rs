use geo_types::{LineString, Polygon, polygon};

use super::*;

fn contacts(polygon: &Polygon<f64>) -> Contacts {
    Checker::default().contacts(polygon)
}

/// A star-shaped ring with radii from a fixed pseudo-random sequence: always simple.
pub(super) fn star(vertices: usize, seed: u64) -> Polygon<f64> {
    let mut state = seed;
    let ring = (0..vertices).map(|number| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let radius = 0.5 + (state >> 40) as f64 / (1u64 << 25) as f64;
        let angle = number as f64 / vertices as f64 * std::f64::consts::TAU;
        (10.0 + radius * angle.cos(), 20.0 + radius * angle.sin())
    });
    Polygon::new(LineString::from_iter(ring), Vec::new())
}

#[test]
fn simple_rings_of_every_size_have_no_contacts() {
    for vertices in [3, 4, 7, 8, 9, 16, 17, 63, 64, 65, 100, 1000] {
        assert_eq!(contacts(&star(vertices, 7)), Contacts::None, "{vertices}");
    }
}

#[test]
fn repeated_points_are_no_contact() {
    let square = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)];
    assert_eq!(contacts(&square), Contacts::None);
}

#[test]
fn a_bow_tie_crosses_where_it_crosses() {
    let bow_tie = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 2.0), (x: 2.0, y: 0.0), (x: 0.0, y: 2.0)];
    assert_eq!(
        contacts(&bow_tie),
        Contacts::Cross(Coord { x: 1.0, y: 1.0 })
    );
}

#[test]
fn a_spike_and_a_pinch_touch_themselves() {
    let spike = polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 4.0, y: 9.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0)];
    assert!(matches!(contacts(&spike), Contacts::SelfTouch(_)));
    let pinch = polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 2.0, y: 2.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0), (x: 2.0, y: 2.0)];
    assert!(matches!(contacts(&pinch), Contacts::SelfTouch(_)));
}

#[test]
fn a_hole_may_touch_or_cross_the_outer_ring() {
    let square = LineString::from(vec![(0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0)]);
    let touching = LineString::from(vec![(4.0, 0.0), (6.0, 4.0), (2.0, 4.0)]);
    let crossing = LineString::from(vec![(4.0, -1.0), (6.0, 4.0), (2.0, 4.0)]);
    let with_hole = |hole: LineString<f64>| Polygon::new(square.clone(), vec![hole]);
    assert!(matches!(
        contacts(&with_hole(touching)),
        Contacts::RingsTouch(_)
    ));
    assert!(matches!(contacts(&with_hole(crossing)), Contacts::Cross(_)));
}

/// Whatever two vertices of a star are exchanged, this agrees with comparing every pair.
#[test]
fn agrees_with_the_comparison_of_every_pair() {
    use geo::algorithm::Validation;
    for first in 0..40 {
        for second in first + 1..40 {
            let mut ring = star(40, 3).exterior().0.clone();
            ring.truncate(40);
            ring.swap(first, second);
            let polygon = Polygon::new(LineString::new(ring), Vec::new());
            let is_simple = contacts(&polygon) == Contacts::None;
            assert_eq!(is_simple, polygon.is_valid(), "{first} {second}");
        }
    }
}

#[test]
fn a_comb_of_long_teeth_ends() {
    // Every tooth overlaps every other in x: the worst case of a sweep along x.
    let teeth = 20_000;
    let mut ring: Vec<(f64, f64)> = Vec::new();
    for tooth in 0..teeth {
        let y = f64::from(tooth) / 1e4;
        ring.push((if tooth % 2 == 0 { 0.0 } else { 50.0 }, y));
    }
    ring.push((-1.0, 2.0));
    ring.push((-1.0, 0.0));
    assert_eq!(
        contacts(&Polygon::new(LineString::from(ring), Vec::new())),
        Contacts::None
    );
}
