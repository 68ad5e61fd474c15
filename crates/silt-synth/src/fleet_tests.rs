use super::*;
use crate::{Defects, DischargeKind, LonLat, Mix, RowDefect, TrueState, VesselKind, sites};

fn fleet(config: FleetConfig) -> Fleet {
    Fleet::new(config).expect("a valid configuration")
}

/// What must be equal to the byte.
fn digest(track: &VesselTrack) -> String {
    format!("{track:?}")
}

#[test]
fn any_subset_on_any_thread_gives_the_same_bytes() {
    let config = FleetConfig {
        vessels: 24,
        days: 2,
        seed: 9,
        ..FleetConfig::default()
    };
    let one = fleet(config.clone());
    let in_order: Vec<String> = (0..24)
        .map(|index| digest(&one.track_with_true_positions(index)))
        .collect();
    let other = fleet(config);
    std::thread::scope(|scope| {
        for thread in 0..3_u32 {
            let (other, in_order) = (&other, &in_order);
            scope.spawn(move || {
                let mut track = VesselTrack::default();
                for index in (0..24).rev().filter(|index| index % 3 == thread) {
                    other.track_into(index, true, &mut track);
                    assert_eq!(digest(&track), in_order[index as usize], "vessel {index}");
                }
            });
        }
    });
}

#[test]
fn another_seed_is_another_fleet() {
    let config = FleetConfig {
        vessels: 4,
        days: 1,
        ..FleetConfig::default()
    };
    let other = fleet(FleetConfig {
        seed: 2,
        ..config.clone()
    });
    assert_ne!(fleet(config).track(0), other.track(0));
}

#[test]
fn a_fixed_seed_gives_known_numbers() {
    // Should this fail without a change of the generator, results depend on the machine.
    let track = fleet(FleetConfig {
        vessels: 1,
        days: 1,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    })
    .track(0);
    let positions = &track.positions;
    let sum_lon: f64 = positions.lon_deg.iter().sum();
    let known = (
        positions.len(),
        positions.time_ms[100],
        positions.lat_deg[100],
        (sum_lon * 1e6).round(),
    );
    assert_eq!(known, KNOWN);
}

const KNOWN: (usize, i64, f64, f64) = (1386, 1_709_257_390_419, -28.140_777, 212_765_920_281.0);

#[test]
fn states_cover_the_window_without_gap_or_overlap() {
    let fleet = fleet(FleetConfig {
        vessels: 40,
        days: 4,
        ..FleetConfig::default()
    });
    let config = fleet.config();
    for index in 0..40 {
        let states = fleet.track(index).truth_states;
        assert_eq!(states[0].start_ms, config.start_ms);
        assert_eq!(states[states.len() - 1].end_ms, config.end_ms());
        for pair in states.windows(2) {
            assert_eq!(pair[0].end_ms, pair[1].start_ms);
            assert_ne!(pair[0].state, pair[1].state);
        }
    }
}

#[test]
fn cycles_agree_with_the_states() {
    let fleet = fleet(FleetConfig {
        vessels: 10,
        days: 5,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    });
    let (from, to) = (fleet.config().start_ms, fleet.config().end_ms());
    for index in 0..10 {
        let track = fleet.track(index);
        let dredged: i64 = track
            .truth_states
            .iter()
            .filter(|s| s.state == TrueState::Dredge)
            .map(|s| s.end_ms - s.start_ms)
            .sum();
        let in_cycles: i64 = track
            .truth_cycles
            .iter()
            .map(|c| (c.dredge_end_ms.min(to) - c.dredge_start_ms.max(from)).max(0))
            .sum();
        assert_eq!(dredged, in_cycles);
    }
}

