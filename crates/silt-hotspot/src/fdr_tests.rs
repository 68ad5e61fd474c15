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

/// The definition, test by test.
fn naive(listed: &[f64], groups: &[(f64, u64)]) -> (Vec<f64>, Vec<f64>) {
    let mut all: Vec<f64> = listed.iter().copied().filter(|p| !p.is_nan()).collect();
    for &(p, tests) in groups {
        all.extend(std::iter::repeat_n(p, tests as usize));
    }
    all.sort_unstable_by(f64::total_cmp);
    let mut q = vec![1.0; all.len()];
    let mut least: f64 = 1.0;
    for at in (0..all.len()).rev() {
        least = least.min(all[at] * all.len() as f64 / (at + 1) as f64);
        q[at] = least;
    }
    // Equal p share the rate of the last of them: no lower rank has a smaller one.
    let q_of = |p: f64| q[all.partition_point(|&other| other <= p) - 1];
    (
        listed
            .iter()
            .map(|&p| if p.is_nan() { p } else { q_of(p) })
            .collect(),
        groups.iter().map(|&(p, _)| q_of(p)).collect(),
    )
}

#[test]
fn rates_are_those_of_the_definition_however_p_is_spread() {
    let mut next = crate::testing::random(5);
    for (count, power) in [
        (1, 1),
        (700, 1),
        (50_000, 1),
        (50_000, 3),
        (50_000, 40),
        (50_000, 200),
    ] {
        for different in [u64::MAX, 20, 600, 5_000] {
            let p = |at: usize, random: f64| match at % 9 {
                0 => 1.0,
                4 => f64::NAN,
                _ if different == u64::MAX => random.powi(power),
                _ => ((random * different as f64).floor() / different as f64).powi(power),
            };
            let listed: Vec<f64> = (0..count).map(|at| p(at, next())).collect();
            let mut groups: Vec<(f64, u64)> = (1..8).map(|size| (next(), size * 100)).collect();
            groups.push((listed[count / 2].max(0.0), 3));
            let q = q_values(
                &listed,
                &groups.iter().map(|&group| Some(group)).collect::<Vec<_>>(),
            );
            let (of_list, of_groups) = naive(&listed, &groups);
            let is_same = |a: &[f64], b: &[f64]| {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
            };
            assert!(is_same(&q.listed, &of_list), "{count} {power} {different}");
            assert!(
                is_same(&q.groups, &of_groups),
                "{count} {power} {different}"
            );
        }
    }
    assert!(q_values(&[], &[]).listed.is_empty());
    assert!(q_values(&[f64::NAN], &[None]).listed[0].is_nan());
}
