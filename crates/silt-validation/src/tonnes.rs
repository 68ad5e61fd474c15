//! Tonnes of a synthetic fleet: what it loaded, and what the estimate says of it.

use serde::Serialize;
use silt_dredging::{State, VesselResult};
use silt_estimate::{
    Distribution, EstimateError, FactLimits, Group, GroupEstimate, Priors, Settings, StatedVessel,
    VesselFacts, VesselKind, WorkRow, estimate, percentile, vessel_key,
};
use silt_synth::{SynthVessel, TruthCycle, VesselKind as TrueKind};

use crate::fleet::{ReadFleet, ReadVessel};

/// What an interval is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Hopper dredgers and cutters together.
    Fleet,
    /// Hopper dredgers.
    Hoppers,
    /// Cutters.
    Cutters,
}

impl Part {
    /// Every part, the whole first.
    pub const ALL: [Part; 3] = [Part::Fleet, Part::Hoppers, Part::Cutters];

    fn holds(self, kind: TrueKind) -> bool {
        match self {
            Part::Fleet => matches!(kind, TrueKind::Tshd | TrueKind::Cutter),
            Part::Hoppers => kind == TrueKind::Tshd,
            Part::Cutters => kind == TrueKind::Cutter,
        }
    }
}

/// Which truth an interval should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// Dredged while the vessel was heard.
    Heard,
    /// Dredged within the window.
    All,
}

/// Truth and interval of one fleet, t.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Number of the fleet.
    pub fleet: u32,
    /// Loaded or pumped within the window.
    pub truth_t: f64,
    /// 5th percentile.
    pub p05_t: f64,
    /// Median.
    pub p50_t: f64,
    /// 95th percentile.
    pub p95_t: f64,
}

/// One vessel: truth and evidence.
#[derive(Debug, Clone)]
struct VesselTonnes {
    kind: TrueKind,
    facts: VesselFacts,
    /// As detected.
    detected: WorkRow,
    /// As it was: cycles whose dredging began within the window.
    known: WorkRow,
    /// True hopper volume, m3; 0 without.
    hopper_m3: f64,
    /// True loads within the window; those at its ends by the share of their dredging in it.
    loads: f64,
    /// Hours of true dredging within the window.
    dredge_hours: f64,
    /// Tonnes of `loads`, or of a cutter's work within the window.
    tonnes: f64,
    /// Those of them that were dredged while the vessel was heard.
    heard_tonnes: f64,
    /// Tonnes of the cycles of `known`.
    known_tonnes: f64,
}

/// All vessels of a fleet that dredge, and what of it no figure can contain.
#[derive(Debug, Clone)]
pub(crate) struct FleetTonnes {
    number: u32,
    seed: u64,
    vessels: Vec<VesselTonnes>,
    /// Tonnes of backhoes: the method estimates none.
    pub(crate) backhoe_t: f64,
}

const HOUR_MS: f64 = 3_600_000.0;

impl FleetTonnes {
    pub(crate) fn of(number: u32, read: &ReadFleet, priors: &Priors) -> FleetTonnes {
        let config = read.fleet.config();
        let window = (config.start_ms, config.end_ms());
        let mut vessels = Vec::new();
        let mut backhoe_t = 0.0;
        for (vessel, found) in read.fleet.vessels().iter().zip(&read.vessels) {
            match vessel.kind {
                TrueKind::Tshd | TrueKind::Cutter => {
                    vessels.push(vessel_tonnes(vessel, found, window, priors));
                }
                TrueKind::Backhoe => backhoe_t += worked_tonnes(found, window, share_of_work),
                _ => {}
            }
        }
        FleetTonnes {
            number,
            seed: config.seed,
            vessels,
            backhoe_t,
        }
    }

    /// Tonnes loaded and pumped within the window.
    pub(crate) fn truth_t(&self, part: Part) -> f64 {
        let of_part = self.vessels.iter().filter(|vessel| part.holds(vessel.kind));
        of_part.map(|vessel| vessel.tonnes).sum()
    }

