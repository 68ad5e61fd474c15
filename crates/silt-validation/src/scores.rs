//! States and cycles of synthetic fleets against their truth.

use std::collections::BTreeMap;

use serde::Serialize;
use silt_dredging::{State, VesselResult};
use silt_estimate::score::{
    Agreement, PhaseInterval, ScoreError, StateInterval, StateScore, score_cycles, score_states,
};
use silt_synth::{Case, TrueState, TruthCycle, VesselKind as TrueKind};

use crate::fleet::{ReadFleet, ReadVessel};

/// States as both sides name them. What trawlers, tugs with a tow and survey ships do, and slow work
/// of a vessel that is not known as a dredger, is `other`.
pub const STATES: [&str; 6] = [
    "idle",
    "manoeuvre",
    "transit",
    "dredge",
    "discharge",
    "other",
];
const DREDGE: usize = 3;
const DISCHARGE: usize = 4;

/// Minutes by true and found state, with a last row and column for "none".
pub(crate) type Minutes = Vec<Vec<u64>>;

/// Cycles counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CycleCounts {
    pub(crate) found: u64,
    pub(crate) hits: u64,
    /// True cycles within the window that were not found.
    pub(crate) missed: u64,
    /// Of these, those that the reports show without a silence above an hour.
    pub(crate) missed_though_heard: u64,
}

impl CycleCounts {
    fn add(&mut self, other: &CycleCounts) {
        self.found += other.found;
        self.hits += other.hits;
        self.missed += other.missed;
        self.missed_though_heard += other.missed_though_heard;
    }

    pub(crate) fn all(&self) -> Agreement {
        Agreement::of(self.hits, self.found - self.hits, self.missed)
    }

    pub(crate) fn heard(&self) -> Agreement {
        Agreement::of(self.hits, self.found - self.hits, self.missed_though_heard)
    }
}

/// How often cycles that break the rules are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct CaseFound {
    /// True cycles of that case which the reports show without a silence above an hour.
    pub heard: u64,
    /// Of these, found.
    pub found: u64,
}

/// Vessels that are no dredgers, and what the kernel made of them without knowing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct OtherVessels {
    /// Vessels.
    pub vessels: u64,
    /// Vessels with a complete cycle that is none.
    pub vessels_with_false_cycles: u64,
    /// Complete cycles that are none.
    pub false_cycles: u64,
    /// Minutes taken for dredging or discharge.
    pub false_minutes: u64,
    /// Minutes with any state.
    pub minutes: u64,
}

/// Everything counted over fleets; sums, so that the order of fleets does not matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scores {
    pub(crate) minutes: BTreeMap<TrueKind, Minutes>,
    pub(crate) vessels: BTreeMap<TrueKind, u64>,
    /// Dredgers whose MMSI another vessel sends too; their minutes are not scored.
    pub(crate) shared_mmsi: u64,
    pub(crate) cycles: CycleCounts,
    /// The same, where any overlap of the dredging makes them the same cycle.
    pub(crate) cycles_touching: CycleCounts,
    pub(crate) cycles_by_behaviour: CycleCounts,
    pub(crate) cases: BTreeMap<&'static str, CaseFound>,
    pub(crate) others: BTreeMap<TrueKind, OtherVessels>,
    /// Snapshots of hopper dredgers by true state and speed class.
    pub(crate) speeds: BTreeMap<&'static str, Vec<u64>>,
}

impl Scores {
    pub(crate) fn add(&mut self, other: &Scores) {
        for (kind, minutes) in &other.minutes {
            add_minutes(self.minutes.entry(*kind).or_default(), minutes);
        }
        for (kind, count) in &other.vessels {
            *self.vessels.entry(*kind).or_default() += count;
        }
        self.shared_mmsi += other.shared_mmsi;
        self.cycles.add(&other.cycles);
        self.cycles_touching.add(&other.cycles_touching);
        self.cycles_by_behaviour.add(&other.cycles_by_behaviour);
        for (case, counts) in &other.cases {
            let sum = self.cases.entry(case).or_default();
            sum.heard += counts.heard;
            sum.found += counts.found;
        }
        for (kind, counts) in &other.others {
            let sum = self.others.entry(*kind).or_default();
            sum.vessels += counts.vessels;
            sum.vessels_with_false_cycles += counts.vessels_with_false_cycles;
            sum.false_cycles += counts.false_cycles;
            sum.false_minutes += counts.false_minutes;
            sum.minutes += counts.minutes;
        }
        for (state, counts) in &other.speeds {
            let sum = self.speeds.entry(state).or_default();
            sum.resize(sum.len().max(counts.len()), 0);
            for (total, count) in sum.iter_mut().zip(counts) {
                *total += count;
            }
        }
    }

