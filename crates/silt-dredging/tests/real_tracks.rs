//! The kernel on real positions. Reads the mirror that `SILT_MIRROR` names; skipped without.

mod common;

use std::collections::BTreeMap;

use common::{DANISH, Dialect, Rows, mirror, read_positions, real_places};
use silt_dredging::{Config, Places, Port, State, VesselKind, VesselResult};

const ADRIATIC: Dialect = Dialect {
    mmsi: "MMSI",
    time: "datetime",
    lon: "longitude",
    lat: "latitude",
    sog: "speed",
    cog: None,
    heading: None,
    draught: None,
    status: None,
};

const SOLENT: Dialect = Dialect {
    mmsi: "MMSI",
    time: "Time",
    lon: "Longitude_degrees",
    lat: "Latitude_degrees",
    sog: "SOG_knots",
    cog: Some("COG_degrees"),
    heading: None,
    draught: None,
    status: None,
};

const NOAA: Dialect = Dialect {
    mmsi: "MMSI",
    time: "BaseDateTime",
    lon: "LON",
    lat: "LAT",
    sog: "SOG",
    cog: Some("COG"),
    heading: Some("Heading"),
    draught: Some("Draft"),
    status: Some("Status"),
};

const DIGITRAFFIC: Dialect = Dialect {
    mmsi: "mmsi",
    time: "timestamp",
    lon: "longitude",
    lat: "latitude",
    sog: "sog",
    cog: Some("cog"),
    heading: Some("heading"),
    draught: None,
    status: Some("nav_stat"),
};

/// Home ports of the three Adriatic vessels as their own stops show them. The real port index may
/// lack small harbours; a missing port could only hide a false cycle, so the tests add them.
fn adriatic_ports() -> Places {
    let port = |id: &str, lon_deg: f64, lat_deg: f64| Port {
        id: id.to_owned(),
        lon_deg,
        lat_deg,
    };
    Places::new(
        vec![
            port("ancona", 13.50, 43.615),
            port("mola-di-bari", 16.59, 41.21),
            port("ravenna", 12.28, 44.49),
            port("porto-a", 12.30, 44.50),
            port("porto-b", 12.34, 44.39),
        ],
        &[],
        Vec::new(),
    )
}

fn report(name: &str, result: &VesselResult) {
    let hours: Vec<String> = result
        .hours_by_state()
        .iter()
        .map(|(state, hours)| format!("{} {hours:.1} h", state.name()))
        .collect();
    eprintln!(
        "{name} {}: {} cycles of {} chains, best evidence {:.3}, {}; valley {:.2} of {:.2} h, work {} bouts",
        result.mmsi,
        result.cycles.complete_count(),
        result.behaviour.chains,
        result.behaviour.best_evidence,
        hours.join(", "),
        result.behaviour.valley_hours,
        result.behaviour.valley_hours + result.behaviour.slow_hours,
        result.behaviour.work_bouts,
    );
}

/// Without the vessel type, and with ports where every return to harbour could be a discharge.
#[test]
fn fishing_vessels_have_no_dredging_cycle() {
    let Some(folder) = mirror() else { return };
    let vessels = read_positions(
        &folder.join("fishing-negatives-adriatic/tracks_dev.csv.gz"),
        &ADRIATIC,
    );
    assert_eq!(vessels.len(), 3);
    for places in [adriatic_ports(), real_places(&folder), Places::default()] {
        for (mmsi, rows) in &vessels {
            for kind in [VesselKind::Unknown, VesselKind::Other] {
                let mut result = rows.run(kind, &places);
                result.mmsi = *mmsi;
                report(&format!("fishing as {kind:?}"), &result);
                assert!(result.cycles.is_empty(), "{mmsi} as {kind:?}");
                assert!(
                    result.cells.cell.is_empty(),
                    "hours of dredging from nothing"
                );
            }
            // What a register that is wrong would cost; reported, not asserted.
            let mut mistaken = rows.run(VesselKind::Tshd, &places);
            mistaken.mmsi = *mmsi;
            report("fishing if a register called it a dredger", &mistaken);
        }
    }
}

#[test]
fn drifting_tankers_have_no_dredging_cycle() {
    let Some(folder) = mirror() else { return };
    let places = real_places(&folder);
    assert!(places.refused().is_empty(), "{:?}", places.refused());
    for name in ["212123000_drift_1", "219165000_ssc_1"] {
        let path = folder.join(format!("dma-ais-20131112/{name}-positions.csv.gz"));
        let vessels = read_positions(&path, &DANISH);
        assert_eq!(vessels.len(), 1);
        for rows in vessels.values() {
            for kind in [VesselKind::Unknown, VesselKind::Tshd] {
                let result = rows.run(kind, &places);
                report(name, &result);
                assert_eq!(result.cycles.complete_count(), 0);
                let hours = result.hours_by_state();
                let dredged = hours.get(&State::Dredge).copied().unwrap_or(0.0);
                assert!(dredged < 0.5, "{name} dredged {dredged} h as {kind:?}");
            }
        }
    }
}

/// Dominant state of a result: the one with most hours, or of the longest run when nothing counts.
fn main_state(result: &VesselResult) -> Option<State> {
    let hours = result.hours_by_state();
    let mut best: Option<(State, f64)> = None;
    for (state, state_hours) in hours {
        if best.is_none_or(|(_, most)| state_hours > most) {
            best = Some((state, state_hours));
        }
    }
    best.map(|(state, _)| state)
}