    /// Tonnes of dredging within the window and within hearing: what a figure can be of that stands
    /// on the positions at hand only.
    pub(crate) fn heard_truth_t(&self, part: Part) -> f64 {
        let of_part = self.vessels.iter().filter(|vessel| part.holds(vessel.kind));
        of_part.map(|vessel| vessel.heard_tonnes).sum()
    }

    fn known_truth_t(&self, part: Part) -> f64 {
        let of_part = self.vessels.iter().filter(|vessel| part.holds(vessel.kind));
        of_part.map(|vessel| vessel.known_tonnes).sum()
    }

    /// Loads that dredging hours outside of complete cycles do not stand for, and complete cycles
    /// detected; both weighed by hopper volume, as the estimate weighs them.
    pub(crate) fn loads_and_cycles(&self) -> (f64, f64) {
        let (mut loads, mut cycles) = (0.0, 0.0);
        for vessel in &self.vessels {
            if vessel.kind != TrueKind::Tshd {
                continue;
            }
            let work = &vessel.detected;
            let hours_outside = work.dredge_hours - work.dredge_hours_in_complete_cycles;
            let hours_per_load = vessel.dredge_hours / vessel.loads;
            let by_hours = if hours_per_load > 0.0 {
                hours_outside / hours_per_load
            } else {
                0.0
            };
            loads += vessel.hopper_m3 * (vessel.loads - by_hours);
            cycles += vessel.hopper_m3 * f64::from(work.complete_cycles);
        }
        (loads, cycles)
    }

    /// Intervals of every part that there is, from what was detected, for the truth given.
    pub(crate) fn of_detection(
        &self,
        priors: &Priors,
        draws: u32,
        truth: Truth,
    ) -> Result<Vec<(Part, Interval)>, EstimateError> {
        let truth_of = |part: Part| match truth {
            Truth::Heard => self.heard_truth_t(part),
            Truth::All => self.truth_t(part),
        };
        self.intervals(priors, draws, |vessel| vessel.detected, truth_of)
    }

    /// Intervals of the hopper dredgers as if every cycle were known without error.
    pub(crate) fn of_known_cycles(
        &self,
        priors: &Priors,
        draws: u32,
    ) -> Result<Option<Interval>, EstimateError> {
        let intervals = self.intervals(
            priors,
            draws,
            |vessel| vessel.known,
            |part| self.known_truth_t(part),
        )?;
        let hoppers = intervals
            .into_iter()
            .find(|(part, _)| *part == Part::Hoppers);
        Ok(hoppers.map(|(_, interval)| interval))
    }

    fn intervals(
        &self,
        priors: &Priors,
        draws: u32,
        work_of: impl Fn(&VesselTonnes) -> WorkRow,
        truth_of: impl Fn(Part) -> f64,
    ) -> Result<Vec<(Part, Interval)>, EstimateError> {
        let facts: Vec<VesselFacts> = self
            .vessels
            .iter()
            .map(|vessel| vessel.facts.clone())
            .collect();
        let mut rows = Vec::new();
        for (group, part) in Part::ALL.into_iter().enumerate() {
            for (number, vessel) in self.vessels.iter().enumerate() {
                if part.holds(vessel.kind) {
                    rows.push(WorkRow {
                        group: group as u32,
                        vessel: number as u32,
                        ..work_of(vessel)
                    });
                }
            }
        }
        let groups = vec![Group::default(); Part::ALL.len()];
        let settings = Settings {
            draws,
            seed: self.seed,
            ..Settings::default()
        };
        let estimates = estimate(&groups, &facts, &rows, priors, &settings)?;
        let of_parts = Part::ALL.into_iter().zip(&estimates);
        Ok(of_parts
            .filter_map(|(part, estimate)| {
                let interval = self.interval(truth_of(part), estimate)?;
                Some((part, interval))
            })
            .collect())
    }

