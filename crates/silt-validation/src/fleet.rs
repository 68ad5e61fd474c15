//! One synthetic fleet through the kernel, by the way that real positions go: grouped by MMSI, read
//! once per hull that a register knows under it, else once as a vessel of which nothing is known.

use std::collections::BTreeMap;

use geo_types::Polygon;
use silt_dredging::{
    Places, Port, PositionSlices, Positions as KernelPositions, Vessel, VesselKind, VesselResult,
    process_vessel,
};
use silt_synth::{
    Fleet, Identity, SynthVessel, TrueState, VesselKind as TrueKind, VesselTrack, sites,
};

use crate::config::ValidationConfig;

/// A fleet, its truth, and what the kernel made of it.
pub(crate) struct ReadFleet {
    pub(crate) fleet: Fleet,
    pub(crate) vessels: Vec<ReadVessel>,
}

/// One vessel.
pub(crate) struct ReadVessel {
    pub(crate) track: VesselTrack,
    /// One result per identity of a dredger; one at most of another vessel.
    pub(crate) results: Vec<VesselResult>,
    /// A hopper dredger read as if no register knew it.
    pub(crate) by_behaviour: Vec<VesselResult>,
    /// Speeds that a hopper dredger reports at full hours, kn, with what it did then.
    pub(crate) snapshots: Vec<(TrueState, f32)>,
    /// Stretches of the window in which it was not heard, in order.
    pub(crate) silences: Vec<(i64, i64)>,
}

/// The ports of the synthetic sites, and land.
pub(crate) fn synthetic_places(land: &[Polygon<f64>]) -> Places {
    let ports = sites().iter().map(|site| Port {
        id: format!("synthetic-{}", site.port_name),
        lon_deg: site.port.lon,
        lat_deg: site.port.lat,
    });
    Places::new(ports.collect(), land, Vec::new())
}

/// Makes the tracks of a fleet and reads them.
pub(crate) fn read_fleet(fleet: Fleet, places: &Places, config: &ValidationConfig) -> ReadFleet {
    let kernel = &config.kernel;
    let window = (fleet.config().start_ms, fleet.config().end_ms());
    let count = fleet.vessels().len() as u32;
    let mut tracks: Vec<VesselTrack> = (0..count).map(|index| fleet.track(index)).collect();
    let columns = by_mmsi(&tracks);
    let mut vessels: Vec<ReadVessel> = Vec::with_capacity(tracks.len());
    for mut track in tracks.drain(..) {
        let is_hopper = fleet.vessels()[track.vessel as usize].kind == TrueKind::Tshd;
        let snapshots = if is_hopper {
            snapshots_of(&track)
        } else {
            Vec::new()
        };
        let silences = silences_of(&track, window, config.heard_gap_s);
        // The truth is what is still needed of a track.
        track.positions = silt_synth::Positions::default();
        vessels.push(ReadVessel {
            track,
            results: Vec::new(),
            by_behaviour: Vec::new(),
            snapshots,
            silences,
        });
    }
    let hulls = hulls_by_mmsi(fleet.vessels());
    for (mmsi, positions) in &columns {
        let senders = hulls.get(mmsi).map_or(&[][..], Vec::as_slice);
        let mut is_registered = false;
        for (vessel, identity) in senders {
            if !vessel.kind.is_dredger() {
                continue;
            }
            is_registered = true;
            let read = &mut vessels[vessel.index as usize];
            let hull = hull_of(vessel, identity, kernel_kind(vessel.kind));
            let result = process_vessel(positions.slices(), &hull, places, kernel);
            read.results.push(result);
            if vessel.kind == TrueKind::Tshd && !vessel.shares_mmsi {
                let unknown = hull_of(vessel, identity, VesselKind::Unknown);
                let result = process_vessel(positions.slices(), &unknown, places, kernel);
                read.by_behaviour.push(result);
            }
        }
        if let (false, Some((vessel, _))) = (is_registered, senders.first()) {
            let unknown = Vessel::new(*mmsi, VesselKind::Unknown);
            let result = process_vessel(positions.slices(), &unknown, places, kernel);
            vessels[vessel.index as usize].results.push(result);
        }
    }
    ReadFleet { fleet, vessels }
}

fn kernel_kind(kind: TrueKind) -> VesselKind {
    match kind {
        TrueKind::Tshd => VesselKind::Tshd,
        TrueKind::Cutter => VesselKind::Cutter,
        TrueKind::Backhoe => VesselKind::Backhoe,
        _ => VesselKind::Unknown,
    }
}

fn hull_of(vessel: &SynthVessel, identity: &Identity, kind: VesselKind) -> Vessel {
    Vessel {
        hopper_m3: vessel.register_hopper_m3,
        valid_from_ms: Some(identity.valid_from_ms),
        valid_until_ms: identity.valid_to_ms,
        ..Vessel::new(identity.mmsi, kind)
    }
}

