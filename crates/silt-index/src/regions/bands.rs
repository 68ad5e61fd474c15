//! Edges of a polygon or line sorted into bands of latitude, so that a test
//! at one latitude visits only the edges there.

use geo::Intersects;
use geo_types::{Coord, Line, Rect};

/// Edges that a band holds on average, if none spans several.
const EDGES_PER_BAND: usize = 4;
const MAX_BANDS: usize = 8192;
/// Copies of an edge in several bands, on average, at most: a ring that jumps
/// from south to north at every vertex must not fill the memory.
const MAX_COPIES: usize = 4;

/// An edge from its southern to its northern end. Neighbours that share an
/// edge hold exactly the same numbers, so that both compute the same crossing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    pub(crate) south: Coord<f64>,
    pub(crate) north: Coord<f64>,
}

impl Edge {
    fn new(a: Coord<f64>, b: Coord<f64>) -> Edge {
        let a_first = (a.y, a.x) <= (b.y, b.x);
        let (south, north) = if a_first { (a, b) } else { (b, a) };
        Edge { south, north }
    }

    pub(crate) fn west(&self) -> f64 {
        self.south.x.min(self.north.x)
    }

    pub(crate) fn east(&self) -> f64 {
        self.south.x.max(self.north.x)
    }

    pub(crate) fn overlaps(&self, rect: &Rect<f64>) -> bool {
        self.south.y <= rect.max().y
            && self.north.y >= rect.min().y
            && self.west() <= rect.max().x
            && self.east() >= rect.min().x
    }

    fn line(&self) -> Line<f64> {
        Line::new(self.south, self.north)
    }

    fn rect(&self) -> Rect<f64> {
        Rect::new(self.south, self.north)
    }
}

/// The edges of all rings of one polygon, or of one line.
#[derive(Debug)]
pub(crate) struct Bands {
    bounds: Rect<f64>,
    bands_per_degree: f64,
    /// Band `i` holds `edges[starts[i]..starts[i + 1]]`, easternmost end first.
    /// An edge is in every band that it touches.
    starts: Box<[u32]>,
    edges: Box<[Edge]>,
    /// A position of the outline.
    pub(crate) first: Coord<f64>,
}

impl Bands {
    /// Sorts the edges of rings or lines; `None` when there is no position.
    pub(crate) fn new<'a>(lines: impl Iterator<Item = &'a [Coord<f64>]>) -> Option<Bands> {
        let mut edges: Vec<Edge> = Vec::new();
        let mut first = None;
        for line in lines {
            first = first.or_else(|| line.first().copied());
            edges.extend(line.windows(2).map(|pair| Edge::new(pair[0], pair[1])));
        }
        let first = first?;
        let mut bounds = Rect::new(first, first);
        for edge in &edges {
            let west = bounds.min().x.min(edge.west());
            let east = bounds.max().x.max(edge.east());
            let south = bounds.min().y.min(edge.south.y);
            let north = bounds.max().y.max(edge.north.y);
            bounds = Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north });
        }

        let height = bounds.height();
        // Edges met at a latitude on average: each is in that many bands more.
        let total_height: f64 = edges.iter().map(|edge| edge.north.y - edge.south.y).sum();
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
        let mut bands = Bands {
            bounds,
            bands_per_degree,
            starts: vec![0; count + 1].into(),
            edges: Box::default(),
            first,
        };
        bands.fill(&mut edges);
        Some(bands)
    }

    fn fill(&mut self, edges: &mut [Edge]) {
        // Filling in this order leaves every band sorted.
        edges.sort_unstable_by(|a, b| b.east().total_cmp(&a.east()));
        let count = self.starts.len() - 1;
        let mut starts = vec![0_u32; count + 1];
        for edge in edges.iter() {
            for band in self.band(edge.south.y)..=self.band(edge.north.y) {
                starts[band + 1] += 1;
            }
        }
        for band in 0..count {
            starts[band + 1] += starts[band];
        }
        let mut next = starts.clone();
        let empty = Edge::new(self.first, self.first);
        let mut sorted = vec![empty; starts[count] as usize];
        for edge in edges.iter() {
            for band in self.band(edge.south.y)..=self.band(edge.north.y) {
                sorted[next[band] as usize] = *edge;
                next[band] += 1;
            }
        }
        self.starts = starts.into();
        self.edges = sorted.into();
    }

    pub(crate) fn bounds(&self) -> &Rect<f64> {
        &self.bounds
    }

    /// Every edge; one that spans bands comes several times.
    pub(crate) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The band of a latitude; latitudes outside go to the first or last one.
    fn band(&self, lat: f64) -> usize {
        let position = (lat - self.bounds.min().y) * self.bands_per_degree;
        // A float-to-integer cast saturates, so that below the south is band 0.
        (position as usize).min(self.starts.len() - 2)
    }

    fn edges_of(&self, band: usize) -> &[Edge] {
        &self.edges[self.starts[band] as usize..self.starts[band + 1] as usize]
    }

    /// Edges between two latitudes. One that spans bands comes several times.
    pub(crate) fn edges_between(&self, south: f64, north: f64) -> &[Edge] {
        if south > self.bounds.max().y || north < self.bounds.min().y {
            return &[];
        }
        let (first, last) = (self.band(south), self.band(north));
        &self.edges[self.starts[first] as usize..self.starts[last + 1] as usize]
    }

    /// Whether a position is inside. Each position on a border that two
    /// polygons share is inside exactly one of them: edges count from their
    /// southern end up to but not including their northern end, and only when
    /// they pass strictly east of the position.
    pub(crate) fn contains(&self, position: Coord<f64>) -> bool {
        let Coord { x, y } = position;
        let bounds = &self.bounds;
        if y < bounds.min().y || y > bounds.max().y || x < bounds.min().x || x > bounds.max().x {
            return false;
        }
        let mut inside = false;
        for edge in self.edges_of(self.band(y)) {
            if edge.east() <= x {
                break;
            }
            if edge.south.y <= y && y < edge.north.y {
                let entirely_east = edge.west() > x;
                let share = (y - edge.south.y) / (edge.north.y - edge.south.y);
                if entirely_east || edge.south.x + share * (edge.north.x - edge.south.x) > x {
                    inside = !inside;
                }
            }
        }
        inside
    }

    /// Whether an edge comes into or touches a rectangle.
    pub(crate) fn any_edge_overlaps(&self, rect: &Rect<f64>) -> bool {
        let near = self.edges_between(rect.min().y, rect.max().y);
        near.iter().any(|edge| edge.overlaps(rect))
    }

    /// Whether an edge of this outline crosses or touches one of another.
    pub(crate) fn crosses(&self, other: &Bands) -> bool {
        let smaller_first = self.edges.len() <= other.edges.len();
        let (few, many) = if smaller_first {
            (self, other)
        } else {
            (other, self)
        };
        let shared = &many.bounds;
        let candidates = few.edges_between(shared.min().y, shared.max().y);
        candidates
            .iter()
            .filter(|edge| edge.overlaps(shared))
            .any(|edge| {
                let rect = edge.rect();
                let near = many.edges_between(edge.south.y, edge.north.y);
                near.iter()
                    .any(|other| other.overlaps(&rect) && other.line().intersects(&edge.line()))
            })
    }
}

#[cfg(test)]
#[path = "bands_tests.rs"]
mod tests;
