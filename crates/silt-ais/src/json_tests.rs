use proptest::prelude::*;

use super::*;
use crate::batch::Received;
use crate::options::FeedOptions;

fn read_json(text: &str) -> (Received, Result<FeedReport, FeedError>) {
    let mut received = Received::default();
    let report = read(
        text.as_bytes(),
        &Checks::new(FeedOptions::default()),
        &mut received,
    );
    if let Ok(report) = &report {
        assert!(report.is_balanced(), "{report:?}");
    }
    (received, report)
}

#[test]
fn locations_are_geojson_features() {
    let (received, report) = read_json(
        r#"{"type":"FeatureCollection","dataUpdatedTime":"2022-07-30T20:15:39Z","features":[
        {"mmsi":219598000,"type":"Feature","geometry":{"type":"Point","coordinates":[20.85169,55.770832]},
         "properties":{"mmsi":219598000,"sog":0.1,"cog":346.5,"navStat":1,"rot":4,"posAcc":true,
         "raim":false,"heading":79,"timestamp":59,"timestampExternal":1659212938646}}]}"#,
    );
    let report = report.expect("a document of the API");
    assert_eq!(received.positions.mmsi, [219_598_000]);
    assert_eq!(received.positions.time_ms, [1_659_212_938_646]);
    assert_eq!(received.positions.lon_deg, [20.851_69]);
    assert_eq!(received.positions.sog_kn, [0.1]);
    assert_eq!(received.positions.nav_status, [1]);
    assert_eq!((report.lines_read, report.static_reports), (1, 0));
}

#[test]
fn vessels_are_static_reports() {
    let (received, report) = read_json(
        r#"[{"name":"ARUNA CIHAN","timestamp":1659212938646,"mmsi":271044099,"callSign":"TCA1",
        "imo":9074729,"destination":"UST LUGA","eta":733376,"draught":68,"posType":1,"shipType":69,
        "referencePointA":160,"referencePointB":33,"referencePointC":20,"referencePointD":12}]"#,
    );
    let report = report.expect("a document of the API");
    assert_eq!((report.static_only, report.positions), (1, 0));
    let said = &received.statics[0];
    assert_eq!(
        (said.length_m, said.beam_m, said.draught_m),
        (Some(193.0), Some(32.0), Some(6.8))
    );
    assert_eq!((said.ship_type, said.imo_valid), (Some(69), true));
    assert_eq!(said.time_ms, Some(1_659_212_938_646));
}

#[test]
fn a_snapshot_has_one_time_for_all() {
    let (received, report) = read_json(
        r#"{"timestamp":"2025-12-11T20:44:50.102399+00:00","vessel_count":3,"vessels":[
        {"mmsi":376128000,"name":"FFS ATLAS","lon":19.6,"lat":59.1,"sog":6.5,"ship_type":52},
        {"mmsi":2190045,"lon":19.6,"lat":59.1}, 17, {"mmsi":376128000,"lon":"x","lat":59.1},
        {"mmsi":"376128000"},{"lon":1,"lat":2},{"mmsi":1.5,"lon":1,"lat":2}]}"#,
    );
    let report = report.expect("a snapshot");
    assert_eq!(received.positions.time_ms, [1_765_485_890_102]);
    assert_eq!(received.statics.len(), 1);
    let reasons: Vec<&str> = report
        .refused_examples
        .iter()
        .map(|example| example.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "mmsi_coast_station",
            "element_malformed",
            "position_out_of_range",
            "position_missing",
            "mmsi_missing",
            "mmsi_unreadable"
        ]
    );
}

#[test]
fn an_object_per_line() {
    let (received, report) = read_json(
        "{\"mmsi\":376128000,\"time\":\"2020-01-01T00:00:00Z\",\"lon\":1,\"lat\":2}\n\
         {\"mmsi\":376128001,\"timestamp\":1577836801,\"lon\":1,\"lat\":2}\n{\"lonely\":true}\n",
    );
    assert_eq!(received.positions.mmsi, [376_128_000, 376_128_001]);
    assert_eq!(
        received.positions.time_ms,
        [1_577_836_800_000, 1_577_836_801_000]
    );
    assert_eq!(
        report
            .expect("three lines")
            .refused
            .of(Refusal::MmsiMissing),
        1
    );
}

#[test]
fn damaged_json_says_where() {
    let (received, report) = read_json(
        "{\"timestamp\":\"2020-01-01T00:00:00Z\",\"vessels\":[\n{\"mmsi\":376128000,\"lon\":1,\"lat\":2},\n{\"mm",
    );
    let Err(FeedError::Json { elements, line, .. }) = report else {
        panic!("the document is cut off: {report:?}");
    };
    assert_eq!((elements, line), (1, 3));
    assert!(received.positions.is_empty());
    assert!(matches!(read_json("").1, Err(FeedError::Empty)));
    for garbage in [
        "17",
        "[",
        "nonsense",
        "{\"vessels\":17}",
        "[[[[",
        "{\"a\":}",
    ] {
        assert!(
            matches!(read_json(garbage).1, Err(FeedError::Json { .. })),
            "{garbage}"
        );
    }
    let nested = "[".repeat(100_000);
    assert!(matches!(read_json(&nested).1, Err(FeedError::Json { .. })));
}

#[test]
fn an_element_without_end_does_not_fill_the_memory() {
    let text = format!(
        "[{{\"mmsi\":376128000,\"name\":\"{}\"}}]",
        "x".repeat(3 << 20)
    );
    assert!(matches!(read_json(&text).1, Err(FeedError::Json { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_panic(text in r#"[\[\]{}:,"a-z0-9. -]{0,80}"#) {
        let _ = read_json(&text);
    }
}
