//! What receivers keep of a vessel's voyage: reports, noise and defects.

use crate::config::FleetConfig;
use crate::draw::{Draw, Purpose};
use crate::fitted::Fitted;
use crate::motion::Fix;
use crate::plan::hopper::wrapped;
use crate::plan::{Phase, Plan};
use crate::schedule::{
    FAST_FROM_KN, Gaps, Intervals, STILL_BELOW_KN, expected_reports, intervals_of,
};
use crate::track::{Row, RowDefect, TruePositions, VesselTrack};
use crate::truth::{TrueState, TruthState};
use crate::vessel::{DraughtReported, SynthVessel, VesselKind};

// No transponder sends more often, s.
const SHORTEST_INTERVAL_S: f64 = 1.0;
const DAY_MS: f64 = 86_400_000.0;

/// Error of the position, which fades slowly: two steps of an autoregression.
struct Drift {
    sd_m: f64,
    correlation_s: f64,
    east_m: f64,
    north_m: f64,
}

impl Drift {
    fn step(&mut self, seconds: f64, draw: &mut Draw) {
        // The reciprocal of the first terms of the exponential series: close
        // where much is kept, and where little is kept it does not matter.
        let x = seconds / self.correlation_s;
        let kept = 1.0 / (1.0 + x * (1.0 + x * (0.5 + x / 6.0)));
        let fresh = (1.0 - kept * kept).max(0.0).sqrt() * self.sd_m;
        self.east_m = kept * self.east_m + fresh * draw.normal();
        self.north_m = kept * self.north_m + fresh * draw.normal();
    }
}

struct Reporter<'a> {
    config: &'a FleetConfig,
    vessel: &'a SynthVessel,
    fitted: &'static Fitted,
    noise: Draw,
    defects: Draw,
    drift: Drift,
    heading_offset_deg: f64,
    /// Cosine of the latitude where the phase began to be heard: exact enough for an error of metres.
    parallel: f64,
    draught_constant_m: f64,
    heard_ms: Vec<i64>,
}

/// Fills a track with the reports of a plan.
pub(crate) fn report(
    config: &FleetConfig,
    vessel: &SynthVessel,
    plan: Plan,
    want_truth: bool,
    track: &mut VesselTrack,
) {
    let fitted = Fitted::bundled();
    let mut noise = Draw::new(config.seed, u64::from(vessel.index), Purpose::Reports);
    let defects = Draw::new(config.seed, u64::from(vessel.index), Purpose::Defects);
    let position = &fitted.noise.position_m;
    let drift = Drift {
        sd_m: noise.log_normal(position.median, position.sigma_ln),
        correlation_s: position.correlation_time_s,
        east_m: 0.0,
        north_m: 0.0,
    };
    let loaded_share = noise.unit();
    let draught_constant_m =
        vessel.draught_empty_m + loaded_share * (vessel.draught_loaded_m - vessel.draught_empty_m);
    let heading_offset_deg = fitted.noise.heading_deg.sd * noise.normal();
    let gaps = Gaps::of(config, vessel, fitted);
    let mut intervals = intervals_of(config, vessel, fitted, &mut noise);
    let window = (config.start_ms, config.end_ms());
    if let Some(target) = config.positions_per_vessel {
        let expected = expected_reports(&plan.phases, &intervals, window) * gaps.share_heard();
        intervals = intervals.stretched(expected / f64::from(target));
    }
    track.vessel = vessel.index;
    track.positions.clear();
    track.truth_positions = want_truth.then(TruePositions::default);
    track.truth_states = states_of(&plan.phases, window);
    track.truth_cycles = plan.cycles;
    track.truth_work = plan.work;
    track.counts = plan.counts;
    track.counts.mmsi_changes = vessel.identities.len() as u64 - 1;
    let expected = expected_reports(&plan.phases, &intervals, window) * gaps.share_heard();
    track.positions.reserve((expected * 1.05) as usize + 16);

    let mut reporter = Reporter {
        config,
        vessel,
        fitted,
        noise,
        defects,
        drift,
        heading_offset_deg,
        parallel: libm::cos(vessel.place().port.lat.to_radians()),
        draught_constant_m,
        heard_ms: Vec::new(),
    };
    reporter.walk(&plan.phases, &intervals, &gaps, track);
    reporter.complete_cycles(track);
}

