//! What a vessel does, phase after phase, before anything is reported.

pub(crate) mod hopper;
mod stationary;
mod traffic;

use std::sync::Arc;

use crate::config::FleetConfig;
use crate::draw::{Draw, Purpose};
use crate::fitted::Fitted;
use crate::motion::{Motion, Path, Sail, offset, unwrapped};
use crate::sites::{LonLat, Site};
use crate::truth::{Case, Counts, StationaryWork, TrueState, TruthCycle};
use crate::vessel::{SynthVessel, VesselKind};

/// Means of loads that all vessels of a fleet share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FleetLoads {
    pub(crate) fill: f64,
    pub(crate) density_t_m3: f64,
}

impl FleetLoads {
    pub(crate) fn new(config: &FleetConfig) -> FleetLoads {
        let mut draw = Draw::new(config.seed, 0, Purpose::Fleet);
        let loads = &config.loads;
        // The ends of the triangles of METHODS 1.6 are 2.45 standard deviations from their middle.
        let ends = 2.45;
        let fill_reach = ends * loads.fill_sd_fleet;
        let density_reach = ends * loads.density_sd_fleet;
        FleetLoads {
            fill: draw.normal_within(
                loads.fill_mean,
                loads.fill_sd_fleet,
                loads.fill_mean - fill_reach,
                loads.fill_mean + fill_reach,
            ),
            density_t_m3: draw.normal_within(
                loads.density_mean_t_m3,
                loads.density_sd_fleet,
                loads.density_mean_t_m3 - density_reach,
                loads.density_mean_t_m3 + density_reach,
            ),
        }
    }
}

/// A stretch of time with one state and one motion.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) state: TrueState,
    pub(crate) motion: Motion,
    /// 0 empty, 1 full.
    pub(crate) loaded: f64,
    /// Mean speed over ground, kn.
    pub(crate) mean_kn: f64,
}

/// All of a vessel. Phases follow each other without gap and cover the window.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) phases: Vec<Phase>,
    pub(crate) cycles: Vec<TruthCycle>,
    pub(crate) work: Vec<StationaryWork>,
    pub(crate) counts: Counts,
}

/// Where on the map of its site a vessel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    Port,
    Beach,
    Dump,
    Pit,
}

// How far from the quay vessels sail slowly, nm. [inferred]
const HARBOUR_NM: f64 = 0.8;
// Vessels slow down before they begin to work, nm. [inferred]
const APPROACH_NM: f64 = 0.2;
// Sea room for a vessel adrift, nm.
const LONGEST_DRIFT_NM: f64 = 3.0;
// Spread of speed around its mean on passage. [inferred]
const PASSAGE_WANDER: f64 = 0.04;

pub(crate) struct Planner<'a> {
    config: &'a FleetConfig,
    loads: FleetLoads,
    fitted: &'static Fitted,
    vessel: &'a SynthVessel,
    site: &'static Site,
    draw: Draw,
    now_ms: i64,
    here: LonLat,
    spot: Spot,
    loaded: f64,
    plan: Plan,
}

pub(crate) fn plan(config: &FleetConfig, loads: FleetLoads, vessel: &SynthVessel) -> Plan {
    let mut draw = Draw::new(config.seed, u64::from(vessel.index), Purpose::Voyages);
    // Vessels are in the midst of something when the window opens.
    let lead_ms = (draw.between(0.0, 12.0) * 3_600_000.0) as i64;
    let site = vessel.place();
    let mut planner = Planner {
        config,
        loads,
        fitted: Fitted::bundled(),
        vessel,
        site,
        draw,
        now_ms: config.start_ms - lead_ms,
        here: site.port,
        spot: Spot::Port,
        loaded: 0.0,
        plan: Plan::default(),
    };
    match vessel.kind {
        VesselKind::Tshd => planner.hopper_dredger(),
        VesselKind::Cutter | VesselKind::Backhoe => planner.stationary_dredger(),
        VesselKind::Transit => planner.coaster(),
        VesselKind::Fishing => planner.trawler(),
        VesselKind::Anchored => planner.tanker(),
        VesselKind::Tug => planner.tug(),
        VesselKind::Survey => planner.survey_ship(),
    }
    let mut plan = planner.plan;
    let (from, to) = (config.start_ms, config.end_ms());
    plan.phases
        .retain(|phase| phase.end_ms > from && phase.start_ms < to);
    plan.cycles
        .retain(|cycle| cycle.discharge_end_ms > from && cycle.dredge_start_ms < to);
    plan.work
        .retain(|work| work.end_ms > from && work.start_ms < to);
    for cycle in &plan.cycles {
        for case in cycle.cases.iter() {
            plan.counts.case(case);
        }
    }
    for case in &vessel.cases {
        plan.counts.case(*case);
    }
    plan
}

