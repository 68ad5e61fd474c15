//! Writes one layer of MVT 2.1.
//!
//! Source of the format: Mapbox Vector Tile Specification 2.1. The layer is written straight to its
//! bytes: features are many, small and alike, and a builder that takes one after the other would
//! spend its time on looking up keys and values.

mod properties;
mod values;
mod wire;

use std::cell::Cell;

use crate::EXTENT;

use properties::{Dictionary, Table};
pub use properties::{FeatureSource, Properties, PropertyValue};
use wire::{bytes_field, bytes_len, put_bytes, put_varint, varint_field, varint_len, zigzag};

/// Version of MVT.
const VERSION: u64 = 2;

/// A writer with more memory than this is not kept for the next tile.
const LARGEST_KEPT_BYTES: usize = 8 << 20;

const MOVE_TO_ONE: u64 = (1 << 3) | 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = (1 << 3) | 7;

/// The properties of a feature: those of the rows of a source, or those that tell what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Rows,
    Counts,
}

/// A layer under way. First the properties of all features are taken, then the features.
#[derive(Debug, Default)]
pub(crate) struct LayerWriter {
    dictionary: Dictionary,
    rows: Table,
    counts: Table,
    /// How often each value is used.
    uses: Vec<u32>,
    /// Values in the order in which they are written.
    order: Vec<u32>,
    /// The place of each value in `order`.
    places: Vec<u32>,
    features: Vec<u8>,
    count: usize,
    tags: Vec<u8>,
    geometry: Vec<u8>,
    cursor: [i32; 2],
}

thread_local! {
    /// The writer of the thread's last tile, for its memory.
    static LAST: Cell<Option<Box<LayerWriter>>> = const { Cell::new(None) };
}

impl LayerWriter {
    /// Calls `write` with an empty writer.
    pub(crate) fn with<R>(write: impl FnOnce(&mut Self) -> R) -> R {
        // Taken and not borrowed: a source may write a tile of its own.
        let mut writer = LAST.take().unwrap_or_default();
        writer.dictionary.clear();
        writer.features.clear();
        writer.count = 0;
        let result = write(&mut writer);
        if writer.features.capacity() + writer.dictionary.values.bytes() * 4 < LARGEST_KEPT_BYTES {
            LAST.set(Some(writer));
        }
        result
    }

