//! Lines and polygons, simplified once per zoom and clipped per tile.

mod boxes;
mod clip;
mod collect;
mod project;
mod repair;
mod simple;
mod simplify;
mod snap;
mod store;
mod trace;

use std::borrow::Borrow;
use std::sync::OnceLock;

use geo_types::{Coord, Geometry};

use crate::content::{Item, ItemGeometry, TileContent, What};
use crate::mercator::SHAPE_WORLD_LOG2;
use crate::thin::{Weight, select};
use crate::{EXTENT_LOG2, TileId};

pub(crate) use boxes::BoxIndex;
pub(crate) use collect::Collector;
pub(crate) use store::{Kind, ShapeStore};

/// Zooms that may have a simplified copy; deeper ones clip the full shapes, of which a tile holds little.
const LEVELS: usize = 15;

/// Up to this zoom a copy is made even if it saves nothing: its polygons are valid already, and a tile
/// would have to repair a good part of the world's otherwise.
const ALWAYS_COPIED_ZOOM: u8 = 4;

/// Beyond, a simplified copy is made when it saves at least this share of the vertices.
const WORTHWHILE_SAVING: f64 = 0.25;

/// All lines and polygons of a layer, ready for tiles of any zoom.
///
/// Positions are Web Mercator in steps of 3.7 cm; latitudes end at 85.0511 degrees; what crosses the
/// antimeridian is kept whole. For each zoom up to 14 that gains from it, a copy with 1.5 tile units of
/// tolerance is made on first use (or by [`Self::prepare`]), on the grid of the tiles and with valid
/// polygons. The copies depend on the shapes alone, not on the order in which they were asked for.
pub struct ShapePyramid {
    shapes: ShapeStore,
    index: BoxIndex,
    /// (row, place in `shapes`), ascending.
    places: Vec<(u32, u32)>,
    levels: [OnceLock<Option<ShapeStore>>; LEVELS],
    skipped: usize,
}

impl ShapePyramid {
    /// Projects the lines and polygons of geometries given with their rows.
    ///
    /// Points are ignored here (see [`point_positions`]); vertices that are not finite numbers are left
    /// out. A geometry that has lines or polygons, but none with enough vertices, is skipped and
    /// counted. A collection that mixes both becomes two features of one id.
    pub fn build<G: Borrow<Geometry<f64>>>(geometries: impl IntoIterator<Item = (u32, G)>) -> Self {
        let mut shapes = ShapeStore::default();
        let mut skipped = 0;
        for (row, geometry) in geometries {
            if !project::push_geometry(&mut shapes, row, geometry.borrow()) {
                skipped += 1;
            }
        }
        let index = shapes.sort_and_index();
        shapes.find_min_zooms();
        let mut places: Vec<(u32, u32)> = (0..shapes.len() as u32)
            .map(|place| (shapes.row(place), place))
            .collect();
        places.sort_unstable();
        Self {
            shapes,
            index,
            places,
            levels: Default::default(),
            skipped,
        }
    }

    /// Number of shapes.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// True when there is no shape.
    pub fn is_empty(&self) -> bool {
        self.shapes.len() == 0
    }

    /// Geometries that had lines or polygons, none of which could be used.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Memory held, in bytes, with the simplified copies made so far.
    ///
    /// The full shapes take 9 bytes per vertex. A copy takes 8 bytes for each vertex its zoom needs: up to
    /// zoom 4 that may be all, beyond at most three quarters, and of natural outlines far less.
    pub fn bytes(&self) -> usize {
        let levels: usize = self
            .levels
            .iter()
            .filter_map(|level| level.get()?.as_ref())
            .map(ShapeStore::bytes)
            .sum();
        self.shapes.bytes() + self.index.bytes() + self.places.capacity() * 8 + levels
    }

    /// Makes the simplified copy of zoom `z` now, so that no request has to wait for it.
    pub fn prepare(&self, z: u8) {
        self.level(z);
    }

    /// True when the bounding box of a shape touches the tile or its buffer.
    pub fn may_hold(&self, tile: TileId, buffer_units: u32) -> bool {
        let collector = Collector::new(tile, buffer_units);
        let mut found = false;
        self.index.query(&collector.window(), |_| found = true);
        found
    }

