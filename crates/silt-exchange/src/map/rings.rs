//! Whether polygon rings are simple, fast enough to ask of every polygon of a register.
//!
//! `geo` compares every pair of segments of a ring. Here a tree of bounding boxes over runs of
//! consecutive segments leaves only the pairs that are near each other: neighbours on a ring are
//! neighbours in space. What this test finds doubtful is then judged by `geo`.

use geo::{GeoNum, Kernel, Orientation};
use geo_types::{Coord, LineString, Polygon, Rect};

/// Segments per leaf of the tree.
const LEAF_SEGMENTS: usize = 8;

/// Pairs of segments looked at before a polygon counts as too intricate to check.
const MAX_PAIRS: u64 = 200_000_000;

/// What the segments of a polygon do to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Contacts {
    /// No two segments meet, except neighbours in their common end.
    None,
    /// Segments of different rings meet in a point or along a line without crossing.
    RingsTouch(Coord<f64>),
    /// A ring meets itself without crossing, or runs back on itself.
    SelfTouch(Coord<f64>),
    /// Some segments cross.
    Cross(Coord<f64>),
    /// Given up after a very long search.
    Unknown,
}

impl Contacts {
    fn or_worse(self, other: Contacts) -> Contacts {
        let rank = |contacts: &Contacts| match contacts {
            Contacts::None => 0,
            Contacts::RingsTouch(_) => 1,
            Contacts::SelfTouch(_) => 2,
            Contacts::Cross(_) => 3,
            Contacts::Unknown => 4,
        };
        if rank(&other) > rank(&self) {
            other
        } else {
            self
        }
    }
}

/// One segment with its place on its ring.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start: Coord<f64>,
    end: Coord<f64>,
    ring: u32,
    /// Position on the ring, counting segments of some length only.
    position: u32,
    /// Number of segments of the ring.
    of: u32,
}

impl Segment {
    fn is_neighbour(&self, other: &Segment) -> bool {
        if self.ring != other.ring {
            return false;
        }
        let apart = self.position.abs_diff(other.position);
        apart == 1 || apart + 1 == self.of
    }
}

/// Bounding box: plain minima and maxima, for speed.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    min_x: f64,
    min_y: f64,
    max_x: f64,
    max_y: f64,
}

impl Bounds {
    fn of(segment: &Segment) -> Bounds {
        Bounds {
            min_x: segment.start.x.min(segment.end.x),
            min_y: segment.start.y.min(segment.end.y),
            max_x: segment.start.x.max(segment.end.x),
            max_y: segment.start.y.max(segment.end.y),
        }
    }

