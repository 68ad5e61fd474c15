//! Visits the tiles that hold data, zoom by zoom, without trying the empty ones.

use std::ops::RangeInclusive;

use crate::{MAX_ZOOM, TileId};

/// Visits every tile of `zooms` that may hold data, each zoom in the order of the Hilbert curve, which
/// is the order PMTiles wants.
///
/// `may_hold` is a cheap test without false negatives ([`crate::PointPyramid::holds`],
/// [`crate::ShapePyramid::may_hold`]); `visit` makes the tile and says whether it held anything. Below
/// a tile for which either says no, nothing is tried: a tile's buffer lies within its parent's.
///
/// # Errors
/// The first error of `visit`.
pub fn walk_tiles<E>(
    zooms: RangeInclusive<u8>,
    may_hold: impl Fn(TileId) -> bool,
    mut visit: impl FnMut(TileId) -> Result<bool, E>,
) -> Result<(), E> {
    let last_zoom = (*zooms.end()).min(MAX_ZOOM);
    let mut frontier = vec![TileId::WORLD];
    for zoom in 0..=last_zoom {
        let mut next = Vec::new();
        frontier.retain(|&tile| may_hold(tile));
        frontier.sort_by_cached_key(|&tile| hilbert_id(tile));
        for &tile in &frontier {
            let is_full = if zooms.contains(&zoom) {
                visit(tile)?
            } else {
                true
            };
            if is_full && zoom < last_zoom {
                next.extend(tile.children());
            }
        }
        frontier = next;
    }
    Ok(())
}

/// Place of the tile in a PMTiles archive.
pub(crate) fn hilbert_id(tile: TileId) -> u64 {
    let coord = pmtiles::TileCoord::new(tile.z(), tile.x(), tile.y())
        .expect("every tile of Silt lies within the zooms of PMTiles");
    pmtiles::TileId::from(coord).value()
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
