//! A snapshot made from the one before and the features that changed.

use std::collections::HashSet;
use std::ops::Range;

use silt_model::{CollectionSchema, StoredFeature, Value};

use super::build::SnapshotBuilder;
use super::{CollectionSnapshot, Column, TextColumn};

impl CollectionSnapshot {
    /// The snapshot of a later version, equal to one read whole. `touched` are the fids of features
    /// written or removed since, ascending; `features` those of them that there are now, in the
    /// order of their fids. `None` where the fields differ, so that everything must be read.
    pub fn with_changes(
        &self,
        schema: CollectionSchema,
        version: u64,
        touched: &[i64],
        features: Vec<StoredFeature>,
    ) -> Option<CollectionSnapshot> {
        let is_mixed = |column: &Column| matches!(column, Column::Mixed(_));
        if schema.fields != self.schema.fields || self.columns.iter().any(is_mixed) {
            return None;
        }
        let mut builder = SnapshotBuilder::new(schema, version);
        self.lend_texts(&mut builder, &features);
        let mut features = features.into_iter().peekable();
        let mut next_row = 0;
        for &fid in touched {
            let row = self.fids.partition_point(|&own| own < fid);
            self.copy_rows(&mut builder, next_row..row)?;
            let was_there = self.fids.get(row) == Some(&fid);
            next_row = row + usize::from(was_there);
            if let Some(feature) = features.next_if(|feature| feature.fid == fid) {
                builder.push(feature);
            }
        }
        self.copy_rows(&mut builder, next_row..self.len())?;
        builder.renumber_texts();
        Some(builder.finish())
    }

    /// Gives the builder the distinct texts and regions, so that rows are copied by number.
    fn lend_texts(&self, builder: &mut SnapshotBuilder, features: &[StoredFeature]) {
        let mut coming: HashSet<&str> = HashSet::new();
        let mut flags: Vec<String> = Vec::new();
        for stored in features {
            let feature = &stored.feature;
            coming.extend([&*stored.source, &*feature.record_id, &*stored.edition]);
            coming.extend(feature.source_crs.as_deref());
            coming.extend(feature.location_accuracy.map(|accuracy| accuracy.name()));
            flags.extend(serde_json::to_string(&feature.flags));
            for (_, value) in &feature.properties {
                if let Value::Text(text) | Value::Json(text) = value {
                    coming.insert(text);
                }
            }
        }
        coming.extend(flags.iter().map(String::as_str));
        for (own, column) in builder.heads_mut().into_iter().zip(self.heads()) {
            own.adopt(column, &coming);
        }
        for (own, column) in builder.columns.iter_mut().zip(&self.columns) {
            if let Some(texts) = column.texts() {
                own.adopt(texts, &coming);
            }
        }
        builder.region_ids = self.regions.ids.clone();
        builder.region_places = self.regions.ids.iter().cloned().zip(0..).collect();
    }

    fn copy_rows(&self, builder: &mut SnapshotBuilder, rows: Range<usize>) -> Option<()> {
        if rows.is_empty() {
            return Some(());
        }
        builder.fids.extend_from_slice(&self.fids[rows.clone()]);
        for (own, column) in builder.heads_mut().into_iter().zip(self.heads()) {
            own.copy_texts(column, rows.clone());
        }
        for (own, column) in builder.columns.iter_mut().zip(&self.columns) {
            own.copy_rows(column, rows.clone()).then_some(())?;
        }
        builder.synthetic.extend_from(&self.synthetic, rows.clone());
        builder.geometries.copy_rows(&self.geometries, rows.clone());
        let starts = &self.regions.starts[rows.start..=rows.end];
        let places = starts[0] as usize..starts[starts.len() - 1] as usize;
        let offset = builder.region_of_row.len() as u32;
        let moved = starts[1..].iter().map(|start| start - starts[0] + offset);
        builder.region_starts.extend(moved);
        builder
            .region_of_row
            .extend_from_slice(&self.regions.of_row[places]);
        Some(())
    }

    /// The texts that every feature has besides its fields.
    fn heads(&self) -> [&TextColumn; 6] {
        [
            &self.sources,
            &self.records,
            &self.editions,
            &self.source_crs,
            &self.accuracies,
            &self.flags,
        ]
    }
}

#[cfg(test)]
#[path = "changed_tests.rs"]
mod tests;
