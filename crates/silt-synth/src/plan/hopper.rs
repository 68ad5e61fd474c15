//! Trailing suction hopper dredgers on their cycles.

use std::sync::Arc;

use super::{Planner, Spot};
use crate::motion::{Motion, Path, Sail, offset};
use crate::sites::LonLat;
use crate::truth::{Case, CaseSet, DischargeKind, TrueState, TruthCycle};

// Between vessels and between loads: together the fitted spread of speeds.
const SPEED_SHARE_OF_VESSEL: f64 = 0.8;
const SPEED_SHARE_OF_LOAD: f64 = 0.6;
// Spread of speed around its mean within a load. [inferred]
const DREDGING_WANDER: f64 = 0.12;
// The fitted band of working speeds, kn.
const WORKING_KN: (f64, f64) = (0.5, 4.0);
const FAST_DREDGE_KN: (f64, f64) = (4.05, 4.8);

/// Habits of one dredger.
struct Habits {
    transit_kn: f64,
    /// Deviation of its dredging speed, in standard deviations.
    speed_deviation: f64,
    fill_deviation: f64,
    density_deviation: f64,
    job: DischargeKind,
}

impl Planner<'_> {
    pub(super) fn hopper_dredger(&mut self) {
        let habits = self.habits();
        self.here = self.quay();
        let first_rest_s = self.draw.between(600.0, 4.0 * 3600.0);
        self.still(TrueState::Idle, first_rest_s);
        while !self.is_over() {
            self.cycle(&habits);
            if self
                .draw
                .chance(1.0 / self.config.durations.cycles_between_rests)
            {
                if self.spot != Spot::Port {
                    self.go_to_port(habits.transit_kn);
                }
                let rest_s = self.hours(self.config.durations.rest_h, 0.6, 2.0, 96.0);
                self.still(TrueState::Idle, rest_s);
            }
        }
    }

    fn habits(&mut self) -> Habits {
        let transit = &self.fitted.dredger.transit_kn;
        let transit_kn = self.draw.normal_within(transit.mean, transit.sd, 6.0, 17.0);
        let speed_deviation = self.draw.normal();
        let fill_deviation = self.config.loads.fill_sd_vessel * self.draw.normal();
        let density_deviation = self.config.loads.density_sd_vessel * self.draw.normal();
        let job = self.job();
        Habits {
            transit_kn,
            speed_deviation,
            fill_deviation,
            density_deviation,
            job,
        }
    }

    fn job(&mut self) -> DischargeKind {
        let beach = if self.site.beach.is_some() { 0.2 } else { 0.0 };
        match self.draw.weighted(&[0.4, beach, beach, 0.25]) {
            0 => DischargeKind::Wharf,
            1 => DischargeKind::PumpAshore,
            2 => DischargeKind::Rainbow,
            _ => DischargeKind::Dump,
        }
    }

    fn cycle(&mut self, habits: &Habits) {
        let rules = self.config.rule_breakers.clone();
        let mut cases = CaseSet::default();
        let kind = if self.draw.chance(0.9) {
            habits.job
        } else {
            self.job()
        };

        let (fill, load_s) = self.load(habits, &mut cases);
        let density = &self.config.loads;
        let density_t_m3 = self.loads.density_t_m3
            + habits.density_deviation
            + density.density_sd_cycle * self.draw.normal();
        let density_t_m3 = four_decimals(density_t_m3.clamp(1.05, 2.4));
        let speed_kn = self.dredging_speed(habits, &mut cases);

        // Out, empty: somewhat faster.
        self.loaded = 0.0;
        let points = self.tracks_over_pit(speed_kn * load_s / 3600.0);
        let out_kn = (habits.transit_kn * 1.03 + 0.3 * self.draw.normal()).max(5.2);
        if self.go(Spot::Pit, points[0], out_kn) {
            cases.insert(Case::Fog);
        }
        if self.draw.chance(rules.waiting_adrift) {
            cases.insert(Case::WaitingAdrift);
            let drift = &self.fitted.drift;
            let drift_kn =
                self.draw.log_normal(drift.median, drift.sigma_ln) * self.draw.between(1.0, 2.0);
            let wait_s = self.hours(2.0, 0.5, 0.75, 8.0);
            self.drift(wait_s, drift_kn);
            self.go(Spot::Pit, points[0], 4.5);
        }

        let dredge_start_ms = self.now_ms;
        let track = Arc::new(Path::through(&points));
        let dredge_nm = (speed_kn * load_s / 3600.0).min(track.length_nm);
        let dredge = Sail::new(
            track,
            0.0,
            dredge_nm,
            load_s,
            DREDGING_WANDER,
            &mut self.draw,
        );
        let dredge_place = dredge.middle();
        self.here = dredge.end();
        self.push(TrueState::Dredge, load_s, Motion::Sail(dredge), speed_kn);
        let dredge_end_ms = self.now_ms;

        self.loaded = fill;
        let loaded_kn = (habits.transit_kn * 0.95 + 0.3 * self.draw.normal()).max(5.0);
        let is_near = kind == DischargeKind::Dump && self.draw.chance(rules.near_discharge);
        if is_near {
            cases.insert(Case::NearDischarge);
        }
        if self.carry(kind, is_near.then_some(dredge_place), loaded_kn) {
            cases.insert(Case::Fog);
        }
        let discharge_start_ms = self.now_ms;
        let discharge_place = self.discharge(kind, &mut cases);
        self.loaded = 0.0;

        let hopper_m3 = self.vessel.hopper_m3.unwrap_or_default();
        let load_hopper_m3 = hopper_m3 * fill;
        self.plan.cycles.push(TruthCycle {
            mmsi: self.vessel.mmsi_at(dredge_start_ms),
            dredge_start_ms,
            dredge_end_ms,
            discharge_start_ms,
            discharge_end_ms: self.now_ms,
            dredge_lon_deg: wrapped(dredge_place.lon),
            dredge_lat_deg: dredge_place.lat,
            discharge_lon_deg: wrapped(discharge_place.lon),
            discharge_lat_deg: discharge_place.lat,
            dredge_speed_kn: speed_kn,
            kind,
            hopper_m3,
            load_hopper_m3,
            fill,
            density_t_m3,
            tonnes: load_hopper_m3 * density_t_m3,
            longest_gap_s: 0.0,
            complete_in_ais: false,
            cases,
        });
    }

    /// Fill and the seconds it takes to load.
    fn load(&mut self, habits: &Habits, cases: &mut CaseSet) -> (f64, f64) {
        let rules = &self.config.rule_breakers;
        let times = &self.config.durations;
        let hopper_m3 = self.vessel.hopper_m3.unwrap_or(3000.0);
        let median_min = times.load_min * libm::pow(hopper_m3 / 3000.0, 0.15);
        let mut minutes = self
            .draw
            .log_normal_within(median_min, times.load_sigma_ln, 22.0, 600.0);
        let usual = self.loads.fill
            + habits.fill_deviation
            + self.config.loads.fill_sd_cycle * self.draw.normal();
        let mut fill = usual.clamp(0.3, 1.0);
        match self.draw.weighted(&[
            rules.short_dredge,
            rules.half_full,
            rules.reduced_load,
            (1.0 - rules.short_dredge - rules.half_full - rules.reduced_load).max(0.0),
        ]) {
            0 => {
                cases.insert(Case::ShortDredge);
                let short_min = self.draw.between(12.0, 18.0);
                fill *= (short_min / minutes).clamp(0.1, 1.0);
                minutes = short_min;
            }
            1 => {
                cases.insert(Case::HalfFull);
                let share = self.draw.between(0.3, 0.6);
                fill *= share;
                minutes = (minutes * share).max(22.0);
            }
            2 => {
                cases.insert(Case::ReducedLoad);
                let share = self.draw.between(0.75, 0.92);
                fill *= share;
                minutes = (minutes * share).max(22.0);
            }
            _ => {}
        }
        (four_decimals(fill), minutes * 60.0)
    }

    fn dredging_speed(&mut self, habits: &Habits, cases: &mut CaseSet) -> f64 {
        if self.draw.chance(self.config.rule_breakers.fast_dredge) {
            cases.insert(Case::FastDredge);
            return self.draw.between(FAST_DREDGE_KN.0, FAST_DREDGE_KN.1);
        }
        let working = &self.fitted.dredger.working_kn;
        for _ in 0..64 {
            let deviation = SPEED_SHARE_OF_VESSEL * habits.speed_deviation
                + SPEED_SHARE_OF_LOAD * self.draw.normal();
            let speed_kn = working.median * libm::exp(working.sigma_ln * deviation);
            if (WORKING_KN.0..=WORKING_KN.1).contains(&speed_kn) {
                return speed_kn;
            }
        }
        working.median
    }

    /// To the place of discharge; true if there was fog.
    fn carry(&mut self, kind: DischargeKind, near: Option<LonLat>, speed_kn: f64) -> bool {
        if let Some(pit) = near {
            let bearing = self.draw.between(0.0, std::f64::consts::TAU);
            let (sine, cosine) = libm::sincos(bearing);
            let away_nm = self.draw.between(0.4, 0.75);
            return self.go(
                Spot::Pit,
                offset(pit, away_nm * sine, away_nm * cosine),
                speed_kn.min(6.0),
            );
        }
        let (spot, target) = match (kind, self.site.beach) {
            (DischargeKind::Dump, _) => (Spot::Dump, self.site.dump),
            (DischargeKind::PumpAshore | DischargeKind::Rainbow, Some(beach)) => {
                (Spot::Beach, beach)
            }
            _ => (Spot::Port, self.site.port),
        };
        let spread_nm = if spot == Spot::Dump { 0.3 } else { 0.04 };
        let (east, north) = (
            spread_nm * self.draw.normal(),
            spread_nm * self.draw.normal(),
        );
        self.go(spot, offset(target, east, north), speed_kn)
    }

    fn discharge(&mut self, kind: DischargeKind, cases: &mut CaseSet) -> LonLat {
        let times = &self.config.durations;
        let sigma_ln = times.unload_sigma_ln;
        let (median_min, low_min, high_min) = match kind {
            DischargeKind::Wharf => (times.wharf_min, 35.0, 900.0),
            DischargeKind::PumpAshore => (times.pump_ashore_min, 32.0, 400.0),
            DischargeKind::Rainbow => (times.rainbow_min, 8.0, 59.0),
            DischargeKind::Dump => (times.dump_min, 5.0, 58.0),
        };
        let seconds = self
            .draw
            .log_normal_within(median_min, sigma_ln, low_min, high_min)
            * 60.0;
        let place = self.here;
        match kind {
            DischargeKind::Wharf | DischargeKind::PumpAshore => {
                self.still(TrueState::Discharge, seconds);
                place
            }
            // On and off the shore by its own propellers.
            DischargeKind::Rainbow => {
                let speed_kn = self.draw.between(0.2, 1.2);
                self.slow_tracks(seconds, speed_kn, 0.12)
            }
            DischargeKind::Dump if self.draw.chance(self.config.rule_breakers.fast_discharge) => {
                cases.insert(Case::FastDischarge);
                let speed_kn = self.draw.between(3.2, 5.0);
                self.slow_tracks(seconds.min(720.0), speed_kn, 0.5)
            }
            DischargeKind::Dump => {
                let speed_kn = self.draw.between(0.3, 2.7);
                self.slow_tracks(seconds, speed_kn, 0.5)
            }
        }
    }

    /// To and fro, seaward first. Returns the middle of the track.
    fn slow_tracks(&mut self, seconds: f64, speed_kn: f64, leg_nm: f64) -> LonLat {
        let length_nm = speed_kn * seconds / 3600.0;
        let seaward_deg = self.seaward_deg() + self.draw.between(-40.0, 40.0);
        let (east, north) = libm::sincos(seaward_deg.to_radians());
        let start = self.here;
        let far = offset(start, east * leg_nm, north * leg_nm);
        let legs = (length_nm / leg_nm).ceil() as usize + 1;
        let mut points = vec![start];
        points.extend((0..legs).map(|leg| if leg % 2 == 0 { far } else { start }));
        let path = Arc::new(Path::through(&points));
        let sail = Sail::new(path, 0.0, length_nm, seconds, 0.15, &mut self.draw);
        let middle = sail.middle();
        self.here = sail.end();
        self.push(TrueState::Discharge, seconds, Motion::Sail(sail), speed_kn);
        middle
    }
}

fn four_decimals(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// Longitude within -180..180.
pub(crate) fn wrapped(lon: f64) -> f64 {
    if (-180.0..180.0).contains(&lon) {
        return lon;
    }
    (lon + 180.0).rem_euclid(360.0) - 180.0
}
