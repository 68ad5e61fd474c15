//! Traffic that is not dredging, though some of it looks like it.

use super::{Planner, Spot};
use crate::motion::offset;
use crate::sites::LonLat;
use crate::truth::{Case, TrueState};

// Trawlers stay within this many radii of the pit: they share its waters.
const GROUND_RADII: f64 = 1.4;
// The last miles of a trawler that comes home slowly.
const SLOW_RETURN_NM: f64 = 10.0;
// The longest tow of a tug in this fleet, nm.
const LONGEST_TOW_NM: f64 = 12.0;

impl Planner<'_> {
    pub(super) fn coaster(&mut self) {
        let fit = &self.fitted.traffic.transit_kn;
        let speed_kn = self.draw.normal_within(fit.mean, fit.sd, 6.0, 21.0);
        self.here = self.quay();
        while !self.is_over() {
            let in_port_s = self.hours(9.0, 0.5, 2.0, 48.0);
            self.still(TrueState::Idle, in_port_s);
            let sea = self.around(self.site.dump, 0.5);
            self.go(Spot::Dump, sea, speed_kn);
            if self.draw.chance(0.3) {
                let anchored_s = self.hours(5.0, 0.5, 1.0, 24.0);
                self.anchor(anchored_s);
            }
            self.go_to_port(speed_kn);
        }
    }

    pub(super) fn trawler(&mut self) {
        let fit = &self.fitted.fishing;
        // Gear decides: the fitted spread is of one vessel's tows. [inferred: 12 %]
        let gear = self.draw.log_normal(1.0, 0.12);
        let steam_kn = self
            .draw
            .log_normal(fit.steaming.median_kn, fit.steaming.sigma_ln);
        self.here = self.quay();
        let tows = [2.0, 3.0, 4.0, 5.0];
        while !self.is_over() {
            let rest_s = self.draw.log_normal_within(
                fit.rest_s.median,
                fit.rest_s.sigma_ln,
                3600.0,
                72.0 * 3600.0,
            );
            self.still(TrueState::Idle, rest_s);
            let ground = self.around(self.site.pit, self.site.pit_radius_nm * 0.7);
            self.go(Spot::Pit, ground, steam_kn);
            let count = tows[self.draw.pick(tows.len())] as usize;
            for _ in 0..count {
                self.tow_and_haul(gear);
            }
            let is_slow = self.draw.chance(self.config.rule_breakers.slow_return);
            self.return_to_port(steam_kn, is_slow);
        }
    }

    fn tow_and_haul(&mut self, gear: f64) {
        let fit = &self.fitted.fishing;
        let tow_s =
            self.draw
                .log_normal_within(fit.tow_s.median, fit.tow_s.sigma_ln, 1200.0, 8.0 * 3600.0);
        let tow_kn = self
            .draw
            .log_normal(fit.towing.median_kn * gear, fit.towing.sigma_ln);
        // The speed within a tow: the fitted spread around its median.
        let wander = (fit.tow_wander_kn.sd / fit.towing.median_kn).min(0.25);
        self.wander_over_ground(tow_s, tow_kn, wander);
        // Of the time at sea as much is spent hauling as the mixture of speeds says.
        let haul_s = tow_s * fit.hauling.weight / fit.towing.weight * self.draw.between(0.6, 1.4);
        let mut left_s = haul_s;
        while left_s > 60.0 {
            let part_s = left_s.min(self.draw.between(300.0, 900.0));
            let haul_kn =
                self.draw
                    .log_normal_within(fit.hauling.median_kn, fit.hauling.sigma_ln, 0.3, 9.0);
            self.wander_over_ground(part_s, haul_kn, 0.2);
            left_s -= part_s;
        }
    }

    /// Turns now and then, and back to the ground where it strays.
    fn wander_over_ground(&mut self, seconds: f64, speed_kn: f64, wander: f64) {
        let length_nm = speed_kn * seconds / 3600.0;
        let legs = (length_nm / 0.8).ceil().clamp(1.0, 200.0);
        let leg_nm = length_nm / legs;
        let limit_nm = self.site.pit_radius_nm * GROUND_RADII;
        let mut course = self.draw.between(0.0, 360.0);
        let start = self.here;
        let mut points: Vec<LonLat> = Vec::with_capacity(legs as usize);
        for _ in 0..legs as usize {
            course += 25.0 * self.draw.normal();
            let mut next = self.leg(course, leg_nm);
            if crate::motion::distance_nm(next, self.site_near(next)) > limit_nm {
                let home = self.site_near(self.here);
                let east = (home.lon - self.here.lon) * libm::cos(home.lat.to_radians());
                course = libm::atan2(east, home.lat - self.here.lat).to_degrees();
                next = self.leg(course, leg_nm);
            }
            points.push(next);
            self.here = next;
        }
        self.here = start;
        let path = self.exact_path_to(&points);
        self.sail_part(
            TrueState::Fishing,
            &path,
            0.0,
            path.length_nm,
            speed_kn,
            wander,
        );
    }

    fn leg(&self, course: f64, leg_nm: f64) -> LonLat {
        let (east, north) = libm::sincos(course.to_radians());
        offset(self.here, east * leg_nm, north * leg_nm)
    }

    fn site_near(&self, place: LonLat) -> LonLat {
        crate::motion::unwrapped(self.site.pit, place)
    }

    fn return_to_port(&mut self, steam_kn: f64, is_slow: bool) {
        if !is_slow {
            self.go_to_port(steam_kn);
            return;
        }
        let quay = self.quay();
        let points = self.points_to(Spot::Port, quay);
        let path = self.path_to(&points);
        let slow_from_nm = (path.length_nm - SLOW_RETURN_NM).max(0.0);
        self.sail_part(TrueState::Transit, &path, 0.0, slow_from_nm, steam_kn, 0.04);
        self.count(Case::SlowReturn);
        let slow_kn = self.draw.between(2.7, 3.4);
        self.sail_part(
            TrueState::Transit,
            &path,
            slow_from_nm,
            path.length_nm,
            slow_kn,
            0.1,
        );
        self.spot = Spot::Port;
    }

    pub(super) fn tanker(&mut self) {
        let fit = &self.fitted.traffic.transit_kn;
        let speed_kn = self.draw.normal_within(fit.mean, fit.sd, 7.0, 15.0);
        self.here = self.around(self.site.dump, 0.6);
        self.spot = Spot::Dump;
        while !self.is_over() {
            let anchored_s = self.hours(20.0, 0.6, 3.0, 96.0);
            self.anchor(anchored_s);
            let drifts = 1 + self.draw.pick(2);
            for _ in 0..drifts {
                let drift = &self.fitted.drift;
                let drift_kn = self.draw.log_normal(drift.median, drift.sigma_ln);
                let drift_s = self.hours(4.0, 0.5, 1.0, 12.6);
                self.drift(drift_s, drift_kn);
                let back = self.around(self.site.dump, 0.6);
                self.voyage(&[back], speed_kn.min(9.0), 0.2, 0.2);
            }
            if self.draw.chance(0.5) {
                self.go_to_port(speed_kn);
                let in_port_s = self.hours(22.0, 0.4, 8.0, 72.0);
                self.still(TrueState::Idle, in_port_s);
                let back = self.around(self.site.dump, 0.6);
                self.go(Spot::Dump, back, speed_kn);
            }
        }
    }

    pub(super) fn tug(&mut self) {
        let free_kn = self.draw.normal_within(9.0, 1.5, 6.5, 13.0);
        self.here = self.quay();
        while !self.is_over() {
            let in_port_s = self.hours(6.0, 0.6, 1.0, 36.0);
            self.still(TrueState::Idle, in_port_s);
            let sea = self.around(self.site.pit, 0.8);
            self.go(Spot::Pit, sea, free_kn);
            if self.draw.chance(self.config.rule_breakers.slow_tow) {
                self.count(Case::SlowTow);
                let quay = self.quay();
                let points = self.points_to(Spot::Port, quay);
                let path = self.path_to(&points);
                let tow_nm = path.length_nm.min(LONGEST_TOW_NM);
                let tow_kn = self.draw.between(2.0, 3.0);
                self.sail_part(TrueState::Towing, &path, 0.0, tow_nm, tow_kn, 0.1);
                self.sail_part(
                    TrueState::Transit,
                    &path,
                    tow_nm,
                    path.length_nm,
                    free_kn,
                    0.04,
                );
                self.spot = Spot::Port;
            } else {
                let standby_s = self.hours(1.0, 0.5, 0.3, 6.0);
                self.drift(standby_s, 0.4);
                self.go_to_port(free_kn);
            }
        }
    }

    pub(super) fn survey_ship(&mut self) {
        let passage_kn = self.draw.normal_within(9.5, 1.5, 6.5, 14.0);
        self.here = self.quay();
        while !self.is_over() {
            let in_port_s = self.hours(11.0, 0.4, 4.0, 48.0);
            self.still(TrueState::Idle, in_port_s);
            let survey_kn = self.draw.normal_within(4.2, 0.5, 3.0, 5.5);
            let survey_s = self.hours(5.0, 0.3, 1.5, 10.0);
            let length_nm = survey_kn * survey_s / 3600.0;
            let points = self.tracks_over_pit(length_nm);
            self.go(Spot::Pit, points[0], passage_kn);
            let path = self.exact_path_to(&points[1..]);
            let length_nm = length_nm.min(path.length_nm);
            self.sail_part(TrueState::Survey, &path, 0.0, length_nm, survey_kn, 0.06);
            self.go_to_port(passage_kn);
        }
    }

    fn around(&mut self, place: LonLat, spread_nm: f64) -> LonLat {
        let bearing = self.draw.between(0.0, std::f64::consts::TAU);
        let away_nm = spread_nm * self.draw.unit().sqrt();
        let (sine, cosine) = libm::sincos(bearing);
        offset(place, away_nm * sine, away_nm * cosine)
    }
}
