//! From collected features to the bytes of an MVT 2.1 layer.

use crate::content::{Item, ItemGeometry, TileContent, What};
use crate::layer::{FeatureSource, GeometryKind, Group, LayerWriter, Properties, PropertyValue};
use crate::thin::{Weight, is_kept, select};

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
    /// MVT wants a name for every layer.
    #[error("the tile layer cannot be written: it has no name")]
    MissingName,
    /// More values, or more bytes of them, than a layer can number.
    #[error("the tile layer cannot be written: it has more than 2^32 bytes of values")]
    TooManyValues,
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
        if layer.is_empty() {
            return Err(EncodeError::MissingName);
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
        let mut rows: Vec<u32> = Vec::new();
        let mut counts: Vec<What> = Vec::new();
        for item in kept(&self.items, keep) {
            match item.what {
                What::Row(row) => rows.push(row),
                What::Cluster { .. } | What::Cell { .. } => counts.push(item.what),
            }
        }
        let ids: Vec<Option<u64>> = rows.iter().map(|&row| source.id(row)).collect();
        LayerWriter::with(|writer| {
            let mut properties = writer.properties(Group::Rows, rows.len());
            if !rows.is_empty() {
                source.properties(&rows, &mut properties);
            }
            let mut properties = writer.properties(Group::Counts, counts.len());
            count_properties(&counts, &mut properties);
            writer.number_values();

            let (mut next_row, mut next_count) = (0, 0);
            for item in kept(&self.items, keep) {
                let (id, place) = match item.what {
                    What::Row(_) => {
                        next_row += 1;
                        (ids[next_row - 1], (Group::Rows, next_row - 1))
                    }
                    What::Cluster { id, .. } => {
                        next_count += 1;
                        (Some(id), (Group::Counts, next_count - 1))
                    }
                    What::Cell { cell, .. } => {
                        next_count += 1;
                        (Some(cell_feature_id(cell)), (Group::Counts, next_count - 1))
                    }
                };
                let kind = self.draw(item, writer);
                writer.end_feature(id, kind, place);
            }
            if writer.is_overfull() {
                return Err(EncodeError::TooManyValues);
            }
            Ok((writer.finish(layer), writer.count()))
        })
    }

    fn draw(&self, item: &Item, writer: &mut LayerWriter) -> GeometryKind {
        match &item.geometry {
            ItemGeometry::Point(position) => {
                writer.point(*position);
                GeometryKind::Point
            }
            ItemGeometry::Lines(range) => {
                writer.begin_paths();
                for path in self.paths_of(range) {
                    writer.line(self.path_vertices(path));
                }
                GeometryKind::Lines
            }
            ItemGeometry::Polygons(range) => {
                writer.begin_paths();
                for path in self.paths_of(range) {
                    writer.ring(self.path_vertices(path), path.exterior);
                }
                GeometryKind::Polygons
            }
        }
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

/// Bytes of a zigzag varint.
fn delta_bytes(delta: i32) -> usize {
    match delta.unsigned_abs() {
        0..=63 => 1,
        64..=8191 => 2,
        _ => 3,
    }
}

/// The properties that clients of clustered sources expect, named as supercluster does.
fn count_properties(counts: &[What], out: &mut Properties<'_>) {
    if counts.is_empty() {
        return;
    }
    let cells: Vec<Option<String>> = counts
        .iter()
        .map(|what| match what {
            What::Cell { cell, .. } => Some(cell.to_string()),
            What::Row(_) | What::Cluster { .. } => None,
        })
        .collect();
    let cells = cells.iter().map(Option::as_deref);
    out.column("h3", cells.map(|cell| cell.map(PropertyValue::Text)));

    let numbers: Vec<u64> = counts
        .iter()
        .map(|what| match *what {
            What::Cluster { count, .. } | What::Cell { count, .. } => count,
            What::Row(_) => 1,
        })
        .collect();
    let is_clustered = numbers.iter().map(|_| Some(PropertyValue::Bool(true)));
    out.column("clustered", is_clustered);
    let point_counts = numbers
        .iter()
        .map(|&count| Some(PropertyValue::Uint(count)));
    out.column("point_count", point_counts);
    let roots = numbers.iter().map(|&count| {
        let root = (count as f64).sqrt();
        Some(PropertyValue::Double((root * 100.0).round() / 100.0))
    });
    out.column("sqrt_point_count", roots);
    let texts: Vec<String> = numbers.iter().map(|&count| abbreviated(count)).collect();
    let texts = texts.iter().map(|text| Some(PropertyValue::Text(text)));
    out.column("point_count_abbreviated", texts);
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
