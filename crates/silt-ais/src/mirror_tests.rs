//! The real files, with exact counts. Skipped where `SILT_MIRROR` does not say where they are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;

use crate::{
    Feed, FeedOptions, FeedReport, PositionBatch, Received, StaticReport, VesselIds, parse_decimal,
    parse_time_ms,
};

fn mirrored(path: &str) -> Option<PathBuf> {
    match std::env::var_os("SILT_MIRROR") {
        Some(mirror) => Some(PathBuf::from(mirror).join(path)),
        None => {
            eprintln!("skipped: SILT_MIRROR is not set");
            None
        }
    }
}

fn read(path: &str, options: FeedOptions) -> Option<(Received, FeedReport)> {
    let file = File::open(mirrored(path)?).expect("the mirror has the file");
    let mut received = Received::default();
    let feed = Feed::open(file, None, options).expect("the file is a feed");
    let report = feed.read(&mut received).expect("the file is whole");
    assert!(report.is_balanced(), "{report:?}");
    assert_eq!(report.positions, received.positions.len() as u64);
    assert_eq!(report.static_reports, received.statics.len() as u64);
    Some((received, report))
}

fn pseudonyms() -> FeedOptions {
    FeedOptions {
        ids: VesselIds::Pseudonyms,
        ..FeedOptions::default()
    }
}

fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs
        .iter()
        .map(|(code, count)| ((*code).to_owned(), *count))
        .collect()
}

/// A row of a decoder's output beside a log.
struct Decoded {
    time_ms: Option<i64>,
    mmsi: u32,
    lat_deg: f64,
    lon_deg: f64,
    sog_kn: f64,
    cog_deg: f64,
    heading_deg: f64,
    nav_status: Option<u8>,
}

fn oracle(path: &str) -> Vec<Decoded> {
    let path = mirrored(path).expect("asked for after the log was read");
    let mut text = String::new();
    let file = File::open(path).expect("the mirror has the file");
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("the file is whole");
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |index: usize| parse_decimal(fields[index].as_bytes()).expect("a number");
            let time = match fields[0].len() {
                0 => None,
                _ => Some(
                    parse_time_ms(fields[0].as_bytes(), &[crate::TimeFormat::Iso]).expect("a time"),
                ),
            };
            Decoded {
                time_ms: time,
                mmsi: fields[1].parse().expect("a number"),
                lat_deg: number(2),
                lon_deg: number(3),
                sog_kn: number(4),
                cog_deg: number(5),
                heading_deg: number(6),
                nav_status: fields[7].parse().ok(),
            }
        })
        .collect()
}

fn has_place(row: &Decoded) -> bool {
    row.lat_deg <= 90.0 && row.lon_deg <= 180.0
}

fn same(value: f32, expected: f64, not_available: f64) -> bool {
    if expected == not_available {
        value.is_nan()
    } else {
        value == expected as f32
    }
}

fn same_place(batch: &PositionBatch, index: usize, row: &Decoded) -> bool {
    // Half a unit of the sixth decimal that the oracle prints.
    let printed = 0.5e-6 + 1e-9;
    (batch.lat_deg[index] - row.lat_deg).abs() <= printed
        && (batch.lon_deg[index] - row.lon_deg).abs() <= printed
}

/// Compares every row, in order; returns (rows compared, positions that the oracle has not, times
/// that differ).
fn compare<'a>(
    batch: &PositionBatch,
    oracle: impl Iterator<Item = &'a Decoded>,
) -> (usize, usize, usize) {
    let (mut compared, mut surplus, mut other_times) = (0, 0, 0);
    let mut index = 0;
    for row in oracle {
        while batch.mmsi[index] != row.mmsi || !same_place(batch, index, row) {
            surplus += 1;
            index += 1;
        }
        assert!(
            same(batch.sog_kn[index], row.sog_kn, 102.3),
            "speed of row {index}"
        );
        assert!(
            same(batch.cog_deg[index], row.cog_deg, 360.0),
            "course of row {index}"
        );
        assert!(
            same(batch.heading_deg[index], row.heading_deg, 511.0),
            "heading of row {index}"
        );
        assert_eq!(
            batch.nav_status[index],
            row.nav_status.unwrap_or(15),
            "status of row {index}"
        );
        other_times += usize::from(row.time_ms != Some(batch.time_ms[index]));
        compared += 1;
        index += 1;
    }
    (compared, surplus + batch.len() - index, other_times)
}

