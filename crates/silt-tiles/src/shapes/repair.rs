//! Rings on an integer grid, made valid again after simplification, rounding or clipping.

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{Overlay, ShapeType};
use i_overlay::i_float::int::point::IntPoint;
use i_overlay::vector::edge::{SUBJ_LEFT, SUBJ_RIGHT};

use super::simple::ContactSearch;
use super::trace::{Edge, drop_straight_vertices, polygons};

/// Side of the square, and width of the strip, that stands for a polygon below the grid.
const STAND_IN_UNITS: i32 = 2;

/// Passes of the overlay at most; one is enough but for rings that cross themselves very often.
const PASSES: usize = 3;

/// Lines or rings under way; the memory is kept from shape to shape.
///
/// Rings are open; exteriors have a positive area (y downwards), each is followed by its holes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rings {
    vertices: Vec<[i32; 2]>,
    /// End of each ring, and whether it is an exterior.
    rings: Vec<(u32, bool)>,
    /// Most western, northern, eastern and southern vertex of the largest line or exterior pushed,
    /// though it may have vanished since.
    largest: Option<(i64, [[i32; 2]; 4])>,
}

impl Rings {
    pub(crate) fn clear(&mut self) {
        self.vertices.clear();
        self.rings.clear();
        self.largest = None;
    }

    /// Drops all lines and rings, but remembers the largest for a stand-in.
    pub(crate) fn forget_paths(&mut self) {
        self.vertices.clear();
        self.rings.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rings.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[[i32; 2]], bool)> {
        let mut start = 0;
        self.rings.iter().map(move |&(end, is_exterior)| {
            let ring = &self.vertices[start as usize..end as usize];
            start = end;
            (ring, is_exterior)
        })
    }

    /// Takes a line without its repeated vertices, if two remain.
    pub(crate) fn push_line(&mut self, line: impl IntoIterator<Item = [i32; 2]>) {
        let start = self.push_distinct(line);
        self.remember_largest(start);
        self.close(start, 2, true);
    }

    /// Takes a ring without its repeated vertices; false when fewer than three remain.
    pub(crate) fn push_ring(
        &mut self,
        ring: impl IntoIterator<Item = [i32; 2]>,
        is_exterior: bool,
    ) -> bool {
        let start = self.push_distinct(ring);
        while self.vertices.len() > start + 1 && self.vertices.last() == self.vertices.get(start) {
            self.vertices.pop();
        }
        if is_exterior {
            self.remember_largest(start);
        }
        self.close(start, 3, is_exterior)
    }

    /// A line that fell into one point becomes a line of one unit.
    pub(crate) fn replace_vanished_line(&mut self) {
        if let (true, Some((_, [[x, y], ..]))) = (self.rings.is_empty(), self.largest) {
            self.push_line([[x, y], [x + 1, y]]);
        }
    }

    /// Polygons that all fell below the grid become one square of two units, or, when long, a strip.
    pub(crate) fn replace_vanished_polygon(&mut self) {
        let (true, Some((_, [west, north, east, south]))) = (self.rings.is_empty(), self.largest)
        else {
            return;
        };
        let (width, height) = (east[0] - west[0], south[1] - north[1]);
        if width <= STAND_IN_UNITS && height <= STAND_IN_UNITS {
            let x = west[0] + width / 2 - STAND_IN_UNITS / 2;
            let y = north[1] + height / 2 - STAND_IN_UNITS / 2;
            let (right, bottom) = (x + STAND_IN_UNITS, y + STAND_IN_UNITS);
            self.push_ring([[x, y], [right, y], [right, bottom], [x, bottom]], true);
        } else if width >= height {
            let below = |[x, y]: [i32; 2]| [x, y + STAND_IN_UNITS];
            self.push_ring([west, east, below(east), below(west)], true);
        } else {
            let beside = |[x, y]: [i32; 2]| [x + STAND_IN_UNITS, y];
            self.push_ring([north, beside(north), beside(south), south], true);
        }
    }

    fn push_distinct(&mut self, vertices: impl IntoIterator<Item = [i32; 2]>) -> usize {
        let start = self.vertices.len();
        for vertex in vertices {
            if self.vertices.len() == start || self.vertices.last() != Some(&vertex) {
                self.vertices.push(vertex);
            }
        }
        start
    }

    fn remember_largest(&mut self, start: usize) {
        let Some(&first) = self.vertices.get(start) else {
            return;
        };
        let mut ends = [first; 4];
        for &vertex in &self.vertices[start..] {
            if vertex[0] < ends[0][0] {
                ends[0] = vertex;
            }
            if vertex[1] < ends[1][1] {
                ends[1] = vertex;
            }
            if vertex[0] > ends[2][0] {
                ends[2] = vertex;
            }
            if vertex[1] > ends[3][1] {
                ends[3] = vertex;
            }
        }
        let size = i64::from(ends[2][0]) - i64::from(ends[0][0]) + i64::from(ends[3][1])
            - i64::from(ends[1][1]);
        if self.largest.is_none_or(|(before, _)| size > before) {
            self.largest = Some((size, ends));
        }
    }

