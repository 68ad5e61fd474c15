//! PMTiles v3 archives.

use std::io::{Seek, Write};

use geo_types::Rect;
use pmtiles::{PmTilesStreamWriter, PmTilesWriter, PmtError, TileCoord, TileType};
use serde_json::json;

use crate::tilejson::{clipped_bounds, zoom_that_shows};
use crate::{LayerInfo, TileId, vector_layers};

/// What an archive says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveInfo {
    /// Name of the tile set.
    pub name: String,
    /// What it shows.
    pub description: String,
    /// Sources to be named on the map, HTML allowed.
    pub attribution: String,
    /// Version of the data.
    pub version: String,
    /// Extent of the data in degrees; the world when not known.
    pub bounds: Option<Rect<f64>>,
    /// First zoom written.
    pub min_zoom: u8,
    /// Last zoom written.
    pub max_zoom: u8,
    /// The layers, with their properties.
    pub layers: Vec<LayerInfo>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ArchiveSummary {
    /// Tiles that a reader can ask for, empty ones not counted.
    pub tiles: u64,
    /// Bytes of these tiles before compression.
    pub tile_bytes: u64,
}

/// An archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file could not be written, or has more tiles than the format can address.
    #[error("the PMTiles archive cannot be written: {0}")]
    Write(#[source] Box<PmtError>),
}

impl From<PmtError> for ArchiveError {
    fn from(error: PmtError) -> Self {
        Self::Write(Box::new(error))
    }
}

/// Writes tiles to a PMTiles v3 archive: gzip, identical tiles stored once.
pub struct ArchiveWriter<W: Write + Seek> {
    writer: PmTilesStreamWriter<W>,
    summary: ArchiveSummary,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    /// Begins an archive in `out`.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(out: W, info: &ArchiveInfo) -> Result<Self, ArchiveError> {
        let [west, south, east, north] = clipped_bounds(info.bounds);
        let center_zoom = zoom_that_shows(&[west, south, east, north])
            .clamp(info.min_zoom.min(info.max_zoom), info.max_zoom);
        let metadata = json!({
            "name": info.name,
            "description": info.description,
            "attribution": info.attribution,
            "version": info.version,
            "type": "overlay",
            "vector_layers": vector_layers(&info.layers),
        });
        let writer = PmTilesWriter::new(TileType::Mvt)
            .min_zoom(info.min_zoom)
            .max_zoom(info.max_zoom)
            .bounds(west, south, east, north)
            .center(f64::midpoint(west, east), f64::midpoint(south, north))
            .center_zoom(center_zoom)
            .metadata(metadata.to_string())
            .create(out)?;
        Ok(Self {
            writer,
            summary: ArchiveSummary::default(),
        })
    }

    /// Adds a tile, not compressed; an empty one is not stored. Readers are fastest when tiles come in the
    /// order of [`crate::walk_tiles`].
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn add(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), ArchiveError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let coord = TileCoord::new(tile.z(), tile.x(), tile.y())?;
        self.writer.add_tile(coord, bytes)?;
        self.summary.tiles += 1;
        self.summary.tile_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Writes the directories and the header. Without it the file is not an archive.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self) -> Result<ArchiveSummary, ArchiveError> {
        self.writer.finalize()?;
        Ok(self.summary)
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
