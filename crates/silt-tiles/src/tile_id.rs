//! The address of a tile in the Web Mercator quad tree.

use geo_types::{Coord, Rect};

use crate::EXTENT;
use crate::mercator::{latitude_of_world, longitude_of_world};

/// Deepest zoom that Silt makes tiles for.
pub const MAX_ZOOM: u8 = 24;

/// A tile of the Web Mercator quad tree (`WebMercatorQuad`), rows counted from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// An address outside the quad tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileIdError {
    /// The zoom is deeper than [`MAX_ZOOM`].
    #[error("zoom {0} is deeper than {MAX_ZOOM}")]
    Zoom(u8),
    /// The column or row does not exist at this zoom.
    #[error("zoom {z} has columns and rows 0 to {last}, not {x}/{y}")]
    OutOfRange {
        /// Zoom.
        z: u8,
        /// Column asked for.
        x: u32,
        /// Row asked for.
        y: u32,
        /// Largest column and row of this zoom.
        last: u32,
    },
}

impl TileId {
    /// The whole world.
    pub const WORLD: Self = Self { z: 0, x: 0, y: 0 };

    /// The tile at zoom `z`, column `x`, row `y`.
    ///
    /// # Errors
    /// When the tile does not exist.
    pub const fn new(z: u8, x: u32, y: u32) -> Result<Self, TileIdError> {
        if z > MAX_ZOOM {
            return Err(TileIdError::Zoom(z));
        }
        let last = (1 << z) - 1;
        if x > last || y > last {
            return Err(TileIdError::OutOfRange { z, x, y, last });
        }
        Ok(Self { z, x, y })
    }

    /// Zoom.
    pub const fn z(self) -> u8 {
        self.z
    }

    /// Column, from the west.
    pub const fn x(self) -> u32 {
        self.x
    }

    /// Row, from the north.
    pub const fn y(self) -> u32 {
        self.y
    }

    /// The tile that holds this one, one zoom above; none for the world.
    pub const fn parent(self) -> Option<Self> {
        if self.z == 0 {
            return None;
        }
        Some(Self {
            z: self.z - 1,
            x: self.x / 2,
            y: self.y / 2,
        })
    }

    /// The four tiles below, none at [`MAX_ZOOM`].
    pub fn children(self) -> impl Iterator<Item = Self> {
        let count = if self.z < MAX_ZOOM { 4 } else { 0 };
        (0..count).map(move |quadrant| Self {
            z: self.z + 1,
            x: self.x * 2 + quadrant % 2,
            y: self.y * 2 + quadrant / 2,
        })
    }

    /// West, south, east and north in degrees, without buffer.
    pub fn lonlat_bounds(self) -> Rect<f64> {
        self.window(0.0)
    }

    /// The tile with `buffer_units` (of 4096 per tile side) on every side, as windows in degrees with
    /// longitudes in [-180, 180]: one, or two where the buffer crosses the antimeridian.
    pub fn lonlat_windows(self, buffer_units: u32) -> Vec<Rect<f64>> {
        let window = self.window(f64::from(buffer_units) / f64::from(EXTENT));
        let (west, east) = (window.min().x, window.max().x);
        let (south, north) = (window.min().y, window.max().y);
        let rect =
            |from: f64, to: f64| Rect::new(Coord { x: from, y: south }, Coord { x: to, y: north });
        if east - west >= 360.0 {
            return vec![rect(-180.0, 180.0)];
        }
        if west < -180.0 {
            return vec![rect(-180.0, east), rect(west + 360.0, 180.0)];
        }
        if east > 180.0 {
            return vec![rect(west, 180.0), rect(-180.0, east - 360.0)];
        }
        vec![rect(west, east)]
    }

    /// The tile grown by `margin` tile sides, in degrees; longitudes may leave [-180, 180].
    fn window(self, margin: f64) -> Rect<f64> {
        let side = 1.0 / f64::from(1_u32 << self.z);
        let west = (f64::from(self.x) - margin) * side;
        let east = (f64::from(self.x) + 1.0 + margin) * side;
        let north = ((f64::from(self.y) - margin) * side).max(0.0);
        let south = ((f64::from(self.y) + 1.0 + margin) * side).min(1.0);
        Rect::new(
            Coord {
                x: longitude_of_world(west),
                y: latitude_of_world(south),
            },
            Coord {
                x: longitude_of_world(east),
                y: latitude_of_world(north),
            },
        )
    }
}

impl std::fmt::Display for TileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

#[cfg(test)]
#[path = "tile_id_tests.rs"]
mod tests;
