//! What the kernel gives back, as columns of one length per table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::mixture::SpeedMixture;

/// What a vessel is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum State {
    /// Not known: no speed, or slow work of a vessel that is not known as a dredger.
    Unknown = 0,
    /// Below 0.5 kn, drifting or swinging at anchor.
    Idle = 1,
    /// Slow, but neither long enough nor where dredging is.
    Manoeuvre = 2,
    /// 5 kn or more.
    Transit = 3,
    /// Dredging; for cutter and backhoe dredgers the anchored pattern, of which a utilisation prior
    /// is the share that pumps.
    Dredge = 4,
    /// Discharging; the kind is beside it.
    Discharge = 5,
}

impl State {
    /// The name in files and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::Manoeuvre => "manoeuvre",
            Self::Transit => "transit",
            Self::Dredge => "dredge",
            Self::Discharge => "discharge",
        }
    }
}

/// How a load leaves the hopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum DischargeKind {
    /// At a quay: a stop in a port.
    Quay = 1,
    /// Pumping ashore: a stop near a coast outside ports.
    PumpAshore = 2,
    /// Rainbowing: slow, short, near a coast.
    Rainbow = 3,
    /// Dumping at sea.
    OffshoreDump = 4,
    /// Dumping or rainbowing, where no coast is known that would tell them apart.
    OffshoreDumpOrRainbow = 5,
}

impl DischargeKind {
    /// The name in files and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Quay => "quay",
            Self::PumpAshore => "pump_ashore",
            Self::Rainbow => "rainbow",
            Self::OffshoreDump => "offshore_dump",
            Self::OffshoreDumpOrRainbow => "offshore_dump_or_rainbow",
        }
    }
}

/// Why a cycle is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum IncompleteReason {
    /// No message for longer than a cycle can do without.
    Gap = 1,
    /// The record ends before a discharge.
    RecordEnd = 2,
    /// The segment ends and another begins elsewhere or a day later.
    SegmentEnd = 3,
    /// The vessel went away and dredged again, and no discharge was seen.
    NoDischarge = 4,
    /// Neither distance, draught nor speed says that a load was moved.
    NotALoad = 5,
    /// More speaks against a dredging cycle than for it.
    WeakEvidence = 6,
}

impl IncompleteReason {
    /// The name in files and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::RecordEnd => "record_end",
            Self::SegmentEnd => "segment_end",
            Self::NoDischarge => "no_discharge",
            Self::NotALoad => "not_a_load",
            Self::WeakEvidence => "weak_evidence",
        }
    }
}

/// What a cycle was for, where a layer allows to say so (METHODS 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Purpose {
    /// No layer says.
    Unknown = 0,
    /// Dredged inside a licence area.
    Extraction = 1,
    /// Dredged in a channel or port and dumped at sea.
    Maintenance = 2,
    /// Rainbowed or pumped ashore at a coast.
    ReclamationOrNourishment = 3,
    /// Landed at a wharf.
    Aggregates = 4,
}

impl Purpose {
    /// The name in files and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Extraction => "extraction",
            Self::Maintenance => "maintenance",
            Self::ReclamationOrNourishment => "reclamation_or_nourishment",
            Self::Aggregates => "aggregates",
        }
    }
}

/// Bits of [`CycleColumns::flags`].
pub mod cycle_flags {
    /// The record, or the segment, begins during the dredging.
    pub const DREDGE_START_UNOBSERVED: u32 = 1;
    /// No next dredging was seen, so there is no empty transit.
    pub const NO_RETURN_OBSERVED: u32 = 1 << 1;
    /// The stop at the berth is longer than a discharge.
    pub const LONG_DISCHARGE: u32 = 1 << 2;
    /// Several places could be the discharge; the likeliest was taken.
    pub const DISCHARGE_AMBIGUOUS: u32 = 1 << 3;
    /// The load came from several grounds.
    pub const SEVERAL_GROUNDS: u32 = 1 << 4;
    /// Hours without messages lie within it; they are counted nowhere.
    pub const GAP_WITHIN: u32 = 1 << 5;
    /// Dredging and discharge lie closer than the distance that makes a cycle.
    pub const NEAR_DISCHARGE: u32 = 1 << 6;
    /// The draught rose.
    pub const DRAUGHT_ROSE: u32 = 1 << 7;
    /// Loaded and empty speed differ.
    pub const SPEEDS_DIFFER: u32 = 1 << 8;
    /// The vessel is not known as a dredger; the cycle rests on behaviour alone.
    pub const BY_BEHAVIOUR: u32 = 1 << 9;
    /// The MMSI is shared by several transmitters.
    pub const SHARED_MMSI: u32 = 1 << 10;
    /// Most speeds were derived from positions.
    pub const SPEED_DERIVED: u32 = 1 << 11;

