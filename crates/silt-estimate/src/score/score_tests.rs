use super::*;
use proptest::prelude::*;

const STATES: [&str; 3] = ["idle", "dredge", "transit"];
const MINUTE: i64 = 60_000;

fn state(vessel: u32, from_min: i64, to_min: i64, state: u8) -> StateInterval {
    StateInterval {
        vessel,
        start_ms: from_min * MINUTE,
        end_ms: to_min * MINUTE,
        state,
    }
}

fn phase(vessel: u32, start_ms: i64, end_ms: i64) -> PhaseInterval {
    PhaseInterval {
        vessel,
        start_ms,
        end_ms,
    }
}

/// Truth: 10 min dredge, 10 min transit. Found: 2 min nothing, 13 min dredge, 5 min transit,
/// 3 min idle after the truth has ended.
#[test]
fn the_confusion_matrix_counts_minutes() {
    let truth = [state(7, 0, 10, 1), state(7, 10, 20, 2)];
    let predicted = [state(7, 2, 15, 1), state(7, 15, 20, 2), state(7, 20, 23, 0)];
    let score = score_states(&truth, &predicted, &STATES).expect("the intervals are in order");
    let expected = vec![
        vec![0, 0, 0, 0],
        vec![0, 8, 0, 2],
        vec![0, 5, 5, 0],
        vec![3, 0, 0, 0],
    ];
    assert_eq!(score.minutes, expected);
    assert_eq!(score.agreement[0], Agreement::default());
    assert_eq!(score.agreement[1], Agreement::of(8, 5, 2));
    assert_eq!(score.agreement[1].precision, Some(8.0 / 13.0));
    assert_eq!(score.agreement[1].recall, Some(0.8));
    assert_eq!(score.agreement[2].f1, Some(10.0 / 15.0));
    assert_eq!(score.accuracy, Some(13.0 / 20.0));
}

#[test]
fn a_minute_belongs_to_the_state_at_its_middle() {
    let truth = [StateInterval {
        vessel: 1,
        start_ms: 0,
        end_ms: 30_000,
        state: 0,
    }];
    let score = score_states(&truth, &[], &STATES).expect("one interval");
    assert_eq!(score.minutes[0][3], 0);
    let truth = [StateInterval {
        vessel: 1,
        start_ms: 0,
        end_ms: 30_001,
        state: 0,
    }];
    let score = score_states(&truth, &[], &STATES).expect("one interval");
    assert_eq!(score.minutes[0][3], 1);
    let before_1970 = [StateInterval {
        vessel: 1,
        start_ms: -90_000,
        end_ms: -29_999,
        state: 0,
    }];
    let score = score_states(&before_1970, &[], &STATES).expect("one interval");
    assert_eq!(score.minutes[0][3], 2);
}

#[test]
fn intervals_that_make_no_sense_are_refused() {
    let overlapping = [state(1, 0, 10, 0), state(1, 9, 12, 1)];
    let refused = score_states(&overlapping, &[], &STATES).expect_err("two states at once");
    assert_eq!(
        refused,
        ScoreError::Overlap {
            list: "truth",
            vessel: 1,
            at_ms: 9 * MINUTE
        }
    );
    assert!(score_states(&[], &[state(1, 5, 4, 0)], &STATES).is_err());
    assert!(score_states(&[], &[state(1, 4, 5, 3)], &STATES).is_err());
    assert!(score_cycles(&[phase(1, 5, 4)], &[], 0.5).is_err());
    assert_eq!(score_cycles(&[], &[], 0.0), Err(ScoreError::Threshold));
    assert!(relative_errors(&[1.0], &[]).is_err());
}

#[test]
fn extreme_times_do_not_overflow() {
    let forever = [StateInterval {
        vessel: 1,
        start_ms: i64::MIN,
        end_ms: i64::MAX,
        state: 0,
    }];
    assert!(score_states(&forever, &forever, &STATES).is_ok());
    let phases = [phase(1, i64::MIN, i64::MAX)];
    assert_eq!(
        score_cycles(&phases, &phases, 0.5)
            .expect("one phase")
            .agreement
            .hits,
        1
    );
}

#[test]
fn cycles_match_from_half_of_their_union() {
    // 60 of 120 and 59 of 121.
    let truth = [phase(1, 0, 90), phase(2, 0, 90)];
    let predicted = [phase(1, 30, 120), phase(2, 31, 121), phase(3, 0, 90)];
    let score = score_cycles(&truth, &predicted, 0.5).expect("the phases are in order");
    assert_eq!(
        score.matches,
        vec![CycleMatch {
            truth: 0,
            predicted: 0,
            overlap: 0.5
        }]
    );
    assert_eq!(score.agreement, Agreement::of(1, 2, 1));
}

