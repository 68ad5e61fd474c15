//! Immutable snapshots of collections: what every query, tile and hotspot is computed from.
//!
//! A [`CollectionSnapshot`] holds the current features of one collection as columns, with an
//! R-tree over their geometries and a list of rows for each region. Rows are numbered from 0 in
//! the order of their `fid`, so a list of rows in ascending order is in paging order.

mod build;
mod cells;
mod changed;
mod column;
mod geometry;
mod tree;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use geo_types::{Coord, Geometry, Rect};
use silt_model::{CollectionSchema, Feature, FeatureId, LocationAccuracy, StoredFeature, Value};

pub use build::SnapshotBuilder;
pub use cells::RowCells;
pub use column::{Bits, Column, ColumnBuilder, NULL_CODE, NumberColumn, TextArena, TextColumn};
use geometry::Geometries;
use tree::Tree;

/// The current features of one collection. Never changes; a newer state is another snapshot.
#[derive(Debug)]
pub struct CollectionSnapshot {
    schema: CollectionSchema,
    version: u64,
    fids: Vec<i64>,
    sources: TextColumn,
    records: TextColumn,
    editions: TextColumn,
    source_crs: TextColumn,
    accuracies: TextColumn,
    flags: TextColumn,
    synthetic: Bits,
    columns: Vec<Column>,
    column_places: HashMap<String, usize>,
    geometries: Geometries,
    without_geometry: Vec<u32>,
    tree: Tree,
    regions: RegionPostings,
    bounds: Option<[f64; 4]>,
    by_id: OnceLock<Vec<u32>>,
    cells: cells::CellsByResolution,
}

/// Which rows lie in which leaf region, both ways.
#[derive(Debug, Default)]
struct RegionPostings {
    ids: Vec<Arc<str>>,
    places: HashMap<Arc<str>, usize>,
    /// Rows of region `i`, ascending.
    rows: Vec<Vec<u32>>,
    /// Regions of row `r` are `of_row[starts[r]..starts[r + 1]]`.
    starts: Vec<u32>,
    of_row: Vec<u32>,
}

impl CollectionSnapshot {
    /// Id, title and fields.
    pub fn schema(&self) -> &CollectionSchema {
        &self.schema
    }