/// A log against the decoder's output beside it.
struct Log {
    path: &'static str,
    lines: u64,
    oracle_rows: usize,
    /// Oracle rows with the latitude 91 or the longitude 181.
    without_place: usize,
    /// Positions of talkers that the oracle's decoder did not know.
    surplus: usize,
    other_times: usize,
    positions: u64,
    static_only: u64,
    others: &'static [(&'static str, u64)],
    refused: &'static [(&'static str, u64)],
    notes: &'static [(&'static str, u64)],
}

fn check(log: &Log) {
    let Some((received, report)) =
        read(&format!("{}-raw.nmea.gz", log.path), FeedOptions::default())
    else {
        return;
    };
    assert_eq!(report.lines_read, log.lines);
    assert_eq!(report.positions, log.positions);
    assert_eq!(report.static_only, log.static_only);
    assert_eq!(report.others.by_code(), counts(log.others));
    assert_eq!(report.refused.by_code(), counts(log.refused));
    assert_eq!(report.notes.by_code(), counts(log.notes));
    let oracle = oracle(&format!("{}-positions.csv.gz", log.path));
    assert_eq!(oracle.len(), log.oracle_rows);
    let is_vessel = |row: &&Decoded| (200_000_000..800_000_000).contains(&row.mmsi);
    let expected = (
        log.positions as usize - log.surplus,
        log.surplus,
        log.other_times,
    );
    let of_vessels = oracle.iter().filter(is_vessel).filter(|row| has_place(row));
    assert_eq!(compare(&received.positions, of_vessels), expected);

    // The same with every sender let through: each decoded row that has a place.
    let all = read(&format!("{}-raw.nmea.gz", log.path), pseudonyms()).expect("read before");
    let with_place = oracle.len() - log.without_place;
    let compared = compare(&all.0.positions, oracle.iter().filter(|row| has_place(row)));
    assert_eq!(compared, (with_place, log.surplus, log.other_times));
    let no_place = all
        .1
        .refused
        .by_code()
        .get("position_not_available")
        .copied();
    assert_eq!(no_place.unwrap_or(0), log.without_place as u64);
    check_statics(&received, log.path);
}

