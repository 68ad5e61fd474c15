//! From collected features to the bytes of an MVT 2.1 layer.

use fast_mvt::{MvtCoord, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtValueRef};

use crate::content::{Item, ItemGeometry, TileContent, What};
use crate::thin::{Weight, is_kept, select};

/// Where the ids and properties of rows come from: the caller's columns.
pub trait FeatureSource {
    /// Numeric id of the feature; below 2^52, because ids of clusters begin there.
    fn id(&self, row: u32) -> Option<u64>;

    /// Adds the properties of the feature to `out`.
    fn properties(&self, row: u32, out: &mut Properties<'_>);
}

/// Takes the properties of one feature, typed. A key is to be given once per feature.
pub struct Properties<'a> {
    feature: &'a mut MvtFeatureBuilder,
    error: Option<fast_mvt::MvtError>,
}

impl Properties<'_> {
    /// A text.
    pub fn string(&mut self, key: &str, value: &str) {
        self.put(key, MvtValueRef::String(value));
    }

    /// A truth value.
    pub fn bool(&mut self, key: &str, value: bool) {
        self.put(key, MvtValueRef::Bool(value));
    }

    /// A whole number, written as `uint` when not negative and as `sint` otherwise.
    pub fn int(&mut self, key: &str, value: i64) {
        let value = match u64::try_from(value) {
            Ok(unsigned) => MvtValueRef::UInt(unsigned),
            Err(_) => MvtValueRef::SInt(value),
        };
        self.put(key, value);
    }

    /// A whole number that is never negative.
    pub fn uint(&mut self, key: &str, value: u64) {
        self.put(key, MvtValueRef::UInt(value));
    }

    /// A number. Not-a-number and infinities are left out, as JSON would.
    pub fn double(&mut self, key: &str, value: f64) {
        if value.is_finite() {
            self.put(key, MvtValueRef::Double(value));
        }
    }

    fn put(&mut self, key: &str, value: MvtValueRef<'_>) {
        if let Err(error) = self.feature.tag_ref(key, value) {
            self.error.get_or_insert(error);
        }
    }
}

/// What an encoded layer holds and lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TileStats {
    /// Features written.
    pub features: usize,
    /// Features left out, evenly, to stay within the limits.
    pub thinned: usize,
    /// Lines and polygons were snapped to a grid of this many units to stay within the limits; 1 when not.
    pub grid_units: u32,
    /// Size in bytes, before compression.
    pub bytes: usize,
}

/// One layer of a tile, ready to be sent or to be concatenated with other layers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncodedTile {
    /// MVT 2.1, not compressed; empty when the tile holds nothing.
    pub bytes: Vec<u8>,
    /// What was written.
    pub stats: TileStats,
}

/// A layer could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The writer refused the layer: it has no name, or more keys or values than MVT can number.
    #[error("the tile layer cannot be written: {0}")]
    Mvt(#[from] fast_mvt::MvtError),
}

/// Coarsest grid that lines and polygons are snapped to before features are left out: one pixel of a
/// tile drawn with 512 pixels.
const COARSEST_GRID_LOG2: u32 = 3;

/// Beyond this number of features their size is estimated from a sample before all are encoded.
const SAMPLE_ABOVE: usize = 4000;

/// Features of the sample.
const SAMPLE_SIZE: usize = 500;

/// Attempts to meet the limit; each aims lower than the last.
const ATTEMPTS: usize = 6;

impl TileContent {
    /// Encodes the content as one layer named `layer`.
    ///
    /// A layer larger than the limits is first drawn more coarsely (lines and polygons only), then
    /// thinned: the largest shapes stay, the rest and points are sampled evenly over the tile. One
    /// feature whose own properties exceed the limit is still written.
    ///
    /// # Errors
    /// When the layer cannot be expressed in MVT.
    pub fn encode(
        mut self,
        layer: &str,
        source: &dyn FeatureSource,
    ) -> Result<EncodedTile, EncodeError> {
        let mut stats = TileStats {
            grid_units: 1,
            ..TileStats::default()
        };
        if self.items.is_empty() {
            return Ok(EncodedTile {
                bytes: Vec::new(),
                stats,
            });
        }
        let max_bytes = self.options.max_bytes.max(1);
        let property_bytes = self.estimated_property_bytes(layer, source)?;
        stats.grid_units = self.coarsen_to_fit(max_bytes, property_bytes, COARSEST_GRID_LOG2);

        let (bytes, written) = self.encode_within(layer, source, max_bytes, property_bytes)?;
        stats.features = written;
        stats.thinned = self.items.len() - written + self.left_out;
        stats.bytes = bytes.len();
        Ok(EncodedTile { bytes, stats })
    }

