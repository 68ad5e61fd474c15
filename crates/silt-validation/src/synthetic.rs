//! Everything that synthetic fleets show.

use std::collections::BTreeMap;

use geo_types::Polygon;
use rayon::prelude::*;
use serde::Serialize;
use silt_dredging::Places;
use silt_estimate::Priors;
use silt_estimate::score::{
    Agreement, ErrorSummary, IntervalCase, IntervalCoverage, StateScore, interval_coverage,
    relative_errors,
};
use silt_synth::{Fleet, FleetConfig, VesselKind as TrueKind};

use crate::ValidationError;
use crate::config::ValidationConfig;
use crate::fleet::{read_fleet, synthetic_places};
use crate::scores::{CaseFound, CycleCounts, OtherVessels, SPEED_CLASS_KN, Scores, score};
use crate::tonnes::{Calibration, FleetTonnes, Interval, Part, Truth, calibrate};

/// What synthetic fleets show. Nothing of it is an observation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Synthetic {
    /// Always true.
    pub synthetic: bool,
    /// What the fleets are made of, that of the first; the others differ in their seed.
    pub fleet: FleetConfig,
    /// Vessels by kind.
    pub vessels: BTreeMap<String, u64>,
    /// Vessels that send the MMSI of another one.
    pub vessels_with_shared_mmsi: u64,
    /// States by minute of hopper dredgers.
    pub hopper_states: StateScore,
    /// States by minute of cutters and backhoes. Found `dredge` is the working pattern, of which a
    /// share is pumping.
    pub stationary_states: StateScore,
    /// States by minute of every kind.
    pub states_by_kind: BTreeMap<String, StateScore>,
    /// Complete cycles of hopper dredgers that a register knows.
    pub cycles: CycleScores,
    /// The same where any overlap of the dredging phases makes them the same cycle: their number, not
    /// their extent.
    pub cycles_touching: CycleScores,
    /// The same of the same vessels, had no register known them.
    pub cycles_by_behaviour: CycleScores,
    /// How often cycles that break the rules are found; `none`: those that break none.
    pub cases: BTreeMap<String, CaseFound>,
    /// Vessels that are no dredgers, read without their type.
    pub others: BTreeMap<String, OtherVessels>,
    /// Speeds of hopper dredgers at full hours, by true state and class of speed.
    pub speeds: SpeedCounts,
    /// Experiment 2: true cycles, the fleet's own loads.
    pub known_cycles: TonnesScore,
    /// Experiment 3: detected cycles with the priors as they are, against what was dredged while the
    /// vessels were heard. That is what the observed figure is of.
    pub detected: BTreeMap<Part, TonnesScore>,
    /// The same intervals against all that was dredged, heard or not.
    pub detected_of_all: BTreeMap<Part, TonnesScore>,
    /// Share of the true tonnes of hopper dredgers and cutters that were dredged unheard.
    pub unheard_share: Option<f64>,
    /// What experiment 4 takes from other fleets.
    pub calibration: Calibration,
    /// The priors with that correction, for whoever wants to estimate with them.
    pub corrected_priors: Priors,
    /// Experiment 4: detected cycles with the fitted correction, against all that was dredged.
    pub corrected: BTreeMap<Part, TonnesScore>,
    /// Share of the true tonnes of dredgers that backhoes moved, of which the method estimates none.
    pub backhoe_share: Option<f64>,
}

/// Cycles against their truth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CycleScores {
    /// Against every true cycle within the window.
    pub all: Agreement,
    /// A true cycle with a silence above an hour counts only where it was found.
    pub heard: Agreement,
}

impl From<&CycleCounts> for CycleScores {
    fn from(counts: &CycleCounts) -> CycleScores {
        CycleScores {
            all: counts.all(),
            heard: counts.heard(),
        }
    }
}

/// Counts by class of speed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpeedCounts {
    /// Width of a class, kn; the last holds all that is faster.
    pub class_kn: f64,
    /// Counts by state.
    pub by_state: BTreeMap<String, Vec<u64>>,
}

/// Intervals against truths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TonnesScore {
    /// How often the 90 % interval holds the truth.
    pub coverage: IntervalCoverage,
    /// Errors of the medians.
    pub errors: ErrorSummary,
    /// Sum of the medians over the sum of the truths, less one.
    pub total_error: Option<f64>,
    /// Mean width of the intervals over their median.
    pub mean_relative_width: Option<f64>,
    /// Every case.
    pub intervals: Vec<Interval>,
}

impl TonnesScore {
    pub(crate) fn of(intervals: Vec<Interval>) -> Result<TonnesScore, ValidationError> {
        let cases: Vec<IntervalCase> = intervals
            .iter()
            .map(|interval| IntervalCase {
                truth: interval.truth_t,
                low: interval.p05_t,
                high: interval.p95_t,
            })
            .collect();
        let truth: Vec<f64> = intervals.iter().map(|interval| interval.truth_t).collect();
        let medians: Vec<f64> = intervals.iter().map(|interval| interval.p50_t).collect();
        let widths: Vec<f64> = intervals
            .iter()
            .filter(|interval| interval.p50_t > 0.0)
            .map(|interval| (interval.p95_t - interval.p05_t) / interval.p50_t)
            .collect();
        let true_sum: f64 = truth.iter().sum();
        let sum: f64 = medians.iter().sum();
        Ok(TonnesScore {
            coverage: interval_coverage(&cases),
            errors: relative_errors(&truth, &medians)?,
            total_error: (true_sum > 0.0).then(|| sum / true_sum - 1.0),
            mean_relative_width: (!widths.is_empty())
                .then(|| widths.iter().sum::<f64>() / widths.len() as f64),
            intervals,
        })
    }
}

