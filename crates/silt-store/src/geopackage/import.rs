//! The import of one edition: one transaction from the first row to the report.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::params;
use silt_model::{Feature, Flag, FlagCode, ImportReport, ReportEntry, Value};

use super::begin::{Known, begin, check_spec, kind_name};
use super::fault::Fault;
use super::journal::bump_version;
use super::rows::state_of;
use super::writer::{EditionWriter, Place, Seen, record_hash};
use super::{GeoPackageStore, remarks};
use crate::state::Mask;
use crate::tally::Tally;
use crate::types::ImportSpec;
use crate::{FileSummary, Import, StoreError};

/// From so many rows on, the write-ahead log is emptied at the end.
const LARGE_IMPORT_ROWS: u64 = 10_000;

/// An import under way.
pub(super) struct GeoPackageImport<'store> {
    store: &'store mut GeoPackageStore,
    spec: ImportSpec,
    /// Absent where exactly this edition is in the store, so that there is nothing to do.
    writer: Option<EditionWriter>,
    known: Option<Known>,
    tally: Tally,
    seen: Seen,
    /// The next suffix of a record id that occurs more than once.
    suffixes: HashMap<u128, u32>,
    observed_fields: Vec<bool>,
    null_fields: BTreeSet<Arc<str>>,
    has_geometry: bool,
    has_accuracy: bool,
    failed: bool,
}

