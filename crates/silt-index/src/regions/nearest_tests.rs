use geo_types::{Coord, Rect};

use super::*;

fn outline(positions: &[(f64, f64)]) -> Bands {
    let ring: Vec<Coord<f64>> = positions.iter().map(|&(x, y)| Coord { x, y }).collect();
    Bands::new(std::iter::once(ring.as_slice())).expect("the ring has positions")
}

#[test]
fn a_degree_of_latitude_is_111_km() {
    let km = great_circle_km(Coord { x: 20.0, y: 10.0 }, Coord { x: 20.0, y: 11.0 });
    assert!((km - 111.195).abs() < 0.001, "{km}");
    assert!((latitude_degrees(km) - 1.0).abs() < 1e-9);
}

#[test]
fn the_distance_to_a_meridian_shrinks_with_latitude() {
    let border = outline(&[(0.0, -80.0), (0.0, 80.0)]);
    for lat in [0.0_f64, 45.0, 60.0, -70.0] {
        let km = distance_km(Coord { x: 0.1, y: lat }, &border, 20.0).expect("within 20 km");
        let expected = 11.1195 * lat.to_radians().cos();
        assert!(
            (km - expected).abs() < 0.001 * expected,
            "{lat}: {km} km instead of {expected}"
        );
    }
}

#[test]
fn beyond_the_limit_there_is_no_distance() {
    let border = outline(&[(0.0, -1.0), (0.0, 1.0)]);
    assert_eq!(distance_km(Coord { x: 0.1, y: 0.0 }, &border, 11.0), None);
    assert_eq!(distance_km(Coord { x: 0.0, y: 30.0 }, &border, 11.0), None);
}

#[test]
fn the_antimeridian_is_no_obstacle() {
    let border = outline(&[(-179.95, -1.0), (-179.9, 0.0), (-179.95, 1.0)]);
    let km = distance_km(
        Coord {
            x: 179.99,
            y: 0.999,
        },
        &border,
        20.0,
    )
    .expect("within 20 km");
    assert!((km - 6.67).abs() < 0.01, "{km}");
}

#[test]
fn windows_reach_over_the_antimeridian_and_the_poles() {
    let at = |x: f64, y: f64| Rect::new(Coord { x, y }, Coord { x, y });
    assert_eq!(windows(&at(10.0, 10.0), 50.0).len(), 1);
    let over = windows(&at(179.9, 0.0), 50.0);
    assert!(
        over.iter()
            .any(|window| window.min().x < -179.9 && window.max().x > -179.9),
        "{over:?}"
    );
    let pole = windows(&at(10.0, 89.95), 50.0);
    assert_eq!((pole[0].min().x, pole[0].max().x), (-180.0, 180.0));
}
