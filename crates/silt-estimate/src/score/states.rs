//! States by minute.

use serde::{Deserialize, Serialize};

use super::{Agreement, ScoreError};

/// A vessel is in `state` from `start_ms` (included) to `end_ms` (excluded), Unix ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateInterval {
    /// Any number that stands for the vessel, the same in both lists.
    pub vessel: u32,
    /// Start, included.
    pub start_ms: i64,
    /// End, excluded.
    pub end_ms: i64,
    /// Index into the names of states.
    pub state: u8,
}

/// Agreement of states, minute by minute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateScore {
    /// Names of states; the last row and column of the matrix are "none".
    pub states: Vec<String>,
    /// `minutes[t][p]`: minutes whose true state is `t` and whose predicted state is `p`. The last
    /// column counts minutes without prediction, the last row predictions where the truth is silent.
    pub minutes: Vec<Vec<u64>>,
    /// One agreement per state. Minutes where the truth is silent are left out: it does not say
    /// whether the prediction is false.
    pub agreement: Vec<Agreement>,
    /// Share of minutes with a true state where the prediction is the same.
    pub accuracy: Option<f64>,
    /// Mean F1 of the states that occur in truth or prediction.
    pub macro_f1: Option<f64>,
}

/// Scores states by minute. A minute belongs to the state at its middle (UTC minutes, second 30).
///
/// # Errors
/// Intervals that end before they begin, overlap for one vessel, or have a state without a name.
pub fn score_states(
    truth: &[StateInterval],
    predicted: &[StateInterval],
    states: &[&str],
) -> Result<StateScore, ScoreError> {
    let truth = in_order("truth", truth, states.len())?;
    let predicted = in_order("predicted", predicted, states.len())?;
    let none = states.len();
    let mut minutes = vec![vec![0_u64; none + 1]; none + 1];

    // What is silent on one side is what remains after all overlaps with the other are taken off.
    let mut truth_left: Vec<u64> = truth.iter().map(minutes_of).collect();
    let mut predicted_left: Vec<u64> = predicted.iter().map(minutes_of).collect();
    let (mut t, mut p) = (0, 0);
    while let (Some(true_one), Some(found)) = (truth.get(t), predicted.get(p)) {
        if true_one.vessel == found.vessel {
            let start_ms = true_one.start_ms.max(found.start_ms);
            let end_ms = true_one.end_ms.min(found.end_ms);
            let shared = minutes_between(start_ms, end_ms);
            minutes[usize::from(true_one.state)][usize::from(found.state)] += shared;
            truth_left[t] -= shared;
            predicted_left[p] -= shared;
        }
        if (true_one.vessel, true_one.end_ms) <= (found.vessel, found.end_ms) {
            t += 1;
        } else {
            p += 1;
        }
    }
    for (interval, left) in truth.iter().zip(&truth_left) {
        minutes[usize::from(interval.state)][none] += left;
    }
    for (interval, left) in predicted.iter().zip(&predicted_left) {
        minutes[none][usize::from(interval.state)] += left;
    }
    Ok(StateScore::of_minutes(states, minutes))
}

impl StateScore {
    /// The score of a matrix of minutes, e.g. the sum of those of many fleets. A row or column that
    /// is missing counts as zero.
    #[must_use]
    pub fn of_minutes(states: &[&str], mut minutes: Vec<Vec<u64>>) -> StateScore {
        let count = states.len();
        minutes.resize(count + 1, Vec::new());
        for row in &mut minutes {
            row.resize(count + 1, 0);
        }
        let agreement: Vec<Agreement> = (0..count)
            .map(|state| {
                let hits = minutes[state][state];
                let true_minutes: u64 = minutes[state].iter().sum();
                let predicted_minutes: u64 = minutes[..count].iter().map(|row| row[state]).sum();
                Agreement::of(hits, predicted_minutes - hits, true_minutes - hits)
            })
            .collect();
        let hits: u64 = agreement.iter().map(|of_state| of_state.hits).sum();
        let total: u64 = minutes[..count].iter().flatten().sum();
        let f1: Vec<f64> = agreement
            .iter()
            .filter_map(|of_state| of_state.f1)
            .collect();
        StateScore {
            states: states.iter().map(|&name| name.to_owned()).collect(),
            minutes,
            accuracy: (total > 0).then(|| hits as f64 / total as f64),
            macro_f1: (!f1.is_empty()).then(|| f1.iter().sum::<f64>() / f1.len() as f64),
            agreement,
        }
    }
}

/// Intervals by vessel and time, checked.
fn in_order(
    list: &'static str,
    intervals: &[StateInterval],
    states: usize,
) -> Result<Vec<StateInterval>, ScoreError> {
    for (index, interval) in intervals.iter().enumerate() {
        let StateInterval {
            start_ms,
            end_ms,
            state,
            ..
        } = *interval;
        if end_ms < start_ms {
            return Err(ScoreError::Backwards {
                list,
                index,
                start_ms,
                end_ms,
            });
        }
        if usize::from(state) >= states {
            return Err(ScoreError::UnknownState {
                list,
                index,
                state,
                states,
            });
        }
    }
    let mut sorted: Vec<StateInterval> = intervals
        .iter()
        .copied()
        .filter(|interval| interval.end_ms > interval.start_ms)
        .collect();
    sorted.sort_unstable_by_key(|interval| (interval.vessel, interval.start_ms, interval.end_ms));
    for pair in sorted.windows(2) {
        if pair[0].vessel == pair[1].vessel && pair[1].start_ms < pair[0].end_ms {
            let (vessel, at_ms) = (pair[1].vessel, pair[1].start_ms);
            return Err(ScoreError::Overlap {
                list,
                vessel,
                at_ms,
            });
        }
    }
    Ok(sorted)
}

const MINUTE_MS: i64 = 60_000;
const HALF_MINUTE_MS: i64 = 30_000;

fn minutes_of(interval: &StateInterval) -> u64 {
    minutes_between(interval.start_ms, interval.end_ms)
}

/// Middles of UTC minutes in `[start_ms, end_ms)`.
fn minutes_between(start_ms: i64, end_ms: i64) -> u64 {
    if end_ms <= start_ms {
        return 0;
    }
    middles_before(end_ms)
        .saturating_sub(middles_before(start_ms))
        .unsigned_abs()
}

/// Number of the first minute whose middle is at or after `time_ms`.
fn middles_before(time_ms: i64) -> i64 {
    let shifted = time_ms.saturating_sub(HALF_MINUTE_MS);
    let floor = shifted.div_euclid(MINUTE_MS);
    floor + i64::from(shifted.rem_euclid(MINUTE_MS) > 0)
}
