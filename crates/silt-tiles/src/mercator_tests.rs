use super::*;

#[test]
fn known_positions() {
    assert_eq!(point_position(0.0, 0.0), Some((1 << 31, 1 << 31)));
    assert_eq!(point_position(-180.0, 0.0), Some((0, 1 << 31)));
    // London in EPSG:3857 is x = -14220 m, y = 6711542 m (pyproj).
    let (x, y) = unit_position(-0.127_74, 51.507_41);
    let half = 20_037_508.342_789_244;
    assert!((x * 2.0 * half - half + 14_220.0).abs() < 1.0);
    assert!((half - y * 2.0 * half - 6_711_542.0).abs() < 60.0);
}

#[test]
fn positions_come_back() {
    for (longitude, latitude) in [(12.5, -33.25), (-179.9, 80.0), (179.9, -85.0)] {
        let (x, y) = unit_position(longitude, latitude);
        assert!((longitude_of_world(x) - longitude).abs() < 1e-9);
        assert!((latitude_of_world(y) - latitude).abs() < 1e-9);
    }
}

#[test]
fn odd_input_is_wrapped_clamped_or_refused() {
    assert_eq!(point_position(190.0, 10.0), point_position(-170.0, 10.0));
    assert_eq!(point_position(180.0, 10.0), point_position(-180.0, 10.0));
    assert_eq!(point_position(5.0, 91.0), point_position(5.0, 85.06));
    assert_eq!(point_position(f64::NAN, 0.0), None);
    assert_eq!(point_position(0.0, f64::INFINITY), None);
    assert!(point_position(1e300, 0.0).is_some());
}
