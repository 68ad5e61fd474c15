//! The reports of one vessel, by column.

use crate::truth::{Counts, StationaryWork, TruthCycle, TruthState};

/// Position reports in the order in which they were received.
#[derive(Debug, Clone, Default)]
pub struct Positions {
    /// Sender.
    pub mmsi: Vec<u32>,
    /// ms since 1970-01-01 UTC, by the sender's clock.
    pub time_ms: Vec<i64>,
    /// Degrees east, WGS84, -180 to 180.
    pub lon_deg: Vec<f64>,
    /// Degrees north.
    pub lat_deg: Vec<f64>,
    /// Speed over ground, kn; NaN: not available.
    pub sog_kn: Vec<f32>,
    /// Course over ground, degrees; NaN: not available.
    pub cog_deg: Vec<f32>,
    /// True heading, degrees; NaN: not available.
    pub heading_deg: Vec<f32>,
    /// Draught, m; NaN: not available.
    pub draught_m: Vec<f32>,
    /// ITU-R M.1371; 15: not defined.
    pub nav_status: Vec<u8>,
}

impl Positions {
    /// Number of reports.
    pub fn len(&self) -> usize {
        self.time_ms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.time_ms.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.mmsi.clear();
        self.time_ms.clear();
        self.lon_deg.clear();
        self.lat_deg.clear();
        self.sog_kn.clear();
        self.cog_deg.clear();
        self.heading_deg.clear();
        self.draught_m.clear();
        self.nav_status.clear();
    }

    pub(crate) fn reserve(&mut self, rows: usize) {
        self.mmsi.reserve(rows);
        self.time_ms.reserve(rows);
        self.lon_deg.reserve(rows);
        self.lat_deg.reserve(rows);
        self.sog_kn.reserve(rows);
        self.cog_deg.reserve(rows);
        self.heading_deg.reserve(rows);
        self.draught_m.reserve(rows);
        self.nav_status.reserve(rows);
    }

    pub(crate) fn push(&mut self, row: &Row) {
        self.mmsi.push(row.mmsi);
        self.time_ms.push(row.time_ms);
        self.lon_deg.push(row.lon_deg);
        self.lat_deg.push(row.lat_deg);
        self.sog_kn.push(row.sog_kn);
        self.cog_deg.push(row.cog_deg);
        self.heading_deg.push(row.heading_deg);
        self.draught_m.push(row.draught_m);
        self.nav_status.push(row.nav_status);
    }

    #[cfg(test)]
    pub(crate) fn row(&self, index: usize) -> Row {
        Row {
            mmsi: self.mmsi[index],
            time_ms: self.time_ms[index],
            lon_deg: self.lon_deg[index],
            lat_deg: self.lat_deg[index],
            sog_kn: self.sog_kn[index],
            cog_deg: self.cog_deg[index],
            heading_deg: self.heading_deg[index],
            draught_m: self.draught_m[index],
            nav_status: self.nav_status[index],
        }
    }
}

/// To the bit, so that values which are not available equal each other.
impl PartialEq for Positions {
    fn eq(&self, other: &Positions) -> bool {
        let same = |a: &[f32], b: &[f32]| {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits())
        };
        self.mmsi == other.mmsi
            && self.time_ms == other.time_ms
            && self.lon_deg == other.lon_deg
            && self.lat_deg == other.lat_deg
            && same(&self.sog_kn, &other.sog_kn)
            && same(&self.cog_deg, &other.cog_deg)
            && same(&self.heading_deg, &other.heading_deg)
            && same(&self.draught_m, &other.draught_m)
            && self.nav_status == other.nav_status
    }
}

/// One report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) mmsi: u32,
    pub(crate) time_ms: i64,
    pub(crate) lon_deg: f64,
    pub(crate) lat_deg: f64,
    pub(crate) sog_kn: f32,
    pub(crate) cog_deg: f32,
    pub(crate) heading_deg: f32,
    pub(crate) draught_m: f32,
    pub(crate) nav_status: u8,
}

/// What was done to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowDefect {
    /// Noise only.
    None,
    /// It repeats the row before.
    Duplicate,
    /// Its position is far off.
    Spike,
    /// Its time is too early.
    ClockBackwards,
    /// Its time lies in the future.
    ClockFuture,
    /// It lacks speed, course and heading.
    Missing,
}

impl RowDefect {
    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            RowDefect::None => "none",
            RowDefect::Duplicate => "duplicate",
            RowDefect::Spike => "spike",
            RowDefect::ClockBackwards => "clock_backwards",
            RowDefect::ClockFuture => "clock_future",
            RowDefect::Missing => "missing",
        }
    }
}

/// Where the vessel really was; row i belongs to report i.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TruePositions {
    /// True time, ms since 1970-01-01 UTC; never falling.
    pub time_ms: Vec<i64>,
    /// Degrees east, -180 to 180.
    pub lon_deg: Vec<f64>,
    /// Degrees north.
    pub lat_deg: Vec<f64>,
    /// Speed over ground, kn.
    pub sog_kn: Vec<f32>,
    /// What was done to the report.
    pub defect: Vec<RowDefect>,
}

/// Everything of one vessel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VesselTrack {
    /// Number of the vessel in its fleet.
    pub vessel: u32,
    /// Its reports.
    pub positions: Positions,
    /// States that cover the window without gap or overlap.
    pub truth_states: Vec<TruthState>,
    /// Cycles that touch the window; of hopper dredgers.
    pub truth_cycles: Vec<TruthCycle>,
    /// Work of cutters and backhoes that touches the window.
    pub truth_work: Vec<StationaryWork>,
    /// True positions, where asked for.
    pub truth_positions: Option<TruePositions>,
    /// How often what was put in.
    pub counts: Counts,
}
