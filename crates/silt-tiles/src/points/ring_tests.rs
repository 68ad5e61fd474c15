use super::*;
use crate::testing::{Random, scattered, tile};

/// Every cell of the ring, looked up by itself.
fn one_by_one(points: &PointPyramid, tile: TileId, level: u32, rings: u32) -> Vec<RingCell> {
    let per_side = 1_i64 << (level - u32::from(tile.z()));
    let world = 1_i64 << level;
    let rings = i64::from(rings);
    let (west, north) = (
        i64::from(tile.x()) * per_side,
        i64::from(tile.y()) * per_side,
    );
    let mut cells = Vec::new();
    for y in (north - rings).max(0)..(north + per_side + rings).min(world) {
        for x in west - rings..west + per_side + rings {
            let is_inside =
                (west..west + per_side).contains(&x) && (north..north + per_side).contains(&y);
            let wrapped = x.rem_euclid(world) as u32;
            let range = points.cell_range(level, wrapped, y as u32);
            if !is_inside && !range.is_empty() {
                cells.push(RingCell {
                    prefix: morton::encode(wrapped, y as u32),
                    range,
                    worlds: x.div_euclid(world),
                    place: (y, x),
                });
            }
        }
    }
    cells
}

#[test]
fn the_margin_has_the_cells_that_are_looked_up_one_by_one() {
    let points = PointPyramid::build(scattered(5000, 31));
    let mut random = Random(32);
    let mut cells = 0;
    for round in 0..600_u32 {
        let z = (round % 9) as u8;
        let side = 1_u64 << z;
        let tile = tile(
            z,
            (random.next() % side) as u32,
            (random.next() % side) as u32,
        );
        let level = u32::from(z) + round % 7;
        // Rings may be wider than the tile.
        let rings = [0, 1, 2, 5][round as usize % 4];
        let found = points.cells_around(tile, level, rings);
        assert_eq!(
            found,
            one_by_one(&points, tile, level, rings),
            "{tile} {level} {rings}"
        );
        cells += found.len();
    }
    assert!(cells > 1000, "{cells}");
}