/// Known dredgers in five minutes of Danish traffic: underway ones are in transit, berthed ones idle;
/// five minutes are never dredging.
#[test]
fn known_dredgers_of_the_danish_day_have_the_states_that_their_speeds_say() {
    let Some(folder) = mirror() else { return };
    let vessels = read_positions(
        &folder.join("dma-ais-20131112/dma-20131112-positions.csv.gz"),
        &DANISH,
    );
    let positions: usize = vessels.values().map(Rows::len).sum();
    assert_eq!(positions, 24_688);
    let known: [(u32, State); 8] = [
        (219_000_062, State::Transit),
        (219_000_195, State::Idle),
        (219_000_589, State::Transit),
        (219_001_514, State::Transit),
        (219_001_724, State::Transit),
        (244_476_000, State::Transit),
        (246_401_000, State::Transit),
        (219_313_000, State::Manoeuvre),
    ];
    for (mmsi, expected) in known {
        let result = vessels[&mmsi].run(VesselKind::Tshd, &Places::default());
        report("danish", &result);
        assert_eq!(main_state(&result), Some(expected), "{mmsi}");
        assert!(result.cycles.is_empty());
    }
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for rows in vessels.values() {
        let result = rows.run(VesselKind::Unknown, &Places::default());
        assert!(result.cycles.is_empty());
        let quality = &result.quality;
        let refused = quality.duplicates
            + quality.bad_coordinates
            + quality.bad_times
            + quality.outside_validity;
        assert_eq!(quality.positions_in, quality.positions_used + refused);
        *counts.entry("duplicates").or_default() += quality.duplicates;
        *counts.entry("segments").or_default() += quality.segments;
        *counts.entry("jumps").or_default() += quality.jumps;
    }
    eprintln!("danish day: {counts:?}");
}

#[test]
fn solent_jumps_are_separated_and_the_known_dredger_lies_still() {
    let Some(folder) = mirror() else { return };
    let vessels = read_positions(
        &folder.join("solent-ais-20160112/SolentAIS_20160112_130211.csv.gz"),
        &SOLENT,
    );
    let positions: usize = vessels.values().map(Rows::len).sum();
    assert_eq!(positions, 18_623);
    let (mut jumps, mut spikes) = (0, 0);
    for (mmsi, rows) in &vessels {
        let result = rows.run(VesselKind::Unknown, &Places::default());
        assert!(result.cycles.is_empty(), "{mmsi}");
        jumps += result.quality.jumps;
        spikes += result.quality.speed_spikes;
    }
    eprintln!("solent: {jumps} jumps, {spikes} spikes");
    assert!(jumps >= 1, "one position in the wrong hemisphere at least");
    let dredger = vessels[&212_368_000].run(VesselKind::Tshd, &Places::default());
    report("solent dredger", &dredger);
    assert_eq!(main_state(&dredger), Some(State::Idle));
}

/// One row each: nothing can be counted, and nothing is made up.
#[test]
fn single_snapshots_give_no_hours() {
    let Some(folder) = mirror() else { return };
    let noaa = read_positions(
        &folder.join("noaa-sample-20230111/test_data_noaa_20230101.csv.gz"),
        &NOAA,
    );
    let stuyvesant = noaa[&368_098_000].run(VesselKind::Tshd, &Places::default());
    report("STUYVESANT", &stuyvesant);
    assert!(stuyvesant.cycles.is_empty());
    assert_eq!(stuyvesant.states.state[0], State::Manoeuvre);
    assert!((0.5..4.0).contains(&stuyvesant.states.sog_median_kn[0]));

    let baltic = read_positions(
        &folder.join("digitraffic-baltic-202512/ais_history_20251211.csv.gz"),
        &DIGITRAFFIC,
    );
    for rows in baltic.values() {
        let result = rows.run(VesselKind::Unknown, &Places::default());
        assert!(result.cycles.is_empty());
        assert!(result.quality.observed_hours < 1.0);
    }
    for (mmsi, expected) in [
        (210_050_000, State::Transit),
        (211_224_560, State::Transit),
        (209_453_000, State::Idle),
        (219_001_259, State::Manoeuvre),
    ] {
        let result = baltic[&mmsi].run(VesselKind::Tshd, &Places::default());
        assert_eq!(result.states.state[0], expected, "{mmsi}");
    }
}

/// The speed mixture of a trawler has its slow component above that of dredging.
#[test]
fn a_trawler_s_slow_speeds_are_not_those_of_dredging() {
    let Some(folder) = mirror() else { return };
    let vessels = read_positions(
        &folder.join("fishing-negatives-adriatic/tracks_dev.csv.gz"),
        &ADRIATIC,
    );
    let mut config = Config::default();
    config.mixture.enabled = true;
    let vessel = silt_dredging::Vessel::new(1, VesselKind::Unknown);
    let result = vessels[&1].run_with(&vessel, &Places::default(), &config);
    let mixture = result.mixture.expect("3,351 positions are enough");
    eprintln!("{mixture:?}");
    let heaviest_slow = mixture
        .components
        .iter()
        .filter(|part| (1.0..5.0).contains(&part.median_kn))
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
        .expect("a trawler is slow most of the time");
    assert!(heaviest_slow.median_kn > 3.4, "{heaviest_slow:?}");
}
