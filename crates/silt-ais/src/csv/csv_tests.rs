use proptest::prelude::*;

use super::*;
use crate::batch::{PositionBatch, Received};
use crate::options::{FeedOptions, VesselIds};
use crate::reason::{Note, Other, Refusal};
use crate::static_report::{StaticReport, merge_static};

fn feed(text: &[u8], options: FeedOptions) -> CsvFeed<&[u8]> {
    CsvFeed::new(text, Checks::new(options)).expect("the header is known")
}

fn read_table(text: &str) -> (Received, FeedReport) {
    let mut received = Received::default();
    let report = feed(text.as_bytes(), FeedOptions::default())
        .read(&mut received)
        .expect("a table in memory is read");
    assert!(report.is_balanced(), "{report:?}");
    (received, report)
}

const PLAIN: &str = "mmsi,time,lat,lon,sog,cog,heading,status,draught,synthetic\n";

#[test]
fn a_row_of_the_danish_authority() {
    let (received, report) = read_table(
        "\u{feff}# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,\
         Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing \
         device,Draught,Destination,ETA,Data source type,A,B,C,D\r\n\
         31/12/2015 23:59:59,Class A,219165000,57.879400,17.912500,Restricted maneuverability,0.0,\
         1.5,247.3,250,Unknown,OWAB,\"SAND, DIGGER\",Dredging,,14,85,GPS,5.4,\"HVIDE \"\"SANDE\"\"\",,\
         AIS,60,25,7,7\r\n\
         31/12/2015 23:59:59,Base Station,2190045,57.1,17.2,Unknown value,,,,,Unknown,,,Undefined,,,\
         ,Surveyed,,Unknown,,AIS,,,,\r\n",
    );
    let batch = &received.positions;
    assert_eq!(report.format, "csv/danish");
    assert_eq!(
        (batch.mmsi[0], batch.time_ms[0]),
        (219_165_000, 1_451_606_399_000)
    );
    assert_eq!((batch.lat_deg[0], batch.lon_deg[0]), (57.8794, 17.9125));
    assert_eq!(
        (batch.sog_kn[0], batch.cog_deg[0], batch.heading_deg[0]),
        (1.5, 247.3, 250.0)
    );
    assert_eq!((batch.nav_status[0], batch.draught_m[0]), (3, 5.4));
    assert_eq!(report.others.of(Other::NotAVessel), 1);
    let said = &received.statics[0];
    assert_eq!(said.name.as_deref(), Some("SAND, DIGGER"));
    assert_eq!(said.destination.as_deref(), Some("HVIDE \"SANDE\""));
    assert_eq!((said.ship_type, said.imo), (Some(33), None));
    assert_eq!(
        (said.length_m, said.beam_m, said.messages),
        (Some(85.0), Some(14.0), 1)
    );
}

/// The dialect has 139 columns; the rest of them is not read.
#[test]
fn rows_of_exactearth() {
    let names = "MMSI,Message_ID,Repeat_indicator,Time,Millisecond,Region,Country,Base_station,\
        Online_data,Group_code,Sequence_ID,Channel,Data_length,Vessel_Name,Call_sign,IMO,Ship_Type,\
        Dimension_to_Bow,Dimension_to_stern,Dimension_to_port,Dimension_to_starboard,Draught,\
        Destination,AIS_version,Navigational_status,ROT,SOG,Accuracy,Longitude,Latitude,COG,Heading";
    let known = names.split(',').count();
    let mut header: Vec<String> = names
        .split(',')
        .map(|name| format!("\"{}\"", name.trim()))
        .collect();
    header.extend((known..139).map(|index| format!("\"Field_{index}\"")));
    let row = |values: &[(&str, &str)]| -> String {
        let fields: Vec<String> = header
            .iter()
            .map(|name| {
                let value = values
                    .iter()
                    .find(|(field, _)| *field == name.trim_matches('"'));
                format!("\"{}\"", value.map_or("None", |(_, value)| value))
            })
            .collect();
        fields.join(",")
    };
    let when = [
        ("MMSI", "316001234"),
        ("Time", "20210701_185151"),
        ("Millisecond", "250"),
    ];
    let position = [
        ("Message_ID", "1"),
        ("SOG", "2.1"),
        ("Longitude", "-123.5"),
        ("Latitude", "49.25"),
        ("COG", "360.0"),
        ("Heading", "511"),
        ("Navigational_status", "3"),
    ];
    let voyage = [
        ("Message_ID", "5"),
        ("Vessel_Name", "FRPD 309"),
        ("IMO", "9074729"),
        ("Ship_Type", "33"),
        ("Dimension_to_Bow", "50"),
        ("Dimension_to_stern", "35"),
        ("Draught", "5.4"),
    ];
    let rows = [
        header.join(","),
        row(&[&when[..], &position[..]].concat()),
        row(&[&when[..], &voyage[..]].concat()),
        row(&[&when[..], &[("Message_ID", "4")]].concat()),
    ];
    let (received, report) = read_table(&rows.join("\n"));
    assert_eq!(report.format, "csv/exactearth");
    assert_eq!(received.positions.time_ms, [1_625_165_511_250]);
    assert_eq!(received.positions.lon_deg, [-123.5]);
    assert!(received.positions.cog_deg[0].is_nan() && received.positions.heading_deg[0].is_nan());
    assert_eq!(report.others.of(Other::Message(4)), 1);
    assert_eq!(report.static_only, 1);
    let said = received.statics.last().expect("a static row");
    assert_eq!((said.imo, said.imo_valid), (Some(9_074_729), true));
    assert_eq!((said.length_m, said.draught_m), (Some(85.0), Some(5.4)));
}

