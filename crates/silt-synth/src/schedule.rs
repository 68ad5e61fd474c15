//! When a vessel is heard: intervals between reports, and silences.

use crate::config::FleetConfig;
use crate::draw::Draw;
use crate::fitted::{Fitted, FittedClassIntervals, FittedInterval};
use crate::plan::Phase;
use crate::vessel::{SynthVessel, Transponder, VesselKind};

/// Below this a vessel is still, kn (METHODS 1.4).
pub(crate) const STILL_BELOW_KN: f64 = 0.5;
/// From this on it is on passage, kn (METHODS 1.4).
pub(crate) const FAST_FROM_KN: f64 = 5.0;
// Receivers on satellites hear a vessel some minutes of each pass. [inferred]
const SATELLITE_PASS_S: f64 = 720.0;
const SATELLITE_SILENCE_S: f64 = 5400.0;
const SATELLITE_SIGMA_LN: f64 = 0.4;

/// Seconds between reports in one band of speed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interval {
    pub(crate) median_s: f64,
    pub(crate) jitter_ln: f64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Intervals {
    still: Interval,
    slow: Interval,
    fast: Interval,
}

impl Intervals {
    pub(crate) fn of(&self, sog_kn: f64) -> Interval {
        if sog_kn < STILL_BELOW_KN {
            self.still
        } else if sog_kn < FAST_FROM_KN {
            self.slow
        } else {
            self.fast
        }
    }

    pub(crate) fn stretched(mut self, factor: f64) -> Intervals {
        for interval in [&mut self.still, &mut self.slow, &mut self.fast] {
            interval.median_s *= factor;
        }
        self
    }
}

/// Silences: exponential time between them, log-normal length.
pub(crate) struct Gaps {
    per_s: f64,
    median_s: f64,
    sigma_ln: f64,
}

impl Gaps {
    pub(crate) fn of(config: &FleetConfig, vessel: &SynthVessel, fitted: &Fitted) -> Gaps {
        if vessel.satellite_only {
            return Gaps {
                per_s: 1.0 / SATELLITE_PASS_S,
                median_s: SATELLITE_SILENCE_S,
                sigma_ln: SATELLITE_SIGMA_LN,
            };
        }
        Gaps {
            per_s: config.defects.gaps_per_hour / 3600.0,
            median_s: fitted.defects.gaps.median_s,
            sigma_ln: fitted.defects.gaps.sigma_ln,
        }
    }

    pub(crate) fn share_heard(&self) -> f64 {
        let mean_s = self.median_s * libm::exp(self.sigma_ln * self.sigma_ln / 2.0);
        1.0 / (1.0 + self.per_s * mean_s)
    }

    /// Begin and end of the next silence after a time, s.
    pub(crate) fn after(&self, seconds: f64, draw: &mut Draw) -> (f64, f64) {
        if self.per_s <= 0.0 {
            return (f64::INFINITY, f64::INFINITY);
        }
        let begin = seconds + draw.exponential(1.0 / self.per_s);
        (begin, begin + draw.log_normal(self.median_s, self.sigma_ln))
    }
}

pub(crate) fn intervals_of(
    config: &FleetConfig,
    vessel: &SynthVessel,
    fitted: &Fitted,
    draw: &mut Draw,
) -> Intervals {
    let class: &FittedClassIntervals = match vessel.transponder {
        Transponder::A => &fitted.interval_s.class_a,
        Transponder::B => &fitted.interval_s.class_b,
    };
    let is_fishing = vessel.kind == VesselKind::Fishing;
    let floor_s = if is_fishing {
        config.fishing_min_interval_s
    } else {
        config.min_interval_s
    };
    // Archives that thin keep the jitter of their own sampling.
    let archive_jitter = if is_fishing {
        fitted.fishing.interval_s.jitter_ln
    } else {
        0.0
    };
    let mut interval = |fit: &FittedInterval| {
        let own_s = draw.log_normal(fit.median, fit.sigma_ln);
        Interval {
            median_s: own_s.max(floor_s),
            jitter_ln: fit.jitter_ln.max(archive_jitter).min(0.6),
        }
    };
    let mut intervals = Intervals {
        still: interval(&class.still),
        slow: interval(&class.slow),
        fast: interval(&class.fast),
    };
    if draw.chance(class.still_slow.share) {
        let slow = &fitted.interval_s.slow_reporters;
        intervals.still.median_s = draw.log_normal(slow.median, slow.sigma_ln).max(floor_s);
    }
    intervals
}

pub(crate) fn expected_reports(
    phases: &[Phase],
    intervals: &Intervals,
    (from, to): (i64, i64),
) -> f64 {
    let mut sum = 0.0;
    for phase in phases {
        let length_ms = phase.end_ms.min(to) - phase.start_ms.max(from);
        let interval = intervals.of(phase.mean_kn);
        let mean_s = interval.median_s * libm::exp(interval.jitter_ln * interval.jitter_ln / 2.0);
        sum += length_ms.max(0) as f64 / 1000.0 / mean_s;
    }
    sum
}
