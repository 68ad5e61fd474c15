//! How much speaks for a dredging cycle and against it, whatever a register says of the vessel.

use crate::config::{CycleRules, EvidenceRules};
use crate::input::VesselKind;

/// What was measured of one chain. NaN where it could not be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Features {
    pub(crate) dredge_speed_kn: f64,
    /// Of the whole vessel.
    pub(crate) valley_share: f64,
    pub(crate) steady_share: f64,
    /// Way over radius of the longest work; 2 is a straight line.
    pub(crate) to_and_fro: f64,
    pub(crate) loading_h: f64,
    pub(crate) has_several_grounds: bool,
    pub(crate) draught_rise_m: f64,
    /// Empty less loaded speed over empty speed.
    pub(crate) slower_loaded: f64,
    pub(crate) berth_h: f64,
    pub(crate) returns: bool,
}

/// The probability that the logistic function makes of the weighed evidence.
pub(crate) fn evidence(
    features: &Features,
    kind: VesselKind,
    rules: &EvidenceRules,
    cycles: &CycleRules,
) -> f64 {
    let mut log_odds = match kind {
        VesselKind::Tshd => rules.prior_tshd,
        _ => rules.prior_unknown,
    };
    let against = |value: f64, good: f64, bad: f64| 1.0 - 2.0 * share_of(value, good, bad);

    if !features.dredge_speed_kn.is_nan() {
        let speed = features.dredge_speed_kn;
        log_odds += rules.speed_weight * against(speed, rules.speed_for_kn, rules.speed_against_kn);
    }
    if !features.valley_share.is_nan() {
        let valley = features.valley_share;
        let sign = against(valley, rules.valley_for, rules.valley_against);
        log_odds += if sign < 0.0 {
            rules.valley_against_weight * sign
        } else {
            rules.valley_weight * sign
        };
    }
    if !features.steady_share.is_nan() {
        let steady = features.steady_share;
        log_odds += rules.steady_weight * against(steady, rules.steady_for, rules.steady_against);
    }
    if !features.to_and_fro.is_nan() {
        let ratio = features.to_and_fro;
        log_odds += rules.to_and_fro_weight * against(ratio, rules.to_and_fro_for, 2.0);
    }
    if features.loading_h > rules.loading_max_h {
        log_odds -= rules.loading_weight;
    }
    if features.has_several_grounds {
        log_odds -= rules.grounds_weight;
    }
    if features.draught_rise_m >= cycles.draught_rise_min_m {
        log_odds += rules.draught_weight;
    } else if !features.draught_rise_m.is_nan() {
        log_odds -= rules.draught_weight / 3.0;
    }
    if features.slower_loaded >= cycles.speed_difference_min {
        log_odds += rules.loaded_speed_weight;
    } else if features.slower_loaded <= -cycles.speed_difference_min {
        log_odds -= rules.loaded_speed_weight;
    }
    if features.berth_h > cycles.long_discharge_h {
        log_odds -= rules.long_discharge_weight;
    }
    if features.returns {
        log_odds += rules.return_weight;
    }
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// 0 at `good`, 1 at `bad`, linear between; either may be the larger.
fn share_of(value: f64, good: f64, bad: f64) -> f64 {
    if good == bad {
        return if value > bad { 1.0 } else { 0.0 };
    }
    ((value - good) / (bad - good)).clamp(0.0, 1.0)
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
