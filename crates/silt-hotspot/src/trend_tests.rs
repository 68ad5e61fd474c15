use super::mann_kendall;
use crate::testing::assert_near;

#[test]
fn a_rise_without_ties() {
    let found = mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("a series");
    assert_eq!((found.s, found.tau), (10, 1.0));
    assert_near(found.variance, 5.0 * 4.0 * 15.0 / 18.0, 1e-15, "variance");
    assert_near(found.z, 9.0 / found.variance.sqrt(), 1e-15, "z");
    let mirrored = mann_kendall(&[5.0, 4.0, 3.0, 2.0, 1.0]).expect("a series");
    assert_eq!(
        (mirrored.s, mirrored.z, mirrored.p),
        (-10, -found.z, found.p)
    );
}

#[test]
fn ties_lower_the_variance() {
    let found = mann_kendall(&[1.0, 1.0, 1.0, 2.0, 2.0, 3.0]).expect("a series");
    assert_eq!(found.s, 11);
    assert_near(
        found.variance,
        (6.0 * 5.0 * 17.0 - 3.0 * 2.0 * 11.0 - 2.0 * 9.0) / 18.0,
        1e-15,
        "variance",
    );
}

#[test]
fn no_series_no_trend() {
    assert_eq!(mann_kendall(&[]), None);
    assert_eq!(mann_kendall(&[1.0]), None);
    assert_eq!(mann_kendall(&[1.0, f64::NAN, 2.0]), None);
    let equal = mann_kendall(&[4.0; 9]).expect("a series");
    assert_eq!(
        (equal.s, equal.variance, equal.z, equal.p),
        (0, 0.0, 0.0, 1.0)
    );
    let level = mann_kendall(&[1.0, 2.0, 1.0, 2.0, 1.0]).expect("a series");
    assert_eq!((level.s, level.z, level.p), (0, 0.0, 1.0));
}