    /// Brings simple exteriors that lie apart into the form that the overlay gives them: without vertices
    /// on straight lines, from the westernmost (then northernmost) vertex on, in the order of these.
    fn order_as_overlay(&mut self) {
        let mut ordered: Vec<Vec<[i32; 2]>> = self
            .iter()
            .map(|(ring, _)| {
                let mut corners = ring.to_vec();
                drop_straight_vertices(&mut corners);
                let first = (0..corners.len()).min_by_key(|&place| corners[place]);
                corners.rotate_left(first.unwrap_or(0));
                corners
            })
            .collect();
        ordered.sort_unstable();
        self.forget_paths();
        for ring in ordered {
            let start = self.vertices.len();
            self.vertices.extend(ring);
            self.close(start, 3, true);
        }
    }

    fn close(&mut self, start: usize, least: usize, is_exterior: bool) -> bool {
        if self.vertices.len() - start < least {
            self.vertices.truncate(start);
            return false;
        }
        let end = u32::try_from(self.vertices.len()).expect("fewer than 2^32 vertices in a shape");
        self.rings.push((end, is_exterior));
        true
    }
}

/// Makes polygons valid by an overlay on the grid itself, whose crossings are grid points again.
#[derive(Default)]
pub(crate) struct Repairer {
    contacts: ContactSearch,
    /// Made when it is first needed, which for most tiles is never.
    overlay: Option<Overlay>,
    edges: Vec<Edge>,
}

impl Repairer {
    /// Replaces the rings by valid ones that cover the same area (non-zero rule): crossings become
    /// vertices, spikes and rings without area go, parts that overlap are joined.
    pub(crate) fn repair(&mut self, rings: &mut Rings) {
        if rings.is_empty() {
            return;
        }
        if let ([_], Some((ring, true))) = (rings.rings.as_slice(), rings.iter().next())
            && is_convex(ring)
        {
            return;
        }
        self.repair_without_convex(rings);
    }

    pub(super) fn repair_without_convex(&mut self, rings: &mut Rings) {
        if self.contacts.are_simple_exteriors(rings.iter()) {
            rings.order_as_overlay();
            return;
        }
        self.overlay_until_closed(rings);
    }

    pub(super) fn overlay_until_closed(&mut self, rings: &mut Rings) {
        for _ in 0..PASSES {
            if self.pass(rings) {
                break;
            }
        }
    }

    /// True when all edges closed to rings.
    fn pass(&mut self, rings: &mut Rings) -> bool {
        let overlay = self.overlay.get_or_insert_with(|| Overlay::new(256));
        overlay.clear();
        for (ring, _) in rings.iter() {
            let points = ring.iter().map(|&[x, y]| IntPoint::new(x, y));
            overlay.add_path_iter(points, ShapeType::Subject);
        }
        self.edges.clear();
        for edge in overlay.build_separate_vectors(FillRule::NonZero) {
            let (a, b) = ([edge.a.x, edge.a.y], [edge.b.x, edge.b.y]);
            match edge.fill & (SUBJ_LEFT | SUBJ_RIGHT) {
                SUBJ_LEFT => self.edges.push(Edge { from: a, to: b }),
                SUBJ_RIGHT => self.edges.push(Edge { from: b, to: a }),
                _ => {}
            }
        }
        let (polygons, is_closed) = polygons(&mut self.edges);
        rings.forget_paths();
        for polygon in polygons {
            for (number, ring) in polygon.into_iter().enumerate() {
                let start = rings.vertices.len();
                rings.vertices.extend(ring);
                rings.close(start, 3, number == 0);
            }
        }
        is_closed
    }
}

/// Twice the area of an open ring, positive when it turns clockwise on the screen (y downwards), as
/// exteriors of MVT do.
pub(crate) fn signed_area(ring: &[[i32; 2]]) -> i128 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| {
            i128::from(i64::from(a[0]) * i64::from(b[1]))
                - i128::from(i64::from(b[0]) * i64::from(a[1]))
        })
        .sum()
}

/// True for rings that turn the same way at every vertex, and once around: nothing to repair.
fn is_convex(ring: &[[i32; 2]]) -> bool {
    let count = ring.len();
    let mut turns_in_x = 0;
    let mut previous_step_x = 0;
    for i in 0..count {
        let (a, b, c) = (ring[i], ring[(i + 1) % count], ring[(i + 2) % count]);
        let first = [
            i64::from(b[0]) - i64::from(a[0]),
            i64::from(b[1]) - i64::from(a[1]),
        ];
        let second = [
            i64::from(c[0]) - i64::from(b[0]),
            i64::from(c[1]) - i64::from(b[1]),
        ];
        if i128::from(first[0]) * i128::from(second[1])
            <= i128::from(first[1]) * i128::from(second[0])
        {
            return false;
        }
        let step_x = first[0].signum();
        if step_x != 0 && step_x != previous_step_x {
            turns_in_x += 1;
            previous_step_x = step_x;
        }
    }
    // A ring that goes around once changes its direction in x twice; a star changes more often. The
    // first step counts as a change, and may or may not be one.
    turns_in_x <= 3
}

#[cfg(test)]
#[path = "repair_tests.rs"]
mod tests;
