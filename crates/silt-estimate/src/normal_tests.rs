use super::*;

/// Reference values of CPython 3.11, `statistics.NormalDist().inv_cdf`.
#[test]
fn quantiles_equal_an_independent_implementation() {
    let expected = [
        (1e-300, -37.047_096_299_361_2),
        (1e-10, -6.361_340_902_404_056),
        (0.001, -3.090_232_306_167_813),
        (0.05, -1.644_853_626_951_472_6),
        (0.3, -0.524_400_512_708_040_7),
        (0.5, 0.0),
        (0.7, 0.524_400_512_708_040_7),
        (0.95, 1.644_853_626_951_471_5),
        (0.999, 3.090_232_306_167_813),
        (1.0 - 1e-10, 6.361_340_889_697_421),
    ];
    for (p, quantile) in expected {
        let off = (normal_quantile(p) - quantile).abs();
        assert!(
            off <= 1e-13 * quantile.abs(),
            "p = {p}: {}",
            normal_quantile(p)
        );
    }
}

/// Quantile and distribution function (by `erfc`) undo each other.
#[test]
fn quantiles_invert_the_distribution_function() {
    for step in 1..2000 {
        let p = f64::from(step) / 2000.0;
        let back = 0.5 * libm::erfc(-normal_quantile(p) / std::f64::consts::SQRT_2);
        assert!((back - p).abs() < 1e-14, "p = {p}, back = {back}");
    }
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
}
