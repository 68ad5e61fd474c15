//! Positions in columns, and where they go.

use crate::static_report::StaticReport;

/// The most rows of a batch given to a [`Sink`].
pub const MAX_BATCH_ROWS: usize = 100_000;

/// What a sink may fail with.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Positions as a struct of arrays, all of one length, in the order of the feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PositionBatch {
    /// Vessel number.
    pub mmsi: Vec<u32>,
    /// Unix time in ms, UTC.
    pub time_ms: Vec<i64>,
    /// WGS84 longitude in degrees.
    pub lon_deg: Vec<f64>,
    /// WGS84 latitude in degrees.
    pub lat_deg: Vec<f64>,
    /// Speed over ground in kn; NaN: not available.
    pub sog_kn: Vec<f32>,
    /// Course over ground in degrees; NaN: not available.
    pub cog_deg: Vec<f32>,
    /// True heading in degrees; NaN: not available.
    pub heading_deg: Vec<f32>,
    /// Draught in m where the row itself carries one; NaN: not available.
    pub draught_m: Vec<f32>,
    /// Navigational status of ITU-R M.1371; 15: not defined.
    pub nav_status: Vec<u8>,
    /// The row is marked as synthetic by its file.
    pub synthetic: Vec<bool>,
}

/// One row of a [`PositionBatch`].
pub(crate) struct Position {
    pub(crate) mmsi: u32,
    pub(crate) time_ms: i64,
    pub(crate) lon_deg: f64,
    pub(crate) lat_deg: f64,
    pub(crate) sog_kn: f32,
    pub(crate) cog_deg: f32,
    pub(crate) heading_deg: f32,
    pub(crate) draught_m: f32,
    pub(crate) nav_status: u8,
    pub(crate) synthetic: bool,
}

impl PositionBatch {
    /// The number of positions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mmsi.len()
    }

    /// Whether there is no position.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mmsi.is_empty()
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.mmsi.clear();
        self.time_ms.clear();
        self.lon_deg.clear();
        self.lat_deg.clear();
        self.sog_kn.clear();
        self.cog_deg.clear();
        self.heading_deg.clear();
        self.draught_m.clear();
        self.nav_status.clear();
        self.synthetic.clear();
    }

    /// Adds the rows of another batch.
    pub fn extend(&mut self, other: &Self) {
        self.mmsi.extend_from_slice(&other.mmsi);
        self.time_ms.extend_from_slice(&other.time_ms);
        self.lon_deg.extend_from_slice(&other.lon_deg);
        self.lat_deg.extend_from_slice(&other.lat_deg);
        self.sog_kn.extend_from_slice(&other.sog_kn);
        self.cog_deg.extend_from_slice(&other.cog_deg);
        self.heading_deg.extend_from_slice(&other.heading_deg);
        self.draught_m.extend_from_slice(&other.draught_m);
        self.nav_status.extend_from_slice(&other.nav_status);
        self.synthetic.extend_from_slice(&other.synthetic);
    }

    pub(crate) fn push(&mut self, position: &Position) {
        self.mmsi.push(position.mmsi);
        self.time_ms.push(position.time_ms);
        self.lon_deg.push(position.lon_deg);
        self.lat_deg.push(position.lat_deg);
        self.sog_kn.push(position.sog_kn);
        self.cog_deg.push(position.cog_deg);
        self.heading_deg.push(position.heading_deg);
        self.draught_m.push(position.draught_m);
        self.nav_status.push(position.nav_status);
        self.synthetic.push(position.synthetic);
    }
}

/// Takes what a feed gives, in the order of the feed.
pub trait Sink {
    /// Takes at most [`MAX_BATCH_ROWS`] positions.
    ///
    /// # Errors
    /// Whatever stops the sink; reading ends with it.
    fn positions(&mut self, batch: &PositionBatch) -> Result<(), SinkError>;

    /// Takes static reports.
    ///
    /// # Errors
    /// Whatever stops the sink; reading ends with it.
    fn statics(&mut self, reports: &[StaticReport]) -> Result<(), SinkError>;
}

/// A sink that keeps everything: for tests and small files.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// All positions.
    pub positions: PositionBatch,
    /// All static reports.
    pub statics: Vec<StaticReport>,
}

impl Sink for Received {
    fn positions(&mut self, batch: &PositionBatch) -> Result<(), SinkError> {
        self.positions.extend(batch);
        Ok(())
    }

    fn statics(&mut self, reports: &[StaticReport]) -> Result<(), SinkError> {
        self.statics.extend_from_slice(reports);
        Ok(())
    }
}