// A vessel adrift lies across the wind that moves it. Measured: the drifting tanker 212123000 of the
// Danish feed, 841 reports between 0.3 and 4 kn, has a median of 111.5 degrees between course and heading.
const DRIFT_HEADING_DEG: f64 = 111.0;

/// States within the window; neighbours in the same state become one.
fn states_of(phases: &[Phase], (from, to): (i64, i64)) -> Vec<TruthState> {
    let mut states: Vec<TruthState> = Vec::new();
    for phase in phases {
        let (start_ms, end_ms) = (phase.start_ms.max(from), phase.end_ms.min(to));
        if start_ms >= end_ms {
            continue;
        }
        match states.last_mut() {
            Some(last) if last.state == phase.state => last.end_ms = end_ms,
            _ => states.push(TruthState {
                start_ms,
                end_ms,
                state: phase.state,
            }),
        }
    }
    states
}

impl Reporter<'_> {
    fn walk(
        &mut self,
        phases: &[Phase],
        intervals: &Intervals,
        gaps: &Gaps,
        track: &mut VesselTrack,
    ) {
        let Some(first) = phases.first() else { return };
        let start_ms = self.config.start_ms;
        let length_s = self.config.length_ms() as f64 / 1000.0;
        let mut seconds = self.noise.unit() * intervals.of(first.mean_kn).median_s;
        let (mut gap_from, mut gap_to) = gaps.after(0.0, &mut self.defects);
        let mut before_s = seconds;
        let mut index = 0;
        let mut hint = 0;
        while seconds < length_s {
            let time_ms = start_ms + (seconds * 1000.0) as i64;
            let before = index;
            while index + 1 < phases.len() && phases[index].end_ms <= time_ms {
                index += 1;
                hint = 0;
                // Wind and tide differ from leg to leg.
                let deviation = self.noise.normal();
                self.heading_offset_deg = self.fitted.noise.heading_deg.sd * deviation;
                if phases[index].state == TrueState::Waiting {
                    self.heading_offset_deg += DRIFT_HEADING_DEG.copysign(deviation);
                }
            }
            let phase = &phases[index];
            if seconds >= gap_from {
                if seconds < gap_to {
                    track.counts.gaps += 1;
                    seconds = gap_to + self.noise.unit() * intervals.of(phase.mean_kn).median_s;
                }
                (gap_from, gap_to) = gaps.after(gap_to, &mut self.defects);
                continue;
            }
            let fix = phase
                .motion
                .at((time_ms - phase.start_ms) as f64 / 1000.0, &mut hint);
            if index != before {
                self.parallel = libm::cos(fix.place.lat.to_radians());
            }
            self.drift.step(seconds - before_s, &mut self.noise);
            before_s = seconds;
            self.emit(time_ms, phase, &fix, track);
            let interval = intervals.of(fix.sog_kn);
            let jitter = libm::exp(interval.jitter_ln * self.noise.normal());
            seconds += (interval.median_s * jitter).max(SHORTEST_INTERVAL_S);
        }
    }

    fn emit(&mut self, time_ms: i64, phase: &Phase, fix: &Fix, track: &mut VesselTrack) {
        let mut row = self.row(time_ms, phase, fix);
        let defect = self.spoil(&mut row, track);
        track.counts.reports += 1;
        track.positions.push(&row);
        let is_known =
            |defect| !matches!(defect, RowDefect::ClockBackwards | RowDefect::ClockFuture);
        if self.vessel.kind == VesselKind::Tshd && is_known(defect) {
            self.heard_ms.push(time_ms);
        }
        let repeats = self
            .defects
            .chance(self.config.defects.duplicates_per_report);
        if repeats {
            track.positions.push(&row);
            track.counts.duplicates += 1;
        }
        if let Some(truth) = &mut track.truth_positions {
            for kind in [Some(defect), repeats.then_some(RowDefect::Duplicate)]
                .into_iter()
                .flatten()
            {
                truth.time_ms.push(time_ms);
                truth.lon_deg.push(wrapped(fix.place.lon));
                truth.lat_deg.push(fix.place.lat);
                truth.sog_kn.push(fix.sog_kn as f32);
                truth.defect.push(kind);
            }
        }
    }

    fn row(&mut self, time_ms: i64, phase: &Phase, fix: &Fix) -> Row {
        let metres_per_degree = 1852.0 * 60.0;
        let east_deg =
            self.drift.east_m / (metres_per_degree * libm::cos(fix.place.lat.to_radians()));
        let north_deg = self.drift.north_m / metres_per_degree;
        let is_still = fix.sog_kn < 0.05;
        let (sog_kn, cog_deg) = if is_still {
            self.still_values()
        } else {
            self.moving_values(fix)
        };
        let heading_deg = if self.vessel.sends_heading {
            whole_degrees(
                fix.heading_deg
                    + if is_still {
                        0.5 * self.noise.normal()
                    } else {
                        self.heading_offset_deg
                    },
            )
        } else {
            f32::NAN
        };
        Row {
            mmsi: self.vessel.mmsi_at(time_ms),
            time_ms,
            lon_deg: as_sent(wrapped(fix.place.lon + east_deg)),
            lat_deg: as_sent(fix.place.lat + north_deg),
            sog_kn,
            cog_deg,
            heading_deg,
            draught_m: self.draught(phase),
            nav_status: self.status(phase, fix),
        }
    }

    fn still_values(&mut self) -> (f32, f32) {
        let still = &self.fitted.noise.sog_still;
        let sog = if self.noise.chance(still.zero_share) {
            0.0
        } else {
            self.noise.exponential(still.mean_above_zero_kn).max(0.06)
        };
        (
            tenths(sog.min(3.0)),
            tenths_below_turn(self.noise.between(0.0, 360.0)),
        )
    }

    fn moving_values(&mut self, fix: &Fix) -> (f32, f32) {
        let noise = &self.fitted.noise;
        let sog = (fix.sog_kn + noise.sog_kn.sd * self.noise.normal()).max(0.0);
        // Course is made of speed: the slower, the less it says.
        let slowness = (FAST_FROM_KN / fix.sog_kn.max(0.1)).max(1.0);
        let cog = fix.course_deg + noise.cog_deg.sd * slowness * self.noise.normal();
        (tenths(sog.min(102.2)), tenths_below_turn(cog))
    }

    fn draught(&self, phase: &Phase) -> f32 {
        let (empty, full) = (self.vessel.draught_empty_m, self.vessel.draught_loaded_m);
        match self.vessel.draught_reported {
            DraughtReported::Never => f32::NAN,
            DraughtReported::Constant => tenths(self.draught_constant_m),
            DraughtReported::Updated => tenths(empty + phase.loaded * (full - empty)),
        }
    }

    fn status(&self, phase: &Phase, fix: &Fix) -> u8 {
        let vessel = self.vessel;
        let at_work = matches!(phase.state, TrueState::Dredge | TrueState::Discharge);
        // Whoever sends 3 means it, mostly: only at work.
        if vessel.status_moving == 3
            && vessel.status_still != 3
            && !at_work
            && vessel.kind.is_dredger()
        {
            return if fix.sog_kn < STILL_BELOW_KN {
                vessel.status_still
            } else {
                0
            };
        }
        if fix.sog_kn < STILL_BELOW_KN && !at_work {
            vessel.status_still
        } else {
            vessel.status_moving
        }
    }

    /// At most one defect per report, so that rates are what they say.
    fn spoil(&mut self, row: &mut Row, track: &mut VesselTrack) -> RowDefect {
        let rates = &self.config.defects;
        let mut left = self.defects.unit();
        let mut is_next = |rate: f64| {
            let hit = left < rate;
            left = if hit { f64::INFINITY } else { left - rate };
            hit
        };
        if is_next(rates.spikes_per_report) {
            self.spike(row, track);
            track.counts.spikes += 1;
            return RowDefect::Spike;
        }
        if is_next(rates.clock_backwards_per_report) {
            // Two minutes to a day, as likely in each octave.
            let back_ms = 120_000.0 * libm::exp(self.defects.unit() * libm::log(720.0));
            row.time_ms = (row.time_ms - back_ms as i64).max(0);
            track.counts.clock_backwards += 1;
            return RowDefect::ClockBackwards;
        }
        if is_next(rates.clock_future_per_report) {
            row.time_ms +=
                (DAY_MS * self.defects.between(1.0, 400.0)) as i64 + self.config.length_ms();
            track.counts.clock_future += 1;
            return RowDefect::ClockFuture;
        }
        if is_next(rates.missing_per_report) {
            row.sog_kn = f32::NAN;
            row.cog_deg = f32::NAN;
            row.heading_deg = f32::NAN;
            row.nav_status = 15;
            track.counts.missing += 1;
            return RowDefect::Missing;
        }
        RowDefect::None
    }

    fn spike(&mut self, row: &mut Row, track: &mut VesselTrack) {
        let (lon, lat) = (row.lon_deg, row.lat_deg);
        // Near the equator or Greenwich a lost sign moves little.
        let can_flip = lon.abs() > 1.0 || lat.abs() > 1.0;
        if can_flip
            && self
                .defects
                .chance(self.config.defects.wrong_hemisphere_share)
        {
            if lon.abs() > 1.0 && (lat.abs() <= 1.0 || self.defects.chance(0.5)) {
                row.lon_deg = -lon;
            } else {
                row.lat_deg = -lat;
            }
            track.counts.wrong_hemisphere += 1;
            return;
        }
        let away_deg = 0.6 * libm::exp(self.defects.unit() * libm::log(12.0));
        let (sine, cosine) = libm::sincos(self.defects.between(0.0, std::f64::consts::TAU));
        row.lat_deg = as_sent((lat + away_deg * cosine).clamp(-89.0, 89.0));
        row.lon_deg = as_sent(wrapped(
            lon + away_deg * sine / libm::cos(lat.to_radians()).max(0.1),
        ));
    }

    /// Looks for the longest silence in each cycle.
    fn complete_cycles(&self, track: &mut VesselTrack) {
        let heard = &self.heard_ms;
        for cycle in &mut track.truth_cycles {
            let (from, to) = (cycle.dredge_start_ms, cycle.discharge_end_ms);
            let first = heard.partition_point(|time| *time < from);
            let mut last_ms = from;
            let mut longest_ms = 0;
            for time in heard[first..].iter().copied().take_while(|time| *time < to) {
                longest_ms = longest_ms.max(time - last_ms);
                last_ms = time;
            }
            longest_ms = longest_ms.max(to - last_ms);
            cycle.longest_gap_s = longest_ms as f64 / 1000.0;
            let same_mmsi = self.vessel.mmsi_at(to) == cycle.mmsi;
            cycle.complete_in_ais =
                same_mmsi && cycle.longest_gap_s <= self.config.complete_max_gap_s;
        }
    }
}

/// Latitude or longitude as AIS sends it, 1/10,000 min, in the six decimals of
/// CSV feeds: the same number in memory, in CSV and in NMEA to that precision.
fn as_sent(degrees: f64) -> f64 {
    let sent = nearest(degrees * 600_000.0) / 600_000.0;
    nearest(sent * 1e6) / 1e6
}

/// Of numbers far below 2^63. `f64::round` is a call on processors without
/// an instruction for it, and there are half a dozen of them in a report.
fn nearest(value: f64) -> f64 {
    (value + 0.5_f64.copysign(value)) as i64 as f64
}

fn tenths(value: f64) -> f32 {
    nearest(value * 10.0) as f32 / 10.0
}

/// Within [0, 360); the remainder costs more than all else of an angle.
fn within_turn(degrees: f64) -> f64 {
    if (0.0..360.0).contains(&degrees) {
        degrees
    } else {
        degrees.rem_euclid(360.0)
    }
}

fn tenths_below_turn(degrees: f64) -> f32 {
    let tenths = nearest(within_turn(degrees) * 10.0) as i32 % 3600;
    tenths as f32 / 10.0
}

fn whole_degrees(degrees: f64) -> f32 {
    (nearest(within_turn(degrees)) as i32 % 360) as f32
}
