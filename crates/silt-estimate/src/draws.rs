//! The random part: one block of draws for all groups of a chunk.
//!
//! Work is cut along the draws, not along the vessels: each task sums all vessels in the order of their
//! keys, so no sum depends on the number of threads.

use crate::distribution::Distribution;
use crate::facts::VesselFacts;
use crate::normal::normal_quantile;
use crate::priors::{LoadPrior, Priors};
use crate::stream::{Domain, Uniforms};
use crate::work::WorkRow;

/// Draws that are computed together; small enough for the innermost cache.
pub(crate) const BLOCK: usize = 128;
pub(crate) type Lane = [f64; BLOCK];

/// Sums over vessels of one group, before the factors that all vessels share.
#[derive(Clone)]
pub(crate) struct GroupSums {
    /// Sum of N H over complete cycles, m3 of hopper volume (not yet filled).
    pub(crate) trips: Lane,
    /// Sum of t H / t_load over dredging hours in complete cycles, m3 of hopper volume.
    pub(crate) time_in_cycles: Lane,
    /// The same over the other dredging hours.
    pub(crate) time_outside: Lane,
    /// Sum over cutters, m3 in situ.
    pub(crate) cutters: Lane,
}

impl GroupSums {
    pub(crate) const ZERO: Self = Self {
        trips: [0.0; BLOCK],
        time_in_cycles: [0.0; BLOCK],
        time_outside: [0.0; BLOCK],
        cutters: [0.0; BLOCK],
    };
}

/// Factors that all vessels share within a draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SharedDraw {
    pub(crate) fill: f64,
    pub(crate) density_t_m3: f64,
    pub(crate) in_situ_density_t_m3: f64,
    pub(crate) true_cycles_per_detected: f64,
    /// Uniform number of the coverage; each group puts it into its own distribution.
    pub(crate) coverage_uniform: f64,
}

/// Shared factors of all draws.
pub(crate) fn shared_draws(draws: usize, seed: u64, priors: &Priors) -> Vec<SharedDraw> {
    let mut uniforms = Uniforms::new(seed, Domain::Shared, 0, 0);
    let mut shared = Vec::with_capacity(draws);
    for _ in 0..draws {
        // One place per factor; a factor that is added later takes one of the free places.
        let [u_fill, u_density, u_in_situ, u_cycles, u_coverage, _, _, _] = uniforms.next_draw();
        let (fill, density_t_m3) = match priors.load {
            LoadPrior::FillAndDensity { fill, density_t_m3 } => {
                (fill.quantile(u_fill), density_t_m3.quantile(u_density))
            }
            // Fill is inside the factor: a full hopper of that density gives the same tonnes.
            LoadPrior::TonnesPerHopperM3 {
                tonnes_per_hopper_m3,
            } => (1.0, tonnes_per_hopper_m3.quantile(u_density)),
        };
        shared.push(SharedDraw {
            fill,
            density_t_m3,
            in_situ_density_t_m3: priors.in_situ_density_t_m3.quantile(u_in_situ),
            true_cycles_per_detected: priors.true_cycles_per_detected.quantile(u_cycles),
            coverage_uniform: u_coverage,
        });
    }
    shared
}

/// Sums of each group for the draws `first_draw..first_draw + BLOCK`.
///
/// `rows` are ordered by vessel key and group; `first_group` is the group of the first sum.
pub(crate) fn sum_block(
    first_draw: usize,
    first_group: u32,
    group_count: usize,
    rows: &[WorkRow],
    facts: &[VesselFacts],
    priors: &Priors,
    seed: u64,
) -> Vec<GroupSums> {
    let mut sums = vec![GroupSums::ZERO; group_count];
    for rows_of_vessel in rows.chunk_by(|a, b| a.vessel == b.vessel) {
        let vessel = &facts[rows_of_vessel[0].vessel as usize];
        let uniforms = Uniforms::new(seed, Domain::Vessel, vessel.key(), first_draw);
        if let Some(hopper) = HopperLanes::draw(vessel, priors, uniforms) {
            for row in rows_of_vessel {
                hopper.add(row, &mut sums[(row.group - first_group) as usize]);
            }
        } else if let Some(pipe_m) = vessel.cutter_pipe_m() {
            let uniforms = Uniforms::new(seed, Domain::Vessel, vessel.key(), first_draw);
            let m3_per_hour = cutter_rates(pipe_m, priors, uniforms);
            for row in rows_of_vessel.iter().filter(|row| row.cutter_hours > 0.0) {
                let sum = &mut sums[(row.group - first_group) as usize];
                add_scaled(&mut sum.cutters, row.cutter_hours, &m3_per_hour);
            }
        }
    }
    sums
}

