//! Shapes in flat arrays: few allocations, and a tile reads memory in order.

use super::boxes::{BoundingBox, BoxIndex, EMPTY, around, join};
use super::clip::ClipBox;
use super::repair::{Repairer, Rings};
use super::simplify::min_zooms;
use super::unit_log2;
use crate::mercator::SHAPE_WORLD_LOG2;
use crate::{EXTENT_LOG2, morton};

/// Lines or polygons: a feature of MVT has one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Lines,
    Polygons,
}

/// One line, or one exterior ring with its holes.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// End of its lines or rings in `rings`.
    rings_end: u32,
    bounds: BoundingBox,
}

#[derive(Debug, Clone, Copy)]
struct Shape {
    row: u32,
    kind: Kind,
    /// End of its parts in `parts`.
    parts_end: u32,
}

/// Shapes in units of 2^`world_log2` per world side. Rings are open (the first vertex is not repeated);
/// exteriors have a positive area with y downwards, holes a negative one.
#[derive(Debug)]
pub(crate) struct ShapeStore {
    pub(crate) world_log2: u32,
    /// True when polygons are valid on this store's own grid, so that whole ones need no repair.
    pub(crate) is_valid: bool,
    vertices: Vec<[i32; 2]>,
    /// First zoom at which each vertex is drawn; empty when all are drawn at all zooms.
    min_zooms: Vec<u8>,
    rings: Vec<u32>,
    parts: Vec<Part>,
    shapes: Vec<Shape>,
    /// Boxes around every run of [`RUN`] vertices of each ring; empty while the store is built.
    runs: Vec<BoundingBox>,
    /// Where the boxes of each ring begin in `runs`.
    first_runs: Vec<u32>,
}

/// Vertices with a box of their own: long rings are cut to a tile by looking at few of their vertices.
const RUN: usize = 32;

impl Default for ShapeStore {
    fn default() -> Self {
        Self {
            world_log2: SHAPE_WORLD_LOG2,
            is_valid: false,
            vertices: Vec::new(),
            min_zooms: Vec::new(),
            rings: Vec::new(),
            parts: Vec::new(),
            shapes: Vec::new(),
            runs: Vec::new(),
            first_runs: Vec::new(),
        }
    }
}

/// A part as it is read from the store.
pub(crate) struct PartRef<'a> {
    store: &'a ShapeStore,
    first_ring: usize,
    end_ring: usize,
    pub(crate) bounds: BoundingBox,
}

impl<'a> PartRef<'a> {
    /// The vertices drawn at `zoom` of each line or ring.
    pub(crate) fn rings(
        &self,
        zoom: u8,
    ) -> impl Iterator<Item = impl Iterator<Item = [i32; 2]> + Clone + 'a> {
        let store = self.store;
        (self.first_ring..self.end_ring).map(move |ring| {
            let range = store.ring_range(ring);
            let all = store.min_zooms.is_empty();
            range
                .filter(move |&vertex| all || store.min_zooms[vertex] <= zoom)
                .map(move |vertex| store.vertices[vertex])
        })
    }

    /// Number of lines or rings.
    pub(crate) fn ring_count(&self) -> usize {
        self.end_ring - self.first_ring
    }

    /// Appends the vertices of a ring drawn at `zoom`, without those that clipping to `bounds` and repair
    /// leave no trace of: the inner ones of a run that lies beyond one side. The ring goes around every
    /// place of `bounds` as often as before, because the shortcut stays beyond that side too.
    pub(crate) fn push_near(
        &self,
        number: usize,
        zoom: u8,
        bounds: &ClipBox,
        out: &mut Vec<[i32; 2]>,
    ) {
        let store = self.store;
        let ring = self.first_ring + number;
        let range = store.ring_range(ring);
        let all = store.min_zooms.is_empty();
        let is_drawn = |vertex: &usize| all || store.min_zooms[*vertex] <= zoom;
        let first_run = store.first_runs[ring] as usize;
        for (run, start) in range.clone().step_by(RUN).enumerate() {
            let mut members = start..range.end.min(start + RUN);
            if is_beyond(&store.runs[first_run + run], bounds) {
                let first = members.find(is_drawn);
                let last = members.rfind(is_drawn);
                let ends = first.into_iter().chain(last);
                out.extend(ends.map(|vertex| store.vertices[vertex]));
            } else {
                out.extend(
                    members
                        .filter(is_drawn)
                        .map(|vertex| store.vertices[vertex]),
                );
            }
        }
    }
}