    fn joined(self, other: Bounds) -> Bounds {
        Bounds {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    fn meets(&self, other: &Bounds) -> bool {
        self.min_x <= other.max_x
            && other.min_x <= self.max_x
            && self.min_y <= other.max_y
            && other.min_y <= self.max_y
    }
}

/// Space for one check after the other, so that a million polygons need no million allocations.
#[derive(Default)]
pub(super) struct Checker {
    segments: Vec<Segment>,
    boxes: Vec<Bounds>,
    /// Levels of the tree, leaves first: where each begins in `nodes`, and how many nodes it has.
    levels: Vec<(usize, usize)>,
    nodes: Vec<Bounds>,
    pending: Vec<(usize, usize, usize)>,
}

impl Checker {
    /// How the segments of all rings of a polygon meet, and where. A crossing wins over a ring
    /// that touches itself, and that over rings that touch each other.
    pub(super) fn contacts(&mut self, polygon: &Polygon<f64>) -> Contacts {
        self.segments.clear();
        self.boxes.clear();
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for (ring_number, ring) in (0u32..).zip(rings) {
            self.add_ring(ring_number, ring);
        }
        if self.segments.len() < 3 {
            return Contacts::None;
        }
        self.boxes.extend(self.segments.iter().map(Bounds::of));
        self.build_tree();
        self.search()
    }

    fn add_ring(&mut self, ring_number: u32, ring: &LineString<f64>) {
        let first = self.segments.len();
        for line in ring.lines() {
            if line.start != line.end {
                let position = u32::try_from(self.segments.len() - first).unwrap_or(u32::MAX);
                self.segments.push(Segment {
                    start: line.start,
                    end: line.end,
                    ring: ring_number,
                    position,
                    of: 0,
                });
            }
        }
        let count = u32::try_from(self.segments.len() - first).unwrap_or(u32::MAX);
        for segment in &mut self.segments[first..] {
            segment.of = count;
        }
    }

    fn build_tree(&mut self) {
        self.nodes.clear();
        self.levels.clear();
        let joined = |boxes: &[Bounds]| {
            let (first, rest) = boxes.split_first().expect("chunks are never empty");
            rest.iter().fold(*first, |all, next| all.joined(*next))
        };
        self.nodes
            .extend(self.boxes.chunks(LEAF_SEGMENTS).map(joined));
        let mut level_start = 0;
        let mut level_len = self.nodes.len();
        self.levels.push((level_start, level_len));
        while level_len > 1 {
            let next_start = self.nodes.len();
            for pair in (level_start..next_start).step_by(2) {
                let node = match self.nodes[pair..next_start] {
                    [left, right, ..] => left.joined(right),
                    _ => self.nodes[pair],
                };
                self.nodes.push(node);
            }
            level_start = next_start;
            level_len = self.nodes.len() - next_start;
            self.levels.push((level_start, level_len));
        }
    }

    /// Walks the tree against itself.
    fn search(&mut self) -> Contacts {
        let mut found = Contacts::None;
        let mut pairs = 0;
        let mut pending = std::mem::take(&mut self.pending);
        pending.clear();
        pending.push((self.levels.len() - 1, 0, 0));
        while let Some((level, left, right)) = pending.pop() {
            let (level_start, _) = self.levels[level];
            if left != right
                && !self.nodes[level_start + left].meets(&self.nodes[level_start + right])
            {
                continue;
            }
            if level == 0 {
                found = found.or_worse(self.compare_leaves(left, right, &mut pairs));
                if matches!(found, Contacts::Cross(_)) {
                    break;
                }
                if pairs > MAX_PAIRS {
                    found = Contacts::Unknown;
                    break;
                }
                continue;
            }
            let (_, below_len) = self.levels[level - 1];
            for left_child in [2 * left, 2 * left + 1] {
                for right_child in [2 * right, 2 * right + 1] {
                    let exists = left_child < below_len && right_child < below_len;
                    let is_mirror = left == right && left_child > right_child;
                    if exists && !is_mirror {
                        pending.push((level - 1, left_child, right_child));
                    }
                }
            }
        }
        self.pending = pending;
        found
    }

    fn compare_leaves(&self, left: usize, right: usize, pairs: &mut u64) -> Contacts {
        let range_of = |leaf: usize| {
            let start = leaf * LEAF_SEGMENTS;
            start..(start + LEAF_SEGMENTS).min(self.segments.len())
        };
        let mut found = Contacts::None;
        for first in range_of(left) {
            let seconds = if left == right {
                first + 1..range_of(left).end
            } else {
                range_of(right)
            };
            *pairs += seconds.len() as u64;
            for second in seconds {
                if !self.boxes[first].meets(&self.boxes[second]) {
                    continue;
                }
                found = found.or_worse(contact(&self.segments[first], &self.segments[second]));
            }
        }
        found
    }
}

/// How two segments meet whose boxes do.
fn contact(first: &Segment, second: &Segment) -> Contacts {
    let start_side = side(first, second.start);
    let end_side = side(first, second.end);
    let beside_first = start_side == end_side && start_side != Orientation::Collinear;
    if beside_first {
        return Contacts::None;
    }
    if first.is_neighbour(second) {
        let on_one_line = start_side == end_side;
        return neighbour_contact(first, second, on_one_line);
    }
    let other_start_side = side(second, first.start);
    let other_end_side = side(second, first.end);
    let beside_second =
        other_start_side == other_end_side && other_start_side != Orientation::Collinear;
    if beside_second {
        return Contacts::None;
    }
    let sides = [start_side, end_side, other_start_side, other_end_side];
    if !sides.contains(&Orientation::Collinear) {
        return Contacts::Cross(crossing_point(first, second));
    }
    // Their boxes meet and neither lies to one side of the other: they share a point.
    if first.ring == second.ring {
        Contacts::SelfTouch(second.start)
    } else {
        Contacts::RingsTouch(second.start)
    }
}

fn side(segment: &Segment, point: Coord<f64>) -> Orientation {
    <f64 as GeoNum>::Ker::orient2d(segment.start, segment.end, point)
}

/// Neighbours share an end; more than that is a spike that runs back on itself.
fn neighbour_contact(first: &Segment, second: &Segment, on_one_line: bool) -> Contacts {
    if !on_one_line {
        return Contacts::None;
    }
    let (shared, first_other, second_other) = if first.end == second.start {
        (first.end, first.start, second.end)
    } else {
        (first.start, first.end, second.start)
    };
    let along = (first_other.x - shared.x) * (second_other.x - shared.x)
        + (first_other.y - shared.y) * (second_other.y - shared.y);
    if along > 0.0 {
        Contacts::SelfTouch(shared)
    } else {
        Contacts::None
    }
}

/// Where two crossing segments cross, for a message.
fn crossing_point(first: &Segment, second: &Segment) -> Coord<f64> {
    let direction = first.end - first.start;
    let distance = |point: Coord<f64>| {
        let offset = point - first.start;
        direction.x * offset.y - direction.y * offset.x
    };
    let start_distance = distance(second.start);
    let share = start_distance / (start_distance - distance(second.end));
    second.start + (second.end - second.start) * share
}

/// Whether the bounding boxes of two rectangles share any point.
pub(super) fn boxes_meet(first: &Rect<f64>, second: &Rect<f64>) -> bool {
    first.min().x <= second.max().x
        && second.min().x <= first.max().x
        && first.min().y <= second.max().y
        && second.min().y <= first.max().y
}

#[cfg(test)]
#[path = "rings_tests.rs"]
mod tests;
