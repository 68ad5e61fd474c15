//! Cutter suction and backhoe dredgers: days on one spot, seldom at work all the time.

use super::{Planner, Spot};
use crate::motion::{Motion, Path, offset};
use crate::plan::hopper::wrapped;
use crate::truth::{StationaryWork, TrueState};
use crate::vessel::VesselKind;

// METHODS 1.4 and 1.5: the log of a real cutter.
const MIXTURE_M_S: (f64, f64) = (6.27, 0.4);
const CONCENTRATION: (f64, f64) = (0.068, 0.086);
const SHARE_WITH_SOIL: f64 = 0.68;
const IN_SITU_T_M3: f64 = 1.95;
// Digging rate of backhoes, m3 in situ per hour. [inferred]
const BACKHOE_M3_H: (f64, f64) = (120.0, 450.0);
// Swing of the cutter head at its fastest: 9 to 14 m/min. [inferred]
const SWING_M_S: (f64, f64) = (0.15, 0.23);
// Work lies at least this far from the quay, nm. [inferred]
const FROM_QUAY_NM: f64 = 3.0;

impl Planner<'_> {
    pub(super) fn stationary_dredger(&mut self) {
        let [least, likeliest, most] = self.config.durations.stationary_utilisation;
        let utilisation = self.draw.triangular(least, likeliest, most);
        let rate_m3_h = self.draw.between(BACKHOE_M3_H.0, BACKHOE_M3_H.1);
        self.here = self.working_place();
        self.spot = Spot::Pit;
        let mut port_call_ms = self.now_ms + (self.draw.between(1.0, 9.0) * 86_400_000.0) as i64;
        let median_s = self.config.durations.cutter_episode_min * 60.0;
        // The mean of a log-normal lies above its median.
        let mean_s = median_s * libm::exp(0.57 * 0.57 / 2.0);
        while !self.is_over() {
            let standby_mean_s = mean_s * (1.0 - utilisation) / utilisation;
            let standby_s = self
                .draw
                .exponential(standby_mean_s)
                .clamp(300.0, 40.0 * 3600.0);
            self.still(TrueState::Idle, standby_s);
            let work_s = self
                .draw
                .log_normal_within(median_s, 0.57, 600.0, 12.0 * 3600.0);
            self.work(work_s, rate_m3_h);
            if self.now_ms >= port_call_ms {
                self.port_call();
                port_call_ms = self.now_ms + (self.draw.between(4.0, 12.0) * 86_400_000.0) as i64;
            }
        }
    }

    /// On the way between pit and port, off the quays.
    fn working_place(&mut self) -> crate::sites::LonLat {
        let mut line = vec![self.site.port];
        line.extend(self.site.way.iter().rev());
        line.push(self.site.pit);
        let path = Path::through(&line);
        let from_quay_nm = FROM_QUAY_NM.min(path.length_nm * 0.5) + self.draw.between(0.0, 0.8);
        let (place, _) = path.at(from_quay_nm.min(path.length_nm), &mut 0);
        let (east, north) = (0.1 * self.draw.normal(), 0.1 * self.draw.normal());
        offset(place, east, north)
    }

    fn work(&mut self, seconds: f64, rate_m3_h: f64) {
        let start_ms = self.now_ms;
        let place = self.here;
        let heading_deg = self.draw.between(0.0, 360.0);
        let is_cutter = self.vessel.kind == VesselKind::Cutter;
        let half_width_m = if is_cutter {
            self.draw.between(18.0, 45.0)
        } else {
            self.draw.between(2.0, 6.0)
        };
        let swing_m_s = if is_cutter {
            self.draw.between(SWING_M_S.0, SWING_M_S.1)
        } else {
            0.05
        };
        let ahead_m_per_s = self.draw.between(0.0003, 0.0012);
        let motion = Motion::Swing {
            place,
            heading_deg,
            half_width_m,
            period_s: std::f64::consts::TAU * half_width_m / swing_m_s,
            ahead_m_per_s,
        };
        self.push(TrueState::Dredge, seconds, motion, swing_m_s * 1.2);
        let ahead_nm = ahead_m_per_s * seconds / 1852.0;
        let (east, north) = libm::sincos(heading_deg.to_radians());
        self.here = offset(place, east * ahead_nm, north * ahead_nm);

        let hours = (self.now_ms - start_ms) as f64 / 3_600_000.0;
        let pipe_diameter_m = self.vessel.pipe_diameter_m.unwrap_or_default();
        let (velocity_m_s, concentration, in_situ_m3) = if is_cutter {
            let velocity = self
                .draw
                .normal_within(MIXTURE_M_S.0, MIXTURE_M_S.1, 4.5, 8.0);
            let share = self.draw.between(CONCENTRATION.0, CONCENTRATION.1);
            let area_m2 = std::f64::consts::FRAC_PI_4 * pipe_diameter_m * pipe_diameter_m;
            (
                velocity,
                share,
                hours * 3600.0 * area_m2 * velocity * share * SHARE_WITH_SOIL,
            )
        } else {
            (0.0, 0.0, hours * rate_m3_h)
        };
        self.plan.work.push(StationaryWork {
            mmsi: self.vessel.mmsi_at(start_ms),
            start_ms,
            end_ms: self.now_ms,
            lon_deg: wrapped(place.lon),
            lat_deg: place.lat,
            pipe_diameter_m,
            velocity_m_s,
            concentration,
            in_situ_m3,
            tonnes: in_situ_m3 * IN_SITU_T_M3,
        });
    }

    /// Towed into port and out again.
    fn port_call(&mut self) {
        let back_to = self.here;
        let tow_kn = self.draw.between(2.8, 4.5);
        let quay = self.quay();
        let inwards = self.path_to(&[quay]);
        self.sail_part(
            TrueState::Manoeuvre,
            &inwards,
            0.0,
            inwards.length_nm,
            tow_kn,
            0.1,
        );
        let rest_s = self.hours(16.0, 0.5, 4.0, 72.0);
        self.still(TrueState::Idle, rest_s);
        let outwards = self.path_to(&[back_to]);
        self.sail_part(
            TrueState::Manoeuvre,
            &outwards,
            0.0,
            outwards.length_nm,
            tow_kn,
            0.1,
        );
    }
}
