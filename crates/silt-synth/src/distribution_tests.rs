//! Whether what is made has the distributions that were fitted.

use crate::{Defects, Fitted, Fleet, FleetConfig, Mix, RuleBreakers, TrueState, VesselTrack};

/// Standard normal distribution function (Abramowitz and Stegun 7.1.26).
fn phi(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let poly = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let erf = 1.0 - poly * (-x * x).exp();
    if z < 0.0 {
        0.5 * (1.0 - erf)
    } else {
        0.5 * (1.0 + erf)
    }
}

/// Kolmogorov-Smirnov distance of a sample from a distribution function.
fn ks_distance(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    sample
        .iter()
        .enumerate()
        .map(|(index, x)| {
            let f = cdf(*x);
            (f - index as f64 / n)
                .abs()
                .max(((index + 1) as f64 / n - f).abs())
        })
        .fold(0.0, f64::max)
}

fn tracks(config: FleetConfig) -> Vec<VesselTrack> {
    let fleet = Fleet::new(config).expect("a valid configuration");
    (0..fleet.config().vessels)
        .map(|index| fleet.track_with_true_positions(index))
        .collect()
}

fn hoppers() -> Vec<VesselTrack> {
    tracks(FleetConfig {
        vessels: 400,
        days: 6,
        mix: Mix::HOPPERS_ONLY,
        defects: Defects::NONE,
        rule_breakers: RuleBreakers::NONE,
        min_interval_s: 900.0,
        ..FleetConfig::default()
    })
}

/// Reported speeds in one true state.
fn speeds(track: &VesselTrack, state: TrueState) -> Vec<f64> {
    let positions = &track.positions;
    (0..positions.len())
        .filter(|row| {
            let time = positions.time_ms[*row];
            let at = track.truth_states.partition_point(|s| s.end_ms <= time);
            track.truth_states.get(at).is_some_and(|s| s.state == state)
        })
        .map(|row| f64::from(positions.sog_kn[row]))
        .collect()
}

#[test]
fn dredging_and_transit_speeds_follow_the_real_dredgers() {
    let fitted = &Fitted::bundled().dredger;
    let tracks = hoppers();
    // One snapshot per vessel, as the observed speeds are.
    let snapshot = |state| -> Vec<f64> {
        tracks
            .iter()
            .filter_map(|track| {
                let speeds = speeds(track, state);
                speeds.get(speeds.len() / 2).copied()
            })
            .collect()
    };
    let working = snapshot(TrueState::Dredge);
    assert!(working.len() > 380);
    let log_cdf = |x: f64| phi((x / fitted.working_kn.median).ln() / fitted.working_kn.sigma_ln);
    let (low, high) = (log_cdf(0.5), log_cdf(4.0));
    let distance = ks_distance(working, |x| {
        ((log_cdf(x) - low) / (high - low)).clamp(0.0, 1.0)
    });
    assert!(distance < 0.10, "dredging: {distance}");

    let transit = snapshot(TrueState::Transit);
    let cdf = |x: f64| phi((x - fitted.transit_kn.mean) / fitted.transit_kn.sd);
    let (low, high) = (cdf(6.0), cdf(17.0));
    let distance = ks_distance(transit, |x| ((cdf(x) - low) / (high - low)).clamp(0.0, 1.0));
    assert!(distance < 0.10, "transit: {distance}");
}

#[test]
fn dredgers_spend_their_time_about_as_real_ones_do() {
    let fitted = &Fitted::bundled().dredger;
    let speeds: Vec<f32> = hoppers()
        .into_iter()
        .flat_map(|track| track.truth_positions.expect("asked for").sog_kn)
        .collect();
    let share = |low: f32, high: f32| {
        let inside = speeds.iter().filter(|sog| (low..high).contains(*sog));
        inside.count() as f64 / speeds.len() as f64
    };
    for (name, found, expected) in [
        ("idle", share(0.0, 0.5), fitted.idle_share),
        ("working", share(0.5, 4.0), fitted.working_share),
        ("transit", share(6.0, 30.0), fitted.transit_share),
    ] {
        // 91 snapshots of 65 vessels leave 5 % of doubt, and many of those vessels are no hopper dredgers.
        assert!(
            (found - expected).abs() < 0.1,
            "{name}: {found} of {expected}"
        );
    }
}

