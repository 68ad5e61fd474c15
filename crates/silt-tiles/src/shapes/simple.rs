//! Tells rings that need no repair from those that may.
//!
//! Most rings stay simple when they are cut or rounded. To see that is a sweep over their edges,
//! many times faster than an overlay.

use super::boxes::{BoundingBox, EMPTY, around, join};

/// Rings wider than this are left to the overlay: products of their sides must fit an `i64`.
const WIDEST: i64 = 1 << 30;

/// Pairs of edges looked at, per edge, before the rings are left to the overlay. Natural outlines need
/// about ten; only long edges side by side need many.
const PAIRS_PER_EDGE: usize = 64;

/// Finds contacts between the edges of rings; keeps its memory from shape to shape.
#[derive(Debug, Default)]
pub(super) struct ContactSearch {
    edges: Vec<Edge>,
    /// West end and number of each edge, so that a plain sort gives the order of the sweep.
    order: Vec<(i32, u32)>,
    active: Vec<u32>,
    boxes: Vec<BoundingBox>,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    from: [i32; 2],
    to: [i32; 2],
    bounds: BoundingBox,
    /// Number of the edge that goes on from `to`.
    next: u32,
}

impl ContactSearch {
    /// True when all rings are exteriors that neither touch themselves nor each other and none lies in
    /// another: nothing to repair. False may be said of such rings too.
    pub(super) fn are_simple_exteriors<'r>(
        &mut self,
        rings: impl Iterator<Item = (&'r [[i32; 2]], bool)>,
    ) -> bool {
        self.edges.clear();
        self.boxes.clear();
        for (ring, is_exterior) in rings {
            // A hole's place would have to be proved too; few shapes have holes.
            if !is_exterior || !self.push_ring(ring) {
                return false;
            }
        }
        !self.are_boxes_nested() && !self.is_any_contact()
    }

    /// False when the ring is too wide or not turned as an exterior.
    fn push_ring(&mut self, ring: &[[i32; 2]]) -> bool {
        let bounds = around(ring);
        self.boxes.push(bounds);
        let whole = self.boxes.iter().copied().fold(EMPTY, join).map(i64::from);
        if whole[2] - whole[0] > WIDEST || whole[3] - whole[1] > WIDEST {
            return false;
        }
        let first = self.edges.len() as u32;
        let last = first + ring.len() as u32 - 1;
        let mut area = 0_i128;
        for (place, &from) in ring.iter().enumerate() {
            let number = first + place as u32;
            let to = ring[(place + 1) % ring.len()];
            area += i128::from(turn(ring[0], from, to));
            self.edges.push(Edge {
                from,
                to,
                bounds: around(&[from, to]),
                next: if number == last { first } else { number + 1 },
            });
        }
        area > 0
    }

    /// True when the box of a ring lies in that of another, so that the ring itself may.
    fn are_boxes_nested(&self) -> bool {
        /// More rings than this are rather left to the overlay than compared with each other.
        const MOST_RINGS: usize = 64;
        if self.boxes.len() > MOST_RINGS {
            return true;
        }
        let lies_in = |a: &BoundingBox, b: &BoundingBox| {
            a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3]
        };
        self.boxes.iter().enumerate().any(|(place, inner)| {
            let mut others = self.boxes.iter().enumerate();
            others.any(|(other, outer)| other != place && lies_in(inner, outer))
        })
    }

    /// True when two edges have a point in common that is not their common end.
    fn is_any_contact(&mut self) -> bool {
        self.order.clear();
        let numbered = (0_u32..).zip(&self.edges);
        self.order
            .extend(numbered.map(|(number, edge)| (edge.bounds[0], number)));
        self.order.sort_unstable();
        self.active.clear();
        let mut pairs_left = self.edges.len() * PAIRS_PER_EDGE;
        for &(west, number) in &self.order {
            let edge = self.edges[number as usize];
            let mut place = 0;
            while let Some(&other_number) = self.active.get(place) {
                let other = self.edges[other_number as usize];
                if other.bounds[2] < west {
                    self.active.swap_remove(place);
                    continue;
                }
                place += 1;
                if other.bounds[1] > edge.bounds[3] || other.bounds[3] < edge.bounds[1] {
                    continue;
                }
                let is_contact = if edge.next == other_number {
                    turns_back(edge.from, edge.to, other.to)
                } else if other.next == number {
                    turns_back(other.from, other.to, edge.to)
                } else {
                    touch(&edge, &other)
                };
                if is_contact {
                    return true;
                }
            }
            // What was passed over counts too: the sweep must end in time whatever the rings.
            if pairs_left < place {
                return true;
            }
            pairs_left -= place;
            self.active.push(number);
        }
        false
    }
}

/// Positive when `c` lies to the right of the way from `a` to `b` (y downwards).
fn turn(a: [i32; 2], b: [i32; 2], c: [i32; 2]) -> i64 {
    let [ab_x, ab_y] = [0, 1].map(|axis| i64::from(b[axis]) - i64::from(a[axis]));
    let [ac_x, ac_y] = [0, 1].map(|axis| i64::from(c[axis]) - i64::from(a[axis]));
    ab_x * ac_y - ab_y * ac_x
}

/// True when the way from `a` by `b` to `c` goes back on itself.
fn turns_back(a: [i32; 2], b: [i32; 2], c: [i32; 2]) -> bool {
    if turn(a, b, c) != 0 {
        return false;
    }
    let along = |axis: usize| {
        (i64::from(b[axis]) - i64::from(a[axis])) * (i64::from(c[axis]) - i64::from(b[axis]))
    };
    along(0) + along(1) <= 0
}

/// True when two edges whose boxes touch have a point in common.
fn touch(p: &Edge, q: &Edge) -> bool {
    let (p_from, p_to) = (turn(q.from, q.to, p.from), turn(q.from, q.to, p.to));
    if (p_from > 0 && p_to > 0) || (p_from < 0 && p_to < 0) {
        return false;
    }
    let (q_from, q_to) = (turn(p.from, p.to, q.from), turn(p.from, p.to, q.to));
    // Both ends of each on one line: the boxes touch, so the edges do.
    !((q_from > 0 && q_to > 0) || (q_from < 0 && q_to < 0))
}

#[cfg(test)]
#[path = "simple_tests.rs"]
mod tests;