#[test]
fn every_defect_comes_at_its_rate() {
    let defects = Defects {
        gaps_per_hour: 0.2,
        satellite_share: 0.0,
        spikes_per_report: 0.01,
        wrong_hemisphere_share: 0.25,
        duplicates_per_report: 0.05,
        clock_backwards_per_report: 0.01,
        clock_future_per_report: 0.005,
        missing_per_report: 0.02,
        shared_mmsi_share: 0.1,
        changed_mmsi_share: 0.5,
    };
    let fleet = fleet(FleetConfig {
        vessels: 60,
        days: 3,
        defects: defects.clone(),
        ..FleetConfig::default()
    });
    let mut counts = crate::Counts::default();
    let mut rows = [0_u64; 6];
    for index in 0..60 {
        let track = fleet.track_with_true_positions(index);
        let truth = track.truth_positions.as_ref().expect("asked for");
        assert_eq!(truth.time_ms.len(), track.positions.len());
        assert_eq!(
            track.counts.reports + track.counts.duplicates,
            track.positions.len() as u64
        );
        for (row, defect) in truth.defect.iter().enumerate() {
            rows[*defect as usize] += 1;
            let stamped = track.positions.time_ms[row] - truth.time_ms[row];
            match defect {
                RowDefect::ClockBackwards => assert!(stamped <= -120_000),
                RowDefect::ClockFuture => {
                    assert!(track.positions.time_ms[row] > fleet.config().end_ms())
                }
                RowDefect::Duplicate => assert_eq!(
                    track.positions.lon_deg[row],
                    track.positions.lon_deg[row - 1]
                ),
                _ => assert_eq!(stamped, 0),
            }
            if *defect == RowDefect::Missing {
                assert!(track.positions.sog_kn[row].is_nan());
            }
        }
        counts.add(&track.counts);
    }
    let reports = counts.reports as f64;
    for (name, found, rate) in [
        (
            "duplicates",
            counts.duplicates,
            defects.duplicates_per_report,
        ),
        ("spikes", counts.spikes, defects.spikes_per_report),
        (
            "clock backwards",
            counts.clock_backwards,
            defects.clock_backwards_per_report,
        ),
        (
            "clock future",
            counts.clock_future,
            defects.clock_future_per_report,
        ),
        ("missing", counts.missing, defects.missing_per_report),
        (
            "hemisphere",
            counts.wrong_hemisphere,
            defects.spikes_per_report * defects.wrong_hemisphere_share,
        ),
    ] {
        let expected = reports * rate;
        assert!(
            (found as f64 - expected).abs() < 5.0 * expected.sqrt(),
            "{name}: {found} of {expected}"
        );
    }
    assert_eq!(rows[RowDefect::Duplicate as usize], counts.duplicates);
    assert_eq!(rows[RowDefect::Spike as usize], counts.spikes);
    // 60 vessels, 72 h, less what the silences themselves take.
    let hours = 60.0 * 72.0;
    assert!(
        (0.08 * hours..0.2 * hours).contains(&(counts.gaps as f64)),
        "{}",
        counts.gaps
    );
    assert!(
        (15..45).contains(&counts.mmsi_changes),
        "{}",
        counts.mmsi_changes
    );
    assert!(fleet.vessels().iter().any(|vessel| vessel.shares_mmsi));
}

#[test]
fn without_defects_there_are_none_and_positions_are_near_the_truth() {
    let fleet = fleet(FleetConfig {
        vessels: 16,
        days: 2,
        defects: Defects::NONE,
        ..FleetConfig::default()
    });
    for index in 0..16 {
        let track = fleet.track_with_true_positions(index);
        let (positions, truth) = (
            &track.positions,
            track.truth_positions.as_ref().expect("asked for"),
        );
        assert!(positions.time_ms.windows(2).all(|pair| pair[0] < pair[1]));
        for row in 0..positions.len() {
            let north_m = (positions.lat_deg[row] - truth.lat_deg[row]) * 111_120.0;
            assert!(north_m.abs() < 40.0, "{north_m} m");
            assert!((-180.0..=180.0).contains(&positions.lon_deg[row]));
        }
    }
}

#[test]
fn a_silence_in_a_cycle_makes_it_incomplete() {
    let config = FleetConfig {
        vessels: 30,
        days: 10,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    };
    let share_complete = |gaps_per_hour: f64| {
        let mut config = config.clone();
        config.defects = Defects {
            gaps_per_hour,
            ..Defects::NONE
        };
        let fleet = fleet(config);
        let (mut complete, mut all) = (0, 0);
        for index in 0..30 {
            let track = fleet.track(index);
            let times = &track.positions.time_ms;
            for cycle in &track.truth_cycles {
                all += 1;
                complete += usize::from(cycle.complete_in_ais);
                let is_inside = cycle.dredge_start_ms >= times[0]
                    && cycle.discharge_end_ms <= times[times.len() - 1];
                let has_silence = times.windows(2).any(|pair| {
                    let begin = pair[0].max(cycle.dredge_start_ms);
                    let end = pair[1].min(cycle.discharge_end_ms);
                    end - begin > 3_600_000
                });
                if is_inside {
                    assert_eq!(cycle.complete_in_ais, !has_silence);
                }
            }
        }
        complete as f64 / all as f64
    };
    assert!(
        share_complete(0.0) > 0.93,
        "only those at the ends of the window"
    );
    let with_gaps = share_complete(0.25);
    assert!((0.2..0.85).contains(&with_gaps), "{with_gaps}");
}

