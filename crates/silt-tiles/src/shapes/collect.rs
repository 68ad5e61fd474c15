//! The part of a shape that lies in one tile, in tile units.

use std::ops::Range;

use super::boxes::{BaseWindow, BoundingBox, EMPTY, around, join};
use super::clip::{ClipBox, clip_line, clip_ring};
use super::repair::{Repairer, Rings};
use super::store::{PartRef, ShapeStore};
use super::unit_log2;
use crate::content::TileContent;
use crate::mercator::SHAPE_WORLD_LOG2;
use crate::{EXTENT_LOG2, TileId};

/// Cuts shapes to one tile; keeps its memory from shape to shape.
pub(crate) struct Collector {
    tile: TileId,
    buffer_units: i64,
    rings: Rings,
    repairer: Repairer,
    ring: Vec<[i32; 2]>,
    scratch: Vec<[i32; 2]>,
}

/// A tile in the units of a store.
struct Frame {
    origin: [i64; 2],
    /// The tile with its buffer.
    window: [i64; 4],
    world: i64,
    /// Store units per tile unit, as a power of two; negative where tile units are finer.
    unit_log2: i32,
}

impl Frame {
    /// The window moved into the store by `shift` worlds. What an `i32` cannot hold is far from any shape.
    fn clip_box(&self, shift: i64) -> ClipBox {
        let dx = shift * self.world;
        let [west, north, east, south] = self.window;
        [west - dx, north, east - dx, south]
            .map(|value| value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    fn to_tile(&self, shift: i64) -> impl Fn([i32; 2]) -> [i32; 2] + Copy + use<> {
        let origin = [self.origin[0] - shift * self.world, self.origin[1]];
        let unit_log2 = self.unit_log2;
        move |vertex| {
            [0, 1].map(|axis| {
                let offset = i64::from(vertex[axis]) - origin[axis];
                let units = if unit_log2 > 0 {
                    (offset + (1 << (unit_log2 - 1))) >> unit_log2
                } else {
                    offset << -unit_log2
                };
                // Clipped or inside the window, so it fits.
                units as i32
            })
        }
    }
}

/// How a box lies to the window.
enum Position {
    Outside,
    Inside,
    Across,
}

fn position(bounds: &BoundingBox, clip: &ClipBox) -> Position {
    if bounds[0] > clip[2] || bounds[2] < clip[0] || bounds[1] > clip[3] || bounds[3] < clip[1] {
        return Position::Outside;
    }
    let is_inside = bounds[0] >= clip[0]
        && bounds[1] >= clip[1]
        && bounds[2] <= clip[2]
        && bounds[3] <= clip[3];
    if is_inside {
        Position::Inside
    } else {
        Position::Across
    }
}

impl Collector {
    pub(crate) fn new(tile: TileId, buffer_units: u32) -> Self {
        Self {
            tile,
            buffer_units: i64::from(buffer_units),
            rings: Rings::default(),
            repairer: Repairer::default(),
            ring: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// The window in base units, two tile units wider: simplified shapes may leave the box of the full
    /// ones by as much.
    pub(crate) fn window(&self) -> BaseWindow {
        let frame = self.frame(SHAPE_WORLD_LOG2, self.buffer_units + 2);
        BaseWindow(frame.window)
    }

    fn frame(&self, world_log2: u32, buffer_units: i64) -> Frame {
        let zoom = u32::from(self.tile.z());
        let unit_log2 = unit_log2(self.tile.z()) - (SHAPE_WORLD_LOG2 as i32 - world_log2 as i32);
        let side = 1_i64 << (world_log2 - zoom);
        let buffer = if unit_log2 >= 0 {
            buffer_units << unit_log2
        } else {
            (buffer_units >> -unit_log2) + 1
        };
        let origin = [
            i64::from(self.tile.x()) * side,
            i64::from(self.tile.y()) * side,
        ];
        Frame {
            origin,
            window: [
                origin[0] - buffer,
                origin[1] - buffer,
                origin[0] + side + buffer,
                origin[1] + side + buffer,
            ],
            world: 1 << world_log2,
            unit_log2,
        }
    }

    fn shifts(&self, frame: &Frame, bounds: &BoundingBox) -> std::ops::RangeInclusive<i64> {
        let world_log2 = frame.world.trailing_zeros();
        let last = (frame.window[2] - i64::from(bounds[0])) >> world_log2;
        let first = -((i64::from(bounds[2]) - frame.window[0]) >> world_log2);
        first..=last
    }

    /// Appends the polygons of a shape to the content: its paths and its size; none when it lies outside.
    pub(crate) fn polygons(
        &mut self,
        store: &ShapeStore,
        place: u32,
        content: &mut TileContent,
    ) -> Option<(Range<u32>, u64)> {
        let frame = self.frame(store.world_log2, self.buffer_units);
        self.rings.clear();
        let mut needs_repair = !store.is_valid;
        for part in store.parts(place) {
            for shift in self.shifts(&frame, &part.bounds) {
                let clip = frame.clip_box(shift);
                let is_across = match position(&part.bounds, &clip) {
                    Position::Outside => continue,
                    Position::Inside => false,
                    Position::Across => true,
                };
                needs_repair |= is_across;
                self.push_part(&part, is_across.then_some(clip), frame.to_tile(shift));
            }
        }
        if needs_repair {
            self.repairer.repair(&mut self.rings);
        }
        if self.rings.is_empty() && !store.is_valid {
            self.replace_vanished(store, place, &frame);
        }
        self.append(content)
    }

    /// Draws the stand-in of a polygon that is thinner than the grid, along what the tile shows of its
    /// outline. A polygon that passes by the tile has no outline there.
    fn replace_vanished(&mut self, store: &ShapeStore, place: u32, frame: &Frame) {
        self.rings.clear();
        for part in store.parts(place) {
            for shift in self.shifts(frame, &part.bounds) {
                let clip = frame.clip_box(shift);
                let to_tile = frame.to_tile(shift);
                for exterior in part.rings(self.tile.z()).take(1) {
                    let outline = exterior.clone().chain(exterior.take(1));
                    let rings = &mut self.rings;
                    clip_line(outline, clip, &mut self.ring, |piece| {
                        rings.push_line(piece.iter().map(|&vertex| to_tile(vertex)));
                    });
                }
            }
        }
        self.rings.forget_paths();
        self.rings.replace_vanished_polygon();
    }

    /// Takes over the rings of a part.
    fn push_part(
        &mut self,
        part: &PartRef<'_>,
        clip: Option<ClipBox>,
        to_tile: impl Fn([i32; 2]) -> [i32; 2],
    ) {
        let zoom = self.tile.z();
        let Some(clip) = clip else {
            for (number, ring) in part.rings(zoom).enumerate() {
                if !self.rings.push_ring(ring.map(&to_tile), number == 0) && number == 0 {
                    break;
                }
            }
            return;
        };
        for number in 0..part.ring_count() {
            let is_exterior = number == 0;
            self.ring.clear();
            part.push_near(number, zoom, &clip, &mut self.ring);
            clip_ring(&mut self.ring, &mut self.scratch, clip);
            let vertices = self.ring.iter().map(|&vertex| to_tile(vertex));
            if !self.rings.push_ring(vertices, is_exterior) && is_exterior {
                // Holes of an exterior that is gone would be filled.
                break;
            }
        }
    }

    /// Appends the lines of a shape to the content, as [`Self::polygons`] does.
    pub(crate) fn lines(
        &mut self,
        store: &ShapeStore,
        place: u32,
        content: &mut TileContent,
    ) -> Option<(Range<u32>, u64)> {
        let frame = self.frame(store.world_log2, self.buffer_units);
        let zoom = self.tile.z();
        self.rings.clear();
        for part in store.parts(place) {
            for shift in self.shifts(&frame, &part.bounds) {
                let clip = frame.clip_box(shift);
                let to_tile = frame.to_tile(shift);
                match position(&part.bounds, &clip) {
                    Position::Outside => {}
                    Position::Inside => {
                        for line in part.rings(zoom) {
                            self.rings.push_line(line.map(to_tile));
                        }
                    }
                    Position::Across => {
                        for line in part.rings(zoom) {
                            let rings = &mut self.rings;
                            clip_line(line, clip, &mut self.ring, |piece| {
                                rings.push_line(piece.iter().map(|&vertex| to_tile(vertex)));
                            });
                        }
                    }
                }
            }
        }
        self.rings.replace_vanished_line();
        self.append(content)
    }

    fn append(&self, content: &mut TileContent) -> Option<(Range<u32>, u64)> {
        if self.rings.is_empty() {
            return None;
        }
        let first = content.next_path();
        let mut bounds = EMPTY;
        for (ring, is_exterior) in self.rings.iter() {
            bounds = join(bounds, around(ring));
            content.push_path(ring.iter().copied(), is_exterior);
        }
        let side = 1 << EXTENT_LOG2;
        let width = (bounds[2] - bounds[0]).min(2 * side) as u64;
        let height = (bounds[3] - bounds[1]).min(2 * side) as u64;
        Some((first..content.next_path(), (width + 1) * (height + 1)))
    }
}
