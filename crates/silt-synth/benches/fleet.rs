//! Positions per second, made and written, on one core.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use silt_synth::write::PositionsCsv;
use silt_synth::{Fleet, FleetConfig, VesselTrack};

fn benches(criterion: &mut Criterion) {
    let config = FleetConfig {
        vessels: 20,
        days: 30,
        positions_per_vessel: Some(20_000),
        ..FleetConfig::default()
    };
    let fleet = Fleet::new(config).expect("a valid configuration");
    let mut track = VesselTrack::default();
    let rows: usize = (0..20)
        .map(|index| fleet.track(index).positions.len())
        .sum();

    let mut group = criterion.benchmark_group("fleet");
    group.sample_size(10);
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function("20 vessels, 20,000 positions each", |bencher| {
        bencher.iter(|| {
            for index in 0..20 {
                fleet.track_into(index, false, &mut track);
            }
        });
    });
    let tracks: Vec<VesselTrack> = (0..20).map(|index| fleet.track(index)).collect();
    group.bench_function("their CSV", |bencher| {
        bencher.iter(|| {
            let mut csv = PositionsCsv::new(std::io::sink(), None).expect("a sink takes all");
            for track in &tracks {
                csv.write(&track.positions).expect("a sink takes all");
            }
            csv.finish().expect("a sink takes all");
        });
    });
    group.finish();
}

criterion_group!(fleet, benches);
criterion_main!(fleet);