/// True when a box lies wholly on the far side of a side of `bounds`.
fn is_beyond(run: &BoundingBox, bounds: &ClipBox) -> bool {
    run[2] < bounds[0] || run[0] > bounds[2] || run[3] < bounds[1] || run[1] > bounds[3]
}

impl ShapeStore {
    pub(crate) fn len(&self) -> usize {
        self.shapes.len()
    }

    pub(crate) fn row(&self, place: u32) -> u32 {
        self.shapes[place as usize].row
    }

    pub(crate) fn kind(&self, place: u32) -> Kind {
        self.shapes[place as usize].kind
    }

    pub(crate) fn vertex_count(&self) -> usize {
        self.vertices.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.vertices.capacity() * 8
            + self.min_zooms.capacity()
            + self.rings.capacity() * 4
            + self.parts.capacity() * size_of::<Part>()
            + self.shapes.capacity() * size_of::<Shape>()
            + self.runs.capacity() * size_of::<BoundingBox>()
            + self.first_runs.capacity() * 4
    }

    /// Makes the boxes of runs, when all rings are there.
    pub(super) fn find_runs(&mut self) {
        let mut runs = Vec::with_capacity(self.vertices.len() / RUN + self.rings.len());
        let mut first_runs = Vec::with_capacity(self.rings.len());
        for ring in 0..self.rings.len() {
            first_runs.push(length(runs.len()));
            runs.extend(self.vertices[self.ring_range(ring)].chunks(RUN).map(around));
        }
        runs.shrink_to_fit();
        self.runs = runs;
        self.first_runs = first_runs;
    }

    /// Starts or continues the last part with a line or ring.
    pub(crate) fn push_ring(&mut self, vertices: impl IntoIterator<Item = [i32; 2]>) {
        self.vertices.extend(vertices);
        self.rings.push(length(self.vertices.len()));
    }

    /// Ends the part that the rings pushed since the last part belong to.
    pub(crate) fn end_part(&mut self) {
        let first_ring = self.parts.last().map_or(0, |part| part.rings_end as usize);
        let first_vertex = self.ring_start(first_ring);
        self.parts.push(Part {
            rings_end: length(self.rings.len()),
            bounds: around(&self.vertices[first_vertex..]),
        });
    }

    /// Ends the shape that the parts pushed since the last shape belong to; none when there are none.
    pub(crate) fn end_shape(&mut self, row: u32, kind: Kind) -> bool {
        let first_part = self
            .shapes
            .last()
            .map_or(0, |shape| shape.parts_end as usize);
        if self.parts.len() == first_part {
            return false;
        }
        self.shapes.push(Shape {
            row,
            kind,
            parts_end: length(self.parts.len()),
        });
        true
    }

