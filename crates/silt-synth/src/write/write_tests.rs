use super::*;
use crate::{FleetConfig, VesselKind};

fn fleet() -> Fleet {
    Fleet::new(FleetConfig {
        vessels: 20,
        days: 1,
        ..FleetConfig::default()
    })
    .expect("a valid configuration")
}

fn lines(bytes: Vec<u8>) -> Vec<String> {
    String::from_utf8(bytes)
        .expect("UTF-8")
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn times_and_numbers_read_as_people_write_them() {
    assert_eq!(text::iso_time(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(
        text::iso_time(1_709_251_199_999),
        "2024-02-29T23:59:59.999Z"
    );
    assert_eq!(text::iso_time(-1), "1969-12-31T23:59:59.999Z");
    let fixed = |value: f64, decimals| {
        let mut out = Vec::new();
        text::push_fixed(&mut out, value, decimals);
        String::from_utf8(out).expect("ASCII")
    };
    assert_eq!(fixed(-0.25, 6), "-0.250000");
    assert_eq!(fixed(179.999_999_9, 6), "180.000000");
    assert_eq!(fixed(9.4, 1), "9.4");
    assert_eq!(fixed(12.0, 0), "12");
    assert_eq!(fixed(-0.000_000_1, 6), "0.000000");
}

#[test]
fn positions_read_back_to_the_bit_and_every_row_says_synthetic() {
    let fleet = fleet();
    let track = fleet.track(3);
    let mut csv = PositionsCsv::new(Vec::new(), None).expect("memory takes all");
    csv.write(&track.positions).expect("memory takes all");
    let lines = lines(csv.finish().expect("memory takes all"));
    assert_eq!(lines[0], POSITIONS_HEADER);
    assert_eq!(lines.len() - 1, track.positions.len());
    for (row, line) in lines[1..].iter().enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields.len(), 10);
        let row = track.positions.row(row);
        assert_eq!(fields[0].parse::<u32>(), Ok(row.mmsi));
        assert_eq!(fields[1], text::iso_time(row.time_ms));
        assert_eq!(fields[2].parse::<f64>(), Ok(row.lon_deg));
        assert_eq!(fields[3].parse::<f64>(), Ok(row.lat_deg));
        for (field, value) in [
            (4, row.sog_kn),
            (5, row.cog_deg),
            (6, row.heading_deg),
            (8, row.draught_m),
        ] {
            let read = fields[field].parse::<f32>().unwrap_or(f32::NAN);
            assert!(read == value || (read.is_nan() && value.is_nan()), "{line}");
        }
        assert_eq!(fields[7].parse::<u8>(), Ok(row.nav_status));
        assert_eq!(fields[9], "true");
    }
}

#[test]
fn rows_with_an_invalid_mmsi_are_added_on_request() {
    let fleet = fleet();
    let track = fleet.track(1);
    let mut csv = PositionsCsv::new(Vec::new(), Some(50)).expect("memory takes all");
    csv.write(&track.positions).expect("memory takes all");
    let (rows, invalid) = csv.rows();
    assert_eq!(
        (rows, invalid),
        (
            track.positions.len() as u64,
            track.positions.len() as u64 / 50
        )
    );
    let lines = lines(csv.finish().expect("memory takes all"));
    let valid = |line: &&String| line.starts_with("28") || line.starts_with("29");
    let nine = |line: &&String| line.split(',').next().is_some_and(|mmsi| mmsi.len() == 9);
    assert_eq!(
        lines[1..].iter().filter(valid).filter(nine).count() as u64,
        rows
    );
    assert!(
        lines.iter().any(|line| line.starts_with("2800001,")),
        "seven digits"
    );
}

#[test]
fn truth_is_written_for_every_state_cycle_and_position() {
    let config = FleetConfig {
        vessels: 20,
        days: 3,
        ..FleetConfig::default()
    };
    let fleet = Fleet::new(config).expect("a valid configuration");
    let vessel = fleet
        .vessels()
        .iter()
        .find(|vessel| vessel.kind == VesselKind::Tshd)
        .expect("a hopper");
    let track = fleet.track_with_true_positions(vessel.index);
    for (file, rows) in [
        (TruthFile::States, track.truth_states.len()),
        (TruthFile::Cycles, track.truth_cycles.len()),
        (TruthFile::Work, 0),
        (TruthFile::Positions, track.positions.len()),
    ] {
        let mut csv = TruthCsv::new(Vec::new(), file).expect("memory takes all");
        csv.write(vessel, &track).expect("memory takes all");
        let lines = lines(csv.finish().expect("memory takes all"));
        assert_eq!(lines.len() - 1, rows, "{file:?}");
        let columns = lines[0].split(',').count();
        assert!(lines[0].ends_with(",synthetic"));
        assert!(
            lines[1..]
                .iter()
                .all(|line| line.ends_with(",true") && line.split(',').count() == columns)
        );
    }
    let cutter = fleet
        .vessels()
        .iter()
        .find(|vessel| vessel.kind == VesselKind::Cutter)
        .expect("a cutter");
    let mut csv = TruthCsv::new(Vec::new(), TruthFile::Work).expect("memory takes all");
    csv.write(cutter, &fleet.track(cutter.index))
        .expect("memory takes all");
    let lines = lines(csv.finish().expect("memory takes all"));
    let columns = lines[0].split(',').count();
    assert!(lines.len() > 1 && lines.iter().all(|line| line.split(',').count() == columns));
}

#[test]
fn tonnes_in_the_file_are_hopper_times_fill_times_density() {
    let config = FleetConfig {
        vessels: 10,
        days: 3,
        mix: crate::Mix::HOPPERS_ONLY,
        ..FleetConfig::default()
    };
    let fleet = Fleet::new(config).expect("a valid configuration");
    let mut csv = TruthCsv::new(Vec::new(), TruthFile::Cycles).expect("memory takes all");
    for vessel in fleet.vessels() {
        csv.write(vessel, &fleet.track(vessel.index))
            .expect("memory takes all");
    }
    let lines = lines(csv.finish().expect("memory takes all"));
    let header: Vec<&str> = lines[0].split(',').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|field| *field == name)
            .expect("a column")
    };
    for line in &lines[1..] {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |name: &str| fields[column(name)].parse::<f64>().expect("a number");
        let product = number("hopper_m3") * number("fill") * number("density_t_m3");
        assert!((product - number("tonnes")).abs() <= 0.000_51, "{line}");
    }
    assert!(lines.len() > 20);
}

