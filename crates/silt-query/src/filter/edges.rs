//! The edges of a geometry sorted into bands of latitude, so that a test at one latitude visits
//! only the edges there: a polygon of 100,000 vertices answers for a point in about a
//! microsecond.

use geo::Intersects;
use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo_types::{Coord, Line, Rect};

/// Edges that a band holds on average, if none spans several.
const EDGES_PER_BAND: usize = 4;
const MAX_BANDS: usize = 65_536;
/// Copies of an edge in several bands, on average, at most: a ring that jumps from south to north
/// at every vertex must not fill the memory.
const MAX_COPIES: usize = 4;

/// Where a position lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Boundary,
    Outside,
}

/// An edge from its southern to its northern end.
#[derive(Debug, Clone, Copy)]
struct Edge {
    south: Coord<f64>,
    north: Coord<f64>,
}

impl Edge {
    fn west(&self) -> f64 {
        self.south.x.min(self.north.x)
    }

    fn east(&self) -> f64 {
        self.south.x.max(self.north.x)
    }
}

#[derive(Debug)]
pub(super) struct Edges {
    bounds: Rect<f64>,
    bands_per_degree: f64,
    /// Band `i` holds `edges[starts[i]..starts[i + 1]]`, easternmost end first. An edge is in
    /// every band that it touches.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Edges {
    /// Sorts edges; a point is an edge of no length. `None` without any.
    pub(super) fn new(lines: impl Iterator<Item = Line<f64>>) -> Option<Edges> {
        let mut edges: Vec<Edge> = lines
            .map(|line| {
                let upward = (line.start.y, line.start.x) <= (line.end.y, line.end.x);
                let (south, north) = if upward {
                    (line.start, line.end)
                } else {
                    (line.end, line.start)
                };
                Edge { south, north }
            })
            .collect();
        let first = edges.first()?.south;
        let (mut low, mut high) = (first, first);
        let mut total_height = 0.0;
        for edge in &edges {
            low = Coord {
                x: low.x.min(edge.west()),
                y: low.y.min(edge.south.y),
            };
            high = Coord {
                x: high.x.max(edge.east()),
                y: high.y.max(edge.north.y),
            };
            total_height += edge.north.y - edge.south.y;
        }
        let bounds = Rect::new(low, high);
        let height = bounds.height();
        // Edges met at a latitude on average: each is in that many bands more.
        let met_at_a_latitude = if height > 0.0 {
            (total_height / height).max(1.0)
        } else {
            1.0
        };
        let affordable = (edges.len() * MAX_COPIES) as f64 / met_at_a_latitude;
        let count = (edges.len() / EDGES_PER_BAND)
            .min(affordable as usize)
            .clamp(1, MAX_BANDS);
        let bands_per_degree = if height > 0.0 {
            count as f64 / height
        } else {
            0.0
        };
        // Filling in this order leaves every band sorted.
        edges.sort_unstable_by(|a, b| b.east().total_cmp(&a.east()));
        let mut sorted = Edges {
            bounds,
            bands_per_degree,
            starts: vec![0; count + 1],
            edges: Vec::new(),
        };
        sorted.fill(&edges);
        Some(sorted)
    }

    fn fill(&mut self, edges: &[Edge]) {
        let count = self.starts.len() - 1;
        let mut starts = vec![0_u32; count + 1];
        for edge in edges {
            for band in self.band(edge.south.y)..=self.band(edge.north.y) {
                starts[band + 1] += 1;
            }
        }
        for band in 0..count {
            starts[band + 1] += starts[band];
        }
        let mut next = starts.clone();
        let mut sorted = vec![edges[0]; starts[count] as usize];
        for edge in edges {
            for band in self.band(edge.south.y)..=self.band(edge.north.y) {
                sorted[next[band] as usize] = *edge;
                next[band] += 1;
            }
        }
        self.starts = starts;
        self.edges = sorted;
    }

    /// The band of a latitude; latitudes outside go to the first or last one.
    fn band(&self, lat: f64) -> usize {
        let position = (lat - self.bounds.min().y) * self.bands_per_degree;
        // A float-to-integer cast saturates, so that below the south is band 0.
        (position as usize).min(self.starts.len() - 2)
    }

    fn in_bands(&self, south: f64, north: f64) -> &[Edge] {
        let (first, last) = (self.band(south), self.band(north));
        &self.edges[self.starts[first] as usize..self.starts[last + 1] as usize]
    }

    /// Where a position lies, if the edges are the rings of a polygon.
    pub(super) fn locate(&self, position: Coord<f64>) -> Place {
        if !self.bounds.intersects(&position) {
            return Place::Outside;
        }
        let mut inside = false;
        for edge in self.in_bands(position.y, position.y) {
            if edge.east() < position.x {
                break;
            }
            if position.y < edge.south.y || position.y > edge.north.y {
                continue;
            }
            let is_below_end = position.y < edge.north.y;
            if edge.west() > position.x {
                inside ^= is_below_end;
                continue;
            }
            match RobustKernel::orient2d(edge.south, edge.north, position) {
                Orientation::Collinear => return Place::Boundary,
                // West of an edge that goes north is on its left.
                Orientation::CounterClockwise => inside ^= is_below_end,
                Orientation::Clockwise => {}
            }
        }
        if inside {
            Place::Inside
        } else {
            Place::Outside
        }
    }

    /// Whether an edge touches or crosses the line.
    pub(super) fn meets(&self, line: &Line<f64>) -> bool {
        let rect = Rect::new(line.start, line.end);
        if !self.bounds.intersects(&rect) {
            return false;
        }
        let near = self.in_bands(rect.min().y, rect.max().y);
        near.iter().any(|edge| {
            edge.south.y <= rect.max().y
                && edge.north.y >= rect.min().y
                && edge.west() <= rect.max().x
                && edge.east() >= rect.min().x
                && lines_meet(edge, line)
        })
    }
}

/// Lines of no length are points: geo's test of two lines does not promise them.
fn lines_meet(edge: &Edge, line: &Line<f64>) -> bool {
    let own = Line::new(edge.south, edge.north);
    match (own.start == own.end, line.start == line.end) {
        (true, _) => line.start == own.start || line.intersects(&own.start),
        (_, true) => own.intersects(&line.start),
        _ => own.intersects(line),
    }
}

#[cfg(test)]
#[path = "edges_tests.rs"]
mod tests;