    /// Mean bytes of id, tags and values per feature, zero when the layer is small enough to just try.
    fn estimated_property_bytes(
        &self,
        layer: &str,
        source: &dyn FeatureSource,
    ) -> Result<usize, EncodeError> {
        let all_geometry: usize = self
            .items
            .iter()
            .map(|item| self.geometry_bytes(item))
            .sum();
        if self.items.len() <= SAMPLE_ABOVE && all_geometry < self.options.max_bytes / 4 {
            return Ok(0);
        }
        let share = (SAMPLE_SIZE as f64 / self.items.len() as f64).min(1.0);
        let keep: Vec<bool> = (0..self.items.len()).map(|i| is_kept(i, share)).collect();
        let (bytes, written) = self.encode_kept(layer, source, &keep)?;
        let geometry: usize = kept(&self.items, &keep)
            .map(|item| self.geometry_bytes(item))
            .sum();
        Ok(bytes.len().saturating_sub(geometry) / written.max(1))
    }

    fn coarsen_to_fit(
        &mut self,
        max_bytes: usize,
        property_bytes: usize,
        coarsest_log2: u32,
    ) -> u32 {
        let mut grid_log2 = 0;
        while grid_log2 < coarsest_log2 && !self.vertices.is_empty() {
            let geometry: usize = self
                .items
                .iter()
                .map(|item| self.geometry_bytes(item))
                .sum();
            let total = geometry + property_bytes * self.items.len();
            if total <= max_bytes {
                break;
            }
            // A grid twice as coarse saves half of the vertices at best: no need to try those between.
            let steps = (total / max_bytes).ilog2().max(1);
            grid_log2 = (grid_log2 + steps).min(coarsest_log2);
            self.snap_to_grid(grid_log2);
        }
        1 << grid_log2
    }

    fn encode_within(
        &self,
        layer: &str,
        source: &dyn FeatureSource,
        max_bytes: usize,
        property_bytes: usize,
    ) -> Result<(Vec<u8>, usize), EncodeError> {
        let max_features = self.options.max_features.max(1);
        let geometry: Vec<usize> = self
            .items
            .iter()
            .map(|item| self.geometry_bytes(item))
            .collect();
        let mut per_feature = property_bytes;
        let mut budget = max_bytes;
        let mut best: Option<(Vec<u8>, usize)> = None;
        for _ in 0..ATTEMPTS {
            let weights: Vec<Weight> = self
                .items
                .iter()
                .zip(&geometry)
                .map(|(item, &geometry)| Weight {
                    bytes: geometry + per_feature,
                    size: item.size,
                })
                .collect();
            let mut keep = select(&weights, budget, max_features);
            if !keep.contains(&true) {
                keep_largest(&self.items, &mut keep);
            }
            let kept_geometry: usize = geometry
                .iter()
                .zip(&keep)
                .filter_map(|(&bytes, &kept)| kept.then_some(bytes))
                .sum();
            let (bytes, written) = self.encode_kept(layer, source, &keep)?;
            let size = bytes.len();
            per_feature = size.saturating_sub(kept_geometry) / written.max(1);
            if size > max_bytes {
                // Fewer features share fewer values, so each costs more: aim below the limit.
                budget = if best.is_none() && budget == max_bytes {
                    max_bytes - max_bytes / 16
                } else {
                    budget - budget / 4
                };
                if written <= 1 {
                    return Ok(best.unwrap_or((bytes, written)));
                }
                continue;
            }
            let complete = written == self.items.len().min(max_features);
            let full_enough = size >= max_bytes - max_bytes / 4;
            let improved = best.as_ref().is_none_or(|(_, before)| written > *before);
            let second_try = best.is_some();
            if improved {
                best = Some((bytes, written));
            }
            if complete || full_enough || second_try {
                break;
            }
        }
        if let Some(best) = best {
            return Ok(best);
        }
        let mut keep = vec![false; self.items.len()];
        keep_largest(&self.items, &mut keep);
        self.encode_kept(layer, source, &keep)
    }

    fn encode_kept(
        &self,
        layer: &str,
        source: &dyn FeatureSource,
        keep: &[bool],
    ) -> Result<(Vec<u8>, usize), EncodeError> {
        let mut builder = MvtLayerBuilder::new(layer)?;
        for item in kept(&self.items, keep) {
            builder = self.encode_item(builder, item, source)?;
        }
        let written = builder.num_features();
        Ok((builder.encode(), written))
    }

