//! The positions of a feed by vessel, and what vessels say of themselves.

use std::collections::BTreeMap;

use silt_ais::Received;
use silt_dredging::{PositionSlices, Positions};

/// Positions of one vessel.
#[derive(Debug, Default)]
pub(crate) struct Columns {
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
    /// As the kernel takes them.
    pub(crate) fn positions(&self) -> Positions<'_> {
        Positions::new(PositionSlices {
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

    /// First to last position.
    pub(crate) fn minutes(&self) -> f64 {
        let first_ms = self.time_ms.iter().min();
        let last_ms = self.time_ms.iter().max();
        first_ms
            .zip(last_ms)
            .map_or(0.0, |(first, last)| (last - first) as f64 / 60_000.0)
    }

    /// The lower median of the speeds.
    pub(crate) fn median_speed_kn(&self) -> Option<f64> {
        let mut speeds: Vec<f32> = self.sog_kn.clone();
        speeds.retain(|speed| !speed.is_nan());
        speeds.sort_unstable_by(f32::total_cmp);
        let middle = speeds.len().checked_sub(1)? / 2;
        // Tenths of a knot, as they are sent.
        Some((f64::from(speeds[middle]) * 10.0).round() / 10.0)
    }
}

/// Positions by vessel.
pub(crate) fn by_vessel(received: &Received) -> BTreeMap<u32, Columns> {
    let mut vessels: BTreeMap<u32, Columns> = BTreeMap::new();
    let batch = &received.positions;
    for row in 0..batch.len() {
        let columns = vessels.entry(batch.mmsi[row]).or_default();
        columns.time_ms.push(batch.time_ms[row]);
        columns.lon_deg.push(batch.lon_deg[row]);
        columns.lat_deg.push(batch.lat_deg[row]);
        columns.sog_kn.push(batch.sog_kn[row]);
        columns.cog_deg.push(batch.cog_deg[row]);
        columns.heading_deg.push(batch.heading_deg[row]);
        columns.draught_m.push(batch.draught_m[row]);
        columns.nav_status.push(batch.nav_status[row]);
    }
    vessels
}

/// What a vessel says of itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    pub(crate) name: Option<String>,
    pub(crate) ship_type: Option<u8>,
}

pub(crate) type Identities = BTreeMap<u32, Identity>;

/// The last word of each vessel.
pub(crate) fn identities(received: &Received) -> Identities {
    let mut reports: Vec<_> = received.statics.iter().collect();
    // Stable: where the source has no time, the order of the feed stays.
    reports.sort_by_key(|report| (report.mmsi, report.time_ms));
    let mut said = Identities::new();
    for report in reports {
        let identity = said.entry(report.mmsi).or_default();
        identity.ship_type = report.ship_type.or(identity.ship_type);
        if report.name.is_some() {
            identity.name.clone_from(&report.name);
        }
    }
    said
}
