//! Positions per second of the kernel on one core: a hopper dredger and a trawler of half a million
//! reports each, among 4,000 ports and a coast of 60,000 edges.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geo_types::{LineString, Polygon};
use silt_dredging::{
    Config, Places, Port, PositionSlices, Positions, Vessel, VesselKind, process_vessel,
};

const INTERVAL_MS: i64 = 10_000;
const POSITIONS: usize = 500_000;

#[derive(Default)]
struct Columns {
    time_ms: Vec<i64>,
    lon_deg: Vec<f64>,
    lat_deg: Vec<f64>,
    sog_kn: Vec<f32>,
    cog_deg: Vec<f32>,
    draught_m: Vec<f32>,
    nav_status: Vec<u8>,
}

impl Columns {
    fn positions(&self) -> Positions<'_> {
        Positions::new(PositionSlices {
            time_ms: &self.time_ms,
            lon_deg: &self.lon_deg,
            lat_deg: &self.lat_deg,
            sog_kn: &self.sog_kn,
            cog_deg: &self.cog_deg,
            heading_deg: &self.cog_deg,
            draught_m: &self.draught_m,
            nav_status: &self.nav_status,
        })
        .expect("columns of one length")
    }

    /// Sails on one course; speed and position carry a deterministic jitter as real reports do.
    fn sail(&mut self, place: &mut (f64, f64), minutes: f64, sog_kn: f64, cog_deg: f64) {
        let reports = (minutes * 60_000.0) as i64 / INTERVAL_MS;
        for _ in 0..reports {
            let row = self.time_ms.len() as i64;
            let jitter = ((row * 7919 % 101) as f64 - 50.0) / 50.0;
            let way_deg = sog_kn * INTERVAL_MS as f64 / 3_600_000.0 / 60.0;
            let course = cog_deg.to_radians();
            place.1 += way_deg * course.cos();
            place.0 += way_deg * course.sin() / place.1.to_radians().cos();
            self.time_ms.push(1_600_000_000_000 + row * INTERVAL_MS);
            self.lon_deg.push(place.0 + 1e-5 * jitter);
            self.lat_deg.push(place.1 - 1e-5 * jitter);
            self.sog_kn.push((sog_kn + 0.1 * jitter).max(0.0) as f32);
            self.cog_deg.push(cog_deg as f32);
            self.draught_m.push(5.0);
            self.nav_status.push(0);
        }
    }
}

fn dredger() -> Columns {
    let mut columns = Columns::default();
    let mut place = (3.0, 52.0);
    while columns.time_ms.len() < POSITIONS {
        columns.sail(&mut place, 90.0, 12.0, 0.0);
        for lane in 0..8 {
            columns.sail(
                &mut place,
                15.0,
                1.6,
                if lane % 2 == 0 { 60.0 } else { 240.0 },
            );
        }
        columns.sail(&mut place, 108.0, 10.0, 180.0);
        columns.sail(&mut place, 150.0, 0.0, 0.0);
    }
    columns
}

fn trawler() -> Columns {
    let mut columns = Columns::default();
    let mut place = (3.0, 52.0);
    while columns.time_ms.len() < POSITIONS {
        columns.sail(&mut place, 80.0, 9.0, 0.0);
        for tow in 0..4 {
            let course = if tow % 2 == 0 { 30.0 } else { 210.0 };
            columns.sail(&mut place, 170.0, 3.8, course);
            columns.sail(&mut place, 15.0, 1.0, course);
        }
        columns.sail(&mut place, 80.0, 9.0, 180.0);
        columns.sail(&mut place, 400.0, 0.0, 0.0);
    }
    columns
}

fn places() -> Places {
    let mut ports = vec![Port {
        id: "home".to_owned(),
        lon_deg: 3.0,
        lat_deg: 52.0,
    }];
    for number in 0..4000 {
        ports.push(Port {
            id: format!("port {number}"),
            lon_deg: f64::from(number * 7919 % 3600) / 10.0 - 180.0,
            lat_deg: f64::from(number * 104_729 % 1300) / 10.0 - 60.0,
        });
    }
    let coast: Vec<(f64, f64)> = (0..60_000)
        .map(|step| {
            let turn = f64::from(step) / 60_000.0 * std::f64::consts::TAU;
            let radius = 20.0 + 0.5 * (turn * 400.0).sin();
            (24.2 + radius * turn.cos(), 52.0 + radius * turn.sin())
        })
        .collect();
    let land = Polygon::new(LineString::from(coast), Vec::new());
    Places::new(ports, &[land], Vec::new())
}

/// On a machine that does other work too, the time on the processor says more than the clock.
fn report_processor_time(name: &str, run: impl Fn() -> usize) {
    const RUNS: u32 = 5;
    let nanoseconds = || -> Option<f64> {
        let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    let before = nanoseconds();
    let cycles: Vec<usize> = (0..RUNS).map(|_| run()).collect();
    if let (Some(before), Some(after)) = (before, nanoseconds()) {
        let positions = f64::from(RUNS) * POSITIONS as f64;
        let million_per_s = positions / (after - before) * 1e3;
        eprintln!(
            "{name}: {} cycles, {million_per_s:.2} million positions per second of processor time",
            cycles[0]
        );
    }
}

fn kernel(criterion: &mut Criterion) {
    let places = places();
    let config = Config::default();
    let mut group = criterion.benchmark_group("process_vessel");
    group.sample_size(10);
    for (name, columns, kind) in [
        ("dredger", dredger(), VesselKind::Tshd),
        ("trawler", trawler(), VesselKind::Unknown),
    ] {
        let vessel = Vessel::new(244_000_001, kind);
        report_processor_time(name, || {
            process_vessel(black_box(columns.positions()), &vessel, &places, &config)
                .cycles
                .complete_count()
        });
        group.throughput(Throughput::Elements(columns.time_ms.len() as u64));
        group.bench_function(name, |bencher| {
            bencher
                .iter(|| process_vessel(black_box(columns.positions()), &vessel, &places, &config));
        });
    }
    group.finish();
}

criterion_group!(benches, kernel);
criterion_main!(benches);
