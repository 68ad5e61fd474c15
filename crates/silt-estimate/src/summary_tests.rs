use super::*;
use crate::quantity::Tonnes;

/// R: `quantile(c(1, 2, 4, 8), c(.05, .5, .95))` gives 1.15, 3.0, 7.4.
#[test]
fn percentiles_are_of_type_seven() {
    let mut draws = [8.0, 1.0, 4.0, 2.0];
    let summary: Summary<Tonnes> = Summary::of(&mut draws).expect("four draws");
    assert!((summary.p05.0 - 1.15).abs() < 1e-12);
    assert!((summary.p50.0 - 3.0).abs() < 1e-12);
    assert!((summary.p95.0 - 7.4).abs() < 1e-12);
    assert!((summary.mean.0 - 3.75).abs() < 1e-12);
    // sd(c(1, 2, 4, 8)) = 3.0956959368344519.
    assert!(
        (summary.cv.expect("the mean is not zero") - 3.095_695_936_834_452 / 3.75).abs() < 1e-12
    );
}

#[test]
fn equal_draws_have_no_spread_and_no_draws_no_summary() {
    let mut draws = [0.1; 1000];
    let summary: Summary<Tonnes> = Summary::of(&mut draws).expect("a thousand draws");
    assert_eq!(
        (summary.mean, summary.p05, summary.p95),
        (Tonnes(0.1), Tonnes(0.1), Tonnes(0.1))
    );
    assert_eq!(summary.cv, Some(0.0));
    assert_eq!(Summary::<Tonnes>::of(&mut []), None);
    assert_eq!(
        Summary::<Tonnes>::of(&mut [0.0, 0.0])
            .expect("two draws")
            .cv,
        None
    );
}
