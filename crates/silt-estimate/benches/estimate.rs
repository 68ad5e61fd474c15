//! `estimate` for a world fleet: 5,000 vessels, each in all of 100 groups, 1,000 draws.

use criterion::{Criterion, criterion_group, criterion_main};
use silt_estimate::{
    FactLimits, Group, Priors, Settings, StatedVessel, VesselFacts, VesselKind, WorkRow, estimate,
};

const VESSELS: u32 = 5_000;
const GROUPS: u32 = 100;

fn fleet(priors: &Priors) -> Vec<VesselFacts> {
    (0..VESSELS)
        .map(|index| {
            let kind = if index % 10 == 0 {
                VesselKind::Cutter
            } else {
                VesselKind::Tshd
            };
            let stated = StatedVessel {
                hopper_m3: (index % 3 == 0).then_some(5_000.0),
                length_m: Some(80.0 + f64::from(index % 100)),
                pipe_diameter_m: Some(0.8),
                ..StatedVessel::unknown(u64::from(index), kind)
            };
            VesselFacts::check(stated, &FactLimits::default(), priors).0
        })
        .collect()
}

fn world(criterion: &mut Criterion) {
    let priors = Priors::default();
    let facts = fleet(&priors);
    let groups = vec![Group::default(); GROUPS as usize];
    let work: Vec<WorkRow> = (0..VESSELS * GROUPS)
        .map(|index| WorkRow {
            group: index % GROUPS,
            vessel: index / GROUPS,
            complete_cycles: 1 + index % 30,
            incomplete_cycles: index % 3,
            dredge_hours: 80.0,
            dredge_hours_in_complete_cycles: 60.0,
            cutter_hours: 40.0,
        })
        .collect();
    let settings = Settings::default();
    let mut group = criterion.benchmark_group("estimate");
    group.sample_size(10);
    group.bench_function("5000_vessels_100_groups_1000_draws", |bencher| {
        bencher.iter(|| estimate(&groups, &facts, &work, &priors, &settings));
    });
    group.finish();
}

criterion_group!(benches, world);
criterion_main!(benches);
