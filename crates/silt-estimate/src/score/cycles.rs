//! Cycles, matched by their dredging phase.

use serde::{Deserialize, Serialize};

use super::{Agreement, ScoreError};

/// Overlap from which two phases are the same cycle: half of their union \[inferred\].
pub const DEFAULT_MIN_OVERLAP: f64 = 0.5;

/// The dredging phase of one cycle, from `start_ms` to `end_ms`, Unix ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseInterval {
    /// Any number that stands for the vessel, the same in both lists.
    pub vessel: u32,
    /// Start.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
}

/// A true cycle and the predicted one that was matched to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CycleMatch {
    /// Index into the truth.
    pub truth: usize,
    /// Index into the prediction.
    pub predicted: usize,
    /// Intersection over union of both phases.
    pub overlap: f64,
}

/// Agreement of cycles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CycleScore {
    /// Counts and ratios.
    pub agreement: Agreement,
    /// Which belong together, ordered by vessel and time of the true cycle.
    pub matches: Vec<CycleMatch>,
}

/// Matches cycles of one vessel whose phases overlap by at least `min_overlap` (intersection over
/// union). True cycles are taken in order of time; each takes the earliest predicted one that is
/// still free. Where phases of a list do not overlap each other, a threshold above one half leaves
/// no choice, so the order does not matter.
///
/// # Errors
/// A phase that ends before it begins, or a threshold outside (0, 1].
pub fn score_cycles(
    truth: &[PhaseInterval],
    predicted: &[PhaseInterval],
    min_overlap: f64,
) -> Result<CycleScore, ScoreError> {
    if !(min_overlap > 0.0 && min_overlap <= 1.0) {
        return Err(ScoreError::Threshold);
    }
    let truth_order = in_order("truth", truth)?;
    let predicted_order = in_order("predicted", predicted)?;
    let mut is_taken = vec![false; predicted.len()];
    let mut matches = Vec::new();
    let mut first_candidate = 0;
    for &t in &truth_order {
        let true_one = &truth[t];
        // Passed over for good: of an earlier vessel, or ended before this and all later true phases.
        while let Some(&p) = predicted_order.get(first_candidate) {
            let found = &predicted[p];
            let is_past = (found.vessel, found.end_ms) < (true_one.vessel, true_one.start_ms);
            if !is_past {
                break;
            }
            first_candidate += 1;
        }
        for &p in &predicted_order[first_candidate..] {
            let found = &predicted[p];
            if (found.vessel, found.start_ms) > (true_one.vessel, true_one.end_ms) {
                break;
            }
            let overlap = intersection_over_union(true_one, found);
            if !is_taken[p] && overlap >= min_overlap {
                is_taken[p] = true;
                matches.push(CycleMatch {
                    truth: t,
                    predicted: p,
                    overlap,
                });
                break;
            }
        }
    }
    let hits = matches.len() as u64;
    let agreement = Agreement::of(
        hits,
        predicted.len() as u64 - hits,
        truth.len() as u64 - hits,
    );
    Ok(CycleScore { agreement, matches })
}

fn intersection_over_union(a: &PhaseInterval, b: &PhaseInterval) -> f64 {
    if a.vessel != b.vessel {
        return 0.0;
    }
    let shared = a
        .end_ms
        .min(b.end_ms)
        .saturating_sub(a.start_ms.max(b.start_ms));
    let whole = a
        .end_ms
        .max(b.end_ms)
        .saturating_sub(a.start_ms.min(b.start_ms));
    if shared <= 0 || whole <= 0 {
        return 0.0;
    }
    shared as f64 / whole as f64
}

fn in_order(list: &'static str, phases: &[PhaseInterval]) -> Result<Vec<usize>, ScoreError> {
    for (index, phase) in phases.iter().enumerate() {
        let PhaseInterval {
            start_ms, end_ms, ..
        } = *phase;
        if end_ms < start_ms {
            return Err(ScoreError::Backwards {
                list,
                index,
                start_ms,
                end_ms,
            });
        }
    }
    let mut order: Vec<usize> = (0..phases.len()).collect();
    order.sort_by_key(|&index| {
        let phase = &phases[index];
        (phase.vessel, phase.start_ms, phase.end_ms)
    });
    Ok(order)
}
