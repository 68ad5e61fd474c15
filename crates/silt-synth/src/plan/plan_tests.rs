use super::*;
use crate::motion::distance_nm;
use crate::{Fleet, FleetConfig, Mix, RuleBreakers};

fn plans(config: &FleetConfig) -> Vec<(SynthVessel, Plan)> {
    let fleet = Fleet::new(config.clone()).expect("a valid configuration");
    let loads = FleetLoads::new(config);
    fleet
        .vessels()
        .iter()
        .map(|vessel| (vessel.clone(), plan(config, loads, vessel)))
        .collect()
}

#[test]
fn phases_follow_each_other_and_places_do_too() {
    let config = FleetConfig {
        vessels: 80,
        days: 5,
        ..FleetConfig::default()
    };
    for (vessel, plan) in plans(&config) {
        assert!(plan.phases[0].start_ms <= config.start_ms);
        assert!(plan.phases.last().expect("a window").end_ms >= config.end_ms());
        for pair in plan.phases.windows(2) {
            assert_eq!(pair[0].end_ms, pair[1].start_ms);
            let seconds = (pair[0].end_ms - pair[0].start_ms) as f64 / 1000.0;
            let end = pair[0].motion.at(seconds, &mut 0).place;
            let begin = pair[1].motion.at(0.0, &mut 0).place;
            let jump_nm = distance_nm(end, unwrapped(begin, end));
            // A vessel swings around its anchor, a cutter between its wires.
            assert!(
                jump_nm < 0.35,
                "{:?} {} -> {}: {jump_nm} nm",
                vessel.kind,
                pair[0].state.as_str(),
                pair[1].state.as_str()
            );
        }
    }
}

#[test]
fn without_rule_breakers_a_cycle_keeps_the_rules() {
    let config = FleetConfig {
        vessels: 60,
        days: 10,
        mix: Mix::HOPPERS_ONLY,
        rule_breakers: RuleBreakers::NONE,
        ..FleetConfig::default()
    };
    let mut cycles = 0;
    for (_, plan) in plans(&config) {
        for cycle in &plan.cycles {
            cycles += 1;
            assert_eq!(cycle.cases, Default::default());
            assert!((0.5..=4.0).contains(&cycle.dredge_speed_kn));
            assert!(cycle.dredge_end_ms - cycle.dredge_start_ms >= 20 * 60_000);
            let dredge = LonLat {
                lon: cycle.dredge_lon_deg,
                lat: cycle.dredge_lat_deg,
            };
            let discharge = LonLat {
                lon: cycle.discharge_lon_deg,
                lat: cycle.discharge_lat_deg,
            };
            assert!(distance_nm(dredge, unwrapped(discharge, dredge)) > 1.0);
        }
    }
    assert!(cycles > 600, "{cycles}");
}

#[test]
fn every_case_occurs_about_as_often_as_asked_for() {
    let config = FleetConfig {
        vessels: 150,
        days: 20,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    };
    let mut cycles = 0_u32;
    let mut dumps = 0_u32;
    let mut counts = [0_u32; Case::ALL.len()];
    for (_, plan) in plans(&config) {
        for cycle in &plan.cycles {
            cycles += 1;
            dumps += u32::from(cycle.kind == crate::DischargeKind::Dump);
            for case in cycle.cases.iter() {
                counts[case as usize] += 1;
            }
        }
    }
    let rules = RuleBreakers::default();
    for (case, rate, of) in [
        (Case::FastDredge, rules.fast_dredge, cycles),
        (Case::ShortDredge, rules.short_dredge, cycles),
        (Case::WaitingAdrift, rules.waiting_adrift, cycles),
        (Case::HalfFull, rules.half_full, cycles),
        (Case::ReducedLoad, rules.reduced_load, cycles),
        (Case::NearDischarge, rules.near_discharge, dumps),
        (Case::FastDischarge, rules.fast_discharge, dumps),
    ] {
        let expected = rate * f64::from(of);
        let found = f64::from(counts[case as usize]);
        // Four standard deviations of a count.
        assert!(
            (found - expected).abs() < 4.0 * expected.sqrt() + 2.0,
            "{case:?}: {found} of {expected}"
        );
    }
}

#[test]
fn fog_slow_tows_and_slow_returns_occur() {
    let config = FleetConfig {
        vessels: 150,
        days: 10,
        ..FleetConfig::default()
    };
    let mut counts = Counts::default();
    for (_, plan) in plans(&config) {
        counts.add(&plan.counts);
    }
    for case in Case::ALL {
        assert!(
            counts.cases.get(&case).copied().unwrap_or_default() > 0,
            "{case:?}"
        );
    }
}

#[test]
fn loads_multiply_out() {
    let config = FleetConfig {
        vessels: 30,
        days: 10,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    };
    for (vessel, plan) in plans(&config) {
        for cycle in &plan.cycles {
            assert_eq!(Some(cycle.hopper_m3), vessel.hopper_m3);
            assert_eq!(cycle.load_hopper_m3, cycle.hopper_m3 * cycle.fill);
            assert_eq!(
                cycle.tonnes,
                cycle.hopper_m3 * cycle.fill * cycle.density_t_m3
            );
            assert!(cycle.fill > 0.0 && cycle.fill <= 1.0);
            assert!((1.05..=2.4).contains(&cycle.density_t_m3));
        }
    }
}

#[test]
fn means_of_fleets_spread_as_the_prior_does() {
    let fills: Vec<f64> = (0..400)
        .map(|seed| {
            FleetLoads::new(&FleetConfig {
                seed,
                ..FleetConfig::default()
            })
            .fill
        })
        .collect();
    let mean = fills.iter().sum::<f64>() / 400.0;
    let sd = (fills.iter().map(|fill| (fill - mean).powi(2)).sum::<f64>() / 399.0).sqrt();
    assert!((mean - 0.85).abs() < 0.01, "{mean}");
    assert!((sd - 0.0612).abs() < 0.008, "{sd}");
    assert!(fills.iter().all(|fill| (0.70..=1.0).contains(fill)));
}