/// Every value of the decoder's static data is one that a report of ours says.
fn check_statics(received: &Received, path: &str) {
    let path = mirrored(&format!("{path}-static.csv")).expect("asked for after the log was read");
    let text = std::fs::read_to_string(path).expect("the mirror has the file");
    let mut checked = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let mmsi: u32 = fields[0].parse().expect("a number");
        if !(200_000_000..800_000_000).contains(&mmsi) || fields.len() != 8 {
            continue;
        }
        let says = |check: &dyn Fn(&StaticReport) -> bool| {
            received
                .statics
                .iter()
                .filter(|said| said.mmsi == mmsi)
                .any(check)
        };
        let number = |index: usize| parse_decimal(fields[index].as_bytes()).unwrap_or(0.0);
        let metres = |index: usize| Some(number(index) as f32).filter(|metres| *metres > 0.0);
        // The decoder writes 0 for reserved types, too.
        let code = Some(number(1) as u8).filter(|code| *code > 0);
        assert!(
            code.is_none() || says(&|said| said.ship_type == code),
            "type: {line}"
        );
        let quoted = fields[2]
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let unquoted = quoted.unwrap_or(fields[2]).replace("\"\"", "\"");
        let name = Some(unquoted.trim().to_owned()).filter(|name| !name.is_empty());
        assert!(says(&|said| said.name == name), "name: {line}");
        let imo = Some(number(3) as u32).filter(|imo| *imo > 0);
        assert!(says(&|said| said.imo == imo), "IMO: {line}");
        assert!(says(&|said| said.draught_m == metres(4)), "draught: {line}");
        assert!(says(&|said| said.length_m == metres(6)), "length: {line}");
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn danish_log_of_2013() {
    check(&Log {
        path: "dma-ais-20131112/dma-20131112",
        lines: 80_246,
        oracle_rows: 24_688,
        without_place: 0,
        surplus: 0,
        other_times: 0,
        positions: 24_656,
        static_only: 130,
        others: &[
            ("message_type_04", 1234),
            ("message_type_21", 25),
            ("part_of_message", 69),
            ("proprietary_sentence", 973),
            ("tag_block", 26_077),
            ("time_stamp", 27_050),
        ],
        refused: &[
            ("mmsi_coast_station", 29),
            ("mmsi_too_short", 1),
            ("mmsi_unallocated", 2),
        ],
        notes: &[
            ("cog_not_available", 125),
            ("heading_not_available", 3663),
            ("imo_check_failed", 1),
            ("sog_not_available", 65),
        ],
    });
}

/// Four positions have the talkers SS and BY, which the oracle's decoder passed over.
#[test]
fn danish_log_of_2010() {
    check(&Log {
        path: "dma-ais-20100611/dma-20100611",
        lines: 8551,
        oracle_rows: 2984,
        without_place: 23,
        surplus: 4,
        other_times: 0,
        positions: 2930,
        static_only: 495,
        others: &[
            ("message_type_04", 129),
            ("message_type_06", 37),
            ("message_type_07", 9),
            ("message_type_08", 63),
            ("message_type_09", 1),
            ("message_type_15", 66),
            ("message_type_16", 23),
            ("message_type_17", 5),
            ("message_type_20", 191),
            ("message_type_21", 37),
            ("message_type_23", 4),
            ("part_of_message", 449),
            ("time_stamp", 4051),
        ],
        refused: &[
            ("mmsi_aid_to_navigation", 25),
            ("mmsi_coast_station", 2),
            ("mmsi_group_of_ships", 2),
            ("mmsi_handheld", 1),
            ("mmsi_too_short", 16),
            ("mmsi_unallocated", 4),
            ("position_not_available", 11),
        ],
        notes: &[
            ("cog_not_available", 7),
            ("heading_not_available", 491),
            ("imo_check_failed", 5),
            ("sog_not_available", 5),
        ],
    });
}

/// In the second file two sentences carry a time behind their checksum. The oracle has none for
/// the first, and for the other that of the sentence before.
#[test]
fn drifting_tankers() {
    let drifting = Log {
        path: "dma-ais-20131112/212123000_drift_1",
        lines: 10_018,
        oracle_rows: 2563,
        without_place: 0,
        surplus: 0,
        other_times: 0,
        positions: 2563,
        static_only: 562,
        others: &[
            ("message_type_11", 5),
            ("part_of_message", 562),
            ("proprietary_sentence", 33),
            ("tag_block", 3130),
            ("time_stamp", 3163),
        ],
        refused: &[],
        notes: &[],
    };
    check(&drifting);
    check(&Log {
        path: "dma-ais-20131112/219165000_ssc_1",
        lines: 249,
        oracle_rows: 59,
        other_times: 2,
        positions: 59,
        static_only: 9,
        others: &[
            ("message_type_10", 12),
            ("part_of_message", 9),
            ("proprietary_sentence", 1),
            ("tag_block", 80),
            ("time_stamp", 79),
        ],
        ..drifting
    });
}

/// A table or JSON file: format, rows, positions, static reports, vessels, clocks that went back.
type Expected = (&'static str, u64, u64, u64, u64, u64);

fn check_table(
    path: &str,
    options: FeedOptions,
    expected: Expected,
    refused: &[(&str, u64)],
    notes: &[(&str, u64)],
) {
    let Some((_, report)) = read(path, options) else {
        return;
    };
    let found = (
        report.format.as_str(),
        report.lines_read,
        report.positions,
        report.static_reports,
        report.vessels,
        report.clocks_backwards,
    );
    assert_eq!(found, expected, "{path}");
    assert_eq!(report.refused.by_code(), counts(refused), "{path}");
    assert_eq!(report.notes.by_code(), counts(notes), "{path}");
    assert_eq!(
        report.others.total() + report.static_only + report.synthetic,
        0,
        "{path}"
    );
}

#[test]
fn decoded_tables() {
    check_table(
        "dma-ais-20131112/dma-20131112-positions.csv.gz",
        FeedOptions::default(),
        ("csv/decoded", 24_688, 24_656, 0, 1435, 0),
        &[
            ("mmsi_coast_station", 29),
            ("mmsi_too_short", 1),
            ("mmsi_unallocated", 2),
        ],
        &[
            ("cog_not_available", 125),
            ("heading_not_available", 3663),
            ("sog_not_available", 65),
        ],
    );
    check_table(
        "dma-ais-20100611/dma-20100611-positions.csv.gz",
        FeedOptions::default(),
        ("csv/decoded", 2984, 2926, 0, 1378, 2),
        &[
            ("mmsi_aid_to_navigation", 24),
            ("mmsi_coast_station", 2),
            ("mmsi_group_of_ships", 2),
            ("mmsi_too_short", 15),
            ("mmsi_unallocated", 4),
            ("position_not_available", 11),
        ],
        &[
            ("cog_not_available", 7),
            ("heading_not_available", 491),
            ("sog_not_available", 5),
        ],
    );
    check_table(
        "dma-ais-20131112/212123000_drift_1-positions.csv.gz",
        FeedOptions::default(),
        ("csv/decoded", 2563, 2563, 0, 1, 6),
        &[],
        &[],
    );
    check_table(
        "dma-ais-20131112/219165000_ssc_1-positions.csv.gz",
        FeedOptions::default(),
        ("csv/decoded", 59, 58, 0, 1, 0),
        &[("time_missing", 1)],
        &[],
    );
}

#[test]
fn published_tables() {
    check_table(
        "noaa-sample-20230111/test_data_noaa_20230101.csv.gz",
        FeedOptions::default(),
        ("csv/marinecadastre", 1000, 998, 997, 998, 0),
        &[("mmsi_coast_station", 1), ("mmsi_group_of_ships", 1)],
        &[
            ("cog_not_available", 90),
            ("heading_not_available", 425),
            ("imo_check_failed", 33),
            ("sog_not_available", 4),
        ],
    );
    check_table(
        "solent-ais-20160112/SolentAIS_20160112_130211.csv.gz",
        FeedOptions::default(),
        ("csv/degrees", 18_623, 18_623, 0, 91, 0),
        &[],
        &[("cog_not_available", 1027)],
    );
    // Its vessels are 000000001 and on.
    check_table(
        "fishing-negatives-adriatic/tracks_dev.csv.gz",
        FeedOptions::default(),
        ("csv/plain", 6875, 0, 0, 0, 0),
        &[("mmsi_too_short", 6875)],
        &[],
    );
    check_table(
        "fishing-negatives-adriatic/tracks_dev.csv.gz",
        pseudonyms(),
        ("csv/plain", 6875, 6875, 0, 3, 0),
        &[],
        &[],
    );
}

const NOT_VESSELS_OF_DIGITRAFFIC: [(&str, u64); 8] = [
    ("mmsi_aid_to_navigation", 10),
    ("mmsi_craft_of_ship", 4),
    ("mmsi_emergency_device", 4),
    ("mmsi_group_of_ships", 3),
    ("mmsi_handheld", 17),
    ("mmsi_sar_aircraft", 6),
    ("mmsi_too_short", 14),
    ("mmsi_unallocated", 5),
];

#[test]
fn digitraffic() {
    let folder = "digitraffic-baltic-202512";
    let files = [
        (
            "ais_history_20251211.csv.gz",
            "csv/digitraffic",
            [343, 937, 24],
        ),
        (
            "snapshot-2025-12-11T204450Z.json.gz",
            "json",
            [343, 937, 24],
        ),
        (
            "snapshot-2025-12-11T205553Z.json.gz",
            "json",
            [341, 938, 25],
        ),
    ];
    for (name, format, [cog, heading, sog]) in files {
        check_table(
            &format!("{folder}/{name}"),
            FeedOptions::default(),
            (format, 9735, 9672, 9671, 9672, 0),
            &NOT_VESSELS_OF_DIGITRAFFIC,
            &[
                ("cog_not_available", cog),
                ("heading_not_available", heading),
                ("sog_invalid", 1),
                ("sog_not_available", sog),
            ],
        );
    }
}

#[test]
fn a_table_of_labels_is_no_feed() {
    let Some(path) = mirrored("gfw-vessel-labels/char_info_mmsi_training.csv.gz") else {
        return;
    };
    let file = File::open(path).expect("the mirror has the file");
    let error = Feed::open(file, None, FeedOptions::default())
        .err()
        .expect("it has no positions");
    assert!(
        error
            .to_string()
            .contains("vessel, time, longitude, latitude"),
        "{error}"
    );
}
