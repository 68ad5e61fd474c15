//! Points sorted along the Morton curve: every tile and every cell of a grid is one range.

mod cells;
mod cluster;
mod ring;

use std::ops::Range;
use std::sync::OnceLock;

use crate::content::{TileContent, What};
use crate::mercator::point_position;
use crate::{EXTENT_LOG2, TileId, morton};

use cells::CellLevel;
pub use cells::{MAX_H3_RESOLUTION, h3_resolution_for_zoom};
pub use cluster::ClusterGrid;

/// Bits per axis of a point's world coordinates.
const WORLD_BITS: u32 = 32;

/// The buffer is looked up in at most 2^this cells per tile side.
const WIDEST_RING_LOG2: u32 = 6;

/// All points of a layer, ready for tiles of any zoom: 28 bytes per point.
///
/// Positions are Web Mercator in steps of a centimetre (32 bits per axis); latitudes end at 85.0511
/// degrees, longitudes wrap. A row may have several points.
pub struct PointPyramid {
    /// Morton codes, ascending.
    codes: Vec<u64>,
    /// Row of each point.
    rows: Vec<u32>,
    /// Sums of x and of y of all points before; one entry more than points. They make the mean
    /// position of any range exact and independent of its length.
    sums: Vec<[u64; 2]>,
    skipped: usize,
    cells: [OnceLock<CellLevel>; 16],
}

impl PointPyramid {
    /// Sorts points given as (row, longitude, latitude) in degrees.
    ///
    /// Points with a coordinate that is not a finite number are skipped and counted.
    pub fn build(points: impl IntoIterator<Item = (u32, f64, f64)>) -> Self {
        let mut skipped = 0;
        let mut sorted: Vec<(u64, u32)> = Vec::new();
        for (row, longitude, latitude) in points {
            match point_position(longitude, latitude) {
                Some((x, y)) => sorted.push((morton::encode(x, y), row)),
                None => skipped += 1,
            }
        }
        sorted.sort_unstable();
        let (codes, rows) = sorted.into_iter().unzip();
        Self::from_sorted(codes, rows, skipped)
    }

    fn from_sorted(codes: Vec<u64>, rows: Vec<u32>, skipped: usize) -> Self {
        let mut sums = Vec::with_capacity(codes.len() + 1);
        let mut sum = [0_u64; 2];
        sums.push(sum);
        for &code in &codes {
            let (x, y) = morton::decode(code);
            sum[0] += u64::from(x);
            sum[1] += u64::from(y);
            sums.push(sum);
        }
        Self {
            codes,
            rows,
            sums,
            skipped,
            cells: Default::default(),
        }
    }

