use geo_types::Coord;

use super::*;

fn coords(positions: &[(f64, f64)]) -> Vec<Coord<f64>> {
    positions.iter().map(|&(x, y)| Coord { x, y }).collect()
}

fn bands(rings: &[Vec<Coord<f64>>]) -> Bands {
    Bands::new(rings.iter().map(Vec::as_slice)).expect("the rings have positions")
}

fn square(west: f64, south: f64, size: f64) -> Vec<Coord<f64>> {
    let (east, north) = (west + size, south + size);
    coords(&[
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ])
}

#[test]
fn a_hole_is_outside() {
    let outline = bands(&[square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)]);
    assert!(outline.contains(Coord { x: 1.0, y: 5.0 }));
    assert!(!outline.contains(Coord { x: 5.0, y: 5.0 }));
    assert!(outline.contains(Coord { x: 7.0, y: 5.0 }));
    assert!(!outline.contains(Coord { x: 11.0, y: 5.0 }));
}

/// Four squares around one corner: each position on their common borders, and
/// the corner itself, lies in exactly one.
#[test]
fn a_shared_border_belongs_to_exactly_one_side() {
    let squares: Vec<Bands> = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
        .iter()
        .map(|&(west, south)| bands(&[square(west, south, 1.0)]))
        .collect();
    for i in 1..20 {
        let at = f64::from(i) / 10.0;
        for position in [
            Coord {
                x: 1.0,
                y: at - 0.05,
            },
            Coord {
                x: at - 0.05,
                y: 1.0,
            },
            Coord { x: 1.0, y: 1.0 },
        ] {
            let owners = squares
                .iter()
                .filter(|square| square.contains(position))
                .count();
            assert_eq!(owners, 1, "{position:?}");
        }
    }
}

/// A slanted border that one side walks upwards and the other downwards.
#[test]
fn both_sides_compute_the_same_crossing() {
    let left = bands(&[coords(&[
        (0.0, 0.0),
        (0.7, 0.0),
        (0.3, 0.9),
        (0.0, 0.9),
        (0.0, 0.0),
    ])]);
    let right = bands(&[coords(&[
        (1.0, 0.0),
        (1.0, 0.9),
        (0.3, 0.9),
        (0.7, 0.0),
        (1.0, 0.0),
    ])]);
    for i in 0..900 {
        let y = f64::from(i) / 1000.0;
        let x = 0.7 - 0.4 * y / 0.9;
        for nudge in [-1e-16, 0.0, 1e-16] {
            let position = Coord { x: x + nudge, y };
            assert!(
                left.contains(position) != right.contains(position),
                "{position:?}"
            );
        }
    }
}

#[test]
fn a_ring_of_many_bands_agrees_with_a_circle() {
    let ring: Vec<Coord<f64>> = (0..=1000)
        .map(|i| f64::from(i % 1000) / 1000.0 * std::f64::consts::TAU)
        .map(|angle| Coord {
            x: 10.0 * angle.cos(),
            y: 10.0 * angle.sin(),
        })
        .collect();
    let outline = bands(&[ring]);
    for i in -120..=120 {
        for j in -120..=120 {
            let position = Coord {
                x: f64::from(i) / 10.0,
                y: f64::from(j) / 10.0,
            };
            let radius = position.x.hypot(position.y);
            if (radius - 10.0).abs() > 0.001 {
                assert_eq!(outline.contains(position), radius < 10.0, "{position:?}");
            }
        }
    }
}

/// Every edge from south to north: sorted naively into many bands, each edge
/// would be in all of them.
#[test]
fn a_zigzag_does_not_multiply_its_edges() {
    let zigzag: Vec<Coord<f64>> = (0..100_000)
        .map(|i| Coord {
            x: f64::from(i) * 1e-4,
            y: f64::from(i % 2),
        })
        .collect();
    let outline = bands(&[zigzag]);
    assert!(
        outline.edges.len() <= 8 * 100_000,
        "{} edges",
        outline.edges.len()
    );
}

#[test]
fn crossing_and_touching_are_found_and_distance_is_not() {
    let outline = bands(&[square(0.0, 0.0, 10.0)]);
    let line = |positions: &[(f64, f64)]| bands(&[coords(positions)]);
    assert!(
        outline.crosses(&line(&[(-5.0, -5.0), (15.0, 15.0)])),
        "through two corners"
    );
    assert!(
        outline.crosses(&line(&[(10.0, 3.0), (12.0, 3.0)])),
        "touching"
    );
    assert!(!outline.crosses(&line(&[(1.0, 1.0), (9.0, 9.0)])), "inside");
    assert!(
        !outline.crosses(&line(&[(-1.0, 5.0), (-1.0, 6.0)])),
        "outside"
    );
}

#[test]
fn no_position_has_no_bands() {
    assert!(Bands::new(std::iter::empty()).is_none());
    assert!(!bands(&[coords(&[(1.0, 1.0)])]).contains(Coord { x: 1.0, y: 1.0 }));
}
