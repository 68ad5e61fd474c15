//! What lies in one tile, before it is encoded.

use std::ops::Range;

use crate::TileId;

/// Limits and margins of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileOptions {
    /// Margin around the tile in which features are kept too, in units of 4096 per tile side.
    pub buffer_units: u32,
    /// Largest size of the encoded layer in bytes, before compression.
    pub max_bytes: usize,
    /// Largest number of features in the layer.
    pub max_features: usize,
}

impl Default for TileOptions {
    fn default() -> Self {
        Self {
            buffer_units: 64,
            max_bytes: 500_000,
            max_features: 25_000,
        }
    }
}

/// The features of one layer of one tile, in tile units, collected from the pyramids.
///
/// Points and shapes of the same layer go into the same content: a tile must not hold two layers of
/// one name.
#[derive(Debug)]
pub struct TileContent {
    pub(crate) tile: TileId,
    pub(crate) options: TileOptions,
    pub(crate) items: Vec<Item>,
    /// Vertices of all lines and rings; rings are not closed.
    pub(crate) vertices: Vec<[i32; 2]>,
    pub(crate) paths: Vec<Path>,
    /// Features that were in the tile but not even collected, because the limit was passed by far.
    pub(crate) left_out: usize,
}

/// A line or a ring.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) vertices: Range<u32>,
    /// True for an exterior ring, false for a hole; lines do not care.
    pub(crate) exterior: bool,
}

/// A feature to be.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) what: What,
    pub(crate) geometry: ItemGeometry,
    /// Order of importance when the tile is full: the largest stay. Zero: no preference.
    pub(crate) size: u64,
}

/// What a feature stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Row(u32),
    Cluster { id: u64, count: u64 },
    Cell { cell: h3o::CellIndex, count: u64 },
}

/// The geometry of an item; ranges point into [`TileContent::paths`].
#[derive(Debug, Clone)]
pub(crate) enum ItemGeometry {
    Point([i32; 2]),
    Lines(Range<u32>),
    Polygons(Range<u32>),
}

impl TileContent {
    /// An empty tile.
    pub fn new(tile: TileId, options: TileOptions) -> Self {
        Self {
            tile,
            options,
            items: Vec::new(),
            vertices: Vec::new(),
            paths: Vec::new(),
            left_out: 0,
        }
    }

    /// The tile this content belongs to.
    pub fn tile(&self) -> TileId {
        self.tile
    }

    /// Number of features collected so far.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True when nothing was found: the response is 204.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn push_point(&mut self, what: What, position: [i32; 2], size: u64) {
        self.items.push(Item {
            what,
            geometry: ItemGeometry::Point(position),
            size,
        });
    }

    /// Index of the next path, to be kept before the paths of an item are pushed.
    pub(crate) fn next_path(&self) -> u32 {
        index(self.paths.len())
    }

    pub(crate) fn push_path(
        &mut self,
        vertices: impl IntoIterator<Item = [i32; 2]>,
        exterior: bool,
    ) {
        let start = index(self.vertices.len());
        self.vertices.extend(vertices);
        let end = index(self.vertices.len());
        self.paths.push(Path {
            vertices: start..end,
            exterior,
        });
    }

    pub(crate) fn path_vertices(&self, path: &Path) -> &[[i32; 2]] {
        &self.vertices[path.vertices.start as usize..path.vertices.end as usize]
    }

    pub(crate) fn paths_of(&self, range: &Range<u32>) -> &[Path] {
        &self.paths[range.start as usize..range.end as usize]
    }
}

/// A tile never holds four thousand million vertices: memory ends before.
fn index(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 vertices in a tile")
}