#[test]
fn labelled_tracks_of_global_fishing_watch() {
    let text = "mmsi,timestamp,distance_from_shore,distance_from_port,speed,course,lat,lon,\
                is_fishing,source\n\
                12639560807591.0,1325391200.0,232994.28,311748.66,8.2,230.5,14.865583,-26.853662,-1.0,dalhousie\n\
                1.2639560807591e13,1325392200,233994.26,312410.34,51.2,360.0,14.86387,-26.8568,0.0,x\n";
    let options = FeedOptions {
        ids: VesselIds::Pseudonyms,
        ..FeedOptions::default()
    };
    let mut received = Received::default();
    let report = feed(text.as_bytes(), options)
        .read(&mut received)
        .expect("two rows");
    assert_eq!((report.positions, report.vessels), (2, 1));
    assert_eq!(
        received.positions.time_ms,
        [1_325_391_200_000, 1_325_392_200_000]
    );
    assert!(received.positions.sog_kn[1].is_nan());
    assert!(
        report
            .columns_ignored
            .contains(&"distance_from_shore".to_owned())
    );
    let (_, report) = read_table(text);
    assert_eq!(report.refused.of(Refusal::MmsiTooLong), 2);
}

#[test]
fn a_row_of_digitraffic_counts_draught_in_tenths() {
    let (received, _) = read_table(
        "id,timestamp,mmsi,name,longitude,latitude,sog,cog,heading,nav_stat,ship_type,destination,\
         eta,draught,pos_acc,created_at\n\
         1,2025-12-11T20:44:50.102399+00:00,376128000,FFS ATLAS,19.612433,59.1802,6.5,205.7,205,3,52,\
         UNKNOWN,811520,36.0,1,2025-12-11 20:44:52\n",
    );
    assert_eq!(received.positions.draught_m, [3.6]);
    assert_eq!(received.statics[0].draught_m, None);
    assert_eq!(received.statics[0].destination, None);
}

