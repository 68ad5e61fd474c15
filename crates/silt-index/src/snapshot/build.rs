//! Building a snapshot from the features of the store.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use silt_model::{CollectionSchema, StoredFeature, Value};

use super::column::{Bits, Column, ColumnBuilder, TextColumn};
use super::geometry::Geometries;
use super::tree::Tree;
use super::{CollectionSnapshot, RegionPostings};
use silt_model::FieldType;

/// Collects the features of one collection in the order of their fids.
#[derive(Debug)]
pub struct SnapshotBuilder {
    schema: CollectionSchema,
    version: u64,
    pub(super) fids: Vec<i64>,
    pub(super) sources: ColumnBuilder,
    pub(super) records: ColumnBuilder,
    pub(super) editions: ColumnBuilder,
    pub(super) source_crs: ColumnBuilder,
    pub(super) accuracies: ColumnBuilder,
    pub(super) flags: ColumnBuilder,
    pub(super) synthetic: Bits,
    pub(super) columns: Vec<ColumnBuilder>,
    column_places: HashMap<String, usize>,
    pub(super) geometries: Geometries,
    pub(super) region_places: HashMap<Arc<str>, u32>,
    pub(super) region_ids: Vec<Arc<str>>,
    pub(super) region_starts: Vec<u32>,
    pub(super) region_of_row: Vec<u32>,
}

impl SnapshotBuilder {
    /// An empty snapshot of a collection at a version.
    pub fn new(schema: CollectionSchema, version: u64) -> SnapshotBuilder {
        let text = || ColumnBuilder::new(FieldType::Text);
        let names = schema.fields.iter().enumerate();
        SnapshotBuilder {
            version,
            fids: Vec::new(),
            sources: text(),
            records: text(),
            editions: text(),
            source_crs: text(),
            accuracies: text(),
            flags: text(),
            synthetic: Bits::default(),
            column_places: names
                .map(|(place, field)| (field.name.clone(), place))
                .collect(),
            columns: schema
                .fields
                .iter()
                .map(|field| ColumnBuilder::new(field.field_type))
                .collect(),
            geometries: Geometries::default(),
            region_places: HashMap::new(),
            region_ids: Vec::new(),
            region_starts: vec![0],
            region_of_row: Vec::new(),
            schema,
        }
    }

    /// Adds a feature, whose fid must be larger than that of the feature before.
    pub fn push(&mut self, stored: StoredFeature) {
        debug_assert!(self.fids.last().is_none_or(|&last| last < stored.fid));
        let row = self.fids.len();
        let feature = stored.feature;
        self.fids.push(stored.fid);
        self.sources.push_text(Some(&stored.source));
        self.records.push_text(Some(&feature.record_id));
        self.editions.push_text(Some(&stored.edition));
        self.source_crs.push_text(feature.source_crs.as_deref());
        let accuracy = feature.location_accuracy.map(|accuracy| accuracy.name());
        self.accuracies.push_text(accuracy);
        let flags = if feature.flags.is_empty() {
            None
        } else {
            serde_json::to_string(&feature.flags).ok()
        };
        self.flags.push_text(flags.as_deref());
        self.synthetic.push(stored.synthetic);
        self.push_properties(row, &feature.properties);
        self.geometries.push(feature.geometry);
        self.push_regions(&feature.regions);
    }

    fn push_properties(&mut self, row: usize, properties: &[(Arc<str>, Value)]) {
        // Properties mostly stand in the order of the fields: the next place is tried first.
        let mut expected = 0;
        for (name, value) in properties {
            let in_order = (expected..self.columns.len())
                .take(4)
                .find(|&place| self.schema.fields[place].name == name.as_ref());
            let Some(place) = in_order.or_else(|| self.column_places.get(name.as_ref()).copied())
            else {
                continue;
            };
            expected = place + 1;
            let column = &mut self.columns[place];
            // The first value of a repeated name counts, as in `Feature::property`.
            if column.len() == row {
                column.push(value);
            }
        }
        for column in &mut self.columns {
            column.fill_to(row + 1);
        }
    }

    fn push_regions(&mut self, regions: &[Arc<str>]) {
        for id in regions {
            let place = match self.region_places.get(id) {
                Some(&place) => place,
                None => {
                    let place = self.region_ids.len() as u32;
                    self.region_ids.push(Arc::clone(id));
                    self.region_places.insert(Arc::clone(id), place);
                    place
                }
            };
            self.region_of_row.push(place);
        }
        self.region_starts.push(self.region_of_row.len() as u32);
    }

