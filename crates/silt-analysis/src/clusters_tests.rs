use super::*;

#[test]
fn the_middle_is_right_across_the_antimeridian() {
    let (lon, lat) = middle([(179.0, 10.0), (-179.0, 10.0)].into_iter());
    assert!(
        (lon.abs() - 180.0).abs() < 1e-9 && (lat - 10.0).abs() < 0.01,
        "{lon} {lat}"
    );
}

#[test]
fn distances_of_known_places() {
    // A degree of a great circle on the sphere of 6371.0088 km.
    let degree = EARTH_RADIUS_KM.to_radians();
    assert!((great_circle_km((0.0, 0.0), (1.0, 0.0)) - degree).abs() < 1e-9);
    assert!((great_circle_km((179.5, 0.0), (-179.5, 0.0)) - degree).abs() < 1e-9);
    assert!((great_circle_km((0.0, 90.0), (77.0, 89.0)) - degree).abs() < 1e-9);
}
