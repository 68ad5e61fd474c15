//! No bytes make the reader of NMEA logs panic, every line is accounted for, every position lies
//! on Earth, and what is read does not depend on how the bytes arrive.
#![no_main]

use libfuzzer_sys::fuzz_target;
use silt_ais::{Feed, FeedOptions, FeedReport, Format, Received};

fuzz_target!(|log: &[u8]| {
    let (whole, report) = read(log, log.len().max(1));
    let (pieces, same_report) = read(log, 7);
    assert!(report.is_balanced());
    assert_eq!(report, same_report);
    assert_eq!(whole.positions.time_ms, pieces.positions.time_ms);
    assert_eq!(whole.statics, pieces.statics);
    let batch = &whole.positions;
    assert_eq!(report.positions, batch.len() as u64);
    assert!(
        batch
            .lon_deg
            .iter()
            .all(|lon| (-180.0..=180.0).contains(lon))
    );
    assert!(batch.lat_deg.iter().all(|lat| (-90.0..=90.0).contains(lat)));
    assert!(
        batch
            .mmsi
            .iter()
            .all(|mmsi| (200_000_000..800_000_000).contains(mmsi))
    );
    assert!(
        batch
            .sog_kn
            .iter()
            .all(|sog| sog.is_nan() || (0.0..=102.2).contains(sog))
    );
});

/// Gives at most `step` bytes at a time.
struct Trickle<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.step.min(self.bytes.len()).min(buffer.len());
        let (now, later) = self.bytes.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.bytes = later;
        Ok(length)
    }
}

fn read(log: &[u8], step: usize) -> (Received, FeedReport) {
    let mut received = Received::default();
    let options = FeedOptions {
        nmea_max_line_bytes: 100,
        nmea_part_window: 5,
        ..FeedOptions::default()
    };
    let source = Trickle { bytes: log, step };
    // A gzip of fuzz is damaged or nothing; an empty log is none.
    let Ok(feed) = Feed::open(source, Some(Format::Nmea), options) else {
        return (received, FeedReport::default());
    };
    match feed.read(&mut received) {
        Ok(report) => (received, report),
        Err(_) => (Received::default(), FeedReport::default()),
    }
}
