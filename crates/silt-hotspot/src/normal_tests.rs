use super::two_sided_p;

#[test]
fn known_quantiles() {
    assert_eq!(two_sided_p(0.0), 1.0);
    for (z, p) in [
        (1.959_963_984_540_054, 0.05),
        (2.575_829_303_548_900_4, 0.01),
        (-1.644_853_626_951_472_2, 0.1),
    ] {
        assert!((two_sided_p(z) - p).abs() < 1e-15);
    }
    assert!(two_sided_p(37.0) > 0.0 && two_sided_p(60.0) == 0.0);
}