    /// `None` where there is neither truth nor estimate.
    fn interval(&self, truth_t: f64, estimate: &GroupEstimate) -> Option<Interval> {
        let tonnes = estimate
            .combined
            .as_ref()
            .map(|combined| combined.observed.tonnes);
        if tonnes.is_none() && truth_t <= 0.0 {
            return None;
        }
        let or_zero = |value: Option<f64>| value.unwrap_or(0.0);
        Some(Interval {
            fleet: self.number,
            truth_t,
            p05_t: or_zero(tonnes.map(|tonnes| tonnes.p05.0)),
            p50_t: or_zero(tonnes.map(|tonnes| tonnes.p50.0)),
            p95_t: or_zero(tonnes.map(|tonnes| tonnes.p95.0)),
        })
    }
}

fn vessel_tonnes(
    vessel: &SynthVessel,
    found: &ReadVessel,
    window: (i64, i64),
    priors: &Priors,
) -> VesselTonnes {
    let is_hopper = vessel.kind == TrueKind::Tshd;
    let key = vessel_key(&format!("synthetic:{}", vessel.index));
    let kind = if is_hopper {
        VesselKind::Tshd
    } else {
        VesselKind::Cutter
    };
    let stated = StatedVessel {
        hopper_m3: vessel.register_hopper_m3,
        length_m: Some(vessel.length_m),
        pipe_diameter_m: vessel.pipe_diameter_m,
        ..StatedVessel::unknown(key, kind)
    };
    let (facts, _) = VesselFacts::check(stated, &FactLimits::default(), priors);
    let mut known = WorkRow::default();
    let (mut loads, mut tonnes, mut known_tonnes, mut dredge_hours) = (0.0, 0.0, 0.0, 0.0);
    let mut heard_tonnes = worked_tonnes(found, window, heard_share);
    for cycle in &found.track.truth_cycles {
        let share = share_within(cycle.dredge_start_ms, cycle.dredge_end_ms, window);
        loads += share;
        tonnes += share * cycle.tonnes;
        let phase = (cycle.dredge_start_ms, cycle.dredge_end_ms);
        heard_tonnes += cycle.tonnes * heard_share(found, phase, window);
        dredge_hours += share * hours_of(cycle);
        if (window.0..window.1).contains(&cycle.dredge_start_ms) {
            known.complete_cycles += 1;
            known_tonnes += cycle.tonnes;
        }
    }
    VesselTonnes {
        kind: vessel.kind,
        facts,
        detected: detected_work(&found.results, is_hopper),
        known,
        hopper_m3: vessel.hopper_m3.unwrap_or(0.0),
        loads,
        dredge_hours,
        tonnes: tonnes + worked_tonnes(found, window, share_of_work),
        heard_tonnes,
        known_tonnes,
    }
}

fn hours_of(cycle: &TruthCycle) -> f64 {
    (cycle.dredge_end_ms - cycle.dredge_start_ms) as f64 / HOUR_MS
}

/// Share of a stretch of work that counts.
type Share = fn(&ReadVessel, (i64, i64), (i64, i64)) -> f64;

fn worked_tonnes(found: &ReadVessel, window: (i64, i64), share: Share) -> f64 {
    let work = found.track.truth_work.iter();
    work.map(|work| work.tonnes * share(found, (work.start_ms, work.end_ms), window))
        .sum()
}

fn share_of_work(_: &ReadVessel, (start_ms, end_ms): (i64, i64), window: (i64, i64)) -> f64 {
    share_within(start_ms, end_ms, window)
}

/// Share of a stretch that lies within the window and outside of silences.
fn heard_share(found: &ReadVessel, (start_ms, end_ms): (i64, i64), window: (i64, i64)) -> f64 {
    let mut share = share_within(start_ms, end_ms, window);
    let first = found
        .silences
        .partition_point(|silence| silence.1 <= start_ms);
    for &silence in &found.silences[first..] {
        if silence.0 >= end_ms {
            break;
        }
        share -= share_within(start_ms, end_ms, silence);
    }
    share.max(0.0)
}

