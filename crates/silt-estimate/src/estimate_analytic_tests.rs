//! Estimates against closed forms.
//!
//! With independent factors, `M = N H f rho` has the mean of the product of means, and
//! `1 + cv^2(M)` is the product of the factors' `1 + cv^2`. For n equal vessels with hoppers drawn
//! independently, `sum H` has `cv^2(H) / n`, so
//!
//! `cv^2(M) = (1 + cv^2(f)) (1 + cv^2(rho)) (1 + cv^2(H) / n) - 1`,
//!
//! which falls to `(1 + cv^2(f)) (1 + cv^2(rho)) - 1 > 0` as n grows when fill and density are
//! shared, and as `cv^2(H) / n` when they are fixed.

use super::*;
use crate::distribution::Distribution;
use crate::facts::{FactLimits, StatedVessel, VesselKind};
use crate::priors::LoadPrior;

const DRAWS: u32 = 20_000;

fn fixed(value: f64) -> Distribution {
    Distribution::Fixed { value }
}

/// All factors fixed: hopper as stated, fill 0.8, density 1.75, bed 2.0, load time 2 h.
fn fixed_priors() -> Priors {
    Priors {
        load: LoadPrior::FillAndDensity {
            fill: fixed(0.8),
            density_t_m3: fixed(1.75),
        },
        in_situ_density_t_m3: fixed(2.0),
        coverage: fixed(0.5),
        trip_sd: 0.0,
        position_error_sd_m: 0.0,
        stated_hopper_sigma: 0.0,
        load_time_h: fixed(2.0),
        cutter_utilisation: fixed(0.46),
        cutter_velocity_m_s: fixed(6.27),
        cutter_concentration: fixed(0.08),
        ..Priors::default()
    }
}

fn dredgers(count: u64, hopper_m3: f64) -> Vec<VesselFacts> {
    (0..count)
        .map(|key| {
            let stated = StatedVessel {
                hopper_m3: Some(hopper_m3),
                ..StatedVessel::unknown(key, VesselKind::Tshd)
            };
            VesselFacts::check(stated, &FactLimits::default(), &Priors::default()).0
        })
        .collect()
}

fn trips(vessel: u32, complete_cycles: u32) -> WorkRow {
    WorkRow {
        vessel,
        complete_cycles,
        ..WorkRow::default()
    }
}

fn one_group(facts: &[VesselFacts], work: &[WorkRow], priors: &Priors) -> GroupEstimate {
    let settings = Settings {
        draws: DRAWS,
        ..Settings::default()
    };
    estimate(&[Group::default()], facts, work, priors, &settings)
        .expect("the query is valid")
        .remove(0)
}

fn close(ours: f64, expected: f64, relative: f64) {
    assert!(
        (ours / expected - 1.0).abs() < relative,
        "{ours} is not {expected}"
    );
}

#[test]
fn with_all_factors_fixed_the_result_is_the_formula() {
    let facts = dredgers(1, 3000.0);
    let work = [WorkRow {
        complete_cycles: 10,
        incomplete_cycles: 1,
        dredge_hours: 25.0,
        dredge_hours_in_complete_cycles: 21.0,
        ..WorkRow::default()
    }];
    let result = one_group(&facts, &work, &fixed_priors());
    // A: 10 x 3,000 x 0.8 = 24,000 m3, x 1.75 = 42,000 t, x 0.75 / 1.0 = 18,000 m3 in situ.
    let a = result.trips.expect("there are trips");
    close(a.observed.hopper_m3.p50.0, 24_000.0, 1e-12);
    close(a.observed.tonnes.p05.0, 42_000.0, 1e-12);
    close(a.observed.in_situ_m3.p95.0, 18_000.0, 1e-12);
    assert_eq!(a.observed.tonnes.cv, Some(0.0));
    close(a.corrected.tonnes.mean.0, 84_000.0, 1e-12);
    // B: 25 h x 3,000 x 0.8 / 2 h x 1.75 = 52,500 t. Combined: 42,000 + 4 h of B = 50,400 t.
    close(
        result.time.expect("there are hours").observed.tonnes.mean.0,
        52_500.0,
        1e-12,
    );
    close(
        result
            .combined
            .expect("there is work")
            .observed
            .tonnes
            .mean
            .0,
        50_400.0,
        1e-12,
    );
    close(result.time_over_trips.expect("both are there"), 1.05, 1e-12);
}

