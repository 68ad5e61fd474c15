//! Points counted by H3 cell.

use h3o::{CellIndex, LatLng, Resolution};

use super::{PointPyramid, WORLD_BITS};
use crate::content::{Item, ItemGeometry, TileContent, What};
use crate::mercator::{latitude_of_world, longitude_of_world};
use crate::morton;
use crate::shapes::{BoxIndex, Collector, ShapeStore};

/// Finest H3 resolution for tiles: cells of 0.0003 square kilometres, whose ids fit 52 bits.
pub const MAX_H3_RESOLUTION: u8 = 12;

/// The H3 resolution whose cells are a few hundred to a tile of this zoom: the coarsest with edges no
/// longer than 1/64 of the tile's side at the equator.
pub fn h3_resolution_for_zoom(zoom: u8) -> u8 {
    let tile_side_m = 40_075_016.7 / f64::from(1_u32 << zoom.min(crate::MAX_ZOOM));
    (0..MAX_H3_RESOLUTION)
        .find(|&resolution| {
            Resolution::try_from(resolution)
                .is_ok_and(|resolution| resolution.edge_length_m() <= tile_side_m / 64.0)
        })
        .unwrap_or(MAX_H3_RESOLUTION)
}

/// The cells of one resolution that hold points. Counts are complete: a cell is counted over all
/// points and not over those of a tile.
pub(super) struct CellLevel {
    cells: Vec<CellIndex>,
    /// Where the rows of each cell begin in `rows`; one entry more than cells.
    starts: Vec<u32>,
    rows: Vec<u32>,
    /// Outlines, in the order of `outline_cells`.
    outlines: ShapeStore,
    index: BoxIndex,
}

impl CellLevel {
    pub(super) fn bytes(&self) -> usize {
        self.cells.capacity() * 8
            + (self.starts.capacity() + self.rows.capacity()) * 4
            + self.outlines.bytes()
            + self.index.bytes()
    }

    fn build(pyramid: &PointPyramid, resolution: Resolution) -> Self {
        let side = (1_u64 << WORLD_BITS) as f64;
        let mut members: Vec<(CellIndex, u32)> = Vec::with_capacity(pyramid.len());
        let mut previous: Option<(u64, CellIndex)> = None;
        for (&code, &row) in pyramid.codes.iter().zip(&pyramid.rows) {
            let cell = match previous {
                Some((previous_code, cell)) if previous_code == code => cell,
                _ => {
                    let (x, y) = morton::decode(code);
                    let longitude = longitude_of_world(f64::from(x) / side);
                    let latitude = latitude_of_world(f64::from(y) / side);
                    LatLng::new(latitude, longitude)
                        .expect("world positions are finite")
                        .to_cell(resolution)
                }
            };
            previous = Some((code, cell));
            members.push((cell, row));
        }
        // Stable in row order within a cell is not needed: only counts leave this level.
        members.sort_unstable();

        let mut cells: Vec<CellIndex> = Vec::new();
        let mut starts = Vec::new();
        for (place, (cell, _)) in members.iter().enumerate() {
            if cells.last() != Some(cell) {
                cells.push(*cell);
                starts.push(place as u32);
            }
        }
        starts.push(members.len() as u32);

        let mut outlines = ShapeStore::default();
        for (place, cell) in cells.iter().enumerate() {
            let outline: Vec<[f64; 2]> = cell
                .boundary()
                .iter()
                .map(|corner| [corner.lng(), corner.lat()])
                .collect();
            outlines.push_outline(place as u32, &outline);
        }
        let index = outlines.sort_and_index();
        Self {
            cells,
            starts,
            rows: members.into_iter().map(|(_, row)| row).collect(),
            outlines,
            index,
        }
    }

    fn count(&self, cell: u32, filter: Option<&dyn Fn(u32) -> bool>) -> u64 {
        let members = self.starts[cell as usize] as usize..self.starts[cell as usize + 1] as usize;
        match filter {
            None => members.len() as u64,
            Some(filter) => self.rows[members]
                .iter()
                .filter(|&&row| filter(row))
                .count() as u64,
        }
    }
}

impl PointPyramid {
    /// Collects the H3 cells of `resolution` (at most [`MAX_H3_RESOLUTION`]) that touch the tile or its
    /// buffer and hold a point that passes, as polygons with `h3` and `point_count`.
    ///
    /// Counts are of the whole cell, whatever the tile cuts off. The first call for a resolution
    /// finds the cell of every point, about a microsecond each; see [`Self::prepare_cells`].
    pub fn collect_cells(
        &self,
        content: &mut TileContent,
        resolution: u8,
        filter: Option<&dyn Fn(u32) -> bool>,
    ) {
        let level = self.cell_level(resolution);
        let mut collector = Collector::new(content.tile, content.options.buffer_units);
        let mut found = Vec::new();
        level
            .index
            .query(&collector.window(), |place| found.push(place));
        for place in found {
            let cell_place = level.outlines.row(place);
            let count = level.count(cell_place, filter);
            if count == 0 {
                continue;
            }
            let Some((paths, size)) = collector.polygons(&level.outlines, place, content) else {
                continue;
            };
            content.items.push(Item {
                what: What::Cell {
                    cell: level.cells[cell_place as usize],
                    count,
                },
                geometry: ItemGeometry::Polygons(paths),
                size,
            });
        }
    }

    /// Finds the cell of every point at `resolution` now, so that no request has to wait for it.
    pub fn prepare_cells(&self, resolution: u8) {
        self.cell_level(resolution);
    }

    fn cell_level(&self, resolution: u8) -> &CellLevel {
        let resolution = resolution.min(MAX_H3_RESOLUTION);
        self.cells[usize::from(resolution)].get_or_init(|| {
            let resolution = Resolution::try_from(resolution).expect("at most 12");
            CellLevel::build(self, resolution)
        })
    }
}
