//! Reading the archive vessel by vessel, whatever its size.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader, UInt32Type};
use silt_ais::PositionBatch;

use crate::archive::{Archive, ArchiveError, at, damaged, place_of};
use crate::columns::{extend_from, from_frame, numbers};

/// Positions of a bucket that are in memory at once, some 80 bytes each with the kernel's own
/// columns; a single vessel may have more.
const MOST_ROWS_AT_ONCE: usize = 2_000_000;

impl Archive {
    /// Passes the vessels of a bucket to `visit`, in the order of the archive, each with all its
    /// positions. They stand in the order of their months and imports, not of time. Of a large
    /// bucket only some vessels are in memory at once.
    ///
    /// # Errors
    /// A file cannot be read or is damaged.
    pub fn each_vessel(
        &self,
        bucket: u32,
        visit: impl FnMut(u32, PositionBatch),
    ) -> Result<(), ArchiveError> {
        self.each_vessel_within(bucket, MOST_ROWS_AT_ONCE, visit)
    }

    pub(crate) fn each_vessel_within(
        &self,
        bucket: u32,
        most_rows: usize,
        mut visit: impl FnMut(u32, PositionBatch),
    ) -> Result<(), ArchiveError> {
        let files = self.files_of(bucket)?;
        let mut rows = 0;
        for path in &files {
            rows += row_count(path)?;
        }
        if rows <= most_rows {
            let mut vessels = ByVessel::new();
            for path in &files {
                add_by_vessel(&mut vessels, &read_positions(path, None)?);
            }
            vessels
                .into_iter()
                .for_each(|((_, mmsi), positions)| visit(mmsi, positions));
            return Ok(());
        }
        let mut runs: Vec<Vec<Run>> = Vec::with_capacity(files.len());
        let mut rows_of: BTreeMap<Place, usize> = BTreeMap::new();
        for path in &files {
            let own = vessel_runs(path)?;
            for run in &own {
                *rows_of.entry(run.place).or_default() += run.rows.len();
            }
            runs.push(own);
        }
        for group in groups_within(&rows_of, most_rows) {
            let mut vessels = ByVessel::new();
            for (path, runs) in files.iter().zip(&runs) {
                // A file is sorted by vessel: a range of vessels is a range of rows.
                let mut inside = runs.iter().filter(|run| group.contains(&run.place));
                let Some(first) = inside.next() else {
                    continue;
                };
                let last = inside.next_back().unwrap_or(first);
                let range = first.rows.start..last.rows.end;
                add_by_vessel(&mut vessels, &read_positions(path, Some(range))?);
            }
            vessels
                .into_iter()
                .for_each(|((_, mmsi), positions)| visit(mmsi, positions));
        }
        Ok(())
    }
}

/// The place of a vessel in the order of the archive, and its MMSI.
type Place = (u64, u32);
type ByVessel = BTreeMap<Place, PositionBatch>;

/// The rows of one vessel in a file.
struct Run {
    place: Place,
    rows: Range<usize>,
}

fn vessel_runs(path: &Path) -> Result<Vec<Run>, ArchiveError> {
    let frame = open_parquet(path)?
        .with_columns(Some(vec!["mmsi".to_owned()]))
        .finish()
        .map_err(|error| damaged(path, error))?;
    let vessels = numbers::<UInt32Type>(&frame, "mmsi").map_err(|error| damaged(path, error))?;
    let mut start = 0;
    let runs = vessels.chunk_by(|a, b| a == b).map(|run| {
        let rows = start..start + run.len();
        start = rows.end;
        Run {
            place: place_of(run[0]),
            rows,
        }
    });
    Ok(runs.collect())
}

/// Ranges of vessels with at most `most_rows` rows each, where no single vessel has more.
fn groups_within(rows_of: &BTreeMap<Place, usize>, most_rows: usize) -> Vec<RangeInclusive<Place>> {
    let mut groups: Vec<RangeInclusive<Place>> = Vec::new();
    let mut rows_in_last = 0;
    for (&place, &rows) in rows_of {
        match groups.last_mut() {
            Some(last) if rows_in_last + rows <= most_rows => {
                *last = *last.start()..=place;
                rows_in_last += rows;
            }
            _ => {
                groups.push(place..=place);
                rows_in_last = rows;
            }
        }
    }
    groups
}

fn add_by_vessel(vessels: &mut ByVessel, positions: &PositionBatch) {
    let mut start = 0;
    for run in positions.mmsi.chunk_by(|a, b| a == b) {
        let rows = start..start + run.len();
        let vessel = vessels.entry(place_of(run[0])).or_default();
        extend_from(vessel, positions, rows.clone());
        start = rows.end;
    }
}

fn open_parquet(path: &Path) -> Result<ParquetReader<File>, ArchiveError> {
    Ok(ParquetReader::new(File::open(path).map_err(at(path))?))
}

fn row_count(path: &Path) -> Result<usize, ArchiveError> {
    let rows = open_parquet(path)?.num_rows();
    rows.map_err(|error| damaged(path, error))
}

fn read_positions(path: &Path, rows: Option<Range<usize>>) -> Result<PositionBatch, ArchiveError> {
    let reader = open_parquet(path)?.with_slice(rows.map(|rows| (rows.start, rows.len())));
    let frame = reader.finish().map_err(|error| damaged(path, error))?;
    from_frame(&frame).map_err(|error| damaged(path, error))
}