#[test]
fn a_cutter_with_fixed_factors_is_the_formula() {
    let stated = StatedVessel {
        pipe_diameter_m: Some(0.8),
        hopper_m3: Some(900.0),
        ..StatedVessel::unknown(1, VesselKind::Cutter)
    };
    let facts = [VesselFacts::check(stated, &FactLimits::default(), &Priors::default()).0];
    let work = [WorkRow {
        cutter_hours: 24.0,
        ..WorkRow::default()
    }];
    let result = one_group(&facts, &work, &fixed_priors());
    let expected_m3 = 24.0 * 3600.0 * 0.46 * std::f64::consts::FRAC_PI_4 * 0.8 * 0.8 * 6.27 * 0.08;
    let cutters = result.cutters.expect("there is a cutter").observed;
    close(cutters.in_situ_m3.p50.0, expected_m3, 1e-12);
    close(cutters.tonnes.p50.0, expected_m3 * 2.0, 1e-12);
    assert_eq!(cutters.hopper_m3.p95, HopperM3(0.0));
    assert_eq!(result.trips, None);
    assert_eq!(
        result.combined.expect("there is work").observed.tonnes,
        cutters.tonnes
    );
}

/// One vessel, only fill uncertain: M is a scaled triangle, so its percentiles are the triangle's.
#[test]
fn one_vessel_with_uncertain_fill_has_the_triangles_interval() {
    let fill = Distribution::Triangular {
        low: 0.70,
        mode: 0.85,
        high: 1.0,
    };
    let load = LoadPrior::FillAndDensity {
        fill,
        density_t_m3: fixed(1.75),
    };
    let priors = Priors {
        load,
        ..fixed_priors()
    };
    let result = one_group(&dredgers(1, 3000.0), &[trips(0, 10)], &priors);
    let tonnes = result.trips.expect("there are trips").observed.tonnes;
    let scale = 10.0 * 3000.0 * 1.75;
    // Standard error of a sample quantile: sqrt(p (1 - p) / n) / density; below 0.0008 of the mean here.
    close(tonnes.p05.0, scale * fill.quantile(0.05), 0.004);
    close(tonnes.p50.0, scale * fill.quantile(0.50), 0.004);
    close(tonnes.p95.0, scale * fill.quantile(0.95), 0.004);
    close(tonnes.mean.0, scale * 0.85, 0.002);
    close(
        tonnes.cv.expect("not zero"),
        fill.variance().sqrt() / fill.mean(),
        0.03,
    );
}

/// The combined prior is a uniform factor on hopper volume.
#[test]
fn one_vessel_with_the_combined_prior_has_the_uniforms_interval() {
    let priors = Priors {
        load: LoadPrior::COMBINED,
        ..fixed_priors()
    };
    let result = one_group(&dredgers(1, 3000.0), &[trips(0, 1)], &priors);
    let tonnes = result.trips.expect("there are trips").observed.tonnes;
    close(tonnes.p05.0, 3000.0 * (1.5 + 0.05 * 0.33), 0.003);
    close(tonnes.p95.0, 3000.0 * (1.5 + 0.95 * 0.33), 0.003);
    let hopper = result.trips.expect("there are trips").observed.hopper_m3;
    assert_eq!((hopper.p05.0, hopper.p95.0), (hopper.p50.0, hopper.p50.0));
}

/// A stated hopper that is log-normal, alone: the interval is the log-normal's.
#[test]
fn one_vessel_with_an_uncertain_hopper_has_the_log_normals_interval() {
    let priors = Priors {
        stated_hopper_sigma: 0.3,
        ..fixed_priors()
    };
    let result = one_group(&dredgers(1, 3000.0), &[trips(0, 4)], &priors);
    let tonnes = result.trips.expect("there are trips").observed.tonnes;
    let hopper = Distribution::LogNormal {
        median: 3000.0,
        sigma: 0.3,
    };
    let scale = 4.0 * 0.8 * 1.75;
    close(tonnes.p05.0, scale * hopper.quantile(0.05), 0.02);
    close(tonnes.p95.0, scale * hopper.quantile(0.95), 0.02);
    close(tonnes.mean.0, scale * hopper.mean(), 0.01);
}

/// N trips, each with an independent relative error s: the sum has cv = s / sqrt(N).
#[test]
fn errors_of_trips_average_out_as_the_root_of_their_number() {
    let priors = Priors {
        trip_sd: 0.2,
        ..fixed_priors()
    };
    for cycles in [1, 25, 400] {
        let result = one_group(&dredgers(1, 3000.0), &[trips(0, cycles)], &priors);
        let cv = result
            .trips
            .expect("there are trips")
            .observed
            .tonnes
            .cv
            .expect("not zero");
        close(cv, 0.2 / f64::from(cycles).sqrt(), 0.03);
    }
    // 400 trips of one vessel and one trip of each of 400 vessels are equally certain.
    let work: Vec<WorkRow> = (0..400).map(|vessel| trips(vessel, 1)).collect();
    let result = one_group(&dredgers(400, 3000.0), &work, &priors);
    let cv = result
        .trips
        .expect("there are trips")
        .observed
        .tonnes
        .cv
        .expect("not zero");
    close(cv, 0.2 / 20.0, 0.03);
}