    pub(crate) fn parts(&self, place: u32) -> impl Iterator<Item = PartRef<'_>> {
        let place = place as usize;
        let first_part = if place == 0 {
            0
        } else {
            self.shapes[place - 1].parts_end as usize
        };
        (first_part..self.shapes[place].parts_end as usize).map(move |part| PartRef {
            store: self,
            first_ring: if part == 0 {
                0
            } else {
                self.parts[part - 1].rings_end as usize
            },
            end_ring: self.parts[part].rings_end as usize,
            bounds: self.parts[part].bounds,
        })
    }

    fn ring_start(&self, ring: usize) -> usize {
        if ring == 0 {
            0
        } else {
            self.rings[ring - 1] as usize
        }
    }

    fn ring_range(&self, ring: usize) -> std::ops::Range<usize> {
        self.ring_start(ring)..self.rings[ring] as usize
    }

    /// Brings the shapes into Morton order of their boxes' centres and indexes the boxes.
    pub(crate) fn sort_and_index(&mut self) -> BoxIndex {
        let boxes: Vec<BoundingBox> = (0..self.shapes.len() as u32)
            .map(|place| self.parts(place).map(|part| part.bounds).fold(EMPTY, join))
            .collect();
        let mut order: Vec<u32> = (0..self.shapes.len() as u32).collect();
        order.sort_by_cached_key(|&place| {
            let [west, north, east, south] = boxes[place as usize].map(i64::from);
            let middle = |a: i64, b: i64| ((a + b) / 2).clamp(0, i64::from(u32::MAX)) as u32;
            (
                morton::encode(middle(west, east), middle(north, south)),
                self.row(place),
                place,
            )
        });

        let mut sorted = Self {
            world_log2: self.world_log2,
            vertices: Vec::with_capacity(self.vertices.len()),
            rings: Vec::with_capacity(self.rings.len()),
            parts: Vec::with_capacity(self.parts.len()),
            shapes: Vec::with_capacity(self.shapes.len()),
            ..Self::default()
        };
        for &place in &order {
            for part in self.parts(place) {
                for ring in part.rings(u8::MAX) {
                    sorted.push_ring(ring);
                }
                sorted.end_part();
            }
            sorted.end_shape(self.row(place), self.kind(place));
        }
        sorted.find_runs();
        let sorted_boxes = order.iter().map(|&place| boxes[place as usize]).collect();
        *self = sorted;
        BoxIndex::new(sorted_boxes)
    }

    /// Decides for every vertex from which zoom on it is drawn.
    pub(crate) fn find_min_zooms(&mut self) {
        let mut zooms = Vec::with_capacity(self.vertices.len());
        for place in 0..self.shapes.len() as u32 {
            let is_closed = self.kind(place) == Kind::Polygons;
            for part in self.parts(place) {
                for ring in part.first_ring..part.end_ring {
                    min_zooms(&self.vertices[self.ring_range(ring)], is_closed, &mut zooms);
                }
            }
        }
        self.min_zooms = zooms;
    }

    /// Number of vertices drawn at a zoom.
    pub(crate) fn kept_vertices(&self, zoom: u8) -> usize {
        self.min_zooms
            .iter()
            .filter(|&&first| first <= zoom)
            .count()
    }

    /// A copy with the vertices of `zoom` (at most 18) on the grid of its tiles. Polygons are valid there,
    /// and no shape vanishes: what is below a unit becomes a square or strip of two units.
    pub(crate) fn at_zoom(&self, zoom: u8) -> Self {
        let shift = unit_log2(zoom).max(0) as u32;
        let half = if shift == 0 { 0 } else { 1_i64 << (shift - 1) };
        let snap =
            |[x, y]: [i32; 2]| [x, y].map(|value| ((i64::from(value) + half) >> shift) as i32);
        let mut copy = Self {
            world_log2: u32::from(zoom) + EXTENT_LOG2,
            is_valid: true,
            ..Self::default()
        };
        let mut repairer = Repairer::default();
        let mut rings = Rings::default();
        for place in 0..self.shapes.len() as u32 {
            rings.clear();
            match self.kind(place) {
                Kind::Lines => {
                    for part in self.parts(place) {
                        for line in part.rings(zoom) {
                            rings.push_line(line.map(snap));
                        }
                    }
                    rings.replace_vanished_line();
                    for (line, _) in rings.iter() {
                        copy.push_ring(line.iter().copied());
                        copy.end_part();
                    }
                }
                Kind::Polygons => {
                    for part in self.parts(place) {
                        for (number, ring) in part.rings(zoom).enumerate() {
                            // Holes of an exterior that is gone would be filled.
                            if !rings.push_ring(ring.map(snap), number == 0) && number == 0 {
                                break;
                            }
                        }
                    }
                    repairer.repair(&mut rings);
                    rings.replace_vanished_polygon();
                    copy.push_polygons(&rings);
                }
            }
            copy.end_shape(self.row(place), self.kind(place));
        }
        copy.vertices.shrink_to_fit();
        copy.rings.shrink_to_fit();
        copy.parts.shrink_to_fit();
        copy.find_runs();
        copy
    }

    /// Pushes rings as parts: an exterior begins a part, holes follow it.
    fn push_polygons(&mut self, rings: &Rings) {
        let mut is_open = false;
        for (ring, is_exterior) in rings.iter() {
            if is_exterior && is_open {
                self.end_part();
            }
            self.push_ring(ring.iter().copied());
            is_open = true;
        }
        if is_open {
            self.end_part();
        }
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 vertices in a layer")
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
