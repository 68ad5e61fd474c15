//! Proposing vessels for review (METHODS 1.3). A score never makes a vessel a dredger; a register does.

use serde::{Deserialize, Serialize};

use crate::config::CandidateRules;
use crate::result::{NavStatusStats, VesselResult};

/// One reason for or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateReason {
    /// AIS ship type 33, "dredging or underwater operations".
    ShipType33,
    /// Another ship type is stated.
    OtherShipType,
    /// Status 3, "restricted manoeuvrability", while moving.
    RestrictedWhileMoving,
    /// Status 3 at rest only.
    RestrictedAtRest,
    /// Dredging, transit and discharge again and again.
    CyclesByBehaviour,
    /// Long work at dredging speed that made no cycle.
    SlowWork,
    /// Much time between dredging and transit speeds, as trawlers have.
    SpeedsOfTrawling,
    /// Several transmitters send this MMSI: whose behaviour this is, is not known.
    SharedMmsi,
}

/// What a review should look at first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateScore {
    /// 0 to 1; not a probability that anyone has measured.
    pub score: f64,
    /// Whether the score reaches the one worth a review.
    pub is_worth_review: bool,
    /// Reasons with their weight in log-odds, in a fixed order.
    pub reasons: Vec<(CandidateReason, f64)>,
}

/// Weighs ship type, navigational status and behaviour of a vessel that no register knows.
#[must_use]
pub fn candidate_score(
    result: &VesselResult,
    ship_type: Option<u8>,
    nav_status: &NavStatusStats,
    rules: &CandidateRules,
) -> CandidateScore {
    const RESTRICTED: usize = 3;
    let behaviour = &result.behaviour;
    let has_cycles = result.cycles.complete_count() > 0;
    let restricted_moving = nav_status.moving[RESTRICTED] > 0;
    let restricted = nav_status.positions[RESTRICTED] > 0;
    let slow_and_valley_h = behaviour.slow_hours + behaviour.valley_hours;
    // A quarter of that time in the valley is what the Adriatic trawlers of the tests have at least.
    let is_like_trawling = behaviour.work_hours >= rules.slow_work_min_h
        && behaviour.valley_hours > 0.25 * slow_and_valley_h;
    // Types 0 and above 99 state nothing.
    let states_other_type = ship_type.is_some_and(|kind| kind != 33 && (1..=99).contains(&kind));

    let conditions = [
        (
            ship_type == Some(33),
            CandidateReason::ShipType33,
            rules.ship_type_33,
        ),
        (
            states_other_type,
            CandidateReason::OtherShipType,
            rules.ship_type_other,
        ),
        (
            restricted_moving,
            CandidateReason::RestrictedWhileMoving,
            rules.status_3_moving,
        ),
        (
            restricted && !restricted_moving,
            CandidateReason::RestrictedAtRest,
            rules.status_3_rest,
        ),
        (has_cycles, CandidateReason::CyclesByBehaviour, rules.cycles),
        (
            !has_cycles && behaviour.work_hours >= rules.slow_work_min_h,
            CandidateReason::SlowWork,
            rules.slow_work,
        ),
        (
            is_like_trawling,
            CandidateReason::SpeedsOfTrawling,
            rules.valley,
        ),
        (result.quality.shared_mmsi, CandidateReason::SharedMmsi, 0.0),
    ];
    let reasons: Vec<(CandidateReason, f64)> = conditions
        .iter()
        .filter(|(holds, _, _)| *holds)
        .map(|&(_, reason, weight)| (reason, weight))
        .collect();
    let log_odds = rules.prior + reasons.iter().map(|(_, weight)| weight).sum::<f64>();
    let score = 1.0 / (1.0 + libm::exp(-log_odds));
    CandidateScore {
        score,
        is_worth_review: score >= rules.review_score,
        reasons,
    }
}

#[cfg(test)]
#[path = "candidate_tests.rs"]
mod tests;
