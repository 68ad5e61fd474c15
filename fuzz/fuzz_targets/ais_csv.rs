//! No bytes make the reader of CSV and JSON feeds panic, every row is accounted for, every
//! position lies on Earth, and blocks parsed on their own give what the whole file gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_ais::{Feed, FeedOptions, FeedReport, Format, PositionBatch, Received, VesselIds};

const HEADERS: [&str; 4] = [
    "mmsi,time,lon,lat,sog_kn,cog_deg,heading_deg,nav_status,draught_m,synthetic\n",
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,SOG,Name,Ship type,Draught\r\n",
    "mmsi,timestamp,speed,course,lat,lon,is_fishing\n",
    "\"MMSI\";\"Message_ID\";\"Time\";\"Millisecond\";\"Longitude\";\"Latitude\";\"IMO\"\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let header = HEADERS[usize::from(*choice) % HEADERS.len()];
    let table = [header.as_bytes(), body].concat();
    let (received, report) = read(&table, Format::Csv).expect("the header is known");
    let (in_blocks, block_report) = read_blocks(&table);
    assert_eq!(report, block_report);
    assert_eq!(received.positions.time_ms, in_blocks.time_ms);
    // Bytes without a header, as any format.
    for format in [Format::Csv, Format::Json] {
        let _ = read(body, format);
    }
});

fn options() -> FeedOptions {
    FeedOptions {
        ids: VesselIds::Pseudonyms,
        csv_max_record_bytes: 150,
        json_max_element_bytes: 200,
        ..FeedOptions::default()
    }
}

fn read(bytes: &[u8], format: Format) -> Option<(Received, FeedReport)> {
    let mut received = Received::default();
    let feed = Feed::open(bytes, Some(format), options()).ok()?;
    let report = feed.read(&mut received).ok()?;
    assert!(report.is_balanced());
    check_places(&received.positions);
    Some((received, report))
}

fn read_blocks(table: &[u8]) -> (PositionBatch, FeedReport) {
    let feed = Feed::open(table, Some(Format::Csv), options()).expect("it is not empty");
    let mut feed = feed.into_csv().expect("the header is known");
    let mut positions = PositionBatch::default();
    let mut report = feed.empty_report();
    while let Some(block) = feed.next_block().expect("memory does not fail") {
        let mut parser = feed.parser();
        let mut parsed = parser.empty();
        parser.parse_block(&block.bytes, block.first_line, &mut parsed);
        positions.extend(&parsed.positions);
        report.merge(&parsed.report);
    }
    (positions, report)
}

fn check_places(batch: &PositionBatch) {
    assert!(
        batch
            .lon_deg
            .iter()
            .all(|lon| (-180.0..=180.0).contains(lon))
    );
    assert!(batch.lat_deg.iter().all(|lat| (-90.0..=90.0).contains(lat)));
}
