//! Hours and way of dredging per H3 cell and month.

use std::collections::HashMap;

use h3o::{CellIndex, LatLng, Resolution};

use crate::calendar::MonthClock;
use crate::config::CellRules;
use crate::labels::Stretch;
use crate::result::{CellColumns, State};
use crate::segments::Segments;
use crate::sphere::{distance_m, offset_m};

/// Cells from this resolution on are small enough to be flat.
const FLAT_RESOLUTION: u8 = 6;
/// Share of the distance to the nearest edge within which a position is surely in the cell.
const SURE_SHARE: f64 = 0.98;

/// The H3 cell of positions. Dredgers creep, so most positions lie well inside the cell of the one
/// before; only near its edge is the grid asked again.
pub(crate) struct CellFinder {
    resolution: Resolution,
    cell: u64,
    centre: (f64, f64),
    sure_m: f64,
}

impl CellFinder {
    pub(crate) fn new(rules: &CellRules) -> Self {
        Self {
            resolution: Resolution::try_from(rules.resolution.min(15)).unwrap_or(Resolution::Eight),
            cell: 0,
            centre: (0.0, 0.0),
            sure_m: -1.0,
        }
    }

    /// 0 for a position that is none.
    pub(crate) fn cell(&mut self, lon_deg: f64, lat_deg: f64) -> u64 {
        if self.sure_m > 0.0
            && distance_m(self.centre.0, self.centre.1, lon_deg, lat_deg) < self.sure_m
        {
            return self.cell;
        }
        let Ok(position) = LatLng::new(lat_deg, lon_deg) else {
            return 0;
        };
        let cell = position.to_cell(self.resolution);
        let number = u64::from(cell);
        if number != self.cell || self.sure_m < 0.0 {
            self.remember(cell);
        }
        number
    }

    fn remember(&mut self, cell: CellIndex) {
        let centre = LatLng::from(cell);
        self.cell = u64::from(cell);
        self.centre = (centre.lng(), centre.lat());
        self.sure_m = if u8::from(self.resolution) >= FLAT_RESOLUTION {
            SURE_SHARE * self.nearest_edge_m(cell)
        } else {
            0.0
        };
    }

    fn nearest_edge_m(&self, cell: CellIndex) -> f64 {
        let corners: Vec<(f64, f64)> = cell
            .boundary()
            .iter()
            .map(|corner| offset_m(self.centre, (corner.lng(), corner.lat())))
            .collect();
        let mut nearest_m = f64::INFINITY;
        for (number, &(x1, y1)) in corners.iter().enumerate() {
            let (x2, y2) = corners[(number + 1) % corners.len()];
            let length_m = libm::hypot(x2 - x1, y2 - y1);
            if length_m > 0.0 {
                nearest_m = nearest_m.min((x1 * y2 - x2 * y1).abs() / length_m);
            }
        }
        if nearest_m.is_finite() {
            nearest_m
        } else {
            0.0
        }
    }
}

/// Sums per cell and month.
pub(crate) struct CellSums {
    finder: CellFinder,
    clock: MonthClock,
    row_of: HashMap<(u64, i32), usize>,
    newest: Option<((u64, i32), usize)>,
    columns: CellColumns,
}

impl CellSums {
    pub(crate) fn new(rules: &CellRules) -> Self {
        Self {
            finder: CellFinder::new(rules),
            clock: MonthClock::new(),
            row_of: HashMap::new(),
            newest: None,
            columns: CellColumns::default(),
        }
    }

    /// Adds the dredging among a segment's stretches.
    pub(crate) fn add(&mut self, stretches: &[Stretch], segments: &Segments, intervals_ms: &[i32]) {
        let track = &segments.track;
        for stretch in stretches {
            if stretch.label.state != State::Dredge {
                continue;
            }
            for (row, &interval_ms) in intervals_ms
                .iter()
                .enumerate()
                .take(stretch.last + 1)
                .skip(stretch.first)
            {
                let cell = self.finder.cell(track.lon_deg[row], track.lat_deg[row]);
                let month = self.clock.month(track.time_ms[row]);
                let place = self.row(cell, month);
                self.columns.positions[place] += 1;
                if interval_ms > 0 {
                    self.columns.dredge_hours[place] += f64::from(interval_ms) / 3_600_000.0;
                    self.columns.dredge_way_m[place] += f64::from(segments.step_m[row]);
                }
            }
        }
    }

    fn row(&mut self, cell: u64, month: i32) -> usize {
        let key = (cell, month);
        if let Some((newest, place)) = self.newest
            && newest == key
        {
            return place;
        }
        let columns = &mut self.columns;
        let place = *self.row_of.entry(key).or_insert_with(|| {
            columns.cell.push(cell);
            columns.month.push(month);
            columns.dredge_hours.push(0.0);
            columns.dredge_way_m.push(0.0);
            columns.positions.push(0);
            columns.cell.len() - 1
        });
        self.newest = Some((key, place));
        place
    }

    /// The rows by cell and month.
    pub(crate) fn finish(self) -> CellColumns {
        let columns = self.columns;
        let mut order: Vec<usize> = (0..columns.cell.len()).collect();
        order.sort_unstable_by_key(|&row| (columns.cell[row], columns.month[row]));
        CellColumns {
            cell: order.iter().map(|&row| columns.cell[row]).collect(),
            month: order.iter().map(|&row| columns.month[row]).collect(),
            dredge_hours: order.iter().map(|&row| columns.dredge_hours[row]).collect(),
            dredge_way_m: order.iter().map(|&row| columns.dredge_way_m[row]).collect(),
            positions: order.iter().map(|&row| columns.positions[row]).collect(),
        }
    }
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