#[test]
fn register_places_and_readme_say_that_they_are_synthetic() {
    let fleet = fleet();
    let mut out = Vec::new();
    vessels_csv(&fleet, &mut out).expect("memory takes all");
    let rows = lines(out);
    let identities: usize = fleet
        .vessels()
        .iter()
        .map(|vessel| vessel.identities.len())
        .sum();
    assert_eq!(rows.len() - 1, identities);
    assert!(
        rows[1..]
            .iter()
            .all(|row| row.ends_with(",synthetic,true") && row.contains("Synthetic "))
    );

    let mut out = Vec::new();
    places_geojson(&mut out).expect("memory takes all");
    let places: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(places["synthetic"], true);
    type Write = fn(&mut Vec<u8>) -> std::io::Result<()>;
    let writers: [Write; 2] = [|out| areas_geojson(out), |out| ports_geojson(out)];
    for write in writers {
        let mut out = Vec::new();
        write(&mut out).expect("memory takes all");
        let collection: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(collection["synthetic"], true);
        let features = collection["features"].as_array().expect("features");
        assert!(features.len() > 10);
        for feature in features {
            assert_eq!(feature["properties"]["synthetic"], true, "{feature}");
        }
    }
    let features = places["features"].as_array().expect("features");
    assert!(features.len() > 80);
    assert!(
        features
            .iter()
            .all(|feature| feature["properties"]["synthetic"] == true)
    );

    let mut out = Vec::new();
    readme(&fleet, &fleet.track(0).counts, &mut out).expect("memory takes all");
    assert!(
        String::from_utf8(out)
            .expect("UTF-8")
            .starts_with("SYNTHETIC DATA.")
    );
}