#[test]
fn one_predicted_cycle_serves_one_true_cycle() {
    // A detector that merges two loads finds one of them at most.
    let truth = [phase(1, 0, 100), phase(1, 100, 160)];
    let merged = [phase(1, 0, 160)];
    let score = score_cycles(&truth, &merged, 0.3).expect("the phases are in order");
    assert_eq!(score.agreement, Agreement::of(1, 0, 1));
    // One that finds a load twice finds it once, and once too often.
    let twice = [phase(1, 0, 55), phase(1, 45, 100)];
    let score = score_cycles(&truth[..1], &twice, 0.5).expect("the phases are in order");
    assert_eq!(score.agreement, Agreement::of(1, 1, 0));
}

#[test]
fn a_long_predicted_phase_does_not_hide_later_ones() {
    let truth = [phase(1, 0, 10), phase(1, 20, 30), phase(1, 40, 50)];
    let predicted = [phase(1, 0, 1000), phase(1, 20, 30), phase(1, 40, 50)];
    let score = score_cycles(&truth, &predicted, 0.5).expect("the phases are in order");
    assert_eq!(score.agreement.hits, 2);
}

#[test]
fn errors_are_relative_and_tonnes_from_nothing_are_counted() {
    let summary =
        relative_errors(&[100.0, 200.0, 0.0, 0.0], &[110.0, 160.0, 5.0, 0.0]).expect("four pairs");
    assert_eq!(
        (summary.n, summary.truth_is_zero, summary.from_nothing),
        (2, 2, 1)
    );
    assert!((summary.mean.expect("two pairs") - -0.05).abs() < 1e-12);
    assert!((summary.mean_absolute.expect("two pairs") - 0.15).abs() < 1e-12);
    assert_eq!(relative_errors(&[], &[]).expect("no pairs").mean, None);
}

/// Bounds for 180 of 200 by bisection in exact fractions (Python); closed forms at the ends.
#[test]
fn the_binomial_interval_is_exact() {
    let (low, high) = binomial_interval(180, 200, 0.95);
    assert!((low - 0.849_787_212_13).abs() < 1e-9, "{low}");
    assert!((high - 0.937_840_633_75).abs() < 1e-9, "{high}");
    let (low, high) = binomial_interval(0, 10, 0.95);
    assert!(low == 0.0 && (high - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-9);
    let (low, high) = binomial_interval(10, 10, 0.95);
    assert!(high == 1.0 && (low - 0.025_f64.powf(0.1)).abs() < 1e-9);
    assert_eq!(binomial_interval(0, 0, 0.95), (0.0, 1.0));
}

#[test]
fn coverage_counts_both_sides() {
    let case = |truth: f64| IntervalCase {
        truth,
        low: 1.0,
        high: 2.0,
    };
    let coverage = interval_coverage(&[case(0.5), case(1.0), case(1.5), case(2.0), case(3.0)]);
    let counts = (
        coverage.n,
        coverage.covered,
        coverage.truth_below,
        coverage.truth_above,
    );
    assert_eq!(counts, (5, 3, 1, 1));
    assert_eq!(coverage.share, Some(0.6));
    assert_eq!(interval_coverage(&[case(f64::NAN)]).covered, 0);
}

/// Minute by minute, as a reader would count.
fn naive_minutes(truth: &[StateInterval], predicted: &[StateInterval]) -> Vec<Vec<u64>> {
    let at = |list: &[StateInterval], vessel: u32, time_ms: i64| {
        list.iter()
            .find(|i| i.vessel == vessel && i.start_ms <= time_ms && time_ms < i.end_ms)
            .map_or(3, |i| usize::from(i.state))
    };
    let mut minutes = vec![vec![0; 4]; 4];
    for vessel in 0..3 {
        for minute in 0..200 {
            let middle = minute * MINUTE + 30_000;
            minutes[at(truth, vessel, middle)][at(predicted, vessel, middle)] += 1;
        }
    }
    minutes[3][3] = 0;
    minutes
}

fn intervals() -> impl Strategy<Value = Vec<StateInterval>> {
    // Gaps and lengths, so that intervals of one vessel never overlap.
    let pieces = proptest::collection::vec((0..400_000_i64, 0..900_000_i64, 0..3_u8), 0..8);
    proptest::collection::vec(pieces, 3).prop_map(|vessels| {
        let mut list = Vec::new();
        for (vessel, pieces) in (0_u32..).zip(vessels) {
            let mut start_ms = 0;
            for (gap, length, state) in pieces {
                start_ms += gap;
                list.push(StateInterval {
                    vessel,
                    start_ms,
                    end_ms: start_ms + length,
                    state,
                });
                start_ms += length;
            }
        }
        list.reverse();
        list
    })
}

proptest! {
    #[test]
    fn the_sweep_counts_as_the_naive_loop_does(truth in intervals(), predicted in intervals()) {
        let score = score_states(&truth, &predicted, &STATES).expect("the intervals are disjoint");
        prop_assert_eq!(score.minutes, naive_minutes(&truth, &predicted));
    }
}
