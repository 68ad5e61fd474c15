//! Helpers of the tests: a source of properties, tiles read back, and random positions.

use fast_mvt::{MvtFeature, MvtReaderRef, MvtValue};
use geo_types::Geometry;

use crate::{
    EncodedTile, FeatureSource, Properties, PropertyValue, TileContent, TileId, TileOptions,
};

/// Gives every row its number as id and property.
pub(crate) struct Rows;

impl FeatureSource for Rows {
    fn id(&self, row: u32) -> Option<u64> {
        Some(u64::from(row))
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        let numbers = rows.iter().map(|&row| u64::from(row));
        out.column("row", numbers.map(|row| Some(PropertyValue::Uint(row))));
    }
}

/// Gives every row a text of its own, so that properties are most of the tile.
pub(crate) struct Texts(pub(crate) usize);

impl FeatureSource for Texts {
    fn id(&self, row: u32) -> Option<u64> {
        Some(u64::from(row))
    }

    fn properties(&self, rows: &[u32], out: &mut Properties<'_>) {
        let texts: Vec<String> = rows
            .iter()
            .map(|row| format!("{row:0>width$}", width = self.0))
            .collect();
        let texts = texts.iter().map(|text| Some(PropertyValue::Text(text)));
        out.column("name", texts);
    }
}

pub(crate) fn tile(z: u8, x: u32, y: u32) -> TileId {
    TileId::new(z, x, y).expect("a tile of the tests")
}

pub(crate) fn all_tiles(z: u8) -> impl Iterator<Item = TileId> {
    let side = 1_u32 << z;
    (0..side).flat_map(move |y| (0..side).map(move |x| tile(z, x, y)))
}

/// Encodes what `collect` finds in a tile.
pub(crate) fn encode(
    tile: TileId,
    options: TileOptions,
    source: &dyn FeatureSource,
    collect: impl FnOnce(&mut TileContent),
) -> EncodedTile {
    let mut content = TileContent::new(tile, options);
    collect(&mut content);
    content.encode("layer", source).expect("a layer")
}

/// The features of a tile of one layer, none when it is empty.
pub(crate) fn decode(bytes: &[u8]) -> Vec<MvtFeature> {
    let reader = MvtReaderRef::new(bytes).expect("a vector tile");
    let Some(layer) = reader.layers().next() else {
        return Vec::new();
    };
    assert_eq!(layer.version(), 2);
    assert_eq!(layer.extent(), 4096);
    layer
        .features()
        .map(|feature| feature.to_feature().expect("a feature"))
        .collect()
}

pub(crate) fn uint(feature: &MvtFeature, key: &str) -> Option<u64> {
    feature
        .properties
        .iter()
        .find_map(|(name, value)| match value {
            MvtValue::UInt(value) if name == key => Some(*value),
            _ => None,
        })
}

pub(crate) fn text<'a>(feature: &'a MvtFeature, key: &str) -> Option<&'a str> {
    feature
        .properties
        .iter()
        .find_map(|(name, value)| match value {
            MvtValue::String(value) if name == key => Some(value.as_str()),
            _ => None,
        })
}

/// Position of a point feature in tile units.
pub(crate) fn position(feature: &MvtFeature) -> (i32, i32) {
    match &feature.geometry {
        Geometry::Point(point) => (point.x(), point.y()),
        other => panic!("a point was expected, not {other:?}"),
    }
}

/// True when a position lies in the tile itself and not in its buffer.
pub(crate) fn is_home((x, y): (i32, i32)) -> bool {
    (0..4096).contains(&x) && (0..4096).contains(&y)
}

/// Pseudo-random numbers (splitmix64): the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in [from, to).
    pub(crate) fn between(&mut self, from: f64, to: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        from + unit * (to - from)
    }
}

/// Points in clumps and singly, some at the antimeridian and beyond 85 degrees.
pub(crate) fn scattered(count: u32, seed: u64) -> Vec<(u32, f64, f64)> {
    let mut random = Random(seed);
    let centres: Vec<(f64, f64)> = (0..12)
        .map(|_| (random.between(-180.0, 180.0), random.between(-75.0, 75.0)))
        .collect();
    (0..count)
        .map(|row| match row % 5 {
            0 => (
                row,
                random.between(-180.0, 180.0),
                random.between(-89.0, 89.0),
            ),
            1 => (
                row,
                180.0 + random.between(-0.5, 0.5),
                random.between(-60.0, 60.0),
            ),
            _ => {
                let (longitude, latitude) = centres[row as usize % centres.len()];
                (
                    row,
                    longitude + random.between(-3.0, 3.0),
                    latitude + random.between(-3.0, 3.0),
                )
            }
        })
        .collect()
}
