//! Comparisons and the fifteen temporal operators.
//!
//! A date is the period that it names: `2019` goes from the first to the last moment of the year.
//! A comparison asks for what is certain of the whole period of the left side:
//!
//! | comparison | holds where the left side |
//! |---|---|
//! | `a < b` | ends before b begins |
//! | `a <= b` | does not end after b ends |
//! | `a = b` | lies within b |
//! | `a >= b` | does not begin before b begins |
//! | `a > b` | begins after b ends |
//!
//! So `date >= DATE('2019-01-01')` holds for `2019`, `date = '2019'` for every day of 2019, and
//! `date <= DATE('2019-06-01')` not for `2019`, which may be later.

use super::truth::Truth;
use crate::cql::ast::Comparison;
use crate::time::Period;

/// The comparison of two periods as the table above says.
pub(super) fn compare(comparison: Comparison, a: &Period, b: &Period) -> bool {
    match comparison {
        Comparison::Less => a.end_us() < b.start_us(),
        Comparison::LessOrEqual => a.end_us() <= b.end_us(),
        Comparison::Equal => a.start_us() >= b.start_us() && a.end_us() <= b.end_us(),
        Comparison::NotEqual => !compare(Comparison::Equal, a, b),
        Comparison::GreaterOrEqual => a.start_us() >= b.start_us(),
        Comparison::Greater => a.start_us() > b.end_us(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemporalOperator {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl TemporalOperator {
    pub(super) fn from_name(name: &str) -> Option<TemporalOperator> {
        Some(match name {
            "t_after" => TemporalOperator::After,
            "t_before" => TemporalOperator::Before,
            "t_contains" => TemporalOperator::Contains,
            "t_disjoint" => TemporalOperator::Disjoint,
            "t_during" => TemporalOperator::During,
            "t_equals" => TemporalOperator::Equals,
            "t_finishedby" => TemporalOperator::FinishedBy,
            "t_finishes" => TemporalOperator::Finishes,
            "t_intersects" => TemporalOperator::Intersects,
            "t_meets" => TemporalOperator::Meets,
            "t_metby" => TemporalOperator::MetBy,
            "t_overlappedby" => TemporalOperator::OverlappedBy,
            "t_overlaps" => TemporalOperator::Overlaps,
            "t_startedby" => TemporalOperator::StartedBy,
            "t_starts" => TemporalOperator::Starts,
            _ => return None,
        })
    }

    /// Whether the relation of the CQL2 standard (its table of temporal operators) holds.
    pub(super) fn holds(self, a: &Period, b: &Period) -> bool {
        let (a_start, a_end) = (a.start_us(), a.end_us());
        let (b_start, b_end) = (b.start_us(), b.end_us());
        match self {
            TemporalOperator::After => a_start > b_end,
            TemporalOperator::Before => a_end < b_start,
            TemporalOperator::Contains => a_start < b_start && a_end > b_end,
            TemporalOperator::Disjoint => !a.intersects(b),
            TemporalOperator::During => a_start > b_start && a_end < b_end,
            TemporalOperator::Equals => a_start == b_start && a_end == b_end,
            TemporalOperator::FinishedBy => a_start < b_start && a_end == b_end,
            TemporalOperator::Finishes => a_start > b_start && a_end == b_end,
            TemporalOperator::Intersects => a.intersects(b),
            TemporalOperator::Meets => a.meets(b),
            TemporalOperator::MetBy => b.meets(a),
            TemporalOperator::OverlappedBy => TemporalOperator::Overlaps.holds(b, a),
            // Sharing no more than the day on which one ends and the other begins is meeting.
            TemporalOperator::Overlaps => {
                a_start < b_start && a_end > b_start && a_end < b_end && !a.meets(b)
            }
            TemporalOperator::StartedBy => a_start == b_start && a_end > b_end,
            TemporalOperator::Starts => a_start == b_start && a_end < b_end,
        }
    }

    pub(super) fn decide(self, a: Option<Period>, b: Option<Period>) -> Truth {
        match (a, b) {
            (Some(a), Some(b)) => Truth::from(self.holds(&a, &b)),
            _ => Truth::Unknown,
        }
    }
}

#[cfg(test)]
#[path = "temporal_tests.rs"]
mod tests;