impl Planner<'_> {
    fn is_over(&self) -> bool {
        self.now_ms >= self.config.end_ms()
    }

    fn count(&mut self, case: Case) {
        // Cases before the window are not part of the truth.
        if self.now_ms >= self.config.start_ms && !self.is_over() {
            self.plan.counts.case(case);
        }
    }

    fn push(&mut self, state: TrueState, seconds: f64, motion: Motion, mean_kn: f64) {
        let length_ms = ((seconds * 1000.0) as i64).max(1000);
        let end_ms = self.now_ms + length_ms;
        self.plan.phases.push(Phase {
            start_ms: self.now_ms,
            end_ms,
            state,
            motion,
            loaded: self.loaded,
            mean_kn,
        });
        self.now_ms = end_ms;
    }

    fn still(&mut self, state: TrueState, seconds: f64) {
        let heading_deg = self.draw.between(0.0, 360.0);
        let motion = Motion::Still {
            place: self.here,
            heading_deg,
        };
        self.push(state, seconds, motion, 0.0);
    }

    fn anchor(&mut self, seconds: f64) {
        let radius_m = 40.0 + self.vessel.length_m * self.draw.between(0.5, 1.2);
        let angle = self.draw.between(0.0, std::f64::consts::TAU);
        // The tide turns in some six hours and takes the vessel half around.
        let radians_per_s =
            std::f64::consts::PI / (6.2 * 3600.0) * if self.draw.chance(0.5) { 1.0 } else { -1.0 };
        let motion = Motion::Anchor {
            anchor: self.here,
            radius_m,
            angle,
            radians_per_s,
        };
        self.push(TrueState::Anchored, seconds, motion, 0.05);
    }

    /// Sails a part of a path at a speed.
    fn sail_part(
        &mut self,
        state: TrueState,
        path: &Arc<Path>,
        from_nm: f64,
        to_nm: f64,
        speed_kn: f64,
        wander: f64,
    ) {
        let length_nm = to_nm - from_nm;
        if length_nm < 1e-3 {
            return;
        }
        let seconds = length_nm / speed_kn.max(0.1) * 3600.0;
        let sail = Sail::new(
            Arc::clone(path),
            from_nm,
            length_nm,
            seconds,
            wander,
            &mut self.draw,
        );
        self.here = sail.end();
        self.push(state, seconds, Motion::Sail(sail), speed_kn);
    }

    /// A path from here, with the points between begin and end a little off
    /// where they are on the map: no two voyages are the same.
    fn path_to(&mut self, points: &[LonLat]) -> Arc<Path> {
        let mut line = Vec::with_capacity(points.len() + 1);
        line.push(self.here);
        for (number, point) in points.iter().enumerate() {
            if number + 1 == points.len() {
                line.push(*point);
            } else {
                let (east, north) = (self.draw.normal() * 0.12, self.draw.normal() * 0.12);
                line.push(offset(*point, east, north));
            }
        }
        Arc::new(Path::through(&line))
    }

    /// A path from here through exactly these points.
    fn exact_path_to(&self, points: &[LonLat]) -> Arc<Path> {
        let mut line = Vec::with_capacity(points.len() + 1);
        line.push(self.here);
        line.extend(points);
        Arc::new(Path::through(&line))
    }

    /// A passage: slowly out of the harbour, across, and slowly in.
    fn voyage(&mut self, points: &[LonLat], speed_kn: f64, out_nm: f64, in_nm: f64) -> bool {
        let path = self.path_to(points);
        let scale = (path.length_nm * 0.5 / (out_nm + in_nm).max(1e-9)).min(1.0);
        let (out_nm, in_nm) = (out_nm * scale, in_nm * scale);
        let end_nm = path.length_nm - in_nm;
        let harbour_kn = self.draw.between(2.5, 4.5).min(speed_kn);
        self.sail_part(TrueState::Manoeuvre, &path, 0.0, out_nm, harbour_kn, 0.1);
        let is_foggy = end_nm - out_nm > 3.0 && self.draw.chance(self.config.rule_breakers.fog);
        if is_foggy {
            let fog_from = out_nm + (end_nm - out_nm) * self.draw.between(0.1, 0.5);
            let fog_to = fog_from + (end_nm - fog_from) * self.draw.between(0.2, 0.8);
            let fog_kn = self.draw.between(2.5, 3.5);
            self.sail_part(
                TrueState::Transit,
                &path,
                out_nm,
                fog_from,
                speed_kn,
                PASSAGE_WANDER,
            );
            self.count(Case::Fog);
            self.sail_part(TrueState::Transit, &path, fog_from, fog_to, fog_kn, 0.1);
            self.sail_part(
                TrueState::Transit,
                &path,
                fog_to,
                end_nm,
                speed_kn,
                PASSAGE_WANDER,
            );
        } else {
            self.sail_part(
                TrueState::Transit,
                &path,
                out_nm,
                end_nm,
                speed_kn,
                PASSAGE_WANDER,
            );
        }
        let approach_kn = self.draw.between(2.0, 4.5).min(speed_kn);
        self.sail_part(
            TrueState::Manoeuvre,
            &path,
            end_nm,
            path.length_nm,
            approach_kn,
            0.1,
        );
        is_foggy
    }

    /// Waypoints from where the vessel is to a spot; the last is `target`.
    fn points_to(&self, spot: Spot, target: LonLat) -> Vec<LonLat> {
        let site = self.site;
        let mut points = Vec::with_capacity(8);
        if self.spot != spot {
            match self.spot {
                Spot::Port => points.extend(site.way.iter().rev()),
                Spot::Beach => points.extend(site.beach_way.iter().rev()),
                Spot::Dump | Spot::Pit => {}
            }
            let through_pit = self.spot != Spot::Pit && spot != Spot::Pit;
            if through_pit {
                points.push(site.pit);
            }
            match spot {
                Spot::Port => points.extend(site.way),
                Spot::Beach => points.extend(site.beach_way),
                Spot::Dump | Spot::Pit => {}
            }
        }
        points.push(target);
        points
    }

    /// A passage to a spot; true if there was fog.
    fn go(&mut self, spot: Spot, target: LonLat, speed_kn: f64) -> bool {
        let points = self.points_to(spot, target);
        let harbour = |spot: Spot| {
            if spot == Spot::Port {
                HARBOUR_NM
            } else {
                APPROACH_NM
            }
        };
        let (out_nm, in_nm) = (harbour(self.spot), harbour(spot));
        let is_foggy = self.voyage(&points, speed_kn, out_nm, in_nm);
        self.spot = spot;
        is_foggy
    }

    fn go_to_port(&mut self, speed_kn: f64) {
        let quay = self.quay();
        self.go(Spot::Port, quay, speed_kn);
    }

    /// A berth near the quay.
    fn quay(&mut self) -> LonLat {
        let (east, north) = (self.draw.normal() * 0.05, self.draw.normal() * 0.05);
        offset(self.site.port, east, north)
    }

    /// Adrift, away from the port; shorter where the sea room ends.
    fn drift(&mut self, seconds: f64, speed_kn: f64) {
        let seaward = self.seaward_deg() + self.draw.between(-50.0, 50.0);
        let length_nm = (speed_kn * seconds / 3600.0).min(LONGEST_DRIFT_NM);
        let mut points = Vec::with_capacity(9);
        let mut course = seaward;
        let mut place = self.here;
        for _ in 0..8 {
            course += 6.0 * self.draw.normal();
            let (east, north) = libm::sincos(course.to_radians());
            place = offset(place, east * length_nm / 8.0, north * length_nm / 8.0);
            points.push(place);
        }
        let path = self.exact_path_to(&points);
        self.sail_part(
            TrueState::Waiting,
            &path,
            0.0,
            path.length_nm,
            speed_kn,
            0.2,
        );
    }

    /// Bearing from the port to the pit.
    fn seaward_deg(&self) -> f64 {
        let pit = unwrapped(self.site.pit, self.site.port);
        let east = (pit.lon - self.site.port.lon) * libm::cos(pit.lat.to_radians());
        libm::atan2(east, pit.lat - self.site.port.lat).to_degrees()
    }

    /// Straight tracks to and fro over a circle around the pit. The first
    /// point is the begin.
    fn tracks_over_pit(&mut self, length_nm: f64) -> Vec<LonLat> {
        let radius = self.site.pit_radius_nm;
        // Dredgers work along the tide: one direction per pit.
        let along_deg = (self.vessel.site_index as f64 * 47.0) % 180.0 + 8.0 * self.draw.normal();
        let (east, north) = libm::sincos(along_deg.to_radians());
        let half_nm = radius * self.draw.between(0.3, 0.6);
        let aside_nm = radius * self.draw.between(-0.5, 0.5);
        let mut points = Vec::new();
        let mut end = if self.draw.chance(0.5) {
            half_nm
        } else {
            -half_nm
        };
        let mut made_nm = -2.0 * half_nm;
        while made_nm < length_nm {
            // Some 60 m between tracks.
            let aside = aside_nm + 0.032 * self.draw.normal();
            points.push(offset(
                self.site.pit,
                east * end + north * aside,
                north * end - east * aside,
            ));
            end = -end;
            made_nm += 2.0 * half_nm;
        }
        points
    }

    fn hours(&mut self, median_h: f64, sigma_ln: f64, low_h: f64, high_h: f64) -> f64 {
        self.draw
            .log_normal_within(median_h, sigma_ln, low_h, high_h)
            * 3600.0
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
