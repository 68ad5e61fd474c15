//! What really happened, as far as anything here is real.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a vessel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrueState {
    /// In port, or a stationary dredger standing by.
    Idle,
    /// Slow passage in and out of port, or being towed to another place.
    Manoeuvre,
    /// Passage.
    Transit,
    /// Dredging: draghead or cutter at work.
    Dredge,
    /// Unloading, of any kind.
    Discharge,
    /// At anchor.
    Anchored,
    /// Adrift at sea, waiting.
    Waiting,
    /// A trawler with its gear out, or hauling it.
    Fishing,
    /// A tug with a tow.
    Towing,
    /// A survey ship on its lines.
    Survey,
}

impl TrueState {
    /// As written in files. `idle`, `manoeuvre`, `transit`, `dredge` and
    /// `discharge` are those of METHODS 1.4; the others are not states of a
    /// dredging cycle.
    pub fn as_str(self) -> &'static str {
        match self {
            TrueState::Idle => "idle",
            TrueState::Manoeuvre => "manoeuvre",
            TrueState::Transit => "transit",
            TrueState::Dredge => "dredge",
            TrueState::Discharge => "discharge",
            TrueState::Anchored => "anchored",
            TrueState::Waiting => "waiting",
            TrueState::Fishing => "fishing",
            TrueState::Towing => "towing",
            TrueState::Survey => "survey",
        }
    }
}

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TruthState {
    /// Begin, ms since 1970-01-01 UTC.
    pub start_ms: i64,
    /// End, exclusive; the begin of the next.
    pub end_ms: i64,
    /// What the vessel does.
    pub state: TrueState,
}

/// How a load is discharged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DischargeKind {
    /// At a quay: aggregates.
    Wharf,
    /// Pumped through a pipe at a shore: reclamation, nourishment.
    PumpAshore,
    /// Sprayed over the bow at a shore.
    Rainbow,
    /// Through bottom doors, at sea.
    Dump,
}

impl DischargeKind {
    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            DischargeKind::Wharf => "wharf",
            DischargeKind::PumpAshore => "pump_ashore",
            DischargeKind::Rainbow => "rainbow",
            DischargeKind::Dump => "dump",
        }
    }
}

/// One cycle of a hopper dredger. It may reach beyond the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TruthCycle {
    /// The MMSI sent when dredging began.
    pub mmsi: u32,
    /// Draghead down, ms since 1970-01-01 UTC.
    pub dredge_start_ms: i64,
    /// Draghead up.
    pub dredge_end_ms: i64,
    /// Begin of the discharge.
    pub discharge_start_ms: i64,
    /// End of the discharge.
    pub discharge_end_ms: i64,
    /// Middle of the dredging track, degrees.
    pub dredge_lon_deg: f64,
    /// Middle of the dredging track, degrees.
    pub dredge_lat_deg: f64,
    /// Place of discharge, degrees.
    pub discharge_lon_deg: f64,
    /// Place of discharge, degrees.
    pub discharge_lat_deg: f64,
    /// Mean speed over ground while dredging, kn.
    pub dredge_speed_kn: f64,
    /// How the load is discharged.
    pub kind: DischargeKind,
    /// Hopper volume, m3.
    pub hopper_m3: f64,
    /// Load, m3 in the hopper: `hopper_m3 * fill`.
    pub load_hopper_m3: f64,
    /// Fill factor, to four decimals.
    pub fill: f64,
    /// Bulk density in the hopper, t/m3, to four decimals.
    pub density_t_m3: f64,
    /// Mass, t: `hopper_m3 * fill * density_t_m3`.
    pub tonnes: f64,
    /// Longest silence between begin of dredging and end of discharge, s;
    /// time outside the window is silence.
    pub longest_gap_s: f64,
    /// Whether that is at most `complete_max_gap_s` and the MMSI did not change.
    pub complete_in_ais: bool,
    /// What breaks the rules.
    pub cases: CaseSet,
}

/// Work of a cutter or backhoe dredger without interruption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StationaryWork {
    /// The MMSI sent at the begin.
    pub mmsi: u32,
    /// Begin, ms since 1970-01-01 UTC.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Place, degrees.
    pub lon_deg: f64,
    /// Place, degrees.
    pub lat_deg: f64,
    /// Inner diameter of the pipe, m; 0 for a backhoe.
    pub pipe_diameter_m: f64,
    /// Velocity of the mixture, m/s; 0 for a backhoe.
    pub velocity_m_s: f64,
    /// Share of in-situ soil in the mixture; 0 for a backhoe.
    pub concentration: f64,
    /// Soil moved, m3 in situ.
    pub in_situ_m3: f64,
    /// Mass, t, at 1.95 t/m3 in situ.
    pub tonnes: f64,
}