    /// Names of the bits that are set, lowest first.
    #[must_use]
    pub fn names(flags: u32) -> Vec<&'static str> {
        const NAMES: [&str; 12] = [
            "dredge_start_unobserved",
            "no_return_observed",
            "long_discharge",
            "discharge_ambiguous",
            "several_grounds",
            "gap_within",
            "near_discharge",
            "draught_rose",
            "speeds_differ",
            "by_behaviour",
            "shared_mmsi",
            "speed_derived",
        ];
        NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| flags & (1 << bit) != 0)
            .map(|(_, name)| *name)
            .collect()
    }
}

/// What was counted on the way. `positions_in` is the sum of `positions_used`, `duplicates`,
/// `bad_coordinates`, `bad_times` and `outside_validity`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Quality {
    /// Rows given.
    pub positions_in: u64,
    /// Rows used.
    pub positions_used: u64,
    /// Rows with the time and place of another.
    pub duplicates: u64,
    /// Rows whose coordinates are missing or outside the globe (latitude 91, longitude 181, NaN).
    pub bad_coordinates: u64,
    /// Rows with a time that is not believed: before AIS, or in the future.
    pub bad_times: u64,
    /// Rows outside the dates for which the MMSI belongs to the vessel.
    pub outside_validity: u64,
    /// Rows at the instant of another, too far from it to be the same transmitter.
    pub same_time_conflicts: u64,
    /// Speeds that were not available or not believed.
    pub speeds_missing: u64,
    /// Of these, speeds derived from positions.
    pub speeds_derived: u64,
    /// Speeds replaced by the rolling median.
    pub speed_spikes: u64,
    /// Draughts that were outside the vessel's range.
    pub draughts_refused: u64,
    /// Segments.
    pub segments: u64,
    /// Segments of one position: most are position errors.
    pub lone_positions: u64,
    /// Segments that began because a position could not follow from any open segment.
    pub jumps: u64,
    /// Gaps within segments, across which no hours are counted.
    pub gaps: u64,
    /// Hours in those gaps.
    pub gap_hours: f64,
    /// Hours counted.
    pub observed_hours: f64,
    /// Median interval at rest, in seconds; NaN without one.
    pub median_interval_rest_s: f64,
    /// Median interval under way, in seconds; NaN without one.
    pub median_interval_moving_s: f64,
    /// Sum of the segments' spans over the time in which the vessel was heard, less one
    /// (treniformis).
    pub spoof_score: f64,
    /// Days with a position.
    pub active_days: u64,
    /// The spoof score is above its limit: several transmitters send this MMSI.
    pub shared_mmsi: bool,
    /// Most positions were too far apart in time for any hour to be counted.
    pub sparse: bool,
    /// The register's hopper volume is not a volume that a ship has.
    pub hopper_implausible: bool,
    /// Slow work in port, which is no dredging by the method.
    pub slow_hours_in_port: f64,
    /// Slow stretches refused as drifting or swinging at anchor.
    pub drift_bouts: u64,
    /// Chains of dredging, transit and discharge that the evidence does not support.
    pub cycles_refused: u64,
}

/// What a vessel's speeds and stops look like, whatever it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Behaviour {
    /// Hours below the idle speed.
    pub idle_hours: f64,
    /// Hours at dredging speeds.
    pub slow_hours: f64,
    /// Hours between dredging and transit.
    pub valley_hours: f64,
    /// Hours in transit.
    pub transit_hours: f64,
    /// Slow stretches that could be dredging by speed, length and place.
    pub work_bouts: u64,
    /// Hours in them.
    pub work_hours: f64,
    /// Chains of dredging, transit and discharge before evidence was weighed.
    pub chains: u64,
    /// The best evidence of a chain, 0 to 1; NaN without one.
    pub best_evidence: f64,
}

/// Counts of navigational status.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NavStatusStats {
    /// Positions per status, 0 to 15; other values count as 15.
    pub positions: [u64; 16],
    /// Of these, positions above the idle speed.
    pub moving: [u64; 16],
}