#[test]
fn the_number_of_positions_can_be_asked_for() {
    let config = FleetConfig {
        vessels: 40,
        days: 30,
        positions_per_vessel: Some(2000),
        ..FleetConfig::default()
    };
    let fleet = fleet(config);
    let total: usize = (0..40)
        .map(|index| fleet.track(index).positions.len())
        .sum();
    let mean = total as f64 / 40.0;
    assert!((1700.0..2300.0).contains(&mean), "{mean}");
}

#[test]
fn a_cycle_crosses_the_antimeridian() {
    let fleet = fleet(FleetConfig {
        vessels: 120,
        days: 6,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    });
    let crossing = fleet
        .vessels()
        .iter()
        .filter(|vessel| vessel.site == "Taveuni")
        .map(|vessel| fleet.track(vessel.index))
        .filter(|track| {
            track
                .truth_cycles
                .iter()
                .any(|cycle| cycle.dredge_lon_deg < 0.0 && cycle.discharge_lon_deg > 0.0)
        });
    let tracks: Vec<VesselTrack> = crossing.collect();
    assert!(!tracks.is_empty());
    let lons = &tracks[0].positions.lon_deg;
    assert!(lons.iter().any(|lon| *lon > 179.0) && lons.iter().any(|lon| *lon < -179.0));
    assert!(lons.iter().all(|lon| (-180.0..=180.0).contains(lon)));
}

#[test]
fn hopper_dredgers_dredge_in_their_pit() {
    let fleet = fleet(FleetConfig {
        vessels: 40,
        days: 5,
        mix: Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    });
    let mut kinds = std::collections::BTreeSet::new();
    for vessel in fleet.vessels() {
        let site = sites()
            .iter()
            .find(|site| site.name == vessel.site)
            .expect("a site");
        for cycle in fleet.track(vessel.index).truth_cycles {
            kinds.insert(cycle.kind);
            let place = LonLat {
                lon: cycle.dredge_lon_deg,
                lat: cycle.dredge_lat_deg,
            };
            let away_nm =
                crate::motion::distance_nm(site.pit, crate::motion::unwrapped(place, site.pit));
            assert!(away_nm <= site.pit_radius_nm, "{}: {away_nm} nm", site.name);
        }
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}: every kind of discharge");
    assert!(kinds.contains(&DischargeKind::Rainbow));
}

#[test]
fn stationary_dredgers_stay_within_500_m_and_below_half_a_knot() {
    let mix = Mix {
        tshd: 0.0,
        cutter: 1.0,
        ..Mix::HOPPERS_ONLY
    };
    let fleet = fleet(FleetConfig {
        vessels: 8,
        days: 4,
        mix,
        defects: Defects::NONE,
        ..FleetConfig::default()
    });
    for index in 0..8 {
        let track = fleet.track_with_true_positions(index);
        assert_eq!(fleet.vessels()[index as usize].kind, VesselKind::Cutter);
        let truth = track.truth_positions.as_ref().expect("asked for");
        assert!(!track.truth_work.is_empty() && track.truth_cycles.is_empty());
        for work in &track.truth_work {
            assert!(work.in_situ_m3 > 0.0);
            for row in 0..truth.time_ms.len() {
                if (work.start_ms..work.end_ms).contains(&truth.time_ms[row]) {
                    let away_m = (truth.lat_deg[row] - work.lat_deg).abs() * 111_120.0;
                    assert!(away_m < 500.0 && truth.sog_kn[row] < 0.5);
                }
            }
        }
    }
}

#[test]
fn a_vessel_that_is_not_there_has_an_empty_track() {
    let fleet = fleet(FleetConfig {
        vessels: 2,
        days: 1,
        ..FleetConfig::default()
    });
    let track = fleet.track(7);
    assert!(track.positions.is_empty() && track.truth_states.is_empty());
}

#[test]
fn an_empty_window_gives_empty_tracks() {
    let fleet = fleet(FleetConfig {
        vessels: 3,
        days: 0,
        ..FleetConfig::default()
    });
    assert!(fleet.track(0).positions.is_empty());
}