/// A way in which rules are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Case {
    /// Dredging at 4 to 4.8 kn over ground.
    FastDredge,
    /// Dumping at 3 to 5 kn.
    FastDischarge,
    /// Dredging for 12 to 18 minutes.
    ShortDredge,
    /// Dumping within 1 nm of the place of dredging.
    NearDischarge,
    /// Drifting at sea before dredging.
    WaitingAdrift,
    /// 30 to 60 % of the usual load.
    HalfFull,
    /// 75 to 92 % of the usual load.
    ReducedLoad,
    /// One wrong status all the time.
    WrongStatus,
    /// A stretch at 2.5 to 3.5 kn.
    Fog,
    /// A tow at 2 to 3 kn.
    SlowTow,
    /// A trawler coming home at 3 kn.
    SlowReturn,
}

impl Case {
    /// Every case.
    pub const ALL: [Case; 11] = [
        Case::FastDredge,
        Case::FastDischarge,
        Case::ShortDredge,
        Case::NearDischarge,
        Case::WaitingAdrift,
        Case::HalfFull,
        Case::ReducedLoad,
        Case::WrongStatus,
        Case::Fog,
        Case::SlowTow,
        Case::SlowReturn,
    ];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Case::FastDredge => "fast_dredge",
            Case::FastDischarge => "fast_discharge",
            Case::ShortDredge => "short_dredge",
            Case::NearDischarge => "near_discharge",
            Case::WaitingAdrift => "waiting_adrift",
            Case::HalfFull => "half_full",
            Case::ReducedLoad => "reduced_load",
            Case::WrongStatus => "wrong_status",
            Case::Fog => "fog",
            Case::SlowTow => "slow_tow",
            Case::SlowReturn => "slow_return",
        }
    }
}

/// A set of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseSet(u16);

impl CaseSet {
    /// Adds a case.
    pub fn insert(&mut self, case: Case) {
        self.0 |= 1 << case as u16;
    }

    /// Whether a case is in the set.
    pub fn contains(self, case: Case) -> bool {
        self.0 & (1 << case as u16) != 0
    }

    /// The cases, in the order of [`Case::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Case> {
        Case::ALL
            .into_iter()
            .filter(move |case| self.contains(*case))
    }

    /// Names joined by `|`, as in the CSV files.
    pub fn to_text(self) -> String {
        let names: Vec<&str> = self.iter().map(Case::as_str).collect();
        names.join("|")
    }
}

impl Serialize for CaseSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// How often what was put into a track.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Reports made by the vessel and heard, before duplicates.
    pub reports: u64,
    /// Silences that swallowed at least one report.
    pub gaps: u64,
    /// Rows that repeat the row before.
    pub duplicates: u64,
    /// Positions far off.
    pub spikes: u64,
    /// Those of them in a wrong hemisphere.
    pub wrong_hemisphere: u64,
    /// Rows stamped too early.
    pub clock_backwards: u64,
    /// Rows stamped in the future.
    pub clock_future: u64,
    /// Rows without speed, course and heading, and with status 15.
    pub missing: u64,
    /// Changes of the MMSI.
    pub mmsi_changes: u64,
    /// Cases by kind: per cycle, per passage or per vessel.
    pub cases: BTreeMap<Case, u64>,
}

impl Counts {
    pub(crate) fn case(&mut self, case: Case) {
        *self.cases.entry(case).or_default() += 1;
    }

    /// Adds the counts of another track.
    pub fn add(&mut self, other: &Counts) {
        self.reports += other.reports;
        self.gaps += other.gaps;
        self.duplicates += other.duplicates;
        self.spikes += other.spikes;
        self.wrong_hemisphere += other.wrong_hemisphere;
        self.clock_backwards += other.clock_backwards;
        self.clock_future += other.clock_future;
        self.missing += other.missing;
        self.mmsi_changes += other.mmsi_changes;
        for (case, count) in &other.cases {
            *self.cases.entry(*case).or_default() += count;
        }
    }
}
