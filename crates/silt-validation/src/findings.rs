//! What was found, in a few plain sentences, and what was not shown.

use serde::Serialize;
use silt_estimate::published::Outcome;
use silt_estimate::score::Agreement;

use crate::config::ValidationConfig;
use crate::real::Real;
use crate::scores::STATES;
use crate::synthetic::{Synthetic, TonnesScore};
use crate::tonnes::Part;

/// One thing tested.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What was tested.
    pub tested: String,
    /// What came of it.
    pub result: String,
    /// What was wanted, where something was.
    pub wanted: Option<String>,
    /// Whether it is as wanted.
    pub holds: Option<bool>,
}

/// What the report does not show. METHODS 1.8 binds it.
pub const NOT_SHOWN: [&str; 10] = [
    "How well dredging is found on real dredging tracks. No real track with a known cycle was at hand: the real feeds \
     hold known dredgers for minutes, and a cycle takes hours. Every precision, recall and F1 on this page is of \
     synthetic vessels.",
    "That the three Adriatic fishing vessels are an independent test. The detector's weights were set while looking \
     at them: they are development data. Nobody has looked at other trawlers.",
    "That the synthetic fleets are like real ones. Their speeds, report intervals, gaps and noise are fitted to real \
     files, the speeds of dredging to the same 91 snapshots that are plotted here beside them; durations of \
     loading and unloading, loads, and all rates of rule breaking are assumptions.",
    "That the priors are right. In experiment 1 the truth is drawn from the priors, in experiments 2 to 4 fill and \
     density of the fleets have the mean and spread of the priors by design. Whether real hoppers are filled so is \
     not tested by anything here.",
    "That the observed figure is the whole. It stands on the positions at hand: what is dredged in silence, or by \
     vessels never heard, is not in it (METHODS 1.6 publishes a total divided by coverage beside it; that \
     division is not tested here, since nobody knows the coverage).",
    "That the correction fitted in experiment 4 holds for real fleets. It is fitted on synthetic ones; the service \
     does not apply it unless asked to.",
    "Completeness where AIS is not mandatory, switched off, or not received: artisanal mining, rivers, shallow \
     waters, vessels without transponder. The synthetic vessels all have one.",
    "What a dredging is for. Licence areas, channels and wharves are not given to the detection here, so \
     purposes are not scored.",
    "Published totals. The figures are checked against each other and against units and formulas; no AIS of those \
     fleets is at hand, so none is recomputed from positions.",
    "Anything about backhoes' tonnes: barges carry them, and the method estimates none.",
];

pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

pub(crate) fn percent_or_none(share: Option<f64>) -> String {
    share.map_or_else(|| "none".to_owned(), percent)
}

fn two_places(share: Option<f64>) -> String {
    share.map_or_else(|| "none".to_owned(), |share| format!("{share:.2}"))
}

fn prf(agreement: &Agreement) -> String {
    format!(
        "precision {}, recall {}, F1 {}",
        two_places(agreement.precision),
        two_places(agreement.recall),
        two_places(agreement.f1)
    )
}

/// The sentence of a coverage.
pub(crate) fn coverage_text(score: &TonnesScore) -> String {
    let coverage = &score.coverage;
    format!(
        "{} of {} intervals hold the truth: {} (95 % interval of that share {} to {}); median error {}, total {}",
        coverage.covered,
        coverage.n,
        percent_or_none(coverage.share),
        percent(coverage.share_low),
        percent(coverage.share_high),
        signed_percent(score.errors.p50),
        signed_percent(score.total_error),
    )
}

pub(crate) fn signed_percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "none".to_owned(),
        |share| format!("{:+.1} %", 100.0 * share),
    )
}