    /// Minutes of some kinds of vessel together.
    pub(crate) fn states_of(&self, kinds: &[TrueKind]) -> StateScore {
        let mut sum = Minutes::new();
        for kind in kinds {
            if let Some(minutes) = self.minutes.get(kind) {
                add_minutes(&mut sum, minutes);
            }
        }
        StateScore::of_minutes(&STATES, sum)
    }
}

fn add_minutes(sum: &mut Minutes, minutes: &Minutes) {
    sum.resize(sum.len().max(minutes.len()), Vec::new());
    for (row_sum, row) in sum.iter_mut().zip(minutes) {
        row_sum.resize(row_sum.len().max(row.len()), 0);
        for (total, count) in row_sum.iter_mut().zip(row) {
            *total += count;
        }
    }
}

/// Width of a class of the speeds, kn.
pub(crate) const SPEED_CLASS_KN: f64 = 0.5;
/// Number of classes; the last holds all that is faster.
pub(crate) const SPEED_CLASSES: usize = 33;

pub(crate) fn speed_class(sog_kn: f64) -> usize {
    ((sog_kn / SPEED_CLASS_KN) as usize).min(SPEED_CLASSES - 1)
}

/// Phases that share this much of their union at least touch each other.
const ANY_OVERLAP: f64 = 0.01;

/// Scores one fleet.
///
/// # Errors
/// Intervals that are none, which is a defect.
pub(crate) fn score(read: &ReadFleet, overlap: f64) -> Result<Scores, ScoreError> {
    let mut scores = Scores::default();
    let config = read.fleet.config();
    let window = (config.start_ms, config.end_ms());
    for (vessel, found) in read.fleet.vessels().iter().zip(&read.vessels) {
        let kind = vessel.kind;
        *scores.vessels.entry(kind).or_default() += 1;
        if vessel.shares_mmsi {
            scores.shared_mmsi += 1;
        } else {
            let minutes = state_minutes(vessel.index, found)?;
            add_minutes(scores.minutes.entry(kind).or_default(), &minutes);
        }
        match kind {
            TrueKind::Tshd => {
                let truth = &found.track.truth_cycles;
                let (counts, is_found) = match_cycles(truth, &found.results, window, overlap)?;
                scores.cycles.add(&counts);
                let (touching, _) = match_cycles(truth, &found.results, window, ANY_OVERLAP)?;
                scores.cycles_touching.add(&touching);
                count_cases(&mut scores.cases, truth, &is_found, window);
                if !vessel.shares_mmsi {
                    let (counts, _) = match_cycles(truth, &found.by_behaviour, window, overlap)?;
                    scores.cycles_by_behaviour.add(&counts);
                }
                for &(state, sog_kn) in &found.snapshots {
                    let of_state = scores.speeds.entry(state.as_str()).or_default();
                    of_state.resize(SPEED_CLASSES, 0);
                    of_state[speed_class(f64::from(sog_kn))] += 1;
                }
            }
            TrueKind::Cutter | TrueKind::Backhoe => {}
            // Reports under the MMSI of a dredger are that dredger's to the register.
            _ if vessel.shares_mmsi => {}
            _ => {
                let others = scores.others.entry(kind).or_default();
                let cycles = complete_cycles(&found.results);
                others.vessels += 1;
                others.vessels_with_false_cycles += u64::from(cycles > 0);
                others.false_cycles += cycles;
                let minutes = state_minutes(vessel.index, found)?;
                for row in &minutes {
                    others.false_minutes += row[DREDGE] + row[DISCHARGE];
                    others.minutes += row[..STATES.len()].iter().sum::<u64>();
                }
            }
        }
    }
    Ok(scores)
}

fn complete_cycles(results: &[VesselResult]) -> u64 {
    let counts = results.iter().map(|result| result.cycles.complete_count());
    counts.sum::<usize>() as u64
}

fn true_name(state: TrueState) -> u8 {
    match state {
        TrueState::Idle | TrueState::Anchored | TrueState::Waiting => 0,
        TrueState::Manoeuvre => 1,
        TrueState::Transit => 2,
        TrueState::Dredge => DREDGE as u8,
        TrueState::Discharge => DISCHARGE as u8,
        TrueState::Fishing | TrueState::Towing | TrueState::Survey => 5,
    }
}

