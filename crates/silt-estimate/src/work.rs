//! Work rows: what each vessel did in each group, put into one order.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::distribution::Distribution;
use crate::facts::VesselFacts;
use crate::priors::PriorsError;

/// What one vessel did in one group (a region, a month, a purpose, or any combination).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkRow {
    /// Index into the groups of the query.
    pub group: u32,
    /// Index into the vessel facts of the query.
    pub vessel: u32,
    /// Cycles seen from dredging to discharge.
    pub complete_cycles: u32,
    /// Cycles broken by a gap or by the end of the data.
    pub incomplete_cycles: u32,
    /// All dredging hours, inside and outside of cycles.
    pub dredge_hours: f64,
    /// Those of them that lie in complete cycles.
    pub dredge_hours_in_complete_cycles: f64,
    /// Hours of a cutter on site in its working pattern.
    pub cutter_hours: f64,
}

/// A group of the query. Its index in the slice is its identity; results have the same order.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// Coverage of this group where known, instead of that of the priors.
    pub coverage: Option<Distribution>,
}

/// How to compute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Iterations, at least [`MIN_DRAWS`].
    pub draws: u32,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Trips and time that differ by more than this factor are flagged (METHODS 1.5).
    pub disagreement_factor: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            draws: MIN_DRAWS,
            seed: 1,
            disagreement_factor: 2.0,
        }
    }
}

/// Fewest iterations (METHODS 1.6).
pub const MIN_DRAWS: u32 = 1_000;
/// Most iterations; their results of one group then take 32 MB.
pub const MAX_DRAWS: u32 = 1_000_000;

/// Why nothing can be estimated from this input.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EstimateError {
    /// Too few or too many iterations.
    #[error("draws is {0}; it must be between 1000 and 1000000")]
    Draws(u32),
    /// The factor of the flag is not above one.
    #[error("disagreement_factor is {0}; it must be above 1")]
    DisagreementFactor(f64),
    /// Priors that make no sense.
    #[error(transparent)]
    Priors(#[from] PriorsError),
    /// The coverage of a group makes no sense.
    #[error("group {group}: {source}")]
    GroupCoverage {
        /// Index of the group.
        group: usize,
        /// What is wrong.
        source: PriorsError,
    },
    /// Two vessels have one key; their draws would be the same.
    #[error(
        "vessels {first} and {second} have the same key {key}; give each vessel a key of its own"
    )]
    DuplicateVessel {
        /// Index of the first.
        first: usize,
        /// Index of the second.
        second: usize,
        /// Their key.
        key: u64,
    },
    /// A row names a group or vessel that is not there.
    #[error("work row {row}: there is no {what} {index}")]
    UnknownIndex {
        /// Index of the row.
        row: usize,
        /// `group` or `vessel`.
        what: &'static str,
        /// What the row names.
        index: u32,
    },
    /// Hours that are negative, no number, or more than there are.
    #[error("work row {row}: {field} is {value}; {reason}")]
    Hours {
        /// Index of the row.
        row: usize,
        /// Field of the row.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What is wrong.
        reason: &'static str,
    },
    /// The watcher of the work said that nobody wants its result any more.
    #[error("the estimate was stopped")]
    Stopped,
}

/// A century; more hours of one vessel are an error of units.
const MOST_HOURS: f64 = 876_600.0;
/// Sums of the same minutes in another order differ by rounding only.
const HOURS_TOLERANCE: f64 = 1e-6;

/// Rows of all vessels, checked, with those of the same vessel and group added up, ordered by
/// vessel key and group. The order of the input leaves no trace.
pub(crate) fn sorted_rows(
    group_count: usize,
    facts: &[VesselFacts],
    work: &[WorkRow],
) -> Result<Vec<WorkRow>, EstimateError> {
    check_keys(facts)?;
    for (row, item) in work.iter().enumerate() {
        check_row(row, item, group_count, facts.len())?;
    }
    let mut rows = work.to_vec();
    rows.sort_by(|a, b| {
        let key = |row: &WorkRow| (facts[row.vessel as usize].key(), row.group);
        key(a)
            .cmp(&key(b))
            .then(a.complete_cycles.cmp(&b.complete_cycles))
            .then(a.incomplete_cycles.cmp(&b.incomplete_cycles))
            .then(a.dredge_hours.total_cmp(&b.dredge_hours))
            .then(
                a.dredge_hours_in_complete_cycles
                    .total_cmp(&b.dredge_hours_in_complete_cycles),
            )
            .then(a.cutter_hours.total_cmp(&b.cutter_hours))
    });
    rows.dedup_by(|later, kept| {
        let same = later.vessel == kept.vessel && later.group == kept.group;
        if same {
            kept.complete_cycles = kept.complete_cycles.saturating_add(later.complete_cycles);
            kept.incomplete_cycles = kept
                .incomplete_cycles
                .saturating_add(later.incomplete_cycles);
            kept.dredge_hours += later.dredge_hours;
            kept.dredge_hours_in_complete_cycles += later.dredge_hours_in_complete_cycles;
            kept.cutter_hours += later.cutter_hours;
        }
        same
    });
    Ok(rows)
}

fn check_keys(facts: &[VesselFacts]) -> Result<(), EstimateError> {
    let mut keys: Vec<(u64, usize)> = facts
        .iter()
        .enumerate()
        .map(|(index, vessel)| (vessel.key(), index))
        .collect();
    keys.sort_unstable();
    for pair in keys.windows(2) {
        if pair[0].0 == pair[1].0 {
            let (key, first, second) = (pair[0].0, pair[0].1, pair[1].1);
            return Err(EstimateError::DuplicateVessel { first, second, key });
        }
    }
    Ok(())
}

fn check_row(
    row: usize,
    item: &WorkRow,
    group_count: usize,
    vessel_count: usize,
) -> Result<(), EstimateError> {
    if item.group as usize >= group_count {
        return Err(EstimateError::UnknownIndex {
            row,
            what: "group",
            index: item.group,
        });
    }
    if item.vessel as usize >= vessel_count {
        return Err(EstimateError::UnknownIndex {
            row,
            what: "vessel",
            index: item.vessel,
        });
    }
    let fields = [
        ("dredge_hours", item.dredge_hours),
        (
            "dredge_hours_in_complete_cycles",
            item.dredge_hours_in_complete_cycles,
        ),
        ("cutter_hours", item.cutter_hours),
    ];
    for (field, value) in fields {
        if !(0.0..=MOST_HOURS).contains(&value) {
            let reason = "hours of one vessel are between 0 and 876600";
            return Err(EstimateError::Hours {
                row,
                field,
                value,
                reason,
            });
        }
    }
    let in_cycles = item.dredge_hours_in_complete_cycles;
    if in_cycles > item.dredge_hours * (1.0 + HOURS_TOLERANCE) + HOURS_TOLERANCE {
        return Err(EstimateError::Hours {
            row,
            field: "dredge_hours_in_complete_cycles",
            value: in_cycles,
            reason: "it is a part of dredge_hours and cannot exceed it",
        });
    }
    Ok(())
}