fn cv_of_fleet(count: u32, priors: &Priors) -> f64 {
    let work: Vec<WorkRow> = (0..count).map(|vessel| trips(vessel, 5)).collect();
    let result = one_group(&dredgers(u64::from(count), 3000.0), &work, priors);
    result
        .trips
        .expect("there are trips")
        .observed
        .tonnes
        .cv
        .expect("not zero")
}

#[test]
fn shared_factors_keep_a_fleet_uncertain_and_independent_hoppers_do_not() {
    let sigma = 0.3_f64;
    let cv2_hopper = (sigma * sigma).exp_m1();
    let independent = Priors {
        stated_hopper_sigma: sigma,
        ..fixed_priors()
    };
    let shared = Priors {
        load: LoadPrior::SEPARATE,
        ..independent.clone()
    };
    let LoadPrior::FillAndDensity { fill, density_t_m3 } = LoadPrior::SEPARATE else {
        panic!("the default has two factors");
    };
    let cv2 = |factor: &Distribution| factor.variance() / (factor.mean() * factor.mean());
    let (cv2_fill, cv2_density) = (cv2(&fill), cv2(&density_t_m3));

    for count in [1, 16, 256] {
        let of_hoppers = 1.0 + cv2_hopper / f64::from(count);
        let expected_shared = ((1.0 + cv2_fill) * (1.0 + cv2_density) * of_hoppers - 1.0).sqrt();
        close(cv_of_fleet(count, &shared), expected_shared, 0.04);
        let expected_independent = (cv2_hopper / f64::from(count)).sqrt();
        close(cv_of_fleet(count, &independent), expected_independent, 0.04);
    }
    // From 16 to 256 vessels the independent part falls by four, the whole by less than a quarter.
    assert!(cv_of_fleet(256, &shared) > 0.75 * cv_of_fleet(16, &shared));
    assert!(cv_of_fleet(256, &independent) < 0.27 * cv_of_fleet(16, &independent));
}

/// B alone: `H / t_load` with a log-normal load time is log-normal of the same sigma, and each
/// phase adds the error of its two ends.
#[test]
fn time_has_the_interval_of_its_load_time_and_phases() {
    let load_time_h = Distribution::LogNormal {
        median: 2.0,
        sigma: 0.4,
    };
    let priors = Priors {
        load_time_h,
        ..fixed_priors()
    };
    let work = [WorkRow {
        dredge_hours: 30.0,
        incomplete_cycles: 9,
        ..WorkRow::default()
    }];
    let tonnes_of = |priors: &Priors| {
        let result = one_group(&dredgers(1, 3000.0), &work, priors);
        assert_eq!(result.trips, None);
        assert_eq!(result.time, result.combined);
        result.time.expect("there are hours").observed.tonnes
    };
    let tonnes = tonnes_of(&priors);
    let scale = 30.0 * 3000.0 * 0.8 * 1.75;
    close(tonnes.p50.0, scale / 2.0, 0.02);
    close(tonnes.p05.0, scale / load_time_h.quantile(0.95), 0.03);
    close(tonnes.p95.0, scale / load_time_h.quantile(0.05), 0.03);

    let blurred = Priors {
        position_error_sd_m: 3000.0,
        ..fixed_priors()
    };
    let cv = tonnes_of(&blurred).cv.expect("not zero");
    close(cv, blurred.phase_duration_sd_h() * 3.0 / 30.0, 0.03);
}

/// Two cutters drawn once each: their utilisation does not average out over the rows of one.
#[test]
fn a_cutters_utilisation_is_drawn_once_per_vessel() {
    let utilisation = Distribution::Triangular {
        low: 0.30,
        mode: 0.46,
        high: 0.65,
    };
    let priors = Priors {
        cutter_utilisation: utilisation,
        ..fixed_priors()
    };
    let stated = |key| StatedVessel {
        pipe_diameter_m: Some(0.8),
        ..StatedVessel::unknown(key, VesselKind::Cutter)
    };
    let facts: Vec<VesselFacts> = (0..2)
        .map(|key| VesselFacts::check(stated(key), &FactLimits::default(), &Priors::default()).0)
        .collect();
    let hours = |vessel| WorkRow {
        vessel,
        cutter_hours: 50.0,
        ..WorkRow::default()
    };
    let cv_of = |work: &[WorkRow]| {
        let result = one_group(&facts, work, &priors);
        result
            .cutters
            .expect("there is a cutter")
            .observed
            .in_situ_m3
            .cv
            .expect("not zero")
    };
    let cv_of_one = utilisation.variance().sqrt() / utilisation.mean();
    close(cv_of(&[hours(0), hours(0), hours(0)]), cv_of_one, 0.03);
    close(
        cv_of(&[hours(0), hours(1)]),
        cv_of_one / 2.0_f64.sqrt(),
        0.03,
    );
}