    /// The points whose row passes `filter`, as a pyramid of its own.
    ///
    /// Worth keeping when several tiles are asked with one filter: it costs one pass over all points
    /// and 28 bytes per match, and its tiles equal those made with the filter, byte for byte.
    pub fn filtered(&self, filter: &dyn Fn(u32) -> bool) -> Self {
        let passes = |&i: &usize| filter(self.rows[i]);
        let matches: Vec<usize> = (0..self.rows.len()).filter(passes).collect();
        let codes = matches.iter().map(|&i| self.codes[i]).collect();
        let rows = matches.iter().map(|&i| self.rows[i]).collect();
        Self::from_sorted(codes, rows, 0)
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// True when there is no point.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Points left out because a coordinate was not a finite number.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Memory held, in bytes, with the H3 cells made so far.
    pub fn bytes(&self) -> usize {
        let cells: usize = self
            .cells
            .iter()
            .filter_map(OnceLock::get)
            .map(CellLevel::bytes)
            .sum();
        self.codes.capacity() * 8 + self.rows.capacity() * 4 + self.sums.capacity() * 16 + cells
    }

    /// Number of points in the tile, without its buffer; by two binary searches when unfiltered.
    pub fn count(&self, tile: TileId, filter: Option<&dyn Fn(u32) -> bool>) -> usize {
        let range = self.tile_range(tile);
        match filter {
            None => range.len(),
            Some(filter) => self.rows[range].iter().filter(|&&row| filter(row)).count(),
        }
    }

    /// True when a point lies in the tile or its buffer.
    pub fn holds(&self, tile: TileId, buffer_units: u32) -> bool {
        if !self.tile_range(tile).is_empty() {
            return true;
        }
        let window = Window::new(tile, buffer_units);
        let mut cells = self.around(tile, buffer_units).into_iter();
        cells.any(|(range, worlds)| {
            range
                .into_iter()
                .any(|i| window.local(self.codes[i], worlds).is_some())
        })
    }

    /// The tiles of zoom `z` with a point in them (not only in their buffer), along the Morton curve.
    pub fn tiles(&self, z: u8) -> impl Iterator<Item = TileId> {
        let zoom = z.min(crate::MAX_ZOOM);
        let mut next = 0;
        std::iter::from_fn(move || {
            let code = *self.codes.get(next)?;
            let shift = 2 * (WORLD_BITS - u32::from(zoom));
            let prefix = code.checked_shr(shift).unwrap_or(0);
            next = self.end_of_prefix(next, self.codes.len(), prefix, shift);
            let (x, y) = morton::decode(prefix);
            TileId::new(zoom, x, y).ok()
        })
    }

    /// Collects every point of the tile and its buffer as itself.
    ///
    /// When more than the tile's limit pass, an even sample along the Morton curve is collected.
    pub fn collect_points(&self, content: &mut TileContent, filter: Option<&dyn Fn(u32) -> bool>) {
        let tile = content.tile;
        let buffer_units = content.options.buffer_units;
        let window = Window::new(tile, buffer_units);
        let mut runs = vec![(self.tile_range(tile), 0)];
        runs.extend(self.around(tile, buffer_units));
        runs.sort_unstable_by_key(|(range, worlds)| (range.start, *worlds));

        let limit = content.options.max_features.max(1);
        let candidates: usize = runs.iter().map(|(range, _)| range.len()).sum();
        let mut places: Vec<(usize, i64)> = Vec::new();
        match filter {
            // Without a filter the sample needs no pass over the points.
            None if candidates > limit => {
                let mut before = 0;
                let mut wanted = (0..limit).map(|k| k * candidates / limit).peekable();
                for (range, worlds) in runs {
                    let after = before + range.len();
                    while let Some(place) = wanted.next_if(|&place| place < after) {
                        places.push((range.start + place - before, worlds));
                    }
                    before = after;
                }
                content.left_out += candidates - limit;
            }
            _ => {
                let passes = |i: usize| filter.is_none_or(|filter| filter(self.rows[i]));
                for (range, worlds) in runs {
                    places.extend(range.filter(|&i| passes(i)).map(|i| (i, worlds)));
                }
            }
        }

        let sample = places.len().min(limit);
        content.left_out += places.len() - sample;
        for k in 0..sample {
            let (i, worlds) = places[k * places.len() / sample];
            if let Some(position) = window.local(self.codes[i], worlds) {
                content.push_point(What::Row(self.rows[i]), position, 0);
            }
        }
    }

    /// Points in the tile itself.
    fn tile_range(&self, tile: TileId) -> Range<usize> {
        self.cell_range(u32::from(tile.z()), tile.x(), tile.y())
    }

    /// Points in a cell of the quad tree at `level`.
    fn cell_range(&self, level: u32, x: u32, y: u32) -> Range<usize> {
        let shift = 2 * (WORLD_BITS - level);
        let prefix = morton::encode(x, y);
        let start = self
            .codes
            .partition_point(|&code| prefix_of(code, shift) < prefix);
        let end = self.end_of_prefix(start, self.codes.len(), prefix, shift);
        start..end
    }

    /// End of the run of codes with `prefix` that begins at `start`: steps double, then halve, so a
    /// short run costs little.
    fn end_of_prefix(&self, start: usize, limit: usize, prefix: u64, shift: u32) -> usize {
        let mut low = start;
        let mut step = 1;
        while low + step < limit && prefix_of(self.codes[low + step], shift) <= prefix {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(limit);
        low + self.codes[low..high].partition_point(|&code| prefix_of(code, shift) <= prefix)
    }

    /// Ranges of the quad-tree cells that cover the buffer around the tile, without the tile, each
    /// with the number of worlds it lies away.
    fn around(&self, tile: TileId, buffer_units: u32) -> Vec<(Range<usize>, i64)> {
        let (level, rings) = if buffer_units == 0 {
            (u32::from(tile.z()), 0)
        } else {
            // Cells about as wide as the buffer, so that one ring of few cells covers it.
            let buffer_log2 = u32::BITS - (buffer_units - 1).leading_zeros();
            let cells_log2 = EXTENT_LOG2
                .saturating_sub(buffer_log2)
                .min(WIDEST_RING_LOG2);
            let level = u32::from(tile.z()) + cells_log2;
            (level, rings_of(buffer_units, cells_log2))
        };
        let cells = self.cells_around(tile, level, rings).into_iter();
        cells.map(|cell| (cell.range, cell.worlds)).collect()
    }
}

fn prefix_of(code: u64, shift: u32) -> u64 {
    code.checked_shr(shift).unwrap_or(0)
}

/// Rings of cells, 2^`cells_log2` per tile side, that cover the buffer.
fn rings_of(buffer_units: u32, cells_log2: u32) -> u32 {
    let cell_units = (1_u32 << EXTENT_LOG2) >> cells_log2.min(EXTENT_LOG2);
    buffer_units.div_ceil(cell_units.max(1))
}

/// A tile with its buffer, to bring world positions into tile units.
struct Window {
    zoom: u32,
    origin_x: i64,
    origin_y: i64,
    buffer: i64,
}

impl Window {
    fn new(tile: TileId, buffer_units: u32) -> Self {
        let zoom = u32::from(tile.z());
        let side = 1_i64 << (WORLD_BITS - zoom);
        Self {
            zoom,
            origin_x: i64::from(tile.x()) * side,
            origin_y: i64::from(tile.y()) * side,
            buffer: i64::from(buffer_units),
        }
    }

    /// Tile units of a point that lies `worlds` worlds away; none outside the buffer.
    fn local(&self, code: u64, worlds: i64) -> Option<[i32; 2]> {
        let (x, y) = morton::decode(code);
        self.local_position(i64::from(x) + (worlds << WORLD_BITS), i64::from(y))
    }

    fn local_position(&self, x: i64, y: i64) -> Option<[i32; 2]> {
        let units_x = self.units(x - self.origin_x);
        let units_y = self.units(y - self.origin_y);
        let range = -self.buffer..(1_i64 << EXTENT_LOG2) + self.buffer;
        if !range.contains(&units_x) || !range.contains(&units_y) {
            return None;
        }
        Some([units_x as i32, units_y as i32])
    }

    /// World units to tile units, rounded down on a grid that all tiles of the zoom share.
    fn units(&self, world_units: i64) -> i64 {
        (world_units << EXTENT_LOG2) >> (WORLD_BITS - self.zoom)
    }
}

#[cfg(test)]
#[path = "points_tests.rs"]
mod tests;