    /// The texts that every feature has besides its fields, as `CollectionSnapshot::heads`.
    pub(super) fn heads_mut(&mut self) -> [&mut ColumnBuilder; 6] {
        [
            &mut self.sources,
            &mut self.records,
            &mut self.editions,
            &mut self.source_crs,
            &mut self.accuracies,
            &mut self.flags,
        ]
    }

    /// Makes columns that took texts over the same as columns that were read whole.
    pub(super) fn renumber_texts(&mut self) {
        self.heads_mut()
            .into_iter()
            .for_each(ColumnBuilder::renumber_texts);
        self.columns
            .iter_mut()
            .for_each(ColumnBuilder::renumber_texts);
    }

    /// The snapshot.
    pub fn finish(mut self) -> CollectionSnapshot {
        self.geometries.shrink();
        self.fids.shrink_to_fit();
        let regions = self.postings();
        let tree = Tree::new(&self.geometries);
        let rows = 0..self.geometries.len() as u32;
        let without_geometry = rows
            .filter(|&row| self.geometries.bounds(row).is_none())
            .collect();
        CollectionSnapshot {
            bounds: bounds(&self.geometries),
            version: self.version,
            fids: self.fids,
            sources: text_of(self.sources),
            records: text_of(self.records),
            editions: text_of(self.editions),
            source_crs: text_of(self.source_crs),
            accuracies: text_of(self.accuracies),
            flags: text_of(self.flags),
            synthetic: self.synthetic,
            columns: self
                .columns
                .into_iter()
                .map(ColumnBuilder::finish)
                .collect(),
            column_places: self.column_places,
            geometries: self.geometries,
            without_geometry,
            tree,
            regions,
            by_id: OnceLock::new(),
            cells: Default::default(),
            schema: self.schema,
        }
    }

    /// Region ids in order, with their rows.
    fn postings(&mut self) -> RegionPostings {
        // A region taken over from an earlier snapshot may have lost its last feature.
        let mut is_used = vec![false; self.region_ids.len()];
        let places = self.region_of_row.iter();
        places.for_each(|&place| is_used[place as usize] = true);
        let mut order: Vec<u32> = (0..self.region_ids.len() as u32)
            .filter(|&place| is_used[place as usize])
            .collect();
        order.sort_unstable_by(|&a, &b| {
            self.region_ids[a as usize].cmp(&self.region_ids[b as usize])
        });
        let mut new_place = vec![0; self.region_ids.len()];
        for (place, &old) in order.iter().enumerate() {
            new_place[old as usize] = place as u32;
        }
        let ids: Vec<Arc<str>> = order
            .iter()
            .map(|&old| Arc::clone(&self.region_ids[old as usize]))
            .collect();
        let mut of_row = std::mem::take(&mut self.region_of_row);
        let mut starts = std::mem::take(&mut self.region_starts);
        of_row.shrink_to_fit();
        starts.shrink_to_fit();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); ids.len()];
        for (row, range) in starts.windows(2).enumerate() {
            let places = &mut of_row[range[0] as usize..range[1] as usize];
            places
                .iter_mut()
                .for_each(|place| *place = new_place[*place as usize]);
            places.sort_unstable();
            for &place in places.iter() {
                let list = &mut rows[place as usize];
                if list.last() != Some(&(row as u32)) {
                    list.push(row as u32);
                }
            }
        }
        rows.iter_mut().for_each(Vec::shrink_to_fit);
        RegionPostings {
            places: ids.iter().cloned().zip(0..).collect(),
            ids,
            rows,
            starts,
            of_row,
        }
    }
}

fn text_of(builder: ColumnBuilder) -> TextColumn {
    match builder.finish() {
        Column::Text(texts) => texts,
        _ => TextColumn::default(),
    }
}

fn bounds(geometries: &Geometries) -> Option<[f64; 4]> {
    let mut bounds: Option<[f64; 4]> = None;
    for row in 0..geometries.len() as u32 {
        let Some(rect) = geometries.bounds(row) else {
            continue;
        };
        let (low, high) = (rect.min(), rect.max());
        let [west, south, east, north] = bounds.unwrap_or([low.x, low.y, high.x, high.y]);
        bounds = Some([
            west.min(low.x),
            south.min(low.y),
            east.max(high.x),
            north.max(high.y),
        ]);
    }
    bounds
}
