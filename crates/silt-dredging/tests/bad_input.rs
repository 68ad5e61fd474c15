//! What a register or a feed gets wrong, through the whole kernel: no crash, and no dredging from
//! nothing.

mod common;

use common::{MINUTE_MS, START_MS, Sailor, nm_deg};
use silt_dredging::{Config, Places, Port, State, Vessel, VesselKind, VesselResult};

fn port(id: &str, lon_deg: f64, lat_deg: f64) -> Port {
    Port {
        id: id.to_owned(),
        lon_deg,
        lat_deg,
    }
}

/// Cycles as text: what was not observed is NaN there, which equals nothing.
fn bytes(result: &VesselResult) -> String {
    format!("{:?}", result.cycles)
}

/// Two cycles between a port and a pit 24 nm apart on one parallel.
fn cycles_between(port_lon_deg: f64, pit_lon_deg: f64, lat_deg: f64) -> Sailor {
    let mut ship = Sailor::at(port_lon_deg, lat_deg);
    ship.stay(60.0);
    for _ in 0..2 {
        ship.sail_to(pit_lon_deg, lat_deg, 12.0)
            .dredge(120.0, 1.6)
            .sail_to(port_lon_deg, lat_deg, 10.0)
            .stay(180.0);
    }
    ship
}

#[test]
fn a_cycle_across_the_antimeridian_is_the_cycle_that_it_is_elsewhere() {
    // Longitudes are unwrapped while sailing, and written as -180 to 180.
    let lat_deg: f64 = -17.0;
    let away_deg = 2.0 * nm_deg(12.0) / lat_deg.to_radians().cos();
    let across = cycles_between(179.8, 179.8 + away_deg, lat_deg);
    let lons = &across.rows.lon_deg;
    assert!(lons.iter().any(|lon| *lon > 179.0) && lons.iter().any(|lon| *lon < -179.0));
    let places = Places::new(vec![port("taveuni", 179.8, lat_deg)], &[], Vec::new());
    let found = across.rows.run(VesselKind::Tshd, &places);

    let elsewhere = cycles_between(20.0, 20.0 + away_deg, lat_deg);
    let places = Places::new(vec![port("taveuni", 20.0, lat_deg)], &[], Vec::new());
    let expected = elsewhere.rows.run(VesselKind::Tshd, &places);

    assert_eq!(found.quality.segments, 1, "no jump around the globe");
    assert_eq!(found.cycles.complete, [true, true]);
    assert_eq!(found.cycles.complete, expected.cycles.complete);
    assert_eq!(found.states.state, expected.states.state);
    assert_eq!(found.cycles.port_id, expected.cycles.port_id);
    for row in 0..2 {
        let apart_nm = found.cycles.distance_nm[row] - expected.cycles.distance_nm[row];
        assert!(apart_nm.abs() < 1e-3, "{apart_nm} nm");
        assert!((20.0..28.0).contains(&found.cycles.distance_nm[row]));
        let hours = found.cycles.dredge_hours[row] - expected.cycles.dredge_hours[row];
        assert!(hours.abs() < 1e-9);
        assert!((-180.0..-179.0).contains(&found.cycles.dredge_lon_deg[row]));
    }
}

#[test]
fn a_capacity_that_no_ship_has_is_flagged_and_changes_no_cycle() {
    let ship = cycles_between(4.0, 4.6, 52.0);
    let places = Places::new(vec![port("home", 4.0, 52.0)], &[], Vec::new());
    let run = |hopper_m3: Option<f64>| {
        let vessel = Vessel {
            hopper_m3,
            ..Vessel::new(244_000_001, VesselKind::Tshd)
        };
        ship.rows.run_with(&vessel, &places, &Config::default())
    };
    let known = run(Some(8_000.0));
    assert!(!known.quality.hopper_implausible);
    assert_eq!(known.cycles.complete_count(), 2);
    assert!(
        !run(None).quality.hopper_implausible,
        "not known is not absurd"
    );
    for absurd_m3 in [-5_000.0, 0.0, 1e9, f64::NAN, f64::INFINITY] {
        let result = run(Some(absurd_m3));
        assert!(result.quality.hopper_implausible, "{absurd_m3} m3");
        assert_eq!(bytes(&result), bytes(&known), "{absurd_m3} m3");
    }
}

#[test]
fn a_port_at_the_pit_gives_no_work_at_sea_and_the_hours_are_counted() {
    let ship = cycles_between(4.0, 4.6, 52.0);
    let places = Places::new(
        vec![port("home", 4.0, 52.0), port("pit", 4.6, 52.0)],
        &[],
        Vec::new(),
    );
    let result = ship.rows.run(VesselKind::Tshd, &places);
    assert!(result.cycles.is_empty());
    assert!(!result.states.state.contains(&State::Dredge));
    assert!(
        result.quality.slow_hours_in_port > 3.0,
        "the work is not forgotten"
    );
}

#[test]
fn a_clock_that_goes_backwards_repeats_no_hour() {
    let ship = cycles_between(4.0, 4.6, 52.0);
    let places = Places::new(vec![port("home", 4.0, 52.0)], &[], Vec::new());
    let expected = ship.rows.run(VesselKind::Tshd, &places);
    // The last hour arrives first: order of arrival is not order of time.
    let rows = ship.rows.len();
    let order: Vec<usize> = (rows - 60..rows).chain(0..rows - 60).collect();
    let shuffled = ship.rows.pick(&order).run(VesselKind::Tshd, &places);
    assert_eq!(shuffled.states, expected.states);
    assert_eq!(
        shuffled.quality.observed_hours,
        expected.quality.observed_hours
    );
}

#[test]
fn positions_of_the_future_end_nothing_and_count_nothing() {
    let mut ship = cycles_between(4.0, 4.6, 52.0);
    let places = Places::new(vec![port("home", 4.0, 52.0)], &[], Vec::new());
    let expected = ship.rows.run(VesselKind::Tshd, &places);
    let mut config = Config::default();
    config.cleaning.time_max_ms = ship.time_ms + 10 * MINUTE_MS;
    let far_ms = START_MS + 400 * 24 * 60 * MINUTE_MS;
    for step in 0..5 {
        ship.rows
            .push(far_ms + step * MINUTE_MS, 4.3, 52.0, 1.6, 90.0);
    }
    let vessel = Vessel::new(244_000_001, VesselKind::Tshd);
    let result = ship.rows.run_with(&vessel, &places, &config);
    assert_eq!(result.quality.bad_times, 5);
    assert_eq!(bytes(&result), bytes(&expected));
}
