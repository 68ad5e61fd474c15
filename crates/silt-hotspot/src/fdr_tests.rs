use super::{benjamini_hochberg, bin_of_q, q_values};

#[test]
fn a_known_example() {
    // Benjamini and Hochberg (1995), the 15 p of section 3: four are discoveries at 0.05.
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.000,
    ];
    let q = benjamini_hochberg(&p);
    assert_eq!(q.iter().filter(|&&q| q <= 0.05).count(), 4);
    assert!((q[0] - 0.0015).abs() < 1e-15 && (q[3] - 0.035_625).abs() < 1e-15);
    assert_eq!(q[14], 1.0);
}

#[test]
fn groups_count_as_often_as_they_stand_for() {
    let groups = [(0.03, 4_u64), (0.7, 3), (0.002, 1)];
    let listed = [0.01, 0.03, 0.2, 0.002, 0.9];
    let mut flat = listed.to_vec();
    for &(p, tests) in &groups {
        flat.extend(std::iter::repeat_n(p, tests as usize));
    }
    let q = q_values(&listed, &groups.map(Some));
    let expected = benjamini_hochberg(&flat);
    assert_eq!(q.listed, expected[..5]);
    assert_eq!(q.groups, [expected[5], expected[9], expected[12]]);
}

#[test]
fn what_was_not_tested_does_not_count() {
    let q = q_values(&[0.02, f64::NAN, 0.5], &[None]);
    assert_eq!((q.listed[0], q.listed[2]), (0.04, 0.5));
    assert!(q.listed[1].is_nan() && q.groups[0].is_nan());
    assert!(benjamini_hochberg(&[]).is_empty());
    assert_eq!(benjamini_hochberg(&[f64::NAN, 0.1]), [1.0, 0.2]);
}

#[test]
fn bins_have_the_sign_of_z() {
    let bins = [
        (2.0, 0.01),
        (2.0, 0.011),
        (-2.0, 0.05),
        (-2.0, 0.1),
        (2.0, 0.11),
        (-9.0, 0.0),
    ]
    .map(|(z, q)| bin_of_q(z, q));
    assert_eq!(bins, [3, 2, -2, -1, 0, -3]);
}

#[test]
fn keys_are_sorted_however_they_are_spread() {
    let mut next = crate::testing::random(5);
    for power in [1, 3, 40, 200] {
        let p: Vec<f64> = (0..50_000)
            .map(|at| if at % 9 == 0 { 1.0 } else { next().powi(power) })
            .collect();
        let sorted = super::sorted(&p);
        assert!(sorted.is_sorted_by_key(|key| key.p));
        assert!(sorted.iter().all(|key| key.p == p[key.at as usize]));
        let mut numbers: Vec<u32> = sorted.iter().map(|key| key.at).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..p.len() as u32));
    }
    assert_eq!(super::sorted(&[f64::NAN, 0.5, f64::NAN]).len(), 1);
    assert!(super::sorted(&[]).is_empty());
}