/// One row per segment, in order of their first position.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SegmentColumns {
    /// First position.
    pub start_ms: Vec<i64>,
    /// Last position.
    pub end_ms: Vec<i64>,
    /// Positions.
    pub positions: Vec<u64>,
    /// Hours counted.
    pub hours: Vec<f64>,
    /// Way between positions that are not across a gap, in metres.
    pub way_m: Vec<f64>,
    /// Longitude of the first position.
    pub lon_deg: Vec<f64>,
    /// Latitude of the first position.
    pub lat_deg: Vec<f64>,
}

/// One row per stretch of one state, by segment and time. Stretches of a segment follow each other
/// without overlap; between them there are only gaps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StateColumns {
    /// Row of the segment in [`SegmentColumns`].
    pub segment: Vec<u32>,
    /// State.
    pub state: Vec<State>,
    /// Kind of a discharge.
    pub discharge_kind: Vec<Option<DischargeKind>>,
    /// Start.
    pub start_ms: Vec<i64>,
    /// End.
    pub end_ms: Vec<i64>,
    /// Hours counted; less than end minus start when there is a gap within.
    pub hours: Vec<f64>,
    /// Positions.
    pub positions: Vec<u64>,
    /// Median speed in knots; NaN when no speed is known.
    pub sog_median_kn: Vec<f32>,
    /// Way between positions, in metres.
    pub way_m: Vec<f64>,
    /// Longitude of the position in the middle.
    pub lon_deg: Vec<f64>,
    /// Latitude of the position in the middle.
    pub lat_deg: Vec<f64>,
    /// Port in which the stretch begins.
    pub port_id: Vec<Option<String>>,
    /// Cycle of a dredging or discharge.
    pub cycle_id: Vec<Option<String>>,
}

/// One row per cycle, by dredge start. Times that were not observed are `None`, numbers NaN.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CycleColumns {
    /// MMSI and start of the dredging: `244476000-1384257600000`.
    pub cycle_id: Vec<String>,
    /// Row of the segment in [`SegmentColumns`].
    pub segment: Vec<u32>,
    /// Start of the dredging.
    pub dredge_start_ms: Vec<i64>,
    /// End of the dredging.
    pub dredge_end_ms: Vec<i64>,
    /// Start of the loaded transit.
    pub loaded_start_ms: Vec<Option<i64>>,
    /// End of the loaded transit.
    pub loaded_end_ms: Vec<Option<i64>>,
    /// Start of the discharge.
    pub discharge_start_ms: Vec<Option<i64>>,
    /// End of the discharge.
    pub discharge_end_ms: Vec<Option<i64>>,
    /// Start of the empty transit.
    pub empty_start_ms: Vec<Option<i64>>,
    /// End of the empty transit: the next dredging.
    pub empty_end_ms: Vec<Option<i64>>,
    /// Hours of dredging.
    pub dredge_hours: Vec<f64>,
    /// Hours under way loaded; waiting is not in it.
    pub loaded_hours: Vec<f64>,
    /// Hours of discharge.
    pub discharge_hours: Vec<f64>,
    /// Hours under way empty; waiting is not in it.
    pub empty_hours: Vec<f64>,
    /// Longitude of the dredging's centre on the sphere.
    pub dredge_lon_deg: Vec<f64>,
    /// Latitude of it.
    pub dredge_lat_deg: Vec<f64>,
    /// H3 cell of it.
    pub dredge_cell: Vec<u64>,
    /// Way dredged, in metres.
    pub dredge_way_m: Vec<f64>,
    /// Median speed while dredging.
    pub dredge_speed_kn: Vec<f32>,
    /// Longitude of the discharge's centre.
    pub discharge_lon_deg: Vec<f64>,
    /// Latitude of it.
    pub discharge_lat_deg: Vec<f64>,
    /// Kind of discharge.
    pub discharge_kind: Vec<Option<DischargeKind>>,
    /// Port of the discharge.
    pub port_id: Vec<Option<String>>,
    /// Great circle from dredging to discharge, in nautical miles.
    pub distance_nm: Vec<f64>,
    /// Median speed in transit, loaded.
    pub loaded_speed_kn: Vec<f32>,
    /// Median speed in transit, empty.
    pub empty_speed_kn: Vec<f32>,
    /// Draught loaded less draught empty, in metres.
    pub draught_rise_m: Vec<f32>,
    /// Purpose.
    pub purpose: Vec<Purpose>,
    /// Licence area of the dredging.
    pub licence_area_id: Vec<Option<String>>,
    /// Dredging, loaded transit and discharge were observed and make a cycle.
    pub complete: Vec<bool>,
    /// Why not.
    pub incomplete_reason: Vec<Option<IncompleteReason>>,
    /// Bits of [`cycle_flags`].
    pub flags: Vec<u32>,
    /// How much speaks for a dredging cycle, 0 to 1.
    pub evidence: Vec<f64>,
}

