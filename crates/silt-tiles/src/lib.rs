//! Vector tiles of Silt: clip, simplify, cluster, encode; PMTiles archives.
//!
//! Pure arithmetic: no store, no HTTP. A tile is made in three steps.
//!
//! 1. Once per data version, [`PointPyramid::build`] and [`ShapePyramid::build`] bring the geometries
//!    of a layer into integer Web Mercator coordinates. Both are immutable and shared by threads.
//! 2. Per request, a [`TileContent`] collects what lies in one tile and its buffer: single points,
//!    clusters or H3 cells, lines and polygons.
//! 3. [`TileContent::encode`] asks the caller's [`FeatureSource`] for ids and properties and writes
//!    one layer of MVT 2.1, thinned evenly where the tile would exceed its limits.
//!
//! The bytes of several layers may be concatenated to one tile. A result depends on nothing but the
//! data, the tile and the options, so it may stand behind a strong ETag.

mod archive;
mod content;
mod encode;
mod layer;
mod mercator;
mod morton;
mod points;
mod shapes;
mod thin;
mod tile_id;
mod tilejson;
mod walk;

#[cfg(test)]
mod testing;

pub use archive::{ArchiveError, ArchiveInfo, ArchiveSummary, ArchiveWriter};
pub use content::{TileContent, TileOptions};
pub use encode::{EncodeError, EncodedTile, TileStats};
pub use layer::{FeatureSource, Properties, PropertyValue};
pub use points::{ClusterGrid, MAX_H3_RESOLUTION, PointPyramid, h3_resolution_for_zoom};
pub use shapes::{ShapePyramid, point_positions};
pub use tile_id::{MAX_ZOOM, TileId, TileIdError};
pub use tilejson::{Field, FieldType, LayerInfo, TileJson, vector_layers};
pub use walk::walk_tiles;

/// Units per tile side, the usual extent of MVT.
pub const EXTENT: u32 = 1 << EXTENT_LOG2;

/// Logarithm to base 2 of [`EXTENT`].
pub(crate) const EXTENT_LOG2: u32 = 12;