type Senders<'a> = BTreeMap<u32, Vec<(&'a SynthVessel, &'a Identity)>>;

fn hulls_by_mmsi(vessels: &[SynthVessel]) -> Senders<'_> {
    let mut hulls = Senders::new();
    for vessel in vessels {
        for identity in &vessel.identities {
            let senders = hulls.entry(identity.mmsi).or_default();
            senders.push((vessel, identity));
        }
    }
    hulls
}

/// Positions of one MMSI.
#[derive(Default)]
struct Columns {
    time_ms: Vec<i64>,
    lon_deg: Vec<f64>,
    lat_deg: Vec<f64>,
    sog_kn: Vec<f32>,
    cog_deg: Vec<f32>,
    heading_deg: Vec<f32>,
    draught_m: Vec<f32>,
    nav_status: Vec<u8>,
}

impl Columns {
    fn push(&mut self, from: &silt_synth::Positions, row: usize) {
        self.time_ms.push(from.time_ms[row]);
        self.lon_deg.push(from.lon_deg[row]);
        self.lat_deg.push(from.lat_deg[row]);
        self.sog_kn.push(from.sog_kn[row]);
        self.cog_deg.push(from.cog_deg[row]);
        self.heading_deg.push(from.heading_deg[row]);
        self.draught_m.push(from.draught_m[row]);
        self.nav_status.push(from.nav_status[row]);
    }

    fn slices(&self) -> KernelPositions<'_> {
        KernelPositions::new(PositionSlices {
            time_ms: &self.time_ms,
            lon_deg: &self.lon_deg,
            lat_deg: &self.lat_deg,
            sog_kn: &self.sog_kn,
            cog_deg: &self.cog_deg,
            heading_deg: &self.heading_deg,
            draught_m: &self.draught_m,
            nav_status: &self.nav_status,
        })
        .expect("rows are pushed to all columns at once")
    }
}

fn by_mmsi(tracks: &[VesselTrack]) -> BTreeMap<u32, Columns> {
    let mut columns: BTreeMap<u32, Columns> = BTreeMap::new();
    for track in tracks {
        for (row, &mmsi) in track.positions.mmsi.iter().enumerate() {
            columns.entry(mmsi).or_default().push(&track.positions, row);
        }
    }
    columns
}

const HOUR_MS: i64 = 3_600_000;
/// A report this much before a full hour stands for it, as a snapshot of last positions does
/// \[inferred\].
const SNAPSHOT_REACH_MS: i64 = 600_000;

/// The last speed before each full hour. Real dredgers were seen in snapshots, so this is what their
/// speeds can be compared with: every hour weighs the same, however often a vessel reports in it.
fn snapshots_of(track: &VesselTrack) -> Vec<(TrueState, f32)> {
    let mut newest: BTreeMap<i64, (i64, f32)> = BTreeMap::new();
    let positions = &track.positions;
    for (&time_ms, &sog_kn) in positions.time_ms.iter().zip(&positions.sog_kn) {
        let hour = time_ms.div_euclid(HOUR_MS) + 1;
        let is_near = hour * HOUR_MS - time_ms <= SNAPSHOT_REACH_MS;
        if !is_near || sog_kn.is_nan() {
            continue;
        }
        let known = newest.entry(hour).or_insert((time_ms, sog_kn));
        if time_ms >= known.0 {
            *known = (time_ms, sog_kn);
        }
    }
    let of_hour = |&(time_ms, sog_kn): &(i64, f32)| {
        let state = true_state_at(track, time_ms)?;
        Some((state, sog_kn))
    };
    newest.values().filter_map(of_hour).collect()
}

/// Stretches between reports that are longer than `gap_s`, the ends of the window among them.
fn silences_of(track: &VesselTrack, (from_ms, to_ms): (i64, i64), gap_s: f64) -> Vec<(i64, i64)> {
    let reports = track.positions.time_ms.iter().copied();
    let mut times_ms: Vec<i64> = reports
        .filter(|time_ms| (from_ms..to_ms).contains(time_ms))
        .chain([from_ms, to_ms])
        .collect();
    times_ms.sort_unstable();
    let pairs = times_ms.windows(2).map(|pair| (pair[0], pair[1]));
    pairs
        .filter(|(begin_ms, end_ms)| (end_ms - begin_ms) as f64 > gap_s * 1000.0)
        .collect()
}

/// What a vessel did at a time.
fn true_state_at(track: &VesselTrack, time_ms: i64) -> Option<TrueState> {
    let next = track
        .truth_states
        .partition_point(|state| state.start_ms <= time_ms);
    let state = track.truth_states.get(next.checked_sub(1)?)?;
    (time_ms < state.end_ms).then_some(state.state)
}
