//! Cycles of tracks whose truth is known by construction.

mod common;

use common::{MINUTE_MS, START_MS, Sailor, nm_deg};
use geo_types::{LineString, MultiPolygon, Polygon};
use silt_dredging::{
    Area, AreaKind, Config, DischargeKind, IncompleteReason, Places, Port, Purpose, State, Vessel,
    VesselKind, VesselResult, cycle_flags,
};

const PORT: (f64, f64) = (4.0, 52.0);
/// 15 nm north of the port.
fn pit() -> (f64, f64) {
    (4.0, 52.0 + nm_deg(15.0))
}

fn port() -> Port {
    Port {
        id: "home".to_owned(),
        lon_deg: PORT.0,
        lat_deg: PORT.1,
    }
}

fn home_port() -> Places {
    Places::new(vec![port()], &[], Vec::new())
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Polygon<f64> {
    let ring = vec![
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ];
    Polygon::new(LineString::from(ring), Vec::new())
}

fn area(id: &str, kind: AreaKind, polygon: Polygon<f64>) -> Area {
    Area {
        id: id.to_owned(),
        kind,
        outline: MultiPolygon(vec![polygon]),
    }
}

/// Leaves port, dredges two hours at 1.6 kn, lands the load in three hours; empty at 12 and loaded at
/// 10 kn.
fn trips(count: usize) -> Sailor {
    let mut ship = Sailor::at(PORT.0, PORT.1);
    ship.stay(60.0);
    for _ in 0..count {
        trip(&mut ship);
    }
    ship
}

fn trip(ship: &mut Sailor) {
    ship.sail_to(pit().0, pit().1, 12.0)
        .dredge(120.0, 1.6)
        .sail_to(PORT.0, PORT.1, 10.0)
        .stay(180.0);
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

#[test]
fn a_trip_has_the_hours_the_way_and_the_places_it_was_given() {
    let result = trips(2).rows.run(VesselKind::Tshd, &home_port());
    let cycles = &result.cycles;
    assert_eq!(cycles.complete, [true, true]);
    let dredge_start_ms = START_MS + (60 + 75) * MINUTE_MS;
    assert_eq!(cycles.dredge_start_ms[0], dredge_start_ms);
    assert_eq!(cycles.cycle_id[0], format!("244000001-{dredge_start_ms}"));
    assert_eq!(cycles.dredge_end_ms[0], dredge_start_ms + 120 * MINUTE_MS);
    near(cycles.dredge_hours[0], 2.0, 1e-9);
    near(cycles.loaded_hours[0], 1.5, 0.02);
    near(cycles.discharge_hours[0], 3.0, 0.02);
    near(cycles.empty_hours[0], 1.25, 0.02);
    assert_eq!(cycles.loaded_start_ms[0], Some(cycles.dredge_end_ms[0]));
    assert_eq!(cycles.loaded_end_ms[0], cycles.discharge_start_ms[0]);
    assert_eq!(cycles.empty_end_ms[0], Some(cycles.dredge_start_ms[1]));
    assert_eq!(cycles.empty_end_ms[1], None);
    assert!(cycles.empty_hours[1].is_nan());
    near(cycles.distance_nm[0], 15.0, 0.2);
    near(cycles.dredge_way_m[0], 2.0 * 1.6 * 1852.0, 5.0);
    near(f64::from(cycles.dredge_speed_kn[0]), 1.6, 1e-6);
    near(f64::from(cycles.loaded_speed_kn[0]), 10.0, 1e-5);
    near(f64::from(cycles.empty_speed_kn[0]), 12.0, 1e-5);
    near(cycles.dredge_lat_deg[0], pit().1, 0.01);
    near(cycles.discharge_lat_deg[0], PORT.1, 0.01);
    assert_eq!(cycles.discharge_kind[0], Some(DischargeKind::Quay));
    assert_eq!(cycles.port_id[0].as_deref(), Some("home"));
    assert_eq!(cycles.purpose[0], Purpose::Unknown);
    assert!(cycles.evidence[0] > 0.9);
    assert_ne!(cycles.flags[0] & cycle_flags::SPEEDS_DIFFER, 0);
    assert_eq!(cycles.flags[0] & cycle_flags::NO_RETURN_OBSERVED, 0);
    assert_ne!(cycles.flags[1] & cycle_flags::NO_RETURN_OBSERVED, 0);

    let hours = result.hours_by_state();
    near(hours[&State::Dredge], 4.0, 1e-9);
    near(hours[&State::Discharge], 6.0, 0.04);
    near(hours[&State::Idle], 59.0 / 60.0, 0.02);
    near(result.cells.dredge_hours.iter().sum(), 4.0, 1e-9);
    near(
        result.cells.dredge_way_m.iter().sum(),
        cycles.dredge_way_m.iter().sum(),
        1e-3,
    );
    assert!(result.cells.month.iter().all(|&month| month == 202_403));
}

#[test]
fn state_rows_follow_each_other_and_sum_to_what_was_observed() {
    let result = trips(3).rows.run(VesselKind::Tshd, &home_port());
    let states = &result.states;
    for row in 1..states.state.len() {
        assert_eq!(states.end_ms[row - 1], states.start_ms[row]);
        let is_same = states.state[row - 1] == states.state[row]
            && states.cycle_id[row - 1] == states.cycle_id[row];
        assert!(!is_same, "two rows of one stretch");
    }
    near(
        states.hours.iter().sum(),
        result.quality.observed_hours,
        1e-9,
    );
    let way_m: f64 = states.way_m.iter().sum();
    near(way_m, result.segments.way_m.iter().sum(), 1e-3);
    assert_eq!(
        result.tracks.state_row.len() + 1,
        result.tracks.part_offsets.len()
    );
    for (row, &state_row) in result.tracks.state_row.iter().enumerate() {
        assert_eq!(result.tracks.state[row], states.state[state_row as usize]);
        assert!(result.tracks.parts(row).iter().all(|part| part.len() > 1));
    }
}

/// Loads of 90 minutes, dumped 5 nm away in `minutes` at 1.5 kn.
fn dumping(count: usize, minutes: f64) -> Sailor {
    let mut ship = Sailor::at(pit().0, pit().1 - nm_deg(8.0));
    for _ in 0..count {
        ship.sail_to(pit().0, pit().1, 11.0)
            .dredge(90.0, 1.8)
            .sail_to(pit().0 + 0.05, pit().1 + nm_deg(5.0), 9.0)
            .sail(minutes, 1.5, 90.0);
    }
    ship.sail_to(pit().0, pit().1, 11.0);
    ship
}

#[test]
fn short_and_long_dumping_at_sea_is_told_from_dredging() {
    for minutes in [8.0, 30.0, 55.0] {
        let result = dumping(4, minutes).rows.run(VesselKind::Tshd, &home_port());
        let cycles = &result.cycles;
        let dumped = if minutes < 20.0 { 4 } else { 3 };
        assert!(
            cycles.complete_count() >= dumped,
            "{minutes} min: {cycles:?}"
        );
        for row in 0..cycles.complete_count() {
            near(cycles.dredge_hours[row], 1.5, 0.02);
            near(cycles.discharge_hours[row], minutes / 60.0, 0.02);
            assert_eq!(
                cycles.discharge_kind[row],
                Some(DischargeKind::OffshoreDumpOrRainbow)
            );
        }
    }
}

#[test]
fn coasts_and_sites_tell_rainbowing_from_dumping() {
    let dump_lat = pit().1 + nm_deg(5.0);
    let coast = rectangle(3.0, dump_lat + 0.01, 6.0, 54.0);
    let far_coast = rectangle(0.0, 40.0, 1.0, 41.0);
    let site = area(
        "site",
        AreaKind::DisposalSite,
        rectangle(3.0, dump_lat - 0.05, 6.0, dump_lat + 0.05),
    );
    let channel = area(
        "channel",
        AreaKind::Channel,
        rectangle(3.9, pit().1 - 0.05, 4.1, pit().1 + 0.05),
    );
    let licence = area(
        "licence",
        AreaKind::Licence,
        rectangle(3.9, pit().1 - 0.05, 4.1, pit().1 + 0.05),
    );
    let first = |places: &Places| {
        let result = dumping(3, 10.0).rows.run(VesselKind::Tshd, places);
        assert!(result.cycles.complete_count() >= 2);
        (
            result.cycles.discharge_kind[0],
            result.cycles.purpose[0],
            result.cycles.licence_area_id[0].clone(),
        )
    };
    assert_eq!(
        first(&Places::new(
            vec![port()],
            std::slice::from_ref(&coast),
            Vec::new()
        )),
        (
            Some(DischargeKind::Rainbow),
            Purpose::ReclamationOrNourishment,
            None
        )
    );
    assert_eq!(
        first(&Places::new(
            vec![port()],
            &[far_coast],
            vec![channel.clone()]
        )),
        (
            Some(DischargeKind::OffshoreDump),
            Purpose::Maintenance,
            None
        )
    );
    assert_eq!(
        first(&Places::new(
            vec![port()],
            &[coast],
            vec![site, channel, licence]
        )),
        (
            Some(DischargeKind::OffshoreDump),
            Purpose::Extraction,
            Some("licence".to_owned())
        )
    );
}

#[test]
fn pumping_ashore_and_wharves() {
    let beach = rectangle(4.2, 51.0, 5.0, 53.0);
    let mut ship = Sailor::at(4.0, 52.5);
    for _ in 0..2 {
        ship.sail_to(3.8, 52.4, 12.0)
            .dredge(100.0, 1.5)
            .sail_to(4.19, 52.5, 10.0)
            .stay(70.0);
    }
    let result = ship.rows.run(
        VesselKind::Tshd,
        &Places::new(Vec::new(), &[beach], Vec::new()),
    );
    assert_eq!(result.cycles.complete, [true, true]);
    assert_eq!(
        result.cycles.discharge_kind[0],
        Some(DischargeKind::PumpAshore)
    );
    assert_eq!(result.cycles.purpose[0], Purpose::ReclamationOrNourishment);

    let wharf = area("w", AreaKind::Wharf, rectangle(3.9, 51.9, 4.1, 52.1));
    let places = Places::new(vec![port()], &[], vec![wharf]);
    let result = trips(1).rows.run(VesselKind::Tshd, &places);
    assert_eq!(result.cycles.purpose, [Purpose::Aggregates]);
}

#[test]
fn a_gap_in_the_loaded_transit_makes_the_cycle_incomplete() {
    let broken = |minutes: f64| {
        let mut ship = Sailor::at(PORT.0, PORT.1);
        ship.stay(60.0)
            .sail_to(pit().0, pit().1, 12.0)
            .dredge(120.0, 1.6)
            .sail_to(pit().0, pit().1 - nm_deg(3.0), 10.0);
        ship.silence(minutes);
        ship.lat_deg -= nm_deg((minutes / 6.0).min(9.0));
        ship.sail_to(PORT.0, PORT.1, 10.0).stay(180.0);
        trip(&mut ship);
        ship.rows.run(VesselKind::Tshd, &home_port())
    };
    let tolerated = broken(45.0);
    assert_eq!(tolerated.cycles.complete, [true, true]);
    assert_ne!(tolerated.cycles.flags[0] & cycle_flags::GAP_WITHIN, 0);
    near(tolerated.cycles.loaded_hours[0], 1.5 - 0.75, 0.05);

    let result = broken(90.0);
    let cycles = &result.cycles;
    assert_eq!(cycles.complete, [false, true]);
    assert_eq!(cycles.incomplete_reason[0], Some(IncompleteReason::Gap));
    assert_eq!(cycles.discharge_start_ms[0], None);
    assert_eq!(cycles.discharge_kind[0], None);
    assert!(cycles.distance_nm[0].is_nan());
    // The dredging was seen and counts.
    near(cycles.dredge_hours[0], 2.0, 1e-9);
}

#[test]
fn the_end_of_the_record_and_of_a_segment_are_told_apart() {
    let mut ship = Sailor::at(PORT.0, PORT.1);
    ship.stay(60.0)
        .sail_to(pit().0, pit().1, 12.0)
        .dredge(120.0, 1.6);
    let ended = ship.rows.run(VesselKind::Tshd, &home_port());
    assert_eq!(
        ended.cycles.incomplete_reason,
        [Some(IncompleteReason::RecordEnd)]
    );
    ship.silence(30.0 * 60.0);
    trip(&mut ship);
    let resumed = ship.rows.run(VesselKind::Tshd, &home_port());
    assert_eq!(
        resumed.cycles.incomplete_reason,
        [Some(IncompleteReason::SegmentEnd), None]
    );
    assert_eq!(resumed.quality.segments, 2);
}

#[test]
fn a_discharge_nobody_saw_is_not_guessed() {
    // Away for 12 nm and back to the same ground without slowing down.
    let mut ship = Sailor::at(PORT.0, PORT.1);
    ship.stay(60.0)
        .sail_to(pit().0, pit().1, 12.0)
        .dredge(120.0, 1.6)
        .sail_to(pit().0, pit().1 + nm_deg(12.0), 10.0)
        .sail_to(pit().0, pit().1, 10.0)
        .dredge(120.0, 1.6)
        .sail_to(PORT.0, PORT.1, 10.0)
        .stay(180.0);
    let result = ship.rows.run(VesselKind::Tshd, &home_port());
    assert_eq!(
        result.cycles.incomplete_reason,
        [Some(IncompleteReason::NoDischarge), None]
    );
}

#[test]
fn a_draught_that_rises_is_measured() {
    let mut ship = Sailor::at(PORT.0, PORT.1);
    for _ in 0..2 {
        ship.draught_m = 4.0;
        ship.stay(120.0)
            .sail_to(pit().0, pit().1, 10.0)
            .dredge(60.0, 1.6);
        ship.draught_m = 7.5;
        ship.dredge(60.0, 1.6).sail_to(PORT.0, PORT.1, 10.0);
    }
    ship.stay(120.0);
    let result = ship.rows.run(VesselKind::Tshd, &home_port());
    assert_eq!(result.cycles.complete, [true, true]);
    for row in 0..2 {
        near(f64::from(result.cycles.draught_rise_m[0]), 3.5, 1e-6);
        let has_flag = result.cycles.flags[row] & cycle_flags::DRAUGHT_ROSE != 0;
        assert!(has_flag || row == 1);
    }
}

#[test]
fn work_beside_the_port_counts_only_when_a_load_moved() {
    // A port whose limits end just before the ground: 0.9 nm from quay to pit cannot be outside
    // the 3 km of a port, so the port's point lies away from its quay.
    let away = Places::new(
        vec![Port {
            id: "p".to_owned(),
            lon_deg: 4.0,
            lat_deg: 52.0 - nm_deg(1.5),
        }],
        &[],
        Vec::new(),
    );
    let mut ship = Sailor::at(4.0, 52.0 + nm_deg(1.2));
    for _ in 0..2 {
        ship.sail_to(4.0, 52.0 + nm_deg(0.85), 6.0)
            .dredge(100.0, 1.2)
            .sail_to(4.0, 52.0 + nm_deg(0.05), 6.0)
            .stay(60.0);
    }
    let result = ship.rows.run(VesselKind::Tshd, &away);
    for row in 0..result.cycles.len() {
        assert!(result.cycles.distance_nm[row] < 1.0);
        assert_eq!(
            result.cycles.incomplete_reason[row],
            Some(IncompleteReason::NotALoad)
        );
        assert_ne!(result.cycles.flags[row] & cycle_flags::NEAR_DISCHARGE, 0);
    }
    assert_eq!(result.cycles.len(), 2);
}

#[test]
fn a_port_at_the_pit_gives_no_dredging_and_no_crash() {
    let places = Places::new(
        vec![
            port(),
            Port {
                id: "pit".to_owned(),
                lon_deg: pit().0,
                lat_deg: pit().1,
            },
        ],
        &[],
        Vec::new(),
    );
    let result = trips(2).rows.run(VesselKind::Tshd, &places);
    assert!(result.cycles.is_empty());
    near(result.quality.slow_hours_in_port, 4.0, 0.05);
}

#[test]
fn unknown_vessels_need_more_than_one_cycle_and_are_flagged() {
    let once = trips(1).rows.run(VesselKind::Unknown, &home_port());
    assert!(once.cycles.is_empty());
    assert_eq!(once.quality.cycles_refused, 1);
    assert!(!once.hours_by_state().contains_key(&State::Dredge));
    assert!(once.cells.cell.is_empty());
    let often = trips(4).rows.run(VesselKind::Unknown, &home_port());
    assert_eq!(often.cycles.complete_count(), 4);
    assert_ne!(often.cycles.flags[0] & cycle_flags::BY_BEHAVIOUR, 0);
}

#[test]
fn a_trawler_of_constructed_trips_has_no_cycle() {
    let mut ship = Sailor::at(PORT.0, PORT.1);
    for trip in 0..4 {
        ship.stay(600.0).sail_to(4.0, 52.3, 9.5);
        for tow in 0..4 {
            let heading = f64::from((trip * 4 + tow) % 2 * 180 + 20);
            for minute in 0..18 {
                // Towing speeds lie across four knots.
                ship.sail(10.0, 3.5 + 0.15 * f64::from(minute % 6), heading);
            }
            ship.sail(20.0, 0.8, heading).sail(15.0, 8.0, 90.0);
        }
        ship.sail_to(PORT.0, PORT.1, 9.5);
    }
    ship.stay(600.0);
    let result = ship.rows.run(VesselKind::Unknown, &home_port());
    assert!(result.behaviour.chains >= 3, "{:?}", result.behaviour);
    assert!(result.cycles.is_empty(), "{:?}", result.cycles.evidence);
}

#[test]
fn a_drifting_ship_is_idle() {
    let mut ship = Sailor::at(PORT.0, pit().1);
    ship.sail(600.0, 0.9, 40.0)
        .sail_to(PORT.0, PORT.1, 10.0)
        .stay(200.0);
    let rows = &mut ship.rows;
    for (heading, sog) in rows.heading_deg.iter_mut().zip(&rows.sog_kn) {
        if *sog < 4.0 {
            *heading = 290.0;
        }
    }
    let result = ship.rows.run(VesselKind::Tshd, &home_port());
    assert!(result.cycles.is_empty());
    assert_eq!(result.quality.drift_bouts, 1);
    assert_eq!(result.states.state[0], State::Idle);
}

fn swinging_cutter(radius_nm: f64) -> VesselResult {
    let mut ship = Sailor::at(4.3, 52.4);
    ship.sail(30.0, 5.5, 0.0);
    let centre = (ship.lon_deg, ship.lat_deg);
    for step in 0..600 {
        ship.time_ms += ship.interval_ms;
        let turn = f64::from(step) * 0.02;
        ship.rows.push(
            ship.time_ms,
            centre.0 + nm_deg(radius_nm) * turn.sin(),
            centre.1 + nm_deg(radius_nm) * 0.3 * turn.cos(),
            0.2,
            90.0,
        );
    }
    ship.rows.run(VesselKind::Cutter, &home_port())
}

#[test]
fn a_cutter_works_where_it_stays_for_hours() {
    let result = swinging_cutter(0.05);
    assert!(result.cycles.is_empty());
    let hours = result.hours_by_state();
    near(hours[&State::Dredge], 10.0, 0.05);
    near(hours[&State::Transit], 29.0 / 60.0, 0.02);
    near(
        result.cells.dredge_hours.iter().sum(),
        hours[&State::Dredge],
        1e-9,
    );
    // Twice 500 m is no anchored pattern.
    assert!(
        !swinging_cutter(0.9)
            .hours_by_state()
            .contains_key(&State::Dredge)
    );
}

#[test]
fn a_cutter_in_port_rests() {
    let mut ship = Sailor::at(PORT.0, PORT.1);
    ship.stay(600.0);
    let result = ship.rows.run(VesselKind::Backhoe, &home_port());
    assert!(!result.hours_by_state().contains_key(&State::Dredge));
}

#[test]
fn dredging_across_the_new_year_is_split_by_month() {
    let mut ship = Sailor::at(PORT.0, PORT.1);
    // 2023-12-31 21:45: the dredging begins at 24:00 - 60 min.
    ship.time_ms = 1_704_067_200_000 - (60 + 75 + 60) * MINUTE_MS;
    ship.stay(60.0);
    trip(&mut ship);
    let result = ship.rows.run(VesselKind::Tshd, &home_port());
    let hours_of = |wanted: i32| -> f64 {
        let cells = &result.cells;
        (0..cells.cell.len())
            .filter(|&row| cells.month[row] == wanted)
            .map(|row| cells.dredge_hours[row])
            .sum()
    };
    near(hours_of(202_312), 1.0, 0.02);
    near(hours_of(202_401), 1.0, 0.02);
}

#[test]
fn positions_outside_the_validity_of_the_number_belong_to_another_hull() {
    let ship = trips(2);
    let mut vessel = Vessel::new(244_000_001, VesselKind::Tshd);
    let all = ship.rows.run(VesselKind::Tshd, &home_port());
    vessel.valid_until_ms = all.cycles.dredge_start_ms.get(1).copied();
    let first = ship
        .rows
        .run_with(&vessel, &home_port(), &Config::default());
    assert_eq!(first.cycles.complete, [true]);
    assert!(first.quality.outside_validity > 100);
}