/// What is kept of a fleet once it is read.
struct Scored {
    scores: Scores,
    tonnes: FleetTonnes,
}

/// Reads and scores all fleets. `done` is told after each of them.
pub(crate) fn run(
    config: &ValidationConfig,
    land: &[Polygon<f64>],
    done: &(dyn Fn() + Sync),
) -> Result<Synthetic, ValidationError> {
    let places = synthetic_places(land);
    let calibration_fleets: Result<Vec<(f64, f64)>, ValidationError> = (0..config
        .calibration_fleets)
        .into_par_iter()
        .map(|number| {
            let fleet = Fleet::new(config.calibration_fleet(number))?;
            let read = read_fleet(fleet, &places, config);
            let tonnes = FleetTonnes::of(number, &read, &config.priors);
            done();
            Ok(tonnes.loads_and_cycles())
        })
        .collect();
    let calibration = calibrate(&calibration_fleets?);
    let scored = scored_fleets(config, &places, done)?;
    summarise(config, calibration, &scored)
}

fn scored_fleets(
    config: &ValidationConfig,
    places: &Places,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Scored>, ValidationError> {
    (0..config.fleets)
        .into_par_iter()
        .map(|number| {
            let fleet = Fleet::new(config.test_fleet(number))?;
            let read = read_fleet(fleet, places, config);
            let scores = score(&read, config.cycle_overlap)?;
            let tonnes = FleetTonnes::of(number, &read, &config.priors);
            done();
            Ok(Scored { scores, tonnes })
        })
        .collect()
}

fn summarise(
    config: &ValidationConfig,
    calibration: Calibration,
    fleets: &[Scored],
) -> Result<Synthetic, ValidationError> {
    let mut scores = Scores::default();
    for fleet in fleets {
        scores.add(&fleet.scores);
    }
    let corrected_priors = Priors {
        version: format!("{}+validated", config.priors.version),
        true_cycles_per_detected: calibration.true_cycles_per_detected,
        ..config.priors.clone()
    };
    let known: Result<Vec<Option<Interval>>, _> = fleets
        .par_iter()
        .map(|fleet| fleet.tonnes.of_known_cycles(&config.priors, config.draws))
        .collect();
    let known_cycles = TonnesScore::of(known?.into_iter().flatten().collect())?;
    let named = |kind: &TrueKind| kind.as_str().to_owned();
    let states_by_kind = scores
        .minutes
        .keys()
        .map(|kind| (named(kind), scores.states_of(&[*kind])));
    let backhoes_t: f64 = fleets.iter().map(|fleet| fleet.tonnes.backhoe_t).sum();
    let others_t: f64 = fleets
        .iter()
        .map(|fleet| fleet.tonnes.truth_t(Part::Fleet))
        .sum();
    let heard_t: f64 = fleets
        .iter()
        .map(|fleet| fleet.tonnes.heard_truth_t(Part::Fleet))
        .sum();
    let all_t = backhoes_t + others_t;
    Ok(Synthetic {
        synthetic: true,
        fleet: config.test_fleet(0),
        vessels: scores
            .vessels
            .iter()
            .map(|(kind, count)| (named(kind), *count))
            .collect(),
        vessels_with_shared_mmsi: scores.shared_mmsi,
        hopper_states: scores.states_of(&[TrueKind::Tshd]),
        stationary_states: scores.states_of(&[TrueKind::Cutter, TrueKind::Backhoe]),
        states_by_kind: states_by_kind.collect(),
        cycles: CycleScores::from(&scores.cycles),
        cycles_touching: CycleScores::from(&scores.cycles_touching),
        cycles_by_behaviour: CycleScores::from(&scores.cycles_by_behaviour),
        cases: scores
            .cases
            .iter()
            .map(|(case, found)| ((*case).to_owned(), *found))
            .collect(),
        others: scores
            .others
            .iter()
            .map(|(kind, others)| (named(kind), *others))
            .collect(),
        speeds: SpeedCounts {
            class_kn: SPEED_CLASS_KN,
            by_state: scores
                .speeds
                .iter()
                .map(|(state, counts)| ((*state).to_owned(), counts.clone()))
                .collect(),
        },
        known_cycles,
        detected: tonnes_of_parts(fleets, &config.priors, config.draws, Truth::Heard)?,
        detected_of_all: tonnes_of_parts(fleets, &config.priors, config.draws, Truth::All)?,
        unheard_share: (others_t > 0.0).then(|| 1.0 - heard_t / others_t),
        corrected: tonnes_of_parts(fleets, &corrected_priors, config.draws, Truth::All)?,
        calibration,
        corrected_priors,
        backhoe_share: (all_t > 0.0).then(|| backhoes_t / all_t),
    })
}

fn tonnes_of_parts(
    fleets: &[Scored],
    priors: &Priors,
    draws: u32,
    truth: Truth,
) -> Result<BTreeMap<Part, TonnesScore>, ValidationError> {
    let of_fleets: Result<Vec<Vec<(Part, Interval)>>, _> = fleets
        .par_iter()
        .map(|fleet| fleet.tonnes.of_detection(priors, draws, truth))
        .collect();
    let mut of_parts: BTreeMap<Part, Vec<Interval>> = BTreeMap::new();
    for (part, interval) in of_fleets?.into_iter().flatten() {
        of_parts.entry(part).or_default().push(interval);
    }
    of_parts
        .into_iter()
        .map(|(part, intervals)| Ok((part, TonnesScore::of(intervals)?)))
        .collect()
}