impl<'store> GeoPackageImport<'store> {
    pub(super) fn begin(
        store: &'store mut GeoPackageStore,
        spec: &ImportSpec,
    ) -> Result<GeoPackageImport<'store>, StoreError> {
        check_spec(spec)?;
        let outcome = store
            .conn
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(Fault::from)
            .and_then(|()| begin(&store.conn, spec));
        let (writer, known) = match outcome {
            Ok(begun) => begun,
            Err(fault) => {
                store.roll_back();
                return Err(fault.at(&store.path));
            }
        };
        Ok(GeoPackageImport {
            tally: Tally::new(spec),
            spec: spec.clone(),
            store,
            writer,
            known,
            seen: Seen::default(),
            suffixes: HashMap::new(),
            observed_fields: Vec::new(),
            null_fields: BTreeSet::new(),
            has_geometry: false,
            has_accuracy: false,
            failed: false,
        })
    }

    /// Gives the feature an id that is new in this edition, and makes its values storable.
    fn settle_feature(&mut self, feature: &mut Feature) -> Result<(), Fault> {
        if feature.record_id.is_empty() {
            let message = format!("row {} has an empty record id", feature.row);
            return Err(StoreError::Invalid(message).into());
        }
        let hash = record_hash(&feature.record_id);
        if !self.seen.insert(hash) {
            let published = feature.record_id.clone();
            let next = self.suffixes.entry(hash).or_insert(2);
            loop {
                feature.record_id = format!("{published}~{next}");
                *next += 1;
                if self.seen.insert(record_hash(&feature.record_id)) {
                    break;
                }
            }
            let reason = format!(
                "another row of this edition has the id {published}; this one became {}",
                feature.record_id
            );
            feature.flags.push(Flag {
                code: FlagCode::DuplicateId,
                field: None,
                value: Some(published),
                reason,
            });
        }
        for (name, value) in &mut feature.properties {
            if let Value::Real(number) = value
                && !number.is_finite()
            {
                let reason = "the value is not a finite number";
                let code = FlagCode::ValueUnreadable;
                let published = number.to_string();
                let field = name.to_string();
                feature
                    .flags
                    .push(Flag::on_field(code, field, published, reason));
                *value = Value::Null;
            }
        }
        self.has_geometry |= feature.geometry.is_some();
        self.has_accuracy |= feature.location_accuracy.is_some();
        Ok(())
    }

    fn put_batch(&mut self, mut features: Vec<Feature>) -> Result<(), Fault> {
        for feature in &mut features {
            self.settle_feature(feature)?;
        }
        let conn = &self.store.conn;
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let properties = features.iter().map(|feature| feature.properties.iter());
        let numbered = properties.flat_map(Iterator::enumerate);
        writer.layout.admit(conn, numbered)?;
        self.observed_fields
            .resize(writer.layout.fields.len(), false);
        // Looked up once for the batch: a first edition is the hot path.
        let mut insert = match writer.place {
            Place::First => Some(conn.prepare_cached(&writer.layout.insert_sql)?),
            Place::Newest | Place::Between => None,
        };
        for feature in features {
            for (n, (name, _)) in feature.properties.iter().enumerate() {
                match writer.layout.position_of_nth(n, name) {
                    Some(position) => self.observed_fields[position] = true,
                    None if !self.null_fields.contains(name) => {
                        self.null_fields.insert(Arc::clone(name));
                    }
                    None => {}
                }
            }
            if !feature.flags.is_empty() {
                remarks::insert_flags(conn, writer.edition_id, &feature)?;
            }
            self.tally.feature(&feature);
            let record = feature.record_id.clone();
            let state = state_of(&writer.layout, feature);
            let outcome = match &mut insert {
                Some(insert) => writer.insert_first(conn, insert, &record, &state)?,
                None => writer.apply(conn, &record, Some(state))?,
            };
            self.tally.outcome(outcome);
        }
        Ok(())
    }

    fn reject_rows(&mut self, entries: &[ReportEntry]) -> Result<(), Fault> {
        let Some(writer) = &self.writer else {
            return Ok(());
        };
        for entry in entries {
            remarks::insert_entry(&self.store.conn, writer.edition_id, entry)?;
            self.tally.remark(entry);
        }
        Ok(())
    }

    /// Refuses to go on after an error, which may have ended the transaction.
    fn guarded(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), StoreError> {
        if self.failed {
            let message = "the import failed before and cannot go on".to_owned();
            return Err(StoreError::Invalid(message));
        }
        work(self).map_err(|fault| {
            self.failed = true;
            self.store.roll_back();
            fault.at(&self.store.path)
        })
    }

    fn is_same_file(&self, sha256: &str) -> bool {
        !self.spec.again
            && self.known.as_ref().is_some_and(|known| {
                !sha256.is_empty() && known.sha256 == sha256 && known.kind == kind_name(&self.spec)
            })
    }

    fn complete(&mut self, sha256: &str, rows_read: u64) -> Result<ImportReport, Fault> {
        let conn = &self.store.conn;
        let writer = self.writer.as_mut().expect("a known edition ends earlier");
        self.tally.check_rows(rows_read)?;
        let not_mentioned = match (&self.known, writer.place, writer.partial) {
            (_, Place::First, _) | (None, _, true) => Vec::new(),
            (_, Place::Newest, false) => writer.known_records(conn, false, &self.seen)?,
            (_, Place::Between, false) => writer.known_records(conn, true, &self.seen)?,
            (Some(known), _, true) if known.kind == "full" => {
                writer.known_records(conn, true, &self.seen)?
            }
            (Some(known), _, true) => {
                let mentions = known.mentions.iter();
                mentions
                    .filter(|record| !self.seen.contains(&record_hash(record)))
                    .cloned()
                    .collect()
            }
        };
        for record in &not_mentioned {
            if writer.partial {
                writer.forget(conn, record)?;
            } else {
                let outcome = writer.apply(conn, record, None)?;
                self.tally.outcome(outcome);
            }
        }
        let null_fields = self.null_fields.iter().map(|name| name.as_ref());
        writer.layout.admit_empty(conn, null_fields)?;

        let mut mask = Mask {
            geometry: self.has_geometry,
            accuracy: self.has_accuracy,
            fields: self
                .null_fields
                .iter()
                .map(|name| name.to_string())
                .collect(),
        };
        let places = writer.layout.fields.iter().zip(&self.observed_fields);
        mask.fields.extend(
            places
                .filter(|(_, observed)| **observed)
                .map(|(place, _)| place.name.to_string()),
        );
        if let Some(known) = &self.known {
            let same = known.sha256 == sha256;
            let what = if same {
                "the same file, read again"
            } else {
                "another file"
            };
            self.tally.note(format!(
                "edition {} was in the store already; {what} replaced it",
                writer.edition
            ));
        } else if writer.place == Place::Between {
            self.tally.note(format!(
                "edition {} is older than others of this source; it was put in its place in time",
                writer.edition
            ));
        }
        let report = self.tally.report(sha256, rows_read, self.spec.dry_run);
        if self.spec.dry_run {
            return Ok(report);
        }
        conn.execute(
            "UPDATE silt_edition SET sha256 = ?2, records = ?3, mask = ?4, report = ?5 WHERE id = ?1",
            params![
                writer.edition_id,
                sha256,
                report.created + report.updated + report.unchanged,
                serde_json::to_string(&mask)?,
                serde_json::to_string(&report)?
            ],
        )?;
        writer.finish(conn)?;
        writer.derive_changes(conn)?;
        bump_version(conn, &self.store.touched, &writer.layout.collection)?;
        conn.execute_batch("COMMIT")?;
        if writer.rows_written() >= LARGE_IMPORT_ROWS {
            self.store.checkpoint();
        }
        Ok(report)
    }

    fn already_present_report(&self) -> Option<ImportReport> {
        let known = self.known.as_ref()?;
        let mut report = known.report.clone();
        report.unchanged += report.created + report.updated;
        report.created = 0;
        report.updated = 0;
        report.removed = 0;
        report.already_present = true;
        report.dry_run = self.spec.dry_run;
        Some(report)
    }
}

impl Import for GeoPackageImport<'_> {
    fn put(&mut self, features: Vec<Feature>) -> Result<(), StoreError> {
        self.guarded(|import| {
            if import.writer.is_none() {
                return Ok(());
            }
            import.put_batch(features)
        })
    }

    fn reject(&mut self, entries: Vec<ReportEntry>) -> Result<(), StoreError> {
        self.guarded(|import| import.reject_rows(&entries))
    }

    fn note(&mut self, note: String) {
        self.tally.note(note);
    }

    fn finish(mut self: Box<Self>, summary: FileSummary) -> Result<ImportReport, StoreError> {
        let sha256 = if summary.sha256.is_empty() {
            self.spec.sha256.clone().unwrap_or_default()
        } else {
            summary.sha256
        };
        if (self.writer.is_none() || self.is_same_file(&sha256))
            && !self.failed
            && let Some(report) = self.already_present_report()
        {
            self.store.roll_back();
            return Ok(report);
        }
        let mut report = ImportReport::default();
        self.guarded(|import| {
            report = import.complete(&sha256, summary.rows_read)?;
            Ok(())
        })?;
        Ok(report)
    }
}

impl Drop for GeoPackageImport<'_> {
    fn drop(&mut self) {
        self.store.roll_back();
    }
}