impl CycleColumns {
    /// Rows, complete or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cycle_id.len()
    }

    /// True without a row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cycle_id.is_empty()
    }

    /// Complete cycles: the ones that count.
    #[must_use]
    pub fn complete_count(&self) -> usize {
        self.complete.iter().filter(|&&complete| complete).count()
    }
}

/// One row per H3 cell and month (UTC) with dredging, by cell and month.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CellColumns {
    /// H3 cell.
    pub cell: Vec<u64>,
    /// Month as YYYYMM.
    pub month: Vec<i32>,
    /// Hours of dredging. An hour belongs to the message that ends it.
    pub dredge_hours: Vec<f64>,
    /// Way dredged, in metres; a step belongs to the message that ends it.
    pub dredge_way_m: Vec<f64>,
    /// Messages.
    pub positions: Vec<u64>,
}

/// One line per stretch of one state, as nested offsets: row `i` has the parts
/// `part_offsets[i]..part_offsets[i + 1]`, part `p` the vertices
/// `vertex_offsets[p]..vertex_offsets[p + 1]`. A line that crosses the antimeridian has a part on
/// either side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackColumns {
    /// Row of the stretch in [`StateColumns`].
    pub state_row: Vec<u32>,
    /// State.
    pub state: Vec<State>,
    /// Start.
    pub start_ms: Vec<i64>,
    /// End.
    pub end_ms: Vec<i64>,
    /// Hours counted.
    pub hours: Vec<f64>,
    /// Parts of each row.
    pub part_offsets: Vec<u32>,
    /// Vertices of each part.
    pub vertex_offsets: Vec<u32>,
    /// Longitudes, -180 to 180.
    pub lon_deg: Vec<f64>,
    /// Latitudes.
    pub lat_deg: Vec<f64>,
}

impl Default for TrackColumns {
    fn default() -> Self {
        Self {
            state_row: Vec::new(),
            state: Vec::new(),
            start_ms: Vec::new(),
            end_ms: Vec::new(),
            hours: Vec::new(),
            part_offsets: vec![0],
            vertex_offsets: vec![0],
            lon_deg: Vec::new(),
            lat_deg: Vec::new(),
        }
    }
}

impl TrackColumns {
    /// The parts of one row as (longitude, latitude); empty when there is no such row.
    #[must_use]
    pub fn parts(&self, row: usize) -> Vec<Vec<(f64, f64)>> {
        let (Some(&first), Some(&last)) =
            (self.part_offsets.get(row), self.part_offsets.get(row + 1))
        else {
            return Vec::new();
        };
        (first as usize..last as usize)
            .map(|part| {
                let start = self.vertex_offsets[part] as usize;
                let end = self.vertex_offsets[part + 1] as usize;
                (start..end)
                    .map(|vertex| (self.lon_deg[vertex], self.lat_deg[vertex]))
                    .collect()
            })
            .collect()
    }
}

/// Everything that one vessel's positions say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VesselResult {
    /// The vessel.
    pub mmsi: u32,
    /// What was counted.
    pub quality: Quality,
    /// What its speeds look like.
    pub behaviour: Behaviour,
    /// Counts of navigational status.
    pub nav_status: NavStatusStats,
    /// Segments.
    pub segments: SegmentColumns,
    /// Stretches of one state.
    pub states: StateColumns,
    /// Cycles.
    pub cycles: CycleColumns,
    /// Dredging per cell and month.
    pub cells: CellColumns,
    /// Lines.
    pub tracks: TrackColumns,
    /// The vessel's own speeds, when a fit was made.
    pub mixture: Option<SpeedMixture>,
}

impl VesselResult {
    /// Hours per state; a state that never occurs is absent.
    #[must_use]
    pub fn hours_by_state(&self) -> BTreeMap<State, f64> {
        let mut hours = BTreeMap::new();
        for (state, stretch_hours) in self.states.state.iter().zip(&self.states.hours) {
            *hours.entry(*state).or_insert(0.0) += stretch_hours;
        }
        hours
    }
}