fn share_within(start_ms: i64, end_ms: i64, (from_ms, to_ms): (i64, i64)) -> f64 {
    let within_ms = (end_ms.min(to_ms) - start_ms.max(from_ms)).max(0);
    within_ms as f64 / (end_ms - start_ms).max(1) as f64
}

/// The work row that totals are made from: one for each cycle and each stretch of dredging, summed.
fn detected_work(results: &[VesselResult], is_hopper: bool) -> WorkRow {
    let mut work = WorkRow::default();
    for result in results {
        let cycles = &result.cycles;
        for &complete in &cycles.complete {
            work.complete_cycles += u32::from(complete);
            work.incomplete_cycles += u32::from(!complete);
        }
        let states = &result.states;
        for row in 0..states.state.len() {
            if states.state[row] != State::Dredge {
                continue;
            }
            let hours = states.hours[row];
            if !is_hopper {
                work.cutter_hours += hours;
                continue;
            }
            work.dredge_hours += hours;
            let cycle = states.cycle_id[row].as_deref();
            let is_in_complete = cycle.is_some_and(|id| {
                let place = cycles.cycle_id.iter().position(|known| known == id);
                place.is_some_and(|place| cycles.complete[place])
            });
            if is_in_complete {
                work.dredge_hours_in_complete_cycles += hours;
            }
        }
    }
    work.dredge_hours_in_complete_cycles =
        work.dredge_hours_in_complete_cycles.min(work.dredge_hours);
    work
}

/// `true_cycles_per_detected` as fitted on fleets that are not scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Fleets it was fitted on.
    pub fleets: u32,
    /// Of these, fleets with a detected cycle.
    pub fleets_with_cycles: u32,
    /// Loads over detected cycles, of all fleets together.
    pub pooled: f64,
    /// Nine of ten fleets have a ratio no farther from the pooled one.
    pub p90_deviation: f64,
    /// The prior that comes of it: a symmetric triangle around the pooled ratio that holds nine of ten
    /// fleets. Symmetric, so that its mean is the pooled ratio too: a skewed one would shift totals.
    pub true_cycles_per_detected: Distribution,
}

/// The ratio of all fleets, and how much fleets differ.
pub(crate) fn calibrate(fleets: &[(f64, f64)]) -> Calibration {
    let (mut loads, mut cycles) = (0.0, 0.0);
    let mut ratios = Vec::new();
    for &(of_fleet, detected) in fleets {
        loads += of_fleet;
        cycles += detected;
        if detected > 0.0 {
            ratios.push(of_fleet / detected);
        }
    }
    let pooled = if cycles > 0.0 { loads / cycles } else { 1.0 };
    let mut deviations: Vec<f64> = ratios.iter().map(|ratio| (ratio - pooled).abs()).collect();
    deviations.sort_unstable_by(f64::total_cmp);
    let p90_deviation = if deviations.is_empty() {
        0.0
    } else {
        percentile(&deviations, 0.90)
    };
    // A symmetric triangle has nine tenths of its area within 1 - sqrt(0.1) of its half width.
    let half_width = p90_deviation / (1.0 - 0.1_f64.sqrt());
    let (lowest, highest) = PLAUSIBLE_RATIO;
    let mode = pooled.clamp(lowest, highest);
    Calibration {
        fleets: fleets.len() as u32,
        fleets_with_cycles: ratios.len() as u32,
        pooled,
        p90_deviation,
        true_cycles_per_detected: Distribution::Triangular {
            low: (mode - half_width).max(lowest),
            mode,
            high: (mode + half_width).min(highest),
        },
    }
}

/// Bounds of the ratio that a prior may have: the estimate takes none at 0 or above 10.
const PLAUSIBLE_RATIO: (f64, f64) = (0.05, 10.0);

#[cfg(test)]
#[path = "tonnes_tests.rs"]
mod tests;