#[test]
fn trawlers_overlap_the_dredging_speeds_as_the_real_ones_do() {
    let fit = &Fitted::bundled().fishing;
    let fishing = Mix {
        tshd: 0.0,
        fishing: 1.0,
        ..Mix::HOPPERS_ONLY
    };
    let tracks = tracks(FleetConfig {
        vessels: 150,
        days: 6,
        mix: fishing,
        defects: Defects::NONE,
        ..FleetConfig::default()
    });
    let moving: Vec<f64> = tracks
        .iter()
        .flat_map(|track| track.positions.sog_kn.iter())
        .map(|sog| f64::from(*sog))
        .filter(|sog| *sog >= 0.5)
        .collect();
    let share = |low: f64, high: f64| {
        moving
            .iter()
            .filter(|sog| (low..high).contains(*sog))
            .count() as f64
            / moving.len() as f64
    };
    let (slow, towing) = (share(1.0, 3.5), share(3.5, 5.0));
    // METHODS 1.3: 16 % of real trawler rows at 1 to 3.5 kn, 28 % at 3.5 to 5.
    assert!(slow > fit.share_1_to_3_5_kn * 0.8 && slow < 0.45, "{slow}");
    assert!(
        towing > 0.25 && towing < fit.share_3_5_to_5_kn * 1.2,
        "{towing}"
    );
    assert!(tracks.iter().all(|track| track.truth_cycles.is_empty()));
}

#[test]
fn report_intervals_follow_speed_class_and_archive() {
    let config = FleetConfig {
        vessels: 60,
        days: 1,
        min_interval_s: 1.0,
        defects: Defects::NONE,
        ..FleetConfig::default()
    };
    let fleet = Fleet::new(config).expect("a valid configuration");
    let fit = Fitted::bundled();
    let mut fast = Vec::new();
    let mut adriatic = Vec::new();
    for vessel in fleet.vessels() {
        let positions = fleet.track(vessel.index).positions;
        for row in 1..positions.len() {
            let seconds = (positions.time_ms[row] - positions.time_ms[row - 1]) as f64 / 1000.0;
            if vessel.kind == crate::VesselKind::Fishing {
                adriatic.push(seconds);
            } else if positions.sog_kn[row - 1] >= 6.0 {
                fast.push(seconds);
            }
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let expected = fit.interval_s.class_a.fast.median;
    let found = median(fast);
    assert!(
        (found / expected - 1.0).abs() < 0.15,
        "{found} s of {expected}"
    );
    let found = median(adriatic);
    let expected = fit.fishing.interval_s.median;
    assert!(
        (found / expected - 1.0).abs() < 0.1,
        "{found} s of {expected}"
    );
}

#[test]
fn moored_vessels_scatter_as_in_the_solent() {
    let fit = &Fitted::bundled().noise;
    let mut deviations = Vec::new();
    let (mut zero, mut still) = (0_usize, 0_usize);
    for track in hoppers() {
        let truth = track.truth_positions.as_ref().expect("asked for");
        let mut north_m: Vec<f64> = Vec::new();
        for row in 0..truth.time_ms.len() {
            if truth.sog_kn[row] == 0.0 {
                north_m.push((track.positions.lat_deg[row] - truth.lat_deg[row]) * 111_120.0);
                still += 1;
                zero += usize::from(track.positions.sog_kn[row] < 0.05);
            }
        }
        if north_m.len() > 30 {
            let square = north_m.iter().map(|m| m * m).sum::<f64>() / north_m.len() as f64;
            deviations.push(square.sqrt());
        }
    }
    let share = zero as f64 / still as f64;
    assert!((share - fit.sog_still.zero_share).abs() < 0.02, "{share}");
    assert!(deviations.len() > 200);
    let (median, sigma) = (fit.position_m.median, fit.position_m.sigma_ln);
    let distance = ks_distance(deviations, |x| phi((x / median).ln() / sigma));
    assert!(distance < 0.12, "{distance}");
}