    /// Takes the properties of `count` features of a group.
    pub(crate) fn properties(&mut self, group: Group, count: usize) -> Properties<'_> {
        let table = match group {
            Group::Rows => &mut self.rows,
            Group::Counts => &mut self.counts,
        };
        table.clear(count);
        Properties::new(&mut self.dictionary, table)
    }

    /// Ends the properties: from now on features are taken.
    ///
    /// The more often a value is used, the lower its number, as low numbers take fewer bytes.
    pub(crate) fn number_values(&mut self) {
        let count = self.dictionary.values.len();
        self.uses.clear();
        self.uses.resize(count, 0);
        for value in self.rows.values().chain(self.counts.values()) {
            self.uses[value as usize] += 1;
        }
        self.order.clear();
        let numbers = 0..count as u32;
        let is_shared = |value: &u32| self.uses[*value as usize] > 1;
        self.order.extend(numbers.clone().filter(is_shared));
        self.order
            .sort_by_key(|&value| std::cmp::Reverse(self.uses[value as usize]));
        self.order.extend(numbers.filter(|value| !is_shared(value)));
        self.places.clear();
        self.places.resize(count, 0);
        for (place, &value) in (0_u32..).zip(&self.order) {
            self.places[value as usize] = place;
        }
    }

    /// A point.
    pub(crate) fn point(&mut self, position: [i32; 2]) {
        self.geometry.clear();
        self.cursor = [0, 0];
        self.move_to(position);
    }

    /// Begins the geometry of lines or polygons.
    pub(crate) fn begin_paths(&mut self) {
        self.geometry.clear();
        self.cursor = [0, 0];
    }

    /// A line of two or more vertices.
    pub(crate) fn line(&mut self, vertices: &[[i32; 2]]) {
        let Some((&first, rest)) = vertices.split_first() else {
            return;
        };
        self.move_to(first);
        self.line_to(rest.iter().copied(), rest.len());
    }

    /// A ring of three or more vertices, not closed; turned as MVT wants its role to be.
    pub(crate) fn ring(&mut self, vertices: &[[i32; 2]], is_exterior: bool) {
        let area = signed_area(vertices);
        let is_turned = area != 0 && (area > 0) != is_exterior;
        let Some((&first, rest)) = vertices.split_first() else {
            return;
        };
        if is_turned {
            let last = rest.last().copied().unwrap_or(first);
            self.move_to(last);
            let others = vertices.iter().rev().skip(1).copied();
            self.line_to(others, rest.len());
        } else {
            self.move_to(first);
            self.line_to(rest.iter().copied(), rest.len());
        }
        put_varint(&mut self.geometry, CLOSE_PATH);
    }

    fn move_to(&mut self, position: [i32; 2]) {
        put_varint(&mut self.geometry, MOVE_TO_ONE);
        self.step_to(position);
    }

    fn line_to(&mut self, vertices: impl Iterator<Item = [i32; 2]>, count: usize) {
        if count == 0 {
            return;
        }
        put_varint(&mut self.geometry, (count as u64) << 3 | LINE_TO);
        vertices.for_each(|vertex| self.step_to(vertex));
    }

    fn step_to(&mut self, position: [i32; 2]) {
        for (to, from) in position.into_iter().zip(self.cursor) {
            put_varint(&mut self.geometry, zigzag(i64::from(to) - i64::from(from)));
        }
        self.cursor = position;
    }

    /// Ends a feature: its geometry is what was drawn last, its properties are at `place` of the group.
    pub(crate) fn end_feature(
        &mut self,
        id: Option<u64>,
        kind: GeometryKind,
        from: (Group, usize),
    ) {
        let (group, place) = from;
        let table = match group {
            Group::Rows => &self.rows,
            Group::Counts => &self.counts,
        };
        self.tags.clear();
        for (key, value) in table.tags(place) {
            put_varint(&mut self.tags, u64::from(key));
            put_varint(&mut self.tags, u64::from(self.places[value as usize]));
        }
        let packed = |bytes: &[u8]| {
            if bytes.is_empty() {
                0
            } else {
                bytes_len(bytes.len())
            }
        };
        let length =
            id.map_or(0, |id| 1 + varint_len(id)) + packed(&self.tags) + 2 + packed(&self.geometry);
        let out = &mut self.features;
        out.push(bytes_field(2));
        put_varint(out, length as u64);
        if let Some(id) = id {
            out.push(varint_field(1));
            put_varint(out, id);
        }
        if !self.tags.is_empty() {
            put_bytes(out, 2, &self.tags);
        }
        out.extend_from_slice(&[varint_field(3), kind as u8]);
        if !self.geometry.is_empty() {
            put_bytes(out, 4, &self.geometry);
        }
        self.count += 1;
    }

    /// Number of features taken.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// True when there were more values than MVT can number.
    pub(crate) fn is_overfull(&self) -> bool {
        self.dictionary.values.is_overfull()
    }

    /// The layer as a field of a tile.
    pub(crate) fn finish(&self, name: &str) -> Vec<u8> {
        let Dictionary { keys, values, .. } = &self.dictionary;
        let text_lengths: usize = keys.iter().map(|key| bytes_len(key.len())).sum();
        let value_lengths: usize = (0..values.len() as u32)
            .map(|number| bytes_len(values.message(number).len()))
            .sum();
        let length = bytes_len(name.len())
            + self.features.len()
            + text_lengths
            + value_lengths
            + 1
            + varint_len(u64::from(EXTENT))
            + 1
            + varint_len(VERSION);
        let mut out = Vec::with_capacity(bytes_len(length));
        out.push(bytes_field(3));
        put_varint(&mut out, length as u64);
        put_bytes(&mut out, 1, name.as_bytes());
        out.extend_from_slice(&self.features);
        for key in keys {
            put_bytes(&mut out, 3, key.as_bytes());
        }
        for &number in &self.order {
            put_bytes(&mut out, 4, values.message(number));
        }
        out.push(varint_field(5));
        put_varint(&mut out, u64::from(EXTENT));
        out.push(varint_field(15));
        put_varint(&mut out, VERSION);
        out
    }
}

/// Type of a feature's geometry, numbered as MVT does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GeometryKind {
    Point = 1,
    Lines = 2,
    Polygons = 3,
}

/// Twice the area of a ring within reach of a tile, positive for exteriors (y downwards).
fn signed_area(ring: &[[i32; 2]]) -> i64 {
    let Some(&last) = ring.last() else { return 0 };
    let mut before = last.map(i64::from);
    let mut area = 0_i64;
    for vertex in ring {
        let vertex = vertex.map(i64::from);
        area += before[0] * vertex[1] - vertex[0] * before[1];
        before = vertex;
    }
    area
}

#[cfg(test)]
#[path = "layer_tests.rs"]
mod tests;
