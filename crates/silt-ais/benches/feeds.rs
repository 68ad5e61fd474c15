//! Times of reading feeds: `cargo bench -p silt-ais`.
//!
//! Every figure is per line, and the lines are generated, so that the bench needs no files.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use silt_ais::{
    Feed, FeedOptions, Format, PositionBatch, Sink, SinkError, StaticReport, TimeFormat,
    parse_decimal, parse_time_ms,
};

const ROWS: u32 = 200_000;

/// Takes everything and keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn positions(&mut self, batch: &PositionBatch) -> Result<(), SinkError> {
        black_box(batch);
        Ok(())
    }

    fn statics(&mut self, reports: &[StaticReport]) -> Result<(), SinkError> {
        black_box(reports);
        Ok(())
    }
}

fn read(text: &str, format: Format) -> u64 {
    let feed = Feed::open(text.as_bytes(), Some(format), FeedOptions::default())
        .expect("a feed in memory opens");
    let report = feed.read(&mut Nowhere).expect("a feed in memory is read");
    assert_eq!(report.positions, u64::from(ROWS));
    report.positions
}

fn clock(row: u32) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        row / 3600 % 24,
        row / 60 % 60,
        row % 60
    )
}

/// Silt's own dialect, as the synthetic fleets are written.
fn silt_table() -> String {
    let mut text =
        "mmsi,time,lon,lat,sog_kn,cog_deg,heading_deg,nav_status,draught_m,synthetic\n".to_owned();
    for row in 0..ROWS {
        text.push_str(&format!(
            "{},2025-03-{:02}T{}.{:03}Z,{:.6},{:.6},{:.1},{:.1},{},{},{:.1},true\n",
            219_000_000 + row % 500,
            1 + row / 86_400,
            clock(row),
            row % 1000,
            3.0 + f64::from(row % 9973) / 9973.0,
            52.0 + f64::from(row % 7919) / 7919.0,
            f64::from(row % 160) / 10.0,
            f64::from(row % 3600) / 10.0,
            row % 360,
            row % 9,
            5.0 + f64::from(row % 30) / 10.0,
        ));
    }
    text
}

/// MarineCadastre, whose rows carry static columns.
fn marinecadastre_table() -> String {
    let mut text = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,\
                    Status,Length,Width,Draft,Cargo,TransceiverClass\n"
        .to_owned();
    for row in 0..ROWS {
        let vessel = row % 500;
        text.push_str(&format!(
            "{},2023-01-{:02}T{},{:.5},{:.5},{:.1},{:.1},{}.0,VESSEL {vessel},IMO9307839,WDI{vessel},\
             70,0.0,208.0,30.0,8.0,70.0,A\n",
            367_000_000 + vessel,
            1 + row / 86_400,
            clock(row),
            26.0 + f64::from(row % 7919) / 7919.0,
            -80.0 - f64::from(row % 9973) / 9973.0,
            f64::from(row % 160) / 10.0,
            f64::from(row % 3600) / 10.0,
            row % 360,
        ));
    }
    text
}

/// Positions of class A, each with a stamp before it as the Danish stations write it.
fn log() -> String {
    let sentence = |body: String| {
        let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
        format!("{body}*{sum:02X}\n")
    };
    let payloads = [
        "13@:`L001N0ded0O6Fp8wW<00<0t",
        "13Aq6h000KPem06Q9w23:ja>0HG?",
        "13ALbL0000PqhPFP3vMhR2Mn0800",
        "13uwg<03i@PqurHP0Mu=`bql0d12",
    ];
    let mut text = String::new();
    for row in 0..ROWS {
        let stamp = format!(
            "PGHP,1,2013,11,{},{},{},{},{},219,,2190067,1,62",
            12 + row / 86_400,
            row / 3600 % 24,
            row / 60 % 60,
            row % 60,
            row % 1000,
        );
        text.push_str("\\si:AISD*3F\\\n$");
        text.push_str(&sentence(stamp));
        text.push('!');
        text.push_str(&sentence(format!(
            "BSVDM,1,1,,A,{},0",
            payloads[row as usize % 4]
        )));
    }
    text
}

fn feeds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("feeds");
    group.sample_size(10);
    let cases = [
        ("csv silt, per row", silt_table(), Format::Csv),
        (
            "csv marinecadastre, per row",
            marinecadastre_table(),
            Format::Csv,
        ),
        ("nmea with stamps, per position", log(), Format::Nmea),
    ];
    for (name, text, format) in &cases {
        group.throughput(Throughput::Elements(u64::from(ROWS)));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| read(black_box(text), *format))
        });
    }
    group.finish();
}

fn fields(criterion: &mut Criterion) {
    criterion.bench_function("parse_decimal", |bencher| {
        bencher.iter(|| parse_decimal(black_box(b"-122.345678")));
    });
    criterion.bench_function("parse_time_ms", |bencher| {
        bencher.iter(|| parse_time_ms(black_box(b"2025-03-01T12:34:56.789Z"), &[TimeFormat::Iso]));
    });
}

criterion_group!(benches, feeds, fields);
criterion_main!(benches);