    /// The store's data version at which this collection last changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.fids.len()
    }

    /// Whether the collection is empty.
    pub fn is_empty(&self) -> bool {
        self.fids.is_empty()
    }

    /// West, south, east, north of all geometries in degrees; `None` without any geometry.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.bounds
    }

    /// Row key in the store: ascending with the row, never used again after a removal.
    pub fn fid(&self, row: u32) -> i64 {
        self.fids[row as usize]
    }

    /// The first row whose fid is larger, which may be one past the last row.
    pub fn first_row_after(&self, fid: i64) -> u32 {
        self.fids.partition_point(|&own| own <= fid) as u32
    }

    /// `source:record`, the id under which the feature is served.
    pub fn id(&self, row: u32) -> FeatureId {
        FeatureId {
            source: self.sources.get(row).unwrap_or_default().to_owned(),
            record: self.records.get(row).unwrap_or_default().to_owned(),
        }
    }

    /// The row of a feature. The first call sorts the ids.
    pub fn row_of(&self, id: &FeatureId) -> Option<u32> {
        let key = |row: u32| (self.sources.get(row), self.records.get(row));
        let order = self.by_id.get_or_init(|| {
            let mut rows: Vec<u32> = (0..self.len() as u32).collect();
            rows.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
            rows
        });
        let wanted = (Some(id.source.as_str()), Some(id.record.as_str()));
        let place = order.binary_search_by(|&row| key(row).cmp(&wanted)).ok()?;
        Some(order[place])
    }

    /// The values of a field of the schema.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.column_places
            .get(name)
            .map(|&place| &self.columns[place])
    }

    /// The columns in the order of the schema's fields.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The value of a field; null where there is no such field.
    pub fn value(&self, row: u32, field: &str) -> Value {
        self.column(field)
            .map_or(Value::Null, |column| column.value(row))
    }

    /// Ids of the sources (`silt_source`).
    pub fn sources(&self) -> &TextColumn {
        &self.sources
    }

    /// Record ids as the sources give them (`silt_record`).
    pub fn records(&self) -> &TextColumn {
        &self.records
    }

    /// Editions since which the states hold (`silt_edition`).
    pub fn editions(&self) -> &TextColumn {
        &self.editions
    }

    /// Coordinate reference systems in which the sources published (`silt_crs`); null is WGS84.
    pub fn source_crs(&self) -> &TextColumn {
        &self.source_crs
    }

    /// `exact`, `approximate`, `centroid` or null (`silt_accuracy`).
    pub fn accuracies(&self) -> &TextColumn {
        &self.accuracies
    }

    /// Flags as a JSON array of objects with a `code` (`silt_flags`); null where there is none.
    pub fn flags(&self) -> &TextColumn {
        &self.flags
    }

    /// Whether the feature is synthetic (`silt_synthetic`).
    pub fn is_synthetic(&self, row: u32) -> bool {
        self.synthetic.get(row)
    }

    /// Whether any feature is synthetic.
    pub fn any_synthetic(&self) -> bool {
        self.synthetic.count() > 0
    }

    /// Longitude and latitude in degrees.
    pub fn geometry(&self, row: u32) -> Option<Cow<'_, Geometry<f64>>> {
        self.geometries.get(row)
    }

    /// The position of a feature that is one point.
    pub fn point(&self, row: u32) -> Option<Coord<f64>> {
        self.geometries.point(row)
    }

    /// Whether every geometry of the collection is one point.
    pub fn is_all_points(&self) -> bool {
        self.geometries.is_all_points()
    }

    /// The box around a geometry, as its coordinates stand.
    pub fn geometry_bounds(&self, row: u32) -> Option<Rect<f64>> {
        self.geometries.bounds(row)
    }

    /// Rows whose geometry meets the box `west, south, east, north` in degrees, ascending;
    /// `west > east` crosses the antimeridian. Features without geometry never do.
    pub fn rows_in_bbox(&self, bbox: [f64; 4]) -> Vec<u32> {
        tree::rows_in_bbox(&self.tree, &self.geometries, bbox)
    }

    /// Rows without geometry, ascending.
    pub fn rows_without_geometry(&self) -> &[u32] {
        &self.without_geometry
    }

    /// Rows that may meet the box: a superset of [`CollectionSnapshot::rows_in_bbox`] that costs
    /// no geometry, ascending.
    pub fn rows_near_bbox(&self, bbox: [f64; 4]) -> Vec<u32> {
        tree::rows_near_bbox(&self.tree, bbox)
    }

    /// Ids of the leaf regions in which any feature lies, sorted.
    pub fn region_ids(&self) -> &[Arc<str>] {
        &self.regions.ids
    }

    /// Rows in a leaf region, ascending.
    pub fn rows_in_region(&self, leaf: &str) -> &[u32] {
        match self.regions.places.get(leaf) {
            Some(&place) => &self.regions.rows[place],
            None => &[],
        }
    }

    /// Rows in any of these leaf regions, ascending, each once.
    pub fn rows_in_regions<S: AsRef<str>>(&self, leaves: &[S]) -> Vec<u32> {
        let lists: Vec<&[u32]> = leaves
            .iter()
            .map(|leaf| self.rows_in_region(leaf.as_ref()))
            .filter(|rows| !rows.is_empty())
            .collect();
        match lists.as_slice() {
            [] => Vec::new(),
            [only] => only.to_vec(),
            several => {
                let mut rows = Bits::zeros(self.len());
                several
                    .iter()
                    .flat_map(|list| list.iter())
                    .for_each(|&row| rows.set(row));
                rows.rows().collect()
            }
        }
    }

    /// Places in [`CollectionSnapshot::region_ids`] of the leaf regions of a feature, ascending.
    pub fn region_places(&self, row: u32) -> &[u32] {
        let row = row as usize;
        let range = self.regions.starts[row] as usize..self.regions.starts[row + 1] as usize;
        &self.regions.of_row[range]
    }

    /// Ids of the leaf regions of a feature, sorted.
    pub fn regions(&self, row: u32) -> impl Iterator<Item = &Arc<str>> {
        let places = self.region_places(row).iter();
        places.map(|&place| &self.regions.ids[place as usize])
    }

    /// The feature as the store gave it, without the published record.
    pub fn feature(&self, row: u32) -> StoredFeature {
        let shared = |column: &TextColumn| column.get(row).map(Arc::from);
        let fields = self.schema.fields.iter().zip(&self.columns);
        let properties = fields
            .map(|(field, column)| (Arc::from(field.name.as_str()), column.value(row)))
            .filter(|(_, value)| !value.is_null());
        let flags = self
            .flags
            .get(row)
            .and_then(|json| serde_json::from_str(json).ok());
        let accuracy = self
            .accuracies
            .get(row)
            .and_then(LocationAccuracy::from_name);
        StoredFeature {
            fid: self.fid(row),
            source: shared(&self.sources).unwrap_or_default(),
            edition: shared(&self.editions).unwrap_or_default(),
            synthetic: self.is_synthetic(row),
            feature: Feature {
                row: 0,
                record_id: self.records.get(row).unwrap_or_default().to_owned(),
                geometry: self.geometry(row).map(Cow::into_owned),
                properties: properties.collect(),
                original: None,
                source_crs: shared(&self.source_crs),
                location_accuracy: accuracy,
                flags: flags.unwrap_or_default(),
                regions: self.regions(row).cloned().collect(),
            },
        }
    }

    /// Bytes in memory, without what the allocator adds.
    pub fn bytes(&self) -> usize {
        let text = |column: &TextColumn| column.codes.capacity() * 4 + column.texts.bytes();
        let heads = [
            &self.sources,
            &self.records,
            &self.editions,
            &self.source_crs,
            &self.accuracies,
            &self.flags,
        ];
        let postings: usize = self
            .regions
            .rows
            .iter()
            .map(|rows| rows.capacity() * 4)
            .sum();
        self.fids.capacity() * 8
            + heads.into_iter().map(text).sum::<usize>()
            + self.synthetic.bytes()
            + self.columns.iter().map(Column::bytes).sum::<usize>()
            + self.geometries.bytes()
            + self.tree.bytes()
            + postings
            + (self.regions.starts.capacity() + self.regions.of_row.capacity()) * 4
            + self.by_id.get().map_or(0, |rows| rows.capacity() * 4)
            + self.bytes_of_cells()
    }
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
