//! What the kernel reads: one vessel's positions as columns, and what a register says of it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The columns of one vessel's positions, row by row the same message. NaN (or the sentinel of ITU-R
/// M.1371) means "not available" in the four optional columns.
#[derive(Debug, Clone, Copy, Default)]
pub struct PositionSlices<'a> {
    /// Unix time, UTC, in milliseconds.
    pub time_ms: &'a [i64],
    /// Longitude, WGS84 degrees, -180 to 180.
    pub lon_deg: &'a [f64],
    /// Latitude, WGS84 degrees, -90 to 90.
    pub lat_deg: &'a [f64],
    /// Speed over ground in knots.
    pub sog_kn: &'a [f32],
    /// Course over ground in degrees from true north.
    pub cog_deg: &'a [f32],
    /// True heading in degrees.
    pub heading_deg: &'a [f32],
    /// Draught in metres, from the static report that held at that time.
    pub draught_m: &'a [f32],
    /// Navigational status of ITU-R M.1371; 15 is "not defined".
    pub nav_status: &'a [u8],
}

/// Columns of different lengths: no row can be told from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("column {column} has {found} rows where time_ms has {expected}")]
pub struct RaggedColumns {
    /// The first column whose length differs.
    pub column: &'static str,
    /// Rows of `time_ms`.
    pub expected: usize,
    /// Rows of that column.
    pub found: usize,
}

/// Positions of one vessel with columns of one length, in any order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Positions<'a>(PositionSlices<'a>);

impl<'a> Positions<'a> {
    /// Takes the columns.
    ///
    /// # Errors
    /// [`RaggedColumns`] when their lengths differ.
    pub fn new(slices: PositionSlices<'a>) -> Result<Self, RaggedColumns> {
        let expected = slices.time_ms.len();
        let lengths = [
            ("lon_deg", slices.lon_deg.len()),
            ("lat_deg", slices.lat_deg.len()),
            ("sog_kn", slices.sog_kn.len()),
            ("cog_deg", slices.cog_deg.len()),
            ("heading_deg", slices.heading_deg.len()),
            ("draught_m", slices.draught_m.len()),
            ("nav_status", slices.nav_status.len()),
        ];
        for (column, found) in lengths {
            if found != expected {
                return Err(RaggedColumns {
                    column,
                    expected,
                    found,
                });
            }
        }
        Ok(Self(slices))
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.time_ms.len()
    }

    /// True without a row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.time_ms.is_empty()
    }

    pub(crate) fn slices(&self) -> &PositionSlices<'a> {
        &self.0
    }
}

/// What a register says a vessel is; behaviour never changes it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum VesselKind {
    /// Trailing suction hopper dredger.
    Tshd,
    /// Cutter suction dredger.
    Cutter,
    /// Backhoe (or grab) dredger.
    Backhoe,
    /// Known to be something else.
    Other,
    /// Nothing is known.
    #[default]
    Unknown,
}

/// One vessel as a register describes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vessel {
    /// The MMSI that the positions carry.
    pub mmsi: u32,
    /// Type by register.
    #[serde(default)]
    pub kind: VesselKind,
    /// Hopper volume in m3. The kernel only checks that it is plausible.
    #[serde(default)]
    pub hopper_m3: Option<f64>,
    /// First instant at which the MMSI belongs to this hull (inclusive).
    #[serde(default)]
    pub valid_from_ms: Option<i64>,
    /// First instant at which it no longer does (exclusive).
    #[serde(default)]
    pub valid_until_ms: Option<i64>,
    /// Smallest draught the hull can have, in metres; reports below it are not believed.
    #[serde(default)]
    pub draught_min_m: Option<f32>,
    /// Largest draught the hull can have, in metres; reports above it are not believed.
    #[serde(default)]
    pub draught_max_m: Option<f32>,
}

impl Vessel {
    /// A vessel of which only number and type are known.
    #[must_use]
    pub fn new(mmsi: u32, kind: VesselKind) -> Self {
        Self {
            mmsi,
            kind,
            ..Self::default()
        }
    }
}
