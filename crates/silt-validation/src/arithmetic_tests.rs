use silt_estimate::score::{IntervalCase, interval_coverage};

use super::*;

fn coverage(truth_factor: f64) -> f64 {
    let intervals = intervals(400, 3, 1_000, &Priors::default()).expect("the priors are valid");
    let cases: Vec<IntervalCase> = intervals
        .iter()
        .map(|interval| IntervalCase {
            truth: interval.truth_t * truth_factor,
            low: interval.p05_t,
            high: interval.p95_t,
        })
        .collect();
    interval_coverage(&cases).share.expect("there are cases")
}

#[test]
fn truths_from_the_priors_lie_in_nine_of_ten_intervals() {
    // 400 cases: two standard errors are 3 %.
    let share = coverage(1.0);
    assert!((0.86..=0.94).contains(&share), "{share}");
}

#[test]
fn a_shifted_truth_is_found() {
    let share = coverage(1.25);
    assert!(share < 0.5, "{share}");
}
