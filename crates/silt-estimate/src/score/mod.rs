//! Scores of a validation report: how well detected states, cycles and estimated tonnes agree with
//! a truth. They say what happened on that truth; on another fleet they say nothing.

mod cycles;
mod states;
mod tonnes;

pub use cycles::{CycleMatch, CycleScore, DEFAULT_MIN_OVERLAP, PhaseInterval, score_cycles};
pub use states::{StateInterval, StateScore, score_states};
pub use tonnes::{
    ErrorSummary, IntervalCase, IntervalCoverage, binomial_interval, interval_coverage,
    relative_errors,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Precision, recall and F1 of one kind of thing.
///
/// A ratio whose divisor is zero is absent: nothing was predicted, or there was nothing to find.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Agreement {
    /// True ones that were found.
    pub hits: u64,
    /// Predicted ones that are not true.
    pub false_positives: u64,
    /// True ones that were not found.
    pub misses: u64,
    /// `hits / (hits + false_positives)`.
    pub precision: Option<f64>,
    /// `hits / (hits + misses)`.
    pub recall: Option<f64>,
    /// `2 hits / (2 hits + false_positives + misses)`.
    pub f1: Option<f64>,
}

impl Agreement {
    /// Ratios of these counts.
    #[must_use]
    pub fn of(hits: u64, false_positives: u64, misses: u64) -> Self {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        Self {
            hits,
            false_positives,
            misses,
            precision: share(hits, hits + false_positives),
            recall: share(hits, hits + misses),
            f1: share(2 * hits, 2 * hits + false_positives + misses),
        }
    }
}

/// Why intervals cannot be scored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScoreError {
    /// An interval ends before it begins.
    #[error("{list} interval {index} ends at {end_ms} ms, before its start at {start_ms} ms")]
    Backwards {
        /// `truth` or `predicted`.
        list: &'static str,
        /// Index in the list.
        index: usize,
        /// Start, Unix ms.
        start_ms: i64,
        /// End, Unix ms.
        end_ms: i64,
    },
    /// One vessel is in two states at a time.
    #[error(
        "{list} intervals of vessel {vessel} overlap at {at_ms} ms; a vessel has one state at a time"
    )]
    Overlap {
        /// `truth` or `predicted`.
        list: &'static str,
        /// The vessel.
        vessel: u32,
        /// Start of the later interval, Unix ms.
        at_ms: i64,
    },
    /// A state has no name.
    #[error("{list} interval {index} has state {state}, but there are {states} names of states")]
    UnknownState {
        /// `truth` or `predicted`.
        list: &'static str,
        /// Index in the list.
        index: usize,
        /// The state.
        state: u8,
        /// Number of names.
        states: usize,
    },
    /// Two lists that belong together differ in length.
    #[error("there are {truth} true values and {estimated} estimates; there must be one for each")]
    Lengths {
        /// True values.
        truth: usize,
        /// Estimates.
        estimated: usize,
    },
    /// An overlap threshold of at most zero would match anything.
    #[error("the least overlap must be above 0 and at most 1")]
    Threshold,
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