fn found_name(state: State) -> u8 {
    match state {
        State::Idle => 0,
        State::Manoeuvre => 1,
        State::Transit => 2,
        State::Dredge => DREDGE as u8,
        State::Discharge => DISCHARGE as u8,
        State::Unknown => 5,
    }
}

fn state_minutes(vessel: u32, read: &ReadVessel) -> Result<Minutes, ScoreError> {
    let truth: Vec<StateInterval> = read
        .track
        .truth_states
        .iter()
        .map(|state| StateInterval {
            vessel,
            start_ms: state.start_ms,
            end_ms: state.end_ms,
            state: true_name(state.state),
        })
        .collect();
    let mut found: Vec<StateInterval> = Vec::new();
    for result in &read.results {
        let states = &result.states;
        for row in 0..states.state.len() {
            found.push(StateInterval {
                vessel,
                start_ms: states.start_ms[row],
                end_ms: states.end_ms[row],
                state: found_name(states.state[row]),
            });
        }
    }
    Ok(score_states(&truth, &without_overlap(found), &STATES)?.minutes)
}

/// A wrong position may open a segment beside the vessel's own; what overlaps is cut off the later.
fn without_overlap(mut intervals: Vec<StateInterval>) -> Vec<StateInterval> {
    intervals.sort_unstable_by_key(|interval| (interval.start_ms, interval.end_ms, interval.state));
    let mut until_ms = i64::MIN;
    for interval in &mut intervals {
        interval.start_ms = interval.start_ms.max(until_ms);
        interval.end_ms = interval.end_ms.max(interval.start_ms);
        until_ms = interval.end_ms;
    }
    intervals
}

fn is_within(cycle: &TruthCycle, (from_ms, to_ms): (i64, i64)) -> bool {
    cycle.dredge_start_ms >= from_ms && cycle.discharge_end_ms <= to_ms
}

/// Counts, and for each true cycle whether it was found.
fn match_cycles(
    truth: &[TruthCycle],
    results: &[VesselResult],
    window: (i64, i64),
    overlap: f64,
) -> Result<(CycleCounts, Vec<bool>), ScoreError> {
    let true_phases: Vec<PhaseInterval> = truth
        .iter()
        .map(|cycle| PhaseInterval {
            vessel: 0,
            start_ms: cycle.dredge_start_ms,
            end_ms: cycle.dredge_end_ms,
        })
        .collect();
    let mut found_phases: Vec<PhaseInterval> = Vec::new();
    for cycles in results.iter().map(|result| &result.cycles) {
        for row in (0..cycles.len()).filter(|&row| cycles.complete[row]) {
            found_phases.push(PhaseInterval {
                vessel: 0,
                start_ms: cycles.dredge_start_ms[row],
                end_ms: cycles.dredge_end_ms[row],
            });
        }
    }
    let score = score_cycles(&true_phases, &found_phases, overlap)?;
    let mut is_found = vec![false; truth.len()];
    for matched in &score.matches {
        is_found[matched.truth] = true;
    }
    let mut counts = CycleCounts {
        found: found_phases.len() as u64,
        hits: score.matches.len() as u64,
        ..CycleCounts::default()
    };
    for (cycle, _) in truth
        .iter()
        .zip(&is_found)
        .filter(|(cycle, is_found)| !**is_found && is_within(cycle, window))
    {
        counts.missed += 1;
        counts.missed_though_heard += u64::from(cycle.complete_in_ais);
    }
    Ok((counts, is_found))
}

/// The case of cycles that break no rule.
pub(crate) const NO_CASE: &str = "none";

fn count_cases(
    cases: &mut BTreeMap<&'static str, CaseFound>,
    truth: &[TruthCycle],
    is_found: &[bool],
    window: (i64, i64),
) {
    for (cycle, &found) in truth.iter().zip(is_found) {
        if !cycle.complete_in_ais || !is_within(cycle, window) {
            continue;
        }
        let mut names: Vec<&'static str> = cycle.cases.iter().map(Case::as_str).collect();
        if names.is_empty() {
            names.push(NO_CASE);
        }
        for name in names {
            let counts = cases.entry(name).or_default();
            counts.heard += 1;
            counts.found += u64::from(found);
        }
    }
}
