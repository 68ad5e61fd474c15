//! Lines and polygons of a full tile, drawn on a coarser grid.

use super::repair::{Repairer, Rings};
use crate::content::{ItemGeometry, TileContent};

impl TileContent {
    /// Redraws all lines and polygons on a grid of 2^`grid_log2` units. Nothing vanishes and polygons
    /// stay valid, as when they were first drawn.
    pub(crate) fn snap_to_grid(&mut self, grid_log2: u32) {
        let half = (1 << grid_log2) >> 1;
        let snap = |[x, y]: [i32; 2]| [(x + half) >> grid_log2, (y + half) >> grid_log2];
        let unsnap = |[x, y]: [i32; 2]| [x << grid_log2, y << grid_log2];

        let mut items = std::mem::take(&mut self.items);
        let mut coarse = Self::new(self.tile, self.options);
        let mut rings = Rings::default();
        let mut repairer = Repairer::default();
        for item in &mut items {
            rings.clear();
            match &mut item.geometry {
                ItemGeometry::Point(_) => {}
                ItemGeometry::Lines(range) => {
                    for path in self.paths_of(range) {
                        rings.push_line(self.path_vertices(path).iter().copied().map(snap));
                    }
                    rings.replace_vanished_line();
                    *range = coarse.push_rings(&rings, unsnap);
                }
                ItemGeometry::Polygons(range) => {
                    for path in self.paths_of(range) {
                        let ring = self.path_vertices(path).iter().copied().map(snap);
                        rings.push_ring(ring, path.exterior);
                    }
                    repairer.repair(&mut rings);
                    rings.replace_vanished_polygon();
                    *range = coarse.push_rings(&rings, unsnap);
                }
            }
        }
        self.items = items;
        self.vertices = coarse.vertices;
        self.paths = coarse.paths;
    }

    fn push_rings(
        &mut self,
        rings: &Rings,
        to_units: impl Fn([i32; 2]) -> [i32; 2],
    ) -> std::ops::Range<u32> {
        let first = self.next_path();
        for (ring, is_exterior) in rings.iter() {
            self.push_path(ring.iter().map(|&vertex| to_units(vertex)), is_exterior);
        }
        first..self.next_path()
    }
}
