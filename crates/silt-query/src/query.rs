//! Everything that a request selects by, together.

use geo_types::Coord;
use silt_index::snapshot::CollectionSnapshot;
use silt_model::FeatureId;

use crate::datetime::{TemporalField, Times, temporal_field};
use crate::filter::Filter;
use crate::filter::longitude::{bbox_holds, wrapped_bbox, wrapped_lon};
use crate::time::Period;
use crate::{Cancelled, Stop};

/// Rows between two questions whether to stop.
const BLOCK_ROWS: usize = 65_536;

/// What a request selects by; all that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// West, south, east, north in degrees; `west > east` goes across the antimeridian.
    pub bbox: Option<[f64; 4]>,
    /// Whether features without geometry are left out by `bbox`. OGC API Features 1.0.1
    /// (`/req/core/fc-bbox-response`) wants them in; tiles and maps want them out.
    pub bbox_needs_geometry: bool,
    /// Leaf regions, in any of which a feature lies; groups are expanded before.
    pub regions: Option<Vec<String>>,
    /// The parameter `datetime`; features without a time are always selected.
    pub datetime: Option<Period>,
    /// A CQL2 filter.
    pub filter: Option<&'a Filter>,
    /// Id of the source.
    pub source: Option<String>,
    /// Ids of features.
    pub ids: Option<Vec<FeatureId>>,
}

/// Rows of a snapshot, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Every row of so many.
    All(u32),
    /// These rows.
    Some(Vec<u32>),
}

impl Rows {
    /// Number of rows (`numberMatched`).
    pub fn len(&self) -> usize {
        match self {
            Rows::All(count) => *count as usize,
            Rows::Some(rows) => rows.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.from_row(0)
    }

    /// The rows from this one on, ascending.
    pub fn from_row(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        let (range, listed): (std::ops::Range<u32>, &[u32]) = match self {
            Rows::All(count) => (first.min(*count)..*count, &[]),
            Rows::Some(rows) => {
                let start = rows.partition_point(|&row| row < first);
                (0..0, &rows[start..])
            }
        };
        range.chain(listed.iter().copied())
    }

    fn as_list(&self) -> Option<&[u32]> {
        match self {
            Rows::All(_) => None,
            Rows::Some(rows) => Some(rows),
        }
    }

    /// The rows that pass a test.
    fn kept(&self, test: impl Fn(u32) -> bool, stop: Stop<'_>) -> Result<Rows, Cancelled> {
        let mut kept = Vec::new();
        for (count, row) in self.iter().enumerate() {
            if count % BLOCK_ROWS == 0 && stop() {
                return Err(Cancelled);
            }
            if test(row) {
                kept.push(row);
            }
        }
        Ok(Rows::Some(kept))
    }
}

impl Query<'_> {
    /// The rows selected. Starts from the ids, regions or box, whichever are given, and decides
    /// the rest row by row.
    ///
    /// # Errors
    /// [`Cancelled`] once `stop` returns true.
    pub fn rows(&self, snapshot: &CollectionSnapshot, stop: Stop<'_>) -> Result<Rows, Cancelled> {
        let mut rows = self.start(snapshot);
        if let Some(bbox) = self.bbox {
            rows = self.within_bbox(snapshot, wrapped_bbox(bbox), rows, stop)?;
        }
        if let Some(source) = &self.source {
            let sources = snapshot.sources();
            let code = sources.texts.iter().position(|own| own == source.as_str());
            rows = match code {
                Some(_) if sources.texts.len() == 1 => rows,
                Some(code) => rows.kept(|row| sources.codes[row as usize] == code as u32, stop)?,
                None => Rows::Some(Vec::new()),
            };
        }
        let field = self
            .datetime
            .and_then(|_| temporal_field(snapshot.schema()));
        if let (Some(period), Some(field)) = (self.datetime, field) {
            rows = within_time(snapshot, &field, period, &rows, stop)?;
        }
        match self.filter {
            Some(filter) => Ok(Rows::Some(filter.select(snapshot, rows.as_list(), stop)?)),
            None => Ok(rows),
        }
    }

    fn start(&self, snapshot: &CollectionSnapshot) -> Rows {
        let by_regions = |regions: &Vec<String>| snapshot.rows_in_regions(regions);
        let Some(ids) = &self.ids else {
            return match &self.regions {
                Some(regions) => Rows::Some(by_regions(regions)),
                None => Rows::All(snapshot.len() as u32),
            };
        };
        let mut rows: Vec<u32> = ids.iter().filter_map(|id| snapshot.row_of(id)).collect();
        rows.sort_unstable();
        rows.dedup();
        if let Some(regions) = &self.regions {
            let is_wanted = |row: &u32| {
                let mut own = snapshot.regions(*row);
                own.any(|id| regions.iter().any(|region| region.as_str() == id.as_ref()))
            };
            rows.retain(is_wanted);
        }
        Rows::Some(rows)
    }

    fn within_bbox(
        &self,
        snapshot: &CollectionSnapshot,
        bbox: [f64; 4],
        rows: Rows,
        stop: Stop<'_>,
    ) -> Result<Rows, Cancelled> {
        let has_no_geometry = |row: u32| snapshot.geometry_bounds(row).is_none();
        let keeps_unplaced = !self.bbox_needs_geometry;
        let [west, south, east, north] = bbox;
        let covers_all = snapshot.bounds().is_none_or(|[w, s, e, n]| {
            let all_lons = west <= -180.0 && east >= 180.0;
            south <= s && north >= n && (all_lons || (west <= w && east >= e))
        });
        if covers_all {
            if keeps_unplaced {
                return Ok(rows);
            }
            return rows.kept(|row| !has_no_geometry(row), stop);
        }
        if snapshot.is_all_points() && rows.as_list().is_some() {
            let meets = |row: u32| match snapshot.point(row) {
                Some(point) => {
                    let lon = wrapped_lon(point.x);
                    bbox_holds(bbox, Coord { x: lon, y: point.y })
                }
                None => keeps_unplaced,
            };
            return rows.kept(meets, stop);
        }
        let mut found = snapshot.rows_in_bbox(bbox);
        if keeps_unplaced {
            let unplaced = snapshot.rows_without_geometry();
            if !unplaced.is_empty() {
                found.extend(unplaced);
                found.sort_unstable();
            }
        }
        match rows {
            Rows::All(_) => Ok(Rows::Some(found)),
            Rows::Some(rows) => Ok(Rows::Some(shared(&rows, &found))),
        }
    }
}

fn within_time(
    snapshot: &CollectionSnapshot,
    field: &TemporalField,
    period: Period,
    rows: &Rows,
    stop: Stop<'_>,
) -> Result<Rows, Cancelled> {
    let times = Times::new(snapshot, field);
    rows.kept(|row| times.matches(row, &period), stop)
}

/// What two ascending lists share.
fn shared(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut rows = Vec::with_capacity(a.len().min(b.len()));
    let mut others = b.iter().copied().peekable();
    for &row in a {
        while others.next_if(|&other| other < row).is_some() {}
        if others.next_if_eq(&row).is_some() {
            rows.push(row);
        }
    }
    rows
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
