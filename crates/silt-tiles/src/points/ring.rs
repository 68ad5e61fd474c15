//! The points in the margin around a tile.

use std::ops::Range;

use super::{PointPyramid, WORLD_BITS, prefix_of};
use crate::{TileId, morton};

/// A cell of the margin that holds points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RingCell {
    /// Morton code of the cell at its level.
    pub(super) prefix: u64,
    /// Its points.
    pub(super) range: Range<usize>,
    /// By how many worlds the cell's column was wrapped.
    pub(super) worlds: i64,
    /// Row, and column before it was wrapped.
    place: (i64, i64),
}

/// The cells of a level in some rings around a tile, as rows and columns that are not wrapped.
struct Ring {
    level: u32,
    tile: [Range<i64>; 2],
    margin: [Range<i64>; 2],
}

impl Ring {
    /// True when a square of the quad tree has a cell of the ring.
    fn meets(&self, x: i64, y: i64, side: i64) -> bool {
        let is_near = [(0, x), (1, y)].into_iter().all(|(axis, from)| {
            from < self.margin[axis].end && from + side > self.margin[axis].start
        });
        let is_inside = [(0, x), (1, y)].into_iter().all(|(axis, from)| {
            from >= self.tile[axis].start && from + side <= self.tile[axis].end
        });
        is_near && !is_inside
    }
}

impl PointPyramid {
    /// The cells of `level` in `rings` rings around the tile that hold points, row by row from the
    /// north. Rows outside the world do not exist; a cell may come twice at low zoom, on either side of
    /// the tile.
    ///
    /// The eight neighbours are looked up, and the cells within them: where points are few, so are
    /// the steps.
    pub(super) fn cells_around(&self, tile: TileId, level: u32, rings: u32) -> Vec<RingCell> {
        let rings = i64::from(rings);
        let zoom = u32::from(tile.z());
        let per_side = 1_i64 << (level - zoom);
        let span = |start: i64| start..start + per_side;
        let wider = |span: &Range<i64>| span.start - rings..span.end + rings;
        let own = [
            span(i64::from(tile.x()) * per_side),
            span(i64::from(tile.y()) * per_side),
        ];
        let ring = Ring {
            level,
            margin: [wider(&own[0]), wider(&own[1])],
            tile: own,
        };
        let mut found = Vec::new();
        let reach = (rings + per_side - 1) / per_side;
        let world = 1_i64 << zoom;
        let (x, y) = (i64::from(tile.x()), i64::from(tile.y()));
        for row in (y - reach).max(0)..(y + reach + 1).min(world) {
            for column in x - reach..=x + reach {
                if (column, row) == (x, y) {
                    continue;
                }
                let wrapped = column.rem_euclid(world);
                let range = self.cell_range(zoom, wrapped as u32, row as u32);
                let prefix = morton::encode(wrapped as u32, row as u32);
                let worlds = column.div_euclid(world);
                let corner = [column * per_side, row * per_side];
                self.descend(&ring, zoom, prefix, range, (worlds, corner), &mut found);
            }
        }
        found.sort_unstable_by_key(|cell| cell.place);
        found
    }

    /// Adds the cells of the ring in a square of the quad tree at `level`, whose points are `range`.
    fn descend(
        &self,
        ring: &Ring,
        level: u32,
        prefix: u64,
        range: Range<usize>,
        (worlds, [x, y]): (i64, [i64; 2]),
        found: &mut Vec<RingCell>,
    ) {
        let side = 1_i64 << (ring.level - level);
        if range.is_empty() || !ring.meets(x, y, side) {
            return;
        }
        if level == ring.level {
            found.push(RingCell {
                prefix,
                range,
                worlds,
                place: (y, x),
            });
            return;
        }
        let shift = 2 * (WORLD_BITS - level - 1);
        let half = side / 2;
        let mut start = range.start;
        for quadrant in 0..4_u64 {
            let child = prefix << 2 | quadrant;
            let members = &self.codes[start..range.end];
            let end = start + members.partition_point(|&code| prefix_of(code, shift) <= child);
            let corner = [
                x + half * (quadrant & 1) as i64,
                y + half * (quadrant >> 1) as i64,
            ];
            self.descend(ring, level + 1, child, start..end, (worlds, corner), found);
            start = end;
        }
    }
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