    fn encode_item(
        &self,
        layer: MvtLayerBuilder,
        item: &Item,
        source: &dyn FeatureSource,
    ) -> Result<MvtLayerBuilder, EncodeError> {
        let mut feature = match &item.geometry {
            ItemGeometry::Point(position) => {
                let mut feature = layer.feature_of(MvtGeomType::Point);
                feature.points([coord(*position)])?;
                feature
            }
            ItemGeometry::Lines(range) => {
                let mut feature = layer.feature_of(MvtGeomType::LineString);
                for path in self.paths_of(range) {
                    feature.line(self.path_vertices(path).iter().copied().map(coord))?;
                }
                feature
            }
            ItemGeometry::Polygons(range) => {
                let mut feature = layer.feature_of(MvtGeomType::Polygon);
                for path in self.paths_of(range) {
                    let ring = self.path_vertices(path).iter().copied().map(coord);
                    feature.ring(ring, path.exterior)?;
                }
                feature
            }
        };
        match item.what {
            What::Row(row) => {
                feature.id(source.id(row));
                let mut properties = Properties {
                    feature: &mut feature,
                    error: None,
                };
                source.properties(row, &mut properties);
                if let Some(error) = properties.error {
                    return Err(error.into());
                }
            }
            What::Cluster { id, count } => {
                feature.id(Some(id));
                tag_count(&mut feature, count)?;
            }
            What::Cell { cell, count } => {
                feature.id(Some(cell_feature_id(cell)));
                feature.tag_ref("h3", MvtValueRef::String(&cell.to_string()))?;
                tag_count(&mut feature, count)?;
            }
        }
        Ok(feature.end())
    }

    /// Bytes of an item's geometry as MVT writes it.
    fn geometry_bytes(&self, item: &Item) -> usize {
        let range = match &item.geometry {
            ItemGeometry::Point(_) => return 8,
            ItemGeometry::Lines(range) | ItemGeometry::Polygons(range) => range,
        };
        let mut bytes = 8;
        let mut previous = [0, 0];
        for path in self.paths_of(range) {
            bytes += 4;
            for &vertex in self.path_vertices(path) {
                bytes +=
                    delta_bytes(vertex[0] - previous[0]) + delta_bytes(vertex[1] - previous[1]);
                previous = vertex;
            }
        }
        bytes
    }
}

fn kept<'a>(items: &'a [Item], keep: &'a [bool]) -> impl Iterator<Item = &'a Item> {
    items
        .iter()
        .zip(keep)
        .filter_map(|(item, &kept)| kept.then_some(item))
}

fn keep_largest(items: &[Item], keep: &mut [bool]) {
    let largest = (0..items.len()).max_by_key(|&i| (items[i].size, std::cmp::Reverse(i)));
    if let Some(largest) = largest {
        keep[largest] = true;
    }
}

fn coord(position: [i32; 2]) -> MvtCoord {
    MvtCoord {
        x: position[0],
        y: position[1],
    }
}

/// Bytes of a zigzag varint.
fn delta_bytes(delta: i32) -> usize {
    match delta.unsigned_abs() {
        0..=63 => 1,
        64..=8191 => 2,
        _ => 3,
    }
}

/// The properties that clients of clustered sources expect, named as supercluster does.
fn tag_count(feature: &mut MvtFeatureBuilder, count: u64) -> Result<(), EncodeError> {
    feature.tag_ref("clustered", MvtValueRef::Bool(true))?;
    feature.tag_ref("point_count", MvtValueRef::UInt(count))?;
    let root = (count as f64).sqrt();
    feature.tag_ref(
        "sqrt_point_count",
        MvtValueRef::Double((root * 100.0).round() / 100.0),
    )?;
    feature.tag_ref(
        "point_count_abbreviated",
        MvtValueRef::String(&abbreviated(count)),
    )?;
    Ok(())
}

/// A count as it is written on a map: 999, 1.2k, 15k, 3.4M.
pub(crate) fn abbreviated(count: u64) -> String {
    match count {
        0..=999 => count.to_string(),
        1000..=9_949 => format!("{:.1}k", count as f64 / 1e3),
        9_950..=999_499 => format!("{:.0}k", count as f64 / 1e3),
        999_500..=9_949_999 => format!("{:.1}M", count as f64 / 1e6),
        _ => format!("{:.0}M", count as f64 / 1e6),
    }
}

/// Ids from here on belong to clusters and cells; all stay exact in a JavaScript number.
pub(crate) const CLUSTER_IDS_FROM: u64 = 1 << 52;

/// A number that fits 52 bits and tells cells up to resolution 12 apart: resolution, base cell and
/// digits of the index, without its mode bits and unused digits.
fn cell_feature_id(cell: h3o::CellIndex) -> u64 {
    let resolution = u64::from(u8::from(cell.resolution()));
    let unused_bits = 3 * (15 - resolution);
    let base_and_digits = (u64::from(cell) & ((1 << 52) - 1)) >> unused_bits;
    CLUSTER_IDS_FROM | (resolution << 48) | (base_and_digits & ((1 << 48) - 1))
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