pub(crate) fn findings(
    config: &ValidationConfig,
    arithmetic: &TonnesScore,
    synthetic: &Synthetic,
    real: Option<&Real>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let [low, high] = config.coverage_wanted;
    let mut coverage = |tested: &str, score: &TonnesScore| {
        found.push(Finding {
            tested: tested.to_owned(),
            result: coverage_text(score),
            wanted: Some(format!("{:.0} to {:.0} %", 100.0 * low, 100.0 * high)),
            holds: score
                .coverage
                .share
                .map(|share| (low..=high).contains(&share)),
        });
    };
    coverage(
        "Experiment 1, the arithmetic alone: truths drawn from the priors, cycles known",
        arithmetic,
    );
    coverage(
        "Experiment 2, loads of synthetic hopper dredgers, cycles known",
        &synthetic.known_cycles,
    );
    for (scores, experiment) in [
        (
            &synthetic.detected,
            "Experiment 3, cycles detected, truth: what was dredged within hearing",
        ),
        (
            &synthetic.corrected,
            "Experiment 4, cycles detected and corrected as fitted on other fleets, truth: all that was dredged",
        ),
    ] {
        for (part, name) in [
            (Part::Fleet, "whole fleets"),
            (Part::Hoppers, "hopper dredgers alone"),
            (Part::Cutters, "cutters alone"),
        ] {
            // The correction is of trips; cutters have none.
            let is_repeated = part == Part::Cutters && experiment.starts_with("Experiment 4");
            if let (Some(score), false) = (scores.get(&part), is_repeated) {
                coverage(&format!("{experiment}; {name}"), score);
            }
        }
    }
    if let Some(score) = synthetic.detected_of_all.get(&Part::Fleet) {
        found.push(fact(
            "The intervals of experiment 3 against all that was dredged, which they do not claim to hold",
            coverage_text(score),
        ));
    }
    let dredge = STATES.iter().position(|state| *state == "dredge");
    if let Some(agreement) = dredge.and_then(|state| synthetic.hopper_states.agreement.get(state)) {
        found.push(fact(
            "Minutes of dredging of synthetic hopper dredgers",
            prf(agreement),
        ));
    }
    found.push(fact(
        "Cycles of synthetic hopper dredgers that were heard throughout, dredging phases overlapping by half",
        prf(&synthetic.cycles.heard),
    ));
    found.push(fact(
        "The same, dredging phases overlapping at all: their number, whatever their extent",
        prf(&synthetic.cycles_touching.heard),
    ));
    let (mut vessels, mut with_cycles) = (0, 0);
    for others in synthetic.others.values() {
        vessels += others.vessels;
        with_cycles += others.vessels_with_false_cycles;
    }
    found.push(fact(
        "Synthetic vessels that are no dredgers, read without their type",
        format!(
            "{with_cycles} of {vessels} show what looks like dredging cycles; no register knows them, so they become \
             candidates for review and add no tonne"
        ),
    ));
    match real {
        Some(real) => found.extend(real_findings(real)),
        None => found.push(fact(
            "Real files",
            "not tested: no folder was given (--real DIR)".to_owned(),
        )),
    }
    found
}

fn fact(tested: &str, result: String) -> Finding {
    Finding {
        tested: tested.to_owned(),
        result,
        wanted: None,
        holds: None,
    }
}

fn real_findings(real: &Real) -> Vec<Finding> {
    let mut found = Vec::new();
    if real.negatives.is_empty() {
        found.push(fact(
            "Real vessels that do not dredge",
            "not tested: their files are not there".to_owned(),
        ));
    } else {
        let mut vessels: Vec<(&str, u32)> = real
            .negatives
            .iter()
            .map(|negative| (negative.file, negative.vessel))
            .collect();
        vessels.dedup();
        vessels.sort_unstable();
        vessels.dedup();
        let cycles: u64 = real.negatives.iter().map(|negative| negative.cycles).sum();
        found.push(Finding {
            tested:
                "Real fishing vessels and tankers, read without their type, with ports and without"
                    .to_owned(),
            result: format!("{cycles} cycles of {} vessels", vessels.len()),
            wanted: Some("0 cycles".to_owned()),
            holds: Some(cycles == 0),
        });
    }
    if !real.feeds.is_empty() {
        let vessels: u64 = real.feeds.iter().map(|feed| feed.vessels).sum();
        let with_cycles: u64 = real.feeds.iter().map(|feed| feed.vessels_with_cycles).sum();
        found.push(Finding {
            tested: "All vessels of the real feeds, minutes to an hour and a half each, read without their type"
                .to_owned(),
            result: format!("{with_cycles} of {vessels} vessels with a cycle"),
            wanted: Some("0: no feed is as long as a cycle".to_owned()),
            holds: Some(with_cycles == 0),
        });
        let plausible = real.dredgers.iter().filter(|dredger| dredger.plausible);
        found.push(fact(
            "Known dredgers in the real feeds",
            format!(
                "{} of {} have a state that their speed allows",
                plausible.count(),
                real.dredgers.len()
            ),
        ));
    }
    if !real.type_33.is_empty() {
        let noted = real.type_33.iter().filter(|one| one.is_instead.is_some());
        let noted = noted.count();
        found.push(fact(
            "Ship type 33 as a sign of a dredger",
            format!(
                "of {} senders heard, {} are known dredgers; {noted} listed senders are something else, and of {} \
                 nothing but their type says what they do; {} known dredgers send another type",
                real.feeds.iter().map(|feed| feed.type_33).sum::<u64>(),
                real.feeds
                    .iter()
                    .map(|feed| feed.type_33_known_dredgers)
                    .sum::<u64>(),
                real.type_33.len() - noted,
                real.other_type.len()
            ),
        ));
    }
    if !real.published.is_empty() {
        let (mut checked, mut agrees) = (0, 0);
        for check in &real.published {
            if let Outcome::Checked(comparison) = &check.outcome {
                checked += 1;
                agrees += u32::from(comparison.agrees);
            }
        }
        found.push(fact(
            "Published figures against our arithmetic",
            format!(
                "{agrees} of {checked} comparisons agree; {} figures have nothing to be compared with",
                real.published.len() as u32 - checked
            ),
        ));
    }
    found
}
