//! What must hold for any track: order, duplicates, shifts in time and longitude, and bad input.

mod common;

use common::{Rows, START_MS, Sailor, wrap};
use proptest::prelude::*;
use silt_dredging::{Config, Places, Port, Vessel, VesselKind, VesselResult};

#[derive(Debug, Clone)]
enum Leg {
    Stay(f64),
    Port(f64),
    Dredge(f64, f64),
    Go(f64, f64, f64),
    Silence(f64),
}

fn legs() -> impl Strategy<Value = Vec<Leg>> {
    let leg = prop_oneof![
        (5.0..200.0).prop_map(Leg::Stay),
        (10.0..300.0).prop_map(Leg::Port),
        (10.0..150.0, 0.8..3.8).prop_map(|(minutes, speed)| Leg::Dredge(minutes, speed)),
        (3.6..4.4, 51.9..52.4, 4.2..13.0).prop_map(|(lon, lat, speed)| Leg::Go(lon, lat, speed)),
        (1.0..200.0).prop_map(Leg::Silence),
    ];
    prop::collection::vec(leg, 1..14)
}

fn sail(legs: &[Leg], interval_ms: i64, lon_shift: f64, time_shift_ms: i64) -> Rows {
    let mut ship = Sailor::at(4.0 + lon_shift, 52.0);
    ship.interval_ms = interval_ms;
    ship.time_ms = START_MS + time_shift_ms;
    for leg in legs {
        match *leg {
            Leg::Stay(minutes) => ship.stay(minutes),
            Leg::Port(minutes) => ship.sail_to(4.0 + lon_shift, 52.0, 9.0).stay(minutes),
            Leg::Dredge(minutes, speed) => ship.dredge(minutes, speed),
            Leg::Go(lon, lat, speed) => ship.sail_to(lon + lon_shift, lat, speed),
            Leg::Silence(minutes) => ship.silence(minutes),
        };
    }
    ship.rows
}

fn places(lon_shift: f64) -> Places {
    Places::new(
        vec![Port {
            id: "p".to_owned(),
            lon_deg: wrap(4.0 + lon_shift),
            lat_deg: 52.0,
        }],
        &[],
        Vec::new(),
    )
}

