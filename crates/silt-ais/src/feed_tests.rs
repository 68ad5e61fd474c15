use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::batch::{PositionBatch, Received, SinkError};
use crate::static_report::StaticReport;

const TABLE: &str = "mmsi,timestamp,lat,lon\n219000751,2013-11-12T12:00:00Z,55.32,15.18\n";

fn open(bytes: &[u8]) -> Result<Feed<'_>, FeedError> {
    Feed::open(bytes, None, FeedOptions::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

#[test]
fn formats_are_told_by_content() {
    let format = |bytes: &[u8]| open(bytes).map(|feed| feed.format()).ok();
    assert_eq!(format(TABLE.as_bytes()), Some(Format::Csv));
    assert_eq!(
        format(format!("\u{feff}{TABLE}").as_bytes()),
        Some(Format::Csv)
    );
    assert_eq!(format(b"\n [{}]"), Some(Format::Json));
    let log = b"\\si:AISD*3F\\\n!BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*62\n";
    assert_eq!(format(log), Some(Format::Nmea));
    let asked = Feed::open(&b"garbage"[..], Some(Format::Nmea), FeedOptions::default());
    assert_eq!(asked.map(|feed| feed.format()).ok(), Some(Format::Nmea));
}

#[test]
fn compressed_feeds_are_inflated() {
    let mut members = gzip(TABLE.as_bytes());
    members.extend(gzip(b"219000752,2013-11-12T12:00:01Z,55.32,15.18\n"));
    let mut received = Received::default();
    let report = open(&members)
        .and_then(|feed| feed.read(&mut received))
        .expect("two members");
    assert_eq!(report.positions, 2);
    let many = TABLE.to_owned() + &TABLE[23..].repeat(50_000);
    let whole = gzip(many.as_bytes());
    let half = &whole[..whole.len() / 2];
    let cut = open(half).and_then(|feed| feed.read(&mut Received::default()));
    assert!(matches!(cut, Err(FeedError::Io(_))), "{cut:?}");
    let mut damaged = whole.clone();
    for byte in &mut damaged[20..60] {
        *byte ^= 0x5A;
    }
    assert!(
        open(&damaged)
            .and_then(|feed| feed.read(&mut Received::default()))
            .is_err()
    );
}

#[test]
fn what_is_no_feed_says_what_it_is() {
    let what = |bytes: &[u8]| match open(bytes).err() {
        Some(error) => error.to_string(),
        None => "a feed".to_owned(),
    };
    assert!(what(b"<!DOCTYPE html><html>").contains("HTML"));
    assert!(what(b"PAR1xxxx").contains("Parquet"));
    assert!(what(b"PK\x03\x04").contains("ZIP"));
    assert!(what(b"\xff\xfem\0").contains("UTF-16"));
    assert!(what(b"\x28\xb5\x2f\xfd").contains("Zstandard"));
    assert!(what(b"id,length,label\n1,2,3\n").contains("vessel, time, longitude, latitude"));
    assert!(what(b"\x00\x01\x02\xff garbage").contains("neither NMEA"));
    assert!(matches!(open(b"").err(), Some(FeedError::Empty)));
    assert!(matches!(open(&gzip(b"")).err(), Some(FeedError::Empty)));
    let nothing = Feed::open(&b""[..], Some(Format::Nmea), FeedOptions::default());
    assert!(matches!(nothing.err(), Some(FeedError::Empty)));
}

struct Full;

impl Sink for Full {
    fn positions(&mut self, _: &PositionBatch) -> Result<(), SinkError> {
        Err("the disk is full".into())
    }

    fn statics(&mut self, _: &[StaticReport]) -> Result<(), SinkError> {
        Ok(())
    }
}

#[test]
fn a_sink_can_stop_the_reading() {
    let stamped = "$PGHP,1,2013,11,12,12,0,0,11,219,,2190067,1,62*26\n\
                   !BSVDM,1,1,,A,13@:`L001N0ded0O6Fp8wW<00<0t,0*62\n";
    let json = r#"[{"mmsi":376128000,"time":"2020-01-01T00:00:00Z","lon":1,"lat":2}]"#;
    for text in [TABLE, stamped, json] {
        let stopped = open(text.as_bytes()).and_then(|feed| feed.read(&mut Full));
        let message = stopped.expect_err("the sink is full").to_string();
        assert!(message.contains("the disk is full"), "{message}");
    }
}
