//! From the rows given to rows that can be used: in order, each once, sentinels gone (METHODS 1.2).

use std::cmp::Ordering;

use crate::config::CleaningRules;
use crate::input::{PositionSlices, Positions, Vessel};
use crate::result::Quality;

/// Usable positions as columns. Missing values are NaN, nothing else is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    pub(crate) time_ms: Vec<i64>,
    pub(crate) lon_deg: Vec<f64>,
    pub(crate) lat_deg: Vec<f64>,
    pub(crate) sog_kn: Vec<f32>,
    pub(crate) cog_deg: Vec<f32>,
    pub(crate) heading_deg: Vec<f32>,
    pub(crate) draught_m: Vec<f32>,
    pub(crate) nav_status: Vec<u8>,
}

impl Track {
    fn with_capacity(rows: usize) -> Self {
        Self {
            time_ms: Vec::with_capacity(rows),
            lon_deg: Vec::with_capacity(rows),
            lat_deg: Vec::with_capacity(rows),
            sog_kn: Vec::with_capacity(rows),
            cog_deg: Vec::with_capacity(rows),
            heading_deg: Vec::with_capacity(rows),
            draught_m: Vec::with_capacity(rows),
            nav_status: Vec::with_capacity(rows),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.time_ms.len()
    }

    pub(crate) fn position(&self, row: usize) -> (f64, f64) {
        (self.lon_deg[row], self.lat_deg[row])
    }

    /// The same rows in another order.
    pub(crate) fn gather(&self, order: &[u32]) -> Self {
        fn pick<T: Copy>(column: &[T], order: &[u32]) -> Vec<T> {
            order.iter().map(|&row| column[row as usize]).collect()
        }
        Self {
            time_ms: pick(&self.time_ms, order),
            lon_deg: pick(&self.lon_deg, order),
            lat_deg: pick(&self.lat_deg, order),
            sog_kn: pick(&self.sog_kn, order),
            cog_deg: pick(&self.cog_deg, order),
            heading_deg: pick(&self.heading_deg, order),
            draught_m: pick(&self.draught_m, order),
            nav_status: pick(&self.nav_status, order),
        }
    }
}

/// Counts and leaves out what cannot be used, sorts what can, and keeps one row of each duplicate.
pub(crate) fn clean(
    positions: &Positions<'_>,
    vessel: &Vessel,
    rules: &CleaningRules,
    quality: &mut Quality,
) -> Track {
    let rows = positions.slices();
    quality.positions_in = positions.len() as u64;
    let usable = usable_rows(rows, vessel, rules, quality);

    let mut track = Track::with_capacity(usable.len());
    let mut place = 0;
    while place < usable.len() {
        let mut end = place + 1;
        let mut best = usable[place];
        while end < usable.len() && same_place_and_time(rows, usable[place], usable[end]) {
            if compare_rest(rows, usable[end], best) == Ordering::Less {
                best = usable[end];
            }
            end += 1;
        }
        quality.duplicates += (end - place - 1) as u64;
        push(&mut track, rows, best, vessel, quality);
        place = end;
    }
    quality.positions_used = track.len() as u64;
    track
}

/// Rows with a believable time and place that belong to the vessel, by time, longitude, latitude.
fn usable_rows(
    rows: &PositionSlices<'_>,
    vessel: &Vessel,
    rules: &CleaningRules,
    quality: &mut Quality,
) -> Vec<usize> {
    let valid_from_ms = vessel.valid_from_ms.unwrap_or(i64::MIN);
    let valid_until_ms = vessel.valid_until_ms;
    let mut usable = Vec::with_capacity(rows.time_ms.len());
    let mut is_sorted = true;
    for row in 0..rows.time_ms.len() {
        let (lon_deg, lat_deg) = (rows.lon_deg[row], rows.lat_deg[row]);
        // NaN fails both comparisons.
        let is_on_globe = lon_deg.abs() <= 180.0 && lat_deg.abs() <= 90.0;
        if !is_on_globe {
            quality.bad_coordinates += 1;
            continue;
        }
        let time_ms = rows.time_ms[row];
        if time_ms < rules.time_min_ms || time_ms >= rules.time_max_ms {
            quality.bad_times += 1;
            continue;
        }
        let is_past_validity = valid_until_ms.is_some_and(|until_ms| time_ms >= until_ms);
        if time_ms < valid_from_ms || is_past_validity {
            quality.outside_validity += 1;
            continue;
        }
        if let Some(&previous) = usable.last() {
            is_sorted &= compare_key(rows, previous, row) != Ordering::Greater;
        }
        usable.push(row);
    }
    if !is_sorted {
        usable.sort_unstable_by(|&a, &b| compare_key(rows, a, b));
    }
    usable
}

/// -180 and 180 degrees are one meridian, and the zeros are one number.
fn plain_lon(lon_deg: f64) -> f64 {
    if lon_deg == -180.0 {
        180.0
    } else {
        lon_deg + 0.0
    }
}

fn compare_key(rows: &PositionSlices<'_>, a: usize, b: usize) -> Ordering {
    rows.time_ms[a]
        .cmp(&rows.time_ms[b])
        .then_with(|| plain_lon(rows.lon_deg[a]).total_cmp(&plain_lon(rows.lon_deg[b])))
        .then_with(|| (rows.lat_deg[a] + 0.0).total_cmp(&(rows.lat_deg[b] + 0.0)))
}

fn same_place_and_time(rows: &PositionSlices<'_>, a: usize, b: usize) -> bool {
    compare_key(rows, a, b) == Ordering::Equal
}

/// Which of two duplicates says more: values before none, then the smaller, so that the choice does
/// not depend on the order of the rows.
fn compare_rest(rows: &PositionSlices<'_>, a: usize, b: usize) -> Ordering {
    let compare = |column: &[f32]| {
        let (left, right) = (column[a], column[b]);
        left.is_nan()
            .cmp(&right.is_nan())
            .then_with(|| (left + 0.0).total_cmp(&(right + 0.0)))
    };
    compare(rows.sog_kn)
        .then_with(|| compare(rows.cog_deg))
        .then_with(|| compare(rows.heading_deg))
        .then_with(|| compare(rows.draught_m))
        .then_with(|| rows.nav_status[a].cmp(&rows.nav_status[b]))
}

fn push(
    track: &mut Track,
    rows: &PositionSlices<'_>,
    row: usize,
    vessel: &Vessel,
    quality: &mut Quality,
) {
    track.time_ms.push(rows.time_ms[row]);
    track.lon_deg.push(plain_lon(rows.lon_deg[row]));
    track.lat_deg.push(rows.lat_deg[row] + 0.0);
    track.sog_kn.push(rows.sog_kn[row]);
    track.cog_deg.push(angle_or_nan(rows.cog_deg[row]));
    track.heading_deg.push(angle_or_nan(rows.heading_deg[row]));
    track
        .draught_m
        .push(believed_draught(rows.draught_m[row], vessel, quality));
    track.nav_status.push(rows.nav_status[row].min(15));
}

/// Course 360 and heading 511 mean "not available" (ITU-R M.1371).
fn angle_or_nan(degrees: f32) -> f32 {
    if (0.0..360.0).contains(&degrees) {
        degrees
    } else {
        f32::NAN
    }
}

/// Draught 0 means "not available" (ITU-R M.1371); 25.5 m is the largest that can be sent.
fn believed_draught(draught_m: f32, vessel: &Vessel, quality: &mut Quality) -> f32 {
    if draught_m.is_nan() || draught_m == 0.0 {
        return f32::NAN;
    }
    let is_below = draught_m < vessel.draught_min_m.unwrap_or(0.0);
    let is_above = draught_m > vessel.draught_max_m.unwrap_or(25.5);
    if is_below || is_above {
        quality.draughts_refused += 1;
        return f32::NAN;
    }
    draught_m
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