/// What one vessel contributes per trip and per hour, for a block of draws.
///
/// The error of a sum over N trips is drawn, not approximated: N independent normal errors of
/// standard deviation `s` add up to one normal error of `s sqrt(N)`. The vessel's standard normal number
/// of a draw is the same in every group, so that a group's result depends on its own work only
/// (not on its name, nor on how the rest of the world is grouped); within a group each vessel has
/// one number, so the distribution of the group's total is exactly that of independent trips.
struct HopperLanes {
    /// Hopper volume, m3.
    volume: Lane,
    /// Hopper volume times the relative error of one trip.
    volume_error: Lane,
    /// Hopper volume over load time, m3/h.
    rate: Lane,
    /// Rate times the error of the duration of one phase inside, and one outside, of complete cycles.
    rate_error_in_cycles: Lane,
    rate_error_outside: Lane,
}

impl HopperLanes {
    fn draw(vessel: &VesselFacts, priors: &Priors, mut uniforms: Uniforms) -> Option<Self> {
        let hopper = vessel.hopper(priors)?;
        let hopper_m3 = Distribution::LogNormal {
            median: hopper.median,
            sigma: hopper.sigma,
        };
        let load_time_h = match vessel.stated().load_time_h {
            Some(median) => Distribution::LogNormal {
                median,
                sigma: priors.stated_load_time_sigma,
            },
            None => priors.load_time_h,
        };
        let phase_sd_h = priors.phase_duration_sd_h();
        let mut lanes = Self {
            volume: [0.0; BLOCK],
            volume_error: [0.0; BLOCK],
            rate: [0.0; BLOCK],
            rate_error_in_cycles: [0.0; BLOCK],
            rate_error_outside: [0.0; BLOCK],
        };
        for lane in 0..BLOCK {
            let [u_hopper, u_load, u_trip, u_inside, u_outside, _, _, _] = uniforms.next_draw();
            let volume = hopper_m3.quantile(u_hopper);
            let rate = volume / load_time_h.quantile(u_load);
            lanes.volume[lane] = volume;
            lanes.volume_error[lane] = volume * priors.trip_sd * normal_quantile(u_trip);
            lanes.rate[lane] = rate;
            lanes.rate_error_in_cycles[lane] = rate * phase_sd_h * normal_quantile(u_inside);
            lanes.rate_error_outside[lane] = rate * phase_sd_h * normal_quantile(u_outside);
        }
        Some(lanes)
    }

    fn add(&self, row: &WorkRow, sums: &mut GroupSums) {
        let cycles = f64::from(row.complete_cycles);
        if row.complete_cycles > 0 {
            add_scaled_pair(
                &mut sums.trips,
                cycles,
                &self.volume,
                cycles.sqrt(),
                &self.volume_error,
            );
        }
        let hours_inside = row.dredge_hours_in_complete_cycles;
        if hours_inside > 0.0 {
            let spread = cycles.sqrt();
            let error = &self.rate_error_in_cycles;
            add_scaled_pair(
                &mut sums.time_in_cycles,
                hours_inside,
                &self.rate,
                spread,
                error,
            );
        }
        let hours_outside = hours_outside_cycles(row);
        if hours_outside > 0.0 {
            let spread = f64::from(row.incomplete_cycles).sqrt();
            let error = &self.rate_error_outside;
            add_scaled_pair(
                &mut sums.time_outside,
                hours_outside,
                &self.rate,
                spread,
                error,
            );
        }
    }
}

/// Dredging hours that no complete cycle accounts for.
pub(crate) fn hours_outside_cycles(row: &WorkRow) -> f64 {
    (row.dredge_hours - row.dredge_hours_in_complete_cycles).max(0.0)
}

fn cutter_rates(pipe_diameter_m: f64, priors: &Priors, mut uniforms: Uniforms) -> Lane {
    let mut m3_per_hour = [0.0; BLOCK];
    for rate in &mut m3_per_hour {
        let [_, _, _, _, _, u_utilisation, u_velocity, u_concentration] = uniforms.next_draw();
        let pumped = crate::quantity::cutter_in_situ(
            crate::quantity::Hours(1.0),
            priors.cutter_utilisation.quantile(u_utilisation),
            pipe_diameter_m,
            priors.cutter_velocity_m_s.quantile(u_velocity),
            priors.cutter_concentration.quantile(u_concentration),
        );
        *rate = pumped.0;
    }
    m3_per_hour
}

fn add_scaled(sum: &mut Lane, factor: f64, lane: &Lane) {
    for (total, value) in sum.iter_mut().zip(lane) {
        *total += factor * value;
    }
}

fn add_scaled_pair(sum: &mut Lane, a: f64, lane_a: &Lane, b: f64, lane_b: &Lane) {
    for ((total, value_a), value_b) in sum.iter_mut().zip(lane_a).zip(lane_b) {
        *total += a * value_a + b * value_b;
    }
}