#[test]
fn damaged_rows_are_refused_with_their_line() {
    let good = "219165000,2020-01-01T00:00:00Z,55,10,1,2,3,4,5,true\n";
    let text = format!(
        "{PLAIN}{good}\n219165000,2020-01-01T00:00:00Z,55\n{good}\"never closed,1\n{good}\
         ,2020-01-01T00:00:00Z,55,10,,,,,,\nabc,2020-01-01T00:00:00Z,55,10,,,,,,\n\
         219165000,,55,10,,,,,,\n219165000,soon,55,10,,,,,,\n219165000,2020-01-01T00:00:00Z,,10,,,,,,\n\
         219165000,2020-01-01T00:00:00Z,x,10,,,,,,\n219165000,2020-01-01T00:00:00Z,91,181,,,,,,\n\
         219165000,1970-01-01T00:00:00Z,55,10,,,,,,\n"
    );
    let (received, report) = read_table(&text);
    assert_eq!(report.positions, 3);
    assert_eq!(report.synthetic, 3);
    assert_eq!(received.positions.synthetic, [true; 3]);
    assert_eq!(report.others.of(Other::Blank), 1);
    let seen: Vec<(u64, &str)> = report
        .refused_examples
        .iter()
        .map(|example| (example.line, example.reason.as_str()))
        .collect();
    let expected = [
        (4, "column_count"),
        (6, "quote_unclosed"),
        (8, "mmsi_missing"),
        (9, "mmsi_unreadable"),
        (10, "time_missing"),
        (11, "time_unreadable"),
        (12, "position_missing"),
        (13, "position_unreadable"),
        (14, "position_not_available"),
        (15, "time_too_early"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn unreadable_measurements_are_not_available() {
    let row = "219165000,2020-01-01T00:00:00Z,55,10,fast,x,?,dancing,deep,no\n";
    let (received, report) = read_table(&format!("{PLAIN}{row}"));
    assert!(received.positions.sog_kn[0].is_nan() && received.positions.draught_m[0].is_nan());
    assert_eq!(received.positions.nav_status, [15]);
    assert_eq!(report.noted_examples.len(), 5);
    assert_eq!(report.notes.of(Note::SogInvalid), 1);
    assert_eq!(report.noted_examples[0].value, "fast");
}

#[test]
fn a_line_of_a_megabyte_is_one_refusal() {
    let good = "219165000,2020-01-01T00:00:00Z,55,10,,,,,,\n";
    for size in [70_000, 3_000_000] {
        let text = format!(
            "{PLAIN}{}\n{good}{}",
            "x,".repeat(size / 2),
            "y".repeat(size)
        );
        let (_, report) = read_table(&text);
        assert_eq!(
            (report.positions, report.refused.of(Refusal::LineTooLong)),
            (1, 2),
            "{size}"
        );
        assert_eq!(report.lines_read, 3);
    }
}

#[test]
fn clocks_that_go_back_are_counted_by_vessel() {
    let row =
        |mmsi: u32, second: u32| format!("{mmsi},2020-01-01T00:00:{second:02}Z,55,10,,,,,,\n");
    let rows = [
        row(219_165_000, 9),
        row(219_165_001, 5),
        row(219_165_000, 8),
        row(219_165_001, 6),
    ];
    let (_, report) = read_table(&format!("{PLAIN}{}", rows.concat()));
    assert_eq!((report.clocks_backwards, report.vessels), (1, 2));
    assert_eq!(
        report
            .last_time_ms
            .zip(report.first_time_ms)
            .map(|(b, a)| b - a),
        Some(4000)
    );
}

#[test]
fn files_without_rows() {
    let (_, report) = read_table(PLAIN);
    assert_eq!((report.lines_read, report.positions), (0, 0));
    let empty = CsvFeed::new(&b""[..], Checks::new(FeedOptions::default()));
    assert!(matches!(empty.err(), Some(FeedError::Empty)));
    let blank = CsvFeed::new(&b"\n\r\n"[..], Checks::new(FeedOptions::default()));
    assert!(matches!(blank.err(), Some(FeedError::Empty)));
    let (_, report) = read_table(&format!("\n\n{PLAIN}bad\n"));
    assert_eq!(report.refused_examples[0].line, 4);
}

/// Reads in blocks of a size, each block by a parser of its own, as threads do.
fn in_blocks(text: &str, block_bytes: usize) -> (PositionBatch, Vec<StaticReport>, FeedReport) {
    let mut feed = feed(text.as_bytes(), FeedOptions::default()).with_block_bytes(block_bytes);
    let mut positions = PositionBatch::default();
    let mut statics = Vec::new();
    let mut report = feed.empty_report();
    while let Some(block) = feed.next_block().expect("memory does not fail") {
        let mut parser = feed.parser();
        let mut parsed = parser.empty();
        parser.parse_block(&block.bytes, block.first_line, &mut parsed);
        positions.extend(&parsed.positions);
        statics.extend(parsed.statics);
        report.merge(&parsed.report);
    }
    report.static_reports = 0;
    (positions, merge_static(statics), report)
}

/// NaN is not equal to itself, so that batches are compared as they print.
fn printed(batch: &PositionBatch) -> String {
    format!("{batch:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_division_into_blocks_changes_nothing(
        rows in proptest::collection::vec((0_u32..3, 0_u32..60, 0_usize..6), 0..60),
        block_bytes in 200_usize..2000
    ) {
        let mut text = "mmsi,time,lat,lon,name,draught\n".to_owned();
        for (vessel, second, kind) in rows {
            let name = ["A", "\"B\nC\"", "\"D\"\"\n\n,E\"", "B", "F,surplus", "\"open"][kind];
            text.push_str(&format!(
                "21916500{vessel},2020-01-01T00:00:{second:02}Z,55.5,10,{name},{kind}\n"
            ));
        }
        let (positions, statics, report) = in_blocks(&text, block_bytes);
        let (whole_positions, whole_statics, whole_report) = in_blocks(&text, 1 << 20);
        prop_assert!(report.is_balanced());
        prop_assert_eq!(printed(&positions), printed(&whole_positions));
        prop_assert_eq!(statics, whole_statics);
        prop_assert_eq!(report, whole_report);
    }

    #[test]
    fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let text = [PLAIN.as_bytes(), &body].concat();
        let mut received = Received::default();
        let report = feed(&text, FeedOptions::default()).read(&mut received).expect("memory");
        prop_assert!(report.is_balanced());
    }
}
