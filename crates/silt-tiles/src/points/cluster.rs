//! Clusters: the points of a grid cell, drawn once at their mean position.

use std::ops::Range;

use super::{PointPyramid, WORLD_BITS, Window, prefix_of, rings_of};
use crate::content::{TileContent, What};
use crate::encode::CLUSTER_IDS_FROM;
use crate::{EXTENT_LOG2, TileId};

/// The grid that clusters are made on: 2^`cells_log2` cells per tile side.
///
/// The grid belongs to the world and not to a tile, so the tiles on both sides of an edge show the
/// same clusters in their buffers, with the same position, count and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterGrid {
    cells_log2: u8,
}

impl Default for ClusterGrid {
    /// 32 cells per tile side: 16 pixels of a tile drawn with 512.
    fn default() -> Self {
        Self { cells_log2: 5 }
    }
}

impl ClusterGrid {
    /// Finest level of the quad tree that has clusters; beyond it (1 m) points are drawn as themselves,
    /// and up to it the ids of clusters stay exact in a JavaScript number.
    const FINEST_LEVEL: u32 = 25;

    /// A grid of 2^`cells_log2` cells per tile side, 1 to 256.
    pub fn new(cells_log2: u8) -> Self {
        Self {
            cells_log2: cells_log2.min(8),
        }
    }

    /// Cells per tile side.
    pub fn cells_per_side(self) -> u32 {
        1 << self.cells_log2
    }

    fn level(self, tile: TileId) -> u32 {
        u32::from(tile.z()) + u32::from(self.cells_log2)
    }
}

/// Points of one cell: how many pass, where their sum lies, and one of them.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: u64,
    x: u64,
    y: u64,
    /// Place of the last point that passed.
    place: usize,
}

impl PointPyramid {
    /// Collects the clusters of the tile and its buffer; a cell with one point gives the point itself.
    ///
    /// Without filter a cell costs a binary search, however many points it has. With one, the points
    /// of the tile are passed once. Counts are exact, positions are the exact mean in world units.
    pub fn collect_clusters(
        &self,
        content: &mut TileContent,
        grid: ClusterGrid,
        filter: Option<&dyn Fn(u32) -> bool>,
    ) {
        let tile = content.tile;
        let level = grid.level(tile);
        if level > ClusterGrid::FINEST_LEVEL {
            self.collect_points(content, filter);
            return;
        }
        let buffer_units = content.options.buffer_units;
        let window = Window::new(tile, buffer_units);
        let shift = 2 * (WORLD_BITS - level);

        let inner = self.tile_range(tile);
        let mut place = inner.start;
        while place < inner.end {
            let prefix = prefix_of(self.codes[place], shift);
            let end = match filter {
                None => {
                    let end = self.end_of_prefix(place, inner.end, prefix, shift);
                    let sum = self.sum(place..end);
                    self.push_cell(content, &window, level, prefix, sum, 0);
                    end
                }
                Some(filter) => {
                    let (end, sum) = self.filtered_run(place, inner.end, prefix, shift, filter);
                    self.push_cell(content, &window, level, prefix, sum, 0);
                    end
                }
            };
            place = end;
        }

        let rings = rings_of(buffer_units, u32::from(grid.cells_log2).min(EXTENT_LOG2));
        for cell in self.cells_around(tile, level, rings) {
            let sum = match filter {
                None => self.sum(cell.range),
                Some(filter) => {
                    let Range { start, end } = cell.range;
                    self.filtered_run(start, end, cell.prefix, shift, filter).1
                }
            };
            self.push_cell(content, &window, level, cell.prefix, sum, cell.worlds);
        }
    }

    fn sum(&self, range: Range<usize>) -> Sum {
        let (before, after) = (self.sums[range.start], self.sums[range.end]);
        Sum {
            count: range.len() as u64,
            x: after[0] - before[0],
            y: after[1] - before[1],
            place: range.end.saturating_sub(1),
        }
    }

    /// The points of a cell that pass, and where the cell ends.
    fn filtered_run(
        &self,
        start: usize,
        limit: usize,
        prefix: u64,
        shift: u32,
        filter: &dyn Fn(u32) -> bool,
    ) -> (usize, Sum) {
        let end = self.end_of_prefix(start, limit, prefix, shift);
        let mut sum = Sum::default();
        for (place, &row) in (start..end).zip(&self.rows[start..end]) {
            // Without branches: a filter that passes half of the points cannot be predicted.
            let passes = filter(row);
            let mask = u64::from(passes).wrapping_neg();
            let (before, after) = (self.sums[place], self.sums[place + 1]);
            sum.count += u64::from(passes);
            sum.x += (after[0] - before[0]) & mask;
            sum.y += (after[1] - before[1]) & mask;
            sum.place = if passes { place } else { sum.place };
        }
        (end, sum)
    }

    fn push_cell(
        &self,
        content: &mut TileContent,
        window: &Window,
        level: u32,
        prefix: u64,
        sum: Sum,
        worlds: i64,
    ) {
        if sum.count == 0 {
            return;
        }
        let mean_x = (sum.x / sum.count) as i64 + (worlds << WORLD_BITS);
        let mean_y = (sum.y / sum.count) as i64;
        let Some(position) = window.local_position(mean_x, mean_y) else {
            return;
        };
        let what = if sum.count == 1 {
            What::Row(self.rows[sum.place])
        } else {
            What::Cluster {
                id: cluster_id(level, prefix),
                count: sum.count,
            }
        };
        content.push_point(what, position, 0);
    }
}

/// Number of a cell among all cells of all levels, above the ids of features.
fn cluster_id(level: u32, prefix: u64) -> u64 {
    let cells_of_coarser_levels = ((1_u64 << (2 * level)) - 1) / 3;
    CLUSTER_IDS_FROM + cells_of_coarser_levels + prefix
}
