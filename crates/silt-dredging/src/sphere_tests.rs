use super::*;

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

#[test]
fn a_degree_of_a_great_circle_has_its_length() {
    let degree_m = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;
    assert_near(distance_m(0.0, 0.0, 1.0, 0.0), degree_m, 1e-3);
    assert_near(distance_m(10.0, 40.0, 10.0, 41.0), degree_m, 1e-3);
    assert_near(distance_m(0.0, 90.0, 77.0, 89.0), degree_m, 1e-3);
    assert_near(distance_m(0.0, 0.0, 180.0, 0.0), 180.0 * degree_m, 1e-2);
}

#[test]
fn distances_do_not_change_across_the_antimeridian() {
    let across = distance_m(179.99, 51.0, -179.99, 51.01);
    let elsewhere = distance_m(10.0, 51.0, 10.02, 51.01);
    assert_near(across, elsewhere, 1e-6);
    let far_across = distance_m(170.0, 51.0, -170.0, 40.0);
    assert_near(far_across, distance_m(10.0, 51.0, 30.0, 40.0), 1e-3);
}

#[test]
fn the_plane_agrees_with_the_sphere() {
    for lat in [0.0, 30.0, -60.0, 79.0] {
        let plane = distance_m(4.0, lat, 4.049, lat + 0.049);
        let sin_north = libm::sin(0.5 * 0.049 * RADIANS);
        let sin_east = libm::sin(0.5 * 0.049 * RADIANS);
        let cosines = libm::cos(lat * RADIANS) * libm::cos((lat + 0.049) * RADIANS);
        let haversine = sin_north * sin_north + cosines * sin_east * sin_east;
        let sphere = 2.0 * EARTH_RADIUS_M * libm::asin(haversine.sqrt());
        assert_near(plane / sphere, 1.0, 1e-6);
    }
}

#[test]
fn the_centre_lies_between_the_positions_on_either_side_of_the_antimeridian() {
    let mut centre = Centre::default();
    centre.add(179.0, 10.0, 1.0);
    centre.add(-179.0, 10.0, 1.0);
    let (lon, lat) = centre.position().expect("they do not cancel out");
    assert_near(lon.abs(), 180.0, 1e-9);
    assert_near(lat, 10.0, 0.01);

    let mut opposite = Centre::default();
    assert!(opposite.position().is_none());
    opposite.add(0.0, 90.0, 2.0);
    assert_near(opposite.position().expect("a pole").1, 90.0, 1e-9);
}

#[test]
fn chords_and_ground_distances_agree() {
    let a = unit_vector(4.0, 52.0);
    let b = unit_vector(4.3, 52.2);
    let chord = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - y) * (x - y))
        .sum::<f64>()
        .sqrt();
    assert_near(chord, chord_of_m(distance_m(4.0, 52.0, 4.3, 52.2)), 1e-12);
}
