//! Counts the rows of an import into its report.

use std::collections::HashSet;

use silt_model::{Feature, ImportReport, ReportEntry, Severity};

use crate::StoreError;
use crate::types::ImportSpec;

/// How many remarks the report itself carries; all of them are in the store.
const REPORTED_REMARKS: usize = 100;

/// What one record of the edition did, against the observation before it in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Created,
    Updated,
    Unchanged,
    Removed,
    /// Absent before and now.
    Nothing,
}

/// The report of an import as it grows.
pub(crate) struct Tally {
    report: ImportReport,
    rejected_rows: HashSet<u64>,
    first_rejects: Vec<ReportEntry>,
    first_flags: Vec<ReportEntry>,
}

/// The remark for a flag of a feature.
pub(crate) fn flag_entries(feature: &Feature) -> impl Iterator<Item = ReportEntry> + '_ {
    feature.flags.iter().map(|flag| ReportEntry {
        row: feature.row,
        record_id: Some(feature.record_id.clone()),
        severity: Severity::Flagged,
        code: flag.code.code().to_owned(),
        field: flag.field.clone(),
        value: flag.value.clone(),
        reason: flag.reason.clone(),
    })
}

impl Tally {
    pub(crate) fn new(spec: &ImportSpec) -> Tally {
        Tally {
            report: ImportReport {
                source: spec.source.id.clone(),
                collection: spec.schema.id.clone(),
                edition: spec.edition.clone(),
                file: spec.file.clone(),
                synthetic: spec.source.synthetic,
                ..ImportReport::default()
            },
            rejected_rows: HashSet::new(),
            first_rejects: Vec::new(),
            first_flags: Vec::new(),
        }
    }

    /// Counts a feature's flags and geometry.
    pub(crate) fn feature(&mut self, feature: &Feature) {
        if feature.geometry.is_none() {
            self.report.without_geometry += 1;
        }
        if feature.flags.is_empty() {
            return;
        }
        self.report.flagged += 1;
        for flag in &feature.flags {
            *self.report.flags.entry(flag.code).or_default() += 1;
        }
        self.report.entries_total += feature.flags.len() as u64;
        if self.first_flags.len() < REPORTED_REMARKS {
            self.first_flags.extend(flag_entries(feature));
            self.first_flags.truncate(REPORTED_REMARKS);
        }
    }

    /// Counts a remark about a row.
    pub(crate) fn remark(&mut self, entry: &ReportEntry) {
        self.report.entries_total += 1;
        let first = match entry.severity {
            Severity::Flagged => &mut self.first_flags,
            Severity::Rejected => {
                // A row may be rejected for several reasons.
                if self.rejected_rows.insert(entry.row) {
                    self.report.rejected += 1;
                }
                &mut self.first_rejects
            }
        };
        if first.len() < REPORTED_REMARKS {
            first.push(entry.clone());
        }
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.report.created += 1,
            Outcome::Updated => self.report.updated += 1,
            Outcome::Unchanged => self.report.unchanged += 1,
            Outcome::Removed => self.report.removed += 1,
            Outcome::Nothing => {}
        }
    }

    pub(crate) fn note(&mut self, note: String) {
        self.report.notes.push(note);
    }

    /// Invariant 2: each row of the file is a feature or a reject.
    pub(crate) fn check_rows(&self, rows_read: u64) -> Result<(), StoreError> {
        let report = &self.report;
        let features = report.created + report.updated + report.unchanged;
        if features + report.rejected == rows_read {
            return Ok(());
        }
        Err(StoreError::Invalid(format!(
            "the file has {rows_read} rows, but {features} became features and {} were rejected; nothing was imported",
            report.rejected
        )))
    }

    pub(crate) fn report(&self, sha256: &str, rows_read: u64, dry_run: bool) -> ImportReport {
        let mut report = self.report.clone();
        report.sha256 = sha256.to_owned();
        report.rows_read = rows_read;
        report.dry_run = dry_run;
        let mut rejects = self.first_rejects.clone();
        let mut flags = self.first_flags.clone();
        rejects.sort_by_key(|entry| entry.row);
        flags.sort_by_key(|entry| entry.row);
        report.entries = rejects;
        report.entries.extend(flags);
        report.entries.truncate(REPORTED_REMARKS);
        report
    }
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