    /// Collects what lies in the tile and its buffer.
    ///
    /// `candidates` are the rows to look at, from the caller's own index, in any order; without them the
    /// bounding boxes kept here are asked. `filter` decides which rows pass.
    pub fn collect(
        &self,
        content: &mut TileContent,
        candidates: Option<&[u32]>,
        filter: Option<&dyn Fn(u32) -> bool>,
    ) {
        let mut collector = Collector::new(content.tile, content.options.buffer_units);
        let window = collector.window();
        let passes = |place: u32| filter.is_none_or(|filter| filter(self.shapes.row(place)));
        let mut found: Vec<u32> = Vec::new();
        match candidates {
            None => self.index.query(&window, |place| {
                if passes(place) {
                    found.push(place);
                }
            }),
            Some(rows) => {
                for &row in rows {
                    let touching = self
                        .places_of(row)
                        .filter(|&place| self.index.touches(place, &window) && passes(place));
                    found.extend(touching);
                }
                found.sort_unstable();
                found.dedup();
            }
        }
        self.leave_out_excess(&mut found, content);

        let store = self.level(content.tile.z()).unwrap_or(&self.shapes);
        for place in found {
            let geometry = match self.shapes.kind(place) {
                Kind::Lines => collector
                    .lines(store, place, content)
                    .map(|(paths, size)| (ItemGeometry::Lines(paths), size)),
                Kind::Polygons => collector
                    .polygons(store, place, content)
                    .map(|(paths, size)| (ItemGeometry::Polygons(paths), size)),
            };
            if let Some((geometry, size)) = geometry {
                content.items.push(Item {
                    what: What::Row(self.shapes.row(place)),
                    geometry,
                    size,
                });
            }
        }
    }

    fn places_of(&self, row: u32) -> impl Iterator<Item = u32> {
        let start = self.places.partition_point(|&(other, _)| other < row);
        self.places[start..]
            .iter()
            .take_while(move |&&(other, _)| other == row)
            .map(|&(_, place)| place)
    }

    /// Clipping what the limit would remove anyway is not worth the time.
    fn leave_out_excess(&self, found: &mut Vec<u32>, content: &mut TileContent) {
        let limit = content.options.max_features.max(1);
        if found.len() <= limit {
            return;
        }
        let weights: Vec<Weight> = found
            .iter()
            .map(|&place| Weight {
                bytes: 0,
                size: self.index.size(place),
            })
            .collect();
        let keep = select(&weights, usize::MAX, limit);
        let before = found.len();
        let mut place = 0;
        found.retain(|_| {
            place += 1;
            keep[place - 1]
        });
        content.left_out += before - found.len();
    }

    /// The simplified copy of a zoom, where there is one.
    fn level(&self, z: u8) -> Option<&ShapeStore> {
        let level = self.levels.get(usize::from(z))?;
        level
            .get_or_init(|| {
                let kept = self.shapes.kept_vertices(z) as f64;
                let worthwhile =
                    kept <= self.shapes.vertex_count() as f64 * (1.0 - WORTHWHILE_SAVING);
                (worthwhile || z <= ALWAYS_COPIED_ZOOM).then(|| self.shapes.at_zoom(z))
            })
            .as_ref()
    }
}

/// Base units of shapes per tile unit at a zoom, as a power of two; negative where a unit is finer.
pub(crate) fn unit_log2(zoom: u8) -> i32 {
    SHAPE_WORLD_LOG2 as i32 - EXTENT_LOG2 as i32 - i32::from(zoom)
}

/// The positions (longitude, latitude) of all points in a geometry, for
/// [`crate::PointPyramid::build`]; those in collections too.
pub fn point_positions(geometry: &Geometry<f64>) -> Vec<(f64, f64)> {
    let mut positions = Vec::new();
    let mut stack = vec![geometry];
    while let Some(geometry) = stack.pop() {
        let mut push = |coord: Coord<f64>| positions.push((coord.x, coord.y));
        match geometry {
            Geometry::Point(point) => push(point.0),
            Geometry::MultiPoint(points) => points.iter().for_each(|point| push(point.0)),
            Geometry::GeometryCollection(parts) => stack.extend(parts.0.iter().rev()),
            _ => {}
        }
    }
    positions
}

#[cfg(test)]
#[path = "shapes_tests.rs"]
mod tests;
