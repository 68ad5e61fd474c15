//! The Monte Carlo alone: truths drawn from the priors themselves, cycles known without error.
//!
//! If the interval of such a truth did not hold it nine times of ten, the estimate would compute
//! something else than its formulas say. It says nothing about detection, nor about whether the
//! priors are those of real dredgers.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use silt_estimate::{Distribution, Hours};
use silt_estimate::{
    EstimateError, FactLimits, Group, LoadPrior, Priors, Settings, StatedVessel, VesselFacts,
    VesselKind, WorkRow, cutter_in_situ, estimate, normal_quantile, vessel_key,
};

use crate::tonnes::Interval;

/// Cases of the experiment.
pub(crate) fn intervals(
    cases: u32,
    seed: u64,
    draws: u32,
    priors: &Priors,
) -> Result<Vec<Interval>, EstimateError> {
    (0..cases)
        .into_par_iter()
        .map(|case| interval(case, seed, draws, priors))
        .collect()
}

/// Uniform numbers that share nothing with those of the estimate.
struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64, case: u32) -> Draw {
        let mut bytes = [0_u8; 32];
        bytes[0..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..12].copy_from_slice(&case.to_le_bytes());
        bytes[24..32].copy_from_slice(b"siltval1");
        Draw(ChaCha8Rng::from_seed(bytes))
    }

    /// Uniform in (0, 1), both ends excluded.
    fn unit(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1_u64 << 53) as f64;
        ((self.0.next_u64() >> 11) as f64 + 0.5) * SCALE
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn of(&mut self, distribution: &Distribution) -> f64 {
        distribution.quantile(self.unit())
    }

    fn normal(&mut self) -> f64 {
        normal_quantile(self.unit())
    }
}

/// Hopper dredgers of a case, some without a stated hopper volume, and one cutter.
const HOPPERS: usize = 5;
const LENGTHS_M: (f64, f64) = (70.0, 180.0);
const CYCLES: (f64, f64) = (10.0, 90.0);
const HOURS_OUTSIDE: (f64, f64) = (0.0, 20.0);

fn interval(case: u32, seed: u64, draws: u32, priors: &Priors) -> Result<Interval, EstimateError> {
    let mut draw = Draw::new(seed, case);
    let (fill, density_t_m3) = match &priors.load {
        LoadPrior::FillAndDensity { fill, density_t_m3 } => (draw.of(fill), draw.of(density_t_m3)),
        LoadPrior::TonnesPerHopperM3 {
            tonnes_per_hopper_m3,
        } => (1.0, draw.of(tonnes_per_hopper_m3)),
    };
    let in_situ_t_m3 = draw.of(&priors.in_situ_density_t_m3);
    let true_per_detected = draw.of(&priors.true_cycles_per_detected);
    let mut facts = Vec::new();
    let mut work = Vec::new();
    let mut truth_t = 0.0;
    for number in 0..HOPPERS {
        let length_m = draw.between(LENGTHS_M.0, LENGTHS_M.1);
        let is_stated = number % 3 != 2;
        let stated = StatedVessel {
            length_m: Some(length_m),
            hopper_m3: is_stated.then(|| priors.hopper_by_length.predict(length_m).median),
            ..StatedVessel::unknown(vessel_key(&format!("case:{number}")), VesselKind::Tshd)
        };
        let (vessel, _) = VesselFacts::check(stated, &FactLimits::default(), priors);
        let hopper_m3 = vessel.hopper(priors).map_or(0.0, |hopper| {
            draw.of(&Distribution::LogNormal {
                median: hopper.median,
                sigma: hopper.sigma,
            })
        });
        let cycles = draw.between(CYCLES.0, CYCLES.1) as u32;
        let trips: f64 = (0..cycles)
            .map(|_| hopper_m3 * (1.0 + priors.trip_sd * draw.normal()))
            .sum();
        let hours_outside = draw.between(HOURS_OUTSIDE.0, HOURS_OUTSIDE.1);
        let rate_m3_h = hopper_m3 / draw.of(&priors.load_time_h);
        let phase_error_h = priors.phase_duration_sd_h() * draw.normal();
        let outside_m3 = rate_m3_h * (hours_outside + phase_error_h);
        truth_t += fill * density_t_m3 * (true_per_detected * trips + outside_m3);
        facts.push(vessel);
        work.push(WorkRow {
            vessel: number as u32,
            complete_cycles: cycles,
            incomplete_cycles: 1,
            dredge_hours: hours_outside,
            ..WorkRow::default()
        });
    }
    let pipe_m = draw.between(0.5, 0.95);
    let cutter = StatedVessel {
        pipe_diameter_m: Some(pipe_m),
        ..StatedVessel::unknown(vessel_key("case:cutter"), VesselKind::Cutter)
    };
    facts.push(VesselFacts::check(cutter, &FactLimits::default(), priors).0);
    let cutter_hours = draw.between(50.0, 400.0);
    let pumped = cutter_in_situ(
        Hours(cutter_hours),
        draw.of(&priors.cutter_utilisation),
        pipe_m,
        draw.of(&priors.cutter_velocity_m_s),
        draw.of(&priors.cutter_concentration),
    );
    truth_t += pumped.0 * in_situ_t_m3;
    work.push(WorkRow {
        vessel: HOPPERS as u32,
        cutter_hours,
        ..WorkRow::default()
    });
    let settings = Settings {
        draws,
        // Another stream than that of any fleet.
        seed: seed ^ (u64::from(case) << 32),
        ..Settings::default()
    };
    let estimates = estimate(&[Group::default()], &facts, &work, priors, &settings)?;
    let tonnes = estimates[0]
        .combined
        .as_ref()
        .map(|combined| combined.observed.tonnes);
    Ok(Interval {
        fleet: case,
        truth_t,
        p05_t: tonnes.map_or(0.0, |tonnes| tonnes.p05.0),
        p50_t: tonnes.map_or(0.0, |tonnes| tonnes.p50.0),
        p95_t: tonnes.map_or(0.0, |tonnes| tonnes.p95.0),
    })
}

#[cfg(test)]
#[path = "arithmetic_tests.rs"]
mod tests;