/// The bytes of a result; NaN has no equal, its text has.
fn bytes(result: &VesselResult) -> String {
    serde_json::to_string(result).expect("a result has a text")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn neither_order_nor_duplicates_matter(
        legs in legs(),
        order in any::<prop::sample::Index>(),
        stride in 1_usize..50,
        twice in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let rows = sail(&legs, 60_000, 0.0, 0);
        prop_assume!(rows.len() > 0);
        let places = places(0.0);
        let expected = rows.run(VesselKind::Tshd, &places);
        let start = order.index(rows.len());
        let mut shuffled: Vec<usize> = (0..rows.len()).map(|row| (row + start) % rows.len()).collect();
        shuffled.sort_by_key(|row| row % stride);
        let extra: Vec<usize> = twice.iter().map(|index| index.index(rows.len())).collect();
        shuffled.extend(&extra);
        let mut found = rows.pick(&shuffled).run(VesselKind::Tshd, &places);
        prop_assert_eq!(found.quality.duplicates, extra.len() as u64);
        found.quality.duplicates = 0;
        found.quality.positions_in -= extra.len() as u64;
        prop_assert_eq!(bytes(&found), bytes(&expected));
    }

    #[test]
    fn a_shift_in_time_shifts_the_result(legs in legs(), shift in 0_i64..400_000_000_000) {
        let places = places(0.0);
        let shift_ms = shift / 1000 * 1000;
        let early = sail(&legs, 60_000, 0.0, 0).run(VesselKind::Tshd, &places);
        let late = sail(&legs, 60_000, 0.0, shift_ms).run(VesselKind::Tshd, &places);
        prop_assert_eq!(&early.states.state, &late.states.state);
        prop_assert_eq!(&early.states.hours, &late.states.hours);
        prop_assert_eq!(&early.cycles.complete, &late.cycles.complete);
        prop_assert_eq!(&early.cycles.incomplete_reason, &late.cycles.incomplete_reason);
        let shifted: Vec<i64> = early.states.start_ms.iter().map(|time| time + shift_ms).collect();
        prop_assert_eq!(&shifted, &late.states.start_ms);
    }

    #[test]
    fn turning_the_globe_changes_no_state(legs in legs(), turn in prop_oneof![Just(175.9), Just(176.0), -180.0..180.0]) {
        let here = sail(&legs, 60_000, 0.0, 0).run(VesselKind::Tshd, &places(0.0));
        let there = sail(&legs, 60_000, turn, 0).run(VesselKind::Tshd, &places(turn));
        prop_assert_eq!(&here.states.state, &there.states.state);
        prop_assert_eq!(&here.states.start_ms, &there.states.start_ms);
        prop_assert_eq!(&here.states.hours, &there.states.hours);
        prop_assert_eq!(&here.cycles.complete, &there.cycles.complete);
        prop_assert_eq!(&here.cycles.discharge_kind, &there.cycles.discharge_kind);
        for (a, b) in here.cycles.distance_nm.iter().zip(&there.cycles.distance_nm) {
            let is_same = (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-3;
            prop_assert!(is_same);
        }
    }

    #[test]
    fn hours_and_rows_add_up(legs in legs(), interval_s in 10_i64..400) {
        let rows = sail(&legs, interval_s * 1000, 0.0, 0);
        for kind in [VesselKind::Tshd, VesselKind::Unknown, VesselKind::Cutter] {
            let result = rows.run(kind, &places(0.0));
            let state_hours: f64 = result.states.hours.iter().sum();
            prop_assert!((state_hours - result.quality.observed_hours).abs() < 1e-6);
            let positions: u64 = result.states.positions.iter().sum();
            prop_assert_eq!(positions, result.quality.positions_used);
            let dredged = result.hours_by_state().get(&silt_dredging::State::Dredge).copied().unwrap_or(0.0);
            let in_cells: f64 = result.cells.dredge_hours.iter().sum();
            prop_assert!((dredged - in_cells).abs() < 1e-6);
            for row in 0..result.cycles.len() {
                prop_assert_eq!(result.cycles.complete[row], result.cycles.incomplete_reason[row].is_none());
                prop_assert!((0.0..=1.0).contains(&result.cycles.evidence[row]));
            }
        }
    }

    #[test]
    fn any_numbers_at_all_are_counted_and_never_a_crash(
        values in prop::collection::vec(
            (any::<i64>(), any::<f64>(), any::<f64>(), any::<f32>(), any::<f32>(), any::<u8>()), 0..60),
        near in prop::collection::vec((0_i64..5_000_000, -181.0..181.0, -91.0..91.0, -1.0_f32..103.0, -5.0_f32..520.0, any::<u8>()), 0..60),
        kind in prop_oneof![Just(VesselKind::Tshd), Just(VesselKind::Cutter), Just(VesselKind::Unknown)],
    ) {
        let mut rows = Rows::default();
        let shifted = near.into_iter().map(|row| (row.0 + START_MS, row.1, row.2, row.3, row.4, row.5));
        for (time_ms, lon, lat, sog, angle, status) in values.into_iter().chain(shifted) {
            rows.push(time_ms, lon, lat, sog, angle);
            let row = rows.len() - 1;
            rows.draught_m[row] = sog;
            rows.nav_status[row] = status;
        }
        let vessel = Vessel { hopper_m3: Some(-1.0), ..Vessel::new(1, kind) };
        let result = rows.run_with(&vessel, &places(0.0), &Config::default());
        let quality = &result.quality;
        prop_assert!(quality.hopper_implausible);
        let refused = quality.duplicates + quality.bad_coordinates + quality.bad_times + quality.outside_validity;
        prop_assert_eq!(quality.positions_in, quality.positions_used + refused);
        prop_assert_eq!(result.cycles.complete_count(), 0);
    }
}

#[test]
fn zero_and_one_position() {
    let empty = Rows::default().run(VesselKind::Tshd, &places(0.0));
    assert!(empty.states.state.is_empty());
    assert_eq!(empty.tracks.part_offsets, [0]);
    let mut rows = Rows::default();
    rows.push(START_MS, 4.0, 52.0, 1.5, 90.0);
    let one = rows.run(VesselKind::Tshd, &places(0.0));
    assert_eq!(one.states.state.len(), 1);
    assert_eq!(one.states.hours, [0.0]);
    assert!(one.tracks.state_row.is_empty());
    assert!(one.cycles.is_empty());
}

#[test]
fn columns_of_different_lengths_are_refused() {
    let mut rows = sail(&[Leg::Stay(10.0)], 60_000, 0.0, 0);
    rows.draught_m.pop();
    let error = silt_dredging::Positions::new(rows.slices()).expect_err("one draught is missing");
    assert_eq!(error.column, "draught_m");
}

#[test]
fn a_number_heard_in_thirty_four_places_gives_no_dredging() {
    let mut rows = Rows::default();
    for step in 0..10_828_i64 {
        let place = (step * 7 % 34) as f64;
        let lon = -170.0 + 10.0 * place + 1e-4 * (step % 13) as f64;
        rows.push(
            START_MS + step * 24_000,
            lon,
            -50.0 + 3.0 * place,
            1.6,
            90.0,
        );
    }
    let result = rows.run(VesselKind::Tshd, &places(0.0));
    assert_eq!(result.quality.segments, 34);
    assert!(result.quality.spoof_score > 30.0);
    // 10,828 positions at 24 s are four days, one more than a spoof score needs to say something.
    assert_eq!(result.quality.active_days, 4);
    assert!(result.quality.shared_mmsi);
    assert_eq!(result.cycles.complete_count(), 0);
}

#[test]
fn a_configuration_with_an_unknown_key_is_refused_and_defaults_fill_the_rest() {
    let config: Config =
        serde_json::from_str(r#"{"states": {"dredge_max_kn": 3.5}}"#).expect("a known key");
    assert_eq!(config.states.dredge_max_kn, 3.5);
    assert_eq!(
        config.states.idle_max_kn,
        Config::default().states.idle_max_kn
    );
    assert!(serde_json::from_str::<Config>(r#"{"states": {"dredge_max": 3.5}}"#).is_err());
}
